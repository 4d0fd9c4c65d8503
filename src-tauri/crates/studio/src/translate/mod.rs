//! Between what engines know and what crosses the wire.

pub mod archive;
pub mod deck;
pub mod levels;
pub mod problem;
pub mod programme;

use std::str::FromStr;

use crate::wire::{Code, Problem};

/// Reads an id, digest or other name from the wire.
///
/// # Errors
/// [`Code::NotFound`]: a text that is no id names nothing.
pub fn parse<T: FromStr>(text: &str) -> Result<T, Problem> {
    text.parse()
        .map_err(|_| Problem::new(Code::NotFound, format!("nothing is called {text:?}")))
}
