//! What browsers sent, until it is taken in: copies, whose originals lie where the person has them.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// The folder of what was sent.
pub struct Uploads {
    folder: PathBuf,
    /// Locked from the first file on, so that another server on this store does not sweep it away.
    held: Mutex<Option<File>>,
}

impl Uploads {
    /// Removes what browsers of earlier runs sent, for their handles ended with those runs. What a
    /// server that still runs holds stays.
    ///
    /// # Errors
    /// Where it cannot be removed.
    pub fn open(folder: PathBuf) -> io::Result<Self> {
        let held = |it: File| matches!(it.try_lock(), Err(TryLockError::WouldBlock));
        if !File::open(&folder).is_ok_and(held) {
            match fs::remove_dir_all(&folder) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(Self {
            folder,
            held: Mutex::default(),
        })
    }

    /// Makes the folder of one file.
    ///
    /// # Errors
    /// Where it cannot be made.
    pub fn place(&self, name: &str) -> io::Result<PathBuf> {
        let own = self.folder.join(name);
        fs::create_dir_all(&own)?;
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.is_none() {
            // Windows opens no folders, nor do all media know locks: there nothing is held.
            let folder = File::open(&self.folder).ok();
            *held = folder.filter(|folder| folder.try_lock_shared().is_ok());
        }
        Ok(own)
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::Uploads;

    #[test]
    fn a_second_server_sweeps_nothing_from_under_the_first() {
        let store = tempfile::tempdir().unwrap();
        let folder = store.path().join("uploads");
        let first = Uploads::open(folder.clone()).unwrap();
        let sent = first.place("a").unwrap();
        let second = Uploads::open(folder.clone()).unwrap();
        assert!(sent.is_dir());
        let other = second.place("b").unwrap();
        drop(first);
        Uploads::open(folder.clone()).unwrap();
        assert!(other.is_dir(), "the second holds it now");
        drop(second);
        Uploads::open(folder.clone()).unwrap();
        assert!(!folder.exists());
    }
}
