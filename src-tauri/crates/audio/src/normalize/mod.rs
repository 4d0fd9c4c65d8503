//! Bringing sound to a profile: measure, gain, limit, write, measure what was written, correct.
//!
//! Limiting lowers the loudness and lossy encoders shift level and peaks, so one pass cannot be right.
//! The limiter's loss is found first, on passes that write nothing; then the file is written,
//! decoded, measured and, where need be, written again. What is reported is the last file as decoded.
//!
//! Not here: evening out loud and quiet passages; that is a leveller's work, and a file that needs
//! much limiting says so in its warnings.

mod pass;
mod progress;
mod steer;

use std::sync::Arc;

use units::{ReadAt, Watch};

use crate::encode::Target;
use crate::loudness::{Levels, MonoReading, measure, measure_signal};
use crate::wav::write_loudness;
use crate::{Error, Scratch, Signal, bext, encode};

use pass::Passes;
use progress::Progress;
use steer::Steering;

pub use crate::profile::Profile;

/// More limiting than this is heard: it is done, and said.
pub const LIMITING_DB_MAX: f64 = 6.0;
/// Sound above the gate shorter than this is no programme (BS.1770: one gating block).
const SOUND_S_MIN: f64 = 0.4;
/// Loudness that may be lost where two channels become one: unlike channels lose 3 LU.
const CANCELLED_LU_MAX: f64 = 10.0;
/// What counts as on the ceiling: half of what a display of one decimal can show.
const OVER_DB_MAX: f64 = 0.05;
/// Files written at the most. Two are usual for lossy formats, one for others.
const WRITES_MAX: usize = 5;
/// Passes that look for the limiter's loss at the most.
const REHEARSALS_MAX: usize = 6;
/// Where less than this is limited, the loss is too small to look for. Encoding is dear, so lossy
/// formats look earlier.
const REHEARSE_ABOVE_DB: f64 = 1.0;
const REHEARSE_ABOVE_LOSSY_DB: f64 = 0.5;

/// Sound that can be read from its start as often as need be, the same each time: a file, a mix.
pub trait Replay {
    /// The sound from its start.
    ///
    /// # Errors
    /// Whatever opening it reports.
    fn replay(&self) -> Result<Box<dyn Signal>, Error>;
}

impl Replay for Arc<dyn ReadAt> {
    fn replay(&self) -> Result<Box<dyn Signal>, Error> {
        Ok(crate::open(Self::clone(self))?.into_signal())
    }
}

impl<F: Fn() -> Result<Box<dyn Signal>, Error>> Replay for F {
    fn replay(&self) -> Result<Box<dyn Signal>, Error> {
        self()
    }
}

/// Something the user should know about a file that was delivered all the same.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Warning {
    /// Peaks were lowered by more than [`LIMITING_DB_MAX`]: a leveller would sound better.
    HeavyLimiting {
        /// The deepest reduction.
        limited_db: f64,
    },
    /// The loudness is outside the profile's tolerance and cannot be brought inside.
    OffTarget {
        /// Measured minus wanted, in LU.
        by_lu: f64,
    },
    /// The decoded file goes over the ceiling.
    OverCeiling {
        /// By how much.
        by_db: f64,
    },
}

/// What became of the sound.
#[derive(Clone, PartialEq, Debug)]
pub struct Normalized {
    /// The source, as it came.
    pub before: Levels,
    /// The written file, decoded.
    pub after: Levels,
    /// The gain before the limiter, in dB.
    pub gain_db: f64,
    /// The deepest reduction by the limiter, in dB; 0 where it had nothing to do.
    pub limited_db_max: f64,
    /// What the user should know.
    pub warnings: Vec<Warning>,
}

/// Brings a sound file to `profile` and writes it to `out` as `target` (see
/// [`Profile::encode_target`]).
///
/// # Errors
/// [`Error::Silence`] where there is less than 400 ms of sound, [`Error::Damaged`] where the channels
/// cancel each other out; as [`crate::open`],
/// [`crate::encode::encoder`] and [`measure`]. What `out` then holds is of no use.
pub fn normalize(
    bytes: Arc<dyn ReadAt>,
    profile: &Profile,
    target: &Target,
    out: &mut dyn Scratch,
    watch: Watch<'_>,
) -> Result<Normalized, Error> {
    normalize_replay(&bytes, profile, target, out, watch)
}

