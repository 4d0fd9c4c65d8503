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
use super::opus::{Head, Streams};
use super::packets::{Packets, Quirk};
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
    // Readers of MP4 refuse a file of which the end is missing.
    let whole_bytes = mp4::cut_off(&bytes)?;
    let shown = Bytes::new(Arc::clone(&bytes), whole_bytes);
    let in_zeros = shown.in_zeros();
    let stream = MediaSourceStream::new(Box::new(shown), MediaSourceStreamOptions::default());
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
        Fault::IoError(error) => Error::Io(error),
        _ if whole_bytes.is_some() => {
            Error::Damaged("its end is missing, and with it what tells of the rest".into())
        }
        other => translate(other),
    })?;
    let track = reader
        .default_track(TrackType::Audio)
        .ok_or_else(|| Error::UnknownFormat("a file without sound".into()))?;
    let track_id = track.id;
    let container = reader.format_info().short_name;
    let ready = decoder_for(track, container)?;
    let quirk = match container {
        "mp3" => Quirk::Uncut,
        _ if whole_bytes.is_some() => Quirk::ZerosBehind(in_zeros),
        _ => Quirk::None,
    };
    // Only what the file itself tells: the reader guesses the length of an MP3 file without LAME's tag,
    // and knows of fragmented MP4 only the first part.
    let told = match container {
        "mp3" => track.num_frames.filter(|_| track.delay.is_some()),
        "isomp4" if whole_bytes.is_some() || mp4::is_fragmented(&bytes)? => None,
        _ => track.num_frames.filter(|&frames| frames > 0),
    };
    let heard = match container {
        "isomp4" => mp4::heard(&bytes, track_id)?.unwrap_or_default(),
        "mp3" => Heard {
            skip: track.delay.unwrap_or(0).into(),
            frames: told,
            ..Heard::default()
        },
        _ => Heard {
            skip: ready.skip,
            ..Heard::default()
        },
    };
    let mask = mask(&ready.params);
    let packets = Packets::new(reader, track_id, quirk);
    let mut coded = Coded::new(packets, ready.decoder, ready.gain, mask);
    if !coded.refill()? {
        return Err(Error::Damaged("no sound in it".into()));
    }
    let heard = heard.in_frames(coded.rate_hz());
    let frames = match container {
        "mp3" => told,
        _ if whole_bytes.is_some() => None,
        _ => told
            .map(|frames| {
                let after = frames.saturating_sub(heard.skip);
                heard.frames.map_or(after, |told| told.min(after))
            })
            .or(heard.frames),
    };
    coded.hear(heard.skip, heard.frames, frames);
    if container == "mp3" {
        coded.outlast();
    }
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
            mask,
            frames,
            bits: ready.params.bits_per_sample,
            lossless: codec.starts_with("pcm_s")
                || codec.starts_with("pcm_u")
                || codec.starts_with("pcm_f")
                || matches!(codec, "flac" | "alac"),
            bext: None,
        },
        source: Source::Coded(Box::new(coded)),
    })
}

/// A decoder for a track and what it was told.
pub(super) struct Ready {
    pub decoder: Box<dyn AudioDecoder>,
    pub params: AudioCodecParameters,
    /// Frames to leave out at the start that the reader tells but does not cut.
    pub skip: u64,
    /// A factor on all samples.
    pub gain: f32,
}

/// A decoder for this track of a file in this container.
pub(super) fn decoder_for(track: &Track, container: &str) -> Result<Ready, Error> {
    let Some(CodecParameters::Audio(params)) = &track.codec_params else {
        return Err(Error::UnknownFormat("the codec is not known".into()));
    };
    let mut params = params.clone();
    let channels = params.channels.as_ref().map_or(1, Channels::count);
    // MP4 has no room for rates above 65,535 Hz beside the codec's own header and says 0 then.
    let rate_hz = params.sample_rate.filter(|&rate_hz| rate_hz > 0);
    check_shape(channels, rate_hz.unwrap_or(48_000), None)?;
    let (mut skip, mut gain) = (0, 1.0);
    let make = |params: &AudioCodecParameters| {
        shielded(|| CODECS.make_audio_decoder(params, &AudioDecoderOptions::default()))
    };
    let made = if params.codec == well_known::CODEC_ID_OPUS {
        // Without its head the adapter does not cut the delay: it would cut from the first packet
        // alone, which may be shorter.
        let bytes = params.extra_data.take().unwrap_or_default();
        let head = Head::read(&bytes, container == "isomp4");
        // Ogg counts the delay as part of the stream (RFC 7845 §4.2); MP4 has its edit list.
        if container == "ogg" {
            skip = track.delay.unwrap_or(0).into();
        }
        gain = head.as_ref().map_or(1.0, |head| head.gain);
        match (head.filter(|head| !head.is_plain()), &params.channels) {
            (Some(head), Some(channels)) => {
                Streams::new(&head, channels).map(|streams| Box::new(streams) as _)
            }
            _ => make(&params)?,
        }
    } else {
        make(&params)?
    };
    let decoder = made.map_err(|fault| match fault {
        Fault::Unsupported(_) if params.codec == well_known::CODEC_ID_AAC => Error::UnknownFormat(
            "AAC other than LC in mono or stereo, such as HE-AAC or 5.1".into(),
        ),
        Fault::Unsupported(what) => Error::UnknownFormat(what.into()),
        other => translate(other),
    })?;
    Ok(Ready {
        decoder,
        params,
        skip,
        gain,
    })
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
