//! Pictures keep their colours, shapes and limits.

use std::collections::HashMap;
use std::io::Cursor;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use image::{ExtendedColorType, ImageEncoder as _};
use units::Digest;

use super::{Images, Pictures};
use crate::deck::Fit;
use crate::scene::Missing;

fn png(width: u32, height: u32, colour: impl Fn(u32, u32) -> [u8; 4]) -> Vec<u8> {
    let pixels: Vec<u8> = (0..height)
        .flat_map(|y| (0..width).map(move |x| (x, y)))
        .flat_map(|(x, y)| colour(x, y))
        .collect();
    let mut file = Vec::new();
    image::codecs::png::PngEncoder::new(&mut file)
        .write_image(&pixels, width, height, ExtendedColorType::Rgba8)
        .unwrap();
    file
}

fn store(files: &[Vec<u8>]) -> (HashMap<Digest, Arc<[u8]>>, Vec<Digest>) {
    let digests: Vec<Digest> = files.iter().map(|file| Digest::of(file)).collect();
    let files = files.iter().map(|file| Arc::from(file.as_slice()));
    (digests.iter().copied().zip(files).collect(), digests)
}

#[test]
fn a_flat_colour_stays_itself_at_every_size() {
    let (files, digests) = store(&[png(37, 23, |_, _| [200, 100, 50, 255])]);
    let pictures = Pictures::new(&files);
    for (width, height) in [(1, 1), (10, 7), (37, 23), (200, 150)] {
        for fit in [Fit::Stretch, Fit::Cover] {
            let image = pictures.at_size(&digests[0], width, height, fit).unwrap();
            assert_eq!((image.width, image.height), (width, height));
            assert!(image.opaque);
            assert!(
                image
                    .rgba
                    .chunks_exact(4)
                    .all(|pixel| pixel == [200, 100, 50, 255])
            );
        }
    }
}

#[test]
fn at_its_own_size_a_picture_is_unchanged() {
    let colour = |x: u32, y: u32| [(x * 7) as u8, (y * 11) as u8, (x * y) as u8, 255];
    let (files, digests) = store(&[png(30, 20, colour)]);
    let pictures = Pictures::new(&files);
    let image = pictures.at_size(&digests[0], 30, 20, Fit::Stretch).unwrap();
    for (index, pixel) in image.rgba.chunks_exact(4).enumerate() {
        assert_eq!(pixel, colour(index as u32 % 30, index as u32 / 30));
    }
}

#[test]
fn containing_keeps_the_whole_picture_and_covering_cuts_evenly() {
    // Red, green and blue thirds from left to right.
    let third = |x: u32| match x / 20 {
        0 => [255, 0, 0, 255],
        1 => [0, 255, 0, 255],
        _ => [0, 0, 255, 255],
    };
    let (files, digests) = store(&[png(60, 20, |x, _| third(x))]);
    let pictures = Pictures::new(&files);
    let whole = pictures.at_size(&digests[0], 30, 30, Fit::Contain).unwrap();
    assert_eq!((whole.width, whole.height), (30, 10));
    let middle = pictures.at_size(&digests[0], 20, 20, Fit::Cover).unwrap();
    let centre = (10 * 20 + 10) * 4;
    assert_eq!(middle.rgba[centre..centre + 4], [0, 255, 0, 255]);
    let green = middle
        .rgba
        .chunks_exact(4)
        .filter(|pixel| pixel[1] > 200)
        .count();
    assert!(green >= 360, "{green} of 400");
}

#[test]
fn alpha_is_premultiplied_and_never_exceeded() {
    let (files, digests) = store(&[png(16, 16, |x, y| {
        [
            255,
            255,
            255,
            if (x / 2 + y / 2) % 2 == 0 { 255 } else { 0 },
        ]
    })]);
    let pictures = Pictures::new(&files);
    let image = pictures.at_size(&digests[0], 23, 9, Fit::Stretch).unwrap();
    assert!(!image.opaque);
    for pixel in image.rgba.chunks_exact(4) {
        assert!(
            pixel[..3].iter().all(|value| *value <= pixel[3]),
            "{pixel:?}"
        );
    }
}

