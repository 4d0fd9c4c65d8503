//! Reading plain samples: bytes at rest to planar floats, in bulk.
//!
//! The conversion loops work on whole blocks with fixed strides, so that the compiler vectorises
//! them; mono and stereo have loops of their own.

use crate::kernel::highest;
use crate::{Error, Pcm, Planar, SampleFormat, Signal};

/// Largest sample of a float file, 60 dB over full scale. What is beyond it, or no number, is no
/// sound: the file is damaged, or its samples were never brought to ±1. One such sample would make
/// every figure about the file nonsense and poison every filter after it.
pub(crate) const SAMPLE_MAX: f32 = 1_000.0;

/// Bytes read from the medium at a time: fits the second-level cache.
const CHUNK_BYTES: usize = 128 * 1024;

impl Pcm {
    /// Bytes of a frame.
    #[must_use]
    pub const fn frame_bytes(&self) -> usize {
        self.format.bytes() * self.channels
    }

    /// Resizes `block` and fills it with up to `frames_max` frames from `frame` on. Returns how many;
    /// 0 at or past the end. Integers of `b` bits are divided by 2^(b-1).
    ///
    /// # Errors
    /// [`Error::OverScale`] where samples of a float format are no sound; [`Error::Io`].
    pub fn read_planar(
        &self,
        frame: u64,
        block: &mut Planar,
        frames_max: usize,
    ) -> Result<usize, Error> {
        self.read_through(&mut Vec::new(), frame, block, frames_max)
    }

    /// [`Self::read_planar`] by way of a buffer that the next call may use again.
    fn read_through(
        &self,
        buffer: &mut Vec<u8>,
        frame: u64,
        block: &mut Planar,
        frames_max: usize,
    ) -> Result<usize, Error> {
        let left = self.frames.saturating_sub(frame);
        let frames = usize::try_from(left).unwrap_or(usize::MAX).min(frames_max);
        block.resize(self.channels, frames);
        let frame_bytes = self.frame_bytes();
        let frames_at_once = (CHUNK_BYTES / frame_bytes).max(1).min(frames);
        buffer.resize(frames_at_once * frame_bytes, 0);
        let mut done = 0;
        while done < frames {
            let now = frames_at_once.min(frames - done);
            let bytes = &mut buffer[..now * frame_bytes];
            let offset = self.offset + (frame + done as u64) * frame_bytes as u64;
            self.bytes.read_exact_at(offset, bytes)?;
            let range = done..done + now;
            to_planar(bytes, self.format, block.channels_mut(), range.clone());
            if matches!(self.format, SampleFormat::F32 | SampleFormat::F64)
                && let Some(at) = first_wild(block, range)
            {
                let at_s = (frame + at as u64) as f64 / f64::from(self.rate_hz);
                return Err(Error::OverScale { at_s });
            }
            done += now;
        }
        Ok(frames)
    }

    /// The samples as a stream from the first.
    #[must_use]
    pub fn signal(self) -> Box<dyn Signal> {
        self.signal_at(0)
    }

    /// The same where the speakers stand by this WAVE channel mask.
    pub(crate) fn signal_at(self, mask: u32) -> Box<dyn Signal> {
        Box::new(PcmSignal {
            pcm: self,
            mask,
            next: 0,
            buffer: Vec::new(),
        })
    }
}

struct PcmSignal {
    pcm: Pcm,
    mask: u32,
    next: u64,
    buffer: Vec<u8>,
}

impl Signal for PcmSignal {
    fn rate_hz(&self) -> u32 {
        self.pcm.rate_hz
    }

    fn channels(&self) -> usize {
        self.pcm.channels
    }

    fn frames(&self) -> Option<u64> {
        Some(self.pcm.frames)
    }

    fn mask(&self) -> u32 {
        self.mask
    }

