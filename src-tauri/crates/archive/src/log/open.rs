//! Beginning, opening and reading a log.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use files::{Access, RunFolder};

use super::frame::{Head, RECORD_HEAD_BYTES, Sort};
use super::scan::{self, Scan, Tail};
use super::{EDITS, Log, LogContent, Snapshot, Torn, read_record, snapshots};
use crate::Error;
use crate::error::OnPath;

impl Log {
    /// Begins a log in `folder`, which must not exist; its parent must. Whole or not at all: until
    /// it is, it lies in a folder that [`files::sweep_runs`] knows.
    ///
    /// # Errors
    /// [`Error::Exists`], [`Error::TooLarge`], or what the medium reports.
    pub fn create(folder: &Path, kind: &str, snapshot: &[u8]) -> Result<Self, Error> {
        let exists = || Error::Exists {
            what: format!("document {}", folder.display()),
        };
        if folder.symlink_metadata().is_ok() {
            return Err(exists());
        }
        let parent = folder.parent().unwrap_or(Path::new("."));
        let run = RunFolder::create(parent).on("create", parent)?;
        let unfinished = run.path().join("document");
        Self::fill(&unfinished, kind, snapshot)?;
        fs::rename(&unfinished, folder).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists | io::ErrorKind::DirectoryNotEmpty => exists(),
            _ => Error::io("name", folder, error),
        })?;
        let opened = files::sync_folder(parent)
            .on("make durable", parent)
            .and_then(|()| Self::open(folder));
        match opened {
            Ok((log, _)) => Ok(log),
            Err(error) => {
                // Nobody was told of it yet; where it cannot be taken back, it is an empty document.
                fs::rename(folder, &unfinished).unwrap_or_default();
                Err(error)
            }
        }
    }

    fn fill(folder: &Path, kind: &str, snapshot: &[u8]) -> Result<(), Error> {
        let path = folder.join(EDITS);
        let (bytes, head) = Head::write(Sort::Edits, kind, 0)?;
        files::write_whole(&path, &bytes, Access::Owner).on("write", &path)?;
        snapshots::write(folder, kind, 0, head.crc, snapshot)
    }

    /// Takes a log back that was just begun and that nobody was told of.
    pub(crate) fn discard(self) {
        let folder = self.folder.clone();
        drop(self);
        // Where that fails, an empty document stays in the list, which can be put away.
        if let Ok(run) = RunFolder::create(folder.parent().unwrap_or(Path::new("."))) {
            fs::rename(&folder, run.path().join("document")).unwrap_or_default();
        }
    }

    /// Opens a log for writing. An unfinished record at the end is set aside.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Locked`] while another holds it; [`Error::NewerVersion`];
    /// [`Error::LogDamaged`], then [`Log::recover`] helps; what the medium reports.
    pub fn open(folder: &Path) -> Result<(Self, LogContent), Error> {
        let path = folder.join(EDITS);
        check_is_there(folder)?;
        let lock = lock(folder)?;
        files::sweep_folder(folder);
        let file = open_file(folder, || files::open_in_place(&path))?;
        let scan = Scan::of(&file, &path)?;
        let snapshot = snapshots::newest(folder, &snapshots::list(folder)?, &scan)?;
        check_followed(folder, &scan)?;
        let torn = if scan.tail == Tail::Torn {
            Some(cut_torn(folder, &file, &scan)?)
        } else {
            None
        };
        let content = content(&file, &path, &scan, snapshot, torn)?;
        let mut log = Self {
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
        // A killed writer may have left a whole record that is not on the medium yet: what is shown
        // from here on must be.
        if log.file.sync_all().is_err() {
            log.begin_anew()?;
        }
        if let Some(chain) = log.chain_at(content.snapshot.number) {
            // A precaution: a full disk keeps nobody from opening.
            snapshots::spare(folder, log.kind(), chain, &content.snapshot).unwrap_or_default();
        }
        Ok((log, content))
    }

    /// Reads a log as it is now, while somebody else may be writing to it. Changes nothing.
    ///
    /// # Errors
    /// As [`Log::open`], save [`Error::Locked`].
    pub fn read(folder: &Path) -> Result<LogContent, Error> {
        let path = folder.join(EDITS);
        check_is_there(folder)?;
        // In this order: a snapshot listed is in the log by then.
        let listed = snapshots::list(folder)?;
        let file = open_file(folder, || File::open(&path))?;
        let scan = Scan::of(&file, &path)?;
        let snapshot = snapshots::newest(folder, &listed, &scan)?;
        check_followed(folder, &scan)?;
        let torn = (scan.tail == Tail::Torn).then_some(Torn {
            bytes: scan.bytes - scan.end,
            kept: None,
        });
        content(&file, &path, &scan, snapshot, torn)
    }

    /// What the document in `folder` is, from the head alone; where that is damaged, from the heads
    /// of its snapshots.
    pub(crate) fn kind_in(folder: &Path) -> Result<String, Error> {
        let path = folder.join(EDITS);
        let said = open_file(folder, || File::open(&path))
            .and_then(|mut file| scan::read_head(&mut file, &path));
        match said {
            Err(Error::LogDamaged { .. } | Error::Io { .. }) => {}
            said => return Ok(said?.kind),
        }
        for (number, path) in snapshots::list(folder)? {
            if let Ok(Some((head, ..))) = snapshots::load(number, &path) {
                return Ok(head.kind);
            }
        }
        Ok(said?.kind)
    }
}

