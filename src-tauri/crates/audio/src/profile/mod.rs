//! Loudness profiles: how loud, how high and in which form a finished file has to be.
//!
//! Profiles are data: those that ship stand in `assets/presets/loudness.toml` (`file` reads it).
//! Not here: making a file so (`normalize`).

mod file;

use units::{Dbtp, Lufs};

use crate::encode::{Format, Target};

pub use file::{ProfilesError, profiles_from_toml};

/// Tolerance of EBU R 128 for finished programmes, in LU.
pub const TOLERANCE_LU: f64 = 0.2;

/// What a finished file has to be.
#[derive(Clone, PartialEq, Debug)]
pub struct Profile {
    /// The key, such as `broadcast`.
    pub name: String,
    /// What it is called in Vietnamese.
    pub title_vi: String,
    /// What it is called in English.
    pub title_en: String,
    /// Integrated loudness.
    pub target: Lufs,
    /// How far from the target the file may be, in LU.
    pub tolerance_lu: f64,
    /// True peak that the decoded file must not exceed.
    pub ceiling: Dbtp,
    /// 1 or 2 channels; `None` keeps mono mono and makes all else stereo.
    pub channels: Option<usize>,
    /// Frames per second; `None` keeps the source's where the format has it.
    pub rate_hz: Option<u32>,
    /// The file format where none is asked for.
    pub format: Format,
}

impl Profile {
    /// A profile for figures typed in by hand: 24-bit WAV, channels and rate kept.
    #[must_use]
    pub fn custom(target: Lufs, ceiling: Dbtp) -> Self {
        Self {
            name: "custom".into(),
            title_vi: "Tự đặt".into(),
            title_en: "Custom".into(),
            target,
            tolerance_lu: TOLERANCE_LU,
            ceiling,
            channels: None,
            rate_hz: None,
            format: Format::Wav { bits: 24 },
        }
    }

    /// What to write for a source of this shape, in `format` or, without one, in the profile's own.
    #[must_use]
    pub fn encode_target(
        &self,
        source_rate_hz: u32,
        source_channels: usize,
        format: Option<Format>,
    ) -> Target {
        let format = format.unwrap_or(self.format);
        Target::new(
            format,
            format.rate_for(self.rate_hz.unwrap_or(source_rate_hz)),
            self.channels.unwrap_or(source_channels.min(2)),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::profiles_from_toml;

    #[test]
    fn every_profile_can_be_written_for_a_source_of_any_rate() {
        let shipped = include_str!("../../../../../assets/presets/loudness.toml");
        for profile in profiles_from_toml(shipped).unwrap() {
            for rate_hz in [8_000, 11_025, 16_000, 44_100, 48_000, 96_000] {
                let target = profile.encode_target(rate_hz, 1, None);
                let mut out = std::io::Cursor::new(Vec::new());
                let begun = crate::encode::encoder(&target, &mut out).map(|_| ());
                assert!(
                    begun.is_ok(),
                    "{} from {rate_hz} Hz: {begun:?}",
                    profile.name
                );
            }
        }
    }
}
