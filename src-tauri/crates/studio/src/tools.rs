//! Work on single files without a store, for the terminal. The same engines, the same figures.

mod deck;
mod programme;

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use audio::encode::{Format, Target};
use audio::{MonoReading, Peaks, Profile};
use files::Access;
use units::{Dbtp, Digest, DigestingReader, FileBytes, Lufs, ReadAt, Watch};

pub(crate) use deck::open as open_deck;
pub use deck::{DeckFinding, check_deck, render_deck};
pub use programme::mix_programme;

use crate::assets;
use crate::named::Named;
use crate::scratch::Scratch;
use crate::translate::levels;
use crate::wire::{Code, Levels, Normalized, Problem};

/// What to normalise to.
#[derive(Clone, Debug)]
pub enum Aim {
    /// A profile of `assets/presets/loudness.toml`, by name; `None` takes the first.
    Profile(Option<String>),
    /// Figures of one's own.
    Custom {
        /// In LUFS.
        target: f64,
        /// In dBTP.
        ceiling: f64,
    },
}

/// How to write a converted file; what is `None` stays as the input has it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shape {
    /// Kilobits per second, for MP3.
    pub bitrate_kbps: Option<u32>,
    /// Frames per second.
    pub rate_hz: Option<u32>,
    /// Channels, 1 or 2.
    pub channels: Option<usize>,
}

/// Opens a file that a person named.
///
/// # Errors
/// [`Code::UnknownFormat`] for folders, pipes and devices, and what the system says.
pub fn open_file(path: &Path) -> Result<FileBytes, Problem> {
    regular(path)?;
    File::open(path)
        .and_then(FileBytes::new)
        .map_err(|error| Problem::on(path, error))
}

/// How long a regular file is. Anything else is refused before it is opened: a pipe would keep
/// whoever opens it until somebody writes.
///
/// # Errors
/// As [`open_file`].
pub fn regular(path: &Path) -> Result<u64, Problem> {
    let about = std::fs::metadata(path).map_err(|error| Problem::on(path, error))?;
    if about.is_file() {
        return Ok(about.len());
    }
    let what = if about.is_dir() {
        "a folder, not a file"
    } else {
        "not a regular file"
    };
    Err(Problem::new(
        Code::UnknownFormat,
        format!("{}: {what}", path.display()),
    ))
}

fn open(path: &Path) -> Result<Arc<dyn ReadAt>, Problem> {
    Ok(Arc::new(Named::new(open_file(path)?, path)))
}

/// The digest of what is in a file.
pub(crate) fn digest_of(path: &Path) -> std::io::Result<Digest> {
    let mut reader = DigestingReader::new(File::open(path)?);
    std::io::copy(&mut reader, &mut std::io::sink())?;
    Ok(reader.finish().0)
}

/// Begins the file that is made from `input`, which it must not replace.
fn draft(input: &Path, output: &Path) -> Result<Scratch, Problem> {
    spare(input, output)?;
    files::sweep_beside(output);
    Scratch::beside(output, Access::Usual).map_err(|error| Problem::on(output, error))
}

/// Refuses an output that is the input, by whatever name: the original is not ours to write over.
fn spare(input: &Path, output: &Path) -> Result<(), Problem> {
    match (input.canonicalize(), output.canonicalize()) {
        (Ok(from), Ok(to)) if from == to => {
            let detail = format!("{}: the output would replace its input", output.display());
            Err(Problem::new(Code::BadRequest, detail))
        }
        _ => Ok(()), // no such output yet, or no such input, which is told by opening it
    }
}

fn finish(draft: Scratch, output: &Path) -> Result<(), Problem> {
    draft
        .finish(output)
        .map_err(|error| Problem::on(output, error))
}

/// Measures a sound file.
///
/// # Errors
/// Where it is no sound that can be read.
pub fn measure(path: &Path, plain_mono: bool, watch: Watch<'_>) -> Result<Levels, Problem> {
    let reading = if plain_mono {
        MonoReading::PlainMono
    } else {
        MonoReading::DualMono
    };
    Ok(levels::levels(&audio::measure(
        open(path)?,
        reading,
        watch,
    )?))
}

