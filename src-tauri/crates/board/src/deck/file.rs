//! The deck file: JSON, versioned, apart from the model so that the model can change its shape
//! without breaking files.
//!
//! Made to be read and written by people too: frames are in per cent of the board, pitch in
//! millimetres, colours `#RRGGBB`, and ids may be left out, in which case a thing gets one from its
//! place in the list.

use serde::{Deserialize, Serialize};
use units::{Digest, Id};

use super::limits::{DECK_JSON_BYTES_MAX, limit};
use super::{
    Align, Audience, Board, Colour, Deck, Element, Fit, Font, Frame, Kind, Size, Slide, Slope,
    Text, VerticalAlign,
};
use crate::Error;

/// The version of deck files this program writes; it reads all versions up to it.
pub const DECK_VERSION: u32 = 1;
/// What a deck file says it is.
const FORMAT: &str = "loa-deck";

/// The deck as a file, pretty-printed, with a final newline. The same deck gives the same bytes.
///
/// # Errors
/// [`Error::Malformed`] should the JSON writer refuse, which a valid deck does not make it do.
pub fn deck_to_json(deck: &Deck) -> Result<String, Error> {
    let mut json = serde_json::to_string_pretty(&DeckFile::from(deck)).map_err(malformed)?;
    json.push('\n');
    Ok(json)
}

/// Reads a deck file of any version up to [`DECK_VERSION`] and validates it.
///
/// # Errors
/// [`Error::Malformed`], [`Error::Version`], [`Error::Limit`] or [`Error::Invalid`].
pub fn deck_from_json(json: &str) -> Result<Deck, Error> {
    limit("deck file bytes", json.len(), DECK_JSON_BYTES_MAX)?;
    Header::check(json, FORMAT, DECK_VERSION)?;
    let file: DeckFile = serde_json::from_str(json).map_err(malformed)?;
    let deck = Deck::from(file);
    deck.validate()?;
    Ok(deck)
}

pub(crate) fn malformed(error: serde_json::Error) -> Error {
    Error::Malformed(error.to_string())
}

#[derive(Deserialize)]
pub(crate) struct Header {
    format: String,
    version: u32,
}

impl Header {
    /// Looks at format and version alone, so that a newer file is told apart from a broken one.
    pub(crate) fn check(json: &str, format: &str, newest: u32) -> Result<(), Error> {
        let header: Self = serde_json::from_str(json).map_err(malformed)?;
        if header.format != format {
            let found = header.format;
            return Err(Error::Malformed(format!(
                "the format is {found:?}, not {format:?}"
            )));
        }
        if header.version == 0 || header.version > newest {
            let found = header.version;
            return Err(Error::Version { found, newest });
        }
        Ok(())
    }
}

/// A deck as it stands in a file, version 1.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeckFile {
    format: String,
    version: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<Key>,
    title: String,
    boards: Vec<BoardFile>,
    slides: Vec<SlideFile>,
}

