//! The pyramid at rest. Only the finest level is kept: the others are made from it in no time.
//!
//! Version 1, little endian: `LOAPEAKS`, u32 version, u32 rate in Hz, u32 channels, u64 frames, then
//! lowest, highest and RMS (i16 each) of each channel of each point.

use super::{FRAMES_PER_POINT, Peaks, Point};
use crate::{CHANNELS_MAX, Error};

const MAGIC: &[u8; 8] = b"LOAPEAKS";
const VERSION: u32 = 1;
const HEADER_BYTES: usize = 28;
const POINT_BYTES: usize = 6;

impl Peaks {
    /// The pyramid as bytes, in the newest version.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let finest = &self.levels[0].points;
        let mut bytes = Vec::with_capacity(HEADER_BYTES + finest.len() * POINT_BYTES);
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&VERSION.to_le_bytes());
        bytes.extend_from_slice(&self.rate_hz.to_le_bytes());
        bytes.extend_from_slice(&(self.channels as u32).to_le_bytes());
        bytes.extend_from_slice(&self.frames.to_le_bytes());
        for point in finest {
            for value in [point.min, point.max, point.rms] {
                bytes.extend_from_slice(&value.to_le_bytes());
            }
        }
        bytes
    }

    /// The pyramid in these bytes, of any version ever written.
    ///
    /// # Errors
    /// [`Error::UnknownFormat`] for other bytes or a newer version; [`Error::Damaged`] where the
    /// length does not fit what the header says. Nothing is allocated before it does.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let foreign = || Error::UnknownFormat("not a waveform of this program".into());
        let damaged = |why: &str| Error::Damaged(format!("waveform: {why}"));
        let (header, body) = bytes
            .split_first_chunk::<HEADER_BYTES>()
            .ok_or_else(foreign)?;
        let word = |at: usize| {
            u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]])
        };
        if !header.starts_with(MAGIC) || word(8) != VERSION {
            return Err(foreign());
        }
        let (rate_hz, channels) = (word(12), word(16) as usize);
        let frames = u64::from(word(20)) | u64::from(word(24)) << 32;
        if rate_hz == 0 || channels == 0 || channels > CHANNELS_MAX {
            return Err(damaged("impossible rate or number of channels"));
        }
        let points = frames.div_ceil(FRAMES_PER_POINT.into());
        let expected = points.checked_mul((channels * POINT_BYTES) as u64);
        if expected != Some(body.len() as u64) {
            return Err(damaged("its length does not fit its header"));
        }
        let finest = body
            .chunks_exact(POINT_BYTES)
            .map(|raw| Point {
                min: i16::from_le_bytes([raw[0], raw[1]]),
                max: i16::from_le_bytes([raw[2], raw[3]]),
                rms: i16::from_le_bytes([raw[4], raw[5]]),
            })
            .collect();
        Ok(Self::from_finest(rate_hz, channels, frames, finest))
    }
}
