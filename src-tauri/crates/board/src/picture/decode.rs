//! Picture files to pixels, within limits. Formats: JPEG, PNG, WebP, BMP, GIF (its first frame).

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder as _, ImageReader, Limits};

use crate::scene::Missing;

/// Bytes of one picture file: a phone's largest photo is 25 MB.
pub const PICTURE_BYTES_MAX: usize = 100 * 1024 * 1024;
/// Pixels of one picture: 64 million, the largest phone sensors in common use.
pub const PICTURE_PIXELS_MAX: u64 = 64_000_000;
/// Longest side of a picture; a panorama's.
const SIDE_PX_MAX: u64 = 30_000;
/// What the decoder may allocate: 64 million pixels of four 16-bit samples.
const DECODER_BYTES_MAX: u64 = PICTURE_PIXELS_MAX * 8;

/// A decoded picture, upright.
pub(super) struct Pixels {
    pub width: u32,
    pub height: u32,
    /// 3 (RGB) or 4 (RGBA, alpha premultiplied).
    pub channels: usize,
    pub samples: Vec<u8>,
}

pub(super) fn decode(file: &[u8]) -> Result<Pixels, Missing> {
    within(file.len() as u64, PICTURE_BYTES_MAX as u64, "B")?;
    let mut reader = ImageReader::new(Cursor::new(file))
        .with_guessed_format()
        .map_err(|_| Missing::BadImage)?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(DECODER_BYTES_MAX);
    reader.limits(limits);
    // Reads the header only; no pixel is allocated before its figures are within the limits.
    let mut decoder = reader.into_decoder().map_err(missing)?;
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    within(pixels, PICTURE_PIXELS_MAX, "px")?;
    within(u64::from(width.max(height)), SIDE_PX_MAX, "px")?;
    // Phones store pictures as the sensor lay and say how to turn them (Exif 2.3, orientation).
    let orientation = decoder.orientation().map_err(missing)?;
    let mut image = DynamicImage::from_decoder(decoder).map_err(missing)?;
    image.apply_orientation(orientation);
    let pixels = if image.color().has_alpha() {
        let mut rgba = image.into_rgba8();
        for pixel in rgba.pixels_mut() {
            let alpha = u32::from(pixel.0[3]);
            for value in &mut pixel.0[..3] {
                *value = ((u32::from(*value) * alpha + 127) / 255) as u8;
            }
        }
        Pixels {
            width: rgba.width(),
            height: rgba.height(),
            channels: 4,
            samples: rgba.into_raw(),
        }
    } else {
        let rgb = image.into_rgb8();
        Pixels {
            width: rgb.width(),
            height: rgb.height(),
            channels: 3,
            samples: rgb.into_raw(),
        }
    };
    if pixels.width == 0 || pixels.height == 0 {
        return Err(Missing::BadImage);
    }
    Ok(pixels)
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
            found: DECODER_BYTES_MAX + 1,
            limit: DECODER_BYTES_MAX,
            unit: "B",
        },
        _ => Missing::BadImage,
    }
}
