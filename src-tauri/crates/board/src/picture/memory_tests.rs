//! How much memory reading a picture takes, measured by the system: a test starts itself again for each
//! picture and asks for the most that was ever resident.
#![cfg(target_os = "linux")]
#![allow(
    clippy::disallowed_methods,
    reason = "a test hands a file to another process"
)]

use std::io::{Cursor, Write as _};
use std::process::Command;

use image::{DynamicImage, ImageFormat};
use png::{BitDepth, ColorType, Encoder, Filter, Info};

use super::decode::{PICTURE_MEMORY_MAX, cost, decode};

const FILE: &str = "LOA_TEST_PICTURE";
/// The allocator, a few rows, the tables of a decoder.
const ASIDE_BYTES: u64 = 12 << 20;

/// The most memory that was ever resident, in bytes.
fn most_resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kib = line.unwrap().split_whitespace().nth(1).unwrap();
    kib.parse::<u64>().unwrap() * 1024
}

#[test]
fn child_that_reads_a_picture() {
    let Ok(path) = std::env::var(FILE) else {
        return; // started by the tests below alone
    };
    let file = std::fs::read(path).unwrap();
    let before = most_resident();
    let pixels = decode(&file);
    let size = pixels.as_ref().map(|pixels| pixels.size());
    println!("took {} {size:?}", most_resident() - before);
    drop(pixels);
}

/// Bytes that reading `file` takes at its peak.
fn taken(file: &[u8]) -> u64 {
    let mut place = tempfile::NamedTempFile::new().unwrap();
    place.write_all(file).unwrap();
    let child = "picture::memory_tests::child_that_reads_a_picture";
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", child, "--nocapture"])
        .env(FILE, place.path())
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let took = said.lines().find_map(|line| line.split("took ").nth(1));
    let took = took.unwrap_or_else(|| panic!("{said}"));
    assert!(took.contains("Ok("), "{took}");
    took.split(' ').next().unwrap().parse().unwrap()
}

/// A black PNG.
fn png(size: (u32, u32), colour: ColorType, depth: BitDepth, exif: Option<u8>) -> Vec<u8> {
    let mut file = Vec::new();
    let mut info = Info::with_size(size.0, size.1);
    (info.color_type, info.bit_depth) = (colour, depth);
    if let Some(turn) = exif {
        let exif = [
            b'M', b'M', 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, turn, 0, 0, 0, 0, 0,
            0,
        ];
        info.exif_metadata = Some(exif.to_vec().into());
    }
    let row = vec![0; info.raw_row_length() - 1];
    let mut encoder = Encoder::with_info(&mut file, info).unwrap();
    encoder.set_filter(Filter::NoFilter);
    let mut writer = encoder.write_header().unwrap();
    let mut stream = writer.stream_writer_with_size(1 << 16).unwrap();
    for _ in 0..size.1 {
        stream.write_all(&row).unwrap();
    }
    stream.finish().unwrap();
    drop(writer);
    file
}

/// A black PNG of 8,000 × 8,000 pixels of 48 bits in seven passes. They have 15,000 rows together, and
/// as many zeros as a grey picture of so many rows and 25,600 columns.
fn woven() -> Vec<u8> {
    let mut file = png(
        (25_600, 15_000),
        ColorType::Grayscale,
        BitDepth::Eight,
        Some(8),
    );
    let side = 8_000u32.to_be_bytes();
    file[16..20].copy_from_slice(&side);
    file[20..24].copy_from_slice(&side);
    file[24..29].copy_from_slice(&[16, 2, 0, 0, 1]);
    let sum = super::tests::crc32(&file[12..29]);
    file[29..33].copy_from_slice(&sum.to_be_bytes());
    file
}

/// A progressive JPEG of which only the first scan is there, all grey: one bit for each block.
fn progressive(side: u16, chroma: u8) -> Vec<u8> {
    let mut file = vec![0xff, 0xd8, 0xff, 0xdb, 0, 67, 0];
    file.extend([1; 64]);
    let [high, low] = side.to_be_bytes();
    file.extend([0xff, 0xc2, 0, 17, 8, high, low, high, low, 3]);
    file.extend([1, chroma, 0, 2, 0x11, 0, 3, 0x11, 0]);
    // One code of one bit, for a difference of no bits.
    file.extend([0xff, 0xc4, 0, 20, 0, 1]);
    file.extend([0; 16]);
    file.extend([0xff, 0xda, 0, 12, 3, 1, 0, 2, 0, 3, 0, 0, 0, 0]);
    let (unit, blocks) = if chroma == 0x11 { (8, 3) } else { (16, 6) };
    let bits = usize::from(side).div_ceil(unit).pow(2) * blocks;
    file.resize(file.len() + bits.div_ceil(8), 0);
    file.extend([0xff, 0xd9]);
    file
}

