//! The two loops that all of the measuring time goes into, compiled twice: plainly, and for AVX2 with
//! fused multiply-add where the processor has them.
//!
//! The bodies are ordinary safe code over small arrays, which the compiler turns into vectors.

// The one reason for unsafe code in this crate: calling a function that was compiled for processor
// features is unsafe, because only a check at run time can promise that they are there. Measured on
// an hour of stereo, the wide versions halve the cost (`cargo xtask bench`).
#![allow(unsafe_code)]

use super::true_peak::{PHASES, TAPS};
use super::weighting::{STEP, Steps};

/// Frames whose interpolated values are computed at once: four AVX2 vectors.
const LANES: usize = 32;

/// Runs the K-weighting over `N` channels and returns the sum of squares of each.
///
/// Each `x` holds the [`STEP`] samples before the stretch and then the stretch; `last` holds the last
/// [`STEP`] outputs before it and is moved on.
pub fn weigh<const N: usize>(
    steps: &Steps,
    x: [&[f64]; N],
    last: &mut [[f64; STEP]; N],
) -> [f64; N] {
    #[cfg(target_arch = "x86_64")]
    if is_wide() {
        // SAFETY: the processor has just said that it has both features.
        return unsafe { weigh_wide(steps, x, last) };
    }
    weigh_body::<N, false>(steps, x, last)
}

/// The highest magnitude of `x` interpolated at the fractional phases 1 … [`PHASES`]−1.
///
/// `x` holds [`TAPS`]−1 samples of history and then the stretch.
pub fn interpolated_peak(taps: &[[f32; TAPS]; PHASES], x: &[f32]) -> f32 {
    #[cfg(target_arch = "x86_64")]
    if is_wide() {
        // SAFETY: as above.
        return unsafe { peak_wide(taps, x) };
    }
    peak_body::<false>(taps, x)
}

/// Raises each `peaks[i]` to the highest interpolated magnitude in the interval that ends with the
/// window `x[i .. i + TAPS]`, that is between its two middle samples.
pub fn interpolated_peaks(taps: &[[f32; TAPS]; PHASES], x: &[f32], peaks: &mut [f32]) {
    #[cfg(target_arch = "x86_64")]
    if is_wide() {
        // SAFETY: as above.
        return unsafe { peaks_wide(taps, x, peaks) };
    }
    peaks_body::<false>(taps, x, peaks);
}

