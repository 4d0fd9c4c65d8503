//! Bodies of the commands declared in [`crate::schema`]: check the request, call the engines,
//! translate the answer. Nothing here computes.

#![allow(clippy::wildcard_imports)] // the schema calls them by one flat name

mod app;
mod archive;
mod checks;
mod deck;
mod documents;
mod packages;
mod programme;
mod sound;

pub use app::*;
pub use archive::*;
pub use checks::*;
pub use deck::*;
pub use documents::*;
pub use packages::*;
pub use programme::*;
pub use sound::*;
