//! The control loop of [`super::normalize`]: which gain and which ceiling to try next.
//!
//! Pure arithmetic over what the meters said; the passes over the sound are in `pass`.

use units::{Db, Dbtp, Lufs};

use super::{OVER_DB_MAX, Profile};
use crate::encode::{Format, Mp3Rate};

/// How near the written file must come: half the narrowest tolerance, as another meter may differ.
const NEAR_LU: f64 = 0.1;
/// How near the rehearsal must come: what is written then differs by the encoder only.
const REHEARSED_NEAR_LU: f64 = 0.07;
/// A rehearsed step of no more than this is not rehearsed again: what limiting makes uncertain of it
/// is under a fifth, less than [`REHEARSED_NEAR_LU`]. What is written is measured anyway.
const SURE_STEP_LU: f64 = 0.35;
/// Change of loudness per change of gain where peaks are limited and nothing more is known yet.
const SLOPE_LIMITED: f64 = 0.85;
/// Least change of loudness per change of gain that a step assumes: under heavy limiting the loudness
/// hardly follows, and a smaller slope would overshoot wildly on a noisy figure.
const SLOPE_MIN: f64 = 0.15;
/// No step is larger than this, in dB.
const STEP_DB_MAX: f64 = 12.0;
/// What may be added to the plain gain to make up for limiting, in dB. Sound that is still too quiet
/// then is nothing but its peaks, and more gain would only bring up the noise between them.
const MAKE_UP_DB_MAX: f64 = 20.0;
/// Gains are whole thousandths, so that the last digits of a measurement, which differ from processor
/// to processor, do not reach the samples.
const GAIN_STEPS_PER_DB: f64 = 1_000.0;
/// How far below its excess a ceiling is lowered.
const CEILING_SPARE_DB: f64 = 0.02;

/// Gain and ceiling, steered by measurements.
pub struct Steering {
    target_lufs: f64,
    ceiling_dbtp: f64,
    gain_db: f64,
    gain_db_max: f64,
    limit_dbtp: f64,
    /// The gain before, and the loudness that it gave.
    previous: Option<(f64, f64)>,
}

impl Steering {
    /// Starts from the gain that would be right if nothing had to be limited.
    pub fn new(profile: &Profile, format: Format, loudness: Lufs) -> Self {
        Self {
            target_lufs: profile.target.0,
            ceiling_dbtp: profile.ceiling.0,
            gain_db: round(profile.target.0 - loudness.0),
            gain_db_max: round(profile.target.0 - loudness.0 + MAKE_UP_DB_MAX),
            limit_dbtp: profile.ceiling.0 - overshoot_db(format),
            previous: None,
        }
    }

    pub fn gain_db(&self) -> f64 {
        self.gain_db
    }

    pub fn gain(&self) -> Db {
        Db(self.gain_db)
    }

    /// What the limiter holds: the profile's ceiling less what the encoder is known to add.
    pub fn ceiling(&self) -> Dbtp {
        Dbtp(self.limit_dbtp)
    }

    /// Takes what the limited sound measured; `true` where the gain is now right, or as high as it may
    /// be.
    pub fn rehearsed(&mut self, loudness: Lufs) -> bool {
        let missing = (self.target_lufs - loudness.0).abs();
        self.aim(loudness.0, REHEARSED_NEAR_LU, SLOPE_LIMITED) || missing <= SURE_STEP_LU
    }

    /// Takes what the written file measured; `true` where it is as right as it can be, otherwise the next try is set.
    pub fn written(&mut self, loudness: Lufs, true_peak: Dbtp) -> bool {
        let over_db = true_peak.0 - self.ceiling_dbtp;
        let holds = over_db <= OVER_DB_MAX;
        if !holds {
            self.limit_dbtp -= over_db + CEILING_SPARE_DB;
        }
        self.aim(loudness.0, NEAR_LU, 1.0) && holds
    }

    /// Sets the next try, unless the loudness is near enough. `slope` is taken where no two tries tell.
    fn aim(&mut self, loudness: f64, near_lu: f64, slope: f64) -> bool {
        let missing = self.target_lufs - loudness;
        if missing.abs() <= near_lu {
            return true;
        }
        let slope = self
            .previous
            .map(|(gain_db, before)| (loudness - before) / (self.gain_db - gain_db))
            .filter(|slope| slope.is_finite())
            .map_or(slope, |slope| slope.clamp(SLOPE_MIN, 1.0));
        self.previous = Some((self.gain_db, loudness));
        let step = (missing / slope).clamp(-STEP_DB_MAX, STEP_DB_MAX);
        let gain_db = round(self.gain_db + step).min(self.gain_db_max);
        std::mem::replace(&mut self.gain_db, gain_db) == gain_db
    }
}

fn round(db: f64) -> f64 {
    (db * GAIN_STEPS_PER_DB).round() / GAIN_STEPS_PER_DB
}

/// How far decoded peaks go over those that were encoded: a first guess, measured on speech, which
/// the loop corrects. Without it each lossy file would be written once in vain.
fn overshoot_db(format: Format) -> f64 {
    match format {
        Format::Wav { .. } | Format::Flac { .. } => 0.0,
        Format::Mp3(Mp3Rate::Cbr { kbps }) => match kbps {
            0..=32 => 1.35,
            33..=48 => 1.1,
            49..=64 => 0.8,
            65..=96 => 0.65,
            97..=160 => 0.55,
            161..=224 => 0.35,
            _ => 0.1,
        },
        Format::Mp3(Mp3Rate::Vbr { quality }) => 0.1 * f64::from(quality.max(1)),
    }
}

#[cfg(test)]
mod tests {
    use super::Steering;
    use crate::encode::Format;
    use crate::normalize::Profile;
    use units::{Dbtp, Lufs};

    fn steering() -> Steering {
        let profile = Profile::custom(Lufs(-16.0), Dbtp(-1.0));
        Steering::new(&profile, Format::Wav { bits: 24 }, Lufs(-30.0))
    }

    #[test]
    fn a_limiter_that_eats_most_of_the_gain_is_overcome() {
        let mut steering = steering();
        // Above −18 LUFS only a fifth of the gain arrives.
        let heard = |gain_db: f64| {
            let plain = -30.0 + gain_db;
            Lufs(if plain < -18.0 {
                plain
            } else {
                -18.0 + 0.2 * (plain + 18.0)
            })
        };
        assert!((0..8).any(|_| steering.rehearsed(heard(steering.gain_db()))));
        assert!((heard(steering.gain_db()).0 + 16.0).abs() < 0.05);
    }

    #[test]
    fn a_small_step_is_taken_without_another_rehearsal_and_lands_near() {
        // The loudness rises by 0.7 to 1 dB per decibel where speech is limited a little.
        for slope in [0.7, 0.85, 1.0] {
            let mut steering = steering();
            let lost = 0.3;
            assert!(steering.rehearsed(Lufs(-16.0 - lost)));
            let heard = -16.0 - lost + slope * (steering.gain_db() - 14.0);
            assert!((heard + 16.0).abs() < super::REHEARSED_NEAR_LU, "{heard}");
        }
    }

    #[test]
    fn a_file_over_its_ceiling_is_written_again_under_a_lower_one() {
        let mut steering = steering();
        assert!(!steering.written(Lufs(-16.0), Dbtp(-0.5)));
        assert!(steering.ceiling().0 < -1.5);
        assert!(steering.written(Lufs(-16.05), Dbtp(-1.01)));
    }
}
