//! Documents: a value, edits with inverses, and a log that makes every acknowledged edit last.
//!
//! One mechanism serves all kinds. The log holds what was done, undone and done again; replaying it
//! gives the document and its whole history of undo, also after a kill.

mod deck;
mod document;
mod programme;
mod recover;
mod table;

pub use document::{Document, Model};
pub use recover::recover_document;
pub use table::{Documents, Shared};
