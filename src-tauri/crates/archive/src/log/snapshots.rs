//! Snapshot files of a log: written whole, chosen by what the log confirms.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use super::Snapshot;
use super::frame::{self, Head, SNAPSHOT_BYTES_MAX};
use super::scan::Scan;
use crate::error::OnPath;
use crate::{Error, durable};

/// Newest snapshots that are kept beside the first: one may be damaged.
const KEPT: usize = 2;

pub(super) fn write(
    folder: &Path,
    kind: &str,
    number: u64,
    chain: u32,
    content: &[u8],
) -> Result<(), Error> {
    let bytes = frame::snapshot(kind, number, chain, content)?;
    durable::write_whole(folder, &name(number), &bytes)
}

fn name(number: u64) -> String {
    format!("snapshot-{number:016x}")
}

fn path(folder: &Path, number: u64) -> PathBuf {
    folder.join(name(number))
}

/// The numbers of all snapshot files, newest first.
pub(super) fn list(folder: &Path) -> Result<Vec<u64>, Error> {
    let mut numbers = Vec::new();
    for entry in fs::read_dir(folder).on("list", folder)? {
        let found = entry.on("list", folder)?.file_name();
        let number = (found.to_str())
            .and_then(|found| found.strip_prefix("snapshot-"))
            .and_then(|digits| u64::from_str_radix(digits, 16).ok())
            .filter(|&number| found.to_str() == Some(&name(number)));
        numbers.extend(number);
    }
    numbers.sort_unstable_by(|a, b| b.cmp(a));
    Ok(numbers)
}

pub(super) fn newest(folder: &Path, scan: &Scan) -> Result<Snapshot, Error> {
    newest_of(folder, &list(folder)?, scan)
}

/// The newest snapshot among `numbers` that is whole and belongs to this log.
pub(super) fn newest_of(folder: &Path, numbers: &[u64], scan: &Scan) -> Result<Snapshot, Error> {
    for &number in numbers {
        let Some((_, chain, snapshot)) = load(folder, number)? else {
            continue;
        };
        if number > scan.last() {
            // Only what was acknowledged is ever in a snapshot: the log has lost records.
            return Err(super::open::damaged(folder, scan));
        }
        // The log begins at its head's number by definition, whatever chain led there.
        if number == scan.head.number || scan.chain_at(number) == Some(chain) {
            return Ok(snapshot);
        }
    }
    Err(Error::damaged(
        folder.display().to_string(),
        "none of its snapshots can be read",
    ))
}

/// A snapshot with its head and chain; `None` where it is damaged or gone.
pub(super) fn load(folder: &Path, number: u64) -> Result<Option<(Head, u32, Snapshot)>, Error> {
    let path = path(folder, number);
    let file = match File::open(&path) {
        // The writer may have dropped it since it was listed.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        opened => opened.on("open", &path)?,
    };
    let bytes_max = SNAPSHOT_BYTES_MAX as u64 + (1 << 10);
    let mut bytes = Vec::new();
    file.take(bytes_max)
        .read_to_end(&mut bytes)
        .on("read", &path)?;
    Ok(frame::read_snapshot(&bytes)
        .filter(|(head, ..)| head.number == number)
        .map(|(head, chain, content)| {
            let content = content.to_vec();
            (head, chain, Snapshot { number, content })
        }))
}

/// Removes snapshots that newer ones replace. They can be had again by replaying.
pub(super) fn drop_old(folder: &Path, first: u64) -> Result<(), Error> {
    for number in list(folder)?.into_iter().skip(KEPT) {
        if number > first {
            durable::forget(&path(folder, number));
        }
    }
    Ok(())
}
