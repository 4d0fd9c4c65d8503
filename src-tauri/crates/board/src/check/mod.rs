//! Checks: what will not be readable from the street, as data. The words for it are the UI's.

mod contrast;
mod ground;
mod judge;
mod letters;
mod measure;
pub mod rules;

use units::Id;

pub use judge::{check, check_slide};
pub use measure::{SlideFacts, TextFacts, facts};

/// One thing found on one slide for one board.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// What kind.
    pub code: Code,
    /// How bad.
    pub severity: Severity,
    /// Number of the slide, from 0.
    pub slide: usize,
    /// The element it is about; `None` for the slide as a whole.
    pub element: Option<Id>,
    /// What was measured, in `unit`.
    pub measured: f64,
    /// What is needed, in `unit`.
    pub needed: f64,
    /// Unit of both: `px`, `B`, `m`, `:1`, `%`, `s`, `char`, `file`, `font`.
    pub unit: &'static str,
    /// What it is about where figures do not say it: the characters that no font has, the family that
    /// is not bundled, the word that is wider than its frame (its beginning). Empty otherwise.
    pub detail: String,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Good to know.
    Notice,
    /// Readable with effort.
    Warning,
    /// Not readable, or not shown.
    Error,
}

impl Severity {
    /// The stable name: `notice`, `warning`, `error`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Notice => "notice",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// The kinds of findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// `text-too-small`: too few pixels to tell tone marks apart. Font size in px.
    TextTooSmall,
    /// `distance-day`: letters too small for the viewing distance by day. Distances in m.
    DistanceDay,
    /// `distance-night`: too small in the dark, where bright letters bloom. Distances in m.
    DistanceNight,
    /// `contrast`: text against what is behind it. Ratio to one.
    Contrast,
    /// `dwell-time`: the slide stands too briefly for its syllables; an estimate. Seconds.
    DwellTime,
    /// `outside-safe-area`: ink too near to the edge, or cut off by it (error). Pixels.
    OutsideSafeArea,
    /// `text-overflow`: ink outside its frame at the smallest legible size: split into two slides, or,
    /// where a word is named, shorten it or widen its frame.
    /// Height or width of ink and frame in px, whichever overflows more.
    TextOverflow,
    /// `text-covered`: something is drawn over the letters. Share still seen, in per cent.
    TextCovered,
    /// `image-missing`: the archive has no such picture.
    ImageMissing,
    /// `image-unreadable`: the picture is damaged or of an unknown format.
    ImageUnreadable,
    /// `image-too-large`: beyond the limits for pictures.
    ImageTooLarge,
    /// `font-missing`: the family is not bundled; drawn in the default family.
    FontMissing,
    /// `glyph-missing`: characters no bundled font has. Their number.
    GlyphMissing,
    /// `qr-too-small`: no room for the code's modules. Pixels.
    QrTooSmall,
    /// `no-room`: the frame has no pixels on this board.
    NoRoom,
}

impl Code {
    /// The stable name, part of the contract of `loa check`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TextTooSmall => "text-too-small",
            Self::DistanceDay => "distance-day",
            Self::DistanceNight => "distance-night",
            Self::Contrast => "contrast",
            Self::DwellTime => "dwell-time",
            Self::OutsideSafeArea => "outside-safe-area",
            Self::TextOverflow => "text-overflow",
            Self::TextCovered => "text-covered",
            Self::ImageMissing => "image-missing",
            Self::ImageUnreadable => "image-unreadable",
            Self::ImageTooLarge => "image-too-large",
            Self::FontMissing => "font-missing",
            Self::GlyphMissing => "glyph-missing",
            Self::QrTooSmall => "qr-too-small",
            Self::NoRoom => "no-room",
        }
    }
}

#[cfg(test)]
mod agreement_tests;
#[cfg(test)]
mod tests;
