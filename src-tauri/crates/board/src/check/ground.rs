//! What lies behind the texts of a slide, painted item by item as drawing does it, and what each item
//! does to a single pixel. Outlines are filled once and kept as coverage, so that looking at a pixel
//! again costs a blend and not a fill.
//!
//! A slide of more work than any honest one is looked at on a coarser grid: every `step`-th pixel of
//! every `step`-th row stands for those around it.

use tiny_skia::{FillRule, Paint, Path, PixmapMut, Transform};

use crate::deck::Colour;
use crate::draw::{lay, module_at};
use crate::scene::{Item, PixelRect, Scene, Shape};
use crate::{Frame, PixelImage};

/// A pixel without its alpha: everything here is opaque.
pub(super) type Rgb = [u8; 3];

/// The slide as far as it is painted, and the outline being looked at.
pub(super) struct Ground {
    /// What is painted so far.
    pub(super) frame: Frame,
    /// Coverage of the outline at hand, one byte in each pixel's red; black all around.
    ink: Frame,
    step: u32,
}

/// What an item does to the pixels it touches, in pixels of the grid.
pub(super) struct Touch<'a> {
    pub(super) area: PixelRect,
    kind: Kind<'a>,
}

enum Kind<'a> {
    Rect(Box<[[u8; 256]; 3]>),
    Outline(Blend),
    Image(i32, i32, &'a PixelImage),
    Qr(&'a Shape),
}

impl Ground {
    pub(super) fn new(scene: &Scene, step: u32) -> Self {
        let (width, height) = (scene.width.div_ceil(step), scene.height.div_ceil(step));
        let plain = |colour: Colour| Frame {
            width,
            height,
            rgba: [colour.r, colour.g, colour.b, 255].repeat(width as usize * height as usize),
        };
        Self {
            frame: plain(scene.background),
            ink: plain(Colour::BLACK),
            step,
        }
    }

    /// The grid pixels whose middle lies in `rect`.
    pub(super) fn within(&self, rect: PixelRect) -> PixelRect {
        let (step, half) = (self.step as i32, self.step as i32 / 2);
        let edge = |at: i32, side: u32| {
            let at = at.saturating_sub(half).saturating_add(step - 1);
            at.div_euclid(step).clamp(0, side as i32)
        };
        PixelRect {
            left: edge(rect.left, self.frame.width),
            right: edge(rect.right, self.frame.width),
            top: edge(rect.top, self.frame.height),
            bottom: edge(rect.bottom, self.frame.height),
        }
    }

    /// As [`Self::within`] for part of the board, but one pixel at least in each direction.
    pub(super) fn around(&self, rect: PixelRect) -> PixelRect {
        let mut within = self.within(rect);
        let place = |at: i32, side: u32| (at / self.step as i32).clamp(0, side as i32 - 1);
        if within.left >= within.right {
            within.left = place(rect.left, self.frame.width);
            within.right = within.left + 1;
        }
        if within.top >= within.bottom {
            within.top = place(rect.top, self.frame.height);
            within.bottom = within.top + 1;
        }
        within
    }

    /// Looks at an item; `None` where it touches nothing. Until [`Self::leave`] the outline at hand is
    /// its own.
    pub(super) fn touch<'a>(&mut self, item: &'a Item) -> Option<Touch<'a>> {
        let bounds = item.shape.bounds();
        let outline = match &item.shape {
            Shape::Text(block) => block.outlines.as_ref().map(|path| (path, block.colour)),
            Shape::Path { path, colour } => Some((path, *colour)),
            _ => None,
        };
        let kind = match &item.shape {
            Shape::Rect { colour, .. } => Kind::Rect(veil(*colour)),
            Shape::Image { x, y, image } => Kind::Image(*x, *y, image),
            Shape::Qr { .. } => Kind::Qr(&item.shape),
            Shape::Text(_) | Shape::Path { .. } => Kind::Outline(Blend::of(outline?.1)),
            Shape::Missing(_) => return None,
        };
        let area = if let Some((path, _)) = outline {
            // Smoothing may reach a pixel further, and the coarser grid another.
            let margin = self.step as i32;
            let area = self.within(bounds.grown(margin));
            if !area.is_empty() {
                fill(&mut self.ink, path, self.step);
            }
            area
        } else {
            self.within(bounds)
        };
        (!area.is_empty()).then_some(Touch { area, kind })
    }

    /// Paints what was looked at.
    pub(super) fn paint(&mut self, touch: &Touch<'_>) {
        let width = touch.area.width() as usize * 4;
        #[cfg(test)]
        PAINTED.add(u64::from(touch.area.width()) * u64::from(touch.area.height()));
        for y in touch.area.top..touch.area.bottom {
            let row = self.index(touch.area.left, y)..self.index(touch.area.left, y) + width;
            match &touch.kind {
                Kind::Rect(table) => {
                    let (pixels, _) = self.frame.rgba[row].as_chunks_mut::<4>();
                    for pixel in pixels {
                        for (value, table) in pixel.iter_mut().zip(table.iter()) {
                            *value = table[usize::from(*value)];
                        }
                    }
                }
                Kind::Outline(blend) => {
                    let (ink, _) = self.ink.rgba[row.clone()].as_chunks::<4>();
                    let (pixels, _) = self.frame.rgba[row].as_chunks_mut::<4>();
                    for (pixel, ink) in pixels.iter_mut().zip(ink) {
                        if ink[0] > 0 {
                            let [red, green, blue] =
                                blend.over(ink[0], [pixel[0], pixel[1], pixel[2]]);
                            *pixel = [red, green, blue, 255];
                        }
                    }
                }
                Kind::Image(..) | Kind::Qr(_) => {
                    for x in touch.area.left..touch.area.right {
                        let after = self.after(touch, x, y, self.behind(x, y));
                        let at = self.index(x, y);
                        self.frame.rgba[at..at + 3].copy_from_slice(&after);
                    }
                }
            }
        }
    }

    /// Ends the look at an item.
    pub(super) fn leave(&mut self, touch: &Touch<'_>) {
        if let Kind::Outline(_) = touch.kind {
            let width = touch.area.width() as usize * 4;
            for y in touch.area.top..touch.area.bottom {
                let at = self.index(touch.area.left, y);
                let (pixels, _) = self.ink.rgba[at..at + width].as_chunks_mut::<4>();
                pixels.fill([0, 0, 0, 255]);
            }
        }
    }

    /// How much of a pixel the outline at hand covers.
    #[inline]
    pub(super) fn coverage(&self, x: i32, y: i32) -> u8 {
        self.ink.rgba[self.index(x, y)]
    }

    /// What is painted at a pixel so far.
    #[inline]
    pub(super) fn behind(&self, x: i32, y: i32) -> Rgb {
        let at = self.index(x, y);
        let pixel = &self.frame.rgba[at..at + 3];
        [pixel[0], pixel[1], pixel[2]]
    }

    /// What becomes of a pixel of this colour within the item's area.
    #[inline]
    pub(super) fn after(&self, touch: &Touch<'_>, x: i32, y: i32, below: Rgb) -> Rgb {
        #[cfg(test)]
        LOOKS.add(1);
        let middle = |at: i32| at * self.step as i32 + self.step as i32 / 2;
        match &touch.kind {
            Kind::Rect(table) => [
                table[0][usize::from(below[0])],
                table[1][usize::from(below[1])],
                table[2][usize::from(below[2])],
            ],
            Kind::Outline(blend) => match self.coverage(x, y) {
                0 => below,
                coverage => blend.over(coverage, below),
            },
            Kind::Image(left, top, image) => {
                let (x, y) = ((middle(x) - left) as usize, (middle(y) - top) as usize);
                let at = (y * image.width as usize + x) * 4;
                let mut pixel = below;
                lay(&image.rgba[at..at + 4], &mut pixel);
                pixel
            }
            Kind::Qr(shape) => {
                let colour = module_at(shape, middle(x), middle(y));
                [colour.r, colour.g, colour.b]
            }
        }
    }

    #[inline]
    fn index(&self, x: i32, y: i32) -> usize {
        (y as usize * self.frame.width as usize + x as usize) * 4
    }
}

