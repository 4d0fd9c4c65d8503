//! Reading an edit log from its start to where it ends or stops making sense.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use super::frame::{Head, NoHead, RECORD_BYTES_MAX, RECORD_HEAD_BYTES, RecordHead, Sort};
use super::open::damaged;
use crate::error::OnPath;
use crate::{Error, item};

/// All edits of one document. A hundred thousand edits come to a twentieth of it.
pub(super) const LOG_BYTES_MAX: u64 = 1 << 30;

/// Where one record lies.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) offset: u64,
    pub(super) crc: u32,
}

/// What follows the last good record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Tail {
    Nothing,
    /// Bytes among which no record can be found: a record that was never finished.
    Torn,
    /// There are good records further on: something in between was damaged.
    Damaged,
}

/// A log as far as it can be followed.
pub(super) struct Scan {
    pub(super) head: Head,
    /// The good records, the first being number `head.number + 1`.
    pub(super) places: Vec<Place>,
    /// Where the good part ends.
    pub(super) end: u64,
    /// The file's length.
    pub(super) bytes: u64,
    pub(super) tail: Tail,
}

impl Scan {
    pub(super) fn of(file: &File, path: &Path) -> Result<Self, Error> {
        let bytes = file.metadata().on("look at", path)?.len();
        if bytes > LOG_BYTES_MAX {
            item::at_most("an edit log in bytes", usize::MAX, LOG_BYTES_MAX as usize)?;
        }
        let mut reader = BufReader::with_capacity(1 << 16, file);
        Self::over(&mut reader, bytes, path)
    }

    /// The same over what was read of the file at `path` already.
    pub(super) fn over(
        reader: &mut (impl Read + Seek),
        bytes: u64,
        path: &Path,
    ) -> Result<Self, Error> {
        reader.seek(SeekFrom::Start(0)).on("read", path)?;
        let head = read_head(reader, path)?;
        let mut scan = Self {
            end: head.bytes as u64,
            head,
            places: Vec::new(),
            bytes,
            tail: Tail::Nothing,
        };
        reader.seek(SeekFrom::Start(scan.end)).on("read", path)?;
        let mut content = Vec::new();
        while let Some(head) = scan.next(reader, &mut content).on("read", path)? {
            scan.places.push(Place {
                offset: scan.end,
                crc: head.crc,
            });
            scan.end += (RECORD_HEAD_BYTES + content.len()) as u64;
        }
        if scan.end < bytes {
            let rest = read_from(reader, scan.end, bytes - scan.end).on("read", path)?;
            let later = |head: &RecordHead| head.number > scan.last();
            scan.tail = match find_record(&rest, later) {
                Some(_) => Tail::Damaged,
                None => Tail::Torn,
            };
        }
        Ok(scan)
    }

    /// Number of the last good record; that of the head where there is none.
    pub(super) fn last(&self) -> u64 {
        self.head.number + self.places.len() as u64
    }

    /// The crc that the record after `number` names as its previous one, if `number` is in the log.
    pub(super) fn chain_at(&self, number: u64) -> Option<u32> {
        let index = usize::try_from(number.checked_sub(self.head.number)?).ok()?;
        match index {
            0 => Some(self.head.crc),
            index => Some(self.places.get(index - 1)?.crc),
        }
    }

    /// Whether a snapshot after `number`, made where the log had this `chain`, is one of this log.
    pub(super) fn confirms(&self, number: u64, chain: u32) -> bool {
        // The log begins at its head's number by definition, whatever chain led there.
        number == self.head.number || self.chain_at(number) == Some(chain)
    }

    /// The next record if it is whole and right; its content goes into `content`.
    fn next(
        &self,
        reader: &mut impl Read,
        content: &mut Vec<u8>,
    ) -> io::Result<Option<RecordHead>> {
        let left = self.bytes - self.end;
        if left < RECORD_HEAD_BYTES as u64 {
            return Ok(None);
        }
        let mut head = [0; RECORD_HEAD_BYTES];
        reader.read_exact(&mut head)?;
        let Some(head) = RecordHead::read(&head) else {
            return Ok(None);
        };
        let length = head.bytes as usize;
        let follows = head.number == self.last() + 1
            && Some(head.previous) == self.chain_at(self.last())
            && length <= RECORD_BYTES_MAX
            && length as u64 <= left - RECORD_HEAD_BYTES as u64;
        if !follows {
            return Ok(None);
        }
        content.resize(length, 0);
        reader.read_exact(content)?;
        Ok(head.fits(content).then_some(head))
    }
}

/// The head of an edit log.
pub(super) fn read_head(reader: &mut impl Read, path: &Path) -> Result<Head, Error> {
    let mut start = Vec::new();
    reader
        .take(super::frame::HEAD_BYTES_MAX as u64)
        .read_to_end(&mut start)
        .on("read", path)?;
    Head::read(Sort::Edits, &start).map_err(|no_head| match no_head {
        NoHead::Newer(found) => Error::NewerVersion {
            path: path.to_owned(),
            found,
            known: 1,
        },
        NoHead::Damaged => {
            let folder = path.parent().unwrap_or(path);
            damaged(folder, 0, "the head of its log cannot be read")
        }
    })
}

pub(super) fn read_from(
    reader: &mut (impl Read + Seek),
    offset: u64,
    bytes: u64,
) -> io::Result<Vec<u8>> {
    let mut rest = Vec::new();
    reader.seek(SeekFrom::Start(offset))?;
    reader.take(bytes).read_to_end(&mut rest)?;
    Ok(rest)
}

/// The place of the first whole record in `bytes` that `wanted` accepts, wherever it begins.
pub(super) fn find_record(bytes: &[u8], wanted: impl Fn(&RecordHead) -> bool) -> Option<usize> {
    (0..bytes.len().saturating_sub(RECORD_HEAD_BYTES - 1)).find(|&at| {
        let Some(head) = RecordHead::read(&bytes[at..]) else {
            return false;
        };
        // Numbers grow by one, and a record has at least its head: this spares nearly all sums.
        head.number <= LOG_BYTES_MAX
            && wanted(&head)
            && content_at(bytes, at, &head).is_some_and(|content| head.fits(content))
    })
}

/// The bytes after the record head at `at`, as many as it says.
pub(super) fn content_at<'a>(bytes: &'a [u8], at: usize, head: &RecordHead) -> Option<&'a [u8]> {
    let start = at + RECORD_HEAD_BYTES;
    let length = head.bytes as usize;
    let is_possible = length <= RECORD_BYTES_MAX;
    is_possible.then(|| bytes.get(start..start + length))?
}
