//! A look-ahead limiter that no true peak passes.
//!
//! The gain that each frame needs is held over the look-ahead and smoothed by a finite filter with no
//! negative tap. A weighted mean of values that are all low enough is low enough, so the smoothed gain
//! never exceeds the need (`gain`). The delay line runs without a break; only the search for peaks is
//! skipped, and only where they are impossible (`stage`).
//!
//! That holds each value by itself. A gain in motion also bends what lies between the samples: where
//! it falls by twenty decibels in a few milliseconds of sound up to half the rate, by some tenths. So a
//! second stage like the first catches what is left; it has so little to do that its own gain moves
//! nothing. On speech and music it finds hardly any window to search.
//!
//! Not here: how loud the result is (`normalize` asks and corrects).

mod gain;
mod stage;

use units::{Db, Dbtp};

use crate::{Error, Planar, Signal};
use stage::Stage;

/// How far below the ceiling the limiter aims, in dB: covers the rounding to the file's width and what
/// the second stage leaves.
const MARGIN_DB: f64 = 0.02;
/// How far below the second stage the first aims, in dB, so that rounding does not keep both at work.
const STAGE_MARGIN_DB: f64 = 0.005;

/// A signal with a gain, held under a ceiling. As long as its source, and not delayed against it.
pub struct Limited {
    stages: Stage<Stage<Box<dyn Signal>>>,
}

impl Limited {
    /// `source`, changed by `gain` and then held under `ceiling`.
    #[must_use]
    pub fn new(source: Box<dyn Signal>, gain: Db, ceiling: Dbtp) -> Self {
        let factor = |below_db: f64| Db(ceiling.0 - below_db).factor() as f32;
        let first_ceiling = factor(MARGIN_DB + STAGE_MARGIN_DB);
        let first = Stage::new(source, gain.factor() as f32, first_ceiling);
        Self {
            stages: Stage::new(first, 1.0, factor(MARGIN_DB)),
        }
    }

    /// The deepest reduction so far, in dB, not negative: that of both stages together, as if their
    /// deepest places were one.
    #[must_use]
    pub fn deepest_db(&self) -> f64 {
        Db::from_factor(self.stages.lowest() * self.stages.source().lowest())
            .0
            .abs()
    }
}

impl Signal for Limited {
    fn rate_hz(&self) -> u32 {
        self.stages.rate_hz()
    }

    fn channels(&self) -> usize {
        self.stages.channels()
    }

    fn frames(&self) -> Option<u64> {
        self.stages.frames()
    }

    fn read(&mut self, block: &mut Planar, frames_max: usize) -> Result<usize, Error> {
        self.stages.read(block, frames_max)
    }
}

#[cfg(test)]
mod tests;
