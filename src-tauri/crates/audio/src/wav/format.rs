//! The `fmt ` chunk: how samples lie in a WAVE file.
//!
//! Source: Microsoft, "Multiple Channel Audio Data and WAVE Files" (2007).

use crate::{Error, SampleFormat};

pub(super) const TAG_PCM: u16 = 1;
pub(super) const TAG_FLOAT: u16 = 3;
pub(super) const TAG_EXTENSIBLE: u16 = 0xfffe;
/// What follows the tag in the GUIDs `KSDATAFORMAT_SUBTYPE_PCM` and `…_IEEE_FLOAT`.
pub(super) const SUBTYPE_TAIL: [u8; 14] = [
    0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x80, 0x00, 0x00, 0xaa, 0x00, 0x38, 0x9b, 0x71,
];

/// Plain samples, as a `fmt ` chunk tells them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct PcmFormat {
    pub sample: SampleFormat,
    pub channels: u16,
    pub rate_hz: u32,
    /// Bits that carry sound; the rest of the container is zero.
    pub bits: u16,
    /// Speaker positions, 0 where they are not told.
    pub mask: u32,
}

/// Reads the content of a `fmt ` chunk; `None` where it is a codec rather than plain samples.
pub(super) fn parse(bytes: &[u8]) -> Result<Option<PcmFormat>, Error> {
    if bytes.len() < 16 {
        return Err(Error::Damaged("the fmt chunk is too short".into()));
    }
    let word = |at: usize| u16::from_le_bytes([bytes[at], bytes[at + 1]]);
    let long = |at: usize| u32::from(word(at)) | u32::from(word(at + 2)) << 16;
    let (mut tag, channels, rate_hz, align, bits) = (word(0), word(2), long(4), word(12), word(14));
    let (mut valid_bits, mut mask) = (bits, 0);
    if tag == TAG_EXTENSIBLE {
        if bytes.len() < 40 {
            return Err(Error::Damaged(
                "the extensible fmt chunk is too short".into(),
            ));
        }
        if bytes[26..40] != SUBTYPE_TAIL {
            return Ok(None);
        }
        (valid_bits, mask, tag) = (word(18), long(20), word(24));
    }
    if tag != TAG_PCM && tag != TAG_FLOAT {
        return Ok(None);
    }
    if channels == 0 || bits == 0 {
        return Err(Error::Damaged("the fmt chunk tells of no samples".into()));
    }
    // Containers are whole bytes; old writers leave the block size wrong or zero.
    let from_bits = usize::from(bits.div_ceil(8));
    let container = match usize::from(align) {
        align
            if align % usize::from(channels) == 0 && align / usize::from(channels) >= from_bits =>
        {
            align / usize::from(channels)
        }
        _ => from_bits,
    };
    let sample = match (tag, container) {
        (TAG_PCM, 1) => SampleFormat::U8,
        (TAG_PCM, 2) => SampleFormat::I16,
        (TAG_PCM, 3) => SampleFormat::I24,
        (TAG_PCM, 4) => SampleFormat::I32,
        (TAG_FLOAT, 4) => SampleFormat::F32,
        (TAG_FLOAT, 8) => SampleFormat::F64,
        _ => {
            return Err(Error::UnknownFormat(format!(
                "WAV with samples of {container} bytes"
            )));
        }
    };
    Ok(Some(PcmFormat {
        sample,
        channels,
        rate_hz,
        bits: if (1..=bits).contains(&valid_bits) {
            valid_bits
        } else {
            bits
        },
        mask,
    }))
}
