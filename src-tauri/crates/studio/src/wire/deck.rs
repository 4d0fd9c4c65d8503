//! A deck as the window shows it, and what the window may ask to be done to it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A board slides are shown on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Board {
    /// Its name; unique within a deck.
    pub name: String,
    /// Width in pixels.
    pub width_px: u32,
    /// Height in pixels.
    pub height_px: u32,
    /// Distance between pixels in mm.
    pub pitch_mm: f64,
    /// From how far it is read, in metres.
    pub viewing_distance_m: f64,
    /// Whether it is read from passing vehicles.
    pub road: bool,
    /// Whether it is read by day in the sun.
    pub outdoor: bool,
}

/// Where an element stands, in thousandths of the board's width and height.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Frame {
    /// Left edge.
    pub x: f64,
    /// Upper edge.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

/// How text stands in its frame from left to right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum Align {
    /// At the left edge.
    Start,
    /// In the middle.
    Center,
    /// At the right edge.
    End,
}

/// Text of an element.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TextStyle {
    /// Font family, one of the bundled ones.
    pub family: String,
    /// Whether it is bold.
    pub bold: bool,
    /// Height in pixels of the board; `null` fits the text to its frame.
    pub size_px: Option<u32>,
    /// Colour as `#rrggbb`.
    pub colour: String,
    /// How it stands.
    pub align: Align,
}

/// What an element is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum ElementKind {
    /// Text.
    Text {
        /// The words.
        text: String,
        /// How they look.
        style: TextStyle,
    },
    /// A filled rectangle.
    Rect {
        /// Colour as `#rrggbb`.
        colour: String,
    },
    /// A line between two corners of the frame.
    Line {
        /// Colour as `#rrggbb`.
        colour: String,
        /// How thick, in thousandths of the board's height.
        thickness: f64,
    },
    /// A picture.
    Image {
        /// Digest of the picture.
        digest: String,
    },
    /// A QR code.
    Qr {
        /// What it says.
        text: String,
    },
}

/// An element of a slide.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Element {
    /// Its id.
    pub id: String,
    /// Where it stands.
    pub frame: Frame,
    /// What it is.
    pub kind: ElementKind,
}

/// A slide. Its pixels are at `slide/{deck}/{revision}/{slide}/{board}.png` of the media route,
/// `board` being the place of the board in the deck's list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Slide {
    /// Its id.
    pub id: String,
    /// How long it stays.
    pub duration_ms: u32,
    /// Background as `#rrggbb`.
    pub background: String,
    /// From back to front.
    pub elements: Vec<Element>,
}

/// A deck.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Deck {
    /// Its document id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Counts up with each edit, undo and redo.
    pub revision: u64,
    /// When the last edit was safely on disk.
    pub saved_ms: i64,
    /// Boards it is made for.
    pub boards: Vec<Board>,
    /// Slides in order.
    pub slides: Vec<Slide>,
    /// What undo would take back, as the code of an edit.
    pub undo: Option<String>,
    /// What redo would do again.
    pub redo: Option<String>,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// As it should be.
    Good,
    /// Can be shown; better mended.
    Warning,
    /// Must not be shown like this.
    Error,
}

/// One result of a check.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Finding {
    /// Stable code, such as `dwell-time`.
    pub code: String,
    /// How bad.
    pub severity: Severity,
    /// Place of the slide in the deck, from 0.
    pub slide: u32,
    /// The element it is about.
    pub element: Option<String>,
    /// What was measured.
    pub measured: f64,
    /// What it is held against.
    pub needed: f64,
    /// Unit of both, such as `px`, `m`, `s`, `:1`.
    pub unit: String,
    /// The characters, the font family or the word too long for its frame that it is about; empty
    /// otherwise.
    pub detail: String,
    /// Whether `deck_mend` can mend it.
    pub can_mend: bool,
}

/// All checks of a deck on one board, the good ones included.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct CheckReport {
    /// Revision of the deck it belongs to.
    pub revision: u64,
    /// Name of the board.
    pub board: String,
    /// Results.
    pub findings: Vec<Finding>,
}

/// A template a deck can begin with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Template {
    /// Name to ask for it by.
    pub name: String,
    /// Vietnamese title.
    pub title_vi: String,
    /// English title.
    pub title_en: String,
    /// Number of slides.
    pub slides: u32,
    /// Background of its first slide, `#rrggbb`, for a swatch.
    pub colour: String,
}

/// What the window may ask to be done to a deck. Each is one step of undo.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum DeckEdit {
    /// A new title.
    SetTitle {
        /// The title.
        title: String,
    },
    /// A copy of a slide behind it; an empty slide where `copy_of` is `null`.
    AddSlide {
        /// Place in the deck.
        index: u32,
        /// The slide to copy.
        copy_of: Option<String>,
    },
    /// Takes a slide away.
    RemoveSlide {
        /// The slide.
        slide: String,
    },
    /// Moves a slide.
    MoveSlide {
        /// The slide.
        slide: String,
        /// New place in the deck.
        index: u32,
    },
    /// How long a slide stays.
    SetDuration {
        /// The slide.
        slide: String,
        /// In milliseconds.
        duration_ms: u32,
    },
    /// Background of a slide.
    SetBackground {
        /// The slide.
        slide: String,
        /// `#rrggbb`.
        colour: String,
    },
    /// One more element in front.
    AddElement {
        /// The slide.
        slide: String,
        /// Where it stands.
        frame: Frame,
        /// What it is.
        kind: ElementKind,
    },
    /// Takes an element away.
    RemoveElement {
        /// The slide.
        slide: String,
        /// The element.
        element: String,
    },
    /// Where an element stands.
    SetFrame {
        /// The slide.
        slide: String,
        /// The element.
        element: String,
        /// Where.
        frame: Frame,
    },
    /// What an element is: text, colour, picture…
    SetElement {
        /// The slide.
        slide: String,
        /// The element.
        element: String,
        /// What it becomes.
        kind: ElementKind,
    },
    /// One more board.
    AddBoard {
        /// The board.
        board: Board,
    },
    /// Takes a board away; the last one stays.
    RemoveBoard {
        /// Its name.
        name: String,
    },
}
