//! Names in the outbox beside those of jobs: damaged job files that are kept aside, and what earlier
//! versions left behind when they were killed.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use units::Digest;

/// The ending of a damaged job file; a second one of the same job gets a number behind it.
const ASIDE: &str = "unreadable";

/// How a job file begins. Earlier versions wrote it under this name, which ends in `.new`, before
/// they gave it its own.
const BEGINNING: &[u8] = b"{\n  \"format\": \"loa-delivery-job\"";

/// Gives a damaged file a name under which it is in nobody's way. Nothing is overwritten.
pub(super) fn keep_aside(path: &Path) -> io::Result<()> {
    let aside = (1..u32::MAX)
        .map(|number| match number {
            1 => path.with_extension(ASIDE),
            number => path.with_extension(format!("{ASIDE}-{number}")),
        })
        .find(|aside| aside.symlink_metadata().is_err());
    let aside = aside.ok_or(io::ErrorKind::AlreadyExists)?;
    match fs::rename(path, aside) {
        // Another process was quicker.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
        Ok(()) => files::sync_folder(path.parent().unwrap_or(Path::new("."))),
    }
}

/// Whether what stands behind the first point of a name is that of a file kept aside.
pub(super) fn is_aside(ending: &str) -> bool {
    ending
        .strip_prefix(ASIDE)
        .is_some_and(|number| number.is_empty() || number.starts_with('-'))
}

/// The package in the name of a job file, without its ending.
pub(super) fn digest(job: &str) -> Option<Digest> {
    let (digest, place) = job.split_once('-')?;
    let is_hex = !place.is_empty() && place.bytes().all(|byte| byte.is_ascii_hexdigit());
    digest.parse().ok().filter(|_| is_hex)
}

/// Removes what earlier versions left when they were killed while writing a job file: known by its
/// name and by what stands in it. What cannot be removed stays for the next time.
pub(super) fn sweep_old_drafts(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else {
        return; // the next to read it says why
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let job = name.to_str().and_then(|name| name.strip_suffix(".new"));
        if job.and_then(digest).is_some()
            && entry.file_type().is_ok_and(|kind| kind.is_file())
            && begins_as_job(&entry.path())
        {
            fs::remove_file(entry.path()).unwrap_or_default();
        }
    }
}

/// Whether a file begins as a job file does, or is the cut beginning of one.
fn begins_as_job(path: &Path) -> bool {
    let mut text = Vec::new();
    let read =
        File::open(path).and_then(|file| file.take(BEGINNING.len() as u64).read_to_end(&mut text));
    read.is_ok() && BEGINNING.starts_with(&text)
}
