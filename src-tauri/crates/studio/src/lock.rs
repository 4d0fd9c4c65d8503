//! One application at a time on a store: two would each keep settings, documents and jobs of their
//! own in memory and write over one another's.
//!
//! A lock of the system, which ends with the process however that ends. Commands that only use the
//! archive take none; SQLite keeps those apart.

use std::fs::{File, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use crate::wire::{Code, Problem};

/// The file that is locked. It stays; it says who had the store last.
const NAME: &str = "application.lock";

/// More than anybody is called.
const HOLDER_BYTES_MAX: u64 = 200;

/// Held as long as the application has the store open.
#[derive(Debug)]
pub struct StoreLock(
    #[expect(dead_code, reason = "what matters is when it is closed")] Option<File>,
);

impl StoreLock {
    /// Takes the store for this process.
    ///
    /// # Errors
    /// [`Code::StoreLocked`] where another application has it, with who that is; what the disk says.
    /// A medium that knows no locks, or cannot be written to, lets everybody in.
    pub fn take(store: &Path) -> Result<Self, Problem> {
        let place = store.join(NAME);
        let mut file = match open(&place) {
            Ok(file) => file,
            // Where nothing can be written, nothing is written over.
            Err(error) if is_read_only(&error) => return Ok(Self(None)),
            Err(error) => return Err(Problem::on(&place, error)),
        };
        match file.try_lock() {
            Ok(()) => {
                // Only for the sentence that others get: without it they are refused all the same.
                sign(&mut file).unwrap_or_default();
                Ok(Self(Some(file)))
            }
            Err(TryLockError::WouldBlock) => {
                let who = holder(&mut file);
                let detail = format!("{}: open in {who}", store.display());
                Err(Problem::new(Code::StoreLocked, detail))
            }
            Err(TryLockError::Error(_)) => Ok(Self(None)),
        }
    }
}

fn open(place: &Path) -> io::Result<File> {
    match files::open_in_place(place) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        opened => return opened,
    }
    let mut options = File::options();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(place) {
        // Somebody was quicker.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => files::open_in_place(place),
        made => made,
    }
}

fn is_read_only(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied
    )
}

/// `loa-studio, process 4711`, by the name of the running program.
fn sign(file: &mut File) -> io::Result<()> {
    let program = std::env::current_exe()?;
    let program = program.file_stem().unwrap_or_default().to_string_lossy();
    file.set_len(0)?;
    file.seek(SeekFrom::Start(0))?;
    write!(file, "{program}, process {}", std::process::id())
}

/// Who has it. Systems on which a locked file cannot be read (Windows) do not say.
fn holder(file: &mut File) -> String {
    let mut who = String::new();
    let read = file.take(HOLDER_BYTES_MAX).read_to_string(&mut who);
    if read.is_err() || who.is_empty() {
        return "another program".to_owned();
    }
    who
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_application_on_a_store_is_told_who_has_it_and_gets_in_once_that_is_gone() {
        let store = tempfile::tempdir().unwrap();
        let first = StoreLock::take(store.path()).unwrap();
        let refused = StoreLock::take(store.path()).unwrap_err();
        assert_eq!(refused.code, Code::StoreLocked);
        if cfg!(unix) {
            let process = format!("process {}", std::process::id());
            assert!(refused.detail.ends_with(&process), "{}", refused.detail);
        }
        drop(first);
        StoreLock::take(store.path()).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn a_link_in_the_place_of_the_lock_is_not_written_through() {
        let store = tempfile::tempdir().unwrap();
        let precious = store.path().join("precious");
        std::fs::write(&precious, "mine").unwrap();
        std::os::unix::fs::symlink(&precious, store.path().join(NAME)).unwrap();
        StoreLock::take(store.path()).unwrap_err();
        assert_eq!(std::fs::read_to_string(precious).unwrap(), "mine");
    }
}
