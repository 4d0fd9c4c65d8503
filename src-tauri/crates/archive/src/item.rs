//! What the store knows of a piece of work: plain data, no SQL.

use units::{Day, Dbtp, Digest, Id, Lufs};

use crate::Error;

macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $code:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
        }

        impl $name {
            /// All of them, in the order in which they are shown.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The word under which it is stored; stable.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)+
                }
            }

            /// The one stored under this word.
            #[must_use]
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|each| each.code() == code)
            }
        }
    };
}

codes!(
    /// What an item is.
    Kind {
        /// A finished programme.
        Programme = "programme",
        /// A piece of a programme: a news reading, an interview.
        Segment = "segment",
        /// A jingle, bed or effect.
        Jingle = "jingle",
        /// A deck of slides for boards.
        Deck = "deck",
        /// One slide as a picture or film.
        Slide = "slide",
        /// A text.
        Article = "article",
        /// A photograph.
        Photo = "photo",
        /// A film clip.
        Video = "video",
        /// Anything else on file.
        Document = "document",
    }
);

codes!(
    /// How far an item has come.
    Status {
        /// Under work.
        Draft = "draft",
        /// Waiting for approval.
        Review = "review",
        /// Approved for broadcast.
        Approved = "approved",
        /// Sent, no receipt yet.
        Sent = "sent",
        /// The province has it: there is a receipt.
        Delivered = "delivered",
    }
);

/// Somebody who took part.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Person {
    /// The name as written.
    pub name: String,
    /// What they did, free text: "người đọc".
    pub role: String,
}

/// Where an item is about: a code and the label as it was written then.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PlaceName {
    /// The official code.
    pub code: String,
    /// The label.
    pub label: String,
}

/// Measured levels of the sound.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Levels {
    /// Integrated loudness. Minus infinity (silence) is kept.
    pub integrated: Lufs,
    /// True peak.
    pub true_peak: Dbtp,
}

/// What people say about an item. Texts are kept as given; put them into NFC beforehand if that
/// matters to you. Searching does not care.
#[derive(Clone, PartialEq, Debug)]
pub struct Metadata {
    /// What it is.
    pub kind: Kind,
    /// How far it is.
    pub status: Status,
    /// At most [`Metadata::TITLE_BYTES_MAX`].
    pub title: String,
    /// The script, the article, the words on the slides; at most [`Metadata::BODY_BYTES_MAX`].
    pub body: String,
    /// Free words, in order.
    pub tags: Vec<String>,
    /// Where it is about.
    pub place: Option<PlaceName>,
    /// Who took part, in order.
    pub people: Vec<Person>,
    /// The day it is of or about.
    pub date: Option<Day>,
    /// How long it runs.
    pub duration_ms: Option<u64>,
    /// Levels of its sound.
    pub levels: Option<Levels>,
}

/// One file of a version.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ItemFile {
    /// Its content, which must be in the store.
    pub digest: Digest,
    /// Its name for people and packages, such as "ban-tin.mp3".
    pub name: String,
    /// Such as "audio/mpeg".
    pub media_type: String,
    /// Its length. Ignored when handed in: the store knows it.
    pub bytes: u64,
    /// What the file is for: "master", "delivery", "source", "preview"; the application's words.
    pub role: String,
}

/// One state of an item's files. Versions are added, never changed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Version {
    /// Counted from 1.
    pub number: u32,
    /// When it was made.
    pub made_ms: i64,
    /// What changed, in words.
    pub note: String,
    /// Its files, in order.
    pub files: Vec<ItemFile>,
}

/// An item with all that belongs to it.
#[derive(Clone, PartialEq, Debug)]
pub struct Item {
    /// Its id.
    pub id: Id,
    /// What people say about it.
    pub metadata: Metadata,
    /// When it was added.
    pub created_ms: i64,
    /// When metadata or versions last changed.
    pub updated_ms: i64,
    /// All versions, oldest first.
    pub versions: Vec<Version>,
}

/// Metadata as it once was.
#[derive(Clone, PartialEq, Debug)]
pub struct PastMetadata {
    /// When it was replaced.
    pub until_ms: i64,
    /// What it was.
    pub metadata: Metadata,
}

/// What a row of a list shows.
#[derive(Clone, PartialEq, Debug)]
pub struct Summary {
    /// Its id.
    pub id: Id,
    /// What it is.
    pub kind: Kind,
    /// How far it is.
    pub status: Status,
    /// Its title.
    pub title: String,
    /// The day it is of or about.
    pub date: Option<Day>,
    /// How long it runs.
    pub duration_ms: Option<u64>,
    /// When it was added.
    pub created_ms: i64,
    /// When it last changed.
    pub updated_ms: i64,
}

impl Metadata {
    /// A title is a line, not a text.
    pub const TITLE_BYTES_MAX: usize = 4 << 10;
    /// A whole book of scripts; beyond it, something else was pasted.
    pub const BODY_BYTES_MAX: usize = 4 << 20;
    /// Tags, and people, of one item.
    pub const LIST_COUNT_MAX: usize = 1_000;
    /// One tag, name or role.
    pub const WORD_BYTES_MAX: usize = 1 << 10;

    /// Metadata with nothing but this.
    #[must_use]
    pub fn new(kind: Kind, title: impl Into<String>) -> Self {
        Self {
            kind,
            status: Status::Draft,
            title: title.into(),
            body: String::new(),
            tags: Vec::new(),
            place: None,
            people: Vec::new(),
            date: None,
            duration_ms: None,
            levels: None,
        }
    }

    /// Refuses what is over a limit.
    pub(crate) fn check(&self) -> Result<(), Error> {
        at_most(
            "the title in bytes",
            self.title.len(),
            Self::TITLE_BYTES_MAX,
        )?;
        at_most("the text in bytes", self.body.len(), Self::BODY_BYTES_MAX)?;
        at_most("the list of tags", self.tags.len(), Self::LIST_COUNT_MAX)?;
        at_most(
            "the list of people",
            self.people.len(),
            Self::LIST_COUNT_MAX,
        )?;
        let people = self.people.iter().flat_map(|p| [&p.name, &p.role]);
        let place = self.place.iter().flat_map(|p| [&p.code, &p.label]);
        self.tags
            .iter()
            .chain(people)
            .chain(place)
            .try_for_each(|word| {
                at_most("a tag or name in bytes", word.len(), Self::WORD_BYTES_MAX)
            })
    }
}

/// Refuses `found` over `limit`.
pub(crate) fn at_most(what: &'static str, found: usize, limit: usize) -> Result<(), Error> {
    if found > limit {
        return Err(Error::TooLarge {
            what,
            limit: limit as u64,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Kind, Status};

    #[test]
    fn every_code_leads_back_to_its_own() {
        for &kind in Kind::ALL {
            assert_eq!(Kind::from_code(kind.code()), Some(kind));
        }
        for &status in Status::ALL {
            assert_eq!(Status::from_code(status.code()), Some(status));
        }
        assert_eq!(Kind::from_code("Programme"), None);
    }
}
