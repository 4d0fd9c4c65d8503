//! Loudness figures. The field names are a contract with scripts that call `loa --json`.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Levels of a sound (ITU-R BS.1770-5, EBU Tech 3341/3342). Silence has no figure: `null`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Levels {
    /// Integrated loudness in LUFS.
    pub integrated_lufs: Option<f64>,
    /// Loudness range in LU.
    pub range_lu: f64,
    /// True peak in dBTP.
    pub true_peak_dbtp: Option<f64>,
    /// Loudest 400 ms, evaluated every 10 ms.
    pub max_momentary_lufs: Option<f64>,
    /// Loudest 3 s.
    pub max_short_term_lufs: Option<f64>,
    /// Length in seconds.
    pub duration_s: f64,
    /// Rate of the file.
    pub sample_rate_hz: u32,
    /// Channels of the file.
    pub channels: u32,
    /// Whether its single channel was read as two equal ones.
    pub dual_mono: bool,
}

/// A remark on finished work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Warning {
    /// Stable code, such as `heavy-limiting`.
    pub code: String,
    /// The figure it is about, if any.
    pub measured: Option<f64>,
    /// The limit it is held against, if any.
    pub limit: Option<f64>,
}

/// What normalising did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Normalized {
    /// Levels of the input.
    pub before: Levels,
    /// Levels of what was written, decoded again.
    pub after: Levels,
    /// Gain applied, in dB.
    pub gain_db: f64,
    /// Deepest gain reduction of the limiter, in dB, as a positive number.
    pub limited_db_max: f64,
    /// Remarks.
    pub warnings: Vec<Warning>,
}

/// A loudness profile to deliver to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Profile {
    /// Name to ask for it by.
    pub name: String,
    /// Vietnamese title.
    pub title_vi: String,
    /// English title.
    pub title_en: String,
    /// Target in LUFS.
    pub target_lufs: f64,
    /// Allowed distance from the target in LU.
    pub tolerance_lu: f64,
    /// Highest true peak in dBTP.
    pub ceiling_dbtp: f64,
    /// What it writes, such as `MP3 128 kbit/s mono`.
    pub format: String,
}
