//! How edits and snapshots lie in their files. All numbers little endian.
//!
//! ```text
//! edits.log   head: magic 8 · version u32 · kind length u32 · number u64 · kind · crc u32
//!             then records: length u32 · number u64 · previous crc u32 · crc u32 · content
//! snapshot-…  head as above, with the number of the last edit in it
//!             then: chain u32 · length u64 · content · crc u32
//! ```
//!
//! Every later version keeps the form of the head, so that damage can be told from a newer version;
//! one that cannot takes another magic.
//!
//! A record's crc (CRC-32, IEEE) is over all of it but itself; it names the crc of the record before
//! it, the first one that of the head. So a record can be told from garbage alone, and a record of
//! another log, or out of its order, is none of this one.

use crate::Error;
use crate::item::at_most;

/// Format version of both files.
const VERSION: u32 = 1;

/// One edit. A pasted article is far smaller; media are objects, not edits.
pub(super) const RECORD_BYTES_MAX: usize = 16 << 20;

/// A snapshot: a whole document with its undo list.
pub(super) const SNAPSHOT_BYTES_MAX: usize = 256 << 20;

/// The application's word for what the document is.
const KIND_BYTES_MAX: usize = 64;

pub(super) const RECORD_HEAD_BYTES: usize = 20;
const HEAD_BYTES_MIN: usize = 28;
pub(super) const HEAD_BYTES_MAX: usize = HEAD_BYTES_MIN + KIND_BYTES_MAX;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Sort {
    Edits,
    Snapshot,
}

impl Sort {
    const fn magic(self) -> &'static [u8; 8] {
        match self {
            Self::Edits => b"LoaEdits",
            Self::Snapshot => b"LoaState",
        }
    }
}

/// The head of either file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Head {
    pub(super) kind: String,
    /// Number of the edit before the first record; of the last edit in a snapshot.
    pub(super) number: u64,
    pub(super) crc: u32,
    pub(super) bytes: usize,
}

/// Why bytes are no head.
pub(super) enum NoHead {
    Damaged,
    Newer(u64),
}

impl Head {
    pub(super) fn write(sort: Sort, kind: &str, number: u64) -> Result<(Vec<u8>, Self), Error> {
        at_most(
            "the kind of a document in bytes",
            kind.len(),
            KIND_BYTES_MAX,
        )?;
        let mut bytes = Vec::with_capacity(HEAD_BYTES_MAX);
        bytes.extend_from_slice(sort.magic());
        bytes.extend_from_slice(&VERSION.to_le_bytes());
        bytes.extend_from_slice(&(kind.len() as u32).to_le_bytes());
        bytes.extend_from_slice(&number.to_le_bytes());
        bytes.extend_from_slice(kind.as_bytes());
        let crc = crc32fast::hash(&bytes);
        bytes.extend_from_slice(&crc.to_le_bytes());
        let head = Self {
            kind: kind.to_owned(),
            number,
            crc,
            bytes: bytes.len(),
        };
        Ok((bytes, head))
    }

    /// Reads the head at the start of `bytes`, which may go on after it.
    pub(super) fn read(sort: Sort, bytes: &[u8]) -> Result<Self, NoHead> {
        Self::parse(sort, bytes).unwrap_or(Err(NoHead::Damaged))
    }

    /// `None` where the bytes end too early.
    fn parse(sort: Sort, whole: &[u8]) -> Option<Result<Self, NoHead>> {
        let (magic, rest) = whole.split_first_chunk::<8>()?;
        let (version, rest) = u32_at(rest)?;
        if magic != sort.magic() {
            return None;
        }
        let (kind_bytes, rest) = u32_at(rest)?;
        let (number, rest) = u64_at(rest)?;
        let kind_bytes = usize::try_from(kind_bytes).ok()?;
        if kind_bytes > KIND_BYTES_MAX {
            return None;
        }
        let (kind, rest) = rest.split_at_checked(kind_bytes)?;
        let (crc, rest) = u32_at(rest)?;
        let bytes = whole.len() - rest.len();
        (crc32fast::hash(&whole[..bytes - 4]) == crc).then_some(())?;
        if version > VERSION {
            return Some(Err(NoHead::Newer(u64::from(version))));
        }
        Some(Ok(Self {
            kind: std::str::from_utf8(kind).ok()?.to_owned(),
            number,
            crc,
            bytes,
        }))
    }
}

