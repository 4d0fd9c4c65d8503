//! Templates: decks with fields to fill in, and the list of usual boards. Both are assets, read by
//! the host and parsed here.

use std::collections::BTreeMap;

use units::Id;

use crate::Error;
use crate::deck::{Board, Deck};

/// A deck with fields. In its texts `{{name}}` stands for the value of the field `name`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// Stable name, such as `storm-warning`.
    pub key: String,
    /// What people call it.
    pub title: Label,
    /// What can be filled in, in order.
    pub fields: Vec<Field>,
    deck: Deck,
}

/// Words in both languages of the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Vietnamese.
    pub vi: String,
    /// English.
    pub en: String,
}

/// Something to fill in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name in the texts.
    pub name: String,
    /// What people call it.
    pub label: Label,
    /// What it says until someone fills it in.
    pub sample: String,
}

impl Template {
    /// A deck with this id: fields in `values` have those values, the others their samples.
    ///
    /// # Errors
    /// [`Error::NoSuchField`] for a value without field; [`Error::Limit`] for one that is too long.
    pub fn fill(&self, id: Id, values: &BTreeMap<String, String>) -> Result<Deck, Error> {
        let _ = (id, values);
        todo!()
    }
}

/// Reads a template of `assets/templates`.
///
/// # Errors
/// [`Error::Malformed`], [`Error::Version`], [`Error::Limit`] or [`Error::Invalid`].
pub fn template_from_json(json: &str) -> Result<Template, Error> {
    let _ = json;
    todo!()
}

/// Reads the list of usual boards, `assets/presets/boards.toml`.
///
/// # Errors
/// [`Error::Malformed`], [`Error::Limit`] or [`Error::Invalid`].
pub fn boards_from_toml(toml: &str) -> Result<Vec<Board>, Error> {
    let _ = toml;
    todo!()
}
