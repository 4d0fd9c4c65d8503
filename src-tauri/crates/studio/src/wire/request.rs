//! What commands take, where an id is not enough.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{DeckEdit, DocumentKind, Heard, ItemStatus, Package, Person, ProgrammeEdit};

/// Asks for documents; all kinds where `kind` is `null`.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ListDocuments {
    /// Only this kind.
    pub kind: Option<DocumentKind>,
}

/// A new programme.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct NewProgramme {
    /// Its title.
    pub title: String,
}

/// A new deck.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct NewDeck {
    /// The template it begins with.
    pub template: String,
    /// Its title; empty takes the template's.
    pub title: String,
}

/// An edit of a programme.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct EditProgramme {
    /// The programme.
    pub id: String,
    /// The edit.
    pub edit: ProgrammeEdit,
}

/// An edit of a deck.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct EditDeck {
    /// The deck.
    pub id: String,
    /// The edit.
    pub edit: DeckEdit,
}

/// Takes an offered file, an archived sound or a recovered take into a programme.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ImportSound {
    /// The programme.
    pub programme: String,
    /// Where the sound comes from.
    pub from: SoundFrom,
    /// The track it is laid on; the first one where `null`.
    pub track: Option<String>,
    /// Where it is laid; behind all clips of the track where `null`.
    pub position: Option<i64>,
}

/// Where a sound comes from.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum SoundFrom {
    /// A file the person offered.
    Offer {
        /// The offer.
        id: String,
    },
    /// A file of the archive.
    Object {
        /// Its digest.
        digest: String,
        /// Name for people.
        name: String,
    },
    /// A take an earlier run did not finish.
    Take {
        /// Its name.
        name: String,
    },
}

/// Takes a picture into a slide.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ImportPicture {
    /// The deck.
    pub deck: String,
    /// The slide.
    pub slide: String,
    /// A file the person offered.
    pub offer: String,
}

/// Renders a programme to a profile.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Render {
    /// The programme.
    pub id: String,
    /// The profile; the one in settings where `null`.
    pub profile: Option<String>,
}

/// Puts a document into the archive.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ToArchive {
    /// The document.
    pub id: String,
    /// Script or text, to be found by.
    pub body: String,
    /// Free tags.
    pub tags: Vec<String>,
    /// Who made it.
    pub people: Vec<Person>,
    /// Where it stands.
    pub status: ItemStatus,
}

/// Changes what is written about an item; `null` leaves a field as it is.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ChangeItem {
    /// The item.
    pub id: String,
    /// Its title.
    pub title: Option<String>,
    /// Its text.
    pub body: Option<String>,
    /// Its tags.
    pub tags: Option<Vec<String>>,
    /// Where it stands.
    pub status: Option<ItemStatus>,
}

/// Checks a deck on one board.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct CheckDeck {
    /// The deck.
    pub id: String,
    /// Name of the board.
    pub board: String,
}

/// Mends what a finding is about, as one step of undo.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct MendDeck {
    /// The deck.
    pub id: String,
    /// Name of the board.
    pub board: String,
    /// Code of the finding.
    pub code: String,
    /// Place of the slide.
    pub slide: u32,
    /// The element.
    pub element: Option<String>,
}

/// Loads something into the transport and plays it.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Play {
    /// What.
    pub heard: Heard,
    /// From where, in samples.
    pub from: i64,
}

/// Goes to a position.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Seek {
    /// Where, in samples.
    pub position: i64,
}

/// Begins a recording.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct StartRecording {
    /// The programme the take goes to.
    pub programme: String,
    /// The track it is laid on; the first one where `null`.
    pub track: Option<String>,
    /// Where it is laid; behind all clips of the track where `null`.
    pub position: Option<i64>,
    /// The microphone; the one in settings where `null`.
    pub device: Option<String>,
}

/// Seals items into a package.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct NewPackage {
    /// Its title.
    pub title: String,
    /// Items of the archive.
    pub items: Vec<String>,
    /// Whether it overtakes others.
    pub emergency: bool,
    /// Who approved it; empty where nobody did.
    pub approved_by: String,
    /// Whether it is queued for sending as soon as it is sealed.
    pub send: bool,
}

/// Names a package, and where it goes.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct MovePackage {
    /// The package.
    pub id: String,
    /// The upload address of one of its deliveries. `null` means, for sending, where packages go now,
    /// and else all of them.
    pub destination: Option<String>,
}

/// Cuts the line of the training province on purpose, to watch a package go on by itself.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct CutLine {
    /// After how many bytes of the next upload; once each.
    pub after_bytes: Vec<u64>,
}

/// Packages, the newest first.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Packages {
    /// The packages.
    pub packages: Vec<Package>,
}

/// Which files a dialog should show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum PickKind {
    /// Sound and video.
    Sound,
    /// Pictures.
    Picture,
}

/// Asks the person to choose files in a window of the operating system.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct PickFiles {
    /// Which.
    pub kind: PickKind,
}
