//! Progress of work in several stages, told as one.

use units::{Progress, Watch};

/// Grains in which a stage reports to the whole.
const GRAINS: f64 = 100_000.0;

/// A stage that covers `from..to` (0.0 to 1.0) of longer work.
pub struct Stage<'a> {
    whole: Watch<'a>,
    from: f64,
    to: f64,
}

impl<'a> Stage<'a> {
    /// The stage of `whole` between these fractions.
    #[must_use]
    pub fn of(whole: Watch<'a>, from: f64, to: f64) -> Self {
        Self { whole, from, to }
    }
}

impl Progress for Stage<'_> {
    fn report(&self, done: u64, total: u64) {
        if total > 0 {
            let fraction =
                self.from + (self.to - self.from) * (done as f64 / total as f64).min(1.0);
            // The switch to stop is read by the stage's own watch.
            self.whole
                .step((fraction * GRAINS) as u64, GRAINS as u64)
                .unwrap_or_default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Stage;
    use std::sync::atomic::{AtomicU64, Ordering};
    use units::{Cancel, Watch};

    #[test]
    fn a_stage_tells_its_share_of_the_whole() {
        let heard = AtomicU64::new(0);
        let hear = |done: u64, total: u64| heard.store(done * 100 / total, Ordering::Relaxed);
        let cancel = Cancel::new();
        let whole = Watch::new(&hear, &cancel);
        let stage = Stage::of(whole, 0.5, 0.9);
        whole.telling(&stage).step(1, 2).unwrap();
        assert_eq!(heard.load(Ordering::Relaxed), 70);
    }
}
