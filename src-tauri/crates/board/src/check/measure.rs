//! What a slide is on a board, in figures: the ground for findings and the panel beside the slide.

use units::Id;

use super::contrast::Luminance;
use super::rules;
use crate::deck::{Board, Deck, Kind};
use crate::draw::Canvas;
use crate::scene::{Scene, Shape};
use crate::text::syllables;
use crate::{Error, Fonts, Pictures, resolve};

/// What is good about a slide, for the panel beside it.
#[derive(Clone, Debug, PartialEq)]
pub struct SlideFacts {
    /// Syllables of all texts.
    pub syllables: usize,
    /// How long the slide should stand, in ms; an estimate.
    pub dwell_needed_ms: u32,
    /// How long it stands.
    pub duration_ms: u32,
    /// Each text with ink on the board, lowest first.
    pub texts: Vec<TextFacts>,
}

/// What a text is on a board.
#[derive(Clone, Debug, PartialEq)]
pub struct TextFacts {
    /// Which.
    pub element: Id,
    /// Font size in pixels.
    pub font_px: u16,
    /// Lines with ink.
    pub lines: usize,
    /// Height of capitals as they hang, in mm.
    pub cap_height_mm: f64,
    /// Good to read up to here by day, in m.
    pub readable_day_m: f64,
    /// Good to read up to here at night, undimmed, in m.
    pub readable_night_m: f64,
    /// Contrast with what is behind, to one; 95 % of the pixels have at least this.
    pub contrast: f64,
}

/// What can be said for slide number `slide` on `board`.
///
/// # Errors
/// As [`resolve`].
pub fn facts(
    deck: &Deck,
    slide: usize,
    board: &Board,
    fonts: &Fonts,
    pictures: &Pictures<'_>,
) -> Result<SlideFacts, Error> {
    let scene = resolve(deck, slide, board, fonts, pictures)?;
    Ok(measure(deck, slide, board, &scene))
}

/// The facts of a slide whose scene is known.
pub(super) fn measure(deck: &Deck, slide: usize, board: &Board, scene: &Scene) -> SlideFacts {
    let slide = &deck.slides[slide];
    let syllables = slide
        .elements
        .iter()
        .map(|element| match &element.kind {
            Kind::Text(text) => syllables(&text.text),
            _ => 0,
        })
        .sum();
    SlideFacts {
        syllables,
        dwell_needed_ms: rules::dwell_needed_ms(syllables, board.audience),
        duration_ms: slide.duration_ms,
        texts: texts(board, scene),
    }
}

fn texts(board: &Board, scene: &Scene) -> Vec<TextFacts> {
    let luminance = Luminance::new();
    let mut canvas = Canvas::new(scene);
    let mut texts = Vec::new();
    for item in &scene.items {
        if let Shape::Text(block) = &item.shape
            && let Some(contrast) = luminance.contrast(block, &canvas.frame)
        {
            let cap_height_mm = f64::from(block.cap_px) * board.pitch_mm();
            texts.push(TextFacts {
                element: item.element,
                font_px: block.px,
                lines: block.lines.len(),
                cap_height_mm,
                readable_day_m: cap_height_mm * rules::DAY_GOOD_M_PER_MM,
                readable_night_m: cap_height_mm * rules::NIGHT_GOOD_M_PER_MM,
                contrast,
            });
        }
        canvas.paint(item);
    }
    texts
}
