//! One run over the whole sound: prepared, amplified, limited, and then measured or written.

use units::{Db, Dbtp, Lufs};

use super::Replay;
use super::progress::Progress;
use crate::encode::{Target, encoder};
use crate::limiter::Limited;
use crate::loudness::{BLOCK_FRAMES, Levels, MonoReading, measure_loudness, measure_signal};
use crate::{Channels, Error, Planar, Scratch, Signal, fold, resample};

/// Direct current of so much of the highest peak is taken off: it costs half a decibel.
const OFFSET_PART: f32 = 0.05;
/// Seconds in which it shows: it is there from switching on to switching off.
const BEGINNING_S: u64 = 20;

/// What all runs share.
pub struct Passes<'a> {
    pub source: &'a dyn Replay,
    pub target: &'a Target,
    pub progress: &'a Progress<'a>,
    /// True peak of the prepared source, once it was measured.
    pub peak: Option<Dbtp>,
    /// What lies on all samples of a channel of the prepared source and is taken off; empty for
    /// nothing.
    pub offsets: Vec<f32>,
}

/// A signal without the direct current on it.
struct Centred {
    inner: Box<dyn Signal>,
    offsets: Vec<f32>,
}

impl Signal for Centred {
    fn rate_hz(&self) -> u32 {
        self.inner.rate_hz()
    }

    fn channels(&self) -> usize {
        self.inner.channels()
    }

    fn frames(&self) -> Option<u64> {
        self.inner.frames()
    }

    fn read(&mut self, block: &mut Planar, frames_max: usize) -> Result<usize, Error> {
        let frames = self.inner.read(block, frames_max)?;
        for (channel, offset) in block.channels_mut().iter_mut().zip(&self.offsets) {
            channel.iter_mut().for_each(|x| *x -= offset);
        }
        Ok(frames)
    }
}

impl Passes<'_> {
    /// The source in the shape of the target.
    fn prepared(&self) -> Result<Box<dyn Signal>, Error> {
        let channels = match self.target.channels {
            1 => Channels::Mono,
            _ => Channels::Stereo,
        };
        let inner = resample(fold(self.source.replay()?, channels), self.target.rate_hz)?;
        if self.offsets.is_empty() {
            return Ok(inner);
        }
        let offsets = self.offsets.clone();
        Ok(Box::new(Centred { inner, offsets }))
    }

    /// Finds the direct current on the prepared source and takes it off from now on; `false` where
    /// there is none to speak of. A beginning without any is taken for the whole.
    pub fn centre(&mut self) -> Result<bool, Error> {
        let peak = self.peak.map_or(1.0, |peak| Db(peak.0).factor()) as f32;
        let is_felt = |means: &[f32]| means.iter().any(|mean| mean.abs() > OFFSET_PART * peak);
        if !is_felt(&self.means(BEGINNING_S)?) {
            return Ok(false);
        }
        let means = self.means(u64::MAX)?;
        let felt = is_felt(&means);
        if felt {
            self.offsets = means;
        }
        Ok(felt)
    }

    /// The mean of each channel over the first seconds.
    fn means(&self, seconds_max: u64) -> Result<Vec<f32>, Error> {
        self.progress.during(|watch| {
            let mut signal = self.prepared()?;
            let frames_max = seconds_max.saturating_mul(signal.rate_hz().into());
            let total = signal.frames().unwrap_or(0).min(frames_max);
            let mut sums = vec![0.0f64; signal.channels()];
            let mut block = Planar::default();
            let mut frames = 0;
            while frames < frames_max {
                let got = signal.read(&mut block, BLOCK_FRAMES)?;
                if got == 0 {
                    break;
                }
                for (sum, channel) in sums.iter_mut().zip(block.channels()) {
                    *sum += f64::from(channel.iter().sum::<f32>());
                }
                frames += got as u64;
                watch.step(frames, total)?;
            }
            let mean = |sum: f64| (sum / frames.max(1) as f64) as f32;
            Ok(sums.into_iter().map(mean).collect())
        })
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

    /// The loudness of what would be written, before encoding.
    pub fn rehearse(&self, gain: Db, ceiling: Dbtp) -> Result<Lufs, Error> {
        self.progress.during(|watch| {
            let mut limited = Limited::rehearsal(self.prepared()?, gain, ceiling);
            measure_loudness(&mut limited, MonoReading::DualMono, watch)
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