/// As [`normalize`], for sound from anywhere.
///
/// # Errors
/// As [`normalize`].
pub fn normalize_replay(
    source: &dyn Replay,
    profile: &Profile,
    target: &Target,
    out: &mut dyn Scratch,
    watch: Watch<'_>,
) -> Result<Normalized, Error> {
    let progress = Progress::new(watch);
    let before = progress
        .during(|watch| measure_signal(&mut source.replay()?, MonoReading::DualMono, watch))?;
    if !before.integrated.0.is_finite() || before.sounding_s < SOUND_S_MIN {
        return Err(Error::Silence);
    }
    let mut passes = Passes {
        source,
        target,
        progress: &progress,
        peak: None,
        offsets: Vec::new(),
    };
    // Folding and resampling change loudness and peaks: the gain goes by what comes out of them.
    let mut prepared =
        if before.channels == target.channels && before.sample_rate_hz == target.rate_hz {
            (before.integrated, before.true_peak)
        } else {
            let levels = passes.measure_prepared()?;
            (levels.integrated, levels.true_peak)
        };
    // A line plugged in the wrong way round: what is left of the voice is the difference of two noises.
    let lost_lu = before.integrated.0 - prepared.0.0;
    if !prepared.0.0.is_finite()
        || (before.channels == 2 && target.channels == 1 && lost_lu > CANCELLED_LU_MAX)
    {
        let why = "left and right cancel each other out where they become one channel";
        return Err(Error::Damaged(why.into()));
    }
    passes.peak = Some(prepared.1);

    let mut steering = Steering::new(profile, target.format, prepared.0, prepared.1);
    let rehearse_above_db = if target.format.is_lossy() {
        REHEARSE_ABOVE_LOSSY_DB
    } else {
        REHEARSE_ABOVE_DB
    };
    // Direct current from a poor sound card is not heard, but the limiter would work for it.
    if steering.over_db() > 0.0 && passes.centre()? {
        let levels = passes.measure_prepared()?;
        prepared = (levels.integrated, levels.true_peak);
        passes.peak = Some(prepared.1);
        steering = Steering::new(profile, target.format, prepared.0, prepared.1);
    }
    if steering.over_db() > rehearse_above_db {
        for _ in 0..REHEARSALS_MAX {
            let loudness = passes.rehearse(steering.gain(), steering.ceiling())?;
            if steering.rehearsed(loudness) {
                break;
            }
        }
    }

    let mut writes = 0;
    let (after, limited_db_max) = loop {
        let limited_db = passes.write(steering.gain(), steering.ceiling(), out)?;
        let written = out.written()?;
        let after = progress.during(|watch| measure(written, MonoReading::DualMono, watch))?;
        writes += 1;
        if writes == WRITES_MAX || steering.written(after.integrated, after.true_peak) {
            break (after, limited_db);
        }
    };
    if matches!(target.format, encode::Format::Wav { .. }) {
        write_loudness(out, bext_levels(&after))?;
    }
    progress.end()?;

    let mut warnings = Vec::new();
    if limited_db_max > LIMITING_DB_MAX {
        warnings.push(Warning::HeavyLimiting {
            limited_db: limited_db_max,
        });
    }
    let by_lu = after.integrated.0 - profile.target.0;
    if by_lu.abs() > profile.tolerance_lu {
        warnings.push(Warning::OffTarget { by_lu });
    }
    let by_db = after.true_peak.0 - profile.ceiling.0;
    if by_db > OVER_DB_MAX {
        warnings.push(Warning::OverCeiling { by_db });
    }
    Ok(Normalized {
        before,
        after,
        gain_db: steering.gain_db(),
        limited_db_max,
        warnings,
    })
}

/// The loudness fields of broadcast WAV. A file that no meter can put a number to has none.
fn bext_levels(levels: &Levels) -> bext::Levels {
    bext::Levels {
        integrated: Some(levels.integrated),
        range_lu: Some(levels.range_lu),
        true_peak: Some(levels.true_peak),
        momentary_max: Some(levels.max_momentary),
        short_term_max: Some(levels.max_short_term),
    }
}

#[cfg(test)]
mod tests;
