//! Deck to scene: fractions of the board become whole pixels, text becomes outlines, pictures become
//! pixels at the board's size.

use crate::deck::{Board, Deck};
use crate::{Error, Fonts, Pictures, Scene};

/// Resolves slide number `slide` (from 0) of `deck` for `board`, which need not be one of the deck's.
///
/// # Errors
/// [`Error::NoSuchSlide`], or what [`Board::validate`] says. Missing pictures and text that does not
/// fit are no errors: the scene says so and [`check`](crate::check) reports it.
pub fn resolve(
    deck: &Deck,
    slide: usize,
    board: &Board,
    fonts: &Fonts,
    pictures: &Pictures<'_>,
) -> Result<Scene, Error> {
    let _ = (deck, slide, board, fonts, pictures);
    todo!()
}
