//! Opening sound files: what they are is told by their content, never by their name.
//!
//! Plain PCM in WAV, RF64 and BW64 comes out as [`Pcm`], which can be read anywhere at once; all else
//! as a stream decoded block by block, with the encoder's delay and padding cut off.

mod boxes;
mod coded;
mod mp4;
mod opus;
mod packets;
mod source;
mod stream;

use std::sync::Arc;

use units::ReadAt;

use crate::bext::Bext;
use crate::fold::{Channels, fold};
use crate::resample::resample;
use crate::{Error, Pcm, Signal, wav};

/// More channels than any recorder of the field writes; a header that claims more is broken.
pub const CHANNELS_MAX: usize = 32;
/// Lowest rate taken: below it is no sound for people.
pub const RATE_HZ_MIN: u32 = 1_000;
/// Highest rate taken: 768 kHz is the highest that converters are sold with.
pub const RATE_HZ_MAX: u32 = 768_000;
/// Longest sound taken: a week. It bounds every sum of frames and every index made from them.
pub const DURATION_S_MAX: u64 = 7 * 24 * 3_600;

/// What a sound file is.
#[derive(Clone, PartialEq, Debug)]
pub struct StreamInfo {
    /// The container, such as `wav`, `mp4`, `ogg`.
    pub container: &'static str,
    /// The codec, such as `pcm_s24le`, `mp3`, `opus`.
    pub codec: &'static str,
    /// Frames per second.
    pub rate_hz: u32,
    /// Number of channels.
    pub channels: usize,
    /// Speaker positions as in WAVE (bit 0 front left, …), 0 where the file does not tell them.
    pub mask: u32,
    /// Number of frames that will be heard, where it is known without decoding.
    pub frames: Option<u64>,
    /// Bits of a sample, where the codec has such a thing.
    pub bits: Option<u32>,
    /// Whether decoding gives back exactly what was encoded.
    pub lossless: bool,
    /// What a broadcast WAV file says about itself.
    pub bext: Option<Bext>,
}

/// Where the sound of an opened file comes from.
pub enum Source {
    /// Plain samples at rest: the bulk path.
    Pcm(Pcm),
    /// A decoder.
    Coded(Box<dyn Signal>),
}

/// A sound file that was understood.
pub struct Opened {
    /// What it is.
    pub info: StreamInfo,
    /// Its sound.
    pub source: Source,
}

impl Opened {
    /// The sound as a stream from its start.
    #[must_use]
    pub fn into_signal(self) -> Box<dyn Signal> {
        match self.source {
            Source::Pcm(pcm) => pcm.signal_at(self.info.mask),
            Source::Coded(signal) => signal,
        }
    }
}

/// Opens a sound file. Reads headers only; the sound is read as it is asked for.
///
/// # Errors
/// [`Error::UnknownFormat`] where the content is of no known kind, [`Error::Damaged`] where it is but
/// makes no sense, [`Error::Limit`] beyond the limits of this module, [`Error::Io`].
pub fn open(bytes: Arc<dyn ReadAt>) -> Result<Opened, Error> {
    if let Some(opened) = wav::open_pcm(&bytes)? {
        return Ok(opened);
    }
    coded::open(bytes)
}

/// The sound as the studio works on it: at most two channels, 48 kHz.
///
/// # Errors
/// As [`resample`].
pub fn studio_signal(opened: Opened) -> Result<Box<dyn Signal>, Error> {
    resample(
        fold(opened.into_signal(), Channels::AsIs),
        units::SAMPLE_RATE_HZ,
    )
}

/// Refuses what lies beyond the limits of this module.
pub(crate) fn check_shape(channels: usize, rate_hz: u32, frames: Option<u64>) -> Result<(), Error> {
    let limit = |what, found, limit| Err(Error::Limit { what, found, limit });
    if channels == 0 {
        return Err(Error::Damaged("no channels".into()));
    }
    if channels > CHANNELS_MAX {
        return limit("channels", channels as u64, CHANNELS_MAX as u64);
    }
    if rate_hz < RATE_HZ_MIN {
        return Err(Error::Damaged(format!("a sample rate of {rate_hz} Hz")));
    }
    if rate_hz > RATE_HZ_MAX {
        return limit("sample rate in Hz", rate_hz.into(), RATE_HZ_MAX.into());
    }
    match frames.map(|frames| frames / u64::from(rate_hz)) {
        Some(seconds) if seconds > DURATION_S_MAX => {
            limit("duration in seconds", seconds, DURATION_S_MAX)
        }
        _ => Ok(()),
    }
}
