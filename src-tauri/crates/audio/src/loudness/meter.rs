//! The offline meter: blocks of planar sound in, [`Levels`] out.

use units::{Dbtp, Lufs};

use super::true_peak::{Interpolator, PeakMeter};
use super::weighting::{ORDER, Steps};
use super::window::{Windows, cell_start};
use super::{Levels, MonoReading, RATE_HZ_MAX, RATE_HZ_MIN};
use crate::fold::speakers;
use crate::kernel::{weigh, widen};
use crate::{Error, Planar};

/// BS.1770-5 Annex 3, Table 4: speakers at the sides, 60° to 120° off the front, count 1.5 dB more.
const SURROUND_WEIGHT: f64 = 1.41;
/// A cell below this (−400 dB) is silence: its filter state is dropped before it turns into
/// denormal numbers, with which some processors are a hundred times slower.
const SILENT_ENERGY: f64 = 1e-40;

/// Frames worked on at a time: with both precisions of two channels they fill half of the first-level
/// cache.
const CHUNK_FRAMES: usize = 1_024;

/// Measures sound as it comes, in blocks of any size.
///
/// Memory grows by about 20 bytes for each 100 ms of sound: a megabyte for an hour and a half.
pub struct Meter {
    rate_hz: u32,
    dual_mono: bool,
    weights: Vec<f64>,
    steps: Steps,
    channels: Vec<Channel>,
    peaks: Vec<PeakMeter>,
    windows: Windows,
    /// The open cell: its number and what it holds so far.
    cell: u64,
    cell_energy: f64,
    frames: u64,
}

/// The weighting filter of one channel at its current place.
struct Channel {
    /// [`ORDER`] inputs before the chunk, then the chunk.
    input: [f64; ORDER + CHUNK_FRAMES],
    loaded: usize,
    output: [f64; ORDER],
}

impl Meter {
    /// A meter for sound of this shape, its speakers in the usual order of WAV files for their number.
    ///
    /// # Errors
    /// [`Error::Limit`] and [`Error::Damaged`] outside the measurable rates.
    pub fn new(rate_hz: u32, channels: usize, mono: MonoReading) -> Result<Self, Error> {
        Self::positioned(rate_hz, channels, 0, mono)
    }

    /// As [`Self::new`], with the speakers told by a WAVE channel mask; 0 where nobody knows.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn positioned(
        rate_hz: u32,
        channels: usize,
        mask: u32,
        mono: MonoReading,
    ) -> Result<Self, Error> {
        if rate_hz < RATE_HZ_MIN {
            return Err(Error::Damaged(format!(
                "{rate_hz} Hz is too low a rate for a loudness"
            )));
        }
        if rate_hz > RATE_HZ_MAX {
            return Err(Error::Limit {
                what: "sample rate to measure at, in Hz,",
                found: rate_hz.into(),
                limit: RATE_HZ_MAX.into(),
            });
        }
        let dual_mono = channels == 1 && mono == MonoReading::DualMono;
        let interpolator = Interpolator::new();
        Ok(Self {
            rate_hz,
            dual_mono,
            weights: weights(channels, mask, dual_mono),
            steps: Steps::new(rate_hz),
            channels: (0..channels).map(|_| Channel::new()).collect(),
            peaks: (0..channels)
                .map(|_| PeakMeter::new(interpolator.clone()))
                .collect(),
            windows: Windows::new(rate_hz),
            cell: 0,
            cell_energy: 0.0,
            frames: 0,
        })
    }

    /// The same meter without its look at peaks, which are then −∞.
    #[must_use]
    pub(super) fn without_peaks(mut self) -> Self {
        self.peaks.clear();
        self
    }

    /// Frames taken in so far.
    #[must_use]
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// Takes in the next block, which must have the meter's channels. Samples that are no numbers
    /// count as silence.
    pub fn push(&mut self, block: &Planar) {
        assert_eq!(block.channel_count(), self.channels.len());
        for from in (0..block.frames()).step_by(CHUNK_FRAMES) {
            let frames = from..(from + CHUNK_FRAMES).min(block.frames());
            for index in 0..self.channels.len() {
                let x = &block.channel(index)[frames.clone()];
                let peak = self.peaks.get_mut(index);
                if self.channels[index].load(x) {
                    peak.into_iter().for_each(|peak| peak.push(x));
                } else {
                    let x: Vec<f32> = x
                        .iter()
                        .map(|x| if x.is_finite() { *x } else { 0.0 })
                        .collect();
                    self.channels[index].reload(&x);
                    peak.into_iter().for_each(|peak| peak.push(&x));
                }
            }
            self.weigh_cells(frames.len());
        }
    }

    /// Runs the loaded chunk through the filters, cell by cell.
    fn weigh_cells(&mut self, frames: usize) {
        let mut at = 0;
        while at < frames {
            let cell_end = cell_start(self.cell + 1, self.rate_hz);
            let room = (cell_end - self.frames) as usize;
            let end = (at + room).min(frames);
            self.cell_energy += self.weigh(at, end);
            self.frames += (end - at) as u64;
            at = end;
            if self.frames == cell_end {
                if self.cell_energy < SILENT_ENERGY {
                    self.channels
                        .iter_mut()
                        .for_each(|channel| channel.output = [0.0; ORDER]);
                }
                self.windows.push(std::mem::take(&mut self.cell_energy));
                self.cell += 1;
            }
        }
    }

    /// Weighted energy of the loaded frames `from..to`, two channels at a time where there are two:
    /// the filters of two channels hide each other's waiting.
    fn weigh(&mut self, from: usize, to: usize) -> f64 {
        let mut energy = 0.0;
        for (channels, weights) in self.channels.chunks_mut(2).zip(self.weights.chunks(2)) {
            energy += match (channels, weights) {
                ([one, two], [weight_one, weight_two]) if *weight_two > 0.0 => {
                    let mut outputs = [one.output, two.output];
                    let inputs = [one.stretch(from, to), two.stretch(from, to)];
                    let sums = weigh(&self.steps, inputs, &mut outputs);
                    [one.output, two.output] = outputs;
                    weight_one * sums[0] + weight_two * sums[1]
                }
                ([one, ..], [weight, ..]) if *weight > 0.0 => {
                    let mut output = [one.output];
                    let [sum] = weigh(&self.steps, [one.stretch(from, to)], &mut output);
                    [one.output] = output;
                    weight * sum
                }
                _ => 0.0,
            };
        }
        energy
    }

    /// What was found. A last cell that is not full counts for the peaks only, as BS.1770 drops the
    /// incomplete block.
    #[must_use]
    pub fn finish(self) -> Levels {
        let channels = self.channels.len();
        let (sample_peak, true_peak) = self
            .peaks
            .into_iter()
            .map(PeakMeter::finish)
            .fold((0.0f32, 0.0f32), |high, peaks| {
                (high.0.max(peaks.0), high.1.max(peaks.1))
            });
        let shown = self.windows.finish();
        Levels {
            integrated: Lufs(shown.integrated),
            range_lu: shown.range_lu,
            true_peak: Dbtp::from_amplitude(f64::from(true_peak)),
            sample_peak: Dbtp::from_amplitude(f64::from(sample_peak)),
            max_momentary: Lufs(shown.momentary_max),
            max_short_term: Lufs(shown.short_term_max),
            short_term_curve: shown.curve,
            duration_s: self.frames as f64 / f64::from(self.rate_hz),
            sounding_s: shown.sounding_s,
            sample_rate_hz: self.rate_hz,
            channels,
            dual_mono: self.dual_mono,
        }
    }
}

