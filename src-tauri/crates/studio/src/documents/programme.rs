//! Programmes as documents.

use audio::programme::{self, Edit, Programme};

use super::Model;
use crate::translate;
use crate::wire::Problem;

impl Model for Programme {
    type Edit = Edit;

    const KIND: &'static str = "programme";

    fn title(&self) -> &str {
        &self.title
    }

    fn apply(&self, edit: &Edit) -> Result<(Self, Edit), Problem> {
        Ok(Programme::apply(self, edit)?)
    }

    fn edit_code(edit: &Edit) -> &'static str {
        translate::programme::edit_code(edit)
    }

    fn to_json(&self) -> Result<String, Problem> {
        Ok(programme::to_json(self)?)
    }

    fn from_json(text: &str) -> Result<Self, Problem> {
        Ok(programme::from_json(text.as_bytes())?)
    }

    fn edit_to_json(edit: &Edit) -> Result<String, Problem> {
        Ok(programme::edit_to_json(edit)?)
    }

    fn edit_from_json(text: &str) -> Result<Edit, Problem> {
        Ok(programme::edit_from_json(text.as_bytes())?)
    }
}
