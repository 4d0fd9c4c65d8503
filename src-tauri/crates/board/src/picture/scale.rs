//! One scaling step from picture to board pixels: Catmull-Rom, widened when shrinking so that every
//! source pixel counts. Weights are made in `f64` by basic operations and used as 14-bit integers, so
//! the result is the same on every machine.

use super::decode::{PICTURE_PIXELS_MAX, Pixels};
use crate::PixelImage;

/// Fractional bits of a weight; sums of 8-bit samples times weights stay within 32 bits.
const WEIGHT_BITS: u32 = 14;
const ONE: i32 = 1 << WEIGHT_BITS;
const HALF: i32 = ONE / 2;

/// The part of the source that is shown, in source pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Crop {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

impl Crop {
    pub(super) fn whole(source: (u32, u32)) -> Self {
        Self {
            x: 0.0,
            y: 0.0,
            width: f64::from(source.0),
            height: f64::from(source.1),
        }
    }

    /// The middle part of the source that has the target's shape.
    pub(super) fn covering(source: (u32, u32), target: (u32, u32)) -> Self {
        let (sw, sh) = (f64::from(source.0), f64::from(source.1));
        let (tw, th) = (f64::from(target.0), f64::from(target.1));
        let (width, height) = if sw * th > tw * sh {
            (sh * tw / th, sh)
        } else {
            (sw, sw * th / tw)
        };
        Self {
            x: (sw - width) / 2.0,
            y: (sh - height) / 2.0,
            width,
            height,
        }
    }
}

/// For one target pixel: the first source pixel and the weight of each from there, summing to `ONE`.
struct Taps {
    first: usize,
    weights: Vec<i32>,
}

/// `pixels` cut to `crop` and brought to `width` × `height`.
pub(super) fn scale(pixels: &Pixels, crop: Crop, width: u32, height: u32) -> PixelImage {
    let columns = taps(crop.x, crop.width, pixels.width, width);
    let rows = taps(crop.y, crop.height, pixels.height, height);
    let first_row = rows.iter().map(|taps| taps.first).min().unwrap_or(0);
    let end = |taps: &Taps| taps.first + taps.weights.len();
    let last_row = rows.iter().map(end).max().unwrap_or(0);
    let channels = pixels.channels;
    let across = match channels {
        4 => across::<4>,
        _ => across::<3>,
    };
    let (narrow, wide) = (width as usize * channels, pixels.width as usize * channels);
    let rgba = if across_first(width, last_row - first_row) {
        let samples = across(&pixels.samples, wide, &columns, first_row..last_row);
        down(&samples, narrow, &rows, first_row)
    } else {
        let samples = down(&pixels.samples, wide, &rows, 0);
        across(&samples, wide, &columns, 0..height as usize)
    };
    let opaque = pixels.channels == 3 || rgba.chunks_exact(4).all(|pixel| pixel[3] == 255);
    PixelImage {
        width,
        height,
        opaque,
        whole: pixels.whole,
        rgba: if pixels.channels == 3 {
            with_alpha(&rgba)
        } else {
            in_gamut(rgba)
        },
    }
}

/// Whether columns are made before rows. They are, but where a tall picture is stretched over a wide
/// board: what lies between the two steps would be larger than any picture, up to a gigabyte.
fn across_first(width: u32, rows: usize) -> bool {
    u64::from(width) * rows as u64 <= PICTURE_PIXELS_MAX
}

/// Catmull-Rom: the cubic with B = 0, C = 1/2 (Mitchell and Netravali 1988, equation 8).
fn kernel(x: f64) -> f64 {
    let x = x.abs();
    if x < 1.0 {
        (1.5 * x - 2.5) * x * x + 1.0
    } else if x < 2.0 {
        ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0
    } else {
        0.0
    }
}

fn taps(start: f64, length: f64, source: u32, target: u32) -> Vec<Taps> {
    let step = length / f64::from(target);
    let widen = step.max(1.0);
    let last = i64::from(source) - 1;
    (0..target)
        .map(|index| {
            let centre = start + (f64::from(index) + 0.5) * step - 0.5;
            let from = ((centre - 2.0 * widen).floor() as i64).clamp(0, last);
            let to = ((centre + 2.0 * widen).ceil() as i64).clamp(from, last);
            let raw: Vec<f64> = (from..=to)
                .map(|at| kernel((at as f64 - centre) / widen))
                .collect();
            let sum: f64 = raw.iter().sum();
            let mut weights: Vec<i32> = raw
                .iter()
                .map(|weight| (weight / sum * f64::from(ONE)).round() as i32)
                .collect();
            // What rounding lost goes to the heaviest, so that a flat colour stays itself.
            let lost = ONE - weights.iter().sum::<i32>();
            if let Some(heaviest) = weights.iter_mut().max() {
                *heaviest += lost;
            }
            let skipped = weights.iter().take_while(|weight| **weight == 0).count();
            weights.drain(..skipped);
            while weights.last() == Some(&0) {
                weights.pop();
            }
            Taps {
                first: from as usize + skipped,
                weights,
            }
        })
        .collect()
}

