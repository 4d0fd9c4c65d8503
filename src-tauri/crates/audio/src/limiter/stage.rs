//! One stage of the limiter: a delay line, the search for peaks, and the gain that answers them.

use super::gain::{GROUP_FRAMES, GainCurve};
use crate::kernel::highest;
use crate::loudness::{Interpolator, TAPS};
use crate::{Error, Planar, Signal};

/// Frames that are looked at together when the search for peaks may be skipped. Windows lie at fixed
/// places of the stream, so that how it is cut into blocks changes no sample.
const WINDOW_FRAMES: usize = 128;
const _: () = assert!(WINDOW_FRAMES.is_multiple_of(GROUP_FRAMES));
/// Frames from the middle of an interpolation window to its end: the search lags by so much.
const HALF: usize = TAPS / 2;
/// A signal with a gain, each value of which is held under a ceiling.
pub struct Stage<S> {
    source: S,
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

impl<S: Signal> Stage<S> {
    /// `source` times `gain`, under `ceiling` (both factors).
    pub fn new(source: S, gain: f32, ceiling: f32) -> Self {
        let curve = GainCurve::new(source.rate_hz());
        Self {
            gain,
            ceiling,
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

    /// The lowest gain so far.
    pub fn lowest(&self) -> f64 {
        self.curve.lowest()
    }

    pub fn source(&self) -> &S {
        &self.source
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
        let ended = self.ended;
        let is_due = |left: usize| left >= WINDOW_FRAMES || (ended && left > 0);
        while is_due(frames - self.searched) {
            let count = WINDOW_FRAMES.min(frames - self.searched);
            let window = TAPS - 1 + self.searched..TAPS - 1 + self.searched + count;
            let peak = self
                .pending
                .iter()
                .map(|channel| highest(&channel[window.clone()]))
                .fold(0.0f32, f32::max);
            let around = peak.max(self.window_peak);
            let context = self.searched..self.searched + TAPS - 1 + count;
            let is_hot = self.interpolator.may_exceed(self.ceiling, around)
                && self.pending.iter().any(|channel| {
                    let x = &channel[context.clone()];
                    self.interpolator
                        .may_exceed_closely(self.ceiling, around, x)
                });
            self.window_peak = peak;
            if is_hot {
                self.search_window(count);
            } else {
                self.interval_before = 0.0;
                self.curve.push_quiet(count, &mut self.gains);
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
        let mut samples = [0.0f32; WINDOW_FRAMES]; // then the needs
        for channel in &self.pending {
            // The window that ends with frame i lies around the interval that begins HALF before it.
            let x = &channel[self.searched..self.searched + TAPS - 1 + count];
            self.interpolator
                .peaks_above(self.ceiling, x, &mut intervals[..count]);
            let centre = &x[TAPS - 1 - HALF..];
            for (sample, x) in samples[..count].iter_mut().zip(centre) {
                *sample = sample.max(x.abs());
            }
        }
        for (interval, sample) in intervals[..count].iter().zip(&mut samples) {
            let peak = sample.max(*interval).max(self.interval_before);
            self.interval_before = *interval;
            *sample = if peak > self.ceiling {
                self.ceiling / peak
            } else {
                1.0
            };
        }
        self.curve.push(&samples[..count], &mut self.gains);
    }
}

impl<S: Signal> Signal for Stage<S> {
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
