//! Levels and loudness profiles to the wire.

use audio::{Levels, Normalized, Profile};

use crate::wire;

/// Decimals kept: a hundredth of a unit is finer than any meter shows and keeps outputs readable.
const HUNDREDTHS: f64 = 100.0;

/// A figure, rounded; silence and nonsense have none.
#[must_use]
pub fn figure(value: f64) -> Option<f64> {
    value
        .is_finite()
        .then(|| (value * HUNDREDTHS).round() / HUNDREDTHS)
}

/// Levels of a sound.
#[must_use]
pub fn levels(levels: &Levels) -> wire::Levels {
    wire::Levels {
        integrated_lufs: figure(levels.integrated.0),
        range_lu: figure(levels.range_lu).unwrap_or(0.0),
        true_peak_dbtp: figure(levels.true_peak.0),
        max_momentary_lufs: figure(levels.max_momentary.0),
        max_short_term_lufs: figure(levels.max_short_term.0),
        duration_s: levels.duration_s,
        sample_rate_hz: levels.sample_rate_hz,
        channels: levels.channels as u32,
        dual_mono: levels.dual_mono,
    }
}

/// What normalising did.
#[must_use]
pub fn normalized(normalized: &Normalized) -> wire::Normalized {
    wire::Normalized {
        before: levels(&normalized.before),
        after: levels(&normalized.after),
        gain_db: figure(normalized.gain_db).unwrap_or(0.0),
        limited_db_max: figure(normalized.limited_db_max).unwrap_or(0.0),
        warnings: normalized.warnings.iter().map(warning).collect(),
    }
}

/// What a profile writes, such as `MP3 128 kbit/s mono`.
fn format(profile: &Profile) -> String {
    use audio::encode::{Format, Mp3Rate};

    let kind = match profile.format {
        Format::Wav { bits } => format!("WAV {bits} bit"),
        Format::Flac { bits } => format!("FLAC {bits} bit"),
        Format::Mp3(Mp3Rate::Cbr { kbps }) => format!("MP3 {kbps} kbit/s"),
        Format::Mp3(Mp3Rate::Vbr { quality }) => format!("MP3 VBR {quality}"),
    };
    let rate = profile
        .rate_hz
        .map(|hz| format!(" {} kHz", f64::from(hz) / 1_000.0));
    let mono = if profile.channels == Some(1) {
        " mono"
    } else {
        ""
    };
    format!("{kind}{}{mono}", rate.unwrap_or_default())
}

/// A loudness profile.
#[must_use]
pub fn profile(profile: &Profile) -> wire::Profile {
    wire::Profile {
        name: profile.name.clone(),
        title_vi: profile.title_vi.clone(),
        title_en: profile.title_en.clone(),
        target_lufs: profile.target.0,
        tolerance_lu: profile.tolerance_lu,
        ceiling_dbtp: profile.ceiling.0,
        format: format(profile),
    }
}

fn warning(warning: &audio::Warning) -> wire::Warning {
    let (code, measured, limit) = match *warning {
        audio::Warning::HeavyLimiting { limited_db } => {
            ("heavy-limiting", limited_db, audio::LIMITING_DB_MAX)
        }
        audio::Warning::OffTarget { by_lu } => ("off-target", by_lu, 0.0),
        audio::Warning::OverCeiling { by_db } => ("over-ceiling", by_db, 0.0),
    };
    wire::Warning {
        code: code.to_owned(),
        measured: figure(measured),
        limit: figure(limit),
    }
}