/// What a rectangle of this colour makes of each value of each channel.
fn veil(colour: Colour) -> Box<[[u8; 256]; 3]> {
    let mut table = Box::new([[0; 256]; 3]);
    for value in 0..=255u8 {
        let after = colour.over(Colour::rgb(value, value, value));
        for (channel, after) in [after.r, after.g, after.b].into_iter().enumerate() {
            table[channel][usize::from(value)] = after;
        }
    }
    table
}

/// Fills an outline in white, as drawing fills it in its colour.
fn fill(ink: &mut Frame, path: &Path, step: u32) {
    let (width, height) = (ink.width, ink.height);
    let Some(mut pixmap) = PixmapMut::from_bytes(&mut ink.rgba, width, height) else {
        return;
    };
    let mut paint = Paint {
        anti_alias: true,
        ..Paint::default()
    };
    paint.set_color_rgba8(255, 255, 255, 255);
    let scale = 1.0 / step as f32;
    let transform = if step == 1 {
        Transform::identity()
    } else {
        Transform::from_scale(scale, scale)
    };
    pixmap.fill_path(path, &paint, FillRule::Winding, transform, None);
}

/// How the rasteriser lays a colour over an opaque pixel of which an outline covers a part: the
/// arithmetic of tiny-skia's pipeline of 16-bit integers, to the bit.
struct Blend {
    /// Premultiplied red, green, blue and alpha.
    source: [u16; 4],
}

