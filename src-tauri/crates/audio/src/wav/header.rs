//! The header of a broadcast WAV file of which the length may still grow.
//!
//! Its own length never changes: 36 bytes are kept free at offset 12 (`JUNK`) and become the 64-bit
//! sizes (`ds64`) once 32 bits no longer do (EBU Tech 3306, §3.5). So a recorder can write it again
//! over itself each second.

use super::SIZE_ELSEWHERE;
use super::format::{SUBTYPE_TAIL, TAG_EXTENSIBLE, TAG_FLOAT, TAG_PCM};
use crate::bext::{Bext, LOUDNESS_AT};
use crate::decode::check_shape;
use crate::{Error, SampleFormat};

/// Content of a `ds64` chunk without table.
pub(super) const DS64_BYTES: usize = 28;

/// The header of a WAV file with `bext`, for any number of frames.
#[derive(Clone, Debug)]
pub struct Header {
    format: SampleFormat,
    channels: u16,
    rate_hz: u32,
    bext: Vec<u8>,
}

impl Header {
    /// A header for frames of this shape. `format` is any but [`SampleFormat::F64`].
    ///
    /// # Errors
    /// [`Error::UnsupportedTarget`] and [`Error::Limit`].
    pub fn new(
        format: SampleFormat,
        channels: usize,
        rate_hz: u32,
        bext: &Bext,
    ) -> Result<Self, Error> {
        check_shape(channels, rate_hz, None)?;
        if format == SampleFormat::F64 {
            return Err(Error::UnsupportedTarget("64-bit float WAV".into()));
        }
        Ok(Self {
            format,
            channels: u16::try_from(channels)
                .map_err(|_| Error::UnsupportedTarget(format!("{channels} channels")))?,
            rate_hz,
            bext: bext.to_bytes(),
        })
    }

    /// Bytes of the header; the first sample follows it.
    #[must_use]
    pub fn len(&self) -> usize {
        12 + (8 + DS64_BYTES) + (8 + self.bext.len()) + (8 + self.fmt_bytes()) + 8
    }

    /// A header is never empty.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        false
    }

    /// Where the ten bytes of the loudness fields stand in the file.
    #[must_use]
    pub const fn loudness_at(&self) -> usize {
        12 + (8 + DS64_BYTES) + 8 + LOUDNESS_AT
    }

    /// Bytes of a frame.
    #[must_use]
    pub fn frame_bytes(&self) -> usize {
        self.format.bytes() * usize::from(self.channels)
    }

    /// The header of a file with `data_bytes` bytes of samples. After an odd number of them the file
    /// wants one byte of padding, which is not counted here.
    #[must_use]
    pub fn bytes(&self, data_bytes: u64) -> Vec<u8> {
        let riff_bytes = self.len() as u64 - 8 + data_bytes + (data_bytes & 1);
        let small = u32::try_from(riff_bytes)
            .ok()
            .filter(|&size| size != SIZE_ELSEWHERE);
        let data_field = small.map_or(SIZE_ELSEWHERE, |_| data_bytes as u32); // below riff_bytes
        let mut out = Vec::with_capacity(self.len());
        out.extend_from_slice(if small.is_some() { b"RIFF" } else { b"RF64" });
        out.extend_from_slice(&small.unwrap_or(SIZE_ELSEWHERE).to_le_bytes());
        out.extend_from_slice(b"WAVE");
        out.extend_from_slice(if small.is_some() { b"JUNK" } else { b"ds64" });
        out.extend_from_slice(&(DS64_BYTES as u32).to_le_bytes());
        if small.is_some() {
            out.extend_from_slice(&[0; DS64_BYTES]);
        } else {
            out.extend_from_slice(&riff_bytes.to_le_bytes());
            out.extend_from_slice(&data_bytes.to_le_bytes());
            let frames = data_bytes / self.frame_bytes() as u64;
            out.extend_from_slice(&frames.to_le_bytes());
            out.extend_from_slice(&0u32.to_le_bytes());
        }
        out.extend_from_slice(b"bext");
        out.extend_from_slice(&(self.bext.len() as u32).to_le_bytes());
        out.extend_from_slice(&self.bext);
        self.put_fmt(&mut out);
        out.extend_from_slice(b"data");
        out.extend_from_slice(&data_field.to_le_bytes());
        out
    }

    /// More than two channels need their speakers told.
    const fn is_extensible(&self) -> bool {
        self.channels > 2
    }

    const fn fmt_bytes(&self) -> usize {
        if self.is_extensible() { 40 } else { 16 }
    }

    fn put_fmt(&self, out: &mut Vec<u8>) {
        let tag = if self.format == SampleFormat::F32 {
            TAG_FLOAT
        } else {
            TAG_PCM
        };
        let frame_bytes = self.frame_bytes() as u32;
        let bits = 8 * self.format.bytes() as u16;
        out.extend_from_slice(b"fmt ");
        out.extend_from_slice(&(self.fmt_bytes() as u32).to_le_bytes());
        let outer_tag = if self.is_extensible() {
            TAG_EXTENSIBLE
        } else {
            tag
        };
        out.extend_from_slice(&outer_tag.to_le_bytes());
        out.extend_from_slice(&self.channels.to_le_bytes());
        out.extend_from_slice(&self.rate_hz.to_le_bytes());
        out.extend_from_slice(&(self.rate_hz * frame_bytes).to_le_bytes());
        out.extend_from_slice(&(frame_bytes as u16).to_le_bytes());
        out.extend_from_slice(&bits.to_le_bytes());
        if self.is_extensible() {
            out.extend_from_slice(&22u16.to_le_bytes());
            out.extend_from_slice(&bits.to_le_bytes());
            out.extend_from_slice(&0u32.to_le_bytes()); // inputs of a recorder have no positions
            out.extend_from_slice(&tag.to_le_bytes());
            out.extend_from_slice(&SUBTYPE_TAIL);
        }
    }
}