    fn read(&mut self, block: &mut Planar, frames_max: usize) -> Result<usize, Error> {
        let got = self
            .pcm
            .read_through(&mut self.buffer, self.next, block, frames_max)?;
        self.next += got as u64;
        Ok(got)
    }
}

/// Converts interleaved `bytes` into the stretch `range` of `channels`.
fn to_planar(
    bytes: &[u8],
    format: SampleFormat,
    channels: &mut [Vec<f32>],
    range: std::ops::Range<usize>,
) {
    match format {
        SampleFormat::U8 => spread::<1>(bytes, channels, range, |[a]| {
            (f32::from(a) - 128.0) * (1.0 / 128.0)
        }),
        SampleFormat::I16 => match channels {
            [left, right] => spread_16(bytes, &mut left[range.clone()], &mut right[range]),
            _ => spread::<2>(bytes, channels, range, |raw| {
                f32::from(i16::from_le_bytes(raw)) * I16_STEP
            }),
        },
        // The three bytes go to the top of a 32-bit integer, so that the sign comes by itself.
        SampleFormat::I24 => spread::<3>(bytes, channels, range, |[a, b, c]| {
            i32::from_le_bytes([0, a, b, c]) as f32 * (1.0 / 2_147_483_648.0)
        }),
        SampleFormat::I32 => spread::<4>(bytes, channels, range, |raw| {
            i32::from_le_bytes(raw) as f32 * (1.0 / 2_147_483_648.0)
        }),
        SampleFormat::F32 => spread::<4>(bytes, channels, range, f32::from_le_bytes),
        SampleFormat::F64 => {
            spread::<8>(bytes, channels, range, |raw| f64::from_le_bytes(raw) as f32)
        }
    }
}

/// What a step of 16 bits is.
const I16_STEP: f32 = 1.0 / 32_768.0;

/// The commonest shape: both samples of a frame are one 32-bit integer, taken apart by shifts, which
/// any processor does for several frames at once.
fn spread_16(bytes: &[u8], left: &mut [f32], right: &mut [f32]) {
    let (frames, _) = bytes.as_chunks::<4>();
    for ((left, right), &frame) in left.iter_mut().zip(right).zip(frames) {
        let both = i32::from_le_bytes(frame);
        *left = ((both << 16) >> 16) as f32 * I16_STEP;
        *right = (both >> 16) as f32 * I16_STEP;
    }
}

/// The first frame in `range` with a sample that is no sound.
pub(crate) fn first_wild(block: &Planar, range: std::ops::Range<usize>) -> Option<usize> {
    let is_sound = |level: f32| level <= SAMPLE_MAX; // no number is not
    let wild = block.channels().iter().filter_map(|channel| {
        let samples = &channel[range.clone()];
        if is_sound(highest(samples)) {
            return None;
        }
        samples.iter().position(|sample| !is_sound(sample.abs()))
    });
    wild.min().map(|at| range.start + at)
}

fn spread<const N: usize>(
    bytes: &[u8],
    channels: &mut [Vec<f32>],
    range: std::ops::Range<usize>,
    convert: impl Fn([u8; N]) -> f32,
) {
    let (samples, _) = bytes.as_chunks::<N>();
    match channels {
        [mono] => {
            for (out, &raw) in mono[range].iter_mut().zip(samples) {
                *out = convert(raw);
            }
        }
        [left, right] => {
            let (pairs, _) = samples.as_chunks::<2>();
            let out = left[range.clone()].iter_mut().zip(&mut right[range]);
            for ((left, right), &[raw_left, raw_right]) in out.zip(pairs) {
                *left = convert(raw_left);
                *right = convert(raw_right);
            }
        }
        many => {
            let stride = many.len();
            for (index, channel) in many.iter_mut().enumerate() {
                let own = samples.iter().skip(index).step_by(stride);
                for (out, &raw) in channel[range.clone()].iter_mut().zip(own) {
                    *out = convert(raw);
                }
            }
        }
    }
}
