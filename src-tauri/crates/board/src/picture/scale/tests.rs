//! Scaling against the plain way: turn all pixels first, then make columns, then rows.

use image::DynamicImage;
use image::metadata::Orientation;

use super::{Crop, HALF, Pixels, columns_first, in_gamut, narrowed, scale, span, taps, with_alpha};
use crate::picture::decode::PICTURE_PIXELS_MAX;

fn noise(count: usize) -> Vec<u8> {
    let mut state = 7u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    (0..count).map(|_| next()).collect()
}

/// One pixel of `samples`, `width` wide, made of a row's or a column's taps.
fn weighed(pixel: impl Fn(usize) -> u8, taps: &super::Taps) -> u8 {
    let sum = taps.weights.iter().enumerate();
    narrowed(sum.fold(HALF, |sum, (n, weight)| {
        sum + i32::from(pixel(taps.first + n)) * weight
    }))
}

/// Pixels that lie as they are shown, made columns first.
fn plainly(samples: &[u8], (w, h): (u32, u32), n: usize, crop: Crop, to: (u32, u32)) -> Vec<u8> {
    let columns = taps(crop.x, crop.width, w, to.0);
    let rows = taps(crop.y, crop.height, h, to.1);
    let wide = w as usize * n;
    let mut narrow = Vec::new();
    for y in 0..h as usize {
        for taps in &columns {
            let sample = |channel: usize| weighed(|x| samples[y * wide + x * n + channel], taps);
            narrow.extend((0..n).map(sample));
        }
    }
    let wide = to.0 as usize * n;
    let mut out = Vec::new();
    for taps in &rows {
        out.extend((0..wide).map(|at| weighed(|y| narrow[y * wide + at], taps)));
    }
    if n == 3 {
        with_alpha(&out)
    } else {
        in_gamut(out)
    }
}

#[test]
fn pictures_read_turned_are_to_the_bit_what_turning_them_first_gives() {
    let (width, height) = (61, 37);
    for exif in 1..=8 {
        let orientation = Orientation::from_exif(exif).unwrap();
        for channels in [3, 4] {
            let mut samples = noise(width as usize * height as usize * channels);
            if channels == 4 {
                crate::picture::decode::premultiply(&mut samples);
            }
            let pixels = Pixels {
                stored: (width, height),
                turn: orientation.into(),
                channels,
                whole: true,
                samples: samples.clone(),
            };
            let mut turned = if channels == 3 {
                DynamicImage::from(image::RgbImage::from_raw(width, height, samples).unwrap())
            } else {
                DynamicImage::from(image::RgbaImage::from_raw(width, height, samples).unwrap())
            };
            turned.apply_orientation(orientation);
            let shown = (turned.width(), turned.height());
            assert_eq!(pixels.size(), shown);
            for to in [(20, 20), (61, 37), (5, 90), (100, 3)] {
                for crop in [Crop::whole(shown), Crop::covering(shown, to)] {
                    let found = scale(&pixels, crop, to.0, to.1);
                    let wanted = plainly(turned.as_bytes(), shown, channels, crop, to);
                    assert!(found.rgba == wanted, "Exif {exif}, {channels}, {to:?}");
                }
            }
        }
    }
}

#[test]
fn a_tall_picture_stretched_over_a_wide_board_is_made_rows_first() {
    let (height, width) = (30_000u32, 8_192u32);
    assert!(!columns_first(width, height as usize));
    assert!(columns_first(1_920, 8_000), "photos are made as ever");
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
        stored: (2, height),
        turn: super::super::turn::Turn::default(),
        channels: 3,
        whole: true,
        samples,
    };
    let board = 1_012;
    assert!(u64::from(pixels.stored.0) * u64::from(board) < PICTURE_PIXELS_MAX);
    let image = scale(&pixels, Crop::whole((2, height)), width, board);
    let pixel = |x: u32, y: u32| {
        let at = ((y * width + x) * 4) as usize;
        &image.rgba[at..at + 4]
    };
    for x in [0, 5_000, width - 1] {
        assert_eq!(pixel(x, 0), [255, 0, 0, 255]);
        assert_eq!(pixel(x, board - 1), [0, 0, 255, 255]);
    }
    let (first, end) = span(&taps(0.0, f64::from(height), height, board));
    assert_eq!((first, end), (0, height as usize));
}
