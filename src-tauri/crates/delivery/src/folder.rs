//! One small file per job in a folder: the outbox of the desk and of `loa send`.
//!
//! A job file is replaced whole ([`files::write_whole`]): a kill at any moment leaves the older or the
//! newer one. Settled jobs stay, so a folder holds years of them: files that have not changed are not
//! read again. One that no program of ours could have written is kept aside under another name, so
//! that its package can be sent again, and [`FolderStore::lost`] says so.

use std::collections::{BTreeSet, HashMap};
use std::fs::{self, File, Metadata, OpenOptions, TryLockError};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use files::Access;
use units::Digest;

use crate::file::{self, FILE_MAX_BYTES};
use crate::{Claimed, Job, JobKey, Store, StoreError};

mod names;

/// A hundred packages a day for a quarter of a century; a folder with more was not made by us.
const JOBS_MAX: usize = 1_000_000;

/// Jobs in a folder.
#[derive(Clone, Debug)]
pub struct FolderStore {
    folder: PathBuf,
    seen: Arc<Mutex<HashMap<PathBuf, Seen>>>,
}

/// A job whose file was damaged: what it said of the way so far is lost, the package is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// The package.
    pub digest: Digest,
    /// Where the damaged file is kept.
    pub kept: PathBuf,
}

/// A job file as it was when it was last read.
#[derive(Clone, Debug)]
struct Seen {
    mark: Mark,
    job: Job,
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
    /// Uses `folder`, made where it does not exist, and tidies up after killed programs.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn open(folder: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let folder = folder.into();
        files::create_folders(&folder, Access::Owner)?;
        files::sweep_folder(&folder);
        names::sweep_old_drafts(&folder);
        Ok(Self {
            folder,
            seen: Arc::default(),
        })
    }

    /// Jobs whose files were damaged and whose packages have not been sent again since.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn lost(&self) -> Result<Vec<Lost>, StoreError> {
        let mut alive = BTreeSet::new();
        let mut lost = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let name = entry?.file_name();
            let Some((job, ending)) = name.to_str().and_then(|name| name.split_once('.')) else {
                continue;
            };
            if ending == "json" {
                alive.insert(job.to_owned());
            } else if let (true, Some(digest)) = (names::is_aside(ending), names::digest(job)) {
                let kept = self.folder.join(&name);
                lost.push((job.to_owned(), Lost { digest, kept }));
            }
        }
        lost.retain(|(job, _)| !alive.contains(job));
        Ok(lost.into_iter().map(|(_, lost)| lost).collect())
    }

    fn seen(&self) -> MutexGuard<'_, HashMap<PathBuf, Seen>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn path(&self, key: &JobKey, ending: &str) -> PathBuf {
        let place = Digest::of(key.destination.as_bytes()).short();
        self.folder.join(format!("{}-{place}.{ending}", key.digest))
    }

    /// The job in a file; one that is unreadable is kept aside and counts as none.
    fn read(&self, path: &Path) -> Result<Option<Job>, StoreError> {
        let open = match File::open(path) {
            Ok(open) => open,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let mut text = Vec::new();
        open.take(FILE_MAX_BYTES).read_to_end(&mut text)?;
        match file::read(&text) {
            Ok(job) => Ok(Some(job)),
            Err(_) => {
                names::keep_aside(path)?;
                Ok(None)
            }
        }
    }
}

impl Store for FolderStore {
    /// Passes over a file that the medium does not give out: it must not hold up all others, and
    /// [`FolderStore::load`] says so to whoever asks for it.
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
            let seen = known.or_else(|| {
                let job = self.read(&path).ok().flatten()?;
                Some(Seen { mark, job })
            });
            now.extend(seen.map(|seen| (path, seen)));
            if now.len() > JOBS_MAX {
                return Err(StoreError::Unreadable("too many jobs".to_owned()));
            }
        }
        let jobs = now.values().map(|seen| seen.job.clone()).collect();
        *self.seen() = now;
        Ok(jobs)
    }

    fn load(&self, key: &JobKey) -> Result<Option<Job>, StoreError> {
        let job = self.read(&self.path(key, "json"))?;
        // The name holds only part of the destination's digest: the file has the last word.
        Ok(job.filter(|job| job.key() == *key))
    }

    fn save(&self, job: &Job) -> Result<(), StoreError> {
        let text = file::write(job).map_err(StoreError::Unreadable)?;
        let place = self.path(&job.key(), "json");
        self.seen().remove(&place);
        files::write_whole(&place, &text, Access::Owner)?;
        Ok(())
    }

    fn remove(&self, key: &JobKey) -> Result<(), StoreError> {
        match fs::remove_file(self.path(key, "json")) {
            Ok(()) => Ok(files::sync_folder(&self.folder)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    fn claim(&self, key: &JobKey) -> Result<Claimed, StoreError> {
        // The lock file stays: removing it would let two processes lock two files of one name.
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let lock = options.open(self.path(key, "lock"))?;
        match lock.try_lock() {
            Err(TryLockError::WouldBlock) => Err(StoreError::Claimed),
            // A medium without locks is used without: two who send the same harm nothing.
            Ok(()) | Err(TryLockError::Error(_)) => Ok(Claimed::new(lock)),
        }
    }
}

#[cfg(test)]
mod tests;
