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
/// The loudness lost to limiting grows with a power of how far the peaks go over the ceiling. Found on
/// speech and music from 1 to 7 dB: powers of 1.3 to 1.5; what is not known yet lies in these bounds.
const GROWTH: [f64; 2] = [1.2, 1.7];
/// How well two rehearsals tell the power.
const GROWTH_DOUBT: f64 = 0.15;
/// Where the loudness follows the gain by less than this, no power is a good description.
const SLOPE_GROWING: f64 = 0.4;
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
    /// Loudness of the source.
    source_lufs: f64,
    /// True peak of the source.
    peak_dbtp: f64,
    /// What the last rehearsal lost.
    lost: Option<Loss>,
    /// The gain before, and the loudness that it gave.
    previous: Option<(f64, f64)>,
}

/// What limiting took from the loudness.
#[derive(Clone, Copy)]
struct Loss {
    /// How far the highest peak goes over the ceiling, in dB.
    depth_db: f64,
    lu: f64,
}

impl Loss {
    /// How fast it grows at the least and at the most: by two rehearsals where there are two.
    fn growth(self, before: Option<Self>) -> [f64; 2] {
        let seen = before.map(|it| (self.lu / it.lu).ln() / (self.depth_db / it.depth_db).ln());
        match seen.filter(|growth| growth.is_finite()) {
            Some(growth) => {
                let growth = growth.clamp(1.0, 2.5);
                [growth - GROWTH_DOUBT, growth + GROWTH_DOUBT]
            }
            None => GROWTH,
        }
    }

    /// The loss at another depth, and by how much it changes there per decibel.
    fn at(self, depth_db: f64, growth: f64) -> (f64, f64) {
        let lu = self.lu * (depth_db / self.depth_db).powf(growth);
        (lu, growth * lu / depth_db)
    }
}

impl Steering {
    /// Starts from the gain that would be right if nothing had to be limited.
    pub fn new(profile: &Profile, format: Format, loudness: Lufs, peak: Dbtp) -> Self {
        Self {
            target_lufs: profile.target.0,
            ceiling_dbtp: profile.ceiling.0,
            gain_db: round(profile.target.0 - loudness.0),
            gain_db_max: round(profile.target.0 - loudness.0 + MAKE_UP_DB_MAX),
            limit_dbtp: profile.ceiling.0 - overshoot_db(format),
            source_lufs: loudness.0,
            peak_dbtp: peak.0,
            lost: None,
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

    /// How far the peaks would go over what the limiter holds, in dB; negative where they stay below.
    pub fn over_db(&self) -> f64 {
        self.over_at_db(self.gain_db)
    }

    fn over_at_db(&self, gain_db: f64) -> f64 {
        self.peak_dbtp + gain_db - self.limit_dbtp
    }

    /// Takes what the limited sound measured; `true` where the gain is now right, or as high as it may
    /// be. A step that cannot miss by much is not rehearsed again: what is written is measured anyway.
    pub fn rehearsed(&mut self, loudness: Lufs) -> bool {
        let missing = self.target_lufs - loudness.0;
        if missing.abs() <= REHEARSED_NEAR_LU {
            return true;
        }
        let loss = Loss {
            depth_db: self.over_db(),
            lu: self.source_lufs + self.gain_db - loudness.0,
        };
        let growth = loss.growth(self.lost.replace(loss));
        let is_growing = loss.depth_db > 0.0
            && loss.lu > 0.0
            && 1.0 - loss.at(loss.depth_db, growth[1]).1 > SLOPE_GROWING;
        if !is_growing {
            return self.aim(loudness.0, REHEARSED_NEAR_LU);
        }
        self.previous = Some((self.gain_db, loudness.0));
        let [least, most] = growth.map(|growth| self.gain_against(loss, growth));
        let gain_db = round((least + most) / 2.0).min(self.gain_db_max);
        let sure = (most - least).abs() <= 2.0 * REHEARSED_NEAR_LU;
        std::mem::replace(&mut self.gain_db, gain_db) == gain_db || sure
    }

    /// The gain that makes up for a loss that grows like this, by Newton's method.
    fn gain_against(&self, loss: Loss, growth: f64) -> f64 {
        const STEPS: usize = 8;
        let mut gain_db = self.gain_db;
        for _ in 0..STEPS {
            let (lost, change) = loss.at(self.over_at_db(gain_db).max(0.0), growth);
            let missing = self.target_lufs - (self.source_lufs + gain_db - lost);
            gain_db += missing / (1.0 - change).max(SLOPE_MIN);
        }
        gain_db.clamp(self.gain_db - STEP_DB_MAX, self.gain_db + STEP_DB_MAX)
    }

    /// Takes what the written file measured; `true` where it is as right as it can be, otherwise the next try is set.
    pub fn written(&mut self, loudness: Lufs, true_peak: Dbtp) -> bool {
        let over_db = true_peak.0 - self.ceiling_dbtp;
        let holds = over_db <= OVER_DB_MAX;
        if !holds {
            self.limit_dbtp -= over_db + CEILING_SPARE_DB;
        }
        self.aim(loudness.0, NEAR_LU) && holds
    }

    /// Sets the next try by the slope of the last two, unless the loudness is near enough.
    fn aim(&mut self, loudness: f64, near_lu: f64) -> bool {
        let missing = self.target_lufs - loudness;
        if missing.abs() <= near_lu {
            return true;
        }
        let slope = self
            .previous
            .map(|(gain_db, before)| (loudness - before) / (self.gain_db - gain_db))
            .filter(|slope| slope.is_finite())
            .map_or(1.0, |slope| slope.clamp(SLOPE_MIN, 1.0));
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
        let (loudness, peak) = (Lufs(-30.0), Dbtp(-11.0));
        Steering::new(&profile, Format::Wav { bits: 24 }, loudness, peak)
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
    fn a_little_limiting_is_made_up_for_after_one_rehearsal_and_much_after_two() {
        // Peaks reach the ceiling at 10 dB of gain; at 14 dB so much is lost, beyond it more.
        for (lost, rehearsals) in [(0.4, 1), (1.0, 2)] {
            for power in [1.3, 1.4, 1.5] {
                let mut steering = steering();
                let heard = |gain_db: f64| {
                    Lufs(-30.0 + gain_db - lost * ((gain_db - 10.0) / 4.0).powf(power))
                };
                let taken = (1..8).find(|_| steering.rehearsed(heard(steering.gain_db())));
                let missed = heard(steering.gain_db()).0 + 16.0;
                assert!(taken <= Some(rehearsals), "{lost} {power}: {taken:?}");
                assert!(
                    missed.abs() < super::REHEARSED_NEAR_LU,
                    "{lost} {power}: {missed}"
                );
            }
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
