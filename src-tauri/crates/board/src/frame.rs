//! The finished picture of a slide, and its PNG.

use std::io::Write;

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
/// # Errors
/// [`Error::Io`] where `out` refuses.
pub fn png(frame: &Frame, out: impl Write) -> Result<(), Error> {
    let _ = (frame, out);
    todo!()
}
