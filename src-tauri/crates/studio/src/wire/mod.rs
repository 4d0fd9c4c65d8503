//! What crosses to the window, the browser and the terminal: plain data, one place.
//!
//! Times are Unix milliseconds, positions and lengths samples at 48 kHz unless the name says
//! otherwise; ids and digests are text. `cargo xtask gen` writes the TypeScript of all of it.

#![allow(clippy::wildcard_imports)] // one flat vocabulary, by design

mod app;
mod archive;
mod deck;
mod delivery;
mod job;
mod level;
mod problem;
mod programme;
mod request;
mod sound;

pub use app::*;
pub use archive::*;
pub use deck::*;
pub use delivery::*;
pub use job::*;
pub use level::*;
pub use problem::*;
pub use programme::*;
pub use request::*;
pub use sound::*;
