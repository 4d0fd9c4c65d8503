//! How many bytes a province keeps, counted along.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes kept, shared by all who write.
#[derive(Clone, Debug, Default)]
pub(crate) struct Usage(Arc<AtomicU64>);

impl Usage {
    /// Counts what lies in `folders`.
    pub(super) fn of(folders: &[impl AsRef<Path>]) -> io::Result<Self> {
        let usage = Self::default();
        for folder in folders {
            for entry in fs::read_dir(folder)? {
                match entry?.metadata() {
                    Ok(about) => usage.grew(about.len()),
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(usage)
    }

    /// Bytes kept now.
    pub(crate) fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    pub(super) fn grew(&self, bytes: u64) {
        self.change(|now| now.saturating_add(bytes));
    }

    pub(super) fn shrank(&self, bytes: u64) {
        self.change(|now| now.saturating_sub(bytes));
    }

    fn change(&self, change: impl Fn(u64) -> u64) {
        let changed = (self.0).fetch_update(Ordering::Relaxed, Ordering::Relaxed, |now| {
            Some(change(now))
        });
        debug_assert!(changed.is_ok(), "a change is always given");
    }
}
