//! Signals for tests: still blocks, and tones.

use crate::{Error, Planar, Signal};

/// A signal out of memory.
pub struct Still {
    rate_hz: u32,
    channels: Vec<Vec<f32>>,
    next: usize,
}

impl Still {
    pub fn new(rate_hz: u32, channels: Vec<Vec<f32>>) -> Self {
        Self {
            rate_hz,
            channels,
            next: 0,
        }
    }
}

impl Signal for Still {
    fn rate_hz(&self) -> u32 {
        self.rate_hz
    }

    fn channels(&self) -> usize {
        self.channels.len()
    }

    fn frames(&self) -> Option<u64> {
        Some(self.channels[0].len() as u64)
    }

    fn read(&mut self, block: &mut Planar, frames_max: usize) -> Result<usize, Error> {
        let frames = frames_max.min(self.channels[0].len() - self.next);
        block.resize(self.channels.len(), frames);
        for (out, source) in block.channels_mut().iter_mut().zip(&self.channels) {
            out.copy_from_slice(&source[self.next..self.next + frames]);
        }
        self.next += frames;
        Ok(frames)
    }
}

/// A sine of amplitude 0.5.
pub fn tone(rate_hz: u32, frequency_hz: f64, frames: usize) -> Vec<f32> {
    let step = std::f64::consts::TAU * frequency_hz / f64::from(rate_hz);
    (0..frames)
        .map(|n| (0.5 * (step * n as f64).sin()) as f32)
        .collect()
}

/// All of a signal.
pub fn drain(signal: &mut dyn Signal, frames_max: usize) -> Vec<Vec<f32>> {
    let mut all = vec![Vec::new(); signal.channels()];
    let mut block = Planar::default();
    while signal.read(&mut block, frames_max).unwrap() > 0 {
        for (all, new) in all.iter_mut().zip(block.channels()) {
            all.extend_from_slice(new);
        }
    }
    all
}