/// The head of a record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct RecordHead {
    pub(super) bytes: u32,
    pub(super) number: u64,
    pub(super) previous: u32,
    pub(super) crc: u32,
}

impl RecordHead {
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let (length, rest) = u32_at(bytes)?;
        let (number, rest) = u64_at(rest)?;
        let (previous, rest) = u32_at(rest)?;
        let (crc, _) = u32_at(rest)?;
        Some(Self {
            bytes: length,
            number,
            previous,
            crc,
        })
    }

    pub(super) fn fits(&self, content: &[u8]) -> bool {
        self.bytes as usize == content.len() && self.expected_crc(content) == self.crc
    }

    fn expected_crc(&self, content: &[u8]) -> u32 {
        let mut hasher = crc32fast::Hasher::new();
        hasher.update(&self.bytes.to_le_bytes());
        hasher.update(&self.number.to_le_bytes());
        hasher.update(&self.previous.to_le_bytes());
        hasher.update(content);
        hasher.finalize()
    }
}

/// A whole record and its crc.
pub(super) fn record(number: u64, previous: u32, content: &[u8]) -> Result<(Vec<u8>, u32), Error> {
    at_most("an edit in bytes", content.len(), RECORD_BYTES_MAX)?;
    let mut head = RecordHead {
        bytes: content.len() as u32,
        number,
        previous,
        crc: 0,
    };
    head.crc = head.expected_crc(content);
    let mut bytes = Vec::with_capacity(RECORD_HEAD_BYTES + content.len());
    bytes.extend_from_slice(&head.bytes.to_le_bytes());
    bytes.extend_from_slice(&head.number.to_le_bytes());
    bytes.extend_from_slice(&head.previous.to_le_bytes());
    bytes.extend_from_slice(&head.crc.to_le_bytes());
    bytes.extend_from_slice(content);
    Ok((bytes, head.crc))
}

/// A whole snapshot file. `chain` is the crc of the last record in it.
pub(super) fn snapshot(
    kind: &str,
    number: u64,
    chain: u32,
    content: &[u8],
) -> Result<Vec<u8>, Error> {
    at_most("a snapshot in bytes", content.len(), SNAPSHOT_BYTES_MAX)?;
    let (mut bytes, _) = Head::write(Sort::Snapshot, kind, number)?;
    bytes.extend_from_slice(&chain.to_le_bytes());
    bytes.extend_from_slice(&(content.len() as u64).to_le_bytes());
    bytes.extend_from_slice(content);
    let crc = crc32fast::hash(&bytes);
    bytes.extend_from_slice(&crc.to_le_bytes());
    Ok(bytes)
}

/// The head, chain and content of a snapshot file; `None` where it is damaged.
pub(super) fn read_snapshot(bytes: &[u8]) -> Option<(Head, u32, &[u8])> {
    let head = Head::read(Sort::Snapshot, bytes).ok()?;
    let (chain, rest) = u32_at(&bytes[head.bytes..])?;
    let (length, rest) = u64_at(rest)?;
    let (content, rest) = rest.split_at_checked(usize::try_from(length).ok()?)?;
    let (crc, rest) = u32_at(rest)?;
    let whole = bytes.len() - 4;
    (rest.is_empty() && crc32fast::hash(&bytes[..whole]) == crc).then_some((head, chain, content))
}

fn u32_at(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (number, rest) = bytes.split_first_chunk::<4>()?;
    Some((u32::from_le_bytes(*number), rest))
}

fn u64_at(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let (number, rest) = bytes.split_first_chunk::<8>()?;
    Some((u64::from_le_bytes(*number), rest))
}
