//! Decks as documents.

use board::deck::{self, Deck, Edit};

use super::Model;
use crate::translate;
use crate::wire::Problem;

impl Model for Deck {
    type Edit = Edit;

    const KIND: &'static str = "deck";

    fn title(&self) -> &str {
        &self.title
    }

    fn apply(&self, edit: &Edit) -> Result<(Self, Edit), Problem> {
        Ok(Deck::apply(self, edit)?)
    }

    fn edit_code(edit: &Edit) -> &'static str {
        translate::deck::edit_code(edit)
    }

    fn to_json(&self) -> Result<String, Problem> {
        Ok(deck::deck_to_json(self)?)
    }

    fn from_json(text: &str) -> Result<Self, Problem> {
        Ok(deck::deck_from_json(text)?)
    }

    fn edit_to_json(edit: &Edit) -> Result<String, Problem> {
        Ok(deck::edit_to_json(edit)?)
    }

    fn edit_from_json(text: &str) -> Result<Edit, Problem> {
        Ok(deck::edit_from_json(text)?)
    }
}
