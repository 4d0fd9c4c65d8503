//! Picture files to pixels, within limits. Formats: JPEG, PNG, WebP, BMP, GIF (its first frame).
//!
//! What is bounded is memory: all buffers that live at once while a picture is read, its file aside.
//! Where a decoder takes more than the pixels it gives, it is reckoned with what it takes (measured, see
//! the tests).

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits};

use super::turn::Turn;
use super::{jpeg, png};
use crate::scene::Missing;

/// Bytes of one picture file: a phone's largest photo is 25 MB.
pub const PICTURE_BYTES_MAX: usize = 100 * 1024 * 1024;
/// Pixels of one picture: 64 million, the largest phone sensors in common use.
pub const PICTURE_PIXELS_MAX: u64 = 64_000_000;
/// Bytes of memory for reading one picture: a progressive JPEG of 64 million pixels with its colours
/// at half the resolution, as cameras and web sites make them.
pub const PICTURE_MEMORY_MAX: u64 = 384 * 1024 * 1024;
/// Longest side of a picture; a panorama's.
const SIDE_PX_MAX: u64 = 30_000;

/// A decoded picture, as it lies in its file.
pub(super) struct Pixels {
    /// Columns and rows in memory.
    pub stored: (u32, u32),
    /// How they are shown.
    pub turn: Turn,
    /// 3 (RGB) or 4 (RGBA, alpha premultiplied).
    pub channels: usize,
    /// Whether the file held all of it.
    pub whole: bool,
    pub samples: Vec<u8>,
}

impl Pixels {
    /// Width and height as shown.
    pub(super) fn size(&self) -> (u32, u32) {
        self.turn.sides(self.stored)
    }
}

pub(super) fn decode(file: &[u8]) -> Result<Pixels, Missing> {
    within(file.len() as u64, PICTURE_BYTES_MAX as u64, "B")?;
    let pixels = match image::guess_format(file).map_err(missing)? {
        ImageFormat::Png => png::decode(file)?,
        format => coded(file, format)?,
    };
    if pixels.stored.0 == 0 || pixels.stored.1 == 0 {
        return Err(Missing::BadImage);
    }
    Ok(pixels)
}

fn coded(file: &[u8], format: ImageFormat) -> Result<Pixels, Missing> {
    let mut reader = ImageReader::with_format(Cursor::new(file), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(PICTURE_MEMORY_MAX);
    reader.limits(limits);
    // Reads the header only; no pixel is allocated before its figures are within the limits.
    let mut decoder = reader.into_decoder().map_err(missing)?;
    let (width, height) = decoder.dimensions();
    within_pixels(width, height)?;
    let (bytes_per_pixel, fixed) = cost(file, format);
    within_memory(u64::from(width) * u64::from(height), bytes_per_pixel, fixed)?;
    let orientation = decoder.orientation().map_err(missing)?;
    let image = DynamicImage::from_decoder(decoder).map_err(missing)?;
    let (channels, samples) = if image.color().has_alpha() {
        let mut samples = image.into_rgba8().into_raw();
        premultiply(&mut samples);
        (4, samples)
    } else {
        (3, image.into_rgb8().into_raw())
    };
    Ok(Pixels {
        stored: (width, height),
        turn: orientation.into(),
        channels,
        whole: format != ImageFormat::Jpeg || jpeg::is_whole(file),
        samples,
    })
}

/// What reading takes at its peak: bytes per pixel, and beside that.
pub(super) fn cost(file: &[u8], format: ImageFormat) -> (f64, u64) {
    match format {
        // The decoder reads from a copy of the file.
        ImageFormat::Jpeg => (jpeg::bytes_per_pixel(file), file.len() as u64),
        // Planes of brightness and colour, the frame, its alpha channel with the decoder's own copy of
        // it, the canvas of an animation: by what the file has of them.
        ImageFormat::WebP => (webp_bytes(file), 0),
        // A frame that does not fill the screen is decoded beside it.
        ImageFormat::Gif => (9.0, 0),
        _ => (4.0, 0),
    }
}

/// Kinds of WebP by the name of the first chunk and the flags after it (RFC 9649, 2.7).
fn webp_bytes(file: &[u8]) -> f64 {
    const ANIMATED: u8 = 0x02;
    match (file.get(12..16), file.get(20)) {
        (Some(b"VP8X"), Some(flags)) if flags & ANIMATED != 0 => 14.0,
        (Some(b"VP8X"), _) => 11.0,
        (Some(b"VP8L"), _) => 8.0,
        _ => 6.0,
    }
}

/// Multiplies the colours of RGBA pixels with their alpha.
pub(super) fn premultiply(rgba: &mut [u8]) {
    for pixel in rgba.chunks_exact_mut(4) {
        let alpha = u32::from(pixel[3]);
        for value in &mut pixel[..3] {
            *value = ((u32::from(*value) * alpha + 127) / 255) as u8;
        }
    }
}

pub(super) fn within_pixels(width: u32, height: u32) -> Result<(), Missing> {
    within(
        u64::from(width) * u64::from(height),
        PICTURE_PIXELS_MAX,
        "px",
    )?;
    within(u64::from(width.max(height)), SIDE_PX_MAX, "px")
}

/// Whether so many pixels can be read at so many bytes each; said in pixels, as people know them.
pub(super) fn within_memory(pixels: u64, bytes_each: f64, fixed: u64) -> Result<(), Missing> {
    let room = PICTURE_MEMORY_MAX.saturating_sub(fixed);
    within(pixels, (room as f64 / bytes_each) as u64, "px")
}

fn within(found: u64, limit: u64, unit: &'static str) -> Result<(), Missing> {
    if found > limit {
        return Err(Missing::LargeImage { found, limit, unit });
    }
    Ok(())
}

fn missing(error: image::ImageError) -> Missing {
    match error {
        // The decoder's own reckoning of what it needs, of which it says no figure.
        image::ImageError::Limits(_) => Missing::LargeImage {
            found: PICTURE_MEMORY_MAX + 1,
            limit: PICTURE_MEMORY_MAX,
            unit: "B",
        },
        _ => Missing::BadImage,
    }
}