/// Normalises `input` into `output`, whose ending says the format.
///
/// # Errors
/// Where the input is silent or no sound, or the output cannot be written; nothing is left then.
pub fn normalize(
    input: &Path,
    output: &Path,
    aim: &Aim,
    assets: &Path,
    watch: Watch<'_>,
) -> Result<Normalized, Problem> {
    let bytes = open(input)?;
    let info = audio::open(Arc::clone(&bytes))?.info;
    let (profile, target) = aimed(aim, output, (info.rate_hz, info.channels), assets)?;
    let mut draft = draft(input, output)?;
    let report = audio::normalize(bytes, &profile, &target, &mut draft, watch)?;
    finish(draft, output)?;
    Ok(levels::normalized(&report))
}

/// The profile and the file it asks for.
pub(crate) fn aimed(
    aim: &Aim,
    output: &Path,
    (rate_hz, channels): (u32, usize),
    assets: &Path,
) -> Result<(Profile, Target), Problem> {
    let format = format_of(output)?;
    let profile = match aim {
        Aim::Custom { target, ceiling } => {
            if !(-70.0..=-5.0).contains(target) || !(-20.0..=0.0).contains(ceiling) {
                let detail =
                    "the target lies between -70 and -5 LUFS, the ceiling between -20 and 0 dBTP";
                return Err(Problem::new(Code::BadRequest, detail));
            }
            Profile::custom(Lufs(*target), Dbtp(*ceiling))
        }
        Aim::Profile(name) => {
            let profiles = assets::profiles(assets)?;
            let wanted =
                |profile: &&Profile| name.as_ref().is_none_or(|name| profile.name == *name);
            profiles.iter().find(wanted).cloned().ok_or_else(|| {
                let names: Vec<&str> = profiles.iter().map(|it| it.name.as_str()).collect();
                Problem::new(
                    Code::NotFound,
                    format!("no such profile; there are {}", names.join(", ")),
                )
            })?
        }
    };
    // The ending says the kind of file; where that is the profile's own kind, its figures count.
    let same_kind = std::mem::discriminant(&format) == std::mem::discriminant(&profile.format);
    let format = if same_kind { profile.format } else { format };
    let target = profile.encode_target(rate_hz, channels, Some(format));
    Ok((profile, target))
}

fn format_of(output: &Path) -> Result<Format, Problem> {
    let ending = output.extension().unwrap_or_default().to_string_lossy();
    Format::from_extension(&ending).ok_or_else(|| {
        let detail = format!(
            "{}: the name must end in .wav, .flac or .mp3",
            output.display()
        );
        Problem::new(Code::UnsupportedTarget, detail)
    })
}

/// Converts `input` into `output`, whose ending says the format.
///
/// # Errors
/// As [`normalize`], save that silence is fine.
pub fn convert(input: &Path, output: &Path, shape: Shape, watch: Watch<'_>) -> Result<(), Problem> {
    let bytes = open(input)?;
    let info = audio::open(Arc::clone(&bytes))?.info;
    let mut format = format_of(output)?;
    match (format, shape.bitrate_kbps) {
        (Format::Mp3(_), Some(kbps)) => format = Format::Mp3(audio::encode::Mp3Rate::Cbr { kbps }),
        (_, Some(_)) => {
            let detail = "only MP3 has a bit rate to choose; WAV and FLAC keep every sample";
            return Err(Problem::new(Code::BadRequest, detail));
        }
        (_, None) => {}
    }
    let rate_hz = shape
        .rate_hz
        .unwrap_or_else(|| format.rate_for(info.rate_hz));
    let target = Target::new(
        format,
        rate_hz,
        shape.channels.unwrap_or(info.channels.min(2)),
    );
    let mut draft = draft(input, output)?;
    audio::convert(bytes, &target, &mut draft, watch)?;
    finish(draft, output)
}

/// Writes the waveform of `input` as BBC audiowaveform data, version 2, one point for 256 frames.
///
/// # Errors
/// Where the input is no sound, or the output cannot be written.
pub fn peaks(input: &Path, output: &Path, watch: Watch<'_>) -> Result<(), Problem> {
    let peaks = Peaks::of(open(input)?, watch)?;
    let mut draft = draft(input, output)?;
    peaks.write_audiowaveform_dat(0, &mut draft)?;
    finish(draft, output)
}
