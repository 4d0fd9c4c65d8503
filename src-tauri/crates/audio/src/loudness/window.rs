//! The sliding windows over weighted energy: 400 ms and 3 s, moved in cells of 10 ms.
//!
//! Cells make the windows exact at any rate: cell k reaches from frame ⌊k·rate/100⌋ to the next, and a
//! window's energy is divided by the frames that it really holds.

use super::gate::{ABSOLUTE_GATE_LUFS, Gated, energy, loudness};

/// Cells in a second.
const CELLS_PER_S: u64 = 100;
/// Cells of the momentary window and of a gating block: 400 ms.
const MOMENTARY: usize = 40;
/// Cells of the short-term window: 3 s.
const SHORT_TERM: usize = 300;
/// Cells from one gating block to the next (75 % overlap) and from one point of the curve to the next.
const HOP: u64 = 10;
/// Cells kept in one piece; many times the longest window, so that moving them costs nothing.
const KEPT: usize = 8 * SHORT_TERM;

/// First frame of a cell.
pub fn cell_start(cell: u64, rate_hz: u32) -> u64 {
    cell * u64::from(rate_hz) / CELLS_PER_S
}

/// Collects cells and remembers what the windows over them showed.
pub struct Windows {
    rate_hz: u32,
    /// The last cells, preceded by silence; the newest stands last.
    cells: Vec<f64>,
    count: u64,
    /// Energy per frame from which a cell is sound, and how many were.
    gate: f64,
    sounding: u64,
    momentary_max: f64,
    short_term_max: f64,
    curve: Vec<f32>,
    blocks: Gated,
    short_terms: Gated,
}

/// What the windows showed, in LUFS and LU.
pub struct Shown {
    pub integrated: f64,
    pub range_lu: f64,
    pub momentary_max: f64,
    pub short_term_max: f64,
    pub sounding_s: f64,
    pub curve: Vec<f32>,
}

impl Windows {
    pub fn new(rate_hz: u32) -> Self {
        let mut cells = Vec::with_capacity(KEPT);
        cells.resize(SHORT_TERM, 0.0);
        Self {
            rate_hz,
            cells,
            count: 0,
            gate: energy(ABSOLUTE_GATE_LUFS),
            sounding: 0,
            momentary_max: 0.0,
            short_term_max: 0.0,
            curve: Vec::new(),
            blocks: Gated::new(),
            short_terms: Gated::new(),
        }
    }

    /// Takes in the weighted energy (sum of squares) of the next 10 ms.
    pub fn push(&mut self, energy: f64) {
        if self.cells.len() == KEPT {
            self.cells.copy_within(KEPT - SHORT_TERM.., 0);
            self.cells.truncate(SHORT_TERM);
        }
        self.cells.push(energy);
        self.count += 1;

        self.sounding += u64::from(self.mean(1) > self.gate);
        let momentary = self.mean(MOMENTARY);
        let short_term = self.mean(SHORT_TERM);
        self.momentary_max = self.momentary_max.max(momentary);
        self.short_term_max = self.short_term_max.max(short_term);
        if self.count.is_multiple_of(HOP) {
            self.curve.push(loudness(short_term) as f32);
            if self.count >= MOMENTARY as u64 {
                self.blocks.push(momentary);
            }
            if self.count >= SHORT_TERM as u64 {
                self.short_terms.push(short_term);
            }
        }
    }

    /// Mean energy per frame over the last `cells`. Before the start there was silence, of the length
    /// that the first cells have.
    fn mean(&self, cells: usize) -> f64 {
        let end = self.count.max(cells as u64);
        let frames = cell_start(end, self.rate_hz) - cell_start(end - cells as u64, self.rate_hz);
        sum(&self.cells[self.cells.len() - cells..]) / frames as f64
    }

    pub fn finish(self) -> Shown {
        Shown {
            integrated: self.blocks.integrated(),
            range_lu: self.short_terms.range_lu(),
            momentary_max: loudness(self.momentary_max),
            short_term_max: loudness(self.short_term_max),
            sounding_s: self.sounding as f64 / CELLS_PER_S as f64,
            curve: self.curve,
        }
    }
}

/// The sum, in several strands, because one long chain of additions would take most of the time.
///
/// A running sum would be cheaper still, but would keep the rounding errors of a loud passage for
/// ever, and silence after it would not be silent.
fn sum(values: &[f64]) -> f64 {
    let mut strands = [0.0; 8];
    let chunks = values.chunks_exact(8);
    let rest: f64 = chunks.remainder().iter().sum();
    for chunk in chunks {
        for (strand, value) in strands.iter_mut().zip(chunk) {
            *strand += value;
        }
    }
    strands.iter().sum::<f64>() + rest
}

#[cfg(test)]
mod tests {
    use super::{Windows, cell_start};

    #[test]
    fn cells_cover_every_frame_once_at_any_rate() {
        for rate_hz in [8_000, 11_025, 22_050, 44_100, 192_000] {
            assert_eq!(cell_start(0, rate_hz), 0);
            assert_eq!(cell_start(100, rate_hz), u64::from(rate_hz));
        }
    }

    #[test]
    fn silence_after_sound_is_silent_again() {
        let mut windows = Windows::new(48_000);
        (0..1_000).for_each(|_| windows.push(480.0));
        (0..1_000).for_each(|_| windows.push(0.0));
        let shown = windows.finish();
        assert_eq!(shown.curve.len(), 200);
        assert_eq!(shown.curve.last(), Some(&f32::NEG_INFINITY));
    }
}
