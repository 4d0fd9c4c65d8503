//! Progress over a number of runs that nobody knows beforehand.

use std::cell::Cell;

use units::{Cancel, Watch};

use crate::Error;

/// The parts of the whole in which progress is told.
const TOTAL: u64 = 1_000_000;
/// Each run takes one part in so many of what the runs before it left: the bar never goes back and
/// never stands at the end while work goes on.
const RUN_SHARE: u64 = 4;

/// Tells one watch about several runs.
pub struct Progress<'a> {
    watch: Watch<'a>,
    done: Cell<u64>,
}

/// The share of one run. Stopping reaches the run through a switch of its own.
struct Share<'a> {
    watch: Watch<'a>,
    from: u64,
    share: u64,
    cancel: Cancel,
}

impl units::Progress for Share<'_> {
    fn report(&self, done: u64, total: u64) {
        let done = done.min(total).checked_mul(self.share).unwrap_or(0);
        let at = self.from + done.checked_div(total).unwrap_or(0);
        if self.watch.step(at, TOTAL).is_err() {
            self.cancel.cancel();
        }
    }
}

impl<'a> Progress<'a> {
    pub fn new(watch: Watch<'a>) -> Self {
        Self {
            watch,
            done: Cell::new(0),
        }
    }

    /// Does `work` with a watch of its own.
    pub fn during<T>(&self, work: impl FnOnce(Watch<'_>) -> Result<T, Error>) -> Result<T, Error> {
        let from = self.done.get();
        let share = Share {
            watch: self.watch,
            from,
            share: (TOTAL - from) / RUN_SHARE,
            cancel: Cancel::new(),
        };
        let result = work(Watch::new(&share, &share.cancel))?;
        self.done.set(from + share.share);
        self.watch.step(self.done.get(), TOTAL)?;
        Ok(result)
    }

    /// Says that all is done.
    pub fn end(&self) -> Result<(), Error> {
        Ok(self.watch.step(TOTAL, TOTAL)?)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::{Progress, TOTAL};
    use crate::Error;
    use units::{Cancel, Watch};

    #[test]
    fn progress_never_goes_back_and_a_stop_ends_the_run_in_hand() {
        let heard = Mutex::new(Vec::new());
        let hear = |done: u64, total: u64| {
            assert_eq!(total, TOTAL);
            heard.lock().unwrap().push(done);
        };
        let cancel = Cancel::new();
        let progress = Progress::new(Watch::new(&hear, &cancel));
        for _ in 0..3 {
            progress
                .during(|watch| Ok((0..=10).try_for_each(|n| watch.step(n, 10))?))
                .unwrap();
        }
        let stopped = progress.during(|watch| {
            cancel.cancel();
            Ok((0..=10).try_for_each(|n| watch.step(n, 10))?)
        });
        assert!(matches!(stopped, Err(Error::Cancelled(_))));
        let heard = heard.lock().unwrap();
        assert!(heard.is_sorted() && heard.len() > 30);
    }
}