/// The one frame of a WebP file as the first of an animation.
fn animated(still: &[u8], side: (u32, u32)) -> Vec<u8> {
    let chunk = |name: &[u8; 4], content: &[u8]| {
        let length = (content.len() as u32).to_le_bytes();
        [&name[..], &length, content].concat()
    };
    let three = |value: u32| value.to_le_bytes()[..3].to_vec();
    let size = [three(side.0 - 1), three(side.1 - 1)].concat();
    let head = [&[0x02, 0, 0, 0][..], &size].concat();
    let frame = [&[0; 6][..], &size, &[100, 0, 0, 0], &still[12..]].concat();
    let body = [
        b"WEBP".to_vec(),
        chunk(b"VP8X", &head),
        chunk(b"ANIM", &[0; 6]),
        chunk(b"ANMF", &frame),
    ]
    .concat();
    chunk(b"RIFF", &body)
}

fn written(format: ImageFormat, image: &DynamicImage) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    image.write_to(&mut file, format).unwrap();
    file.into_inner()
}

#[test]
fn half_a_megabyte_of_png_takes_no_more_than_its_pixels_however_wide_turned_or_woven() {
    let wide = png((8_000, 8_000), ColorType::Rgba, BitDepth::Sixteen, Some(6));
    for (name, file, channels) in [("wide", wide, 4), ("woven", woven(), 3)] {
        assert!(file.len() < 1_000_000, "{}", file.len());
        let taken = taken(&file);
        println!("{name}: {} MiB", taken >> 20);
        assert!(
            taken < 64_000_000 * channels + ASIDE_BYTES,
            "{name}: {taken}"
        );
        assert!(taken < PICTURE_MEMORY_MAX);
    }
}

#[test]
fn no_format_takes_more_than_it_is_reckoned_with() {
    let rgb = DynamicImage::from(image::RgbImage::from_pixel(
        2_000,
        1_500,
        image::Rgb([90; 3]),
    ));
    let rgba = DynamicImage::from(rgb.to_rgba8());
    let grey = DynamicImage::from(rgb.to_luma8());
    let lossy = include_bytes!("fixtures/lossy.webp").to_vec();
    let alpha = include_bytes!("fixtures/alpha.webp").to_vec();
    let of = ImageFormat::from_extension;
    for (name, format, file) in [
        ("png 8", of("png"), written(ImageFormat::Png, &rgb)),
        (
            "png grey",
            of("png"),
            png(
                (1_700, 1_700),
                ColorType::Grayscale,
                BitDepth::Eight,
                Some(3),
            ),
        ),
        ("jpeg", of("jpg"), written(ImageFormat::Jpeg, &rgb)),
        ("jpeg grey", of("jpg"), written(ImageFormat::Jpeg, &grey)),
        ("jpeg progressive", of("jpg"), progressive(2_000, 0x11)),
        (
            "jpeg progressive, half colours",
            of("jpg"),
            progressive(2_000, 0x22),
        ),
        (
            "webp lossless",
            of("webp"),
            written(ImageFormat::WebP, &rgb),
        ),
        (
            "webp lossless with alpha",
            of("webp"),
            written(ImageFormat::WebP, &rgba),
        ),
        (
            "webp animated",
            of("webp"),
            animated(&lossy, (2_000, 1_500)),
        ),
        ("webp", of("webp"), lossy),
        ("webp with alpha", of("webp"), alpha),
        ("bmp", of("bmp"), written(ImageFormat::Bmp, &rgb)),
        ("gif", of("gif"), written(ImageFormat::Gif, &rgba)),
    ] {
        let pixels = decode(&file).unwrap_or_else(|_| panic!("{name}")).stored;
        let pixels = f64::from(pixels.0) * f64::from(pixels.1);
        let (each, aside) = cost(&file, format.unwrap());
        let taken = taken(&file);
        let reckoned = (pixels * each) as u64 + aside + ASIDE_BYTES / 4;
        println!(
            "{name}: {:.1} of {each} bytes per pixel",
            taken as f64 / pixels
        );
        assert!(taken <= reckoned, "{name}: {taken}, reckoned {reckoned}");
    }
}

#[test]
fn the_largest_photos_in_common_use_are_read_and_larger_ones_refused_in_words() {
    // Only headers: of 8,000 × 8,000, in one pass and progressive, and of a sensor of 108 million.
    let header = |marker: u8, side: u16, chroma: u8| {
        let mut file = progressive(16, chroma);
        let at = file
            .windows(2)
            .position(|pair| pair == [0xff, 0xc2])
            .unwrap();
        file[at + 1] = marker;
        file[at + 5..at + 7].copy_from_slice(&side.to_be_bytes());
        file[at + 7..at + 9].copy_from_slice(&side.to_be_bytes());
        file
    };
    let fits = |file: &[u8]| {
        let (each, aside) = cost(file, ImageFormat::Jpeg);
        super::decode::within_memory(64_000_000, each, aside).is_ok()
    };
    assert!(fits(&header(0xc0, 8_000, 0x11)));
    assert!(
        fits(&header(0xc2, 8_000, 0x22)),
        "progressive, colours halved"
    );
    assert!(
        !fits(&header(0xc2, 8_000, 0x11)),
        "progressive, all colours"
    );
    let refused = decode(&header(0xc0, 10_400, 0x22)).err();
    let large = crate::scene::Missing::LargeImage {
        found: 10_400 * 10_400,
        limit: 64_000_000,
        unit: "px",
    };
    assert_eq!(refused, Some(large));
}
