//! What an Opus file says beside its packets, and Opus of more than two channels.
//!
//! The adapter decodes one stream of one or two channels. Surround sound is several such streams in one
//! packet (RFC 7845, §5.1.1): they are taken apart here and each goes to an adapter of its own.

use symphonia::core::audio::{
    AsGenericAudioBufferRef, AudioBuffer, AudioMut, AudioSpec, Channels, GenericAudioBufferRef,
    layouts,
};
use symphonia::core::codecs::CodecInfo;
use symphonia::core::codecs::audio::{
    AudioCodecParameters, AudioDecoder, AudioDecoderOptions, FinalizeResult,
};
use symphonia::core::codecs::registry::RegisterableAudioDecoder;
use symphonia::core::errors::{Error as Fault, decode_error};
use symphonia::core::packet::PacketRef;
use symphonia_adapter_libopus::OpusDecoder;

/// Opus always comes out at this rate.
const RATE_HZ: u32 = 48_000;
/// Longest packet: 120 ms.
const PACKET_FRAMES_MAX: usize = 5_760;
/// Steps of the output gain in a decibel (RFC 7845, §5.1: Q7.8).
const GAIN_STEPS_PER_DB: f32 = 256.0;
/// In a channel mapping, the mark of a channel that is silent.
const SILENT: u8 = 255;

/// The identification header (RFC 7845, §5.1), as far as decoding needs it.
pub(super) struct Head<'a> {
    /// Factor on all samples.
    pub gain: f32,
    /// Streams in a packet, and how many of them, the first ones, are stereo.
    streams: u8,
    coupled: u8,
    /// For each channel, which of the decoded ones it is: first those of the stereo streams.
    mapping: &'a [u8],
}

impl<'a> Head<'a> {
    /// Reads the header; `None` where it is too short to be one. MP4 has the same one with its numbers
    /// the other way round.
    pub fn read(head: &'a [u8], is_mp4: bool) -> Option<Self> {
        let &[
            _,
            channels,
            _,
            _,
            _,
            _,
            _,
            _,
            low,
            high,
            family,
            ref rest @ ..,
        ] = head.get(8..)?
        else {
            return None;
        };
        let gain = if is_mp4 {
            i16::from_be_bytes([low, high])
        } else {
            i16::from_le_bytes([low, high])
        };
        let (streams, coupled, mapping) = match (family, rest) {
            (0, _) => (1, channels.saturating_sub(1), &[0, 1][..]),
            (_, [streams, coupled, mapping @ ..]) => (*streams, *coupled, mapping),
            _ => return None,
        };
        Some(Self {
            gain: 10f32.powf(f32::from(gain) / GAIN_STEPS_PER_DB / 20.0),
            streams,
            coupled,
            mapping: mapping.get(..channels.into())?,
        })
    }

    /// Whether the adapter alone can decode it.
    pub fn is_plain(&self) -> bool {
        self.streams == 1 && self.mapping == &[0, 1][..self.mapping.len().min(2)]
    }
}

/// Decodes packets of several streams.
pub(super) struct Streams {
    params: AudioCodecParameters,
    streams: Vec<Box<dyn AudioDecoder>>,
    coupled: usize,
    /// For each channel of the result, in the order of WAVE, which of the decoded ones it is.
    from: Vec<Option<usize>>,
    /// What the streams decoded, one after the other.
    decoded: Vec<Vec<f32>>,
    out: AudioBuffer<f32>,
}

impl Streams {
    /// A decoder for streams as `head` tells them; `channels` says where the speakers are.
    pub fn new(head: &Head<'_>, channels: &Channels) -> Result<Self, Fault> {
        let (streams, coupled) = (usize::from(head.streams), usize::from(head.coupled));
        if streams == 0 || coupled > streams || channels.count() != head.mapping.len() {
            return decode_error("opus: impossible channel mapping");
        }
        let decoded = streams + coupled;
        let from = wave_order(head.mapping.len()).map(|index| match head.mapping[index] {
            SILENT => Some(None),
            place => (usize::from(place) < decoded).then_some(Some(place.into())),
        });
        let Some(from) = from.collect() else {
            return decode_error("opus: impossible channel mapping");
        };
        let stream = |number| {
            let mut params = AudioCodecParameters::new();
            params
                .with_sample_rate(RATE_HZ)
                .with_channels(if number < coupled {
                    layouts::CHANNEL_LAYOUT_STEREO
                } else {
                    layouts::CHANNEL_LAYOUT_MONO
                });
            OpusDecoder::try_registry_new(&params, &AudioDecoderOptions::default())
        };
        let spec = AudioSpec::new(RATE_HZ, channels.clone());
        Ok(Self {
            params: AudioCodecParameters::new(),
            streams: (0..streams).map(stream).collect::<Result<_, _>>()?,
            coupled,
            from,
            decoded: vec![Vec::new(); decoded],
            out: AudioBuffer::new(spec, PACKET_FRAMES_MAX),
        })
    }
}

