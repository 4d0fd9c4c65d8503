//! The loops that nearly all of the working time goes into, compiled twice: plainly, and for the wide
//! vectors of processors that have them.
//!
//! The bodies are ordinary safe code over small arrays, which the compiler turns into vectors.

// The one reason for unsafe code in this crate: calling a function that was compiled for processor
// features is unsafe, because only a check at run time can promise that they are there. Measured on
// an hour of stereo, the wide versions halve the cost (`cargo xtask bench`).
#![allow(unsafe_code)]

use crate::loudness::{Columns, ORDER, PHASES, Steps, TAPS};

/// Frames whose interpolated values are computed at once: four AVX2 vectors.
const LANES: usize = 32;
/// Strands of a sum or comparison over plain samples: two AVX2 vectors.
const STRANDS: usize = 16;

/// Compiles a body for AVX2 with fused multiply-add too, and picks at run time.
macro_rules! wide {
    ($(#[$doc:meta])* $name:ident, $wide:ident, $body:ident, ($($arg:ident: $type:ty),*) -> $result:ty) => {
        $(#[$doc])*
        pub fn $name($($arg: $type),*) -> $result {
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2,fma")]
                fn $wide($($arg: $type),*) -> $result {
                    $body::<true>($($arg),*)
                }
                if has_avx2() {
                    // SAFETY: the processor has just said that it has both features.
                    return unsafe { $wide($($arg),*) };
                }
            }
            $body::<false>($($arg),*)
        }
    };
}

wide!(
    /// Rounds samples to 16 bits with dither: [`crate::quantize::dithered`].
    dither_16, dither_16_wide, dither_16_body,
    (samples: &[f32], first: u32, key: u32, out: &mut [i32]) -> ()
);
wide!(
    /// Rounds samples to 24 bits with dither: [`crate::quantize::dithered`].
    dither_24, dither_24_wide, dither_24_body,
    (samples: &[f32], first: u32, key: u32, out: &mut [i32]) -> ()
);
wide!(
    /// Raises each `peaks[i]` to the highest magnitude interpolated between the two middle samples of
    /// the window `x[i .. i + TAPS]`, at the phases 1 … [`PHASES`]−1.
    interpolated_peaks, peaks_wide, peaks_body,
    (taps: &[[f32; TAPS]; PHASES], x: &[f32], peaks: &mut [f32]) -> ()
);
wide!(
    /// The highest magnitude of these samples. NaN counts as higher than all.
    highest, highest_wide, highest_body, (x: &[f32]) -> f32
);
wide!(
    /// The highest magnitude of the second differences of these samples.
    highest_bend, bend_wide, bend_body, (x: &[f32]) -> f32
);
wide!(
    /// Writes the samples in double precision, as far as both reach; `false` where one is no number.
    widen, widen_wide, widen_body, (x: &[f32], out: &mut [f64]) -> bool
);
wide!(
    /// Lowest sample, highest sample, sum of squares.
    extremes, extremes_wide, extremes_body, (x: &[f32]) -> (f32, f32, f32)
);

#[inline(always)]
fn dither_16_body<const WIDE: bool>(samples: &[f32], first: u32, key: u32, out: &mut [i32]) {
    crate::quantize::dithered::<16>(samples, first, key, out);
}

#[inline(always)]
fn dither_24_body<const WIDE: bool>(samples: &[f32], first: u32, key: u32, out: &mut [i32]) {
    crate::quantize::dithered::<24>(samples, first, key, out);
}

/// Runs the K-weighting over `N` channels and returns the sum of squares of each.
///
/// Each `x` holds the [`ORDER`] samples before the stretch and then the stretch; `last` holds the last
/// [`ORDER`] outputs before it and is moved on.
pub fn weigh<const N: usize>(
    steps: &Steps,
    x: [&[f64]; N],
    last: &mut [[f64; ORDER]; N],
) -> [f64; N] {
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "avx512f,avx2,fma")]
        fn eight<const N: usize>(
            steps: &Steps,
            x: [&[f64]; N],
            last: &mut [[f64; ORDER]; N],
        ) -> [f64; N] {
            weigh_body::<N, 8, true>(steps, &steps.eight, x, last)
        }
        #[target_feature(enable = "avx2,fma")]
        fn four<const N: usize>(
            steps: &Steps,
            x: [&[f64]; N],
            last: &mut [[f64; ORDER]; N],
        ) -> [f64; N] {
            weigh_body::<N, 4, true>(steps, &steps.four, x, last)
        }
        if has_avx2() {
            if std::arch::is_x86_feature_detected!("avx512f") {
                // SAFETY: the processor has just said that it has all three features.
                return unsafe { eight(steps, x, last) };
            }
            // SAFETY: the processor has just said that it has both features.
            return unsafe { four(steps, x, last) };
        }
    }
    weigh_body::<N, 4, false>(steps, &steps.four, x, last)
}

