//! The port to where jobs are remembered, and the version that forgets with the process.

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::{Job, JobKey};

/// Why a job could not be stored or read.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process, or another part of this one, is sending it.
    #[error("this package is being sent already")]
    Claimed,
    /// The medium failed. What was stored before is still there.
    #[error("the state of sending could not be stored: {0}")]
    Io(#[from] io::Error),
    /// A job file is damaged or from a later version.
    #[error("the stored state of sending is unreadable: {0}")]
    Unreadable(String),
}

/// The right to work on a job; given back when dropped, also by a killed process.
pub struct Claimed(#[expect(dead_code, reason = "held for its Drop")] Box<dyn Any + Send + Sync>);

impl Claimed {
    /// Whatever gives the right back when it is dropped.
    #[must_use]
    pub fn new(guard: impl Any + Send + Sync) -> Self {
        Self(Box::new(guard))
    }
}

/// Remembers jobs. Blocking is fine: records are small and rare (one per piece).
pub trait Store: Send + Sync {
    /// All jobs, in no order.
    ///
    /// # Errors
    /// [`StoreError`].
    fn jobs(&self) -> Result<Vec<Job>, StoreError>;

    /// One job.
    ///
    /// # Errors
    /// [`StoreError`].
    fn load(&self, key: &JobKey) -> Result<Option<Job>, StoreError>;

    /// Stores a job, in place of its older self. Once this returns, it survives a power cut.
    ///
    /// # Errors
    /// [`StoreError`]; the older self is still there then.
    fn save(&self, job: &Job) -> Result<(), StoreError>;

    /// Forgets a job. Fine where there is none.
    ///
    /// # Errors
    /// [`StoreError`].
    fn remove(&self, key: &JobKey) -> Result<(), StoreError>;

    /// Takes the right to work on a job, so that two processes never send the same thing at once.
    ///
    /// # Errors
    /// [`StoreError::Claimed`] where somebody has it.
    fn claim(&self, key: &JobKey) -> Result<Claimed, StoreError>;
}

/// Forgets with the process.
#[derive(Clone, Default)]
pub struct MemoryStore {
    jobs: Arc<Mutex<BTreeMap<JobKey, Job>>>,
    claims: Arc<Mutex<BTreeSet<JobKey>>>,
}

struct MemoryClaim {
    claims: Arc<Mutex<BTreeSet<JobKey>>>,
    key: JobKey,
}

impl Drop for MemoryClaim {
    fn drop(&mut self) {
        locked(&self.claims).remove(&self.key);
    }
}

/// A panic elsewhere cannot leave these maps half changed, so its poison is no news.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Store for MemoryStore {
    fn jobs(&self) -> Result<Vec<Job>, StoreError> {
        Ok(locked(&self.jobs).values().cloned().collect())
    }

    fn load(&self, key: &JobKey) -> Result<Option<Job>, StoreError> {
        Ok(locked(&self.jobs).get(key).cloned())
    }

    fn save(&self, job: &Job) -> Result<(), StoreError> {
        locked(&self.jobs).insert(job.key(), job.clone());
        Ok(())
    }

    fn remove(&self, key: &JobKey) -> Result<(), StoreError> {
        locked(&self.jobs).remove(key);
        Ok(())
    }

    fn claim(&self, key: &JobKey) -> Result<Claimed, StoreError> {
        if !locked(&self.claims).insert(key.clone()) {
            return Err(StoreError::Claimed);
        }
        Ok(Claimed::new(MemoryClaim {
            claims: Arc::clone(&self.claims),
            key: key.clone(),
        }))
    }
}
