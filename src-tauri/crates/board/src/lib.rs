//! Boards: the deck and its edits, the scene it resolves to, the pixels, and what can be read from
//! the street.
//!
//! `deck → scene → frame`: [`deck::Deck`] is the value people edit, [`resolve`] turns one slide for
//! one board into a [`Scene`] of outlines and pixels in place, [`draw`] fills a [`Frame`] with it and
//! [`png`] writes that. [`check`] and [`facts`] look at the same scene, so what they say is what is
//! drawn. The preview is the export: there is one renderer and it gives the same pixels on every
//! machine.
//!
//! Pure: no files, clock, environment or threads of its own. Fonts are built in; pictures come
//! through [`Images`].

#![forbid(unsafe_code)]

mod check;
pub mod deck;
mod draw;
mod error;
mod fonts;
mod frame;
mod picture;
mod resolve;
mod scene;
mod template;
mod text;

pub use check::{Code, Finding, Severity, SlideFacts, TextFacts, check, check_slide, facts, rules};
pub use draw::draw;
pub use error::Error;
pub use fonts::{DEFAULT_FAMILY, Fonts};
pub use frame::{Frame, png};
pub use picture::{
    Images, PICTURE_BYTES_MAX, PICTURE_MEMORY_MAX, PICTURE_PIXELS_MAX, Pictures, PixelImage,
};
pub use resolve::resolve;
pub use scene::{Item, Missing, PixelRect, Scene, Shape, TextBlock, TextLine};
pub use template::{Field, Label, Template, boards_from_toml, template_from_json};
pub use text::syllables;
