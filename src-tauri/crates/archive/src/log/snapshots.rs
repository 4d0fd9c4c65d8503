//! Snapshot files of a log: written whole, chosen by what the log confirms.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use files::Access;

use super::Snapshot;
use super::frame::{self, Head, SNAPSHOT_BYTES_MAX};
use super::open::{damaged, free_name};
use super::scan::Scan;
use crate::Error;
use crate::error::OnPath;

/// Newest snapshots that are kept beside the first: one may be damaged.
const KEPT: usize = 2;

/// A snapshot, and a copy of it where there is no other: without any, edits lead nowhere.
const PREFIXES: [&str; 2] = ["snapshot-", "spare-"];

pub(super) fn write(
    folder: &Path,
    kind: &str,
    number: u64,
    chain: u32,
    content: &[u8],
) -> Result<(), Error> {
    let bytes = frame::snapshot(kind, number, chain, content)?;
    let path = path(folder, PREFIXES[0], number);
    set_aside_if_damaged(folder, number, &path)?;
    put(&path, &bytes)
}

/// Gives a damaged snapshot another name, under which it stays as it is.
pub(super) fn set_aside_if_damaged(
    folder: &Path,
    number: u64,
    path: &Path,
) -> Result<Option<PathBuf>, Error> {
    if !path.exists() || !matches!(load(number, path), Ok(None)) {
        return Ok(None);
    }
    let aside = free_name(folder, "damaged-snapshot", number);
    fs::rename(path, &aside).on("name", path)?;
    Ok(Some(aside))
}

fn put(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    files::write_whole(path, bytes, Access::Owner).on("write", path)
}

fn path(folder: &Path, prefix: &str, number: u64) -> PathBuf {
    folder.join(format!("{prefix}{number:016x}"))
}

/// All snapshot files with their numbers, newest first, a spare one after that it is a copy of.
pub(super) fn list(folder: &Path) -> Result<Vec<(u64, PathBuf)>, Error> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).on("list", folder)? {
        let name = entry.on("list", folder)?.file_name();
        let name = name.to_str().unwrap_or_default();
        for prefix in PREFIXES {
            let number = (name.strip_prefix(prefix))
                .and_then(|digits| u64::from_str_radix(digits, 16).ok())
                .map(|number| (number, path(folder, prefix, number)))
                .filter(|(_, path)| path.file_name().is_some_and(|it| it == name));
            found.extend(number);
        }
    }
    found.sort_unstable_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    Ok(found)
}

/// The newest snapshot among `files` that is whole and belongs to this log.
pub(super) fn newest(
    folder: &Path,
    files: &[(u64, PathBuf)],
    scan: &Scan,
) -> Result<Snapshot, Error> {
    if files
        .first()
        .is_some_and(|(number, _)| *number > scan.last())
    {
        // Only what was acknowledged is ever in a snapshot.
        let detail = "edits are missing that a snapshot confirms";
        return Err(damaged(folder, scan.last(), detail));
    }
    newest_whole(files, scan)?.ok_or_else(|| {
        let detail = "none of its snapshots can be read";
        damaged(folder, scan.last(), detail)
    })
}

/// The same, whatever lies behind the end of the log. One that the medium does not give is as good
/// as damaged while there is another.
pub(super) fn newest_whole(
    files: &[(u64, PathBuf)],
    scan: &Scan,
) -> Result<Option<Snapshot>, Error> {
    let mut failed = None;
    for (number, path) in files {
        match load(*number, path) {
            Ok(Some((_, chain, snapshot))) if scan.confirms(*number, chain) => {
                return Ok(Some(snapshot));
            }
            Ok(_) => {}
            Err(error) => failed = Some(error),
        }
    }
    failed.map_or(Ok(None), Err)
}

/// A snapshot with its head and chain; `None` where it is damaged or gone.
pub(super) fn load(number: u64, path: &Path) -> Result<Option<(Head, u32, Snapshot)>, Error> {
    let file = match File::open(path) {
        // The writer may have dropped it since it was listed.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        opened => opened.on("open", path)?,
    };
    let bytes_max = SNAPSHOT_BYTES_MAX as u64 + (1 << 10);
    let mut bytes = Vec::new();
    file.take(bytes_max)
        .read_to_end(&mut bytes)
        .on("read", path)?;
    Ok(frame::read_snapshot(&bytes)
        .filter(|(head, ..)| head.number == number)
        .map(|(head, chain, content)| {
            let content = content.to_vec();
            (head, chain, Snapshot { number, content })
        }))
}

/// Sees to it that there are two whole snapshots, be it the same twice: one may be damaged.
pub(super) fn spare(
    folder: &Path,
    kind: &str,
    chain: u32,
    snapshot: &Snapshot,
) -> Result<(), Error> {
    let mut whole = 0;
    for (number, path) in list(folder)? {
        // One that the medium does not give is none to count on.
        whole += usize::from(matches!(load(number, &path), Ok(Some(_))));
        if whole > 1 {
            return Ok(());
        }
    }
    let mut places = PREFIXES
        .map(|prefix| path(folder, prefix, snapshot.number))
        .into_iter();
    let Some(free) = places.find(|place| !place.exists()) else {
        return Ok(()); // a damaged one is in the way until the document is recovered
    };
    put(
        &free,
        &frame::snapshot(kind, snapshot.number, chain, &snapshot.content)?,
    )
}

/// Removes snapshots that newer ones replace. They can be had again by replaying. One that cannot be
/// removed does no harm.
pub(super) fn drop_old(folder: &Path, first: u64) -> Result<(), Error> {
    let mut numbers: Vec<u64> = Vec::new();
    for (number, path) in list(folder)? {
        if numbers.last() != Some(&number) {
            numbers.push(number);
        }
        if numbers.len() > KEPT && number > first {
            fs::remove_file(path).unwrap_or_default();
        }
    }
    Ok(())
}
