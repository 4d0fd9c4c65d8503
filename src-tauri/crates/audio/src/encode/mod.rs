//! Writing sound files: WAV, FLAC and MP3, block by block into a [`Scratch`].
//!
//! Not here: levels (`normalize` decides on gain), nor conversion of rate and channels (`convert`
//! chains it before the encoder).

mod flac;
mod id3;
mod mp3;
mod wave;
mod xing;

use crate::bext::Levels;
use crate::decode::{RATE_HZ_MAX, RATE_HZ_MIN};
use crate::{Error, Planar, Scratch};

/// A file format to write.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// Broadcast WAV, RF64 past 4 GiB.
    Wav {
        /// 16 or 24.
        bits: u32,
    },
    /// FLAC.
    Flac {
        /// 16 or 24.
        bits: u32,
    },
    /// MPEG-1/2/2.5 Layer III.
    Mp3(Mp3Rate),
}

/// How many bits an MP3 file spends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mp3Rate {
    /// The same for each frame.
    Cbr {
        /// A rate of the MPEG tables: 32 to 320 at 32 kHz and above, 8 to 160 below.
        kbps: u32,
    },
    /// As many as the sound needs.
    Vbr {
        /// 0 (best) to 9.
        quality: u8,
    },
}

impl Format {
    /// What is written for a file name that ends like this (`wav`, `flac`, `mp3`, in any case).
    /// WAV and FLAC are 24-bit, MP3 is 128 kbit/s.
    #[must_use]
    pub fn from_extension(extension: &str) -> Option<Self> {
        match extension.to_ascii_lowercase().as_str() {
            "wav" | "wave" | "bwf" => Some(Self::Wav { bits: 24 }),
            "flac" => Some(Self::Flac { bits: 24 }),
            "mp3" => Some(Self::Mp3(Mp3Rate::Cbr { kbps: 128 })),
            _ => None,
        }
    }

    /// Whether decoding gives back other samples than were encoded.
    #[must_use]
    pub const fn is_lossy(self) -> bool {
        matches!(self, Self::Mp3(_))
    }

    /// The rate at which this format is written for a source of `rate_hz`: WAV and FLAC keep it, MP3
    /// takes the lowest of its rates that is not below and can carry the bit rate: 8 kHz from a
    /// telephone become 16 kHz for 128 kbit/s.
    #[must_use]
    pub fn rate_for(self, rate_hz: u32) -> u32 {
        match self {
            Self::Mp3(rate) => mp3::rate_for(rate, rate_hz),
            Self::Wav { .. } | Self::Flac { .. } => rate_hz,
        }
    }
}

/// What a file says about its content, in words.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Tags {
    /// What it is called.
    pub title: Option<String>,
    /// Who made it.
    pub artist: Option<String>,
    /// What it belongs to, such as the programme.
    pub album: Option<String>,
    /// `yyyy`, `yyyy-mm-dd` or `yyyy-mm-ddThh:mm:ss`.
    pub date: Option<String>,
    /// Anything else.
    pub comment: Option<String>,
}

/// What to write.
#[derive(Clone, PartialEq, Debug)]
pub struct Target {
    /// The file format.
    pub format: Format,
    /// Frames per second; blocks must be at this rate.
    pub rate_hz: u32,
    /// 1 or 2; blocks must have as many.
    pub channels: usize,
    /// Words.
    pub tags: Tags,
    /// Measured levels, for the `bext` chunk of WAV; others ignore them.
    pub levels: Option<Levels>,
    /// Add triangular dither when samples are rounded to integers. Off only where they already lie
    /// on the grid of the target, so that copies stay exact.
    pub dither: bool,
}

impl Target {
    /// This format without words, dithered.
    #[must_use]
    pub fn new(format: Format, rate_hz: u32, channels: usize) -> Self {
        Self {
            format,
            rate_hz,
            channels,
            tags: Tags::default(),
            levels: None,
            dither: true,
        }
    }

    /// Refuses a rate at which nothing is written, before it is taken for the source's fault.
    pub(crate) fn check_rate(&self) -> Result<(), Error> {
        if (RATE_HZ_MIN..=RATE_HZ_MAX).contains(&self.rate_hz) {
            return Ok(());
        }
        let what = format!("sound at {} Hz", self.rate_hz);
        Err(Error::UnsupportedTarget(what))
    }
}

/// Takes blocks of sound and writes a file.
pub trait Encoder {
    /// Adds a block, of any number of frames.
    ///
    /// # Errors
    /// [`Error::Encoder`], [`Error::Io`]; the file is then of no use.
    fn write(&mut self, block: &Planar) -> Result<(), Error>;

    /// Writes what is still held back and completes the headers. A file is good only after this.
    ///
    /// # Errors
    /// [`Error::Encoder`], [`Error::Io`].
    fn finish(self: Box<Self>) -> Result<(), Error>;
}

/// An encoder for `target` that writes to `out`, which is emptied first.
///
/// # Errors
/// [`Error::UnsupportedTarget`] where the format has no such rate, width or channel count;
/// [`Error::Io`].
pub fn encoder<'a>(
    target: &Target,
    out: &'a mut dyn Scratch,
) -> Result<Box<dyn Encoder + 'a>, Error> {
    if !(1..=2).contains(&target.channels) {
        return Err(Error::UnsupportedTarget(format!(
            "{} channels; mono and stereo are written",
            target.channels
        )));
    }
    target.check_rate()?;
    out.restart()?;
    match target.format {
        Format::Wav { bits } => Ok(Box::new(wave::WaveEncoder::new(target, bits, out)?)),
        Format::Flac { bits } => Ok(Box::new(flac::FlacEncoder::new(target, bits, out)?)),
        Format::Mp3(rate) => Ok(Box::new(mp3::Mp3Encoder::new(target, rate, out)?)),
    }
}

/// Refuses a block of another shape than the target's: a mistake of the caller, told as such.
fn check_block(block: &Planar, channels: usize) -> Result<(), Error> {
    if block.frames() > 0 && block.channel_count() != channels {
        return Err(Error::Encoder(format!(
            "a block of {} channels for a file of {channels}",
            block.channel_count()
        )));
    }
    Ok(())
}
