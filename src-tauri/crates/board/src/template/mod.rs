//! Templates: decks with fields to fill in, and the list of usual boards. Both are assets, read by
//! the host and parsed here.

mod file;

use std::collections::BTreeMap;

use units::Id;

use crate::Error;
use crate::deck::{Deck, Kind};

pub use file::{boards_from_toml, template_from_json};

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
        for name in values.keys() {
            if !self.fields.iter().any(|field| field.name == *name) {
                return Err(Error::NoSuchField(name.clone()));
            }
        }
        let value = |name: &str| -> Option<&str> {
            let field = self.fields.iter().find(|field| field.name == name)?;
            Some(values.get(name).unwrap_or(&field.sample))
        };
        let mut deck = self.deck.clone();
        deck.id = id;
        deck.title = substitute(&deck.title, &value);
        for element in deck.slides.iter_mut().flat_map(|slide| &mut slide.elements) {
            match &mut element.kind {
                Kind::Text(text) => text.text = substitute(&text.text, &value),
                Kind::Qr { text } => *text = substitute(text, &value),
                Kind::Image { .. } | Kind::Rect { .. } | Kind::Line { .. } => {}
            }
        }
        deck.validate()?;
        Ok(deck)
    }
}

/// `text` with each `{{name}}` that has a value replaced by it, in one pass: what looks like a field
/// within a value stays as it is.
fn substitute<'a>(text: &str, value: &impl Fn(&str) -> Option<&'a str>) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        filled.push_str(before);
        let known = after
            .split_once("}}")
            .and_then(|(name, after)| Some((value(name.trim())?, after)));
        match known {
            Some((value, after)) => {
                filled.push_str(value);
                rest = after;
            }
            None => {
                filled.push_str("{{");
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests;
