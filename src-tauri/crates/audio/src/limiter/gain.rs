//! From the gain that each frame needs to a smooth gain that never exceeds it: hold, release, smooth.
//!
//! After the envelopes of Signalsmith Audio (Geraint Luff, "Designing a straightforward limiter",
//! 2022): a peak hold as long as the smoothing filter, and a filter that is a stack of box averages.

use std::collections::VecDeque;

use crate::loudness::TAPS;

/// Look-ahead in seconds: short enough to stay unheard before a burst of sound.
const LOOK_AHEAD_S: f64 = 0.005;
/// Look-ahead in frames at the least: the gain must move slowly against the interpolation filter.
const LOOK_AHEAD_FRAMES_MIN: usize = 160;
/// Frames around a peak over which its reduction is held whole. What lies between the samples is made
/// of so many of them; a gain that moved among them would be a filter of its own and let peaks through.
const FLAT_FRAMES: usize = TAPS;
/// Time constant of the way back to unity.
const RELEASE_S: f64 = 0.1;
/// A reduction below this (0.0009 dB) is over; otherwise the way back would never end.
const REDUCTION_MIN: f64 = 1e-4;
/// Frames that are held and released before they are smoothed: each loop then waits for itself only.
const CHUNK_FRAMES: usize = 128;
/// Averages in the stack: three make a curve without corners.
const BOXES: usize = 3;

/// Turns needs into gains. All values in between are reductions (1 − gain), so that rest is exact zero.
pub struct GainCurve {
    /// Length of the smoothing filter.
    frames: usize,
    /// How long a reduction is held: over the filter and the flat part.
    hold: u64,
    now: u64,
    /// Reductions of the last `hold` needs that are not outdone by a later one, deepest first.
    held: VecDeque<(u64, f64)>,
    released: f64,
    release_factor: f64,
    boxes: [BoxAverage; BOXES],
    /// Frames since everything in the boxes was zero.
    resting: usize,
    lowest: f64,
}

impl GainCurve {
    pub fn new(rate_hz: u32) -> Self {
        let rate = f64::from(rate_hz);
        let frames = ((rate * LOOK_AHEAD_S) as usize).max(LOOK_AHEAD_FRAMES_MIN);
        // Box lengths a, b, c make a filter of a + b + c − 2 frames.
        let total = frames + BOXES - 1;
        let lengths = [total / 2, total / 3, total - total / 2 - total / 3];
        Self {
            frames,
            hold: (frames + FLAT_FRAMES) as u64,
            now: 0,
            held: VecDeque::with_capacity(frames + FLAT_FRAMES),
            released: 0.0,
            release_factor: (-1.0 / (RELEASE_S * rate)).exp(),
            boxes: lengths.map(BoxAverage::new),
            resting: frames,
            lowest: 1.0,
        }
    }

    /// How many frames later the gain for a need comes out.
    pub fn delay_frames(&self) -> usize {
        self.frames - 1 + FLAT_FRAMES / 2
    }

    /// The lowest gain so far.
    pub fn lowest(&self) -> f64 {
        self.lowest
    }

    /// Takes the needs of the next frames (0 < need ≤ 1) and adds as many gains, each that of the frame
    /// [`Self::delay_frames`] before.
    pub fn push(&mut self, needs: &[f32], gains: &mut Vec<f32>) {
        for needs in needs.chunks(CHUNK_FRAMES) {
            if self.is_at_rest() && needs.iter().all(|need| *need >= 1.0) {
                self.rest(needs.len(), gains);
                continue;
            }
            let mut reductions = [0.0f64; CHUNK_FRAMES];
            let reductions = &mut reductions[..needs.len()];
            for (reduction, need) in reductions.iter_mut().zip(needs) {
                *reduction = self.release(1.0 - f64::from(*need));
            }
            self.smooth(reductions, gains);
        }
    }

    /// Frames without need: what [`Self::push`] of ones would give, at no cost when at rest.
    pub fn push_quiet(&mut self, count: usize, gains: &mut Vec<f32>) {
        if self.is_at_rest() {
            self.rest(count, gains);
            return;
        }
        let ones = [1.0; CHUNK_FRAMES];
        let mut left = count;
        while left > 0 {
            let now = left.min(CHUNK_FRAMES);
            self.push(&ones[..now], gains);
            left -= now;
        }
    }