/// Each of `rows` of `samples`, which are `stride` long, brought to as many columns as there are
/// taps.
fn across<const CHANNELS: usize>(
    samples: &[u8],
    stride: usize,
    columns: &[Taps],
    rows: std::ops::Range<usize>,
) -> Vec<u8> {
    let mut narrow = Vec::with_capacity(columns.len() * CHANNELS * rows.len());
    for row in samples
        .chunks_exact(stride)
        .skip(rows.start)
        .take(rows.len())
    {
        for taps in columns {
            let from = taps.first * CHANNELS;
            let source = &row[from..from + taps.weights.len() * CHANNELS];
            let mut sums = [HALF; CHANNELS];
            for (pixel, weight) in source.chunks_exact(CHANNELS).zip(&taps.weights) {
                for (sum, sample) in sums.iter_mut().zip(pixel) {
                    *sum += i32::from(*sample) * weight;
                }
            }
            narrow.extend(sums.map(narrowed));
        }
    }
    narrow
}

/// The rows of `narrow`, each `stride` samples long, the first being source row `first_row`, brought
/// to as many rows as there are taps.
fn down(narrow: &[u8], stride: usize, rows: &[Taps], first_row: usize) -> Vec<u8> {
    let mut samples = Vec::with_capacity(stride * rows.len());
    let mut sums = vec![HALF; stride];
    for taps in rows {
        sums.fill(HALF);
        let from = (taps.first - first_row) * stride;
        for (row, weight) in narrow[from..].chunks_exact(stride).zip(&taps.weights) {
            for (sum, sample) in sums.iter_mut().zip(row) {
                *sum += i32::from(*sample) * weight;
            }
        }
        samples.extend(sums.iter().map(|sum| narrowed(*sum)));
    }
    samples
}

fn narrowed(sum: i32) -> u8 {
    (sum >> WEIGHT_BITS).clamp(0, 255) as u8
}

fn with_alpha(rgb: &[u8]) -> Vec<u8> {
    let mut rgba = Vec::with_capacity(rgb.len() / 3 * 4);
    for pixel in rgb.chunks_exact(3) {
        rgba.extend_from_slice(&[pixel[0], pixel[1], pixel[2], 255]);
    }
    rgba
}

/// The kernel's overshoot may lift a premultiplied colour above its alpha, which means nothing.
fn in_gamut(mut rgba: Vec<u8>) -> Vec<u8> {
    for pixel in rgba.chunks_exact_mut(4) {
        let alpha = pixel[3];
        for value in &mut pixel[..3] {
            *value = (*value).min(alpha);
        }
    }
    rgba
}

#[cfg(test)]
mod tests {
    use super::{Crop, across_first, scale};
    use crate::picture::decode::{PICTURE_PIXELS_MAX, Pixels};

    #[test]
    fn a_tall_picture_stretched_over_a_wide_board_is_never_larger_on_the_way_than_a_picture() {
        let (height, width) = (30_000u32, 8_192u32);
        assert!(!across_first(width, height as usize));
        assert!(across_first(1_920, 8_000), "photos are made as ever");
        // Red above, blue below; two columns, so that both steps have something to do.
        let samples = (0..height)
            .flat_map(|y| {
                if y < height / 2 {
                    [255, 0, 0]
                } else {
                    [0, 0, 255]
                }
                .repeat(2)
            })
            .collect();
        let pixels = Pixels {
            width: 2,
            height,
            channels: 3,
            whole: true,
            samples,
        };
        let board = 1_012;
        assert!(u64::from(pixels.width) * u64::from(board) < PICTURE_PIXELS_MAX);
        let image = scale(&pixels, Crop::whole((2, height)), width, board);
        let pixel = |x: u32, y: u32| {
            let at = ((y * width + x) * 4) as usize;
            &image.rgba[at..at + 4]
        };
        for x in [0, 5_000, width - 1] {
            assert_eq!(pixel(x, 0), [255, 0, 0, 255]);
            assert_eq!(pixel(x, board - 1), [0, 0, 255, 255]);
        }
    }
}
