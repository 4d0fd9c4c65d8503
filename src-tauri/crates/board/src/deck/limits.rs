//! How large a deck may be, and whether it agrees with itself. Every deck that enters the program,
//! from a file or by an edit, passes here before anything is allocated for its pixels.

use std::collections::HashSet;

use super::{Board, Deck, Element, Frame, Kind, Size, Slide};
use crate::Error;

/// Boards of one deck. A commune has a handful; a province sends to kinds of boards, not to each.
pub const BOARDS_MAX: usize = 64;
/// Slides of one deck. An hour at seven seconds each.
pub const SLIDES_MAX: usize = 500;
/// Elements of one slide. More than a full table of prices.
pub const ELEMENTS_MAX: usize = 200;
/// Characters of one text. A board shows fewer than 400; ten times that may be pasted by mistake.
pub const TEXT_CHARS_MAX: usize = 4_000;
/// Characters of one slide in all, which bounds the outlines of its scene to some tens of MB.
pub const SLIDE_CHARS_MAX: usize = 20_000;
/// Characters of a title, a name, a font family.
pub const NAME_CHARS_MAX: usize = 200;
/// Pixels of one board: 3840 × 2160 is 8.3 million; four bytes each are 34 MB per frame.
pub const BOARD_PIXELS_MAX: u64 = 3840 * 2160;
/// The longest side of a board: long tickers are 4,096; twice that.
pub const BOARD_SIDE_PX_MAX: u32 = 8_192;
/// The shortest side of a board: less than half of the smallest module.
pub const BOARD_SIDE_PX_MIN: u32 = 8;
/// Pixel pitch in micrometres: from a phone screen to a stadium wall.
const PITCH_UM: std::ops::RangeInclusive<u32> = 50..=200_000;
/// Viewing distance in metres: at hand to one kilometre.
const VIEWING_DISTANCE_M: std::ops::RangeInclusive<u32> = 1..=1_000;
/// Shortest time a slide may stand, in milliseconds; three changes a second are already a flash.
pub const DURATION_MS_MIN: u32 = 500;
/// Longest time a slide may stand: a day.
pub const DURATION_MS_MAX: u32 = 24 * 60 * 60 * 1000;
/// Largest font size in pixels: taller than any board.
pub const FONT_PX_MAX: u16 = 8_192;
/// A deck file's size. A full deck of 500 slides with 20 elements each is 3 MB.
pub const DECK_JSON_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Text of a QR code: version 40 at level M holds 2,331 bytes (ISO/IEC 18004, table 7).
const QR_BYTES_MAX: usize = 2_331;

pub(crate) fn limit(what: &'static str, found: usize, limit: usize) -> Result<(), Error> {
    if found > limit {
        return Err(Error::Limit {
            what,
            found: found as u64,
            limit: limit as u64,
        });
    }
    Ok(())
}

fn within(ok: bool, sentence: &str) -> Result<(), Error> {
    if ok {
        Ok(())
    } else {
        Err(Error::Invalid(sentence.to_owned()))
    }
}

impl Deck {
    /// Whether the deck is within the limits and agrees with itself.
    ///
    /// # Errors
    /// [`Error::Limit`] or [`Error::Invalid`] for the first fault.
    pub fn validate(&self) -> Result<(), Error> {
        limit("title length", self.title.chars().count(), NAME_CHARS_MAX)?;
        limit("boards", self.boards.len(), BOARDS_MAX)?;
        limit("slides", self.slides.len(), SLIDES_MAX)?;
        within(!self.boards.is_empty(), "a deck needs a board")?;
        let (mut ids, mut names) = (HashSet::new(), HashSet::new());
        for board in &self.boards {
            board.validate()?;
            within(ids.insert(board.id), "two boards have one id")?;
            within(names.insert(&board.name), "two boards have one name")?;
        }
        let mut ids = HashSet::new();
        for slide in &self.slides {
            slide.validate()?;
            within(ids.insert(slide.id), "two slides have one id")?;
        }
        Ok(())
    }
}