    fn is_at_rest(&self) -> bool {
        self.held.is_empty() && self.released == 0.0 && self.resting >= self.frames
    }

    fn rest(&mut self, count: usize, gains: &mut Vec<f32>) {
        self.now += count as u64;
        gains.resize(gains.len() + count, 1.0);
    }

    /// The reduction of a frame, held and released.
    fn release(&mut self, reduction: f64) -> f64 {
        if reduction > 0.0 {
            while self.held.back().is_some_and(|held| held.1 <= reduction) {
                self.held.pop_back();
            }
            self.held.push_back((self.now, reduction));
        }
        if let Some(&(since, _)) = self.held.front()
            && since + self.hold <= self.now
        {
            self.held.pop_front();
        }
        self.now += 1;
        let held = self.held.front().map_or(0.0, |held| held.1);
        self.released = (self.released * self.release_factor).max(held);
        if self.released < REDUCTION_MIN {
            self.released = held;
        }
        self.released
    }

    /// Runs a chunk through the averages.
    fn smooth(&mut self, reductions: &[f64], gains: &mut Vec<f32>) {
        self.resting = match reductions.iter().rposition(|&reduction| reduction > 0.0) {
            Some(last) => reductions.len() - 1 - last,
            None => self.resting + reductions.len(),
        };
        let [first, second, third] = &mut self.boxes;
        let mut lowest = self.lowest;
        gains.extend(reductions.iter().map(|&reduction| {
            let gain = 1.0 - third.push(second.push(first.push(reduction)));
            lowest = lowest.min(gain);
            gain as f32
        }));
        self.lowest = lowest;
        if self.resting >= self.frames {
            // All that is left in the sums is rounding.
            self.boxes.iter_mut().for_each(BoxAverage::clear);
        }
    }
}

/// A running mean.
struct BoxAverage {
    values: Vec<f64>,
    next: usize,
    sum: f64,
    scale: f64,
}

impl BoxAverage {
    fn new(frames: usize) -> Self {
        Self {
            values: vec![0.0; frames],
            next: 0,
            sum: 0.0,
            scale: 1.0 / frames as f64,
        }
    }

    #[inline]
    fn push(&mut self, value: f64) -> f64 {
        let oldest = std::mem::replace(&mut self.values[self.next], value);
        self.sum += value - oldest;
        self.next += 1;
        if self.next == self.values.len() {
            self.next = 0;
        }
        self.sum * self.scale
    }

    fn clear(&mut self) {
        self.values.fill(0.0);
        self.sum = 0.0;
    }
}

#[cfg(test)]
mod tests {
    use super::GainCurve;
    use proptest::prelude::{prop_assert, proptest};

    #[test]
    fn without_need_the_gain_is_exactly_one() {
        let mut curve = GainCurve::new(48_000);
        let mut gains = Vec::new();
        curve.push(&[1.0; 1_000], &mut gains);
        curve.push_quiet(500, &mut gains);
        assert_eq!(gains, vec![1.0; 1_500]);
    }

    #[test]
    fn after_a_peak_the_gain_comes_back_to_exactly_one() {
        let mut curve = GainCurve::new(48_000);
        let mut gains = Vec::new();
        curve.push(&[0.25], &mut gains);
        curve.push_quiet(96_000, &mut gains);
        assert_eq!(gains.last(), Some(&1.0));
        assert!((curve.lowest() - 0.25).abs() < 1e-3);
    }

    proptest! {
        #[test]
        fn the_gain_never_exceeds_the_need(
            peaks in proptest::collection::vec((0usize..4_000, 0.01f32..1.0), 1..40),
            rate_hz in proptest::sample::select(vec![8_000u32, 44_100, 48_000, 96_000]),
        ) {
            let mut needs = vec![1.0f32; 6_000];
            for (at, need) in peaks {
                needs[at] = needs[at].min(need);
            }
            let mut curve = GainCurve::new(rate_hz);
            let delay = curve.delay_frames();
            let mut gains = Vec::new();
            curve.push(&needs, &mut gains);
            for (need, gain) in needs.iter().zip(&gains[delay..]) {
                prop_assert!(*gain <= need + 1e-6);
                prop_assert!(*gain > 0.0);
            }
        }
    }
}
