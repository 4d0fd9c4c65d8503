//! Contrast of text against the pixels that are really behind it: background, rectangles and photos,
//! drawn without the text itself. And how much of it is seen where something is drawn over it.

use crate::Frame;
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
    /// the block is drawn upon. `None` where no ink is on the board.
    pub(super) fn contrast(&self, block: &TextBlock, behind: &Frame) -> Option<f64> {
        let board = PixelRect {
            left: 0,
            top: 0,
            right: behind.width as i32,
            bottom: behind.height as i32,
        };
        let mut histogram = vec![0u64; STEPS];
        let mut total = 0;
        // Flat backgrounds are long runs of one colour.
        let mut last: Option<(Colour, usize)> = None;
        for line in &block.lines {
            let around = line.ink.grown(HALO_PX).intersection(board);
            if around.is_empty() {
                continue;
            }
            for y in around.top..around.bottom {
                let row = y as usize * behind.width as usize;
                let from = (row + around.left as usize) * 4;
                let to = (row + around.right as usize) * 4;
                for pixel in behind.rgba[from..to].chunks_exact(4) {
                    let below = Colour::rgb(pixel[0], pixel[1], pixel[2]);
                    let step = match last {
                        Some((colour, step)) if colour == below => step,
                        _ => self.step(block.colour.over(below), below),
                    };
                    last = Some((below, step));
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

    /// How much of the letters is still seen once all is drawn, 0 to 1: the share of their pixels that
    /// keep the contrast they had, or at least `enough`. `ink` shows the letters in white on black;
    /// `had` and `left` are the slide with and without them, up to them and finished.
    pub(super) fn seen(
        &self,
        ink: &Frame,
        had: [&Frame; 2],
        left: [&Frame; 2],
        enough: f64,
    ) -> f64 {
        let enough = ((enough - 1.0) * STEPS_PER_ONE) as usize;
        let contrast = |frames: [&Frame; 2], index: usize| {
            let [with, without] = frames.map(|frame| {
                let pixel = &frame.rgba[index * 4..index * 4 + 3];
                Colour::rgb(pixel[0], pixel[1], pixel[2])
            });
            self.step(with, without)
        };
        let (mut seen, mut total) = (0u64, 0u64);
        for (index, coverage) in ink.rgba.chunks_exact(4).enumerate() {
            // The faint half of an edge bears no form.
            if coverage[0] >= 128 {
                total += 1;
                seen += u64::from(contrast(left, index) >= contrast(had, index).min(enough));
            }
        }
        if total == 0 {
            return 1.0;
        }
        seen as f64 / total as f64
    }

    fn step(&self, text: Colour, below: Colour) -> usize {
        let (text, below) = (self.of(text), self.of(below));
        let ratio = (text.max(below) + 0.05) / (text.min(below) + 0.05);
        // Rounded down: a ratio just under a limit must not pass it.
        (((ratio - 1.0) * STEPS_PER_ONE + 1e-6) as usize).min(STEPS - 1)
    }
}
