//! A decoder at work: packets in, blocks of any size out, what is not to be heard cut off.

use symphonia::core::audio::GenericAudioBufferRef;
use symphonia::core::codecs::audio::AudioDecoder;
use symphonia::core::errors::Error as Fault;

use super::coded::{decoder_for, shielded, translate};
use super::packets::{Next, Packets};
use super::{DURATION_S_MAX, check_shape};
use crate::pcm::first_wild;
use crate::{Error, Planar, Signal};

/// Packets in a row that may be beyond decoding before the file is given up: about two seconds.
const BAD_PACKETS_MAX: usize = 100;
/// Longest packet taken, in frames: FLAC allows 65,535, nobody more.
const PACKET_FRAMES_MAX: usize = 1 << 20;

/// Most frames that follow the end of the sound in an MP3 file: what its tag can tell, and what the
/// filters of both sides hold back.
const PADDING_FRAMES_MAX: usize = 4_095 + 2 * 1_152;

/// A stream of decoded packets.
pub(super) struct Coded {
    packets: Packets,
    decoder: Box<dyn AudioDecoder>,
    rate_hz: u32,
    channels: usize,
    frames: Option<u64>,
    /// Where the speakers stand, as in WAVE.
    mask: u32,
    /// A factor on all samples.
    gain: f32,
    /// The packet decoded last, and how much of it was handed out.
    block: Planar,
    next: usize,
    bad_packets: usize,
    /// Frames still to be cut from the start.
    skip: u64,
    /// Frames still to be handed out at the most.
    left: u64,
    /// Whether that is a length that the file may outlast.
    may_outlast: bool,
    given: u64,
    /// Frames of the packets before this one.
    decoded: u64,
}

impl Coded {
    /// A stream of which the shape is known after the first [`Coded::refill`].
    pub(super) fn new(
        packets: Packets,
        decoder: Box<dyn AudioDecoder>,
        gain: f32,
        mask: u32,
    ) -> Self {
        Self {
            packets,
            decoder,
            rate_hz: 0,
            channels: 0,
            frames: None,
            mask,
            gain,
            block: Planar::default(),
            next: 0,
            bad_packets: 0,
            skip: 0,
            left: u64::MAX,
            may_outlast: false,
            given: 0,
            decoded: 0,
        }
    }

    /// Leaves out `skip` frames, then gives `at_most`; `frames` is what will come of it, if known.
    pub(super) fn hear(&mut self, skip: u64, at_most: Option<u64>, frames: Option<u64>) {
        self.skip = skip;
        self.left = at_most.unwrap_or(u64::MAX);
        self.frames = frames;
    }

    /// Gives more than it was told to, where more is there than an encoder's padding: two MP3 files
    /// written one behind the other hold the length of the first.
    pub(super) fn outlast(&mut self) {
        self.may_outlast = true;
    }

    /// Looks past the told end; whether the sound goes on there.
    fn outlasts(&mut self) -> bool {
        self.may_outlast = false;
        let mut after = vec![Vec::new(); self.channels];
        loop {
            for (after, block) in after.iter_mut().zip(self.block.channels()) {
                after.extend_from_slice(&block[self.next..]);
            }
            if after[0].len() > PADDING_FRAMES_MAX {
                break;
            }
            // What cannot be decoded out there is no sound that was lost.
            if !matches!(self.refill(), Ok(true)) {
                self.next = self.block.frames();
                return false;
            }
        }
        (self.block, self.next) = (Planar::from_channels(after), 0);
        (self.left, self.frames) = (u64::MAX, None);
        true
    }

    /// The decoder's own name.
    pub(super) fn codec(&self) -> &'static str {
        self.decoder.codec_info().short_name
    }

    /// Decodes the next packet that holds sound into `block`; false at the end.
    pub(super) fn refill(&mut self) -> Result<bool, Error> {
        loop {
            let packet = match self.packets.next()? {
                Next::Packet(packet) => packet,
                Next::Stream => {
                    self.restart()?;
                    continue;
                }
                Next::End => return Ok(false),
            };
            match shielded(|| self.decoder.decode(&packet))? {
                Ok(decoded) if decoded.frames() == 0 => {}
                Ok(decoded) => {
                    self.decoded += self.block.frames() as u64;
                    take(
                        &decoded,
                        &mut self.block,
                        &mut self.rate_hz,
                        &mut self.channels,
                    )?;
                    amplify(&mut self.block, self.gain);
                    self.next = 0;
                    let Some(at) = first_wild(&self.block, 0..self.block.frames()) else {
                        self.bad_packets = 0;
                        return Ok(true);
                    };
                    if self.codec().starts_with("pcm_") {
                        let at_s = (self.decoded + at as u64) as f64 / f64::from(self.rate_hz);
                        return Err(Error::OverScale { at_s });
                    }
                    // A decoder that makes this of a packet has not understood it.
                    if self.bad_packets == BAD_PACKETS_MAX {
                        return Err(Error::Damaged("nothing in it can be decoded".into()));
                    }
                    self.bad_packets += 1;
                    self.block.clear();
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
        let container = self.packets.container();
        let track = self
            .packets
            .follow()
            .ok_or_else(|| Error::Damaged("the stream goes on without sound".into()))?;
        let ready = decoder_for(track, container)?;
        (self.decoder, self.gain) = (ready.decoder, ready.gain);
        self.skip += ready.skip;
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

fn amplify(block: &mut Planar, gain: f32) {
    if gain != 1.0 {
        let samples = block.channels_mut().iter_mut().flatten();
        samples.for_each(|x| *x *= gain);
    }
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

    fn mask(&self) -> u32 {
        self.mask
    }

    fn read(&mut self, block: &mut Planar, frames_max: usize) -> Result<usize, Error> {
        if self.left == 0 && self.may_outlast {
            self.outlasts();
        }
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
        self.given += done as u64;
        // Ten bytes of FLAC can hold a second of silence: what the header did not tell is caught here.
        let seconds = self.given / u64::from(self.rate_hz);
        if seconds > DURATION_S_MAX {
            return Err(Error::Limit {
                what: "duration in seconds",
                found: seconds,
                limit: DURATION_S_MAX,
            });
        }
        Ok(done)
    }
}
