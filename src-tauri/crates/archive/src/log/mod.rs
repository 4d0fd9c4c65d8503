//! The edit log of one document: records in order, each on the medium before it is acknowledged.
//!
//! ```text
//! edits.log              all records ever made; grows, is only ever replaced by a copy
//! snapshot-<number>      the document after that record; the first and the two newest are kept
//! spare-<number>         a snapshot once more, while there is no other
//! torn-…, damaged-…      what was set aside as it was, for a person to look at
//! lock                   held by the one who writes
//! ```
//!
//! What a record says is the application's business: edits with their inverses, undo, redo. Since
//! all records stay, undo reaches back to the first one: [`Log::record`] gives any of them.

mod anew;
mod check;
mod frame;
mod open;
mod recover;
mod scan;
mod snapshots;

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use units::{FileBytes, ReadAt as _};

use self::frame::{Head, RECORD_HEAD_BYTES, RecordHead};
use self::scan::{LOG_BYTES_MAX, Place};
use crate::Error;
use crate::error::OnPath;

pub use check::LogFault;
pub use recover::Recovered;

const EDITS: &str = "edits.log";

/// Replaying this many edits takes a few milliseconds; more would be felt on opening.
const SNAPSHOT_EDITS: u64 = 256;

/// The same for large edits.
const SNAPSHOT_BYTES: u64 = 4 << 20;

/// An edit log, open for writing. Dropping it closes it; nothing is lost by being killed.
#[derive(Debug)]
pub struct Log {
    folder: PathBuf,
    file: File,
    _lock: File,
    head: Head,
    places: Vec<Place>,
    end: u64,
    snapshot_number: u64,
    snapshot_end: u64,
    broken: bool,
}

/// A document at some record.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Snapshot {
    /// Number of the last record in it; 0 for the first state.
    pub number: u64,
    /// What the application handed in.
    pub content: Vec<u8>,
}

/// An unfinished record at the end: its writer was killed, and it was never acknowledged.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Torn {
    /// Its length.
    pub bytes: u64,
    /// Where the bytes were put; `None` where the log was only read.
    pub kept: Option<PathBuf>,
}

/// What a log holds: the document is `snapshot` with `edits` replayed in order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LogContent {
    /// What the document is; the application's word.
    pub kind: String,
    /// The newest usable snapshot.
    pub snapshot: Snapshot,
    /// The records after it, oldest first.
    pub edits: Vec<Vec<u8>>,
    /// What was dropped at the end; worth a notice.
    pub torn: Option<Torn>,
}

impl Log {
    /// What the document is; the application's word.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.head.kind
    }

    /// Number of the last record; 0 where there is none.
    #[must_use]
    pub fn last(&self) -> u64 {
        self.head.number + self.places.len() as u64
    }

    /// Number of the first record that is kept: 1, save after damage that a snapshot bridged.
    #[must_use]
    pub fn first(&self) -> u64 {
        self.head.number + 1
    }

    /// Appends a record and returns its number. On `Ok` it is on the medium.
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::DiskFull`] and what else the medium reports: the record is not
    /// in the log. Where the medium may hold something of it all the same, the log goes on in a new
    /// file, now or with the next call.
    pub fn append(&mut self, content: &[u8]) -> Result<u64, Error> {
        self.mend()?;
        let number = self.last() + 1;
        let (record, crc) = frame::record(number, self.chain(), content)?;
        if self.end + record.len() as u64 > LOG_BYTES_MAX {
            return Err(Error::TooLarge {
                what: "an edit log in bytes",
                limit: LOG_BYTES_MAX,
            });
        }
        let written = self
            .file
            .seek(SeekFrom::Start(self.end))
            .and_then(|_| self.file.write_all(&record))
            .map_err(|error| ("write", error))
            .and_then(|()| {
                // Never sync again what failed to sync: the system may have dropped it and say yes.
                let synced = self.file.sync_data();
                self.broken = synced.is_err();
                synced.map_err(|error| ("make durable", error))
            });
        if let Err((doing, error)) = written {
            self.broken |= self.file.set_len(self.end).is_err();
            // Where this fails too, the next call tries again and says why.
            self.mend().unwrap_or_default();
            return Err(Error::io(doing, &self.folder.join(EDITS), error));
        }
        self.places.push(Place {
            offset: self.end,
            crc,
        });
        self.end += record.len() as u64;
        Ok(number)
    }

    /// Any record, such as one to undo that lies before the snapshot.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Damaged`], or what the medium reports.
    pub fn record(&self, number: u64) -> Result<Vec<u8>, Error> {
        let place = number
            .checked_sub(self.first())
            .and_then(|index| self.places.get(usize::try_from(index).ok()?))
            .ok_or_else(|| Error::not_found("edit", number))?;
        read_record(&self.file, &self.folder.join(EDITS), *place)
    }

    /// Whether enough has happened since the last snapshot to make another.
    #[must_use]
    pub fn wants_snapshot(&self) -> bool {
        self.last() - self.snapshot_number >= SNAPSHOT_EDITS
            || self.end - self.snapshot_end >= SNAPSHOT_BYTES
    }

    /// Keeps the document as it is after the last record, so that opening need not replay.
    ///
    /// # Errors
    /// [`Error::TooLarge`], or what the medium reports; the log is as good as before.
    pub fn snapshot(&mut self, content: &[u8]) -> Result<(), Error> {
        self.mend()?;
        let number = self.last();
        let kind = &self.head.kind;
        snapshots::write(&self.folder, kind, number, self.chain(), content)?;
        self.snapshot_number = number;
        self.snapshot_end = self.end;
        snapshots::drop_old(&self.folder, self.head.number)
    }

    fn chain(&self) -> u32 {
        self.places.last().map_or(self.head.crc, |place| place.crc)
    }

    fn mend(&mut self) -> Result<(), Error> {
        if self.broken {
            self.begin_anew()
        } else {
            Ok(())
        }
    }
}

fn read_record(file: &File, path: &Path, place: Place) -> Result<Vec<u8>, Error> {
    let bytes = FileBytes::new(file).on("read", path)?;
    let mut head = [0; RECORD_HEAD_BYTES];
    (bytes.read_exact_at(place.offset, &mut head)).on("read", path)?;
    let damaged = || {
        let what = format!("the edit at {} in {}", place.offset, path.display());
        Error::damaged(what, "it has changed since it was written")
    };
    let head = RecordHead::read(&head).filter(|head| head.crc == place.crc);
    let head = head.ok_or_else(damaged)?;
    if head.bytes as usize > frame::RECORD_BYTES_MAX {
        return Err(damaged());
    }
    let mut content = vec![0; head.bytes as usize];
    let offset = place.offset + RECORD_HEAD_BYTES as u64;
    (bytes.read_exact_at(offset, &mut content)).on("read", path)?;
    if !head.fits(&content) {
        return Err(damaged());
    }
    Ok(content)
}
