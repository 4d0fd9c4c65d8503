//! A look-ahead limiter that no true peak passes.
//!
//! The gain that each frame needs is held over the look-ahead and smoothed by a finite filter with no
//! negative tap. A weighted mean of values that are all low enough is low enough, so the smoothed gain
//! never exceeds the need (`gain`). The delay line runs without a break; only the search for peaks is
//! skipped, and only where they are impossible.
//!
//! Not here: how loud the result is (`normalize` asks and corrects).

mod gain;

use units::{Db, Dbtp};

use crate::loudness::{Interpolator, TAPS, highest};
use crate::{Error, Planar, Signal};
use gain::GainCurve;

/// Frames that are looked at together when the search for peaks may be skipped.
const WINDOW_FRAMES: usize = 128;
/// Frames from the middle of an interpolation window to its end: the search lags by so much.
const HALF: usize = TAPS / 2;
/// How far below the ceiling the limiter aims, in dB: a gain in motion shifts what lies between the
/// samples by a little, and rounding to the file's width by less.
const MARGIN_DB: f64 = 0.02;

/// A signal with a gain, held under a ceiling. As long as its source, and not delayed against it.
pub struct Limited {
    source: Box<dyn Signal>,
    gain: f32,
    ceiling: f32,
    interpolator: Interpolator,
    curve: GainCurve,
    /// Per channel, what was read and not yet given, preceded by `TAPS - 1` older samples.
    pending: Vec<Vec<f32>>,
    /// How many of the pending frames (without the older ones) were searched for peaks.
    searched: usize,
    /// Highest sample of the window searched last.
    window_peak: f32,
    /// Highest interpolated value before the frame that comes next in the search.
    interval_before: f32,
    /// Gains of the pending frames, as far as they are known.
    gains: Vec<f32>,
    /// Gains to be dropped, because they belong to the time before the first frame.
    early: usize,
    given: u64,
    read: u64,
    ended: bool,
    block: Planar,
}

impl Limited {
    /// `source`, changed by `gain` and then held under `ceiling`.
    #[must_use]
    pub fn new(source: Box<dyn Signal>, gain: Db, ceiling: Dbtp) -> Self {
        let curve = GainCurve::new(source.rate_hz());
        Self {
            gain: gain.factor() as f32,
            ceiling: Db(ceiling.0 - MARGIN_DB).factor() as f32,
            interpolator: Interpolator::new(),
            pending: vec![vec![0.0; TAPS - 1]; source.channels()],
            searched: 0,
            window_peak: 0.0,
            interval_before: 0.0,
            gains: Vec::new(),
            early: HALF + curve.delay_frames(),
            curve,
            given: 0,
            read: 0,
            ended: false,
            block: Planar::default(),
            source,
        }
    }

    /// The deepest reduction so far, in dB, not negative.
    #[must_use]
    pub fn deepest_db(&self) -> f64 {
        -Db::from_factor(self.curve.lowest()).0
    }

    /// Reads the next block of the source behind what is pending; at its end, the silence that pushes
    /// the last frames out.
    fn fill(&mut self, frames_max: usize) -> Result<(), Error> {
        let got = self.source.read(&mut self.block, frames_max)?;
        self.read += got as u64;
        self.ended = got == 0;
        let lag = HALF + self.curve.delay_frames();
        for (index, pending) in self.pending.iter_mut().enumerate() {
            if self.ended {
                pending.resize(pending.len() + lag, 0.0);
            } else {
                let gain = self.gain;
                pending.extend(self.block.channel(index).iter().map(|x| x * gain));
            }
        }
        self.search();
        Ok(())
    }

    /// Finds the gain of all that was read, window by window.
    fn search(&mut self) {
        let frames = self.pending.first().map_or(0, Vec::len) - (TAPS - 1);
        while self.searched < frames {
            let count = WINDOW_FRAMES.min(frames - self.searched);
            let window = TAPS - 1 + self.searched..TAPS - 1 + self.searched + count;
            let peak = self
                .pending
                .iter()
                .map(|channel| highest(&channel[window.clone()]))
                .fold(0.0f32, f32::max);
            let bound = peak.max(self.window_peak) * self.interpolator.gain_max();
            self.window_peak = if count < TAPS {
                self.window_peak.max(peak)
            } else {
                peak
            };
            if bound <= self.ceiling {
                self.interval_before = 0.0;
                self.curve.push_quiet(count, &mut self.gains);
            } else {
                self.search_window(count);
            }
            self.searched += count;
        }
        let early = self.early.min(self.gains.len());
        self.gains.drain(..early);
        self.early -= early;
    }

    /// The need of each frame: its own magnitude and what is reached in the intervals on both sides.
    fn search_window(&mut self, count: usize) {
        let mut intervals = [0.0f32; WINDOW_FRAMES];
        let mut samples = [0.0f32; WINDOW_FRAMES];
        for channel in &self.pending {
            // The window that ends with frame i lies around the interval that begins HALF before it.
            let x = &channel[self.searched..self.searched + TAPS - 1 + count];
            self.interpolator.peaks(x, &mut intervals[..count]);
            let centre = &x[TAPS - 1 - HALF..];
            for (sample, x) in samples[..count].iter_mut().zip(centre) {
                *sample = sample.max(x.abs());
            }
        }
        for (interval, sample) in intervals[..count].iter().zip(&samples) {
            let peak = sample.max(*interval).max(self.interval_before);
            self.interval_before = *interval;
            let need = if peak > self.ceiling {
                self.ceiling / peak
            } else {
                1.0
            };
            self.gains.push(self.curve.push(need));
        }
    }
}

impl Signal for Limited {
    fn rate_hz(&self) -> u32 {
        self.source.rate_hz()
    }

    fn channels(&self) -> usize {
        self.source.channels()
    }

    fn frames(&self) -> Option<u64> {
        self.source.frames()
    }

    fn read(&mut self, block: &mut Planar, frames_max: usize) -> Result<usize, Error> {
        while self.gains.is_empty() && !self.ended {
            self.fill(frames_max.max(1))?;
        }
        let left = usize::try_from(self.read - self.given).unwrap_or(usize::MAX);
        let frames = self.gains.len().min(frames_max).min(left);
        block.resize(self.pending.len(), frames);
        for (pending, out) in self.pending.iter_mut().zip(block.channels_mut()) {
            let samples = pending[TAPS - 1..].iter().zip(&self.gains);
            for (out, (x, gain)) in out.iter_mut().zip(samples) {
                *out = x * gain;
            }
            pending.drain(..frames);
        }
        self.gains.drain(..frames);
        self.searched -= frames;
        self.given += frames as u64;
        Ok(frames)
    }
}

#[cfg(test)]
mod tests;
