//! What can go wrong with the store, in sentences that say what a person can do.

use std::io;
use std::path::{Path, PathBuf};

use files::Shortage;
use rusqlite::{ErrorCode, ffi};

/// Why the store could not do it. The variants are stable: the application maps them to problems.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Asked for something that is not there.
    #[error("there is no {what} here")]
    NotFound {
        /// What was asked for, with its id.
        what: String,
    },
    /// Asked to add something under a name that is taken.
    #[error("{what} is there already")]
    Exists {
        /// What exists, with its id.
        what: String,
    },
    /// The folder's index belongs to another application.
    #[error("{} is not an archive of this application; choose another folder", path.display())]
    NotAnArchive {
        /// The index file.
        path: PathBuf,
    },
    /// The folder holds what is not ours; nothing was touched.
    #[error(
        "{} is no archive and holds other files ({}); choose an empty folder or an archive",
        path.display(),
        found.join(", ")
    )]
    ForeignFolder {
        /// The folder.
        path: PathBuf,
        /// Some of the names in it.
        found: Vec<String>,
    },
    /// Written by a newer version of the application. Nothing was touched.
    #[error(
        "{} was written by a newer version (format {found}, this version knows up to {known}); update the application",
        path.display()
    )]
    NewerVersion {
        /// The file.
        path: PathBuf,
        /// Its format version.
        found: u64,
        /// The newest version known here.
        known: u64,
    },
    /// What is on disk is not what was written.
    #[error("{what} is damaged: {detail}")]
    Damaged {
        /// Which file or record.
        what: String,
        /// What does not fit.
        detail: String,
    },
    /// A document's log is damaged before its end: [`crate::Log::recover`] gives what can be had.
    #[error(
        "the document in {} is damaged after edit {good}: {detail}; recover it",
        folder.display()
    )]
    LogDamaged {
        /// The document's folder.
        folder: PathBuf,
        /// Sequence number of the last edit before the damage.
        good: u64,
        /// What does not fit.
        detail: String,
    },
    /// Somebody else is writing this document.
    #[error("{what} is open in another window or process")]
    Locked {
        /// What is locked.
        what: String,
    },
    /// Another process kept the index busy for longer than the waiting time.
    #[error("the archive is busy with another process; try again")]
    Busy,
    /// No room; by how much, where that is known. What had been begun was taken back.
    #[error("the disk is full{}; free some space and try again", shortage(*.0))]
    DiskFull(Option<Shortage>),
    /// The file or folder cannot be written to; reading goes on.
    #[error("{what} {why}")]
    NotWritable {
        /// The file or folder.
        what: String,
        /// Why not.
        why: Unwritable,
    },
    /// What a person asked to take in cannot be read. The archive is as it was.
    #[error("the file to be added{} cannot be read: {source}", named(path.as_deref()))]
    Source {
        /// The file, where it is one.
        path: Option<PathBuf>,
        /// What the system said.
        source: io::Error,
    },
    /// The source changed while it was being copied in.
    #[error("{} changed while it was read; wait until it is finished and try again", path.display())]
    SourceChanged {
        /// The source file.
        path: PathBuf,
    },
    /// Over a limit.
    #[error("{what} is too large: at most {limit}")]
    TooLarge {
        /// What is too large.
        what: &'static str,
        /// The limit, in the thing's own unit.
        limit: u64,
    },
    /// Stopped on request; what had been begun was taken back.
    #[error(transparent)]
    Cancelled(#[from] units::Cancelled),
    /// The medium failed.
    #[error("{doing}: {source}")]
    Io {
        /// What was being done to which file.
        doing: String,
        /// What the system said.
        source: io::Error,
    },
    /// The medium failed under the index; what is in the archive is not said to be damaged by that.
    #[error("{what}: {}", failed_call(source))]
    IndexMedium {
        /// The index, with its path where that is known.
        what: String,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// The index gives what it should not. SQLite says so of a damaged index and of a medium that
    /// fails to read alike; [`crate::Archive::audit`] finds out which it is.
    #[error(
        "{THE_INDEX} cannot be made sense of ({source}): its disk fails or it is damaged; make a \
         copy and run the audit, which tells which"
    )]
    IndexUnsound {
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// The index failed in a way not named above.
    #[error("the index of the archive failed: {0}")]
    Index(rusqlite::Error),
}

/// Why something can only be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unwritable {
    /// The disk is full.
    DiskFull,
    /// The medium takes no writes: a locked card, a disk mounted for reading.
    Medium,
    /// The permissions of file or folder.
    NotAllowed,
    /// The medium knows no file locks: two who write would destroy the index.
    NoLocks,
    /// The medium failed when it was opened for writing.
    Failing,
}

