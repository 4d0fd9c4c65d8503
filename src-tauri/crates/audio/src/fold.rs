//! Folding any number of channels to mono or stereo.
//!
//! Matrix of ITU-R BS.775-4, Annex 4, Table 2: centre and surrounds at −3 dB, a single rear channel
//! at −6 dB, the low-frequency channel left out. The whole is scaled so that full scale on every
//! channel is just full scale in the result: a fold never clips. Levels are set later, by loudness.

use std::f32::consts::FRAC_1_SQRT_2;

use crate::{Error, Planar, Signal};

/// How many channels are wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Channels {
    /// Mono and stereo stay as they are, more become stereo.
    AsIs,
    /// One.
    Mono,
    /// Two; mono is put on both at its own level.
    Stereo,
}

/// The signal with as many channels as wanted. Speakers stand where [`Signal::mask`] says, else in the
/// usual WAVE order for their number.
#[must_use]
pub fn fold(signal: Box<dyn Signal>, channels: Channels) -> Box<dyn Signal> {
    let (from, mask) = (signal.channels(), signal.mask());
    let to = match channels {
        Channels::AsIs => from.min(2),
        Channels::Mono => 1,
        Channels::Stereo => 2,
    };
    if from == to {
        return signal;
    }
    Box::new(Folded {
        inner: signal,
        gains: gains(from, to, mask),
        block: Planar::default(),
    })
}

struct Folded {
    inner: Box<dyn Signal>,
    /// One row per channel of the result, one gain per channel of the source.
    gains: Vec<Vec<f32>>,
    block: Planar,
}

impl Signal for Folded {
    fn rate_hz(&self) -> u32 {
        self.inner.rate_hz()
    }

    fn channels(&self) -> usize {
        self.gains.len()
    }

    fn frames(&self) -> Option<u64> {
        self.inner.frames()
    }

    fn read(&mut self, block: &mut Planar, frames_max: usize) -> Result<usize, Error> {
        let frames = self.inner.read(&mut self.block, frames_max)?;
        block.resize(self.gains.len(), frames);
        block.clear();
        for (out, row) in block.channels_mut().iter_mut().zip(&self.gains) {
            for (source, &gain) in self.block.channels().iter().zip(row) {
                if gain != 0.0 {
                    for (sum, &sample) in out.iter_mut().zip(source) {
                        *sum += gain * sample;
                    }
                }
            }
        }
        Ok(frames)
    }
}

/// The order in which WAVE files, and nearly all others, hold this many channels (Microsoft,
/// "Multiple Channel Audio Data and WAVE Files").
const fn usual_mask(channels: usize) -> u32 {
    match channels {
        1 => 0x4,
        2 => 0x3,
        3 => 0x7,
        4 => 0x33,
        5 => 0x37,
        6 => 0x3f,
        7 => 0x70f,
        8 => 0x63f,
        _ => 0,
    }
}

/// Stands for a speaker of which nobody knows where it is.
pub(crate) const NO_POSITION: u32 = 32;

/// Where the speakers of so many channels stand, each by its bit in a WAVE channel mask.
pub(crate) fn speakers(channels: usize, mask: u32) -> Vec<u32> {
    let mask = if mask.count_ones() as usize == channels {
        mask
    } else {
        usual_mask(channels)
    };
    let mut bits = (0..32).filter(|bit| mask >> bit & 1 == 1);
    (0..channels)
        .map(|_| bits.next().unwrap_or(NO_POSITION))
        .collect()
}

/// What a speaker gives to left and right, by its bit in a WAVE channel mask.
const fn sides(bit: u32) -> (f32, f32) {
    match bit {
        0 | 6 => (1.0, 0.0),                      // front left, left of centre
        1 | 7 => (0.0, 1.0),                      // front right, right of centre
        3 => (0.0, 0.0),                          // low frequencies
        4 | 9 | 12 | 15 => (FRAC_1_SQRT_2, 0.0),  // back, side, top front, top back left
        5 | 10 | 14 | 17 => (0.0, FRAC_1_SQRT_2), // the same at the right
        8 | 11 | 13 | 16 => (0.5, 0.5),           // back centre and the tops in the middle
        _ => (FRAC_1_SQRT_2, FRAC_1_SQRT_2),      // front centre, and what nobody knows
    }
}