#[cfg(target_arch = "x86_64")]
fn has_avx2() -> bool {
    std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma")
}

/// `a · b + c`, fused only where that is one instruction: elsewhere it would call a library.
#[inline(always)]
fn add_product<const FUSED: bool>(a: f64, b: f64, c: f64) -> f64 {
    if FUSED { a.mul_add(b, c) } else { a * b + c }
}

#[allow(
    clippy::needless_range_loop,
    reason = "counts known at compile time unroll into vectors"
)]
#[inline(always)]
fn weigh_body<const N: usize, const W: usize, const FUSED: bool>(
    steps: &Steps,
    columns: &Columns<W>,
    x: [&[f64]; N],
    last: &mut [[f64; ORDER]; N],
) -> [f64; N] {
    let frames = x[0].len() - ORDER;
    let whole = frames / W * W;
    // The newest outputs stand last in a vector as wide as a step.
    let newest = W - ORDER;
    let mut y = [[0.0f64; W]; N];
    for (y, last) in y.iter_mut().zip(&*last) {
        y[newest..].copy_from_slice(last);
    }
    let mut squares = [[0.0f64; W]; N];
    let mut at = 0;
    while at < whole {
        for c in 0..N {
            let input = &x[c][at..at + W + ORDER];
            let mut sum = [0.0f64; W];
            for j in 0..W + ORDER {
                for k in 0..W {
                    sum[k] = add_product::<FUSED>(columns.from_input[j][k], input[j], sum[k]);
                }
            }
            // Two short chains instead of one long: this is what each step waits for.
            let mut other = [0.0f64; W];
            for k in 0..W {
                let column = |j: usize| columns.from_output[j][k];
                sum[k] = add_product::<FUSED>(column(0), y[c][newest], sum[k]);
                other[k] = column(1) * y[c][newest + 1];
                sum[k] = add_product::<FUSED>(column(2), y[c][newest + 2], sum[k]);
                other[k] = add_product::<FUSED>(column(3), y[c][newest + 3], other[k]);
                sum[k] += other[k];
            }
            for k in 0..W {
                squares[c][k] = add_product::<FUSED>(sum[k], sum[k], squares[c][k]);
            }
            y[c] = sum;
        }
        at += W;
    }
    // What is left of a stretch that is no multiple of the step goes sample by sample.
    for c in 0..N {
        last[c].copy_from_slice(&y[c][newest..]);
        for n in whole..frames {
            let x = &x[c][n..=n + ORDER];
            let mut sum = 0.0;
            for k in 0..=ORDER {
                sum = add_product::<FUSED>(steps.b[k], x[ORDER - k], sum);
            }
            for k in 1..=ORDER {
                sum = add_product::<FUSED>(-steps.a[k], last[c][ORDER - k], sum);
            }
            squares[c][0] = add_product::<FUSED>(sum, sum, squares[c][0]);
            last[c] = [last[c][1], last[c][2], last[c][3], sum];
        }
    }
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
fn peaks_body<const FUSED: bool>(taps: &[[f32; TAPS]; PHASES], x: &[f32], peaks: &mut [f32]) {
    intervals::<FUSED>(taps, x, |at, found| {
        for (peak, found) in peaks[at..].iter_mut().zip(found) {
            *peak = peak.max(*found);
        }
    });
}

/// A float without its sign, as an integer: so they order alike, and integers are compared in vectors.
#[inline(always)]
fn magnitude(x: f32) -> i32 {
    (x.to_bits() & 0x7fff_ffff) as i32
}

#[inline(always)]
fn highest_body<const FUSED: bool>(x: &[f32]) -> f32 {
    let bits = x.iter().map(|&x| magnitude(x)).fold(0, i32::max);
    f32::from_bits(bits as u32)
}

#[inline(always)]
fn bend_body<const FUSED: bool>(x: &[f32]) -> f32 {
    if x.len() < 3 {
        return 0.0;
    }
    let triples = x.iter().zip(&x[1..]).zip(&x[2..]);
    let bits = triples
        .map(|((a, b), c)| magnitude((a - b) + (c - b)))
        .fold(0, i32::max);
    f32::from_bits(bits as u32)
}

#[inline(always)]
fn widen_body<const FUSED: bool>(x: &[f32], out: &mut [f64]) -> bool {
    let mut highest = 0;
    for (out, &x) in out.iter_mut().zip(x) {
        *out = f64::from(x);
        highest = i32::max(highest, magnitude(x));
    }
    f32::from_bits(highest as u32).is_finite()
}

#[inline(always)]
fn extremes_body<const FUSED: bool>(x: &[f32]) -> (f32, f32, f32) {
    let (mut min, mut max) = ([f32::INFINITY; STRANDS], [f32::NEG_INFINITY; STRANDS]);
    let mut squares = [0.0f32; STRANDS];
    let (chunks, rest) = x.as_chunks::<STRANDS>();
    for chunk in chunks {
        for k in 0..STRANDS {
            let x = chunk[k];
            min[k] = if x < min[k] { x } else { min[k] };
            max[k] = if x > max[k] { x } else { max[k] };
            squares[k] += x * x;
        }
    }
    for (k, &x) in rest.iter().enumerate() {
        min[k] = min[k].min(x);
        max[k] = max[k].max(x);
        squares[k] += x * x;
    }
    (
        min.into_iter().fold(f32::INFINITY, f32::min),
        max.into_iter().fold(f32::NEG_INFINITY, f32::max),
        squares.into_iter().sum(),
    )
}

#[cfg(test)]
mod tests {
    use super::{ORDER, Steps, TAPS, interpolated_peaks, peaks_body, weigh, weigh_body, widen};
    use crate::loudness::Interpolator;

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
    fn steps_of_any_width_agree_and_a_cut_anywhere_changes_nothing() {
        let x = noise(1_003);
        for rate_hz in [8_000, 44_100, 192_000] {
            let steps = Steps::new(rate_hz);
            let mut padded = vec![0.0; ORDER];
            padded.extend(&x);
            let start = || [[0.0; ORDER]];
            let [whole] = weigh(&steps, [&padded], &mut start());
            let [four] = weigh_body::<1, 4, false>(&steps, &steps.four, [&padded], &mut start());
            let [eight] = weigh_body::<1, 8, false>(&steps, &steps.eight, [&padded], &mut start());
            assert!((four / whole - 1.0).abs() < 1e-8);
            assert!((eight / whole - 1.0).abs() < 1e-8);
            for cut in [1, 2, 3, 441, 1_000] {
                let mut last = start();
                let [first] = weigh(&steps, [&padded[..ORDER + cut]], &mut last);
                let [second] = weigh(&steps, [&padded[cut..]], &mut last);
                assert!(((first + second) / whole - 1.0).abs() < 1e-8);
            }
        }
    }

    #[test]
    fn wide_and_plain_interpolation_agree() {
        let x: Vec<f32> = noise(777).iter().map(|&x| x as f32).collect();
        let interpolator = Interpolator::new();
        let (mut wide, mut plain) = ([0.0; 777 + 1 - TAPS], [0.0; 777 + 1 - TAPS]);
        interpolated_peaks(interpolator.taps(), &x, &mut wide);
        peaks_body::<false>(interpolator.taps(), &x, &mut plain);
        assert!(
            wide.iter()
                .zip(plain)
                .all(|(wide, plain)| (wide - plain).abs() < 1e-5)
        );
    }

    #[test]
    fn widening_tells_of_samples_that_are_no_numbers() {
        let mut out = [0.0; 40];
        let mut x = [0.5f32; 40];
        assert!(widen(&x, &mut out) && out == [0.5; 40]);
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            x[17] = bad;
            assert!(!widen(&x, &mut out));
        }
    }
}
