//! Beginning, opening and reading a log.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::frame::{Head, RECORD_HEAD_BYTES, Sort};
use super::scan::{self, Scan, Tail};
use super::{EDITS, Log, LogContent, Snapshot, Torn, read_record, snapshots};
use crate::error::OnPath;
use crate::{Error, durable};

impl Log {
    /// Begins a log in `folder`, which must not exist; its parent must. Whole or not at all.
    ///
    /// # Errors
    /// [`Error::Exists`], [`Error::TooLarge`], or what the medium reports.
    pub fn create(folder: &Path, kind: &str, snapshot: &[u8]) -> Result<Self, Error> {
        let exists = || Error::Exists {
            what: format!("document {}", folder.display()),
        };
        let parent = folder.parent().unwrap_or(Path::new("."));
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        if folder.exists() {
            return Err(exists());
        }
        let unfinished = parent.join(format!(".new-{name}-{}", std::process::id()));
        if unfinished.exists() {
            fs::remove_dir_all(&unfinished).on("remove", &unfinished)?;
        }
        fs::create_dir(&unfinished).on("create", &unfinished)?;
        let made = Self::fill(&unfinished, kind, snapshot).and_then(|()| {
            fs::rename(&unfinished, folder).map_err(|error| match error.kind() {
                io::ErrorKind::AlreadyExists | io::ErrorKind::DirectoryNotEmpty => exists(),
                _ => Error::io("name", folder, error),
            })
        });
        if let Err(error) = made {
            fs::remove_dir_all(&unfinished).ok();
            return Err(error);
        }
        durable::sync_folder(parent)?;
        Ok(Self::open(folder)?.0)
    }

    fn fill(folder: &Path, kind: &str, snapshot: &[u8]) -> Result<(), Error> {
        let (bytes, head) = Head::write(Sort::Edits, kind, 0)?;
        durable::write_whole(folder, EDITS, &bytes)?;
        snapshots::write(folder, kind, 0, head.crc, snapshot)
    }

    /// Opens a log for writing. An unfinished record at the end is set aside.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Locked`] while another holds it; [`Error::NewerVersion`];
    /// [`Error::LogDamaged`] and [`Error::Damaged`], then [`Log::salvage`] helps.
    pub fn open(folder: &Path) -> Result<(Self, LogContent), Error> {
        let path = folder.join(EDITS);
        let lock = lock(folder)?;
        let file = open_file(&path, OpenOptions::new().read(true).write(true))?;
        let scan = Scan::of(&file, &path)?;
        let snapshot = snapshots::newest(folder, &scan)?;
        if scan.tail == Tail::Damaged {
            return Err(damaged(folder, &scan));
        }
        let torn = if scan.tail == Tail::Torn {
            let rest = scan::read_from(&file, scan.end, scan.bytes - scan.end).on("read", &path)?;
            let kept = set_aside(folder, "torn", scan.last(), &rest)?;
            file.set_len(scan.end).on("shorten", &path)?;
            Some(Torn {
                bytes: rest.len() as u64,
                kept: Some(kept),
            })
        } else {
            None
        };
        // A killed writer may have left a whole record that is not on the medium yet: what is shown
        // from here on must be.
        file.sync_all().on("make durable", &path)?;
        let content = content(&file, &path, &scan, snapshot, torn)?;
        let log = Self {
            folder: folder.to_owned(),
            file,
            _lock: lock,
            snapshot_number: content.snapshot.number,
            // Where the snapshot's edits end is the start of those replayed.
            snapshot_end: scan.end
                - (content.edits.iter())
                    .map(|edit| (RECORD_HEAD_BYTES + edit.len()) as u64)
                    .sum::<u64>(),
            end: scan.end,
            head: scan.head,
            places: scan.places,
            broken: false,
        };
        Ok((log, content))
    }

    /// Reads a log as it is now, while somebody else may be writing to it. Changes nothing.
    ///
    /// # Errors
    /// As [`Log::open`], save [`Error::Locked`].
    pub fn read(folder: &Path) -> Result<LogContent, Error> {
        let path = folder.join(EDITS);
        let file = open_file(&path, OpenOptions::new().read(true))?;
        let names = snapshots::list(folder)?;
        let scan = Scan::of(&file, &path)?;
        let snapshot = snapshots::newest_of(folder, &names, &scan)?;
        if scan.tail == Tail::Damaged {
            return Err(damaged(folder, &scan));
        }
        let torn = (scan.tail == Tail::Torn).then_some(Torn {
            bytes: scan.bytes - scan.end,
            kept: None,
        });
        content(&file, &path, &scan, snapshot, torn)
    }

    /// What the document in `folder` is, from the head alone.
    pub(crate) fn kind_in(folder: &Path) -> Result<String, Error> {
        let path = folder.join(EDITS);
        let mut file = open_file(&path, OpenOptions::new().read(true))?;
        Ok(scan::read_head(&mut file, &path)?.kind)
    }
}

pub(super) fn open_file(path: &Path, options: &OpenOptions) -> Result<File, Error> {
    match options.open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(Error::not_found("document", path.display()))
        }
        opened => opened.on("open", path),
    }
}

/// One writer at a time. A file of its own, since a lock on Windows keeps readers out as well.
/// A medium without locks (some network shares) is used without.
pub(super) fn lock(folder: &Path) -> Result<File, Error> {
    let path = folder.join("lock");
    let mut options = OpenOptions::new();
    let file = open_file(&path, options.write(true).create(true).truncate(false))?;
    if matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
        return Err(Error::Locked {
            what: format!("document {}", folder.display()),
        });
    }
    Ok(file)
}

/// Keeps bytes that are taken out of a log, under a name of their own.
pub(super) fn set_aside(
    folder: &Path,
    why: &str,
    after: u64,
    bytes: &[u8],
) -> Result<PathBuf, Error> {
    let name = (0u32..)
        .map(|nth| format!("{why}-{after}-{nth}"))
        .find(|name| !folder.join(name).exists())
        .unwrap_or_default();
    durable::write_whole(folder, &name, bytes)?;
    Ok(folder.join(name))
}

fn content(
    file: &File,
    path: &Path,
    scan: &Scan,
    snapshot: Snapshot,
    torn: Option<Torn>,
) -> Result<LogContent, Error> {
    let replayed = usize::try_from(snapshot.number - scan.head.number).unwrap_or(usize::MAX);
    let edits = scan.places[replayed.min(scan.places.len())..]
        .iter()
        .map(|place| read_record(file, path, *place))
        .collect::<Result<_, _>>()?;
    Ok(LogContent {
        kind: scan.head.kind.clone(),
        snapshot,
        edits,
        torn,
    })
}

pub(super) fn damaged(folder: &Path, scan: &Scan) -> Error {
    Error::LogDamaged {
        folder: folder.to_owned(),
        good: scan.last(),
    }
}
