//! Items of the archive and the search for them.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Levels;

/// What an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum ItemKind {
    /// A whole programme.
    Programme,
    /// A segment, a take, a source.
    Segment,
    /// Jingle or bed.
    Jingle,
    /// A deck with its pictures.
    Deck,
    /// A news item.
    Article,
    /// A photo.
    Photo,
    /// A video clip.
    Video,
    /// Any other document.
    Document,
}

/// Where an item stands on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum ItemStatus {
    /// Being worked on.
    Draft,
    /// Waits for approval.
    Review,
    /// Approved.
    Approved,
    /// The province holds it, with a receipt.
    Delivered,
}

/// A person with a role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Person {
    /// Name.
    pub name: String,
    /// Role, such as `announcer`.
    pub role: String,
}

/// A file of an item. Its bytes are at `object/{digest}` of the media route.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ItemFile {
    /// Digest of its content.
    pub digest: String,
    /// Its name.
    pub name: String,
    /// Media type, such as `audio/mpeg`.
    pub media_type: String,
    /// Size.
    pub bytes: u64,
}

/// A version of an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ItemVersion {
    /// 1, 2, 3…
    pub number: u32,
    /// When it was made.
    pub created_ms: i64,
    /// What changed.
    pub note: String,
    /// Its files.
    pub files: Vec<ItemFile>,
}

/// An item, whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Item {
    /// Its id.
    pub id: String,
    /// What it is.
    pub kind: ItemKind,
    /// Its title.
    pub title: String,
    /// Script, slide text or article.
    pub body: String,
    /// Free tags.
    pub tags: Vec<String>,
    /// Place it is about, as written.
    pub place: Option<String>,
    /// Who made it.
    pub people: Vec<Person>,
    /// Where it stands.
    pub status: ItemStatus,
    /// When it was put in.
    pub created_ms: i64,
    /// When it last changed.
    pub updated_ms: i64,
    /// Length, for sound.
    pub duration_ms: Option<u64>,
    /// Levels, for sound.
    pub levels: Option<Levels>,
    /// The document it was made from, if it is still here.
    pub document: Option<String>,
    /// All versions, the newest last.
    pub versions: Vec<ItemVersion>,
}

/// A stretch of text and whether it matched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Marked {
    /// The words.
    pub text: String,
    /// Whether they are what was looked for.
    pub hit: bool,
}

/// An item in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Hit {
    /// The item.
    pub id: String,
    /// What it is.
    pub kind: ItemKind,
    /// Where it stands.
    pub status: ItemStatus,
    /// Title with what matched.
    pub title: Vec<Marked>,
    /// A piece of the text around what matched.
    pub snippet: Vec<Marked>,
    /// When it last changed.
    pub updated_ms: i64,
    /// Length, for sound.
    pub duration_ms: Option<u64>,
    /// First picture of it, for a thumbnail.
    pub picture: Option<String>,
    /// First sound of it, for a waveform.
    pub sound: Option<String>,
}

/// What to look for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct SearchRequest {
    /// Words, with or without marks; the last may be a beginning. Empty lists all.
    pub text: String,
    /// Only these kinds; empty means all.
    pub kinds: Vec<ItemKind>,
    /// Only these statuses; empty means all.
    pub statuses: Vec<ItemStatus>,
    /// How many to skip.
    pub offset: u32,
    /// How many at the most, up to 200.
    pub limit: u32,
}

/// How many items are of a kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct KindCount {
    /// The kind.
    pub kind: ItemKind,
    /// How many.
    pub count: u64,
}

/// How many items are of a status.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct StatusCount {
    /// The status.
    pub status: ItemStatus,
    /// How many.
    pub count: u64,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct SearchPage {
    /// The items, best first; by date where there are no words.
    pub hits: Vec<Hit>,
    /// How many there are in all, or at the least.
    pub total: u64,
    /// Whether all were counted: of a word that stands everywhere only so many are.
    pub total_is_exact: bool,
    /// Time taken in the index, in milliseconds.
    pub took_ms: f64,
    /// Items in the whole archive by kind.
    pub kinds: Vec<KindCount>,
    /// Items in the whole archive by status.
    pub statuses: Vec<StatusCount>,
}