impl Board {
    /// Whether the board is within the limits.
    ///
    /// # Errors
    /// [`Error::Limit`] or [`Error::Invalid`] for the first fault.
    pub fn validate(&self) -> Result<(), Error> {
        limit(
            "board name length",
            self.name.chars().count(),
            NAME_CHARS_MAX,
        )?;
        within(!self.name.trim().is_empty(), "a board needs a name")?;
        let sides = [self.width_px, self.height_px];
        let longest = sides.into_iter().max().unwrap_or(0);
        limit("board side", longest as usize, BOARD_SIDE_PX_MAX as usize)?;
        limit(
            "board pixels",
            self.pixels() as usize,
            BOARD_PIXELS_MAX as usize,
        )?;
        within(
            sides.into_iter().all(|side| side >= BOARD_SIDE_PX_MIN),
            "a board side is under 8 pixels",
        )?;
        within(
            PITCH_UM.contains(&self.pitch_um),
            "the pixel pitch is not between 0.05 and 200 mm",
        )?;
        within(
            VIEWING_DISTANCE_M.contains(&self.viewing_distance_m),
            "the viewing distance is not between 1 and 1,000 m",
        )
    }
}

impl Slide {
    /// Whether the slide is within the limits and agrees with itself.
    ///
    /// # Errors
    /// [`Error::Limit`] or [`Error::Invalid`] for the first fault.
    pub fn validate(&self) -> Result<(), Error> {
        within(
            (DURATION_MS_MIN..=DURATION_MS_MAX).contains(&self.duration_ms),
            "a slide stands between half a second and a day",
        )?;
        limit("elements", self.elements.len(), ELEMENTS_MAX)?;
        let mut ids = HashSet::new();
        let mut chars = 0;
        for element in &self.elements {
            element.validate()?;
            within(ids.insert(element.id), "two elements have one id")?;
            if let Kind::Text(text) = &element.kind {
                chars += text.text.chars().count();
            }
        }
        limit("characters on a slide", chars, SLIDE_CHARS_MAX)
    }
}

impl Element {
    /// Whether the element is within the limits.
    ///
    /// # Errors
    /// [`Error::Limit`] or [`Error::Invalid`] for the first fault.
    pub fn validate(&self) -> Result<(), Error> {
        self.frame.validate()?;
        match &self.kind {
            Kind::Text(text) => {
                limit("text length", text.text.chars().count(), TEXT_CHARS_MAX)?;
                let family = text.font.family.chars().count();
                limit("font name length", family, NAME_CHARS_MAX)?;
                within(
                    (1..=1000).contains(&text.font.weight),
                    "a font weight is between 1 and 1,000",
                )?;
                within(
                    (50..=300).contains(&text.line_spacing_percent),
                    "line spacing is between 50 and 300 per cent",
                )?;
                match text.size {
                    Size::Fixed { px } => within(
                        (1..=FONT_PX_MAX).contains(&px),
                        "a font size is between 1 and 8,192 pixels",
                    ),
                    Size::Fit { max } => within(
                        max.is_none_or(|max| (1..=Frame::FULL).contains(&max)),
                        "the largest size is between nothing and the board's height",
                    ),
                }
            }
            Kind::Line { thickness, .. } => within(
                (0..=Frame::FULL).contains(thickness),
                "a line is no thicker than the board",
            ),
            Kind::Qr { text } => limit("QR text bytes", text.len(), QR_BYTES_MAX),
            Kind::Image { .. } | Kind::Rect { .. } => Ok(()),
        }
    }
}

impl Frame {
    /// Whether the frame is no larger than the board and no further out than one board.
    ///
    /// # Errors
    /// [`Error::Invalid`].
    pub fn validate(&self) -> Result<(), Error> {
        within(
            [self.x, self.y]
                .iter()
                .all(|at| (-Self::FULL..=2 * Self::FULL).contains(at)),
            "a frame is further than a board away from the board",
        )?;
        within(
            [self.width, self.height]
                .iter()
                .all(|side| (0..=Self::FULL).contains(side)),
            "a frame is larger than the board or less than nothing",
        )
    }
}