impl Channel {
    fn new() -> Self {
        Self {
            input: [0.0; ORDER + CHUNK_FRAMES],
            loaded: 0,
            output: [0.0; ORDER],
        }
    }

    /// Puts the next chunk behind the last inputs of the chunk before; `false` where a sample is no
    /// number.
    fn load(&mut self, x: &[f32]) -> bool {
        self.input.copy_within(self.loaded..self.loaded + ORDER, 0);
        self.reload(x)
    }

    /// Puts another chunk in the place of the one just loaded.
    fn reload(&mut self, x: &[f32]) -> bool {
        self.loaded = x.len();
        widen(x, &mut self.input[ORDER..])
    }

    fn stretch(&self, from: usize, to: usize) -> &[f64] {
        &self.input[from..to + ORDER]
    }
}

/// What each channel counts for (BS.1770-5 Annex 1 and 3).
fn weights(channels: usize, mask: u32, dual_mono: bool) -> Vec<f64> {
    if channels == 1 {
        return vec![if dual_mono { 2.0 } else { 1.0 }];
    }
    let speakers = speakers(channels, mask);
    let has_sides = speakers.iter().any(|&bit| matches!(bit, 9 | 10));
    let weight = |&bit: &u32| match bit {
        3 => 0.0, // low frequencies
        9 | 10 => SURROUND_WEIGHT,
        // The only pair behind the listener is Ls and Rs at 110°, by whichever name; a second one
        // stands further back.
        4 | 5 if !has_sides => SURROUND_WEIGHT,
        _ => 1.0,
    };
    speakers.iter().map(weight).collect()
}

#[cfg(test)]
mod tests {
    use super::weights;

    #[test]
    fn speakers_count_by_where_they_stand_not_by_their_number() {
        let s = super::SURROUND_WEIGHT;
        let five = [1.0, 1.0, 1.0, 0.0, s, s];
        assert_eq!(weights(6, 0, true), five);
        assert_eq!(weights(6, 0x60f, true), five, "Ls and Rs called sides");
        assert_eq!(weights(5, 0x37, true), [1.0, 1.0, 1.0, s, s]);
        // Three in front and one behind: no sides, and no low frequencies.
        assert_eq!(weights(4, 0x107, true), [1.0; 4]);
        assert_eq!(
            weights(8, 0x63f, true),
            [1.0, 1.0, 1.0, 0.0, 1.0, 1.0, s, s]
        );
        assert_eq!(weights(1, 0x1, true), [2.0]);
        assert_eq!(weights(1, 0x8, false), [1.0]);
    }
}
