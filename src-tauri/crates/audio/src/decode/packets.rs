//! The packets of one track, as a reader gives them, save where it is known to go wrong.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use symphonia::core::errors::Error as Fault;
use symphonia::core::formats::{FormatReader, Track, TrackType};
use symphonia::core::packet::Packet;
use symphonia::core::units::Duration;

use super::coded::{shielded, translate};
use crate::Error;

/// What must be put right.
#[derive(Clone, Debug)]
pub(super) enum Quirk {
    /// Nothing.
    None,
    /// The reader cuts packets at a length that may be no more than a guess: they are given whole.
    Uncut,
    /// The file ends too early; the reader is shown zeros behind it, and this is set once it has come
    /// there.
    ZerosBehind(Arc<AtomicBool>),
}

/// What comes next.
pub(super) enum Next {
    Packet(Packet),
    /// A chained stream begins: it needs a decoder of its own.
    Stream,
    End,
}

/// Packets in their order.
pub(super) struct Packets {
    reader: Box<dyn FormatReader>,
    track_id: u32,
    quirk: Quirk,
    /// Where zeros follow, the packet before: given only once the next one is known to be sound.
    held: Option<Packet>,
}

impl Packets {
    pub(super) fn new(reader: Box<dyn FormatReader>, track_id: u32, quirk: Quirk) -> Self {
        Self {
            reader,
            track_id,
            quirk,
            held: None,
        }
    }

    pub(super) fn container(&self) -> &'static str {
        self.reader.format_info().short_name
    }

    /// The track of a chained stream that has just begun; from now on packets are its own.
    pub(super) fn follow(&mut self) -> Option<&Track> {
        let track = self.reader.default_track(TrackType::Audio)?;
        self.track_id = track.id;
        Some(track)
    }

    pub(super) fn next(&mut self) -> Result<Next, Error> {
        loop {
            let mut packet = match shielded(|| self.reader.next_packet())? {
                Ok(Some(packet)) => packet,
                Ok(None) => return Ok(Next::End),
                Err(Fault::ResetRequired) => return Ok(Next::Stream),
                // A file that was cut off ends here; what came before is good.
                Err(Fault::IoError(error)) if error.kind() == io::ErrorKind::UnexpectedEof => {
                    return Ok(Next::End);
                }
                Err(_) if matches!(self.quirk, Quirk::ZerosBehind(_)) => return Ok(Next::End),
                Err(fault) => return Err(translate(fault)),
            };
            if packet.track_id != self.track_id {
                continue;
            }
            match &self.quirk {
                Quirk::None => return Ok(Next::Packet(packet)),
                Quirk::Uncut => {
                    (packet.trim_start, packet.trim_end) = (Duration::ZERO, Duration::ZERO);
                    return Ok(Next::Packet(packet));
                }
                // Silence may be all zeros, too: nothing is amiss as long as none were made up.
                Quirk::ZerosBehind(reached) if !reached.load(Ordering::Relaxed) => {
                    return Ok(Next::Packet(packet));
                }
                // The first packet behind the end is all zeros; the one before may end in some.
                Quirk::ZerosBehind(_) if packet.data.iter().all(|&byte| byte == 0) => {
                    return Ok(Next::End);
                }
                Quirk::ZerosBehind(_) => {
                    if let Some(before) = self.held.replace(packet) {
                        return Ok(Next::Packet(before));
                    }
                }
            }
        }
    }
}