impl AudioDecoder for Streams {
    fn reset(&mut self) {
        self.streams.iter_mut().for_each(|stream| stream.reset());
    }

    fn codec_info(&self) -> &CodecInfo {
        self.streams[0].codec_info() // at least one, by construction
    }

    fn codec_params(&self) -> &AudioCodecParameters {
        &self.params
    }

    fn decode_ref(&mut self, packet: &PacketRef<'_>) -> Result<GenericAudioBufferRef<'_>, Fault> {
        self.out.clear();
        let mut rest = packet.data;
        let mut place = 0;
        let last = self.streams.len() - 1;
        for (number, stream) in self.streams.iter_mut().enumerate() {
            let own;
            let data = if number == last {
                rest
            } else {
                let Some((first, after)) = split_first(rest) else {
                    return decode_error("opus: a packet of several streams ends too early");
                };
                (own, rest) = (first, after);
                &own
            };
            let whole = PacketRef::new(packet.track_id, packet.pts, packet.dur, data);
            let decoded = stream.decode_ref(&whole)?;
            let planes = 1 + usize::from(number < self.coupled);
            let sides = &mut self.decoded[place..place + planes];
            sides
                .iter_mut()
                .for_each(|side| side.resize(decoded.frames(), 0.0));
            decoded.copy_to_slice_planar(sides);
            place += planes;
        }
        let frames = self.decoded[0].len();
        if frames > PACKET_FRAMES_MAX || self.decoded.iter().any(|side| side.len() != frames) {
            return decode_error("opus: streams of unlike lengths");
        }
        self.out.render_silence(Some(frames));
        for (channel, from) in self.from.iter().enumerate() {
            if let (Some(from), Some(plane)) = (from, self.out.plane_mut(channel)) {
                plane.copy_from_slice(&self.decoded[*from]);
            }
        }
        self.out.trim(
            packet.trim_start.get() as usize,
            packet.trim_end.get() as usize,
        );
        Ok(self.out.as_generic_audio_buffer_ref())
    }

    fn finalize(&mut self) -> FinalizeResult {
        FinalizeResult::default()
    }

    fn last_decoded(&self) -> GenericAudioBufferRef<'_> {
        self.out.as_generic_audio_buffer_ref()
    }
}

/// Which channel of Vorbis order (RFC 7845, §5.1.1.2) comes next in the order of WAVE masks.
fn wave_order(channels: usize) -> impl Iterator<Item = usize> {
    let order: &[usize] = match channels {
        3 => &[0, 2, 1],
        5 => &[0, 2, 1, 3, 4],
        6 => &[0, 2, 1, 5, 3, 4],
        7 => &[0, 2, 1, 6, 5, 3, 4],
        8 => &[0, 2, 1, 7, 5, 6, 3, 4],
        _ => &[0, 1, 2, 3],
    };
    order.iter().copied().take(channels)
}

/// Takes the first stream's packet off a packet of several. It comes in a form that tells its own length
/// (RFC 6716, Appendix B): the plain form with one more length field, that of the last frame, which is
/// left out here.
fn split_first(packet: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let kind = packet.first()? & 0b11;
    let mut at = 1;
    let mut frames_bytes = 0;
    let extra = match kind {
        0 => field(packet, &mut at)?,
        1 => {
            let extra = field(packet, &mut at)?;
            frames_bytes = extra.2;
            extra
        }
        2 => {
            frames_bytes = field(packet, &mut at)?.2;
            field(packet, &mut at)?
        }
        _ => {
            let count = *packet.get(at)?;
            at += 1;
            if count & 0x40 != 0 {
                loop {
                    let byte = *packet.get(at)?;
                    at += 1;
                    // 255 stands for 254 bytes and one more field.
                    frames_bytes += usize::from(byte.min(254));
                    if byte != 255 {
                        break;
                    }
                }
            }
            let frames = usize::from(count & 0x3f);
            if count & 0x80 == 0 {
                let extra = field(packet, &mut at)?;
                frames_bytes += frames.checked_sub(1)? * extra.2;
                extra
            } else {
                for _ in 0..frames.checked_sub(1)? {
                    frames_bytes += field(packet, &mut at)?.2;
                }
                field(packet, &mut at)?
            }
        }
    };
    let (from, to, last_bytes) = extra;
    let end = at.checked_add(frames_bytes + last_bytes)?;
    let body = packet.get(to..end)?;
    Some(([&packet[..from], body].concat(), &packet[end..]))
}