impl Blend {
    fn of(colour: Colour) -> Self {
        let unit = |value: u8| f32::from(value) / 255.0;
        let alpha = unit(colour.a);
        let of = |value: u8| (unit(value) * alpha * 255.0 + 0.5) as u16;
        Self {
            source: [
                of(colour.r),
                of(colour.g),
                of(colour.b),
                (alpha * 255.0 + 0.5) as u16,
            ],
        }
    }

    #[inline]
    fn over(&self, coverage: u8, below: Rgb) -> Rgb {
        let coverage = u16::from(coverage);
        let [red, green, blue, alpha] = self.source;
        if alpha == 255 {
            let veil = 255 - coverage;
            let mixed =
                |source: u16, below: u8| div_255(u16::from(below) * veil + source * coverage) as u8;
            return [
                mixed(red, below[0]),
                mixed(green, below[1]),
                mixed(blue, below[2]),
            ];
        }
        let veil = 255 - div_255(alpha * coverage);
        let mixed = |source: u16, below: u8| {
            (div_255(source * coverage) + div_255(u16::from(below) * veil)) as u8
        };
        [
            mixed(red, below[0]),
            mixed(green, below[1]),
            mixed(blue, below[2]),
        ]
    }
}

#[inline]
fn div_255(value: u16) -> u16 {
    (value + 255) >> 8
}

#[cfg(test)]
use counted::{LOOKS, PAINTED};
#[cfg(test)]
pub(super) use counted::{looks, painted};

/// What tests count in place of time.
#[cfg(test)]
mod counted {
    use std::cell::Cell;
    use std::thread::LocalKey;

    thread_local! {
        static PAINTED_PIXELS: Cell<u64> = const { Cell::new(0) };
        static LOOKED_AT: Cell<u64> = const { Cell::new(0) };
    }

    pub(super) struct Counter(&'static LocalKey<Cell<u64>>);

    pub(super) static PAINTED: Counter = Counter(&PAINTED_PIXELS);
    pub(super) static LOOKS: Counter = Counter(&LOOKED_AT);

    impl Counter {
        pub(super) fn add(&self, count: u64) {
            self.0.set(self.0.get() + count);
        }
    }

    /// Pixels painted by this thread.
    pub(in crate::check) fn painted() -> u64 {
        PAINTED.0.get()
    }

    /// Single pixels looked at by this thread.
    pub(in crate::check) fn looks() -> u64 {
        LOOKS.0.get()
    }
}
