//! From the gain that each frame needs to a smooth gain that never exceeds it: hold, release, smooth.
//!
//! After the envelopes of Signalsmith Audio (Geraint Luff, "Designing a straightforward limiter",
//! 2022): a peak hold longer than the smoothing filter, and a filter that is a stack of box averages.
//! All that runs on groups of frames; the gain goes in straight lines from group to group.

use std::collections::VecDeque;

use crate::loudness::TAPS;

/// Frames of a group: 0.17 ms at 48 kHz, a fraction of the look-ahead.
pub const GROUP_FRAMES: usize = 8;
/// Look-ahead in seconds: short enough to stay unheard before a burst of sound.
const LOOK_AHEAD_S: f64 = 0.005;
/// Look-ahead in frames at the least: the gain must move slowly against the interpolation filter.
const LOOK_AHEAD_FRAMES_MIN: usize = 160;
/// Groups on each side of a peak over which its reduction is held whole. What lies between the samples
/// is made of so many of them; a gain that moved among them would be a filter of its own.
const FLAT_GROUPS: usize = TAPS / 2 / GROUP_FRAMES;
/// Time constant of the way back to unity.
const RELEASE_S: f64 = 0.1;
/// A reduction below this (0.0009 dB) is over; otherwise the way back would never end.
const REDUCTION_MIN: f64 = 1e-4;
/// Averages in the stack: three make a curve without corners.
const BOXES: usize = 3;

/// Turns needs into gains. All values in between are reductions (1 − gain), so that rest is exact zero.
pub struct GainCurve {
    /// Length of the smoothing filter, in groups.
    smoothing: usize,
    /// The group that comes next.
    now: u64,
    /// Reductions of the last groups that are not outdone by a later one, deepest first.
    held: VecDeque<(u64, f64)>,
    released: f64,
    release_factor: f64,
    boxes: [BoxAverage; BOXES],
    /// The smoothed reduction that the last line ended on.
    last: f64,
    /// Groups since what goes into the boxes became zero.
    resting: usize,
    lowest: f64,
}

impl GainCurve {
    pub fn new(rate_hz: u32) -> Self {
        let rate = f64::from(rate_hz);
        let frames = ((rate * LOOK_AHEAD_S) as usize).max(LOOK_AHEAD_FRAMES_MIN);
        let smoothing = frames.div_ceil(GROUP_FRAMES);
        // Box lengths a, b, c make a filter of a + b + c − 2 values.
        let total = smoothing + BOXES - 1;
        let lengths = [total / 2, total / 3, total - total / 2 - total / 3];
        Self {
            smoothing,
            now: 0,
            held: VecDeque::new(),
            released: 0.0,
            release_factor: (-(GROUP_FRAMES as f64) / (RELEASE_S * rate)).exp(),
            boxes: lengths.map(BoxAverage::new),
            last: 0.0,
            resting: smoothing,
            lowest: 1.0,
        }
    }

    /// How many groups later the line for a group comes out. Both its ends, one group apart, must have
    /// seen the flat part after it through all of the filter.
    fn delay_groups(&self) -> usize {
        self.smoothing + FLAT_GROUPS
    }

    /// How long a group is held, so that both ends still hold the flat part before it.
    fn hold_groups(&self) -> usize {
        self.delay_groups() + FLAT_GROUPS + 1
    }

    /// How many frames later the gain for a need comes out.
    pub fn delay_frames(&self) -> usize {
        self.delay_groups() * GROUP_FRAMES
    }

    /// The lowest gain so far.
    pub fn lowest(&self) -> f64 {
        self.lowest
    }

    /// Takes the needs of the next frames (0 < need ≤ 1) and adds as many gains, each that of the frame
    /// [`Self::delay_frames`] before. Only the last call may give an incomplete group; it is completed.
    pub fn push(&mut self, needs: &[f32], gains: &mut Vec<f32>) {
        for group in needs.chunks(GROUP_FRAMES) {
            let need = group.iter().copied().fold(1.0, f32::min);
            self.push_group(1.0 - f64::from(need), gains);
        }
    }

    /// As many frames without need: what [`Self::push`] of ones would give, at no cost when at rest.
    pub fn push_quiet(&mut self, frames: usize, gains: &mut Vec<f32>) {
        let groups = frames.div_ceil(GROUP_FRAMES);
        if self.resting > self.smoothing && self.last == 0.0 {
            // Nothing is held either: what is held keeps the curve from resting.
            self.now += groups as u64;
            gains.resize(gains.len() + groups * GROUP_FRAMES, 1.0);
            return;
        }
        for _ in 0..groups {
            self.push_group(0.0, gains);
        }
    }

    fn push_group(&mut self, reduction: f64, gains: &mut Vec<f32>) {
        let released = self.release(reduction);
        self.resting = if released > 0.0 { 0 } else { self.resting + 1 };
        if self.resting > self.smoothing {
            if self.last != 0.0 {
                // All that was left in the sums is rounding.
                self.boxes.iter_mut().for_each(BoxAverage::clear);
                self.last = 0.0;
            }
            gains.extend_from_slice(&[1.0; GROUP_FRAMES]);
            return;
        }
        let smooth = self
            .boxes
            .iter_mut()
            .fold(released, |value, average| average.push(value));
        let (from, slope) = (1.0 - self.last, (self.last - smooth) / GROUP_FRAMES as f64);
        let line: [f32; GROUP_FRAMES] =
            std::array::from_fn(|frame| (from + slope * frame as f64) as f32);
        gains.extend_from_slice(&line);
        self.lowest = self.lowest.min(1.0 - smooth);
        self.last = smooth;
    }

    /// The reduction of a group, held and released.
    fn release(&mut self, reduction: f64) -> f64 {
        if reduction > 0.0 {
            while self.held.back().is_some_and(|held| held.1 <= reduction) {
                self.held.pop_back();
            }
            self.held.push_back((self.now, reduction));
        }
        if let Some(&(since, _)) = self.held.front()
            && since + self.hold_groups() as u64 <= self.now
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
}

/// A running mean.
struct BoxAverage {
    values: Vec<f64>,
    next: usize,
    sum: f64,
    scale: f64,
}

impl BoxAverage {
    fn new(length: usize) -> Self {
        Self {
            values: vec![0.0; length],
            next: 0,
            sum: 0.0,
            scale: 1.0 / length as f64,
        }
    }

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
        curve.push_quiet(504, &mut gains);
        assert_eq!(gains, vec![1.0; 1_504]);
    }

    #[test]
    fn after_a_peak_the_gain_comes_back_to_exactly_one() {
        let mut curve = GainCurve::new(48_000);
        let mut gains = Vec::new();
        curve.push(&[0.25, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0], &mut gains);
        curve.push_quiet(96_000, &mut gains);
        assert_eq!(gains.last(), Some(&1.0));
        assert!((curve.lowest() - 0.25).abs() < 1e-3);
    }

    proptest! {
        #[test]
        fn the_gain_never_exceeds_the_need_nor_that_of_frames_nearby(
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
            let gains = &gains[delay..];
            for (frame, gain) in gains.iter().enumerate() {
                let around = frame.saturating_sub(16)..(frame + 17).min(gains.len());
                let need = needs[around].iter().copied().fold(1.0, f32::min);
                prop_assert!(*gain <= need + 1e-6 && *gain > 0.0, "{gain} for {need} at {frame}");
            }
        }
    }
}
