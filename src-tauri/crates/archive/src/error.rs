//! What can go wrong with the store, in sentences that say what a person can do.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

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
    /// No room. What had been begun was taken back.
    #[error("the disk is full; free some space and try again")]
    DiskFull,
    /// The folder may not be written to.
    #[error("{what} may not be written to; check its permissions or whether the disk is locked")]
    NotWritable {
        /// The file or folder.
        what: String,
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
    /// The index failed in a way not named above.
    #[error("the index of the archive failed: {0}")]
    Index(rusqlite::Error),
}

impl Error {
    /// Names the file on which the medium failed.
    pub(crate) fn io(doing: &str, path: &Path, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull,
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                Self::NotWritable {
                    what: path.display().to_string(),
                }
            }
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

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(ErrorCode::DiskFull) => Self::DiskFull,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Self::damaged("the index (loa.db)", error.to_string())
            }
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                Self::NotWritable {
                    what: "the archive folder".to_owned(),
                }
            }
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