#[cfg(target_arch = "x86_64")]
fn is_wide() -> bool {
    std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma")
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn weigh_wide<const N: usize>(
    steps: &Steps,
    x: [&[f64]; N],
    last: &mut [[f64; STEP]; N],
) -> [f64; N] {
    weigh_body::<N, true>(steps, x, last)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn peak_wide(taps: &[[f32; TAPS]; PHASES], x: &[f32]) -> f32 {
    peak_body::<true>(taps, x)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn peaks_wide(taps: &[[f32; TAPS]; PHASES], x: &[f32], peaks: &mut [f32]) {
    peaks_body::<true>(taps, x, peaks);
}

/// `a · b + c`, fused only where that is one instruction: elsewhere it would call a library.
#[inline(always)]
fn add_product<const FUSED: bool>(a: f64, b: f64, c: f64) -> f64 {
    if FUSED { a.mul_add(b, c) } else { a * b + c }
}

#[inline(always)]
fn weigh_body<const N: usize, const FUSED: bool>(
    steps: &Steps,
    x: [&[f64]; N],
    last: &mut [[f64; STEP]; N],
) -> [f64; N] {
    let frames = x[0].len() - STEP;
    let whole = frames / STEP * STEP;
    let mut y = *last;
    let mut squares = [[0.0f64; STEP]; N];
    let mut at = 0;
    while at < whole {
        for c in 0..N {
            let input: &[f64; 2 * STEP] = x[c][at..at + 2 * STEP]
                .try_into()
                .unwrap_or(&[0.0; 2 * STEP]);
            let mut sum = [0.0f64; STEP];
            for (column, input) in steps.from_input.iter().zip(input) {
                for k in 0..STEP {
                    sum[k] = add_product::<FUSED>(column[k], *input, sum[k]);
                }
            }
            // Two short chains instead of one long: this is what each step waits for.
            let mut other = [0.0f64; STEP];
            for k in 0..STEP {
                sum[k] = add_product::<FUSED>(steps.from_output[0][k], y[c][0], sum[k]);
                other[k] = steps.from_output[1][k] * y[c][1];
                sum[k] = add_product::<FUSED>(steps.from_output[2][k], y[c][2], sum[k]);
                other[k] = add_product::<FUSED>(steps.from_output[3][k], y[c][3], other[k]);
                sum[k] += other[k];
            }
            for k in 0..STEP {
                squares[c][k] = add_product::<FUSED>(sum[k], sum[k], squares[c][k]);
            }
            y[c] = sum;
        }
        at += STEP;
    }
    // What is left of a stretch that is no multiple of four goes sample by sample.
    for n in whole..frames {
        for c in 0..N {
            let x = &x[c][n..=n + STEP];
            let mut sum = 0.0;
            for k in 0..=STEP {
                sum = add_product::<FUSED>(steps.b[k], x[STEP - k], sum);
            }
            for k in 1..=STEP {
                sum = add_product::<FUSED>(-steps.a[k], y[c][STEP - k], sum);
            }
            squares[c][0] = add_product::<FUSED>(sum, sum, squares[c][0]);
            y[c] = [y[c][1], y[c][2], y[c][3], sum];
        }
    }
    *last = y;
    squares.map(|squares| squares.iter().sum())
}

/// The magnitudes of [`LANES`] neighbouring values at one phase.
#[inline(always)]
fn phase<const FUSED: bool>(taps: &[f32; TAPS], x: &[f32; LANES + TAPS - 1]) -> [f32; LANES] {
    let mut sum = [0.0f32; LANES];
    for (t, tap) in taps.iter().enumerate() {
        for k in 0..LANES {
            let x = x[t + k];
            sum[k] = if FUSED {
                x.mul_add(*tap, sum[k])
            } else {
                x * tap + sum[k]
            };
        }
    }
    sum.map(f32::abs)
}

/// Calls `each` with the position and the highest magnitudes of [`LANES`] neighbouring intervals;
/// past the end of the stretch there is silence.
#[inline(always)]
fn intervals<const FUSED: bool>(
    taps: &[[f32; TAPS]; PHASES],
    x: &[f32],
    mut each: impl FnMut(usize, &[f32; LANES]),
) {
    let frames = x.len() + 1 - TAPS;
    let mut at = 0;
    while at < frames {
        let mut padded = [0.0f32; LANES + TAPS - 1];
        let got = (x.len() - at).min(padded.len());
        padded[..got].copy_from_slice(&x[at..at + got]);
        let mut peaks = [0.0f32; LANES];
        for taps in &taps[1..] {
            let values = phase::<FUSED>(taps, &padded);
            for k in 0..LANES {
                peaks[k] = if values[k] > peaks[k] {
                    values[k]
                } else {
                    peaks[k]
                };
            }
        }
        each(at, &peaks);
        at += LANES;
    }
}

#[inline(always)]
fn peak_body<const FUSED: bool>(taps: &[[f32; TAPS]; PHASES], x: &[f32]) -> f32 {
    let frames = x.len() + 1 - TAPS;
    let mut highest = 0.0f32;
    intervals::<FUSED>(taps, x, |at, peaks| {
        let count = (frames - at).min(LANES);
        highest = peaks[..count].iter().copied().fold(highest, f32::max);
    });
    highest
}

#[inline(always)]
fn peaks_body<const FUSED: bool>(taps: &[[f32; TAPS]; PHASES], x: &[f32], peaks: &mut [f32]) {
    intervals::<FUSED>(taps, x, |at, found| {
        for (peak, found) in peaks[at..].iter_mut().zip(found) {
            *peak = peak.max(*found);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::super::true_peak::Interpolator;
    use super::{STEP, Steps, interpolated_peak, peak_body, weigh, weigh_body};

    fn noise(count: usize) -> Vec<f64> {
        let mut state = 1u64;
        (0..count)
            .map(|_| {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                (state >> 33) as f64 / f64::from(1u32 << 30) - 1.0
            })
            .collect()
    }

    #[test]
    fn wide_and_plain_weighting_agree_and_a_cut_anywhere_changes_nothing() {
        let x = noise(1_003);
        for rate_hz in [8_000, 44_100, 192_000] {
            let steps = Steps::new(rate_hz);
            let mut padded = vec![0.0; STEP];
            padded.extend(&x);
            let mut last = [[0.0; STEP]];
            let [whole] = weigh(&steps, [&padded], &mut last);
            let mut plain_last = [[0.0; STEP]];
            let [plain] = weigh_body::<1, false>(&steps, [&padded], &mut plain_last);
            assert!((whole / plain - 1.0).abs() < 1e-9);
            for cut in [1, 2, 3, 441, 1_000] {
                let mut last = [[0.0; STEP]];
                let [first] = weigh(&steps, [&padded[..STEP + cut]], &mut last);
                let [second] = weigh(&steps, [&padded[cut..]], &mut last);
                assert!(((first + second) / whole - 1.0).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn wide_and_plain_interpolation_agree() {
        let x: Vec<f32> = noise(777).iter().map(|&x| x as f32).collect();
        let interpolator = Interpolator::new();
        let wide = interpolated_peak(interpolator.taps(), &x);
        let plain = peak_body::<false>(interpolator.taps(), &x);
        assert!((wide - plain).abs() < 1e-5);
    }
}
