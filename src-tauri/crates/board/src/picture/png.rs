//! PNG files row by row: what is kept is eight bits per sample, whatever the file holds, and nothing
//! twice.

use std::io::Cursor;

use image::metadata::Orientation;
use png::{BitDepth, ColorType, Decoder, DecodingError, InterlaceInfo, Limits, Transformations};

use super::decode::{Pixels, within_memory, within_pixels};
use super::turn::Turn;
use crate::scene::Missing;

/// What the decoder may take beside the pixels: tables, a few rows, a colour profile.
const DECODER_BYTES_MAX: usize = 64 * 1024 * 1024;

pub(super) fn decode(file: &[u8]) -> Result<Pixels, Missing> {
    let limits = Limits {
        bytes: DECODER_BYTES_MAX,
    };
    let mut decoder = Decoder::new_with_limits(Cursor::new(file), limits);
    decoder.set_ignore_text_chunk(true);
    decoder.set_transformations(Transformations::EXPAND);
    let header = decoder.read_header_info().map_err(missing)?;
    // Before anything is allocated for the rows.
    within_pixels(header.width, header.height)?;
    let mut reader = decoder.read_info().map_err(missing)?;
    let (width, height) = reader.info().size();
    let exif = reader.info().exif_metadata.as_deref();
    let orientation = exif.and_then(Orientation::from_exif_chunk);
    let (colour, depth) = reader.output_color_type();
    let form = Form::of(colour, depth)?;
    let row_bytes = width as usize * form.channels();
    within_memory(
        u64::from(width) * u64::from(height),
        form.channels() as f64,
        0,
    )?;
    let mut samples = vec![0; row_bytes * height as usize];
    let mut converted = Vec::with_capacity(row_bytes);
    let mut line = 0;
    while let Some(row) = reader.next_interlaced_row().map_err(missing)? {
        converted.clear();
        form.convert(row.data(), &mut converted);
        match row.interlace() {
            InterlaceInfo::Null(_) => {
                let place = samples.get_mut(line * row_bytes..(line + 1) * row_bytes);
                place.ok_or(Missing::BadImage)?.copy_from_slice(&converted);
                line += 1;
            }
            InterlaceInfo::Adam7(pass) => {
                let bits = 8 * form.channels() as u8;
                png::expand_interlaced_row(&mut samples, row_bytes, &converted, pass, bits);
            }
        }
    }
    let turn = Turn::from(orientation.unwrap_or(Orientation::NoTransforms));
    Ok(Pixels {
        stored: (width, height),
        turn,
        channels: form.channels(),
        whole: true,
        samples,
    })
}

/// How the samples of a row lie.
#[derive(Clone, Copy)]
struct Form {
    grey: bool,
    alpha: bool,
    wide: bool,
}

impl Form {
    fn of(colour: ColorType, depth: BitDepth) -> Result<Self, Missing> {
        let (grey, alpha) = match colour {
            ColorType::Grayscale => (true, false),
            ColorType::GrayscaleAlpha => (true, true),
            ColorType::Rgb => (false, false),
            ColorType::Rgba => (false, true),
            ColorType::Indexed => return Err(Missing::BadImage), // expanded, it cannot be
        };
        let wide = match depth {
            BitDepth::Eight => false,
            BitDepth::Sixteen => true,
            _ => return Err(Missing::BadImage),
        };
        Ok(Self { grey, alpha, wide })
    }

    /// What is made of it: red, green, blue, and alpha where there is any.
    const fn channels(self) -> usize {
        if self.alpha { 4 } else { 3 }
    }

    fn convert(self, row: &[u8], out: &mut Vec<u8>) {
        let stored = if self.grey { 1 } else { 3 } + usize::from(self.alpha);
        let bytes = if self.wide { 2 } else { 1 };
        for pixel in row.chunks_exact(stored * bytes) {
            let sample = |index: usize| match pixel {
                // Rounded to the nearest of 256 steps, as white stays white.
                wide if self.wide => {
                    let value = u16::from_be_bytes([wide[2 * index], wide[2 * index + 1]]);
                    ((u32::from(value) + 128) / 257) as u8
                }
                narrow => narrow[index],
            };
            let colour = if self.grey {
                [sample(0); 3]
            } else {
                [0, 1, 2].map(sample)
            };
            out.extend_from_slice(&colour);
            if self.alpha {
                out.push(sample(stored - 1));
            }
        }
        if self.alpha {
            super::decode::premultiply(out);
        }
    }
}

fn missing(error: DecodingError) -> Missing {
    match error {
        DecodingError::LimitsExceeded => Missing::LargeImage {
            found: DECODER_BYTES_MAX as u64 + 1,
            limit: DECODER_BYTES_MAX as u64,
            unit: "B",
        },
        _ => Missing::BadImage,
    }
}