/// Whether anything of a document is in `folder`.
pub(super) fn check_is_there(folder: &Path) -> Result<(), Error> {
    let is_there = folder.join(EDITS).symlink_metadata().is_ok()
        || (folder.is_dir() && !snapshots::list(folder)?.is_empty());
    is_there
        .then_some(())
        .ok_or_else(|| Error::not_found("document", folder.display()))
}

/// Opens the edits of a document of which something is there.
fn open_file(folder: &Path, open: impl FnOnce() -> io::Result<File>) -> Result<File, Error> {
    match open() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(damaged(folder, 0, "its log of edits is gone"))
        }
        opened => opened.on("open", &folder.join(EDITS)),
    }
}

/// One writer at a time. A file of its own, since a lock on Windows keeps readers out as well.
/// A medium without locks (some network shares) is used without.
pub(super) fn lock(folder: &Path) -> Result<File, Error> {
    let path = folder.join("lock");
    if files::has_link_below(folder.parent().unwrap_or(folder), &path) {
        let refused = io::Error::new(io::ErrorKind::InvalidInput, "a link");
        return Err(Error::io("open", &path, refused));
    }
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(&path).on("open", &path)?;
    if matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
        return Err(Error::Locked {
            what: format!("document {}", folder.display()),
        });
    }
    Ok(file)
}

/// Takes what follows the last good record out of the file, and keeps it beside.
fn cut_torn(folder: &Path, file: &File, scan: &Scan) -> Result<Torn, Error> {
    let path = folder.join(EDITS);
    let rest = scan::read_from(&mut &*file, scan.end, scan.bytes - scan.end).on("read", &path)?;
    let kept = free_name(folder, "torn", scan.last());
    files::write_whole(&kept, &rest, Access::Owner).on("write", &kept)?;
    file.set_len(scan.end).on("shorten", &path)?;
    Ok(Torn {
        bytes: rest.len() as u64,
        kept: Some(kept),
    })
}

/// A name that nothing has, for what is kept of a damaged document.
pub(super) fn free_name(folder: &Path, why: &str, after: u64) -> PathBuf {
    (0u32..)
        .map(|nth| folder.join(format!("{why}-{after}-{nth}")))
        .find(|path| path.symlink_metadata().is_err())
        .unwrap_or_default()
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

fn check_followed(folder: &Path, scan: &Scan) -> Result<(), Error> {
    if scan.tail == Tail::Damaged {
        return Err(damaged(
            folder,
            scan.last(),
            "there are edits behind the damage",
        ));
    }
    Ok(())
}

pub(super) fn damaged(folder: &Path, good: u64, detail: &str) -> Error {
    Error::LogDamaged {
        folder: folder.to_owned(),
        good,
        detail: detail.to_owned(),
    }
}
