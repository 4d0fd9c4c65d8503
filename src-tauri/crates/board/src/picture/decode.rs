//! Picture files to pixels, within limits. Formats: JPEG, PNG, WebP, BMP, GIF (its first frame).

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits};

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
    /// Whether the file held all of it.
    pub whole: bool,
    pub samples: Vec<u8>,
}

pub(super) fn decode(file: &[u8]) -> Result<Pixels, Missing> {
    within(file.len() as u64, PICTURE_BYTES_MAX as u64, "B")?;
    let mut reader = ImageReader::new(Cursor::new(file))
        .with_guessed_format()
        .map_err(|_| Missing::BadImage)?;
    let whole = reader.format() != Some(ImageFormat::Jpeg) || is_whole_jpeg(file);
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
            whole,
            samples: rgba.into_raw(),
        }
    } else {
        let rgb = image.into_rgb8();
        Pixels {
            width: rgb.width(),
            height: rgb.height(),
            channels: 3,
            whole,
            samples: rgb.into_raw(),
        }
    };
    if pixels.width == 0 || pixels.height == 0 {
        return Err(Missing::BadImage);
    }
    Ok(pixels)
}

/// Whether a JPEG goes on to its end-of-image marker (ITU-T T.81, B.1.1). A file that was cut off on
/// its way from the phone does not; the decoder makes the rest grey and says nothing of it, where the
/// decoders of other formats refuse.
fn is_whole_jpeg(file: &[u8]) -> bool {
    let mut rest = file;
    loop {
        // Stuffed zeros, fill bytes and restart markers are within the samples.
        let is_marker =
            |pair: &[u8]| pair[0] == 0xff && !matches!(pair[1], 0x00 | 0x01 | 0xd0..=0xd7 | 0xff);
        let Some(at) = rest.windows(2).position(is_marker) else {
            return false;
        };
        let (marker, after) = (rest[at + 1], &rest[at + 2..]);
        rest = match (marker, after) {
            (0xd9, _) => return true,
            (0xd8, _) => after,
            // Skipped by its length: a thumbnail has an end of its own.
            (_, [high, low, ..]) => {
                let length = usize::from(u16::from_be_bytes([*high, *low]));
                after.get(length..).unwrap_or_default()
            }
            _ => return false,
        };
    }
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
