//! A text broken into lines at one size: its ink, and its place in the frame.

use std::sync::Arc;

use tiny_skia::{Path, PathBuilder};

use crate::Fonts;
use crate::deck::{Align, Text, VerticalAlign};
use crate::fonts::{FaceId, Outline, Segment};
use crate::scene::{PixelRect, TextLine};

/// A text broken into lines at one size, not yet in place.
pub(super) struct Draft {
    pub px: u16,
    pub lines: Vec<DraftLine>,
    /// Distance of baselines.
    pub pitch: i32,
}

#[derive(Default)]
pub(super) struct DraftLine {
    glyphs: Vec<Glyph>,
    pub text: String,
    /// Whole pixels that hold the ink, x from the line's start, y from the baseline downwards.
    ink: PixelRect,
}

struct Glyph {
    /// Pixels from the line's start, and from the baseline upwards.
    x: f32,
    y: f32,
    outline: Arc<Outline>,
}

impl DraftLine {
    /// Takes in a glyph `x` pixels from the line's start and `y` above the baseline.
    pub fn add(&mut self, fonts: &Fonts, face: FaceId, id: u32, x: f32, y: f32, size: f32) {
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
pub(super) fn pitch(lines: &[DraftLine], px: u16, spacing_percent: u32) -> i32 {
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

    pub fn fits(&self, area: PixelRect) -> bool {
        self.ink().height() <= area.height() && self.narrow_enough(area.width())
    }

    pub fn narrow_enough(&self, width: u32) -> bool {
        self.lines.iter().all(|line| line.ink.width() <= width)
    }

    /// Puts the lines into `area`. What does not fit keeps its beginning: it overflows on the right
    /// and at the bottom. Only glyphs that touch `visible` are outlined.
    pub fn place(
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