impl Unwritable {
    /// What an error of the system says about writing, if that is what it says.
    pub(crate) fn of(error: &io::Error) -> Option<Self> {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Some(Self::DiskFull),
            io::ErrorKind::ReadOnlyFilesystem => Some(Self::Medium),
            io::ErrorKind::PermissionDenied => Some(Self::NotAllowed),
            _ => None,
        }
    }
}

impl std::fmt::Display for Unwritable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::DiskFull => "lies on a disk that is full; free some space and try again",
            Self::Medium => {
                "lies on a medium that can only be read; unlock it, or copy the archive elsewhere"
            }
            Self::NotAllowed => "may not be written to; check its permissions",
            Self::NoLocks => {
                "lies on a drive that knows no file locks and can only be read there; \
                 copy the archive to a disk of this machine"
            }
            Self::Failing => {
                "cannot be opened for writing: the medium fails; make a copy, then open it again"
            }
        })
    }
}

fn shortage(shortage: Option<Shortage>) -> String {
    shortage.map_or_else(String::new, |by| format!(" ({by})"))
}

fn named(path: Option<&Path>) -> String {
    path.map_or_else(String::new, |path| format!(", {},", path.display()))
}

/// What SQLite was doing when the medium failed, by its extended code.
fn failed_call(error: &rusqlite::Error) -> String {
    let code = error.sqlite_error().map(|it| it.extended_code);
    let doing = match code {
        Some(
            ffi::SQLITE_IOERR_READ | ffi::SQLITE_IOERR_SHORT_READ | ffi::SQLITE_IOERR_CORRUPTFS,
        ) => "reading failed",
        Some(ffi::SQLITE_IOERR_WRITE) => "writing failed",
        Some(ffi::SQLITE_IOERR_FSYNC | ffi::SQLITE_IOERR_DIR_FSYNC) => "making it durable failed",
        Some(ffi::SQLITE_IOERR_TRUNCATE) => "shortening failed",
        Some(
            ffi::SQLITE_IOERR_SHMOPEN
            | ffi::SQLITE_IOERR_SHMSIZE
            | ffi::SQLITE_IOERR_SHMLOCK
            | ffi::SQLITE_IOERR_SHMMAP,
        ) => "its shared memory failed",
        Some(
            ffi::SQLITE_IOERR_LOCK
            | ffi::SQLITE_IOERR_RDLOCK
            | ffi::SQLITE_IOERR_UNLOCK
            | ffi::SQLITE_IOERR_CHECKRESERVEDLOCK,
        ) => "locking failed",
        Some(code) if code & 0xff == ffi::SQLITE_CANTOPEN => "opening failed",
        _ => "the medium failed",
    };
    match code {
        Some(code) => format!("{doing} ({error}, code {code})"),
        None => format!("{doing} ({error})"),
    }
}

impl Error {
    /// That something cannot be written to. A full disk has an error of its own.
    #[must_use]
    pub fn unwritable(path: &Path, why: Unwritable) -> Self {
        match why {
            Unwritable::DiskFull => Self::DiskFull(None),
            why => Self::NotWritable {
                what: path.display().to_string(),
                why,
            },
        }
    }

    /// Names the file on which the medium failed.
    pub(crate) fn io(doing: &str, path: &Path, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull(None),
            io::ErrorKind::ReadOnlyFilesystem => Self::unwritable(path, Unwritable::Medium),
            _ => Self::Io {
                doing: format!("{doing} {}", path.display()),
                source,
            },
        }
    }

    pub(crate) fn damaged(what: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::Damaged {
            what: what.into(),
            detail: detail.into(),
        }
    }

    pub(crate) fn not_found(what: &str, id: impl std::fmt::Display) -> Self {
        Self::NotFound {
            what: format!("{what} {id}"),
        }
    }
}

/// What errors of SQLite are about.
pub(crate) const THE_INDEX: &str = "the index of the archive (loa.db)";

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(ErrorCode::DiskFull) => Self::DiskFull(None),
            Some(ErrorCode::NotADatabase) => Self::damaged(THE_INDEX, error.to_string()),
            Some(ErrorCode::DatabaseCorrupt) => Self::IndexUnsound { source: error },
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Self::NotWritable {
                what: THE_INDEX.to_owned(),
                why: Unwritable::NotAllowed,
            },
            Some(ErrorCode::CannotOpen | ErrorCode::SystemIoFailure) => Self::IndexMedium {
                what: THE_INDEX.to_owned(),
                source: error,
            },
            _ => Self::Index(error),
        }
    }
}

/// Names the file on which an operation failed.
pub(crate) trait OnPath<T> {
    fn on(self, doing: &str, path: &Path) -> Result<T, Error>;
}

impl<T> OnPath<T> for io::Result<T> {
    fn on(self, doing: &str, path: &Path) -> Result<T, Error> {
        self.map_err(|source| Error::io(doing, path, source))
    }
}
