//! Opening WAVE files that hold plain samples.

use std::sync::Arc;

use units::ReadAt;

use super::chunks::{self, Form};
use super::format;
use crate::bext::{Bext, FIXED_BYTES, HISTORY_BYTES_MAX};
use crate::decode::check_shape;
use crate::{Error, Opened, Pcm, SampleFormat, Source, StreamInfo};

/// A `fmt ` chunk is 16, 18 or 40 bytes long; more is not read.
const FMT_BYTES_MAX: usize = 64;

/// Opens WAVE files with plain samples; `None` where the bytes are something else, among it WAVE files
/// that hold a codec.
pub(crate) fn open_pcm(bytes: &Arc<dyn ReadAt>) -> Result<Option<Opened>, Error> {
    let Some(chunks) = chunks::walk(bytes)? else {
        return Ok(None);
    };
    let (Some(fmt), Some(data)) = (chunks.fmt, chunks.data) else {
        return Err(Error::Damaged(
            "a WAV file without fmt or data chunk".into(),
        ));
    };
    let Some(format) = format::parse(&content(bytes, fmt.at, fmt.bytes, FMT_BYTES_MAX)?)? else {
        return Ok(None);
    };
    let channels = usize::from(format.channels);
    let frames = data.bytes / (format.sample.bytes() * channels) as u64;
    check_shape(channels, format.rate_hz, Some(frames))?;
    let bext = match chunks.bext {
        Some(chunk) => Bext::from_bytes(&content(
            bytes,
            chunk.at,
            chunk.bytes,
            FIXED_BYTES + HISTORY_BYTES_MAX,
        )?),
        None => None,
    };
    Ok(Some(Opened {
        info: StreamInfo {
            container: match chunks.form {
                Form::Riff => "wav",
                Form::Rf64 => "rf64",
                Form::Bw64 => "bw64",
            },
            codec: match format.sample {
                SampleFormat::U8 => "pcm_u8",
                SampleFormat::I16 => "pcm_s16le",
                SampleFormat::I24 => "pcm_s24le",
                SampleFormat::I32 => "pcm_s32le",
                SampleFormat::F32 => "pcm_f32le",
                SampleFormat::F64 => "pcm_f64le",
            },
            rate_hz: format.rate_hz,
            channels,
            mask: format.mask,
            frames: Some(frames),
            bits: Some(format.bits.into()),
            lossless: true,
            bext,
        },
        source: Source::Pcm(Pcm {
            bytes: Arc::clone(bytes),
            offset: data.at,
            frames,
            channels,
            rate_hz: format.rate_hz,
            format: format.sample,
        }),
    }))
}

/// The first `bytes_max` bytes of a chunk's content.
pub(super) fn content(
    bytes: &dyn ReadAt,
    at: u64,
    length: u64,
    bytes_max: usize,
) -> Result<Vec<u8>, Error> {
    let length = usize::try_from(length).unwrap_or(usize::MAX).min(bytes_max);
    let mut content = vec![0; length];
    bytes.read_exact_at(at, &mut content)?;
    Ok(content)
}
