//! Everything that needs a decoder: symphonia's, and libopus behind an adapter.
//!
//! Symphonia finds out the format and cuts encoder delay where the container tells it in its own way
//! (MP3, Ogg). The edit lists of MP4 it does not obey: `mp4` reads them, and this stream cuts.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, LazyLock};

use symphonia::core::audio::Channels;
use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::{
    AudioCodecParameters, AudioDecoder, AudioDecoderOptions, well_known,
};
use symphonia::core::codecs::registry::CodecRegistry;
use symphonia::core::errors::Error as Fault;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, Track, TrackType};
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::MetadataOptions;
use units::ReadAt;

use super::mp4::{self, Heard};
use super::source::Bytes;
use super::stream::Coded;
use super::{Opened, Source, StreamInfo, check_shape};
use crate::{Error, Signal};

static CODECS: LazyLock<CodecRegistry> = LazyLock::new(|| {
    let mut codecs = CodecRegistry::new();
    symphonia::default::register_enabled_codecs(&mut codecs);
    codecs.register_audio_decoder::<symphonia_adapter_libopus::OpusDecoder>();
    codecs
});

/// Opens what is not plain PCM in WAVE. Decodes the first packet: only then channels and rate are
/// sure, and a chance likeness is told from a file.
pub(super) fn open(bytes: Arc<dyn ReadAt>) -> Result<Opened, Error> {
    let stream = MediaSourceStream::new(
        Box::new(Bytes::new(Arc::clone(&bytes))),
        MediaSourceStreamOptions::default(),
    );
    let (hint, format, meta) = (
        Hint::new(),
        FormatOptions::default(),
        MetadataOptions::default(),
    );
    let reader = shielded(|| symphonia::default::get_probe().probe(&hint, stream, format, meta))?
        .map_err(|fault| match fault {
        // The end of the bytes was reached in search of something known.
        Fault::IoError(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            Error::UnknownFormat("no known format".into())
        }
        Fault::Unsupported(what) => Error::UnknownFormat(what.into()),
        other => translate(other),
    })?;
    let track = reader
        .default_track(TrackType::Audio)
        .ok_or_else(|| Error::UnknownFormat("a file without sound".into()))?;
    let track_id = track.id;
    let container = reader.format_info().short_name;
    let (decoder, params) = decoder_for(track)?;
    // Fragmented MP4 tells 0 where it does not know.
    let track_frames = track.num_frames.filter(|&frames| frames > 0);
    let heard = match container {
        "isomp4" => mp4::heard(&bytes, track_id)?,
        // Opus counts its delay as part of the stream (RFC 7845 §4.2); the reader tells it only.
        "ogg" if params.codec == well_known::CODEC_ID_OPUS => Some(Heard {
            skip: track.delay.unwrap_or(0).into(),
            ..Heard::default()
        }),
        _ => None,
    };
    let mut coded = Coded::new(reader, decoder, track_id);
    if !coded.refill()? {
        return Err(Error::Damaged("no sound in it".into()));
    }
    let heard = heard.unwrap_or_default().in_frames(coded.rate_hz());
    let frames = track_frames
        .map(|frames| {
            let after = frames.saturating_sub(heard.skip);
            heard.frames.map_or(after, |told| told.min(after))
        })
        .or(heard.frames);
    coded.hear(heard.skip, heard.frames, frames);
    check_shape(coded.channels(), coded.rate_hz(), frames)?;
    let codec = coded.codec();
    Ok(Opened {
        info: StreamInfo {
            container: match container {
                "isomp4" => "mp4",
                "wave" => "wav",
                other => other,
            },
            codec,
            rate_hz: coded.rate_hz(),
            channels: coded.channels(),
            mask: mask(&params),
            frames,
            bits: params.bits_per_sample,
            lossless: codec.starts_with("pcm_s")
                || codec.starts_with("pcm_u")
                || codec.starts_with("pcm_f")
                || matches!(codec, "flac" | "alac"),
            bext: None,
        },
        source: Source::Coded(Box::new(coded)),
    })
}

/// A decoder for this track and what it was told.
pub(super) fn decoder_for(
    track: &Track,
) -> Result<(Box<dyn AudioDecoder>, AudioCodecParameters), Error> {
    let Some(CodecParameters::Audio(params)) = &track.codec_params else {
        return Err(Error::UnknownFormat("the codec is not known".into()));
    };
    let mut params = params.clone();
    if params.codec == well_known::CODEC_ID_OPUS {
        // Without its head the adapter does not cut the delay: it would cut from the first packet
        // alone, which may be shorter.
        params.extra_data = None;
    }
    let channels = params.channels.as_ref().map_or(1, Channels::count);
    check_shape(channels, params.sample_rate.unwrap_or(48_000), None)?;
    let options = AudioDecoderOptions::default();
    let decoder =
        shielded(|| CODECS.make_audio_decoder(&params, &options))?.map_err(
            |fault| match fault {
                Fault::Unsupported(what) => Error::UnknownFormat(what.into()),
                other => translate(other),
            },
        )?;
    Ok((decoder, params))
}

/// The WAVE mask of the speakers; 0 where they are not told or are no speakers.
fn mask(params: &AudioCodecParameters) -> u32 {
    match &params.channels {
        Some(Channels::Positioned(positions)) => u32::try_from(positions.bits()).unwrap_or(0),
        _ => 0,
    }
}

/// Runs a piece of symphonia. Its decoders check less than their authors meant: hostile bytes have
/// made them overflow (ADPCM) and panic. That is damage to the file, not a reason to take down
/// whatever else is going on in the program. Whoever gets an error drops what it came from.
pub(super) fn shielded<T>(
    work: impl FnOnce() -> Result<T, Fault>,
) -> Result<Result<T, Fault>, Error> {
    catch_unwind(AssertUnwindSafe(work))
        .map_err(|_| Error::Damaged("the decoder broke off over it".into()))
}

pub(super) fn translate(fault: Fault) -> Error {
    match fault {
        Fault::IoError(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            Error::Damaged("it ends too early".into())
        }
        Fault::IoError(error) => Error::Io(error),
        Fault::Unsupported(what) => Error::UnknownFormat(what.into()),
        other => Error::Damaged(other.to_string()),
    }
}
