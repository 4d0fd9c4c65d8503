//! The scene: one slide resolved for one board. Everything is in whole or fractional pixels of that
//! board, everything that is there is there as geometry or pixels; drawing decides nothing any more.

use std::sync::Arc;

use tiny_skia::Path;
use units::Id;

use crate::PixelImage;
use crate::deck::Colour;

/// A slide resolved for a board.
#[derive(Clone, Debug)]
pub struct Scene {
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
    /// What is behind everything; opaque.
    pub background: Colour,
    /// The items, lowest first, one per element in the slide's order.
    pub items: Vec<Item>,
}

/// An element in place.
#[derive(Clone, Debug)]
pub struct Item {
    /// The element it comes from.
    pub element: Id,
    /// Its frame in pixels of the board.
    pub area: PixelRect,
    /// What is drawn.
    pub shape: Shape,
}

/// What is drawn for an element.
#[derive(Clone, Debug)]
pub enum Shape {
    /// Words as outlines.
    Text(TextBlock),
    /// A filled rectangle: the item's area, or a line that runs along the pixels.
    Rect {
        /// Where.
        rect: PixelRect,
        /// The fill.
        colour: Colour,
    },
    /// A filled outline: a line that runs across the pixels.
    Path {
        /// The outline in pixels.
        path: Path,
        /// The fill.
        colour: Colour,
    },
    /// A picture, already at board pixels.
    Image {
        /// Left edge in board pixels.
        x: i32,
        /// Top edge.
        y: i32,
        /// The pixels.
        image: Arc<PixelImage>,
    },
    /// A QR code.
    Qr {
        /// Left edge with the quiet zone, in board pixels.
        x: i32,
        /// Top edge.
        y: i32,
        /// Pixels per module.
        module_px: u32,
        /// Modules per side without the quiet zone of [`Shape::QR_QUIET_MODULES`].
        side: u32,
        /// Row by row, `true` is dark.
        modules: Vec<bool>,
    },
    /// Nothing can be drawn; a finding says why.
    Missing(Missing),
}

impl Shape {
    /// Light modules around a QR code (ISO/IEC 18004 §6.3.8).
    pub const QR_QUIET_MODULES: u32 = 4;

    /// All pixels it may touch, on the board or not; empty where nothing is drawn.
    pub(crate) fn bounds(&self) -> PixelRect {
        let square = |x: i32, y: i32, width: u32, height: u32| PixelRect {
            left: x,
            top: y,
            right: x.saturating_add_unsigned(width),
            bottom: y.saturating_add_unsigned(height),
        };
        match self {
            Self::Text(block) => block.ink(),
            Self::Rect { rect, .. } => *rect,
            Self::Path { path, .. } => {
                let bounds = path.bounds();
                PixelRect {
                    left: bounds.left().floor() as i32,
                    top: bounds.top().floor() as i32,
                    right: bounds.right().ceil() as i32,
                    bottom: bounds.bottom().ceil() as i32,
                }
            }
            Self::Image { x, y, image } => square(*x, *y, image.width, image.height),
            Self::Qr {
                x,
                y,
                module_px,
                side,
                ..
            } => {
                let size = (side + 2 * Self::QR_QUIET_MODULES) * module_px;
                square(*x, *y, size, size)
            }
            Self::Missing(_) => PixelRect::default(),
        }
    }
}

/// Why an element shows nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// The picture is not in the archive.
    NoImage,
    /// The picture is damaged or in a format the studio does not read.
    BadImage,
    /// The picture, or all pictures of the slide up to this one, are beyond a limit.
    LargeImage {
        /// What was found, in `unit`.
        found: u64,
        /// What is taken at the most.
        limit: u64,
        /// `px`, or `B` for the bytes of the file.
        unit: &'static str,
    },
    /// The frame has fewer pixels than the QR code has modules.
    SmallQr {
        /// Pixels the code needs at two pixels per module.
        needed_px: u32,
    },
    /// The frame has no pixels on this board.
    NoRoom,
}

/// Text laid out, as outlines.
#[derive(Clone, Debug)]
pub struct TextBlock {
    /// Font size in pixels per em.
    pub px: u16,
    /// Height of the capital H in pixels.
    pub cap_px: f32,
    /// The fill.
    pub colour: Colour,
    /// The lines from top to bottom; lines without ink are left out.
    pub lines: Vec<TextLine>,
    /// Distance of baselines in pixels.
    pub pitch_px: i32,
    /// All glyph outlines in board pixels; `None` where there is no ink.
    pub outlines: Option<Path>,
    /// Whether the ink is inside the frame.
    pub fits: bool,
    /// Characters no bundled font has, each once.
    pub missing: Vec<char>,
    /// The family asked for.
    pub family: String,
    /// Whether it is not bundled.
    pub substituted: bool,
}

/// One line of text in place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextLine {
    /// Where the letters stand, in board pixels from the top.
    pub baseline: i32,
    /// All pixels the letters and marks touch.
    pub ink: PixelRect,
    /// What is written, as drawn (form C, glued spaces).
    pub text: String,
}

impl TextBlock {
    /// All pixels the block touches.
    #[must_use]
    pub fn ink(&self) -> PixelRect {
        self.lines
            .iter()
            .fold(PixelRect::default(), |ink, line| ink.union(line.ink))
    }
}

/// Whole pixels: `left` and `top` are inside, `right` and `bottom` are not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct PixelRect {
    /// First column.
    pub left: i32,
    /// First row.
    pub top: i32,
    /// Column after the last.
    pub right: i32,
    /// Row after the last.
    pub bottom: i32,
}

impl PixelRect {
    /// Columns, 0 where there are none.
    #[must_use]
    pub fn width(self) -> u32 {
        self.right.saturating_sub(self.left).max(0).unsigned_abs()
    }

    /// Rows, 0 where there are none.
    #[must_use]
    pub fn height(self) -> u32 {
        self.bottom.saturating_sub(self.top).max(0).unsigned_abs()
    }

    /// Whether there is no pixel inside.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.right <= self.left || self.bottom <= self.top
    }

    /// Whether all pixels of `inner` are inside.
    #[must_use]
    pub fn contains(self, inner: Self) -> bool {
        inner.is_empty()
            || (self.left <= inner.left
                && self.top <= inner.top
                && self.right >= inner.right
                && self.bottom >= inner.bottom)
    }

    /// The smallest rectangle around both; an empty one counts for nothing.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        match (self.is_empty(), other.is_empty()) {
            (true, _) => other,
            (_, true) => self,
            _ => Self {
                left: self.left.min(other.left),
                top: self.top.min(other.top),
                right: self.right.max(other.right),
                bottom: self.bottom.max(other.bottom),
            },
        }
    }

    /// The pixels in both.
    #[must_use]
    pub fn intersection(self, other: Self) -> Self {
        Self {
            left: self.left.max(other.left),
            top: self.top.max(other.top),
            right: self.right.min(other.right),
            bottom: self.bottom.min(other.bottom),
        }
    }

    /// The rectangle grown by `by` pixels on each side; shrunk where negative.
    #[must_use]
    pub fn grown(self, by: i32) -> Self {
        Self {
            left: self.left - by,
            top: self.top - by,
            right: self.right + by,
            bottom: self.bottom + by,
        }
    }
}
