//! The file form of profiles, apart from the model: TOML, one `[[profile]]` each.

use serde::Deserialize;
use units::{Dbtp, Lufs};

use super::{Profile, TOLERANCE_LU};
use crate::encode::{Format, Mp3Rate};

/// Why a file of profiles is refused.
#[derive(Debug, thiserror::Error)]
pub enum ProfilesError {
    /// No TOML, or other keys than these.
    #[error("loudness profiles: {0}")]
    Syntax(String),
    /// A value that no profile can have.
    #[error("loudness profile {name}: {what}")]
    Value {
        /// The profile.
        name: String,
        /// What is wrong with it.
        what: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    profile: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    title: Title,
    target_lufs: f64,
    tolerance_lu: Option<f64>,
    ceiling_dbtp: f64,
    channels: Option<usize>,
    rate_hz: Option<u32>,
    format: String,
    bits: Option<u32>,
    bitrate_kbps: Option<u32>,
    vbr_quality: Option<u8>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Title {
    vi: String,
    en: String,
}

const VERSION: u32 = 1;

/// Reads profiles, in the order of the file.
///
/// # Errors
/// [`ProfilesError`] for the first thing that is wrong.
pub fn profiles_from_toml(text: &str) -> Result<Vec<Profile>, ProfilesError> {
    let file: File =
        toml::from_str(text).map_err(|error| ProfilesError::Syntax(error.to_string()))?;
    if file.version != VERSION {
        return Err(ProfilesError::Syntax(format!(
            "version {} is not known",
            file.version
        )));
    }
    let mut profiles: Vec<Profile> = Vec::new();
    for entry in file.profile {
        let name = entry.name.clone();
        let refuse = |what: String| ProfilesError::Value { name, what };
        if profiles.iter().any(|known| known.name == entry.name) {
            return Err(refuse("the name is taken".into()));
        }
        profiles.push(profile(entry).map_err(refuse)?);
    }
    Ok(profiles)
}

fn profile(entry: Entry) -> Result<Profile, String> {
    let format = match (entry.format.as_str(), entry.bitrate_kbps, entry.vbr_quality) {
        ("wav", None, None) => Format::Wav {
            bits: entry.bits.unwrap_or(24),
        },
        ("flac", None, None) => Format::Flac {
            bits: entry.bits.unwrap_or(24),
        },
        ("mp3", Some(kbps), None) if entry.bits.is_none() => Format::Mp3(Mp3Rate::Cbr { kbps }),
        ("mp3", None, Some(quality)) if entry.bits.is_none() => {
            Format::Mp3(Mp3Rate::Vbr { quality })
        }
        (other, ..) => return Err(format!("no format `{other}` with these settings")),
    };
    let tolerance_lu = entry.tolerance_lu.unwrap_or(TOLERANCE_LU);
    let checks = [
        (
            (-70.0..=0.0).contains(&entry.target_lufs),
            "a target between -70 and 0 LUFS",
        ),
        (
            (-20.0..=0.0).contains(&entry.ceiling_dbtp),
            "a ceiling between -20 and 0 dBTP",
        ),
        (
            (0.05..=3.0).contains(&tolerance_lu),
            "a tolerance between 0.05 and 3 LU",
        ),
        (
            entry.channels.is_none_or(|count| (1..=2).contains(&count)),
            "one or two channels",
        ),
        (
            entry.bits.is_none_or(|bits| bits == 16 || bits == 24),
            "16 or 24 bits",
        ),
        (
            entry.rate_hz.is_none_or(|rate_hz| {
                (crate::loudness::RATE_HZ_MIN..=crate::loudness::RATE_HZ_MAX).contains(&rate_hz)
            }),
            "a rate between 8 and 192 kHz",
        ),
    ];
    if let Some((_, wanted)) = checks.into_iter().find(|(holds, _)| !holds) {
        return Err(format!("needs {wanted}"));
    }
    Ok(Profile {
        name: entry.name,
        title_vi: entry.title.vi,
        title_en: entry.title.en,
        target: Lufs(entry.target_lufs),
        tolerance_lu,
        ceiling: Dbtp(entry.ceiling_dbtp),
        channels: entry.channels,
        rate_hz: entry.rate_hz,
        format,
    })
}

#[cfg(test)]
mod tests {
    use super::profiles_from_toml;
    use crate::encode::{Format, Mp3Rate};

    const SHIPPED: &str = include_str!("../../../../../assets/presets/loudness.toml");

    #[test]
    fn the_profiles_that_ship_are_those_of_the_field() {
        let profiles = profiles_from_toml(SHIPPED).unwrap();
        let found: Vec<_> = profiles
            .iter()
            .map(|p| {
                (
                    p.name.as_str(),
                    p.target.0,
                    p.ceiling.0,
                    p.channels,
                    p.format,
                )
            })
            .collect();
        let mp3 = |kbps| Format::Mp3(Mp3Rate::Cbr { kbps });
        assert_eq!(
            found,
            [
                ("broadcast", -23.0, -1.0, None, Format::Wav { bits: 24 }),
                ("loudspeaker", -16.0, -1.5, Some(1), mp3(128)),
                ("web", -16.0, -1.0, None, mp3(128)),
                ("low-bandwidth", -16.0, -2.0, Some(1), mp3(48)),
            ]
        );
        assert_eq!(profiles[3].rate_hz, Some(24_000));
        assert!(profiles.iter().all(|p| !p.title_vi.is_empty()));
    }

    #[test]
    fn a_profile_that_cannot_be_is_refused_by_name() {
        let broken = SHIPPED.replace("-23.0", "23.0");
        let error = profiles_from_toml(&broken).unwrap_err().to_string();
        assert!(error.contains("broadcast"), "{error}");
        assert!(profiles_from_toml("version = 1\nprofiles = 3").is_err());
    }
}
