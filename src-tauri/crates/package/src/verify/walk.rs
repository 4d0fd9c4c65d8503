//! Walking a tar in one pass: digests, tag files, and every way in which it is not the one form we
//! write. After a fault in the structure the rest is only digested, because a refusal names the
//! digest of what arrived.

use std::collections::BTreeMap;

use units::{Cancelled, Digest, ReadAt, Watch};

use super::digests::Digests;
use super::{Bag, Found, judge_path};
use crate::bag::{DECLARATION, DELIVERY, INFO, MANIFEST, NINJS, PAYLOAD, SIGNATURES, TAG_MANIFEST};
use crate::limits::{Limits, TAG_BYTES_MAX, TAGS_BYTES_MAX};
use crate::path::{clash_key, shown};
use crate::report::{Code, Faults, FoundFile};
use crate::twin::Twin;
use crate::ustar::{self, BLOCK, END_BYTES};

/// Bytes read and digested at a time.
const PIECE_BYTES: usize = 256 << 10;

/// What is done about the payload.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Payload {
    /// It is read and digested.
    Read,
    /// It is passed over, and taken to be what the manifest lists. The whole then has no digest.
    Skipped,
}

/// What only a tar has.
pub(super) struct TarFacts {
    /// The one folder at the top.
    pub(super) folder: String,
    /// The one time of all entries.
    pub(super) time_s: u64,
}

pub(super) struct Walked {
    pub(super) bag: Bag,
    pub(super) order: Vec<FoundFile>,
    /// `None` where the bytes were too many to read or could not be read.
    pub(super) digest: Option<Digest>,
    /// `None` where the structure is broken.
    pub(super) facts: Option<TarFacts>,
}

pub(super) fn walk(
    bytes: &dyn ReadAt,
    limits: Limits,
    payload: Payload,
    faults: &mut Faults,
    watch: Watch<'_>,
) -> Result<Walked, Cancelled> {
    let mut walk = Walk {
        bytes,
        payload,
        total: bytes.len(),
        at: 0,
        twin: Twin::new(),
        piece: vec![
            0;
            usize::try_from(bytes.len()).map_or(PIECE_BYTES, |all| all.min(PIECE_BYTES))
        ],
        faults,
        watch,
        limits,
        bag: Bag::default(),
        order: Vec::new(),
        clashes: BTreeMap::new(),
        folder: None,
        time_s: None,
        tag_bytes: 0,
    };
    if walk.total > limits.bytes_max {
        let detail = format!("{} bytes: more than {}", walk.total, limits.bytes_max);
        walk.faults.error(Code::LimitExceeded, "", detail);
        return Ok(walk.end(false));
    }
    let whole = match walk.entries() {
        Ok(()) => true,
        Err(Stop::Cancelled(cancelled)) => return Err(cancelled),
        Err(Stop::Fault(code, path, detail)) => {
            walk.twin.end_part();
            walk.faults.error(code, &path, detail);
            if payload == Payload::Skipped {
                return Ok(walk.end(false));
            }
            match walk.skip_to_end() {
                Ok(()) => {}
                Err(Stop::Cancelled(cancelled)) => return Err(cancelled),
                Err(Stop::Fault(code, path, detail)) => {
                    walk.faults.error(code, &path, detail);
                    return Ok(walk.end(false));
                }
            }
            let digest = walk.twin.clone().finish();
            return Ok(Walked {
                digest: Some(digest),
                ..walk.end(false)
            });
        }
    };
    walk.check_order();
    if payload == Payload::Skipped {
        walk.take_as_listed();
    }
    Ok(walk.end(whole))
}

/// Why walking ends early.
enum Stop {
    Cancelled(Cancelled),
    Fault(Code, String, String),
}

impl From<Cancelled> for Stop {
    fn from(cancelled: Cancelled) -> Self {
        Self::Cancelled(cancelled)
    }
}

fn stop<T>(code: Code, path: &str, detail: &str) -> Result<T, Stop> {
    Err(Stop::Fault(code, path.to_owned(), detail.to_owned()))
}

struct Walk<'a> {
    bytes: &'a dyn ReadAt,
    payload: Payload,
    total: u64,
    at: u64,
    twin: Twin,
    piece: Vec<u8>,
    faults: &'a mut Faults,
    watch: Watch<'a>,
    limits: Limits,
    bag: Bag,
    order: Vec<FoundFile>,
    clashes: BTreeMap<String, String>,
    folder: Option<Vec<u8>>,
    time_s: Option<u64>,
    tag_bytes: u64,
}

