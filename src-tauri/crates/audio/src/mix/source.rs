//! Where the sound of clips comes from.

use std::sync::Arc;

use units::{Digest, SAMPLE_RATE_HZ};

use crate::{Error, Pcm, Planar};

/// Finds sources by digest. The archive is one; tests use a list.
pub trait Sources {
    /// The sound of the source whose original file has this digest.
    ///
    /// # Errors
    /// [`Error::Io`] of kind `NotFound` where it is not there (any more).
    fn open(&self, digest: &Digest) -> Result<Arc<dyn StudioSource>, Error>;
}

impl<F: Fn(&Digest) -> Result<Arc<dyn StudioSource>, Error>> Sources for F {
    fn open(&self, digest: &Digest) -> Result<Arc<dyn StudioSource>, Error> {
        self(digest)
    }
}

/// Sound at 48 kHz, mono or stereo, of which any stretch can be read at any time.
pub trait StudioSource: Send + Sync {
    /// Number of frames.
    fn frames(&self) -> u64;

    /// Gives `block` this many frames and fills them from `frame` on. The stretch lies within the
    /// source.
    ///
    /// # Errors
    /// [`Error::Io`] and [`Error::Damaged`].
    fn read(&self, frame: u64, block: &mut Planar, frames: usize) -> Result<(), Error>;
}

/// A source over plain samples at rest.
#[derive(Clone)]
pub struct PcmSource(Pcm);

impl PcmSource {
    /// Mono or stereo samples at 48 kHz.
    ///
    /// # Errors
    /// [`Error::UnsupportedTarget`] for another rate or more channels.
    pub fn new(pcm: Pcm) -> Result<Self, Error> {
        if pcm.rate_hz != SAMPLE_RATE_HZ || !(1..=2).contains(&pcm.channels) {
            return Err(Error::UnsupportedTarget(format!(
                "a source of {} channels at {} Hz in a mix",
                pcm.channels, pcm.rate_hz
            )));
        }
        Ok(Self(pcm))
    }
}

impl StudioSource for PcmSource {
    fn frames(&self) -> u64 {
        self.0.frames
    }

    fn read(&self, frame: u64, block: &mut Planar, frames: usize) -> Result<(), Error> {
        if self.0.read_planar(frame, block, frames)? == frames {
            Ok(())
        } else {
            Err(Error::Damaged("a source is shorter than it was".into()))
        }
    }
}
