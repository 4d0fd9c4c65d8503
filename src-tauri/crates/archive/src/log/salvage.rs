//! Getting out of a damaged log what can be had, and losing nothing of the rest.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};

use super::frame::{self, Head, RECORD_HEAD_BYTES, RecordHead, Sort};
use super::open::{lock, open_file, set_aside};
use super::scan::{self, LOG_BYTES_MAX, Scan};
use super::{EDITS, Log, Snapshot, snapshots};
use crate::error::OnPath;
use crate::{Error, durable};

/// What a salvage came to. The log opens afterwards.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Salvaged {
    /// Number of the last edit that the document now has.
    pub last: u64,
    /// Number of the first edit that is still kept: 1, or where a snapshot bridged the damage the
    /// one after it; undo does not reach further back.
    pub first: u64,
    /// The log as it was, for a person to look at.
    pub kept: PathBuf,
}

impl Log {
    /// Mends a damaged log: keeps the edits before the damage or, where a snapshot lies behind it,
    /// that snapshot and the edits after it; whichever reaches further. The old file is kept.
    ///
    /// # Errors
    /// [`Error::Damaged`] where no snapshot can be read; [`Error::Locked`]; what the medium reports.
    pub fn salvage(folder: &Path) -> Result<Salvaged, Error> {
        let path = folder.join(EDITS);
        let _lock = lock(folder)?;
        let file = open_file(&path, OpenOptions::new().read(true).write(true))?;
        let bytes = scan::read_from(&file, 0, LOG_BYTES_MAX).on("read", &path)?;
        let scan = match Scan::of(&file, &path) {
            Ok(scan) => Some(scan),
            Err(Error::Damaged { .. }) => None,
            Err(error) => return Err(error),
        };
        let bridge = bridge(folder, &bytes, scan.as_ref())?;
        let last = scan.as_ref().map_or(0, Scan::last);
        let kept = set_aside(folder, "damaged", last, &bytes)?;
        match (scan, bridge) {
            (_, Some((head, snapshot, edits))) => {
                rewrite(folder, &head.kind, snapshot.number, &edits)?;
                Ok(Salvaged {
                    last: snapshot.number + edits.len() as u64,
                    first: snapshot.number + 1,
                    kept,
                })
            }
            (Some(scan), None) => {
                file.set_len(scan.end)
                    .and_then(|()| file.sync_all())
                    .on("shorten", &path)?;
                Ok(Salvaged {
                    last: scan.last(),
                    first: scan.head.number + 1,
                    kept,
                })
            }
            (None, None) => Err(Error::damaged(
                folder.display().to_string(),
                "neither its edits nor its snapshots can be read",
            )),
        }
    }
}

type Bridge<'a> = (Head, Snapshot, Vec<&'a [u8]>);

/// The newest snapshot that lies behind the good part, with the edits that follow it.
fn bridge<'a>(
    folder: &Path,
    bytes: &'a [u8],
    scan: Option<&Scan>,
) -> Result<Option<Bridge<'a>>, Error> {
    for number in snapshots::list(folder)? {
        if scan.is_some_and(|scan| number <= scan.last()) {
            break;
        }
        if let Some((head, chain, snapshot)) = snapshots::load(folder, number)? {
            return Ok(Some((head, snapshot, follow(bytes, number, chain))));
        }
    }
    Ok(None)
}

/// The records after `number` that follow each other from `chain` on, wherever they begin.
fn follow(bytes: &[u8], mut number: u64, mut chain: u32) -> Vec<&[u8]> {
    let mut edits = Vec::new();
    let next = |head: &RecordHead| head.number == number + 1 && head.previous == chain;
    let Some(mut at) = scan::find_record(bytes, next) else {
        return edits;
    };
    while let Some(head) = bytes.get(at..).and_then(RecordHead::read) {
        let start = at + RECORD_HEAD_BYTES;
        let content = bytes.get(start..start.saturating_add(head.bytes as usize));
        let follows = head.number == number + 1 && head.previous == chain;
        let Some(content) = content.filter(|content| follows && head.fits(content)) else {
            break;
        };
        edits.push(content);
        (number, chain, at) = (head.number, head.crc, start + content.len());
    }
    edits
}

/// A log that begins after `number`, with these edits, in place of the damaged one.
fn rewrite(folder: &Path, kind: &str, number: u64, edits: &[&[u8]]) -> Result<(), Error> {
    let (mut bytes, head) = Head::write(Sort::Edits, kind, number)?;
    let mut chain = head.crc;
    for (nth, edit) in (number + 1..).zip(edits) {
        let (record, crc) = frame::record(nth, chain, edit)?;
        bytes.extend_from_slice(&record);
        chain = crc;
    }
    durable::write_whole(folder, EDITS, &bytes)
}
