//! Deck to scene: fractions of the board become whole pixels, text becomes outlines, pictures become
//! pixels at the board's size.

use qrcode::bits::Bits;
use qrcode::types::QrError;
use qrcode::{Color, EcLevel, QrCode, Version};
use tiny_skia::PathBuilder;

use crate::deck::{Board, Colour, Deck, Element, Frame, Kind, Slide, Slope};
use crate::picture::SLIDE_PICTURE_PIXELS_MAX;
use crate::scene::{Item, Missing, PixelRect, Scene, Shape};
use crate::text::lay_out;
use crate::{Error, Fonts, Pictures};

/// Fewest pixels per module of a QR code that a phone still tells apart on a grid of lamps.
const QR_MODULE_PX_MIN: u32 = 2;

/// Resolves slide number `slide` (from 0) of `deck` for `board`, which need not be one of the deck's.
///
/// # Errors
/// [`Error::NoSuchSlide`], or what [`Board::validate`] says. Missing pictures and text that does not
/// fit are no errors: the scene says so and [`check`](crate::check()) reports it.
pub fn resolve(
    deck: &Deck,
    slide: usize,
    board: &Board,
    fonts: &Fonts,
    pictures: &Pictures<'_>,
) -> Result<Scene, Error> {
    board.validate()?;
    let slide = deck.slides.get(slide).ok_or(Error::NoSuchSlide {
        index: slide,
        count: deck.slides.len(),
    })?;
    Ok(resolve_slide(slide, board, fonts, pictures))
}

fn resolve_slide(slide: &Slide, board: &Board, fonts: &Fonts, pictures: &Pictures<'_>) -> Scene {
    let mut resolver = Resolver {
        board,
        fonts,
        pictures,
        picture_pixels_left: SLIDE_PICTURE_PIXELS_MAX,
    };
    Scene {
        width: board.width_px,
        height: board.height_px,
        background: slide.background.over(Colour::BLACK),
        items: slide
            .elements
            .iter()
            .map(|element| resolver.item(element))
            .collect(),
    }
}

/// The pixels of `frame` on `board`: edges are rounded, so that neighbours stay neighbours.
pub(crate) fn area(frame: Frame, board: &Board) -> PixelRect {
    let edge = |at: i64, side: u32| {
        let full = i64::from(Frame::FULL);
        let px = (2 * at * i64::from(side) + full).div_euclid(2 * full);
        i32::try_from(px).unwrap_or(i32::MAX)
    };
    let (x, y) = (i64::from(frame.x), i64::from(frame.y));
    PixelRect {
        left: edge(x, board.width_px),
        top: edge(y, board.height_px),
        right: edge(x + i64::from(frame.width), board.width_px),
        bottom: edge(y + i64::from(frame.height), board.height_px),
    }
}

/// All pixels of the board.
pub(crate) fn board_rect(board: &Board) -> PixelRect {
    PixelRect {
        left: 0,
        top: 0,
        right: i32::try_from(board.width_px).unwrap_or(i32::MAX),
        bottom: i32::try_from(board.height_px).unwrap_or(i32::MAX),
    }
}

struct Resolver<'a> {
    board: &'a Board,
    fonts: &'a Fonts,
    pictures: &'a Pictures<'a>,
    picture_pixels_left: u64,
}

