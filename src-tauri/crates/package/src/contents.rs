//! What a package holds, as the caller says it: the model that is sealed.

use std::fmt;
use std::sync::Arc;

use units::{Digest, Id, Lufs, Place, ReadAt};

use crate::path::PortablePath;
use crate::stamp::Stamp;

/// Everything that goes into one package. Same contents and key, same bytes.
#[derive(Clone, Debug)]
pub struct Contents {
    /// Names the package through all its versions.
    pub package_id: Id,
    /// Counts from 1; a higher one replaces a lower one.
    pub version: u32,
    /// When it was put together.
    pub created: Stamp,
    /// What people call it; at most [`crate::limits::TITLE_CHARS_MAX`] characters.
    pub title: String,
    /// BCP 47 tag, such as `vi`.
    pub language: String,
    /// The unit that made it, such as a commune's information team.
    pub organisation: String,
    /// The pieces, in the order in which they are to be read.
    pub items: Vec<Item>,
    /// What shall happen with it.
    pub delivery: Delivery,
    /// The bytes. Each file is spoken of by at least one item. Any order.
    pub files: Vec<PayloadFile>,
}

/// One file of the payload.
#[derive(Clone)]
pub struct PayloadFile {
    /// Where it lies under `data/`.
    pub path: PortablePath,
    /// Its bytes.
    pub bytes: Arc<dyn ReadAt>,
}

impl fmt::Debug for PayloadFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} bytes)", self.path, self.bytes.len())
    }
}

/// What a piece is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Writing, with or without pictures.
    Article,
    /// A programme or clip to be heard.
    Audio,
    /// Slides for an LED board.
    Deck,
    /// A still picture.
    Picture,
    /// A moving picture.
    Video,
    /// Any other file, such as a scanned decision.
    Document,
}

/// Neither urgent nor to be put off (IPTC: 1 is the most urgent, 9 the least).
const URGENCY_ORDINARY: u8 = 5;

/// One piece: a news item with its files.
#[derive(Clone, Debug)]
pub struct Item {
    /// The item's id in the archive.
    pub id: Id,
    /// What it is.
    pub kind: Kind,
    /// Its title.
    pub headline: String,
    /// A sentence or two.
    pub summary: Option<String>,
    /// The text to be read on paper or screen.
    pub body: Option<String>,
    /// The text to be read aloud.
    pub script: Option<String>,
    /// Who made it, each with a role.
    pub people: Vec<Person>,
    /// Where it happens.
    pub place: Option<Place>,
    /// What it is about.
    pub subjects: Vec<Subject>,
    /// 1 is the most urgent, 9 the least (IPTC); 5 is ordinary.
    pub urgency: u8,
    /// Not to be published before.
    pub valid_from: Option<Stamp>,
    /// Not to be published from then on.
    pub valid_until: Option<Stamp>,
    /// When the content was made.
    pub created: Option<Stamp>,
    /// Who holds the rights, in words.
    pub rights: Option<String>,
    /// How it came to be, as a code of the IPTC digital source type scheme, such as
    /// `trainedAlgorithmicMedia` for a synthetic voice.
    pub digital_source: Option<String>,
    /// Its files.
    pub files: Vec<FileRef>,
}

impl Item {
    /// An item of ordinary urgency of which nothing more is known.
    #[must_use]
    pub fn plain(id: Id, kind: Kind, headline: impl Into<String>, files: Vec<FileRef>) -> Self {
        Self {
            id,
            kind,
            headline: headline.into(),
            summary: None,
            body: None,
            script: None,
            people: vec![],
            place: None,
            subjects: vec![],
            urgency: URGENCY_ORDINARY,
            valid_from: None,
            valid_until: None,
            created: None,
            rights: None,
            digital_source: None,
            files,
        }
    }
}

/// A person with a role.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Person {
    /// The name as written.
    pub name: String,
    /// The role in free words, such as `phát thanh viên`.
    pub role: String,
}

/// A subject, from a list or free.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Subject {
    /// The code in the controlled list, if it comes from one.
    pub code: Option<String>,
    /// The name people read.
    pub name: String,
}

