//! The application as a whole: documents, settings, offers, events.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    Job, KindCount, Levels, Meter, Package, Problem, Recording, RecoveredTake, StatusCount,
    Transport,
};

/// No request, no response.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Nothing {}

/// Names one thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ById {
    /// Its id.
    pub id: String,
}

/// A document being worked on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum DocumentKind {
    /// A radio programme.
    Programme,
    /// Slides for boards.
    Deck,
}

/// A document in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Document {
    /// Its id.
    pub id: String,
    /// What it is.
    pub kind: DocumentKind,
    /// Its title.
    pub title: String,
    /// When it last changed.
    pub updated_ms: i64,
    /// Length: of sound, or of one round of slides.
    pub duration_ms: u64,
    /// Clips or slides.
    pub parts: u32,
    /// Levels of the last rendition, for sound.
    pub levels: Option<Levels>,
    /// Whether what stands in the archive is this revision.
    pub archived: bool,
    /// Why it cannot be opened; `null` where it can.
    pub problem: Option<Problem>,
}

/// What came of recovering a damaged document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RecoveredDocument {
    /// The document, which opens now.
    pub id: String,
    /// What it is.
    pub kind: DocumentKind,
    /// Its title.
    pub title: String,
    /// When the last edit was made that is there.
    pub kept_until_ms: i64,
    /// Edits known to have been made after that one: they are missing.
    pub missing: u64,
    /// Whether more may be missing than can be counted.
    pub may_miss_more: bool,
    /// When the last of the missing edits was made, where that can still be read.
    pub missing_until_ms: Option<i64>,
    /// Where the damaged files are kept as they were; empty where nothing was damaged.
    pub kept: Vec<String>,
}

/// What the person chose once and for all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Settings {
    /// `vi` or `en`.
    pub language: String,
    /// `light`, `dark` or `system`.
    pub theme: String,
    /// Name of the team.
    pub team: String,
    /// Place it works for, as written.
    pub place: String,
    /// Code of that place, if known.
    pub place_code: String,
    /// Name of the person at the desk.
    pub person: String,
    /// Address of the province's intake; empty sends nowhere.
    pub destination: String,
    /// The province's public key, in minisign form; while it is empty no receipt of it counts.
    pub destination_key: String,
    /// Whether packages go to the training province instead; the destination stays as it is.
    #[serde(default)]
    pub practice: bool,
    /// Send no faster than this many kilobytes a second; 0 means no limit.
    pub limit_kbps: u32,
    /// Chosen microphone; empty means the system's.
    pub input: String,
    /// Chosen loudspeaker; empty means the system's.
    pub output: String,
    /// Profile for renditions.
    pub profile: String,
}

/// The training province in this process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Sandbox {
    /// Whether this host can start one.
    pub available: bool,
    /// Its address, where it runs.
    pub url: Option<String>,
}

/// What is always in sight.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct AppState {
    /// Version of the program.
    pub version: String,
    /// Folder of the archive.
    pub store: String,
    /// Settings.
    pub settings: Settings,
    /// The training province.
    pub sandbox: Sandbox,
    /// Fingerprint of this desk's signing key.
    pub key_fingerprint: String,
    /// Items in the archive.
    pub items: u64,
    /// Whether files are chosen in a window of the operating system.
    pub has_dialogs: bool,
    /// Playback.
    pub transport: Transport,
    /// Recording, if any.
    pub recording: Option<Recording>,
    /// Work under way and lately finished.
    pub jobs: Vec<Job>,
    /// Takes an earlier run did not finish.
    pub recovered: Vec<RecoveredTake>,
    /// Documents whose last record was unfinished or damaged and was set aside on opening.
    pub torn_documents: Vec<String>,
    /// Documents recovered since the start of the program.
    pub recovered_documents: Vec<RecoveredDocument>,
    /// Why the archive can only be read; `null` where it can be written to.
    pub unwritable: Option<Problem>,
}

/// The first screen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Home {
    /// Documents, the newest first.
    pub documents: Vec<Document>,
    /// Packages, the newest first.
    pub packages: Vec<Package>,
    /// Items in the archive by kind.
    pub kinds: Vec<KindCount>,
    /// Items in the archive by status.
    pub statuses: Vec<StatusCount>,
}

/// A file the person offered: dropped, chosen, uploaded. It is not read yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Offer {
    /// To ask for it by.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// What it seems to be, by its content.
    pub kind: OfferKind,
}

/// What an offered file seems to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum OfferKind {
    /// Sound, or a video with sound.
    Sound,
    /// A picture.
    Picture,
    /// Something else.
    Other,
}

/// What happens, in order; a meter replaces an older one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Event {
    /// A job began, moved or ended.
    Job(Job),
    /// A document changed.
    Document {
        /// The document.
        id: String,
        /// Its revision.
        revision: u64,
    },
    /// Documents came or went.
    Documents,
    /// Playback changed.
    Transport(Transport),
    /// Recording went on; `null` says it ended.
    Recording {
        /// How far.
        recording: Option<Recording>,
    },
    /// Live levels.
    Meter(Meter),
    /// A package moved.
    Package(Package),
    /// The archive changed.
    Archive,
    /// Settings or the training province changed.
    Settings,
    /// Files were dropped on the window.
    Offered {
        /// The files.
        offers: Vec<Offer>,
        /// Why others could not be taken: folders, files that may not be read.
        problems: Vec<Problem>,
    },
}
