//! What can go wrong with a deck, and what can be done about it.
//!
//! Text that does not fit or a picture that is not there is no error: the slide is drawn and a
//! [`Finding`](crate::Finding) says so.

use std::io;

/// A refusal or failure. The text is for logs and terminals; people read the sentence that the UI
/// holds for the code that `studio` maps this to.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The text is not a deck, edit, template or board list: wrong syntax, field or type.
    #[error("not a deck file: {0}")]
    Malformed(String),
    /// A file of a newer program.
    #[error("the file is in version {found}, this program reads up to {newest}")]
    Version {
        /// The version the file states.
        found: u32,
        /// The newest version this program reads.
        newest: u32,
    },
    /// Beyond a stated limit.
    #[error("{what} is {found}, more than the {limit} this program takes")]
    Limit {
        /// What is too large, such as `slides`.
        what: &'static str,
        /// What was found.
        found: u64,
        /// What is taken at the most.
        limit: u64,
    },
    /// A deck that contradicts itself, such as two slides of one id.
    #[error("the deck makes no sense: {0}")]
    Invalid(String),
    /// An edit that does not fit this deck: an unknown id, an index past the end.
    #[error("this edit does not fit the deck: {0}")]
    BadEdit(String),
    /// A value was given for a field the template does not have.
    #[error("the template has no field {0:?}")]
    NoSuchField(String),
    /// There is no slide of this number.
    #[error("there is no slide {index}, the deck has {count}")]
    NoSuchSlide {
        /// The number asked for, from 0.
        index: usize,
        /// How many there are.
        count: usize,
    },
    /// A bundled font could not be read: the program itself is damaged.
    #[error("bundled font {0} cannot be read")]
    Font(&'static str),
    /// The PNG could not be written.
    #[error(transparent)]
    Io(#[from] io::Error),
}
