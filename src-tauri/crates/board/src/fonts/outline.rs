//! Glyph outlines in em, unhinted: they scale exactly, so one outline serves all sizes.

use skrifa::outline::{DrawSettings, OutlinePen};
use skrifa::prelude::{LocationRef, Size};
use skrifa::{FontRef, GlyphId, MetadataProvider as _};

/// A glyph's outline in em, y upwards.
#[derive(Debug, Default)]
pub(crate) struct Outline {
    pub segments: Vec<Segment>,
    /// Smallest and largest x and y of all points; `None` without ink.
    pub bounds: Option<Bounds>,
}

/// A piece of an outline, in em.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Segment {
    Move(f32, f32),
    Line(f32, f32),
    Quad(f32, f32, f32, f32),
    Cubic(f32, f32, f32, f32, f32, f32),
    Close,
}

/// A box in em, y upwards.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bounds {
    pub left: f32,
    pub bottom: f32,
    pub right: f32,
    pub top: f32,
}

/// The outline of a glyph of `font`; empty for spaces and unknown numbers.
pub(super) fn outline(font: &FontRef<'_>, units_per_em: f32, glyph: u32) -> Outline {
    let mut pen = Pen {
        scale: 1.0 / units_per_em,
        outline: Outline::default(),
    };
    let settings = DrawSettings::unhinted(Size::unscaled(), LocationRef::default());
    let drawn = font
        .outline_glyphs()
        .get(GlyphId::new(glyph))
        .is_some_and(|glyph| glyph.draw(settings, &mut pen).is_ok());
    if drawn {
        pen.outline
    } else {
        Outline::default()
    }
}

/// Collects an outline in em.
struct Pen {
    scale: f32,
    outline: Outline,
}

impl Pen {
    fn point(&mut self, x: f32, y: f32) -> (f32, f32) {
        let (x, y) = (x * self.scale, y * self.scale);
        let bounds = self.outline.bounds.get_or_insert(Bounds {
            left: x,
            bottom: y,
            right: x,
            top: y,
        });
        // Control points count too: the box is never smaller than the ink.
        bounds.left = bounds.left.min(x);
        bounds.right = bounds.right.max(x);
        bounds.bottom = bounds.bottom.min(y);
        bounds.top = bounds.top.max(y);
        (x, y)
    }
}

impl OutlinePen for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.point(x, y);
        self.outline.segments.push(Segment::Move(x, y));
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.point(x, y);
        self.outline.segments.push(Segment::Line(x, y));
    }

    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        let ((cx, cy), (x, y)) = (self.point(cx, cy), self.point(x, y));
        self.outline.segments.push(Segment::Quad(cx, cy, x, y));
    }

    fn curve_to(&mut self, ax: f32, ay: f32, bx: f32, by: f32, x: f32, y: f32) {
        let (ax, ay) = self.point(ax, ay);
        let ((bx, by), (x, y)) = (self.point(bx, by), self.point(x, y));
        self.outline
            .segments
            .push(Segment::Cubic(ax, ay, bx, by, x, y));
    }

    fn close(&mut self) {
        self.outline.segments.push(Segment::Close);
    }
}
