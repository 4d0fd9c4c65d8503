//! The deck as a value: boards, slides, elements. What a person edits and what is saved.
//!
//! Not here: pixels (see [`resolve`](crate::resolve)) and the file format (`deck/file.rs`). One deck
//! serves several boards: frames are fractions of the board, text fits itself into its frame.

mod colour;
mod edit;
mod element;
mod file;
mod limits;

use units::Id;

pub use colour::Colour;
pub use edit::{Edit, edit_from_json, edit_to_json};
pub use element::{Align, Element, Fit, Font, Frame, Kind, Size, Slope, Text, VerticalAlign};
pub(crate) use file::{BoardFile, DeckFile, Header, malformed};
pub use file::{DECK_VERSION, deck_from_json, deck_to_json};
pub(crate) use limits::limit;
pub use limits::{
    BOARD_PIXELS_MAX, BOARD_SIDE_PX_MAX, BOARD_SIDE_PX_MIN, BOARDS_MAX, DECK_JSON_BYTES_MAX,
    DURATION_MS_MAX, DURATION_MS_MIN, ELEMENTS_MAX, FONT_PX_MAX, NAME_CHARS_MAX, SLIDE_CHARS_MAX,
    SLIDES_MAX, TEXT_CHARS_MAX,
};

/// Slides in playing order and the boards they are made for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deck {
    /// The deck's own name among all decks.
    pub id: Id,
    /// What people call it.
    pub title: String,
    /// The boards it is made for, at least one; names are unique within the deck.
    pub boards: Vec<Board>,
    /// The slides in playing order; the list loops.
    pub slides: Vec<Slide>,
}

/// A surface that shows slides: an LED board or a screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Board {
    /// The board's name within the deck.
    pub id: Id,
    /// What people call it, such as "LED P5 320×160".
    pub name: String,
    /// Pixels from left to right.
    pub width_px: u32,
    /// Pixels from top to bottom.
    pub height_px: u32,
    /// Distance between the centres of two pixels, in micrometres: 5,000 for a P5 board.
    pub pitch_um: u32,
    /// How far away the readers stand, in metres.
    pub viewing_distance_m: u32,
    /// Who reads it.
    pub audience: Audience,
    /// Whether it hangs in the open, where sunlight washes contrast out.
    pub outdoor: bool,
    /// Whether it is read in the dark, where bright letters bloom.
    pub night: bool,
}

/// Who reads a board.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Audience {
    /// People on foot or waiting.
    Pedestrian,
    /// People driving past, who look for moments at a time.
    Road,
}

/// One picture of the deck.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slide {
    /// The slide's name within the deck.
    pub id: Id,
    /// How long it stands, in milliseconds.
    pub duration_ms: u32,
    /// What is behind everything; drawn opaque.
    pub background: Colour,
    /// The elements, lowest first.
    pub elements: Vec<Element>,
}

impl Deck {
    /// The board of this name, as `loa render --board NAME` finds it.
    #[must_use]
    pub fn board_named(&self, name: &str) -> Option<&Board> {
        self.boards.iter().find(|board| board.name == name)
    }

    /// The board of this id.
    #[must_use]
    pub fn board(&self, id: Id) -> Option<&Board> {
        self.boards.iter().find(|board| board.id == id)
    }

    /// The slide of this id.
    #[must_use]
    pub fn slide(&self, id: Id) -> Option<&Slide> {
        self.slides.iter().find(|slide| slide.id == id)
    }

    /// How long one round of all slides takes, in milliseconds.
    #[must_use]
    pub fn duration_ms(&self) -> u64 {
        self.slides
            .iter()
            .map(|slide| u64::from(slide.duration_ms))
            .sum()
    }

    /// The digests of all pictures the deck shows, each once, in order of first use.
    #[must_use]
    pub fn pictures(&self) -> Vec<units::Digest> {
        let mut digests = Vec::new();
        for element in self.slides.iter().flat_map(|slide| &slide.elements) {
            if let Kind::Image { digest, .. } = element.kind
                && !digests.contains(&digest)
            {
                digests.push(digest);
            }
        }
        digests
    }
}

impl Board {
    /// Distance between two pixels in millimetres.
    #[must_use]
    pub fn pitch_mm(&self) -> f64 {
        f64::from(self.pitch_um) / 1000.0
    }

    /// Number of pixels.
    #[must_use]
    pub fn pixels(&self) -> u64 {
        u64::from(self.width_px) * u64::from(self.height_px)
    }
}

impl Slide {
    /// The element of this id.
    #[must_use]
    pub fn element(&self, id: Id) -> Option<&Element> {
        self.elements.iter().find(|element| element.id == id)
    }
}
