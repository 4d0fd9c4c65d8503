//! Conversion of the sample rate by rubato's FFT resampler, as a stream.
//!
//! The resampler works on blocks whose lengths are in the exact ratio of the rates and is linear in
//! phase. What is left to do here: feed it whole blocks, cut off its delay (half a block), and end
//! after exactly as many frames as the input is worth.

use audioadapter_buffers::direct::SequentialSliceOfVecs;
use rubato::{Fft, FixedSync, Resampler};

use crate::decode::check_shape;
use crate::{Error, Planar, Signal};

/// Shortest block on the side of the lower rate. It sets how sharp the filter is: with 2,048 frames
/// the pass band of 44.1 kHz reaches beyond 20 kHz (measured in the tests below).
const BLOCK_FRAMES_MIN: usize = 2_048;

/// The signal at `to_hz`: as long as before (`round(frames × to / from)` frames), not delayed.
///
/// # Errors
/// [`Error::Limit`] and [`Error::Damaged`] for a rate out of range.
pub fn resample(signal: Box<dyn Signal>, to_hz: u32) -> Result<Box<dyn Signal>, Error> {
    let from_hz = signal.rate_hz();
    if from_hz == to_hz {
        return Ok(signal);
    }
    let channels = signal.channels();
    check_shape(channels, from_hz, None)?;
    check_shape(channels, to_hz, None)?;
    let common = gcd(from_hz, to_hz);
    let (unit_in, unit_out) = ((from_hz / common) as usize, (to_hz / common) as usize);
    // Even blocks, so that half of one is a whole number of frames on both sides.
    let units = BLOCK_FRAMES_MIN
        .div_ceil(unit_in.min(unit_out))
        .next_multiple_of(2);
    let resampler = Fft::<f32>::new(
        from_hz as usize,
        to_hz as usize,
        units * unit_in,
        channels,
        FixedSync::Both,
    )
    .map_err(|error| Error::UnsupportedTarget(error.to_string()))?;
    let (block_in, block_out) = (
        resampler.input_frames_next(),
        resampler.output_frames_next(),
    );
    let delay = resampler.output_delay();
    Ok(Box::new(Resampled {
        inner: signal,
        resampler,
        from_hz,
        to_hz,
        source: Planar::default(),
        input: Planar::new(channels, block_in),
        output: Planar::new(channels, block_out),
        next: block_out,
        delay,
        frames_in: 0,
        frames_out: 0,
        ended: false,
    }))
}

struct Resampled {
    inner: Box<dyn Signal>,
    resampler: Fft<f32>,
    from_hz: u32,
    to_hz: u32,
    source: Planar,
    /// One block for the resampler, gathered from the source.
    input: Planar,
    /// The block it made of that, and how much of it was handed out.
    output: Planar,
    next: usize,
    /// Frames still to be cut from the start.
    delay: usize,
    frames_in: u64,
    frames_out: u64,
    ended: bool,
}

impl Resampled {
    /// Frames that the input read so far is worth.
    fn worth(&self, frames: u64) -> u64 {
        let doubled = 2 * u128::from(frames) * u128::from(self.to_hz) + u128::from(self.from_hz);
        u64::try_from(doubled / (2 * u128::from(self.from_hz))).unwrap_or(u64::MAX)
    }

    /// Makes the next block of output, from silence once the input has ended.
    fn refill(&mut self) -> Result<(), Error> {
        let block_in = self.input.frames();
        let mut filled = 0;
        while filled < block_in && !self.ended {
            let got = self.inner.read(&mut self.source, block_in - filled)?;
            for (all, new) in self
                .input
                .channels_mut()
                .iter_mut()
                .zip(self.source.channels())
            {
                all[filled..filled + got].copy_from_slice(&new[..got]);
            }
            filled += got;
            self.frames_in += got as u64;
            self.ended = got == 0;
        }
        for channel in self.input.channels_mut() {
            channel[filled..].fill(0.0);
        }
        let (channels, block_out) = (self.input.channel_count(), self.output.frames());
        let refused = |error: &dyn std::fmt::Display| Error::Encoder(format!("resampler: {error}"));
        let input = SequentialSliceOfVecs::new(self.input.channels(), channels, block_in)
            .map_err(|error| refused(&error))?;
        let mut output =
            SequentialSliceOfVecs::new_mut(self.output.channels_mut(), channels, block_out)
                .map_err(|error| refused(&error))?;
        self.resampler
            .process_into_buffer(&input, &mut output, None)
            .map_err(|error| refused(&error))?;
        self.next = self.delay.min(block_out);
        self.delay -= self.next;
        Ok(())
    }
}

impl Signal for Resampled {
    fn rate_hz(&self) -> u32 {
        self.to_hz
    }

