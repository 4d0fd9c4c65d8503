//! How long work tells how far it is and learns that nobody wants it any more.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A switch shared by the one who may stop a piece of work and the one who does it.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

/// The work was stopped on request; whatever it had begun is undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("stopped on request")]
pub struct Cancelled;

impl Cancel {
    /// A switch that is off.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks the work to stop. It stops at its next check, not at once.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether stopping was asked for.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// `Err` once stopping was asked for: `cancel.check()?` in each loop over blocks.
    ///
    /// # Errors
    /// [`Cancelled`] after [`Cancel::cancel`].
    pub fn check(&self) -> Result<(), Cancelled> {
        if self.is_cancelled() {
            Err(Cancelled)
        } else {
            Ok(())
        }
    }
}

/// Hears how far a piece of work is.
pub trait Progress: Send + Sync {
    /// `done` of `total` (same unit, free of choice). `total` is 0 where it is not known.
    fn report(&self, done: u64, total: u64);
}

impl Progress for () {
    fn report(&self, _done: u64, _total: u64) {}
}

impl<F: Fn(u64, u64) + Send + Sync> Progress for F {
    fn report(&self, done: u64, total: u64) {
        self(done, total);
    }
}

/// Who watches a piece of work: someone to tell and a switch to obey.
#[derive(Clone, Copy)]
pub struct Watch<'a> {
    progress: &'a dyn Progress,
    cancel: Option<&'a Cancel>,
}

impl<'a> Watch<'a> {
    /// Nobody watches.
    pub const NONE: Watch<'static> = Watch {
        progress: &(),
        cancel: None,
    };

    /// Watched through `progress`, stopped through `cancel`.
    #[must_use]
    pub fn new(progress: &'a dyn Progress, cancel: &'a Cancel) -> Self {
        Self {
            progress,
            cancel: Some(cancel),
        }
    }

    /// Stopped like this one, but telling `progress`: for a stage of longer work.
    #[must_use]
    pub fn telling<'b>(&self, progress: &'b dyn Progress) -> Watch<'b>
    where
        'a: 'b,
    {
        Watch {
            progress,
            cancel: self.cancel,
        }
    }

    /// Tells how far the work is, and stops it where that was asked for.
    ///
    /// # Errors
    /// [`Cancelled`] where stopping was asked for.
    pub fn step(&self, done: u64, total: u64) -> Result<(), Cancelled> {
        self.cancel.map_or(Ok(()), Cancel::check)?;
        self.progress.report(done, total);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Cancel, Cancelled, Watch};
    use std::sync::atomic::{AtomicU64, Ordering};

    #[test]
    fn work_is_told_to_stop_at_its_next_step() {
        let heard = AtomicU64::new(0);
        let hear = |done: u64, _total: u64| heard.store(done, Ordering::Relaxed);
        let cancel = Cancel::new();
        let watch = Watch::new(&hear, &cancel);
        assert_eq!(watch.step(3, 10), Ok(()));
        cancel.cancel();
        assert_eq!(watch.step(4, 10), Err(Cancelled));
        assert_eq!(heard.load(Ordering::Relaxed), 3);
        assert_eq!(Watch::NONE.step(1, 1), Ok(()));
    }
}
