//! `normalize IN OUT [LUFS [DBTP]]`: brings a sound file to a loudness, by default −16 LUFS under
//! −1 dBTP, in the format of OUT's ending.

mod support;

use audio::encode::Format;
use audio::{Error, Profile, normalize, open};
use support::{ScratchFile, at_rest};
use units::{Dbtp, Lufs, Watch};

#[allow(clippy::print_stdout, reason = "its only output")]
fn main() -> Result<(), Error> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [source, result, levels @ ..] = &arguments[..] else {
        return Err(Error::UnsupportedTarget("without IN and OUT".into()));
    };
    let level = |index: usize, default: f64| {
        levels
            .get(index)
            .and_then(|text| text.parse().ok())
            .unwrap_or(default)
    };
    let profile = Profile::custom(Lufs(level(0, -16.0)), Dbtp(level(1, -1.0)));
    let bytes = at_rest(source)?;
    let info = open(bytes.clone())?.info;
    let format = Format::from_extension(result.rsplit('.').next().unwrap_or_default());
    let target = profile.encode_target(info.rate_hz, info.channels, format);
    let mut out = ScratchFile::create(result)?;
    let done = normalize(bytes, &profile, &target, &mut out, Watch::NONE)?;
    println!(
        "{:.2} LUFS {:.2} dBTP -> {:.2} LUFS {:.2} dBTP, gain {:.3} dB, limited {:.2} dB, {:?}",
        done.before.integrated.0,
        done.before.true_peak.0,
        done.after.integrated.0,
        done.after.true_peak.0,
        done.gain_db,
        done.limited_db_max,
        done.warnings
    );
    Ok(())
}
