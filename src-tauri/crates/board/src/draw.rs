//! Fills a frame with a scene. Decides nothing: what stands where is the scene's business.
//!
//! Rectangles, pictures and QR codes are whole pixels and drawn here in integers. Outlines are filled
//! by tiny-skia, whose rasteriser works in fixed point and gives the same pixels on every processor.

use tiny_skia::{FillRule, Paint, Path, PixmapMut, Transform};

use crate::deck::Colour;
use crate::scene::{Item, PixelRect, Scene, Shape};
use crate::{Frame, PixelImage};

/// The pixels of `scene`. The same scene gives the same pixels on every machine.
#[must_use]
pub fn draw(scene: &Scene) -> Frame {
    let mut canvas = Canvas::new(scene);
    for item in &scene.items {
        canvas.paint(item);
    }
    canvas.frame
}

/// A frame being filled from the bottom up. Always opaque, so premultiplied and straight are one.
struct Canvas {
    frame: Frame,
}

impl Canvas {
    /// The background alone.
    fn new(scene: &Scene) -> Self {
        let (width, height) = (scene.width, scene.height);
        let pixel = bytes(scene.background);
        let mut rgba = Vec::with_capacity(width as usize * height as usize * 4);
        for _ in 0..width {
            rgba.extend_from_slice(&pixel);
        }
        let row = rgba.len();
        for _ in 1..height {
            rgba.extend_from_within(..row);
        }
        Self {
            frame: Frame {
                width,
                height,
                rgba,
            },
        }
    }

    /// Lays `item` over what is there.
    fn paint(&mut self, item: &Item) {
        match &item.shape {
            Shape::Text(block) => {
                if let Some(path) = &block.outlines {
                    self.fill(path, block.colour);
                }
            }
            Shape::Path { path, colour } => self.fill(path, *colour),
            Shape::Rect { rect, colour } => self.rect(*rect, *colour),
            Shape::Image { x, y, image } => self.image(*x, *y, image),
            Shape::Qr {
                x,
                y,
                module_px,
                side,
                modules,
            } => self.qr(*x, *y, *module_px, *side, modules),
            Shape::Missing(_) => {}
        }
    }

    fn whole(&self) -> PixelRect {
        PixelRect {
            left: 0,
            top: 0,
            right: self.frame.width as i32,
            bottom: self.frame.height as i32,
        }
    }

    /// Fills an outline, its edges smoothed.
    fn fill(&mut self, path: &Path, colour: Colour) {
        let (width, height) = (self.frame.width, self.frame.height);
        let Some(mut pixmap) = PixmapMut::from_bytes(&mut self.frame.rgba, width, height) else {
            return;
        };
        let mut paint = Paint {
            anti_alias: true,
            ..Paint::default()
        };
        paint.set_color_rgba8(colour.r, colour.g, colour.b, colour.a);
        pixmap.fill_path(path, &paint, FillRule::Winding, Transform::identity(), None);
    }

    fn rect(&mut self, rect: PixelRect, colour: Colour) {
        let rect = rect.intersection(self.whole());
        if rect.is_empty() {
            return;
        }
        for y in rect.top..rect.bottom {
            let row = self.row_mut(y, rect.left, rect.right);
            for pixel in row.chunks_exact_mut(4) {
                let below = Colour::rgb(pixel[0], pixel[1], pixel[2]);
                pixel.copy_from_slice(&bytes(colour.over(below)));
            }
        }
    }

    fn image(&mut self, x: i32, y: i32, image: &PixelImage) {
        let at = PixelRect {
            left: x,
            top: y,
            right: x.saturating_add(image.width as i32),
            bottom: y.saturating_add(image.height as i32),
        };
        let seen = at.intersection(self.whole());
        if seen.is_empty() {
            return;
        }
        for row in seen.top..seen.bottom {
            let from = ((row - y) as usize * image.width as usize + (seen.left - x) as usize) * 4;
            let source = &image.rgba[from..from + seen.width() as usize * 4];
            let target = self.row_mut(row, seen.left, seen.right);
            if image.opaque {
                target.copy_from_slice(source);
                continue;
            }
            for (below, above) in target.chunks_exact_mut(4).zip(source.chunks_exact(4)) {
                lay(above, below);
            }
        }
    }

    fn qr(&mut self, x: i32, y: i32, module_px: u32, side: u32, modules: &[bool]) {
        let px = module_px as i32;
        let quiet = Shape::QR_QUIET_MODULES as i32;
        let module = |column: i32, row: i32, count: i32| PixelRect {
            left: x + column * px,
            top: y + row * px,
            right: x + (column + count) * px,
            bottom: y + (row + count) * px,
        };
        self.rect(module(0, 0, side as i32 + 2 * quiet), Colour::WHITE);
        for (row, modules) in modules.chunks_exact(side as usize).enumerate() {
            for (column, _) in modules.iter().enumerate().filter(|(_, dark)| **dark) {
                let (column, row) = (column as i32 + quiet, row as i32 + quiet);
                self.rect(module(column, row, 1), Colour::BLACK);
            }
        }
    }

    fn row_mut(&mut self, y: i32, left: i32, right: i32) -> &mut [u8] {
        let start = y as usize * self.frame.width as usize;
        &mut self.frame.rgba[(start + left as usize) * 4..(start + right as usize) * 4]
    }
}

/// Lays a premultiplied pixel over the colour of an opaque one.
pub(crate) fn lay(above: &[u8], below: &mut [u8]) {
    let veil = 255 - u32::from(above[3]);
    for (below, above) in below.iter_mut().zip(above).take(3) {
        let value = u32::from(*above) + (u32::from(*below) * veil + 127) / 255;
        *below = value.min(255) as u8;
    }
}

/// The colour of a QR code at a pixel of the board that lies in it; anything else is white.
pub(crate) fn module_at(code: &Shape, at_x: i32, at_y: i32) -> Colour {
    let Shape::Qr {
        x,
        y,
        module_px,
        side,
        modules,
    } = code
    else {
        return Colour::WHITE;
    };
    let module = |at: i32, from: i32| {
        let number = (at - from).unsigned_abs() / module_px;
        let number = number.checked_sub(Shape::QR_QUIET_MODULES)?;
        (number < *side).then_some(number as usize)
    };
    match (module(at_x, *x), module(at_y, *y)) {
        (Some(column), Some(row)) if modules[row * *side as usize + column] => Colour::BLACK,
        _ => Colour::WHITE,
    }
}

fn bytes(colour: Colour) -> [u8; 4] {
    [colour.r, colour.g, colour.b, 255]
}
