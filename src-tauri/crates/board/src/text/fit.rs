//! Lines, sizes and places of a text in its frame.
//!
//! The text is shaped once; each size tried only breaks its lines anew and adds up ink. All
//! arithmetic is on `f32` by the four basic operations and on whole pixels, which is the same on
//! every machine.

use std::collections::BTreeSet;
use std::sync::Arc;

use parley::{Layout, PositionedLayoutItem};
use tiny_skia::{Path, PathBuilder};

use super::prepare::{is_visible, prepare};
use crate::Fonts;
use crate::check::rules::FONT_PX_FAIL_BELOW;
use crate::deck::{Align, FONT_PX_MAX, Size, Text, VerticalAlign};
use crate::fonts::{FaceId, Outline, SHAPING_PX, Segment};
use crate::scene::{PixelRect, TextBlock, TextLine};

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

/// A text broken into lines at one size, not yet in place.
struct Draft {
    px: u16,
    lines: Vec<DraftLine>,
    /// Distance of baselines.
    pitch: i32,
}

#[derive(Default)]
struct DraftLine {
    glyphs: Vec<Glyph>,
    text: String,
    /// Whole pixels that hold the ink, x from the line's start, y from the baseline downwards.
    ink: PixelRect,
}

struct Glyph {
    /// Pixels from the line's start, and from the baseline upwards.
    x: f32,
    y: f32,
    outline: Arc<Outline>,
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
                let written = &self.text[line.text_range()];
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

impl DraftLine {
    fn add(&mut self, fonts: &Fonts, face: FaceId, id: u32, x: f32, y: f32, size: f32) {
        let outline = fonts.outline(face, id);
        if let Some(bounds) = outline.bounds {
            self.ink = self.ink.union(PixelRect {
                left: (x + bounds.left * size).floor() as i32,
                right: (x + bounds.right * size).ceil() as i32,
                top: -((y + bounds.top * size).ceil() as i32),
                bottom: -((y + bounds.bottom * size).floor() as i32),
            });
            self.glyphs.push(Glyph { x, y, outline });
        }
    }
}

/// Distance of baselines: what is asked for, or more where marks would come closer to the line above
/// than a sixteenth of the size. One distance for all lines, as uneven lines look like a mistake.
fn pitch(lines: &[DraftLine], px: u16, spacing_percent: u32) -> i32 {
    let asked = (u32::from(px) * spacing_percent).div_ceil(100);
    let gap = i32::from(px / 16).max(1);
    lines
        .windows(2)
        .filter(|pair| pair.iter().all(|line| !line.ink.is_empty()))
        .map(|pair| pair[0].ink.bottom - pair[1].ink.top + gap)
        .fold(asked as i32, i32::max)
}

impl Draft {
    /// All ink with the first baseline at 0.
    fn ink(&self) -> PixelRect {
        let mut ink = PixelRect::default();
        for (line, baseline) in self
            .lines
            .iter()
            .zip((0..).step_by(self.pitch.max(1) as usize))
        {
            let baseline: i32 = baseline;
            ink = ink.union(PixelRect {
                top: line.ink.top + baseline,
                bottom: line.ink.bottom + baseline,
                ..line.ink
            });
        }
        ink
    }

    fn fits(&self, area: PixelRect) -> bool {
        self.ink().height() <= area.height() && self.narrow_enough(area.width())
    }

    fn narrow_enough(&self, width: u32) -> bool {
        self.lines.iter().all(|line| line.ink.width() <= width)
    }

    /// Puts the lines into `area`. What does not fit keeps its beginning: it overflows on the right
    /// and at the bottom. Only glyphs that touch `visible` are outlined.
    fn place(
        &self,
        text: &Text,
        area: PixelRect,
        cap_px: f32,
        visible: PixelRect,
    ) -> (Vec<TextLine>, Option<Path>) {
        let ink = self.ink();
        let mut baseline = self.first_baseline(text.valign, area, ink, cap_px);
        let mut lines = Vec::with_capacity(self.lines.len());
        let mut path = PathBuilder::new();
        for line in &self.lines {
            if !line.ink.is_empty() {
                let start = start(text.align, area, line.ink);
                lines.push(TextLine {
                    baseline,
                    ink: PixelRect {
                        left: start + line.ink.left,
                        right: start + line.ink.right,
                        top: baseline + line.ink.top,
                        bottom: baseline + line.ink.bottom,
                    },
                    text: line.text.clone(),
                });
                for glyph in &line.glyphs {
                    glyph.outline(&mut path, f32::from(self.px), start, baseline, visible);
                }
            }
            baseline = baseline.saturating_add(self.pitch);
        }
        (lines, path.finish())
    }

    fn first_baseline(
        &self,
        valign: VerticalAlign,
        area: PixelRect,
        ink: PixelRect,
        cap_px: f32,
    ) -> i32 {
        let at_top = area.top - ink.top;
        let at_bottom = area.bottom - ink.bottom;
        let wanted = match valign {
            VerticalAlign::Top => at_top,
            VerticalAlign::Bottom => at_bottom,
            VerticalAlign::Middle => {
                let below_first = self.pitch * (self.lines.len() as i32 - 1);
                // From the top of the capitals to the last baseline.
                let optical = cap_px.round() as i32 + below_first;
                let top = area.top + (area.height() as i32 - optical).div_euclid(2);
                top + cap_px.round() as i32
            }
        };
        wanted.min(at_bottom).max(at_top)
    }
}

/// Where a line begins so that its ink stands as asked.
fn start(align: Align, area: PixelRect, ink: PixelRect) -> i32 {
    let slack = (area.width() as i32 - ink.width() as i32).max(0);
    let left = match align {
        Align::Left => area.left,
        Align::Centre => area.left + slack / 2,
        Align::Right => area.left + slack,
    };
    left - ink.left
}

impl Glyph {
    fn outline(
        &self,
        path: &mut PathBuilder,
        size: f32,
        start: i32,
        baseline: i32,
        visible: PixelRect,
    ) {
        let x = |em: f32| start as f32 + (self.x + em * size);
        let y = |em: f32| baseline as f32 - (self.y + em * size);
        let Some(bounds) = self.outline.bounds else {
            return;
        };
        let seen = x(bounds.right) > visible.left as f32
            && x(bounds.left) < visible.right as f32
            && y(bounds.bottom) > visible.top as f32
            && y(bounds.top) < visible.bottom as f32;
        if !seen {
            return;
        }
        for segment in &self.outline.segments {
            match *segment {
                Segment::Move(ax, ay) => path.move_to(x(ax), y(ay)),
                Segment::Line(ax, ay) => path.line_to(x(ax), y(ay)),
                Segment::Quad(ax, ay, bx, by) => path.quad_to(x(ax), y(ay), x(bx), y(by)),
                Segment::Cubic(ax, ay, bx, by, cx, cy) => {
                    path.cubic_to(x(ax), y(ay), x(bx), y(by), x(cx), y(cy));
                }
                Segment::Close => path.close(),
            }
        }
    }
}
