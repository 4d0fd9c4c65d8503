//! Export as BBC audiowaveform data, version 2, which web players of waveforms read.
//!
//! Layout after the `DataFormat.md` of audiowaveform: a header of six 32-bit integers, then lowest and
//! highest sample of each channel of each point, all little endian. (The offsets printed in its
//! table for version 2 start at 20; the header has 24 bytes, as its own reader shows.)

use std::io::Write;

use super::{Level, Peaks};
use crate::Error;

const VERSION: i32 = 2;
/// Bit 0 would say that samples have eight bits.
const FLAGS: u32 = 0;
/// Points written in one go.
const POINTS_AT_ONCE: usize = 4_096;

impl Peaks {
    /// Writes one level as an audiowaveform `.dat` file.
    ///
    /// # Errors
    /// [`Error::UnsupportedTarget`] for a level that does not exist or has more points than the
    /// format can count, [`Error::Io`].
    pub fn write_audiowaveform_dat(&self, level: usize, out: &mut dyn Write) -> Result<(), Error> {
        let refused = || Error::UnsupportedTarget(format!("level {level} of this waveform"));
        let Level {
            frames_per_point,
            points,
        } = self.level(level).ok_or_else(refused)?;
        let count = u32::try_from(points.len() / self.channels).map_err(|_| refused())?;
        out.write_all(&VERSION.to_le_bytes())?;
        out.write_all(&FLAGS.to_le_bytes())?;
        out.write_all(&self.rate_hz.to_le_bytes())?;
        out.write_all(&frames_per_point.to_le_bytes())?;
        out.write_all(&count.to_le_bytes())?;
        out.write_all(&(self.channels as u32).to_le_bytes())?;
        let mut bytes = Vec::with_capacity(POINTS_AT_ONCE * 4);
        for points in points.chunks(POINTS_AT_ONCE) {
            bytes.clear();
            for point in points {
                bytes.extend_from_slice(&point.min.to_le_bytes());
                bytes.extend_from_slice(&point.max.to_le_bytes());
            }
            out.write_all(&bytes)?;
        }
        Ok(())
    }
}