impl Walk<'_> {
    fn entries(&mut self) -> Result<(), Stop> {
        loop {
            let mut block = [0u8; BLOCK];
            self.take(&mut block)?;
            if block == [0; BLOCK] {
                return self.end_blocks();
            }
            if self.order.len() >= self.limits.files_max {
                let detail = format!("more than {} files", self.limits.files_max);
                return stop(Code::LimitExceeded, "", &detail);
            }
            let header = match ustar::parse(&block) {
                Ok(header) => header,
                Err(detail) if self.order.is_empty() => return stop(Code::NotATar, "", detail),
                Err(detail) => return stop(Code::NotCanonical, "", detail),
            };
            self.entry(&header, &block)?;
            if self.faults.is_full() {
                return stop(Code::TooManyFaults, "", "gave up");
            }
        }
    }

    fn entry(&mut self, header: &ustar::Header, block: &[u8; BLOCK]) -> Result<(), Stop> {
        let shown = shown(&header.path);
        if header.bytes > self.total - self.at {
            return stop(
                Code::TarTruncated,
                &shown,
                "is longer than the rest of the tar",
            );
        }
        if header.kind != b'0' {
            let detail = ustar::kind_name(header.kind);
            self.faults.error(Code::TarEntryKind, &shown, detail);
            // Whatever follows is skipped as contents; nothing is believed of it.
            self.contents(header.bytes, None, false)?;
            return self.padding(header.bytes, &shown);
        }
        if ustar::header(&header.path, header.bytes, header.time_s).as_ref() != Some(block) {
            let detail = "the header is not the one we write for this file";
            self.faults.error(Code::NotCanonical, &shown, detail);
        }
        if *self.time_s.get_or_insert(header.time_s) != header.time_s {
            let detail = "its time is not that of the other files";
            self.faults.error(Code::NotCanonical, &shown, detail);
        }
        let key = self.key(&header.path);
        let offset = self.at;
        let is_tag = key.as_ref().is_some_and(|key| !key.starts_with(PAYLOAD));
        let mut kept = None;
        if is_tag {
            self.tag_bytes = self.tag_bytes.saturating_add(header.bytes);
            if header.bytes > TAG_BYTES_MAX || self.tag_bytes > TAGS_BYTES_MAX {
                let detail = "is too long for a tag file";
                self.faults.error(Code::LimitExceeded, &shown, detail);
            } else {
                kept = Some(Vec::with_capacity(header.bytes as usize));
            }
        }
        let digest = self.contents(header.bytes, kept.as_mut(), is_tag)?;
        self.padding(header.bytes, &shown)?;
        if let Some(key) = key {
            self.order.push(FoundFile {
                path: key.clone(),
                bytes: header.bytes,
                digest,
                offset: Some(offset),
            });
            if let Some(kept) = kept {
                self.bag.tags.insert(key.clone(), kept);
            }
            let found = Found {
                bytes: header.bytes,
                digests: digest.map(Digests::of_sha256).unwrap_or_default(),
            };
            self.bag.files.insert(key, found);
        }
        Ok(())
    }

    /// The path below the top folder, where it may be used at all.
    fn key(&mut self, path: &[u8]) -> Option<String> {
        let Some(slash) = path.iter().position(|&byte| byte == b'/') else {
            // Also judged, so that a lone `..` is called by its name.
            if judge_path(path, true, self.faults) {
                let detail = "lies outside the one folder of the package";
                self.faults.error(Code::NotCanonical, &shown(path), detail);
            }
            return None;
        };
        let (folder, inner) = (&path[..slash], &path[slash + 1..]);
        let absolute = path.first() == Some(&b'/');
        if absolute || !judge_path(folder, true, self.faults) {
            if absolute {
                self.faults
                    .error(Code::PathUnsafe, &shown(path), "it is absolute");
            }
            return None;
        }
        if self.folder.get_or_insert_with(|| folder.to_vec()) != folder {
            let detail = "lies outside the one folder of the package";
            self.faults.error(Code::NotCanonical, &shown(path), detail);
            return None;
        }
        if !judge_path(inner, true, self.faults) {
            return None;
        }
        let inner = std::str::from_utf8(inner).ok()?;
        let key = clash_key(inner);
        if let Some(first) = self.file_for_folder(&key) {
            let detail = format!("cannot stand beside {first:?}: one is a file, one its folder");
            self.faults.error(Code::NameClash, inner, detail);
            return None;
        }
        match self.clashes.insert(key, inner.to_owned()) {
            Some(first) if first == inner => {
                self.faults
                    .error(Code::DuplicateEntry, inner, "is there twice");
                None
            }
            Some(first) => {
                let detail = format!("cannot stand beside {first:?} on every system");
                self.faults.error(Code::NameClash, inner, detail);
                None
            }
            None => Some(inner.to_owned()),
        }
    }

    /// The file met before that would have to be a folder of this one, or lies in it as in a folder.
    fn file_for_folder(&self, key: &str) -> Option<&String> {
        let above = |(at, _): (usize, &str)| self.clashes.get(&key[..at]);
        key.match_indices('/').find_map(above).or_else(|| {
            let below = format!("{key}/");
            let mut after = self.clashes.range(below.clone()..);
            let (found, first) = after.next()?;
            found.starts_with(&below).then_some(first)
        })
    }

    /// The digest of the next `bytes`; `None` where they are passed over.
    fn contents(
        &mut self,
        bytes: u64,
        mut kept: Option<&mut Vec<u8>>,
        is_tag: bool,
    ) -> Result<Option<Digest>, Stop> {
        // A tag file too large to be kept has its fault already.
        if self.payload == Payload::Skipped && !(is_tag && kept.is_some()) {
            self.at += bytes;
            return Ok(None);
        }
        self.twin.begin_part();
        let mut left = bytes;
        while left > 0 {
            let want = usize::try_from(left).map_or(PIECE_BYTES, |left| left.min(PIECE_BYTES));
            self.read(want)?;
            if let Some(kept) = &mut kept {
                kept.extend_from_slice(&self.piece[..want]);
            }
            left -= want as u64;
        }
        Ok(Some(self.twin.end_part()))
    }

    /// Gives the payload the digests that the manifest lists; what it does not list has none.
    fn take_as_listed(&mut self) {
        let manifest = self.bag.tags.get(MANIFEST).map(Vec::as_slice);
        let text = manifest.and_then(|bytes| std::str::from_utf8(bytes).ok());
        for line in text.unwrap_or_default().lines() {
            let listed = line.split_once("  ").and_then(|(digest, path)| {
                let file = self.bag.files.get_mut(path)?;
                Some((file, digest.parse().ok()?))
            });
            if let Some((file, digest)) = listed.filter(|(file, _)| file.digests.sha256().is_none())
            {
                file.digests = Digests::of_sha256(digest);
            }
        }
    }

    fn padding(&mut self, bytes: u64, shown: &str) -> Result<(), Stop> {
        let want = ustar::padding(bytes) as usize;
        if want as u64 > self.total - self.at {
            return stop(Code::TarTruncated, shown, "its last block is not whole");
        }
        self.read(want)?;
        if self.piece[..want].iter().any(|&byte| byte != 0) {
            let detail = "the filling after it is not zero";
            self.faults.error(Code::NotCanonical, shown, detail);
        }
        Ok(())
    }

    /// One block of zeros was read; exactly one more must follow, and then nothing.
    fn end_blocks(&mut self) -> Result<(), Stop> {
        if self.total - self.at != END_BYTES - BLOCK as u64 {
            return stop(
                Code::NotCanonical,
                "",
                "the tar does not end with two blocks of zeros",
            );
        }
        let mut block = [0u8; BLOCK];
        self.take(&mut block)?;
        if block != [0; BLOCK] {
            return stop(Code::NotCanonical, "", "the last block is not zero");
        }
        Ok(())
    }

    /// Files stand in the order in which sealing writes them.
    fn check_order(&mut self) {
        let place = |path: &str| match path {
            DECLARATION => 0,
            INFO => 2,
            MANIFEST => 3,
            DELIVERY => 4,
            NINJS => 5,
            TAG_MANIFEST => 6,
            path if path.starts_with(PAYLOAD) => 1,
            path if path.starts_with(SIGNATURES) => 7,
            _ => 8,
        };
        let sorted = self.order.windows(2).all(|pair| {
            let (a, b) = (&pair[0].path, &pair[1].path);
            (place(a), a) < (place(b), b)
        });
        if !sorted {
            let detail = "the files are not in the order we write";
            self.faults.error(Code::NotCanonical, "", detail);
        }
    }

    fn take(&mut self, block: &mut [u8; BLOCK]) -> Result<(), Stop> {
        if self.total - self.at < BLOCK as u64 {
            let code = if self.at == 0 {
                Code::NotATar
            } else {
                Code::TarTruncated
            };
            return stop(code, "", "it ends without its last blocks");
        }
        self.read(BLOCK)?;
        block.copy_from_slice(&self.piece[..BLOCK]);
        Ok(())
    }

    /// Reads and digests into the piece. The caller has checked that so much is there.
    fn read(&mut self, want: usize) -> Result<(), Stop> {
        let piece = &mut self.piece[..want];
        if let Err(error) = self.bytes.read_exact_at(self.at, piece) {
            return stop(Code::Unreadable, "", &error.to_string());
        }
        self.twin.update(piece);
        self.at += want as u64;
        self.watch.step(self.at, self.total)?;
        Ok(())
    }

    fn skip_to_end(&mut self) -> Result<(), Stop> {
        while self.at < self.total {
            let left = self.total - self.at;
            self.read(usize::try_from(left).map_or(PIECE_BYTES, |left| left.min(PIECE_BYTES)))?;
        }
        Ok(())
    }

    fn end(self, whole: bool) -> Walked {
        let folder = self
            .folder
            .and_then(|folder| String::from_utf8(folder).ok());
        Walked {
            facts: whole.then(|| TarFacts {
                folder: folder.unwrap_or_default(),
                time_s: self.time_s.unwrap_or_default(),
            }),
            digest: (whole && self.payload == Payload::Read).then(|| self.twin.finish()),
            bag: self.bag,
            order: self.order,
        }
    }
}
