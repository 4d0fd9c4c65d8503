//! One run over the whole sound: prepared, amplified, limited, and then measured or written.

use units::{Db, Dbtp};

use super::Replay;
use super::progress::Progress;
use crate::encode::{Target, encoder};
use crate::limiter::Limited;
use crate::loudness::{BLOCK_FRAMES, Levels, MonoReading, measure_signal};
use crate::{Channels, Error, Planar, Scratch, Signal, fold, resample};

/// What all runs share.
pub struct Passes<'a> {
    pub source: &'a dyn Replay,
    pub target: &'a Target,
    pub progress: &'a Progress<'a>,
    /// True peak of the prepared source, once it was measured.
    pub peak: Option<Dbtp>,
}

impl Passes<'_> {
    /// The source in the shape of the target.
    fn prepared(&self) -> Result<Box<dyn Signal>, Error> {
        let channels = match self.target.channels {
            1 => Channels::Mono,
            _ => Channels::Stereo,
        };
        resample(fold(self.source.replay()?, channels), self.target.rate_hz)
    }

    fn limited(&self, gain: Db, ceiling: Dbtp) -> Result<Limited, Error> {
        let source = self.prepared()?;
        Ok(match self.peak {
            Some(peak) => Limited::knowing_peak(source, peak, gain, ceiling),
            None => Limited::new(source, gain, ceiling),
        })
    }

    /// The levels of the source in the shape of the target.
    pub fn measure_prepared(&self) -> Result<Levels, Error> {
        self.progress
            .during(|watch| measure_signal(&mut self.prepared()?, MonoReading::DualMono, watch))
    }

    /// The levels of what would be written, before encoding.
    pub fn rehearse(&self, gain: Db, ceiling: Dbtp) -> Result<Levels, Error> {
        self.progress.during(|watch| {
            let mut limited = self.limited(gain, ceiling)?;
            measure_signal(&mut limited, MonoReading::DualMono, watch)
        })
    }

    /// Writes the file anew. Returns how deep the limiter went, in dB.
    pub fn write(&self, gain: Db, ceiling: Dbtp, out: &mut dyn Scratch) -> Result<f64, Error> {
        self.progress.during(|watch| {
            let mut limited = self.limited(gain, ceiling)?;
            let total = limited.frames().unwrap_or(0);
            let mut encoder = encoder(self.target, out)?;
            let mut block = Planar::default();
            let mut frames = 0;
            loop {
                let got = limited.read(&mut block, BLOCK_FRAMES)?;
                if got == 0 {
                    break;
                }
                encoder.write(&block)?;
                frames += got as u64;
                watch.step(frames, total)?;
            }
            encoder.finish()?;
            Ok(limited.deepest_db())
        })
    }
}
