//! From floats to the integers of a file, with or without dither.
//!
//! Dither is triangular, two steps peak to peak (Lipshitz, Wannamaker, Vanderkooy, "Quantization and
//! Dither", JAES 1992): it makes the error independent of the sound in mean and variance. Its dice are
//! a hash of the sample's position, so the same sound gives the same file, in blocks of any size.

use crate::{Planar, kernel};

/// Adding this to a float below 2^22 leaves its nearest integer in the low bits (1.5 × 2^23).
const ROUNDING: f32 = 12_582_912.0;
const ROUNDING_BITS: i32 = ROUNDING.to_bits().cast_signed();

/// Rounds a stream of blocks to integers of a fixed width.
pub(crate) struct Quantizer {
    bits: u32,
    dither: bool,
    /// Position of the next frame.
    frame: u64,
}

impl Quantizer {
    /// `bits` is 16 or 24.
    pub(crate) fn new(bits: u32, dither: bool) -> Self {
        Self {
            bits,
            dither,
            frame: 0,
        }
    }

    /// Rounds a stretch of all channels of `block` into `out`, one vector per channel, and moves on.
    pub(crate) fn round(
        &mut self,
        block: &Planar,
        range: std::ops::Range<usize>,
        out: &mut Vec<Vec<i32>>,
    ) {
        out.resize_with(block.channel_count(), Vec::new);
        for (index, (channel, out)) in block.channels().iter().zip(out).enumerate() {
            let samples = &channel[range.clone()];
            out.resize(samples.len(), 0);
            let first = self.frame as u32; // the dice repeat after 2^32 frames: a day
            let key = (index as u32 + 1)
                .wrapping_mul(0x9e37_79b9)
                .wrapping_add((self.frame >> 32) as u32);
            match (self.bits, self.dither) {
                (16, false) => each::<16>(samples, out, |_| 0.0),
                (16, true) => kernel::dither_16(samples, first, key, out),
                (_, false) => each::<24>(samples, out, |_| 0.0),
                (_, true) => kernel::dither_24(samples, first, key, out),
            }
        }
        self.frame += range.len() as u64;
    }
}

/// Rounds with dither; `first` is the position of the first sample, `key` tells channels apart.
#[inline(always)] // into kernels that are compiled for several processors
pub(crate) fn dithered<const BITS: u32>(samples: &[f32], first: u32, key: u32, out: &mut [i32]) {
    each::<BITS>(samples, out, |n| triangular(first.wrapping_add(n) ^ key));
}

#[inline(always)] // as above
fn each<const BITS: u32>(samples: &[f32], out: &mut [i32], dither: impl Fn(u32) -> f32) {
    let scale = (1u32 << (BITS - 1)) as f32;
    let top = (1i32 << (BITS - 1)) - 1;
    for (n, (out, &sample)) in (0u32..).zip(out.iter_mut().zip(samples)) {
        let scaled = sample.clamp(-1.5, 1.5) * scale;
        // The whole part aside, so that 24 bits and the dither below them both fit into a float.
        let whole = scaled as i32;
        let rest = scaled - whole as f32 + dither(n);
        let rest = (rest + ROUNDING).to_bits().cast_signed() - ROUNDING_BITS;
        *out = (whole + rest).clamp(-top - 1, top);
    }
}

/// The difference of two equal dice, in (−1, 1).
#[inline(always)] // as above
fn triangular(position: u32) -> f32 {
    // The finaliser "lowbias32" of Chris Wellons: each bit of the input changes half of the output.
    let mut hash = position;
    hash ^= hash >> 16;
    hash = hash.wrapping_mul(0x7feb_352d);
    hash ^= hash >> 15;
    hash = hash.wrapping_mul(0x846c_a68b);
    hash ^= hash >> 16;
    let (one, other) = ((hash & 0xffff) as i32, (hash >> 16) as i32);
    (one - other) as f32 * (1.0 / 65_536.0)
}