fn gains(from: usize, to: usize, mask: u32) -> Vec<Vec<f32>> {
    if from == 1 {
        // Many writers and decoders say "front left" of a single channel and mean the middle.
        return vec![vec![1.0]; to];
    }
    let mut pairs: Vec<_> = speakers(from, mask).into_iter().map(sides).collect();
    if pairs.iter().all(|&(left, right)| left + right == 0.0) {
        pairs.fill(sides(NO_POSITION)); // low-frequency channels alone are better than silence
    }
    let mut rows: Vec<Vec<f32>> = if to == 1 {
        vec![pairs.iter().map(|(left, right)| left + right).collect()]
    } else {
        vec![
            pairs.iter().map(|pair| pair.0).collect(),
            pairs.iter().map(|pair| pair.1).collect(),
        ]
    };
    let loudest = rows
        .iter()
        .map(|row| row.iter().sum::<f32>())
        .fold(0.0, f32::max);
    for gain in rows.iter_mut().flatten() {
        *gain /= loudest;
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::{Channels, fold, gains};
    use crate::signals::Still;

    fn folded(channels: &[f32], to: Channels) -> Vec<f32> {
        let source = channels.iter().map(|&level| vec![level; 8]).collect();
        let mut signal = fold(Box::new(Still::new(48_000, source)), to);
        let mut block = crate::Planar::default();
        assert_eq!(signal.read(&mut block, 100).unwrap(), 8);
        block.channels().iter().map(|channel| channel[3]).collect()
    }

    #[test]
    fn stereo_becomes_mono_at_half_of_each_and_mono_becomes_stereo_unchanged() {
        assert_eq!(folded(&[1.0, 0.0], Channels::Mono), [0.5]);
        assert_eq!(folded(&[0.3], Channels::Stereo), [0.3, 0.3]);
        assert_eq!(folded(&[0.3], Channels::AsIs), [0.3]);
    }

    #[test]
    fn one_channel_goes_to_both_sides_even_where_the_file_calls_it_left() {
        for mask in [0, 0x1, 0x2, 0x4, 0x8] {
            assert_eq!(gains(1, 2, mask), [[1.0], [1.0]], "{mask:#x}");
        }
    }

    #[test]
    fn surround_follows_the_matrix_and_never_clips() {
        let full = folded(&[1.0; 6], Channels::AsIs);
        assert!(full.iter().all(|&level| (level - 1.0).abs() < 1e-6));
        let left = folded(&[1.0, 0.0, 0.0, 0.0, 0.0, 0.0], Channels::AsIs);
        let centre = folded(&[0.0, 0.0, 1.0, 0.0, 0.0, 0.0], Channels::AsIs);
        let low = folded(&[0.0, 0.0, 0.0, 1.0, 0.0, 0.0], Channels::AsIs);
        assert!((centre[0] / left[0] - std::f32::consts::FRAC_1_SQRT_2).abs() < 1e-6);
        assert_eq!(left[1], 0.0);
        assert_eq!(low, [0.0, 0.0]);
    }

    #[test]
    fn any_number_of_channels_with_any_mask_gives_sane_gains() {
        for from in 1..=32 {
            for mask in [0, 0x8, 0x3f, u32::MAX] {
                for to in 1..=2 {
                    for row in gains(from, to, mask) {
                        let sum: f32 = row.iter().sum();
                        assert_eq!(row.len(), from);
                        assert!(row.iter().all(|gain| *gain >= 0.0) && sum <= 1.0 + 1e-5);
                    }
                }
            }
        }
    }
}
