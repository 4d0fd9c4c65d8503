//! The finished picture of a slide, and its PNG.

use std::io::{self, Write};

use png::{BitDepth, ColorType, Compression, Encoder, EncodingError, SrgbRenderingIntent};

use crate::Error;

/// Pixels of a board, row by row from the top, four bytes each: red, green, blue, and 255.
#[derive(Clone, PartialEq, Eq)]
pub struct Frame {
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
    /// `width × height × 4` bytes; opaque.
    pub rgba: Vec<u8>,
}

impl std::fmt::Debug for Frame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Frame({}×{})", self.width, self.height)
    }
}

/// Writes the frame as a PNG of exactly its size, 8-bit RGB, sRGB, without any time or text in it:
/// the same frame gives the same bytes.
///
/// The fast deflate of the png crate: two thirds of the time of a slide are its compression, and a
/// board's memory card has room.
///
/// # Errors
/// [`Error::Io`] where `out` refuses.
pub fn png(frame: &Frame, out: impl Write) -> Result<(), Error> {
    let mut rgb = Vec::with_capacity(frame.rgba.len() / 4 * 3);
    for pixel in frame.rgba.chunks_exact(4) {
        rgb.extend_from_slice(&pixel[..3]);
    }
    let mut encoder = Encoder::new(out, frame.width, frame.height);
    encoder.set_color(ColorType::Rgb);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(Compression::Fast);
    encoder.set_source_srgb(SrgbRenderingIntent::Perceptual);
    let mut writer = encoder.write_header().map_err(written)?;
    writer.write_image_data(&rgb).map_err(written)?;
    writer.finish().map_err(written)
}

fn written(error: EncodingError) -> Error {
    Error::Io(match error {
        EncodingError::IoError(error) => error,
        other => io::Error::other(other),
    })
}

#[cfg(test)]
mod tests {
    use super::{Frame, png};

    #[test]
    fn a_png_has_exactly_the_frame_and_nothing_else_in_it() {
        for (width, height) in [(1, 1), (64, 32), (7, 300)] {
            let rgba = (0..width * height)
                .flat_map(|index: u32| [index as u8, (index / 7) as u8, (index * 3) as u8, 255])
                .collect();
            let frame = Frame {
                width,
                height,
                rgba,
            };
            let mut file = Vec::new();
            png(&frame, &mut file).unwrap();
            let read = image::load_from_memory(&file).unwrap().into_rgba8();
            assert_eq!(read.dimensions(), (width, height));
            assert!(read.into_raw() == frame.rgba);
            assert!(
                !file
                    .windows(4)
                    .any(|name| name == b"tIME" || name == b"tEXt")
            );
        }
    }

    #[test]
    fn a_writer_that_refuses_is_reported() {
        let frame = Frame {
            width: 1,
            height: 1,
            rgba: vec![0, 0, 0, 255],
        };
        assert!(png(&frame, &mut [0u8; 4][..]).is_err());
    }
}
