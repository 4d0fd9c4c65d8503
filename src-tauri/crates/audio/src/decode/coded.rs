//! Everything that needs a decoder: symphonia's, and libopus behind an adapter.
//!
//! Symphonia finds out the format and cuts encoder delay where the container tells it in its own way
//! (MP3, Ogg). The edit lists of MP4 it does not obey: `mp4` reads them, and this stream cuts.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, LazyLock};

use symphonia::core::audio::{Channels, GenericAudioBufferRef};
use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::{
    AudioCodecParameters, AudioDecoder, AudioDecoderOptions, well_known,
};
use symphonia::core::codecs::registry::CodecRegistry;
use symphonia::core::errors::Error as Fault;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, Track, TrackType};
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::MetadataOptions;
use units::ReadAt;

use super::mp4::{self, Heard};
use super::source::Bytes;
use super::{Opened, Source, StreamInfo, check_shape};
use crate::{Error, Planar, Signal};

/// Packets in a row that may be beyond decoding before the file is given up: about two seconds.
const BAD_PACKETS_MAX: usize = 100;
/// Longest packet taken, in frames: FLAC allows 65,535, nobody more.
const PACKET_FRAMES_MAX: usize = 1 << 20;

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
    let mut coded = Coded {
        reader,
        decoder,
        track_id,
        rate_hz: 0,
        channels: 0,
        frames: None,
        block: Planar::default(),
        next: 0,
        bad_packets: 0,
        skip: 0,
        left: u64::MAX,
    };
    if !coded.refill()? {
        return Err(Error::Damaged("no sound in it".into()));
    }
    let heard = heard.unwrap_or_default().in_frames(coded.rate_hz);
    coded.skip = heard.skip;
    coded.left = heard.frames.unwrap_or(u64::MAX);
    coded.frames = track_frames
        .map(|frames| frames.saturating_sub(heard.skip).min(coded.left))
        .or(heard.frames);
    check_shape(coded.channels, coded.rate_hz, coded.frames)?;
    let codec = coded.decoder.codec_info().short_name;
    Ok(Opened {
        info: StreamInfo {
            container: match container {
                "isomp4" => "mp4",
                "wave" => "wav",
                other => other,
            },
            codec,
            rate_hz: coded.rate_hz,
            channels: coded.channels,
            mask: mask(&params),
            frames: coded.frames,
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
fn decoder_for(track: &Track) -> Result<(Box<dyn AudioDecoder>, AudioCodecParameters), Error> {
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
fn shielded<T>(work: impl FnOnce() -> Result<T, Fault>) -> Result<Result<T, Fault>, Error> {
    catch_unwind(AssertUnwindSafe(work))
        .map_err(|_| Error::Damaged("the decoder broke off over it".into()))
}

fn translate(fault: Fault) -> Error {
    match fault {
        Fault::IoError(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            Error::Damaged("it ends too early".into())
        }
        Fault::IoError(error) => Error::Io(error),
        Fault::Unsupported(what) => Error::UnknownFormat(what.into()),
        other => Error::Damaged(other.to_string()),
    }
}

/// A decoder at work.
struct Coded {
    reader: Box<dyn FormatReader>,
    decoder: Box<dyn AudioDecoder>,
    track_id: u32,
    rate_hz: u32,
    channels: usize,
    frames: Option<u64>,
    /// The packet decoded last, and how much of it was handed out.
    block: Planar,
    next: usize,
    bad_packets: usize,
    /// Frames still to be cut from the start.
    skip: u64,
    /// Frames still to be handed out at the most.
    left: u64,
}

impl Coded {
    /// Decodes the next packet that holds sound into `block`; false at the end.
    fn refill(&mut self) -> Result<bool, Error> {
        loop {
            let packet = match shielded(|| self.reader.next_packet())? {
                Ok(Some(packet)) => packet,
                Ok(None) => return Ok(false),
                Err(Fault::ResetRequired) => {
                    self.restart()?;
                    continue;
                }
                // A file that was cut off ends here; what came before is good.
                Err(Fault::IoError(error)) if error.kind() == io::ErrorKind::UnexpectedEof => {
                    return Ok(false);
                }
                Err(fault) => return Err(translate(fault)),
            };
            if packet.track_id != self.track_id {
                continue;
            }
            match shielded(|| self.decoder.decode(&packet))? {
                Ok(decoded) if decoded.frames() == 0 => {}
                Ok(decoded) => {
                    take(
                        &decoded,
                        &mut self.block,
                        &mut self.rate_hz,
                        &mut self.channels,
                    )?;
                    self.bad_packets = 0;
                    self.next = 0;
                    return Ok(true);
                }
                Err(Fault::DecodeError(_) | Fault::IoError(_))
                    if self.bad_packets < BAD_PACKETS_MAX =>
                {
                    self.bad_packets += 1;
                    if self.silence_for(packet.dur.get()) {
                        return Ok(true);
                    }
                }
                Err(fault) => return Err(translate(fault)),
            }
        }
    }

    /// Silence in place of a packet that could not be decoded, so that what follows stays in its
    /// place. Not before the first good packet, where the shape is not known.
    fn silence_for(&mut self, ticks: u64) -> bool {
        let frames = usize::try_from(ticks).unwrap_or(usize::MAX);
        if self.channels == 0 || frames == 0 || frames > PACKET_FRAMES_MAX {
            return false;
        }
        self.block.resize(self.channels, frames);
        self.block.clear();
        self.next = 0;
        true
    }

    /// A chained stream begins: new decoder, same shape.
    fn restart(&mut self) -> Result<(), Error> {
        let track = self
            .reader
            .default_track(TrackType::Audio)
            .ok_or_else(|| Error::Damaged("the stream goes on without sound".into()))?;
        self.track_id = track.id;
        self.decoder = decoder_for(track)?.0;
        self.frames = None;
        Ok(())
    }
}

/// Copies a decoded packet out; the first one tells the shape, the others must keep it.
fn take(
    decoded: &GenericAudioBufferRef<'_>,
    block: &mut Planar,
    rate_hz: &mut u32,
    channels: &mut usize,
) -> Result<(), Error> {
    let spec = decoded.spec();
    let found = (spec.rate(), spec.channels().count());
    if *channels == 0 {
        (*rate_hz, *channels) = found;
        check_shape(found.1, found.0, None)?;
    }
    if found != (*rate_hz, *channels) {
        return Err(Error::Damaged(format!(
            "rate and channels change from {rate_hz} Hz × {channels} to {} Hz × {}",
            found.0, found.1
        )));
    }
    if decoded.frames() > PACKET_FRAMES_MAX {
        return Err(Error::Limit {
            what: "frames in a packet",
            found: decoded.frames() as u64,
            limit: PACKET_FRAMES_MAX as u64,
        });
    }
    block.resize(*channels, decoded.frames());
    decoded.copy_to_slice_planar(block.channels_mut());
    Ok(())
}

impl Signal for Coded {
    fn rate_hz(&self) -> u32 {
        self.rate_hz
    }

    fn channels(&self) -> usize {
        self.channels
    }

    fn frames(&self) -> Option<u64> {
        self.frames
    }

    fn read(&mut self, block: &mut Planar, frames_max: usize) -> Result<usize, Error> {
        let wanted = usize::try_from(self.left)
            .unwrap_or(usize::MAX)
            .min(frames_max);
        block.resize(self.channels, wanted);
        let mut done = 0;
        while done < wanted {
            let here = self.block.frames() - self.next;
            if self.skip > 0 && here > 0 {
                let cut = here.min(usize::try_from(self.skip).unwrap_or(usize::MAX));
                self.next += cut;
                self.skip -= cut as u64;
                continue;
            }
            if here == 0 {
                if self.refill()? {
                    continue;
                }
                break;
            }
            let now = here.min(wanted - done);
            for (out, source) in block.channels_mut().iter_mut().zip(self.block.channels()) {
                out[done..done + now].copy_from_slice(&source[self.next..self.next + now]);
            }
            self.next += now;
            done += now;
        }
        block.resize(self.channels, done);
        self.left -= done as u64;
        Ok(done)
    }
}
