//! What can go wrong with sound, and what can be done about it.

use std::io;

/// A refusal or failure. The text is for logs and terminals; people read the sentence that the UI
/// holds for the code that `studio` maps this to.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The bytes are in no format that the studio reads.
    #[error("not a sound file this program reads: {0}")]
    UnknownFormat(String),
    /// The format is known, the content is damaged or nonsensical.
    #[error("the sound file is damaged: {0}")]
    Damaged(String),
    /// Known, but beyond a stated limit.
    #[error("{what} is {found}, more than the {limit} this program takes")]
    Limit {
        /// What is too large, such as `channels`.
        what: &'static str,
        /// What was found.
        found: u64,
        /// What is taken at the most.
        limit: u64,
    },
    /// A float sample that is no number, or more than 60 dB over full scale: the file is damaged, or its
    /// samples were never brought to ±1.
    #[error("at {at_s:.3} s: a sample that is no number, or over +60 dBFS")]
    OverScale {
        /// Where the first of them stands, in seconds.
        at_s: f64,
    },
    /// There is no sound to work on: empty, all silence, or shorter than 400 ms above the gate.
    #[error("no sound to measure: silence, or under 400 ms")]
    Silence,
    /// The target cannot be written like this.
    #[error("cannot write {0}")]
    UnsupportedTarget(String),
    /// A programme or edit that makes no sense.
    #[error("this edit does not fit the programme: {0}")]
    BadEdit(String),
    /// The encoder refused.
    #[error("encoder: {0}")]
    Encoder(String),
    /// Reading or writing failed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// Stopped on request.
    #[error(transparent)]
    Cancelled(#[from] units::Cancelled),
}