#[test]
fn a_phone_photo_is_turned_upright() {
    // A JPEG of 16 × 8 whose Exif says: turn by 90 degrees.
    let mut jpeg = Vec::new();
    image::codecs::jpeg::JpegEncoder::new(&mut jpeg)
        .write_image(&[128; 16 * 8 * 3], 16, 8, ExtendedColorType::Rgb8)
        .unwrap();
    let exif: &[u8] = &[
        0xff, 0xe1, 0, 34, b'E', b'x', b'i', b'f', 0, 0, b'M', b'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01,
        0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0,
    ];
    let mut turned = jpeg[..2].to_vec();
    turned.extend_from_slice(exif);
    turned.extend_from_slice(&jpeg[2..]);
    let (files, digests) = store(&[jpeg, turned]);
    let pictures = Pictures::new(&files);
    let size = |digest| {
        let image = pictures.at_size(digest, 16, 16, Fit::Contain).unwrap();
        (image.width, image.height)
    };
    assert_eq!(size(&digests[0]), (16, 8));
    assert_eq!(size(&digests[1]), (8, 16));
}

#[test]
fn hostile_and_missing_files_are_told_apart() {
    // A PNG header that claims 30,000 × 30,000 pixels, and one cut off in the middle.
    let mut huge = png(4, 4, |_, _| [1, 2, 3, 255]);
    huge[16..24].copy_from_slice(&[0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30]);
    let crc = crc32(&huge[12..29]);
    huge[29..33].copy_from_slice(&crc.to_be_bytes());
    let mut cut = png(64, 64, |x, y| [x as u8, y as u8, 3, 255]);
    cut.truncate(cut.len() / 2);
    let (files, digests) = store(&[huge, cut, b"not a picture".to_vec(), Vec::new()]);
    let pictures = Pictures::new(&files);
    let missing = |digest| pictures.at_size(digest, 8, 8, Fit::Cover).unwrap_err();
    let large = Missing::LargeImage {
        found: 900_000_000,
        limit: 64_000_000,
        unit: "px",
    };
    assert_eq!(missing(&digests[0]), large);
    assert_eq!(missing(&digests[1]), Missing::BadImage);
    assert_eq!(missing(&digests[2]), Missing::BadImage);
    assert_eq!(missing(&digests[3]), Missing::BadImage);
    assert_eq!(missing(&Digest::of(b"nowhere")), Missing::NoImage);
}

#[test]
fn a_photo_that_is_cut_off_is_shown_as_far_as_it_goes_and_said() {
    let photo = image::RgbImage::from_fn(160, 120, |x, y| {
        image::Rgb([(x * 3) as u8, (y * 5) as u8, (x * y) as u8])
    });
    let mut file = Cursor::new(Vec::new());
    photo.write_to(&mut file, image::ImageFormat::Jpeg).unwrap();
    let whole = file.into_inner();
    let cut = |part: usize| whole[..whole.len() * part / 100].to_vec();
    // A camera hides a small whole JPEG in the header of the large one.
    let mut thumbnail = vec![0xff, 0xd8, 0xff, 0xe1, 0, 8, 0xff, 0xd8, 0xff, 0xd9, 0, 0];
    thumbnail.extend_from_slice(&whole[2..]);
    let nearly = whole[..whole.len() - 2].to_vec();
    let hidden = thumbnail[..thumbnail.len() / 2].to_vec();
    let files = [whole.clone(), thumbnail, cut(50), cut(90), nearly, hidden];
    let (files, digests) = store(&files);
    let pictures = Pictures::new(&files);
    let held: Vec<bool> = digests
        .iter()
        .map(|digest| pictures.at_size(digest, 40, 30, Fit::Cover).unwrap().whole)
        .collect();
    assert_eq!(held, [true, true, false, false, false, false]);
}

