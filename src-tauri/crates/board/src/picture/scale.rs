//! One scaling step from picture to board pixels: Catmull-Rom, widened when shrinking so that every
//! source pixel counts. Weights are made in `f64` by basic operations and used as 14-bit integers, so
//! the result is the same on every machine.

use std::collections::VecDeque;

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

/// `pixels` cut to `crop` and brought to `width` × `height`, all as they are shown. Beside the result
/// some rows are held at a time.
pub(super) fn scale(pixels: &Pixels, crop: Crop, width: u32, height: u32) -> PixelImage {
    let shown = pixels.size();
    let columns = taps(crop.x, crop.width, shown.0, width);
    let rows = taps(crop.y, crop.height, shown.1, height);
    let (first, end) = span(&rows);
    let columns_first = columns_first(width, end - first);
    let turn = pixels.turn;
    let (mut across, mut down) = if turn.swapped {
        (rows, columns)
    } else {
        (columns, rows)
    };
    if turn.mirrored_x {
        mirror(&mut across, pixels.stored.0);
    }
    if turn.mirrored_y {
        mirror(&mut down, pixels.stored.1);
    }
    let mut out = Out {
        samples: vec![0; width as usize * height as usize * pixels.channels],
        width: width as usize,
        swapped: turn.swapped,
    };
    // What is shown as columns may be stored as rows: the sums are the same, and so is every bit.
    let across_first = columns_first != turn.swapped;
    match (pixels.channels, across_first) {
        (4, true) => scale_across_first::<4>(pixels, &across, &down, &mut out),
        (4, false) => scale_down_first::<4>(pixels, &across, &down, &mut out),
        (_, true) => scale_across_first::<3>(pixels, &across, &down, &mut out),
        (_, false) => scale_down_first::<3>(pixels, &across, &down, &mut out),
    }
    let rgba = out.samples;
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

/// Whether columns are made before rows, each rounded to eight bits. They are, but where a tall picture
/// is stretched over a wide board: there far more would be made than is shown.
fn columns_first(width: u32, rows: usize) -> bool {
    u64::from(width) * rows as u64 <= PICTURE_PIXELS_MAX
}

/// The first source pixel of all taps and the one after the last.
fn span(taps: &[Taps]) -> (usize, usize) {
    let end = |taps: &Taps| taps.first + taps.weights.len();
    let first = taps.iter().map(|taps| taps.first).min().unwrap_or(0);
    (first, taps.iter().map(end).max().unwrap_or(0))
}

/// The same taps for a source of `length` that lies the other way round.
fn mirror(taps: &mut [Taps], length: u32) {
    for taps in taps {
        taps.first = length as usize - taps.first - taps.weights.len();
        taps.weights.reverse();
    }
}

/// Where the finished pixels go, by their number across and down in the file's order.
struct Out {
    samples: Vec<u8>,
    width: usize,
    swapped: bool,
}

impl Out {
    fn put(&mut self, across: usize, down: usize, pixel: &[u8]) {
        let (x, y) = if self.swapped {
            (down, across)
        } else {
            (across, down)
        };
        let at = (y * self.width + x) * pixel.len();
        self.samples[at..at + pixel.len()].copy_from_slice(pixel);
    }
}

fn scale_across_first<const CHANNELS: usize>(
    pixels: &Pixels,
    across: &[Taps],
    down: &[Taps],
    out: &mut Out,
) {
    let stride = pixels.stored.0 as usize * CHANNELS;
    let narrow = across.len() * CHANNELS;
    // Rows already narrowed, the first being row `held_from` of the source.
    let mut held: VecDeque<Vec<u8>> = VecDeque::new();
    let mut held_from = 0;
    let mut sums = vec![HALF; narrow];
    for number in in_order(down) {
        let taps = &down[number];
        while held_from < taps.first && held.pop_front().is_some() {
            held_from += 1;
        }
        if held.is_empty() {
            held_from = taps.first;
        }
        while held_from + held.len() < taps.first + taps.weights.len() {
            let at = (held_from + held.len()) * stride;
            held.push_back(narrowed_row::<CHANNELS>(
                &pixels.samples[at..at + stride],
                across,
            ));
        }
        sums.fill(HALF);
        for (row, weight) in held.iter().skip(taps.first - held_from).zip(&taps.weights) {
            add(&mut sums, row, *weight);
        }
        for (column, sums) in sums.chunks_exact(CHANNELS).enumerate() {
            let pixel: [u8; CHANNELS] = std::array::from_fn(|channel| narrowed(sums[channel]));
            out.put(column, number, &pixel);
        }
    }
}

fn scale_down_first<const CHANNELS: usize>(
    pixels: &Pixels,
    across: &[Taps],
    down: &[Taps],
    out: &mut Out,
) {
    let stride = pixels.stored.0 as usize * CHANNELS;
    let mut sums = vec![HALF; stride];
    let mut wide = Vec::with_capacity(stride);
    for (number, taps) in down.iter().enumerate() {
        sums.fill(HALF);
        let rows = pixels.samples[taps.first * stride..].chunks_exact(stride);
        for (row, weight) in rows.zip(&taps.weights) {
            add(&mut sums, row, *weight);
        }
        wide.clear();
        wide.extend(sums.iter().map(|sum| narrowed(*sum)));
        let row = narrowed_row::<CHANNELS>(&wide, across);
        for (column, pixel) in row.chunks_exact(CHANNELS).enumerate() {
            out.put(column, number, pixel);
        }
    }
}

/// The numbers of the taps by where they begin: a source that is mirrored is read forwards too.
fn in_order(taps: &[Taps]) -> Vec<usize> {
    let mut numbers: Vec<usize> = (0..taps.len()).collect();
    numbers.sort_by_key(|number| taps[*number].first);
    numbers
}

fn add(sums: &mut [i32], row: &[u8], weight: i32) {
    for (sum, sample) in sums.iter_mut().zip(row) {
        *sum += i32::from(*sample) * weight;
    }
}

/// A row brought to as many pixels as there are taps.
fn narrowed_row<const CHANNELS: usize>(row: &[u8], columns: &[Taps]) -> Vec<u8> {
    let mut narrow = Vec::with_capacity(columns.len() * CHANNELS);
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
    narrow
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
mod tests;
