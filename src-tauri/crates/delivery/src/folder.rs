//! One small file per job in a folder, for hosts without an archive: `loa send`.
//!
//! A job file is replaced whole: temporary file, fsync, rename, fsync of the folder. A kill at any
//! moment leaves the older or the newer one. Not for thousands of jobs; an archive does that better.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use units::Digest;

use crate::file::{self, FILE_MAX_BYTES};
use crate::{Claimed, Job, JobKey, Store, StoreError};

/// More jobs than a person sends by hand in years.
const JOBS_MAX: usize = 10_000;

/// Jobs in a folder.
#[derive(Clone, Debug)]
pub struct FolderStore {
    folder: PathBuf,
}

impl FolderStore {
    /// Uses `folder`, made where it does not exist.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn open(folder: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let folder = folder.into();
        fs::create_dir_all(&folder)?;
        Ok(Self { folder })
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
    fn jobs(&self) -> Result<Vec<Job>, StoreError> {
        let mut jobs = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|ending| ending == "json") {
                jobs.extend(self.read(&path)?);
            }
            if jobs.len() > JOBS_MAX {
                return Err(StoreError::Unreadable("too many jobs".to_owned()));
            }
        }
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
        fs::rename(&draft, self.path(&key, "json"))?;
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
