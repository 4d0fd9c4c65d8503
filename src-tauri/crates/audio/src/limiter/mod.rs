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

/// How far below the ceiling a known peak must stay, in dB: more than both margins and rounding.
const KNOWN_MARGIN_DB: f64 = 0.05;

/// A signal with a gain, held under a ceiling. As long as its source, and not delayed against it.
pub struct Limited {
    work: Work,
}

enum Work {
    /// The peaks are known to stay below.
    Gain(Box<dyn Signal>, f32),
    Limit(Box<Stage<Stage<Box<dyn Signal>>>>),
    /// The second stage is left out: it changes peaks by tenths of a decibel, and no loudness.
    Rehearse(Box<Stage<Box<dyn Signal>>>),
}

impl Limited {
    /// `source`, changed by `gain` and then held under `ceiling`.
    #[must_use]
    pub fn new(source: Box<dyn Signal>, gain: Db, ceiling: Dbtp) -> Self {
        let first = first_stage(source, gain, ceiling);
        let ceiling = factor_below(ceiling, MARGIN_DB);
        Self {
            work: Work::Limit(Box::new(Stage::new(first, 1.0, ceiling))),
        }
    }

    /// As loud as [`Self::new`], but with peaks that may go over the ceiling by some tenths of a decibel.
    #[must_use]
    pub fn rehearsal(source: Box<dyn Signal>, gain: Db, ceiling: Dbtp) -> Self {
        Self {
            work: Work::Rehearse(Box::new(first_stage(source, gain, ceiling))),
        }
    }

    /// As [`Self::new`] for a source whose true peak was measured: where it stays below the ceiling, the
    /// very same samples come out for less work.
    #[must_use]
    pub fn knowing_peak(source: Box<dyn Signal>, peak: Dbtp, gain: Db, ceiling: Dbtp) -> Self {
        if peak.0 + gain.0 > ceiling.0 - KNOWN_MARGIN_DB {
            return Self::new(source, gain, ceiling);
        }
        Self {
            work: Work::Gain(source, gain.factor() as f32),
        }
    }

    /// The deepest reduction so far, in dB, not negative: that of both stages together, as if their
    /// deepest places were one.
    #[must_use]
    pub fn deepest_db(&self) -> f64 {
        match &self.work {
            Work::Gain(..) => 0.0,
            Work::Limit(stages) => {
                let lowest = stages.lowest() * stages.source().lowest();
                Db::from_factor(lowest).0.abs()
            }
            Work::Rehearse(stage) => Db::from_factor(stage.lowest()).0.abs(),
        }
    }

    fn signal(&self) -> &dyn Signal {
        match &self.work {
            Work::Gain(source, _) => source,
            Work::Limit(stages) => stages.as_ref(),
            Work::Rehearse(stage) => stage.as_ref(),
        }
    }
}

/// The stage that does nearly all of the work.
fn first_stage(source: Box<dyn Signal>, gain: Db, ceiling: Dbtp) -> Stage<Box<dyn Signal>> {
    let ceiling = factor_below(ceiling, MARGIN_DB + STAGE_MARGIN_DB);
    Stage::new(source, gain.factor() as f32, ceiling)
}

fn factor_below(ceiling: Dbtp, below_db: f64) -> f32 {
    Db(ceiling.0 - below_db).factor() as f32
}

impl Signal for Limited {
    fn rate_hz(&self) -> u32 {
        self.signal().rate_hz()
    }

    fn channels(&self) -> usize {
        self.signal().channels()
    }

    fn frames(&self) -> Option<u64> {
        self.signal().frames()
    }

    fn read(&mut self, block: &mut Planar, frames_max: usize) -> Result<usize, Error> {
        match &mut self.work {
            Work::Gain(source, gain) => {
                let frames = source.read(block, frames_max)?;
                for channel in block.channels_mut() {
                    channel.iter_mut().for_each(|x| *x *= *gain);
                }
                Ok(frames)
            }
            Work::Limit(stages) => stages.read(block, frames_max),
            Work::Rehearse(stage) => stage.read(block, frames_max),
        }
    }
}

#[cfg(test)]
mod tests;
