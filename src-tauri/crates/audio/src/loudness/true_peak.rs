//! True peak after BS.1770-5 Annex 2: the highest magnitude of the eightfold interpolated sound.
//!
//! The standard's own 48-tap example interpolates fourfold and reads up to 0.2 dB low or high near
//! half the rate; this one is longer and finer, so that what it passes holds on other meters too.

use std::f64::consts::PI;

use crate::kernel::{highest, highest_bend, interpolated_peaks};

/// Values per sample interval, the sample itself among them.
pub const PHASES: usize = 8;
/// Samples that an interpolated value is made from.
pub const TAPS: usize = 32;

/// Shape of the Kaiser window: trades ripple against the width of the transition.
const KAISER_BETA: f64 = 5.0;
/// Frames over which the bound for skipping is taken: short ones skip more, but cost more checks.
const WINDOW_FRAMES: usize = 128;
const _: () = assert!(WINDOW_FRAMES >= TAPS);

/// Frames that are interpolated together, and left out together where that is possible.
const PART_FRAMES: usize = 32;
/// Covers the rounding of the bounds, which are sums of few floats.
const SLACK: f32 = 1.000_01;

/// Windowed-sinc interpolation at eighths of a sample.
///
/// It also knows two bounds on what it yields, so that it need not run where no peak can be. Both are
/// exact. One is the sum of its taps' magnitudes: nothing exceeds the highest sample by more. The
/// other splits each phase into linear interpolation, which stays between two samples, and a rest,
/// which is a filter on the second differences: where the sound is smooth, little is added.
#[derive(Clone, Debug)]
pub struct Interpolator {
    taps: Box<[[f32; TAPS]; PHASES]>,
    gain_max: f32,
    /// What the highest sample and the highest second difference count for in the second bound.
    ramp_gain: f32,
    bend_gain: f32,
}

impl Interpolator {
    pub fn new() -> Self {
        let half = TAPS as f64 / 2.0;
        let mut taps = Box::new([[0.0f32; TAPS]; PHASES]);
        let (mut gain_max, mut ramp_gain, mut bend_gain) = (1.0f64, 1.0f64, 0.0f64);
        for (phase, taps) in taps.iter_mut().enumerate() {
            let part = phase as f64 / PHASES as f64;
            let centre = half - 1.0 + part;
            let exact: [f64; TAPS] = std::array::from_fn(|k| {
                let t = k as f64 - centre;
                let window = bessel_i0(KAISER_BETA * (1.0 - (t / half).powi(2)).max(0.0).sqrt())
                    / bessel_i0(KAISER_BETA);
                sinc(t) * window
            });
            let sum: f64 = exact.iter().sum();
            for (tap, exact) in taps.iter_mut().zip(exact) {
                *tap = (exact / sum) as f32;
            }
            gain_max = gain_max.max(taps.iter().map(|tap| f64::from(tap.abs())).sum());

            // The rest after linear interpolation, summed up twice, is the filter on the second
            // differences; what the sums end on does not vanish exactly and goes to the samples.
            let mut rest = taps.map(f64::from);
            rest[TAPS / 2 - 1] -= 1.0 - part;
            rest[TAPS / 2] -= part;
            let (mut once, mut twice, mut bend) = (0.0, 0.0, 0.0);
            for rest in &rest[..TAPS - 2] {
                once += rest;
                twice += once;
                bend += f64::abs(twice);
            }
            let slope = rest[TAPS - 2] + once + twice;
            let level = rest[TAPS - 1] - twice;
            bend_gain = bend_gain.max(bend);
            ramp_gain = ramp_gain.max(1.0 + slope.abs() + level.abs());
        }
        Self {
            taps,
            gain_max: gain_max as f32 * SLACK,
            ramp_gain: ramp_gain as f32 * SLACK,
            bend_gain: bend_gain as f32 * SLACK,
        }
    }

    #[cfg(test)]
    pub fn taps(&self) -> &[[f32; TAPS]; PHASES] {
        &self.taps
    }

    /// Whether interpolation of a stretch with this highest sample may exceed `limit`, by the bound that
    /// costs nothing.
    pub fn may_exceed(&self, limit: f32, peak: f32) -> bool {
        peak * self.gain_max > limit
    }

    /// The same by the second bound, for `x`, the stretch with the [`TAPS`]−1 samples before it.
    pub fn may_exceed_closely(&self, limit: f32, peak: f32, x: &[f32]) -> bool {
        peak * self.ramp_gain + highest_bend(x) * self.bend_gain > limit
    }

    /// Raises each `peaks[i]` to what is reached between the two middle samples of `x[i..i + TAPS]`, as
    /// far as that may exceed `limit`: what cannot is left out.
    pub fn peaks_above(&self, limit: f32, x: &[f32], peaks: &mut [f32]) {
        for (part, peaks) in peaks.chunks_mut(PART_FRAMES).enumerate() {
            let at = part * PART_FRAMES;
            let x = &x[at..at + TAPS - 1 + peaks.len()];
            let peak = highest(x);
            if self.may_exceed(limit, peak) && self.may_exceed_closely(limit, peak, x) {
                interpolated_peaks(&self.taps, x, peaks);
            }
        }
    }
}

fn sinc(t: f64) -> f64 {
    if t.abs() < 1e-9 {
        1.0
    } else {
        (PI * t).sin() / (PI * t)
    }
}

/// The modified Bessel function of the first kind and order zero, by its power series.
fn bessel_i0(x: f64) -> f64 {
    let (mut sum, mut term, mut k) = (1.0, 1.0, 1.0);
    while term > 1e-12 * sum {
        term *= (x / (2.0 * k)).powi(2);
        sum += term;
        k += 1.0;
    }
    sum
}

