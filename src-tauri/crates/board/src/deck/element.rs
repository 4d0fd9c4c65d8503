//! What stands on a slide: text, pictures, rectangles, lines, QR codes, each in a frame.

use units::{Digest, Id};

use super::Colour;

/// One thing on a slide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    /// The element's name within its slide.
    pub id: Id,
    /// Where it stands.
    pub frame: Frame,
    /// What it is.
    pub kind: Kind,
}

/// A rectangle in fractions of the board, so that one deck serves boards of all sizes.
///
/// The unit is a hundred-thousandth of the board's width (x, width) or height (y, height): fine
/// enough that every whole pixel of the widest board can be reached. Edges, not sizes, are rounded
/// to pixels, so frames that touch in the deck touch on every board.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Frame {
    /// Left edge; may lie outside the board.
    pub x: i32,
    /// Top edge; may lie outside the board.
    pub y: i32,
    /// Width, 0 to [`Frame::FULL`].
    pub width: i32,
    /// Height, 0 to [`Frame::FULL`].
    pub height: i32,
}

impl Frame {
    /// The whole width or height of the board.
    pub const FULL: i32 = 100_000;

    /// The whole board.
    pub const BOARD: Self = Self {
        x: 0,
        y: 0,
        width: Self::FULL,
        height: Self::FULL,
    };
}

/// The kinds of elements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Words.
    Text(Text),
    /// A picture from the archive.
    Image {
        /// SHA-256 of the picture file.
        digest: Digest,
        /// How it fills its frame.
        fit: Fit,
    },
    /// A filled rectangle.
    Rect {
        /// The fill; alpha lets what is below shine through.
        colour: Colour,
    },
    /// A straight line between two corners of the frame. A frame without height gives a horizontal
    /// line, one without width a vertical line.
    Line {
        /// The stroke.
        colour: Colour,
        /// Thickness in hundred-thousandths of the board's height; at least one pixel is drawn.
        thickness: i32,
        /// Which corners are joined.
        slope: Slope,
    },
    /// A QR code (ISO/IEC 18004), dark on light with its quiet zone, centred in the frame at a whole
    /// number of pixels per module.
    Qr {
        /// What a phone reads.
        text: String,
    },
}

/// Words and how they look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// What is written; `\n` ends a line. Shown in Unicode normal form C.
    pub text: String,
    /// The typeface.
    pub font: Font,
    /// How large.
    pub size: Size,
    /// The fill.
    pub colour: Colour,
    /// Placement of lines from left to right.
    pub align: Align,
    /// Placement of the block from top to bottom.
    pub valign: VerticalAlign,
    /// Least distance of baselines in per cent of the font size, 50 to 300. Lines whose marks would
    /// touch are set further apart.
    pub line_spacing_percent: u16,
}

/// A typeface by family name and weight.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Font {
    /// Family name; one of [`Fonts::families`](crate::Fonts::families). Any other is drawn in the
    /// default family and reported.
    pub family: String,
    /// Weight from 100 to 900; the nearest bundled one is used.
    pub weight: u16,
}

/// How large text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Size {
    /// This font size in pixels of the board, 1 to [`FONT_PX_MAX`](super::FONT_PX_MAX).
    Fixed {
        /// Pixels per em.
        px: u16,
    },
    /// The largest whole pixel size at which the ink fits the frame.
    Fit {
        /// No larger than this, in hundred-thousandths of the board's height; `None` for no limit
        /// but the frame.
        max: Option<i32>,
    },
}

/// Placement of lines from left to right, by ink.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Align {
    /// At the left edge of the frame.
    Left,
    /// In the middle of the frame.
    Centre,
    /// At the right edge of the frame.
    Right,
}

/// Placement of the block from top to bottom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum VerticalAlign {
    /// Ink touches the top edge.
    Top,
    /// Capitals of the first line to baseline of the last are centred, as far as the ink stays
    /// inside.
    Middle,
    /// Ink touches the bottom edge.
    Bottom,
}

/// How a picture fills its frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fit {
    /// Fills the frame, keeps its shape, what is too much is cut off evenly.
    Cover,
    /// Whole picture, keeps its shape, centred.
    Contain,
    /// Fills the frame, loses its shape.
    Stretch,
}

/// Which corners a line joins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Slope {
    /// Top left to bottom right.
    Down,
    /// Bottom left to top right.
    Up,
}