    fn channels(&self) -> usize {
        self.inner.channels()
    }

    fn frames(&self) -> Option<u64> {
        self.inner.frames().map(|frames| self.worth(frames))
    }

    fn mask(&self) -> u32 {
        self.inner.mask()
    }

    fn read(&mut self, block: &mut Planar, frames_max: usize) -> Result<usize, Error> {
        block.resize(self.input.channel_count(), frames_max);
        let mut done = 0;
        while done < frames_max {
            let left = if self.ended {
                self.worth(self.frames_in) - self.frames_out
            } else {
                u64::MAX
            };
            if left == 0 {
                break;
            }
            let here = self.output.frames() - self.next;
            if here == 0 {
                self.refill()?;
                continue;
            }
            let now = here
                .min(frames_max - done)
                .min(usize::try_from(left).unwrap_or(usize::MAX));
            for (out, made) in block.channels_mut().iter_mut().zip(self.output.channels()) {
                out[done..done + now].copy_from_slice(&made[self.next..self.next + now]);
            }
            self.next += now;
            self.frames_out += now as u64;
            done += now;
        }
        block.resize(self.input.channel_count(), done);
        Ok(done)
    }
}

fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::resample;
    use crate::signals::{Still, drain, tone};

    fn converted(from_hz: u32, to_hz: u32, samples: Vec<f32>) -> Vec<f32> {
        let mut signal = resample(Box::new(Still::new(from_hz, vec![samples])), to_hz).unwrap();
        drain(&mut *signal, 5_000).remove(0)
    }

    /// Ratio of signal to error in dB, both ends (where the tone begins and stops at once) left out.
    fn snr_db(found: &[f32], wanted: &[f32]) -> f64 {
        let edge = found.len() / 4;
        let (mut signal, mut error) = (0.0, 0.0);
        for (&found, &wanted) in found.iter().zip(wanted).skip(edge).take(2 * edge) {
            signal += f64::from(wanted).powi(2);
            error += (f64::from(found) - f64::from(wanted)).powi(2);
        }
        10.0 * (signal / error).log10()
    }

    #[test]
    fn tones_keep_phase_and_level_to_ninety_decibel() {
        for (from_hz, to_hz) in [
            (44_100, 48_000),
            (48_000, 44_100),
            (8_000, 48_000),
            (11_025, 48_000),
            (22_050, 48_000),
            (32_000, 48_000),
            (96_000, 48_000),
            (88_200, 48_000),
            (192_000, 48_000),
            (48_000, 24_000),
            (47_999, 48_000),
        ] {
            let limit_hz = f64::from(from_hz.min(to_hz)) / 2.0;
            for frequency_hz in [1_000.0, 0.86 * limit_hz] {
                let source = tone(from_hz, frequency_hz, from_hz as usize);
                let found = converted(from_hz, to_hz, source);
                let snr = snr_db(&found, &tone(to_hz, frequency_hz, to_hz as usize));
                assert!(
                    snr >= 90.0,
                    "{from_hz} → {to_hz}, {frequency_hz} Hz: {snr:.1} dB"
                );
            }
        }
    }

    #[test]
    fn nineteen_kilohertz_survive_from_44_100_to_48_000() {
        for frequency_hz in [19_000.0, 20_000.0] {
            let found = converted(44_100, 48_000, tone(44_100, frequency_hz, 44_100));
            let snr = snr_db(&found, &tone(48_000, frequency_hz, 48_000));
            assert!(snr >= 90.0, "{frequency_hz} Hz: {snr:.1} dB");
        }
    }

    #[test]
    fn the_length_is_exact_for_any_rates_and_lengths() {
        for from_hz in [8_000, 11_025, 44_100, 44_101, 48_000, 96_000, 192_000] {
            for to_hz in [8_000, 24_000, 44_100, 48_000, 192_000] {
                for frames in [0, 1, 2, 999, 10_000] {
                    let found = converted(from_hz, to_hz, vec![0.5; frames]).len();
                    let exact = frames as f64 * f64::from(to_hz) / f64::from(from_hz);
                    assert_eq!(
                        found,
                        exact.round() as usize,
                        "{frames} {from_hz} → {to_hz}"
                    );
                }
            }
        }
    }

    #[test]
    fn the_size_of_the_blocks_asked_for_changes_no_sample() {
        let source = || Box::new(Still::new(44_100, vec![tone(44_100, 440.0, 9_000)]));
        let once = drain(&mut *resample(source(), 48_000).unwrap(), usize::MAX >> 40);
        let often = drain(&mut *resample(source(), 48_000).unwrap(), 7);
        assert_eq!(once, often);
    }
}
