//! The size of a text and where its lines break.
//!
//! The text is shaped once; each size tried only breaks its lines anew and adds up ink. All
//! arithmetic is on `f32` by the four basic operations and on whole pixels, which is the same on
//! every machine.

use std::collections::BTreeSet;

use parley::{Layout, PositionedLayoutItem};

use super::place::{Draft, DraftLine, pitch};
use super::prepare::{is_visible, prepare};
use crate::Fonts;
use crate::check::rules::FONT_PX_FAIL_BELOW;
use crate::deck::{FONT_PX_MAX, Size, Text};
use crate::fonts::SHAPING_PX;
use crate::scene::{PixelRect, TextBlock};

/// More lines than this are a paragraph and are not balanced.
const BALANCED_LINES_MAX: usize = 6;

/// Lays `text` out in `area`, both in pixels of a board of `board_height` rows that shows the pixels
/// in `visible`.
pub(crate) fn lay_out(
    text: &Text,
    area: PixelRect,
    board_height: u32,
    visible: PixelRect,
    fonts: &Fonts,
) -> TextBlock {
    let (face, known) = fonts.face(&text.font.family, text.font.weight);
    let prepared = prepare(&text.text);
    let missing: BTreeSet<char> = prepared
        .chars()
        .filter(|character| is_visible(*character) && !fonts.has(face, *character))
        .collect();
    let mut setter = Setter {
        layout: fonts.shape(face, &prepared),
        text: &prepared,
        fonts,
        spacing_percent: u32::from(text.line_spacing_percent),
        area,
    };
    let px = match text.size {
        Size::Fixed { px } => px,
        Size::Fit { max } => setter.largest_fitting(size_limit(max, area, board_height)),
    };
    let draft = setter.balanced(px);
    let cap_px = fonts.cap_em(face) * f32::from(px);
    let fits = draft.fits(area);
    let (lines, outlines) = draft.place(text, area, cap_px, visible);
    TextBlock {
        px,
        cap_px,
        colour: text.colour,
        lines,
        pitch_px: draft.pitch,
        outlines,
        fits,
        missing: missing.into_iter().collect(),
        family: text.font.family.clone(),
        substituted: !known,
    }
}

/// The largest size to try: what the deck allows, and no more than twice the frame's height, as even
/// small letters are half an em high.
fn size_limit(max: Option<i32>, area: PixelRect, board_height: u32) -> u16 {
    let frame = area.height().saturating_mul(2);
    let allowed = max.map_or(u32::MAX, |max| {
        let rows = i64::from(max) * i64::from(board_height);
        u32::try_from(rows / i64::from(crate::deck::Frame::FULL)).unwrap_or(0)
    });
    let px = frame.min(allowed).min(u32::from(FONT_PX_MAX));
    u16::try_from(px)
        .unwrap_or(FONT_PX_MAX)
        .max(FONT_PX_FAIL_BELOW)
}

struct Setter<'a> {
    layout: Layout<()>,
    text: &'a str,
    fonts: &'a Fonts,
    spacing_percent: u32,
    area: PixelRect,
}

impl Setter<'_> {
    /// The largest size up to `limit` at which the ink fits, by bisection on whole pixels; the
    /// smallest legible size where none does.
    fn largest_fitting(&mut self, limit: u16) -> u16 {
        let (mut fits, mut too_large) = (FONT_PX_FAIL_BELOW, limit.saturating_add(1));
        while too_large - fits > 1 {
            let px = fits + (too_large - fits) / 2;
            if self.balanced(px).fits(self.area) {
                fits = px;
            } else {
                too_large = px;
            }
        }
        fits
    }

    /// The text at `px`, its lines about equally long if they are few, so that no last word stands
    /// alone: broken at the narrowest width that needs no more lines.
    fn balanced(&mut self, px: u16) -> Draft {
        let full = self.area.width();
        let widest = self.draft(px, full);
        let lines = widest.lines.len();
        if !(2..=BALANCED_LINES_MAX).contains(&lines) || !widest.narrow_enough(full) {
            return widest;
        }
        let (mut too_narrow, mut enough) = (full / 2, full);
        while enough - too_narrow > 1 {
            let width = too_narrow + (enough - too_narrow) / 2;
            let draft = self.draft(px, width);
            if draft.lines.len() == lines && draft.narrow_enough(width) {
                enough = width;
            } else {
                too_narrow = width;
            }
        }
        self.draft(px, enough)
    }

    fn draft(&mut self, px: u16, width: u32) -> Draft {
        let size = f32::from(px);
        let scale = size / SHAPING_PX;
        self.layout.break_all_lines(Some(width as f32 / scale));
        let lines: Vec<DraftLine> = self
            .layout
            .lines()
            .map(|line| {
                let mut draft = DraftLine::default();
                // Parley lays out a space of its own where there is no text.
                let written = self.text.get(line.text_range()).unwrap_or_default();
                draft.text.push_str(written.trim_end_matches(['\n', ' ']));
                let baseline = line.metrics().baseline;
                for item in line.items() {
                    let PositionedLayoutItem::GlyphRun(run) = item else {
                        continue;
                    };
                    let Some(face) = self.fonts.face_of(run.run().font()) else {
                        continue;
                    };
                    for glyph in run.positioned_glyphs() {
                        let x = glyph.x * scale;
                        let y = (baseline - glyph.y) * scale;
                        draft.add(self.fonts, face, glyph.id, x, y, size);
                    }
                }
                draft
            })
            .collect();
        let pitch = pitch(&lines, px, self.spacing_percent);
        Draft { px, lines, pitch }
    }
}