impl Resolver<'_> {
    fn item(&mut self, element: &Element) -> Item {
        let area = area(element.frame, self.board);
        let shape = match &element.kind {
            Kind::Line {
                colour,
                thickness,
                slope,
            } => self.line(area, *colour, *thickness, *slope),
            _ if area.is_empty() => Shape::Missing(Missing::NoRoom),
            Kind::Text(text) => Shape::Text(lay_out(
                text,
                area,
                self.board.height_px,
                board_rect(self.board),
                self.fonts,
            )),
            Kind::Rect { colour } => Shape::Rect {
                rect: area,
                colour: *colour,
            },
            Kind::Image { digest, fit } => {
                let pixels = u64::from(area.width()) * u64::from(area.height());
                match self.picture_pixels_left.checked_sub(pixels) {
                    None => Shape::Missing(Missing::LargeImage {
                        found: SLIDE_PICTURE_PIXELS_MAX - self.picture_pixels_left + pixels,
                        limit: SLIDE_PICTURE_PIXELS_MAX,
                        unit: "px",
                    }),
                    Some(left) => {
                        self.picture_pixels_left = left;
                        match self
                            .pictures
                            .at_size(digest, area.width(), area.height(), *fit)
                        {
                            Ok(image) => Shape::Image {
                                x: area.left + (area.width() - image.width) as i32 / 2,
                                y: area.top + (area.height() - image.height) as i32 / 2,
                                image,
                            },
                            Err(missing) => Shape::Missing(missing),
                        }
                    }
                }
            }
            Kind::Qr { text } => qr(text, area),
        };
        Item {
            element: element.id,
            area,
            shape,
        }
    }

    /// A line along the pixels is a rectangle of whole pixels, so that it is crisp; any other is a
    /// thin parallelogram.
    fn line(&self, area: PixelRect, colour: Colour, thickness: i32, slope: Slope) -> Shape {
        let rows = i64::from(thickness) * i64::from(self.board.height_px);
        let full = i64::from(Frame::FULL);
        let px = i32::try_from(((rows + full / 2) / full).max(1)).unwrap_or(i32::MAX);
        let (width, height) = (area.right - area.left, area.bottom - area.top);
        if height <= px || width <= px {
            let rect = if height <= width {
                let top = area.top + (height - px).div_euclid(2);
                PixelRect {
                    top,
                    bottom: top + px,
                    ..area
                }
            } else {
                let left = area.left + (width - px).div_euclid(2);
                PixelRect {
                    left,
                    right: left + px,
                    ..area
                }
            };
            return Shape::Rect { rect, colour };
        }
        let (left, right) = (area.left as f32, area.right as f32);
        let (from, to) = match slope {
            Slope::Down => (area.top as f32, area.bottom as f32),
            Slope::Up => (area.bottom as f32, area.top as f32),
        };
        let (run, rise) = (right - left, to - from);
        let half = px as f32 / 2.0 / (run * run + rise * rise).sqrt();
        let (dx, dy) = (-rise * half, run * half);
        let mut path = PathBuilder::new();
        path.move_to(left + dx, from + dy);
        path.line_to(right + dx, to + dy);
        path.line_to(right - dx, to - dy);
        path.line_to(left - dx, from - dy);
        path.close();
        match path.finish() {
            Some(path) => Shape::Path { path, colour },
            None => Shape::Missing(Missing::NoRoom),
        }
    }
}

/// The code at level M, which bears 15 % damage, as large as whole pixels allow.
fn qr(text: &str, area: PixelRect) -> Shape {
    let Ok(code) = encode(text) else {
        // Longer than the largest code holds; the deck's limits keep that out.
        return Shape::Missing(Missing::SmallQr {
            needed_px: u32::MAX,
        });
    };
    let side = code.width() as u32;
    let with_quiet = side + 2 * Shape::QR_QUIET_MODULES;
    let module_px = area.width().min(area.height()) / with_quiet;
    if module_px < QR_MODULE_PX_MIN {
        return Shape::Missing(Missing::SmallQr {
            needed_px: with_quiet * QR_MODULE_PX_MIN,
        });
    }
    let size = with_quiet * module_px;
    Shape::Qr {
        x: area.left + (area.width() - size) as i32 / 2,
        y: area.top + (area.height() - size) as i32 / 2,
        module_px,
        side,
        modules: code
            .into_colors()
            .into_iter()
            .map(|colour| colour == Color::Dark)
            .collect(),
    }
}

/// ASCII packed as tightly as the standard allows; anything else as bytes throughout. Left to itself
/// the encoder takes pairs of UTF-8 bytes for Shift JIS where that saves room ("ệt" is two such
/// pairs), and a phone then shows Japanese.
fn encode(text: &str) -> Result<QrCode, QrError> {
    if text.is_ascii() {
        return QrCode::with_error_correction_level(text, EcLevel::M);
    }
    let fitting = (1..=40).map(Version::Normal).find_map(|version| {
        let mut bits = Bits::new(version);
        bits.push_byte_data(text.as_bytes()).ok()?;
        bits.push_terminator(EcLevel::M).ok()?;
        Some(bits)
    });
    QrCode::with_bits(fitting.ok_or(QrError::DataTooLong)?, EcLevel::M)
}

#[cfg(test)]
mod tests;