/// A board as it stands in a deck file and in the list of presets.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BoardFile {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<Key>,
    name: String,
    width_px: u32,
    height_px: u32,
    pitch_mm: Millis,
    viewing_distance_m: u32,
    audience: AudienceFile,
    #[serde(default)]
    outdoor: bool,
    #[serde(default)]
    night: bool,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum AudienceFile {
    Pedestrian,
    Road,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SlideFile {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<Key>,
    duration_ms: u32,
    background: Hex,
    elements: Vec<ElementFile>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ElementFile {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<Key>,
    frame: FrameFile,
    kind: KindFile,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FrameFile {
    x: Percent,
    y: Percent,
    width: Percent,
    height: Percent,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum KindFile {
    Text(TextFile),
    Image(ImageFile),
    Rect(RectFile),
    Line(LineFile),
    Qr(QrFile),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TextFile {
    text: String,
    font: FontFile,
    size: SizeFile,
    colour: Hex,
    align: AlignFile,
    valign: VerticalAlignFile,
    line_spacing_percent: u16,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ImageFile {
    sha256: Sha256,
    fit: FitFile,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RectFile {
    colour: Hex,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LineFile {
    colour: Hex,
    thickness: Percent,
    slope: SlopeFile,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct QrFile {
    text: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FontFile {
    family: String,
    weight: u16,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
enum SizeFile {
    Fixed { px: u16 },
    Fit { max: Option<Percent> },
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum AlignFile {
    Left,
    Centre,
    Right,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum VerticalAlignFile {
    Top,
    Middle,
    Bottom,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum FitFile {
    Cover,
    Contain,
    Stretch,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum SlopeFile {
    Down,
    Up,
}

/// Writes the two conversions of an enum without data.
macro_rules! same_variants {
    ($file:ident, $model:ident, $($variant:ident),+) => {
        impl From<$model> for $file {
            fn from(value: $model) -> Self {
                match value {
                    $($model::$variant => Self::$variant,)+
                }
            }
        }

        impl From<$file> for $model {
            fn from(value: $file) -> Self {
                match value {
                    $($file::$variant => Self::$variant,)+
                }
            }
        }
    };
}

same_variants!(AudienceFile, Audience, Pedestrian, Road);
same_variants!(AlignFile, Align, Left, Centre, Right);
same_variants!(VerticalAlignFile, VerticalAlign, Top, Middle, Bottom);
same_variants!(FitFile, Fit, Cover, Contain, Stretch);
same_variants!(SlopeFile, Slope, Down, Up);

/// An id in text form.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Key(pub(crate) Id);

impl TryFrom<String> for Key {
    type Error = units::IdError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse().map(Self)
    }
}

impl From<Key> for String {
    fn from(key: Key) -> Self {
        key.0.to_string()
    }
}

impl Key {
    /// The id, or one made from the place in the list.
    fn or_place(key: Option<Self>, place: usize) -> Id {
        let number = place as u128 + 1;
        key.map_or_else(|| Id::from_bytes(number.to_be_bytes()), |key| key.0)
    }
}

/// A digest in text form.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
struct Sha256(Digest);

impl TryFrom<String> for Sha256 {
    type Error = units::DigestError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse().map(Self)
    }
}

impl From<Sha256> for String {
    fn from(digest: Sha256) -> Self {
        digest.0.to_string()
    }
}

/// A colour as `#RRGGBB` or `#RRGGBBAA`.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Hex(pub(crate) Colour);

impl TryFrom<String> for Hex {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse().map(Self)
    }
}

impl From<Hex> for String {
    fn from(hex: Hex) -> Self {
        hex.0.to_string()
    }
}

/// A hundred-thousandth of the board as per cent, in steps of 0.001.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub(crate) struct Percent(i32);

impl TryFrom<f64> for Percent {
    type Error = &'static str;

    fn try_from(percent: f64) -> Result<Self, Self::Error> {
        // Far more than any frame may have; the exact limits are the deck's.
        if !(-10_000.0..=10_000.0).contains(&percent) {
            return Err("a place on the board is in per cent of it");
        }
        Ok(Self((percent * 1000.0).round() as i32))
    }
}

impl From<Percent> for f64 {
    fn from(percent: Percent) -> Self {
        Self::from(percent.0) / 1000.0
    }
}

/// Micrometres as millimetres.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
struct Millis(u32);

impl TryFrom<f64> for Millis {
    type Error = &'static str;

    fn try_from(mm: f64) -> Result<Self, Self::Error> {
        if !(0.0..=1_000_000.0).contains(&mm) {
            return Err("a pixel pitch is in millimetres");
        }
        Ok(Self((mm * 1000.0).round() as u32))
    }
}

impl From<Millis> for f64 {
    fn from(millis: Millis) -> Self {
        Self::from(millis.0) / 1000.0
    }
}

impl From<&Deck> for DeckFile {
    fn from(deck: &Deck) -> Self {
        Self {
            format: FORMAT.to_owned(),
            version: DECK_VERSION,
            id: Some(Key(deck.id)),
            title: deck.title.clone(),
            boards: deck.boards.iter().map(BoardFile::from).collect(),
            slides: deck.slides.iter().map(SlideFile::from).collect(),
        }
    }
}

impl From<DeckFile> for Deck {
    fn from(file: DeckFile) -> Self {
        let boards = file.boards.into_iter().enumerate();
        let slides = file.slides.into_iter().enumerate();
        Self {
            id: Key::or_place(file.id, 0),
            title: file.title,
            boards: boards
                .map(|(place, board)| board.into_board(place))
                .collect(),
            slides: slides
                .map(|(place, slide)| slide.into_slide(place))
                .collect(),
        }
    }
}

impl From<&Board> for BoardFile {
    fn from(board: &Board) -> Self {
        Self {
            id: Some(Key(board.id)),
            name: board.name.clone(),
            width_px: board.width_px,
            height_px: board.height_px,
            pitch_mm: Millis(board.pitch_um),
            viewing_distance_m: board.viewing_distance_m,
            audience: board.audience.into(),
            outdoor: board.outdoor,
            night: board.night,
        }
    }
}

impl BoardFile {
    /// The board; `place` in the list gives the id where the file gives none.
    pub(crate) fn into_board(self, place: usize) -> Board {
        Board {
            id: Key::or_place(self.id, place),
            name: self.name,
            width_px: self.width_px,
            height_px: self.height_px,
            pitch_um: self.pitch_mm.0,
            viewing_distance_m: self.viewing_distance_m,
            audience: self.audience.into(),
            outdoor: self.outdoor,
            night: self.night,
        }
    }
}

impl From<&Slide> for SlideFile {
    fn from(slide: &Slide) -> Self {
        Self {
            id: Some(Key(slide.id)),
            duration_ms: slide.duration_ms,
            background: Hex(slide.background),
            elements: slide.elements.iter().map(ElementFile::from).collect(),
        }
    }
}

impl SlideFile {
    pub(crate) fn into_slide(self, place: usize) -> Slide {
        let elements = self.elements.into_iter().enumerate();
        Slide {
            id: Key::or_place(self.id, place),
            duration_ms: self.duration_ms,
            background: self.background.0,
            elements: elements
                .map(|(place, element)| element.into_element(place))
                .collect(),
        }
    }
}

impl From<&Element> for ElementFile {
    fn from(element: &Element) -> Self {
        Self {
            id: Some(Key(element.id)),
            frame: element.frame.into(),
            kind: (&element.kind).into(),
        }
    }
}

impl ElementFile {
    pub(crate) fn into_element(self, place: usize) -> Element {
        Element {
            id: Key::or_place(self.id, place),
            frame: self.frame.into(),
            kind: self.kind.into(),
        }
    }
}

impl From<Frame> for FrameFile {
    fn from(frame: Frame) -> Self {
        Self {
            x: Percent(frame.x),
            y: Percent(frame.y),
            width: Percent(frame.width),
            height: Percent(frame.height),
        }
    }
}

impl From<FrameFile> for Frame {
    fn from(file: FrameFile) -> Self {
        Self {
            x: file.x.0,
            y: file.y.0,
            width: file.width.0,
            height: file.height.0,
        }
    }
}

impl From<&Kind> for KindFile {
    fn from(kind: &Kind) -> Self {
        match kind {
            Kind::Text(text) => Self::Text(TextFile {
                text: text.text.clone(),
                font: FontFile {
                    family: text.font.family.clone(),
                    weight: text.font.weight,
                },
                size: match text.size {
                    Size::Fixed { px } => SizeFile::Fixed { px },
                    Size::Fit { max } => SizeFile::Fit {
                        max: max.map(Percent),
                    },
                },
                colour: Hex(text.colour),
                align: text.align.into(),
                valign: text.valign.into(),
                line_spacing_percent: text.line_spacing_percent,
            }),
            Kind::Image { digest, fit } => Self::Image(ImageFile {
                sha256: Sha256(*digest),
                fit: (*fit).into(),
            }),
            Kind::Rect { colour } => Self::Rect(RectFile {
                colour: Hex(*colour),
            }),
            Kind::Line {
                colour,
                thickness,
                slope,
            } => Self::Line(LineFile {
                colour: Hex(*colour),
                thickness: Percent(*thickness),
                slope: (*slope).into(),
            }),
            Kind::Qr { text } => Self::Qr(QrFile { text: text.clone() }),
        }
    }
}

impl From<KindFile> for Kind {
    fn from(file: KindFile) -> Self {
        match file {
            KindFile::Text(file) => Self::Text(Text {
                text: file.text,
                font: Font {
                    family: file.font.family,
                    weight: file.font.weight,
                },
                size: match file.size {
                    SizeFile::Fixed { px } => Size::Fixed { px },
                    SizeFile::Fit { max } => Size::Fit {
                        max: max.map(|max| max.0),
                    },
                },
                colour: file.colour.0,
                align: file.align.into(),
                valign: file.valign.into(),
                line_spacing_percent: file.line_spacing_percent,
            }),
            KindFile::Image(file) => Self::Image {
                digest: file.sha256.0,
                fit: file.fit.into(),
            },
            KindFile::Rect(file) => Self::Rect {
                colour: file.colour.0,
            },
            KindFile::Line(file) => Self::Line {
                colour: file.colour.0,
                thickness: file.thickness.0,
                slope: file.slope.into(),
            },
            KindFile::Qr(file) => Self::Qr { text: file.text },
        }
    }
}

#[cfg(test)]
mod tests;
