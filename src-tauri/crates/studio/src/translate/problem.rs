//! What each engine reports, as a problem with a code.

use std::io;
use std::path::Path;

use crate::wire::{Code, Problem};

impl Problem {
    /// What the system says about a file, and about which one.
    #[must_use]
    pub fn on(path: &Path, error: io::Error) -> Self {
        let problem = Self::from(error);
        Self::new(
            problem.code,
            format!("{}: {}", path.display(), problem.detail),
        )
    }
}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Self {
        let carried = error.get_ref().and_then(|it| it.downcast_ref::<Self>());
        if let Some(problem) = carried {
            return problem.clone();
        }
        Self::new(of_system(&error), error.to_string())
    }
}

fn of_system(error: &io::Error) -> Code {
    match error.kind() {
        io::ErrorKind::NotFound => Code::NotFound,
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            Code::PermissionDenied
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Code::DiskFull,
        _ => Code::Io,
    }
}

fn of_unwritable(why: archive::Unwritable) -> Code {
    use archive::Unwritable;
    match why {
        Unwritable::DiskFull => Code::DiskFull,
        Unwritable::Medium | Unwritable::NotAllowed => Code::StoreReadOnly,
        Unwritable::NoLocks => Code::NoLocks,
        Unwritable::Failing => Code::Io,
    }
}

impl From<units::Cancelled> for Problem {
    fn from(cancelled: units::Cancelled) -> Self {
        Self::new(Code::Cancelled, cancelled.to_string())
    }
}

impl From<audio::Error> for Problem {
    fn from(error: audio::Error) -> Self {
        let code = match error {
            audio::Error::Io(error) => return error.into(),
            audio::Error::Cancelled(cancelled) => return cancelled.into(),
            audio::Error::UnknownFormat(_) => Code::UnknownFormat,
            audio::Error::Damaged(_) => Code::Damaged,
            audio::Error::Limit { .. } => Code::TooLarge,
            audio::Error::OverScale { .. } => Code::OverScale,
            audio::Error::Silence => Code::Silence,
            audio::Error::UnsupportedTarget(_) => Code::UnsupportedTarget,
            audio::Error::BadEdit(_) => Code::BadEdit,
            audio::Error::Encoder(_) => Code::Internal,
        };
        Self::new(code, error.to_string())
    }
}

impl From<board::Error> for Problem {
    fn from(error: board::Error) -> Self {
        let code = match error {
            board::Error::Io(error) => return error.into(),
            board::Error::Malformed(_) | board::Error::Invalid(_) => Code::Damaged,
            board::Error::Version { .. } => Code::NewerFile,
            board::Error::Limit { .. } => Code::TooLarge,
            board::Error::BadEdit(_) | board::Error::NoSuchField(_) => Code::BadEdit,
            board::Error::NoSuchSlide { .. } => Code::NotFound,
            board::Error::Font(_) => Code::Internal,
        };
        Self::new(code, error.to_string())
    }
}

impl From<archive::Error> for Problem {
    fn from(error: archive::Error) -> Self {
        use archive::Error;
        let code = match error {
            Error::Io { source, doing } => {
                let problem = Self::from(source);
                return Self::new(problem.code, format!("{doing}: {}", problem.detail));
            }
            Error::Cancelled(cancelled) => return cancelled.into(),
            Error::NotFound { .. } => Code::NotFound,
            Error::NewerVersion { .. } => Code::NewerStore,
            Error::NotAnArchive { .. } | Error::ForeignFolder { .. } => Code::NotAStore,
            Error::Damaged { .. } => Code::StoreDamaged,
            Error::IndexUnsound { .. } => Code::StoreUnsound,
            Error::LogDamaged { .. } => Code::DocumentDamaged,
            Error::Locked { .. } | Error::Busy => Code::StoreLocked,
            // The sentence says the rest.
            Error::DiskFull(shortage) => {
                let by = shortage.map(|by| by.to_string());
                return Self::new(Code::DiskFull, by.unwrap_or_default());
            }
            Error::NotWritable { why, .. } => of_unwritable(why),
            Error::Source { ref source, .. } => of_system(source),
            Error::SourceChanged { .. } | Error::IndexMedium { .. } => Code::Io,
            Error::TooLarge { .. } => Code::TooLarge,
            _ => Code::Internal,
        };
        Self::new(code, error.to_string())
    }
}