/// The peaks of one channel, block after block.
pub struct PeakMeter {
    interpolator: Interpolator,
    /// The samples before the next block.
    before: [f32; TAPS - 1],
    before_peak: f32,
    sample_peak: f32,
    true_peak: f32,
}

impl PeakMeter {
    pub fn new(interpolator: Interpolator) -> Self {
        Self {
            interpolator,
            before: [0.0; TAPS - 1],
            before_peak: 0.0,
            sample_peak: 0.0,
            true_peak: 0.0,
        }
    }

    /// Takes in the next samples, all of them finite.
    pub fn push(&mut self, x: &[f32]) {
        for at in (0..x.len()).step_by(WINDOW_FRAMES) {
            let window = &x[at..(at + WINDOW_FRAMES).min(x.len())];
            let peak = highest(window);
            self.sample_peak = self.sample_peak.max(peak);
            self.true_peak = self.true_peak.max(peak);
            // Where interpolation cannot lift this window past the peak so far, it is left out: true of
            // nearly all windows once the loudest passage is known.
            let around = peak.max(self.before_peak);
            if self.interpolator.may_exceed(self.true_peak, around) {
                self.filter(x, at, window.len(), around);
            }
            // A short last window does not cover what the next block looks back on.
            self.before_peak = if window.len() < TAPS {
                self.before_peak.max(peak)
            } else {
                peak
            };
        }
        let kept = x.len().min(TAPS - 1);
        self.before.copy_within(kept.., 0);
        self.before[TAPS - 1 - kept..].copy_from_slice(&x[x.len() - kept..]);
    }

    fn filter(&mut self, x: &[f32], at: usize, frames: usize, around: f32) {
        let mut seam = [0.0; TAPS - 1 + WINDOW_FRAMES];
        let x = if at >= TAPS - 1 {
            &x[at + 1 - TAPS..at + frames]
        } else {
            let (before, after) = seam.split_at_mut(TAPS - 1);
            before[..TAPS - 1 - at].copy_from_slice(&self.before[at..]);
            before[TAPS - 1 - at..].copy_from_slice(&x[..at]);
            after[..frames].copy_from_slice(&x[at..at + frames]);
            &seam[..TAPS - 1 + frames]
        };
        let limit = self.true_peak;
        if self.interpolator.may_exceed_closely(limit, around, x) {
            let mut peaks = [0.0; WINDOW_FRAMES];
            self.interpolator
                .peaks_above(limit, x, &mut peaks[..frames]);
            self.true_peak = limit.max(highest(&peaks));
        }
    }

    /// The highest sample and the highest true peak of all that was pushed, silence after it.
    pub fn finish(mut self) -> (f32, f32) {
        self.push(&[0.0; TAPS - 1]);
        (self.sample_peak, self.true_peak)
    }
}

#[cfg(test)]
mod tests {
    use super::{Interpolator, PHASES, PeakMeter, TAPS};
    use crate::kernel::{highest, interpolated_peaks};
    use proptest::prelude::{prop_assert, proptest};
    use std::f64::consts::PI;

    #[test]
    fn interpolation_is_flat_to_a_tenth_of_a_decibel_up_to_nine_tenths_of_half_the_rate() {
        let interpolator = Interpolator::new();
        for step in 0..=90 {
            let w = PI * f64::from(step) / 100.0;
            for (phase, taps) in interpolator.taps().iter().enumerate() {
                let centre = TAPS as f64 / 2.0 - 1.0 + phase as f64 / PHASES as f64;
                let response: f64 = taps
                    .iter()
                    .enumerate()
                    .map(|(k, &tap)| f64::from(tap) * (w * (k as f64 - centre)).cos())
                    .sum();
                let db = 20.0 * response.log10();
                assert!(db.abs() < 0.1, "{db} dB at {step} %, phase {phase}");
            }
        }
    }

    #[test]
    fn how_the_sound_is_cut_into_blocks_does_not_change_its_peak() {
        let x: Vec<f32> = (0..5_000).map(|n| (n as f32 * 1.57 + 0.7).sin()).collect();
        let mut whole = PeakMeter::new(Interpolator::new());
        whole.push(&x);
        let whole = whole.finish();
        for size in [1, 7, 31, 129, 4_999] {
            let mut meter = PeakMeter::new(Interpolator::new());
            x.chunks(size).for_each(|chunk| meter.push(chunk));
            assert_eq!(meter.finish(), whole);
        }
        assert!(whole.1 >= whole.0);
    }

    proptest! {
        #[test]
        fn neither_bound_is_ever_exceeded(
            x in proptest::collection::vec(-1.0f32..1.0, TAPS..200),
            smoothing in 0.02f32..1.0,
        ) {
            let mut last = 0.0;
            let x: Vec<f32> = x
                .iter()
                .map(|x| {
                    last += smoothing * (x - last);
                    last
                })
                .collect();
            let interpolator = Interpolator::new();
            let mut peaks = vec![0.0; x.len() + 1 - TAPS];
            interpolated_peaks(interpolator.taps(), &x, &mut peaks);
            let found = highest(&peaks);
            let below = found * 0.999_999;
            prop_assert!(interpolator.may_exceed(below, highest(&x)));
            prop_assert!(interpolator.may_exceed_closely(below, highest(&x), &x));
        }
    }

    #[test]
    fn the_second_bound_is_close_for_a_low_tone() {
        let x: Vec<f32> = (0..500).map(|n| (n as f32 * 0.1).sin()).collect();
        assert!(!Interpolator::new().may_exceed_closely(1.03, highest(&x), &x));
    }
}