#[cfg(test)]
mod tests {
    use super::Quantizer;
    use crate::Planar;

    fn rounded(bits: u32, dither: bool, samples: Vec<f32>) -> Vec<i32> {
        let frames = samples.len();
        let mut out = Vec::new();
        let block = Planar::from_channels(vec![samples]);
        Quantizer::new(bits, dither).round(&block, 0..frames, &mut out);
        out.remove(0)
    }

    #[test]
    fn every_sixteen_bit_value_and_the_edges_of_twenty_four_come_back_exactly() {
        let all: Vec<i32> = (-32_768..=32_767).collect();
        let floats = all.iter().map(|&v| v as f32 / 32_768.0).collect();
        assert_eq!(rounded(16, false, floats), all);
        let wide = vec![
            -8_388_608, -8_388_607, -1, 0, 1, 4_194_303, 8_388_606, 8_388_607,
        ];
        let floats = wide.iter().map(|&v| v as f32 / 8_388_608.0).collect();
        assert_eq!(rounded(24, false, floats), wide);
    }

    #[test]
    fn overload_and_nonsense_stay_inside_the_range() {
        let wild = vec![1.0, 9.0, -9.0, f32::INFINITY, f32::NEG_INFINITY, f32::NAN];
        for dither in [false, true] {
            let found = rounded(16, dither, wild.clone());
            assert!(found.iter().all(|v| (-32_768..=32_767).contains(v)));
            assert_eq!(found[1..5], [32_767, -32_768, 32_767, -32_768]);
        }
    }

    #[test]
    fn the_error_has_the_variance_of_triangular_dither_whatever_the_sound() {
        for bits in [16, 24] {
            let scale = f64::from(1u32 << (bits - 1));
            // Levels between the steps, at which plain rounding errs with 0 to 1/12.
            for level in [0.0, 0.25, 0.5, 1_000.3] {
                let sample = (level / scale) as f32;
                let exact = f64::from(sample) * scale;
                let found = rounded(bits, true, vec![sample; 200_000]);
                let errors: Vec<f64> = found.iter().map(|&v| f64::from(v) - exact).collect();
                let mean = errors.iter().sum::<f64>() / errors.len() as f64;
                let square = errors.iter().map(|e| e * e).sum::<f64>() / errors.len() as f64;
                assert!(mean.abs() < 0.01, "{bits} bits at {level}: mean {mean}");
                assert!(
                    (square - 0.25).abs() < 0.01,
                    "{bits} bits at {level}: {square}"
                );
            }
        }
    }

    #[test]
    fn dither_is_white_and_differs_between_channels() {
        let block = Planar::new(2, 100_000);
        let mut out = Vec::new();
        Quantizer::new(16, true).round(&block, 0..100_000, &mut out);
        let correlation = |a: &[i32], b: &[i32]| {
            let sum: i64 = a
                .iter()
                .zip(b)
                .map(|(&a, &b)| i64::from(a) * i64::from(b))
                .sum();
            sum as f64 / a.len().min(b.len()) as f64 / 0.25
        };
        for lag in [1, 2, 3, 16, 480, 4_096] {
            assert!(
                correlation(&out[0][lag..], &out[0]).abs() < 0.02,
                "lag {lag}"
            );
        }
        assert!(correlation(&out[0], &out[1]).abs() < 0.02);
    }

    #[test]
    fn the_size_of_the_blocks_changes_no_sample() {
        let block = Planar::from_channels(vec![crate::signals::tone(48_000, 997.0, 1_000)]);
        let mut whole = Vec::new();
        Quantizer::new(24, true).round(&block, 0..1_000, &mut whole);
        let mut parts = Quantizer::new(24, true);
        let (mut first, mut second) = (Vec::new(), Vec::new());
        parts.round(&block, 0..333, &mut first);
        parts.round(&block, 333..1_000, &mut second);
        assert_eq!(whole[0], [first.remove(0), second.remove(0)].concat());
    }
}