impl From<package::Error> for Problem {
    fn from(error: package::Error) -> Self {
        use package::Error;
        let code = match error {
            Error::Cancelled(cancelled) => return cancelled.into(),
            Error::Read { path, source } => {
                let problem = Self::from(source);
                return Self::new(problem.code, format!("{path}: {}", problem.detail));
            }
            Error::Write(source) => return source.into(),
            Error::Path { .. } | Error::Clash { .. } | Error::Metadata { .. } => Code::BadRequest,
            Error::TooMany { .. } | Error::TooLarge { .. } => Code::TooLarge,
            Error::Changed { .. } => Code::Damaged,
            Error::ReceiptSignature => Code::WrongSignature,
            Error::Key(_) | Error::SignatureForm(_) | Error::ReceiptForm(_) | Error::Stamp(_) => {
                Code::BadRequest
            }
            Error::Missing { .. } | Error::Unreferenced { .. } => Code::Internal,
        };
        Self::new(code, error.to_string())
    }
}

impl From<audio::ports::DeviceError> for Problem {
    fn from(error: audio::ports::DeviceError) -> Self {
        use audio::ports::DeviceError;
        let code = match error {
            DeviceError::File(error) => return error.into(),
            DeviceError::Sound(error) => return error.into(),
            DeviceError::Gone(_) => Code::DeviceGone,
            DeviceError::Busy(_) => Code::DeviceBusy,
            DeviceError::PermissionDenied(_) => Code::PermissionDenied,
            DeviceError::NoSystem(_) => Code::NoDevice,
            DeviceError::DiskFull => Code::DiskFull,
            DeviceError::Unsupported(_) | DeviceError::Failed(_) => Code::DeviceGone,
        };
        Self::new(code, error.to_string())
    }
}

impl From<delivery::Error> for Problem {
    fn from(error: delivery::Error) -> Self {
        use delivery::Error;
        let code = match error {
            Error::Store(error) => return error.into(),
            Error::Source(error) => return error.into(),
            Error::Cancelled(cancelled) => return cancelled.into(),
            Error::Changed => Code::Damaged,
            Error::Setup(_) => Code::Unreachable,
            Error::Destination(_) => Code::BadDestination,
            Error::OutOfTurn(_) => Code::Internal,
        };
        Self::new(code, error.to_string())
    }
}

impl From<delivery::StoreError> for Problem {
    fn from(error: delivery::StoreError) -> Self {
        use delivery::StoreError;
        let code = match error {
            StoreError::Io(error) => return error.into(),
            StoreError::Claimed => Code::StoreLocked,
            StoreError::Unreadable(_) => Code::StoreDamaged,
        };
        Self::new(code, error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")] // the numbers are its own
    #[test]
    fn a_medium_that_fails_is_told_as_that_and_on_which_file() {
        let place = Path::new("kho/objects/ab");
        for (number, code) in [
            (5, Code::Io),                // EIO
            (13, Code::PermissionDenied), // EACCES
            (28, Code::DiskFull),         // ENOSPC
            (30, Code::PermissionDenied), // EROFS
            (122, Code::DiskFull),        // EDQUOT
        ] {
            let problem = Problem::on(place, io::Error::from_raw_os_error(number));
            assert_eq!(problem.code, code, "{}", problem.detail);
            assert!(problem.detail.starts_with("kho/objects/ab: "));
        }
    }

    #[test]
    fn a_problem_carried_through_an_engine_comes_out_as_it_was() {
        let full = Problem::new(Code::DiskFull, "kho/cache/pcm/ab.f32: 2 B needed, 1 B free");
        let carried = audio::Error::Io(full.clone().into());
        assert_eq!(Problem::from(carried), full);
        let file = audio::ports::DeviceError::File(full.clone().into());
        assert_eq!(Problem::from(file), full);
    }
}
