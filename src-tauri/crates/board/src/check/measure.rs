//! What a slide is on a board, in figures: the ground for findings and the panel beside the slide.

use units::Id;

use super::contrast::Luminance;
use super::ground::Ground;
use super::letters::Letters;
use super::rules;
use crate::deck::{Board, Deck, Kind};
use crate::resolve::board_rect;
use crate::scene::{Item, PixelRect, Scene, Shape, TextBlock};
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

/// Pixels painted and compared for one slide: eight screens of the largest board. Beyond it the
/// slide is looked at on a coarser grid, so that no slide takes longer than half a second.
const PIXELS_MAX: u64 = 64_000_000;
/// Looks at pixels of letters that something is drawn over. Beyond it not every pixel is looked at.
const LETTER_LOOKS_MAX: u64 = 8_000_000;
/// Comparing a pixel behind a text costs as much as painting two.
const COMPARED: u64 = 2;

fn texts(board: &Board, scene: &Scene) -> Vec<TextFacts> {
    let is_text = |item: &Item| matches!(item.shape, Shape::Text(_));
    let Some(last) = scene.items.iter().rposition(is_text) else {
        return Vec::new();
    };
    let luminance = Luminance::new();
    let bounds: Vec<PixelRect> = scene.items.iter().map(|item| item.shape.bounds()).collect();
    let effort = Effort::of(scene, &bounds, board);
    let mut ground = Ground::new(scene, effort.step);
    let (mut texts, mut covered) = (Vec::new(), Vec::<Letters>::new());
    for (place, item) in scene.items.iter().enumerate() {
        let contrast = match &item.shape {
            Shape::Text(block) => luminance.contrast(block, board_rect(board), &ground),
            _ => None,
        };
        if let (Shape::Text(block), Some(contrast)) = (&item.shape, contrast) {
            texts.push(text_facts(item, block, board, contrast));
        }
        let area = ground.within(bounds[place]);
        if place > last && !covered.iter().any(|letters| letters.reach(area)) {
            continue;
        }
        let Some(touch) = ground.touch(item) else {
            continue;
        };
        let reached = covered
            .iter_mut()
            .filter(|letters| letters.reach(touch.area));
        reached.for_each(|letters| letters.cover(&touch, &ground));
        if contrast.is_some() && above(&bounds, place) > 0 {
            let text = texts.len() - 1;
            covered.push(Letters::of(
                text,
                &touch,
                &ground,
                &luminance,
                effort.stride,
            ));
        }
        if place < last {
            ground.paint(&touch);
        }
        ground.leave(&touch);
    }
    for letters in covered {
        texts[letters.text].seen_percent = letters.share_seen(&luminance) * 100.0;
    }
    texts
}

fn text_facts(item: &Item, block: &TextBlock, board: &Board, contrast: f64) -> TextFacts {
    let cap_height_mm = f64::from(block.cap_px) * board.pitch_mm();
    TextFacts {
        element: item.element,
        font_px: block.px,
        lines: block.lines.len(),
        cap_height_mm,
        readable_day_m: cap_height_mm * rules::DAY_GOOD_M_PER_MM,
        readable_night_m: cap_height_mm * rules::NIGHT_GOOD_M_PER_MM,
        contrast,
        seen_percent: 100.0,
    }
}

/// How closely a slide is looked at: every pixel, but for slides that nobody makes on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Effort {
    /// Of the board, each so-many-th column and row.
    step: u32,
    /// Of the letters that something is drawn over, each so-many-th pixel.
    stride: usize,
}

impl Effort {
    fn of(scene: &Scene, bounds: &[PixelRect], board: &Board) -> Self {
        let pixels = |rect: PixelRect| {
            let seen = rect.intersection(board_rect(board));
            u64::from(seen.width()) * u64::from(seen.height())
        };
        let (mut work, mut looks) = (0, 0);
        for (place, item) in scene.items.iter().enumerate() {
            let area = pixels(bounds[place]);
            work += area;
            if let Shape::Text(block) = &item.shape {
                let around: u64 = block.lines.iter().map(|line| pixels(line.ink)).sum();
                work += around * COMPARED;
                // A quarter of the area of a text is letters.
                looks += area / 4 * above(bounds, place);
            }
        }
        let step = (1..).find(|step| work / (step * step) <= PIXELS_MAX);
        let step = step.unwrap_or(1);
        let looks = looks / (step * step);
        Self {
            step: step as u32,
            stride: looks.div_ceil(LETTER_LOOKS_MAX).max(1) as usize,
        }
    }
}

/// How many items are drawn after the one at `place` and reach into it.
fn above(bounds: &[PixelRect], place: usize) -> u64 {
    let reaches = |other: &&PixelRect| !other.intersection(bounds[place]).is_empty();
    bounds[place + 1..].iter().filter(reaches).count() as u64
}
