//! Contrast of text against the pixels that are really behind it: background, rectangles and photos,
//! drawn without the text itself.

use super::ground::{Ground, Rgb};
use crate::deck::Colour;
use crate::scene::{PixelRect, TextBlock};

/// Share of pixels that may have less contrast than what is reported: specks in a photo do not make
/// a line unreadable.
const SPECKS_PERCENT: u64 = 5;
/// Contrast goes from 1 to 21; steps of a hundredth.
const STEPS_PER_ONE: f64 = 100.0;
const STEPS: usize = 2_001;
/// Pixels around the ink that belong to the letters' surroundings.
const HALO_PX: i32 = 2;

/// Linear light of each sRGB value times its share in luminance (WCAG 2.2).
pub(super) struct Luminance {
    red: [f64; 256],
    green: [f64; 256],
    blue: [f64; 256],
}

impl Luminance {
    pub(super) fn new() -> Self {
        let table =
            |colour: fn(u8) -> Colour| std::array::from_fn(|value| colour(value as u8).luminance());
        Self {
            red: table(|value| Colour::rgb(value, 0, 0)),
            green: table(|value| Colour::rgb(0, value, 0)),
            blue: table(|value| Colour::rgb(0, 0, value)),
        }
    }

    fn of(&self, colour: Colour) -> f64 {
        self.red[usize::from(colour.r)]
            + self.green[usize::from(colour.g)]
            + self.blue[usize::from(colour.b)]
    }

    /// The contrast that 95 % of the pixels around `block` have at least, with `behind` being what
    /// the block is drawn upon. `None` where no ink is on the `board`.
    pub(super) fn contrast(
        &self,
        block: &TextBlock,
        board: PixelRect,
        ground: &Ground,
    ) -> Option<f64> {
        let behind = &ground.frame;
        let mut histogram = vec![0u64; STEPS];
        let mut total = 0;
        let mut known = Known::new();
        for line in &block.lines {
            let around = line.ink.grown(HALO_PX).intersection(board);
            if around.is_empty() {
                continue;
            }
            let around = ground.around(around);
            for y in around.top..around.bottom {
                let row = y as usize * behind.width as usize;
                let from = (row + around.left as usize) * 4;
                let to = (row + around.right as usize) * 4;
                for pixel in behind.rgba[from..to].chunks_exact(4) {
                    let below = [pixel[0], pixel[1], pixel[2]];
                    let step = known.get(below, || {
                        let below = Colour::rgb(pixel[0], pixel[1], pixel[2]);
                        self.step(block.colour.over(below), below)
                    });
                    histogram[step] += 1;
                    total += 1;
                }
            }
        }
        if total == 0 {
            return None;
        }
        let mut seen = 0;
        let step = histogram.iter().position(|count| {
            seen += count;
            seen * 100 > total * SPECKS_PERCENT
        });
        Some(1.0 + step.unwrap_or(0) as f64 / STEPS_PER_ONE)
    }

    /// Contrast in steps: a hundredth each, from 1 to one.
    pub(super) const fn steps(contrast: f64) -> usize {
        ((contrast - 1.0) * STEPS_PER_ONE) as usize
    }

    /// The contrast of two pixels, in steps.
    pub(super) fn between(&self, a: Rgb, b: Rgb) -> usize {
        self.step(Colour::rgb(a[0], a[1], a[2]), Colour::rgb(b[0], b[1], b[2]))
    }

    fn step(&self, text: Colour, below: Colour) -> usize {
        let (text, below) = (self.of(text), self.of(below));
        let ratio = (text.max(below) + 0.05) / (text.min(below) + 0.05);
        // Rounded down: a ratio just under a limit must not pass it.
        (((ratio - 1.0) * STEPS_PER_ONE + 1e-6) as usize).min(STEPS - 1)
    }
}

/// Colours met before and what was found for them: a photo has far fewer than pixels.
pub(super) struct Known {
    /// Colour and finding of the last one with this hash; no colour is [`Self::NONE`].
    slots: Vec<(u32, u16)>,
}

impl Known {
    const BITS: u32 = 13;
    const NONE: u32 = u32::MAX;

    pub(super) fn new() -> Self {
        Self {
            slots: vec![(Self::NONE, 0); 1 << Self::BITS],
        }
    }

    #[inline]
    pub(super) fn get(&mut self, [red, green, blue]: Rgb, find: impl FnOnce() -> usize) -> usize {
        let colour = u32::from_be_bytes([0, red, green, blue]);
        // Fibonacci hashing (Knuth, volume 3, 6.4).
        let slot = colour.wrapping_mul(0x9e37_79b1) >> (32 - Self::BITS);
        let slot = &mut self.slots[slot as usize];
        if slot.0 != colour {
            *slot = (colour, find() as u16);
        }
        usize::from(slot.1)
    }
}
