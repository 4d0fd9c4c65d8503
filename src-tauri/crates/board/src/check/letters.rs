//! The letters of a text that something is drawn over: how much of them is still seen.

use super::contrast::{Known, Luminance};
use super::ground::{Ground, Rgb, Touch};
use super::rules;
use crate::scene::PixelRect;

/// A text's letters, pixel by pixel, as far as it is not settled what becomes of them.
pub(super) struct Letters {
    /// Which text.
    pub(super) text: usize,
    /// Pixels of the letters that were looked at.
    total: u64,
    /// Those that are seen whatever is drawn over them.
    seen: u64,
    open: Vec<Pixel>,
    /// All pixels of the letters lie in it.
    area: PixelRect,
}

/// A pixel of a letter: what it would be with and without the text, and the contrast it needs.
struct Pixel {
    x: u16,
    y: u16,
    with: Rgb,
    without: Rgb,
    need: u16,
}

impl Letters {
    /// The letters of text number `text` that `touch`, the look at it, is about to paint; of their
    /// pixels each `stride`-th.
    pub(super) fn of(
        text: usize,
        touch: &Touch<'_>,
        ground: &Ground,
        luminance: &Luminance,
        stride: usize,
    ) -> Self {
        let enough = Luminance::steps(rules::CONTRAST_MIN);
        let mut letters = Self {
            text,
            total: 0,
            seen: 0,
            open: Vec::new(),
            area: touch.area,
        };
        let mut known = Known::new();
        let mut number = 0;
        for y in touch.area.top..touch.area.bottom {
            for x in touch.area.left..touch.area.right {
                let coverage = ground.coverage(x, y);
                // The faint half of an edge bears no form.
                if coverage < 128 {
                    continue;
                }
                number += 1;
                if number % stride != 0 {
                    continue;
                }
                let without = ground.behind(x, y);
                let with = ground.after(touch, x, y, without);
                let contrast = || luminance.between(with, without);
                let need = match coverage {
                    // All letters are of one colour inside.
                    255 => known.get(without, contrast),
                    _ => contrast(),
                };
                letters.take(x, y, with, without, need.min(enough));
            }
        }
        letters
    }

    fn take(&mut self, x: i32, y: i32, with: Rgb, without: Rgb, need: usize) {
        self.total += 1;
        if need == 0 {
            self.seen += 1;
            return;
        }
        self.open.push(Pixel {
            x: x as u16,
            y: y as u16,
            with,
            without,
            need: need as u16,
        });
    }

    /// Whether what is drawn in `area` may cover any of them.
    pub(super) fn reach(&self, area: PixelRect) -> bool {
        !self.open.is_empty() && !self.area.intersection(area).is_empty()
    }

    /// Draws an item over them.
    pub(super) fn cover(&mut self, touch: &Touch<'_>, ground: &Ground) {
        let PixelRect {
            left,
            top,
            right,
            bottom,
        } = touch.area;
        self.open.retain_mut(|pixel| {
            let (x, y) = (i32::from(pixel.x), i32::from(pixel.y));
            if (left..right).contains(&x) && (top..bottom).contains(&y) {
                pixel.with = ground.after(touch, x, y, pixel.with);
                pixel.without = ground.after(touch, x, y, pixel.without);
            }
            // Once it makes no difference it never will again.
            pixel.with != pixel.without
        });
    }

    /// How much of them is seen in the end, 0 to 1: the share of their pixels that keep the contrast
    /// they had, or at least what is needed.
    pub(super) fn share_seen(&self, luminance: &Luminance) -> f64 {
        if self.total == 0 {
            return 1.0;
        }
        let is_seen = |pixel: &&Pixel| {
            luminance.between(pixel.with, pixel.without) >= usize::from(pixel.need)
        };
        let seen = self.seen + self.open.iter().filter(is_seen).count() as u64;
        seen as f64 / self.total as f64
    }
}
