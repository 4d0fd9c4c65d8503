//! The shapes in which sound moves: planar blocks, streams of them, and raw PCM that can be read
//! anywhere at once.

use std::io::{Read, Seek, Write};
use std::sync::Arc;

use units::ReadAt;

use crate::Error;

/// A block of samples, one vector per channel, all of one length. ±1.0 is full scale.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Planar {
    channels: Vec<Vec<f32>>,
}

impl Planar {
    /// `channels` × `frames` of silence.
    #[must_use]
    pub fn new(channels: usize, frames: usize) -> Self {
        Self {
            channels: vec![vec![0.0; frames]; channels],
        }
    }

    /// These channels; all must have the same length.
    #[must_use]
    pub fn from_channels(channels: Vec<Vec<f32>>) -> Self {
        assert!(
            channels
                .windows(2)
                .all(|pair| pair[0].len() == pair[1].len())
        );
        Self { channels }
    }

    /// Number of channels.
    #[must_use]
    pub fn channel_count(&self) -> usize {
        self.channels.len()
    }

    /// Number of frames.
    #[must_use]
    pub fn frames(&self) -> usize {
        self.channels.first().map_or(0, Vec::len)
    }

    /// The samples of one channel.
    #[must_use]
    pub fn channel(&self, index: usize) -> &[f32] {
        &self.channels[index]
    }

    /// The samples of one channel, to be changed.
    pub fn channel_mut(&mut self, index: usize) -> &mut [f32] {
        &mut self.channels[index]
    }

    /// All channels.
    #[must_use]
    pub fn channels(&self) -> &[Vec<f32>] {
        &self.channels
    }

    /// All channels, to be changed; whoever changes a length changes all alike.
    pub fn channels_mut(&mut self) -> &mut [Vec<f32>] {
        &mut self.channels
    }

    /// Gives the block this shape; new samples are silent. Reuses memory.
    pub fn resize(&mut self, channels: usize, frames: usize) {
        self.channels.resize_with(channels, Vec::new);
        for channel in &mut self.channels {
            channel.resize(frames, 0.0);
        }
    }

    /// Turns all samples into silence.
    pub fn clear(&mut self) {
        self.channels
            .iter_mut()
            .for_each(|channel| channel.fill(0.0));
    }
}

/// A stream of sound, read from start to end. Memory does not grow with its length.
pub trait Signal: Send {
    /// Frames per second.
    fn rate_hz(&self) -> u32;

    /// Number of channels, constant over the stream, at least 1.
    fn channels(&self) -> usize;

    /// Number of frames, where it is known beforehand.
    fn frames(&self) -> Option<u64>;

    /// Where the speakers of the channels stand, as in a WAVE channel mask (bit 0 front left, …); 0
    /// where nobody knows.
    fn mask(&self) -> u32 {
        0
    }

    /// Resizes `block` to what comes next (at most `frames_max` frames) and fills it. Returns the
    /// number of frames; 0 means the end.
    ///
    /// # Errors
    /// [`Error::Damaged`] and [`Error::Io`]; what was read before stays good.
    fn read(&mut self, block: &mut Planar, frames_max: usize) -> Result<usize, Error>;
}

impl<S: Signal + ?Sized> Signal for Box<S> {
    fn rate_hz(&self) -> u32 {
        (**self).rate_hz()
    }

    fn channels(&self) -> usize {
        (**self).channels()
    }

    fn frames(&self) -> Option<u64> {
        (**self).frames()
    }

    fn mask(&self) -> u32 {
        (**self).mask()
    }

    fn read(&mut self, block: &mut Planar, frames_max: usize) -> Result<usize, Error> {
        (**self).read(block, frames_max)
    }
}

/// How one sample lies in memory, little endian unless the name says otherwise.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SampleFormat {
    /// Unsigned 8-bit, 128 is silence (WAV).
    U8,
    /// Signed 16-bit.
    I16,
    /// Signed 24-bit, packed.
    I24,
    /// Signed 32-bit.
    I32,
    /// 32-bit float.
    F32,
    /// 64-bit float.
    F64,
}

impl SampleFormat {
    /// Bytes of one sample.
    #[must_use]
    pub const fn bytes(self) -> usize {
        match self {
            Self::U8 => 1,
            Self::I16 => 2,
            Self::I24 => 3,
            Self::I32 | Self::F32 => 4,
            Self::F64 => 8,
        }
    }
}

/// Interleaved PCM inside some bytes: the bulk path. Any stretch can be read at any time.
#[derive(Clone)]
pub struct Pcm {
    /// The file.
    pub bytes: Arc<dyn ReadAt>,
    /// Where the first frame begins, in bytes.
    pub offset: u64,
    /// Number of whole frames.
    pub frames: u64,
    /// Number of channels, at least 1.
    pub channels: usize,
    /// Frames per second.
    pub rate_hz: u32,
    /// How a sample lies in memory.
    pub format: SampleFormat,
}

/// Where a file is written to and, once written, read back from for checking.
///
/// The host gives a temporary file; tests a vector ([`std::io::Cursor`] with a snapshot).
pub trait Scratch: Read + Write + Seek + Send {
    /// Empties it and goes back to its start, for another attempt.
    ///
    /// # Errors
    /// Whatever the medium reports.
    fn restart(&mut self) -> std::io::Result<()>;

    /// What has been written so far, to be read at any position.
    ///
    /// # Errors
    /// Whatever the medium reports.
    fn written(&mut self) -> std::io::Result<Arc<dyn ReadAt>>;
}

impl Scratch for std::io::Cursor<Vec<u8>> {
    fn restart(&mut self) -> std::io::Result<()> {
        self.get_mut().clear();
        self.set_position(0);
        Ok(())
    }

    fn written(&mut self) -> std::io::Result<Arc<dyn ReadAt>> {
        Ok(Arc::new(self.get_ref().clone()))
    }
}