/// What an item says about one of its files.
#[derive(Clone, Debug)]
pub struct FileRef {
    /// Which file of the payload.
    pub path: PortablePath,
    /// Media type, such as `audio/mpeg`.
    pub media_type: String,
    /// The digest that was approved; sealing fails where the bytes differ.
    pub digest_expected: Option<Digest>,
    /// What the file is to the item.
    pub role: Role,
    /// Length in milliseconds, of sound and video.
    pub duration_ms: Option<u64>,
    /// Width and height in pixels, of pictures and video.
    pub pixels: Option<(u32, u32)>,
    /// Levels of the file as it lies here, of sound.
    pub levels: Option<Levels>,
    /// Checks of the slide against its board.
    pub board: Option<BoardCheck>,
}

impl FileRef {
    /// A file about which nothing more is known.
    #[must_use]
    pub fn plain(path: PortablePath, media_type: &str, role: Role) -> Self {
        Self {
            path,
            media_type: media_type.to_owned(),
            digest_expected: None,
            role,
            duration_ms: None,
            pixels: None,
            levels: None,
            board: None,
        }
    }
}

/// What a file is to its item.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// The thing itself, ready to be played or shown.
    Main,
    /// One slide of a deck.
    Slide,
    /// A picture that goes with it.
    Illustration,
    /// The source it was made from.
    Source,
    /// A written record of what is said.
    Transcript,
    /// Anything else.
    Attachment,
}

/// Levels measured on the file as delivered (ITU-R BS.1770-5, EBU Tech 3342).
#[derive(Clone, PartialEq, Debug)]
pub struct Levels {
    /// Integrated loudness.
    pub integrated: Lufs,
    /// Highest true peak.
    pub true_peak: units::Dbtp,
    /// Loudness range in LU.
    pub range_lu: Option<f64>,
    /// Whether one channel was measured as two equal ones.
    pub dual_mono: bool,
    /// Name of the loudness profile it was made for.
    pub profile: Option<String>,
}

/// The checks of one slide against one board.
#[derive(Clone, PartialEq, Debug)]
pub struct BoardCheck {
    /// The board's name.
    pub board: String,
    /// Its size in pixels.
    pub pixels: (u32, u32),
    /// How long the slide stands, in milliseconds.
    pub dwell_ms: Option<u64>,
    /// What was found. Empty means all checks passed.
    pub findings: Vec<Finding>,
}

/// One finding of the board's checks.
#[derive(Clone, PartialEq, Debug)]
pub struct Finding {
    /// Stable code, such as `text-too-small`.
    pub code: String,
    /// `error` or `warning`, as the check says it.
    pub severity: String,
    /// What was measured, in words or numbers.
    pub measured: Option<String>,
    /// What was needed.
    pub needed: Option<String>,
}

/// What shall happen with the package.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Delivery {
    /// How urgent the sending is.
    pub priority: Priority,
    /// Who said it may go out. `None` where nobody has: a draft or a test.
    pub approval: Option<Approval>,
    /// Where it shall be heard, shown or read.
    pub targets: Vec<Target>,
    /// When.
    pub schedule: Vec<Slot>,
    /// Not before.
    pub valid_from: Option<Stamp>,
    /// Not from then on.
    pub valid_until: Option<Stamp>,
}

/// How urgent the sending is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Priority {
    /// In its turn.
    #[default]
    Normal,
    /// Before the others.
    High,
    /// Overtakes everything.
    Emergency,
}

/// Who said it may go out.
#[derive(Clone, PartialEq, Debug)]
pub struct Approval {
    /// The name.
    pub by: String,
    /// The office.
    pub role: String,
    /// When.
    pub at: Stamp,
    /// Number of the decision, if there is one.
    pub document: Option<String>,
}

/// Where it shall go.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Target {
    /// `speaker`, `board`, `portal`, `station` or a word of the destination's own.
    pub kind: String,
    /// The destination's code.
    pub code: String,
    /// The name people read.
    pub label: String,
}

/// When an item shall be played or shown.
#[derive(Clone, PartialEq, Debug)]
pub struct Slot {
    /// Which item.
    pub item: Id,
    /// The first time.
    pub start: Stamp,
    /// The last moment of one showing, if bounded.
    pub end: Option<Stamp>,
    /// Repetition as an RFC 5545 recurrence rule without its name, such as `FREQ=DAILY;COUNT=3`.
    pub repeat: Option<String>,
}