pub(super) fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ if crc & 1 == 1 { 0xedb8_8320 } else { 0 }
        })
    })
}

#[test]
fn the_first_picture_of_every_format_is_read() {
    let source = image::RgbImage::from_pixel(20, 10, image::Rgb([10, 200, 30]));
    for format in [
        image::ImageFormat::Png,
        image::ImageFormat::Jpeg,
        image::ImageFormat::WebP,
        image::ImageFormat::Bmp,
        image::ImageFormat::Gif,
    ] {
        let mut file = Cursor::new(Vec::new());
        source.write_to(&mut file, format).unwrap();
        let (files, digests) = store(&[file.into_inner()]);
        let image = Pictures::new(&files)
            .at_size(&digests[0], 10, 5, Fit::Stretch)
            .unwrap();
        assert!(image.opaque, "{format:?}");
        assert!(image.rgba[1].abs_diff(200) < 8, "{format:?}");
    }
}

/// Counts how often files are asked for.
struct Counting(Arc<[u8]>, AtomicUsize);

impl Images for Counting {
    fn get(&self, _digest: &Digest) -> Option<Arc<[u8]>> {
        self.1.fetch_add(1, Ordering::Relaxed);
        Some(Arc::clone(&self.0))
    }
}

impl Counting {
    fn of(file: Vec<u8>) -> Self {
        Self(file.into(), AtomicUsize::new(0))
    }

    fn asked(&self) -> usize {
        self.1.load(Ordering::Relaxed)
    }
}

#[test]
fn a_picture_is_decoded_once_whatever_sizes_it_is_shown_at() {
    let counting = Counting::of(png(50, 50, |_, _| [1, 2, 3, 255]));
    let pictures = Pictures::new(&counting);
    for size in [10, 20, 10, 20, 10] {
        let digest = Digest::of(b"photo");
        pictures.at_size(&digest, size, size, Fit::Cover).unwrap();
    }
    assert_eq!(counting.asked(), 1);
    pictures.forget();
    let digest = Digest::of(b"photo");
    pictures.at_size(&digest, 10, 10, Fit::Cover).unwrap();
    assert_eq!(counting.asked(), 2, "forgotten");
}

#[test]
fn pictures_are_kept_within_the_bound_and_the_one_in_use_stays() {
    // Decoded 10,000 bytes each, scaled to what counts as 4 KiB; room for two pictures, not for three.
    let counting = Counting::of(png(50, 50, |_, _| [1, 2, 3, 255]));
    let pictures = Pictures::keeping(&counting, 30_000);
    let show = |name: u8| {
        let digest = Digest::of(&[name]);
        pictures.at_size(&digest, 10, 10, Fit::Cover).unwrap();
        counting.asked()
    };
    let asked: Vec<usize> = [0, 1, 0, 2, 0, 3, 0, 4, 0, 1].map(show).to_vec();
    assert_eq!(asked, [1, 2, 2, 3, 3, 4, 4, 5, 5, 6]);
    assert!(pictures.kept().bytes() <= 30_000);
    // One that is larger than all the room is shown all the same, and pushes out nothing.
    let small = Pictures::keeping(&counting, 9_000);
    let large = small.at_size(&Digest::of(b"x"), 60, 60, Fit::Cover);
    assert_eq!(large.unwrap().width, 60);
    assert_eq!(small.kept().bytes(), 0);
}

#[test]
fn threads_that_share_pictures_see_the_same() {
    let counting = Counting::of(png(50, 50, |x, y| [x as u8, y as u8, 3, 255]));
    let pictures = Pictures::keeping(&counting, 40_000);
    let digest = Digest::of(b"photo");
    let once = pictures.at_size(&digest, 20, 20, Fit::Cover).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for turn in 0..50 {
                    if turn % 7 == 0 {
                        pictures.forget();
                    }
                    let image = pictures.at_size(&digest, 20, 20, Fit::Cover).unwrap();
                    assert!(image == once);
                }
            });
        }
    });
    assert!(pictures.kept().bytes() <= 40_000);
}