/// A length field (RFC 6716, §3.2.1): where it begins and ends, and the length.
fn field(packet: &[u8], at: &mut usize) -> Option<(usize, usize, usize)> {
    let from = *at;
    let first = usize::from(*packet.get(from)?);
    let (bytes, length) = if first < 252 {
        (1, first)
    } else {
        (2, first + 4 * usize::from(*packet.get(from + 1)?))
    };
    *at = from + bytes;
    Some((from, *at, length))
}

#[cfg(test)]
mod tests {
    use super::{Head, split_first};

    fn head(family: u8, gain: [u8; 2], more: &[u8]) -> Vec<u8> {
        let channels = if more.is_empty() { 2 } else { more.len() - 2 };
        let mut head = b"OpusHead".to_vec();
        head.extend([1, channels as u8, 0x38, 0x01, 0x80, 0xbb, 0, 0]);
        head.extend(gain);
        head.push(family);
        head.extend(more);
        head
    }

    #[test]
    fn the_output_gain_is_read_in_either_byte_order() {
        let down = head(0, [0x00, 0xfa], &[]); // -1536/256 = -6 dB
        let gain = Head::read(&down, false).unwrap().gain;
        assert!((gain - 0.501_187).abs() < 1e-5, "{gain}");
        let down = head(0, [0xfa, 0x00], &[]);
        let gain = Head::read(&down, true).unwrap().gain;
        assert!((gain - 0.501_187).abs() < 1e-5, "{gain}");
    }

    #[test]
    fn only_one_stream_in_its_own_order_is_plain() {
        let plain = |family, more: &[u8]| {
            let head = head(family, [0, 0], more);
            Head::read(&head, false).map(|head| head.is_plain())
        };
        assert_eq!(plain(0, &[]), Some(true));
        assert_eq!(plain(1, &[1, 1, 0, 1]), Some(true));
        assert_eq!(plain(1, &[1, 0, 0]), Some(true));
        assert_eq!(plain(1, &[1, 1, 1, 0]), Some(false), "sides exchanged");
        assert_eq!(plain(1, &[2, 0, 0, 1]), Some(false), "two mono streams");
        assert_eq!(plain(1, &[4, 2, 0, 4, 1, 2, 3, 5]), Some(false));
        assert_eq!(Head::read(b"OpusHead\x01\x06", false).map(|_| ()), None);
    }

    #[test]
    fn each_form_of_a_packet_is_taken_off_without_its_extra_length() {
        let cases: [(&[u8], &[u8]); 6] = [
            (&[0x80, 2, 7, 8], &[0x80, 7, 8]),
            (&[0x81, 2, 1, 2, 3, 4], &[0x81, 1, 2, 3, 4]),
            (&[0x82, 1, 2, 9, 8, 7], &[0x82, 1, 9, 8, 7]),
            // Three frames of one length, then three of different ones.
            (&[0x83, 3, 1, 5, 6, 7], &[0x83, 3, 5, 6, 7]),
            (
                &[0x83, 0x83, 1, 0, 2, 5, 6, 7],
                &[0x83, 0x83, 1, 0, 5, 6, 7],
            ),
            // One frame and two bytes of padding.
            (&[0x83, 0x41, 2, 1, 5, 0, 0], &[0x83, 0x41, 2, 5, 0, 0]),
        ];
        for (packet, plain) in cases {
            let whole = [packet, b"next"].concat();
            assert_eq!(split_first(&whole), Some((plain.to_vec(), &b"next"[..])));
            for end in 0..packet.len() {
                assert_eq!(split_first(&packet[..end]), None, "{packet:?} cut at {end}");
            }
        }
        let long = [&[0x80, 252, 1][..], &[3; 256]].concat();
        assert_eq!(split_first(&long).unwrap().0.len(), 257);
    }
}
