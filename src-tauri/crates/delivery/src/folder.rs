//! One small file per job in a folder: the outbox of the desk and of `loa send`.
//!
//! A job file is replaced whole: temporary file, fsync, rename, fsync of the folder. A kill at any
//! moment leaves the older or the newer one. Settled jobs stay, so a folder holds years of them: files
//! that have not changed are not read again.

use std::collections::HashMap;
use std::fs::{self, File, Metadata, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use units::Digest;

use crate::file::{self, FILE_MAX_BYTES};
use crate::{Claimed, Job, JobKey, Store, StoreError};

/// A hundred packages a day for a quarter of a century; a folder with more was not made by us.
const JOBS_MAX: usize = 1_000_000;

/// Jobs in a folder.
#[derive(Clone, Debug)]
pub struct FolderStore {
    folder: PathBuf,
    seen: Arc<Mutex<HashMap<PathBuf, Seen>>>,
}

/// A job file as it was when it was last read.
#[derive(Clone, Debug)]
struct Seen {
    mark: Mark,
    /// `None`: unreadable, which [`FolderStore::load`] says to whoever asks for it.
    job: Option<Job>,
}

/// Tells a file from the one that took its place. Each write is a new file, so length and time alone
/// need not decide.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Mark {
    modified: SystemTime,
    bytes: u64,
    number: u64,
}

impl Mark {
    fn of(about: &Metadata) -> io::Result<Self> {
        #[cfg(unix)]
        let number = std::os::unix::fs::MetadataExt::ino(about);
        #[cfg(not(unix))]
        let number = 0;
        Ok(Self {
            modified: about.modified()?,
            bytes: about.len(),
            number,
        })
    }
}

impl FolderStore {
    /// Uses `folder`, made where it does not exist.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn open(folder: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let folder = folder.into();
        fs::create_dir_all(&folder)?;
        Ok(Self {
            folder,
            seen: Arc::default(),
        })
    }

    fn seen(&self) -> MutexGuard<'_, HashMap<PathBuf, Seen>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn path(&self, key: &JobKey, ending: &str) -> PathBuf {
        let place = Digest::of(key.destination.as_bytes()).short();
        self.folder.join(format!("{}-{place}.{ending}", key.digest))
    }

    fn read(&self, path: &Path) -> Result<Option<Job>, StoreError> {
        let open = match File::open(path) {
            Ok(open) => open,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let mut text = Vec::new();
        open.take(FILE_MAX_BYTES).read_to_end(&mut text)?;
        let unreadable = |why| StoreError::Unreadable(format!("{}: {why}", path.display()));
        file::read(&text).map(Some).map_err(unreadable)
    }
}

impl Store for FolderStore {
    /// Passes over a file that is unreadable: it must not hold up all others.
    fn jobs(&self) -> Result<Vec<Job>, StoreError> {
        let mut before = std::mem::take(&mut *self.seen());
        let mut now = HashMap::with_capacity(before.len());
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let path = entry.path();
            if path.extension().is_none_or(|ending| ending != "json") {
                continue;
            }
            let mark = match entry.metadata().and_then(|about| Mark::of(&about)) {
                Ok(mark) => mark,
                // Removed since the folder was read.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error.into()),
            };
            let known = before.remove(&path).filter(|seen| seen.mark == mark);
            let seen = match known {
                Some(seen) => seen,
                None => match self.read(&path) {
                    Ok(Some(job)) => Seen {
                        mark,
                        job: Some(job),
                    },
                    Ok(None) => continue,
                    Err(StoreError::Unreadable(_)) => Seen { mark, job: None },
                    Err(error) => return Err(error),
                },
            };
            now.insert(path, seen);
            if now.len() > JOBS_MAX {
                return Err(StoreError::Unreadable("too many jobs".to_owned()));
            }
        }
        let jobs = now.values().filter_map(|seen| seen.job.clone()).collect();
        *self.seen() = now;
        Ok(jobs)
    }

    fn load(&self, key: &JobKey) -> Result<Option<Job>, StoreError> {
        let job = self.read(&self.path(key, "json"))?;
        // The name holds only part of the destination's digest: the file has the last word.
        Ok(job.filter(|job| job.key() == *key))
    }

    fn save(&self, job: &Job) -> Result<(), StoreError> {
        let key = job.key();
        let text = file::write(job).map_err(StoreError::Unreadable)?;
        let draft = self.path(&key, "new");
        let mut out = File::create(&draft)?;
        out.write_all(&text)?;
        out.sync_all()?;
        drop(out);
        let place = self.path(&key, "json");
        self.seen().remove(&place);
        fs::rename(&draft, &place)?;
        sync_folder(&self.folder)?;
        Ok(())
    }

    fn remove(&self, key: &JobKey) -> Result<(), StoreError> {
        match fs::remove_file(self.path(key, "json")) {
            Ok(()) => Ok(sync_folder(&self.folder)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    fn claim(&self, key: &JobKey) -> Result<Claimed, StoreError> {
        // The lock file stays: removing it would let two processes lock two files of one name.
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(self.path(key, "lock"))?;
        match lock.try_lock() {
            Ok(()) => Ok(Claimed::new(lock)),
            Err(TryLockError::WouldBlock) => Err(StoreError::Claimed),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }
}

/// Makes a rename survive a power cut. Windows has no such call and needs none.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
