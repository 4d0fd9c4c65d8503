//! What a slide is on a board, in figures: the ground for findings and the panel beside the slide.

use units::Id;

use super::contrast::Luminance;
use super::rules;
use crate::deck::{Board, Colour, Deck, Kind};
use crate::draw::Canvas;
use crate::scene::{Item, Scene, Shape, TextBlock};
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
    /// How much of the letters is seen, 0 to 100: less where something is drawn over them.
    pub seen_percent: f64,
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

/// Pixels painted over for texts that something lies upon, in all: some hundred full screens. A slide
/// of 200 things all upon each other is nonsense and not worth an hour; what is over is not looked at.
const COVERED_PIXELS_MAX: u64 = 500_000_000;

fn texts(board: &Board, scene: &Scene) -> Vec<TextFacts> {
    let luminance = Luminance::new();
    let mut canvas = Canvas::new(scene);
    let mut texts = Vec::new();
    let mut pixels_left = COVERED_PIXELS_MAX;
    for (place, item) in scene.items.iter().enumerate() {
        if let Shape::Text(block) = &item.shape
            && let Some(contrast) = luminance.contrast(block, &canvas.frame)
        {
            let above = above(scene, place, block);
            let cost = board.pixels() * (above.len() as u64 * 2 + 5);
            let seen = match pixels_left.checked_sub(cost) {
                Some(rest) if !above.is_empty() => {
                    pixels_left = rest;
                    seen(&luminance, scene, &canvas, item, &above)
                }
                _ => None,
            };
            let cap_height_mm = f64::from(block.cap_px) * board.pitch_mm();
            texts.push(TextFacts {
                element: item.element,
                font_px: block.px,
                lines: block.lines.len(),
                cap_height_mm,
                readable_day_m: cap_height_mm * rules::DAY_GOOD_M_PER_MM,
                readable_night_m: cap_height_mm * rules::NIGHT_GOOD_M_PER_MM,
                contrast,
                seen_percent: seen.unwrap_or(1.0) * 100.0,
            });
        }
        canvas.paint(item);
    }
    texts
}

/// What is drawn after the text at `place` and reaches into it.
fn above<'a>(scene: &'a Scene, place: usize, block: &TextBlock) -> Vec<&'a Item> {
    let ink = block.ink();
    let reaches = |item: &&Item| {
        let bounds = item.shape.bounds();
        !bounds.intersection(ink).is_empty()
    };
    scene.items[place + 1..].iter().filter(reaches).collect()
}

/// How much of `text`, to be drawn upon `behind`, is seen once the items `above` it are drawn too.
fn seen(
    luminance: &Luminance,
    scene: &Scene,
    behind: &Canvas,
    text: &Item,
    above: &[&Item],
) -> Option<f64> {
    let Shape::Text(block) = &text.shape else {
        return None;
    };
    let mut ink = Canvas::new(&Scene {
        background: Colour::BLACK,
        items: Vec::new(),
        ..*scene
    });
    ink.fill(block.outlines.as_ref()?, Colour::WHITE);
    let mut had = [behind.clone(), behind.clone()];
    had[0].paint(text);
    let mut left = had.clone();
    for item in above {
        left.iter_mut().for_each(|canvas| canvas.paint(item));
    }
    let [had, left] = [&had, &left].map(|pair| pair.each_ref().map(|canvas| &canvas.frame));
    Some(luminance.seen(&ink.frame, had, left, rules::CONTRAST_MIN))
}
