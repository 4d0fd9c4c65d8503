//! The meter of live input: what a level display asks for while sound still comes in.
//!
//! Finished sound goes through [`super::Meter`]; this one answers at any moment and wraps the
//! `ebur128` crate, which also judges our own meter in the tests.

use ebur128::{EbuR128, Mode};
use units::{Dbtp, Lufs};

use super::MonoReading;
use crate::Error;

/// What a live meter shows now.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct LiveLevels {
    /// Loudness of the last 400 ms.
    pub momentary: Lufs,
    /// Loudness of the last 3 s.
    pub short_term: Lufs,
    /// Gated loudness since the last reset.
    pub integrated: Lufs,
    /// Loudness range since the last reset, in LU; unstable in the first minute (Tech 3341 §2.6).
    pub range_lu: f64,
    /// Highest true peak since the last reset.
    pub true_peak: Dbtp,
    /// Highest sample since the levels were last asked for: what a peak bar shows.
    pub sample_peak: Dbtp,
}

/// Measures while sound comes in.
pub struct LiveMeter {
    meter: EbuR128,
    channels: usize,
    sample_peak: f32,
}

impl LiveMeter {
    /// A meter for interleaved sound of this shape.
    ///
    /// # Errors
    /// [`Error::Limit`] for no channels, more than 64, or a rate that nobody records at.
    pub fn new(rate_hz: u32, channels: usize, mono: MonoReading) -> Result<Self, Error> {
        let refused = |_| Error::Limit {
            what: "channels or sample rate of a live meter",
            found: (channels as u64).max(rate_hz.into()),
            limit: super::RATE_HZ_MAX.into(),
        };
        // Histograms keep the memory of a meter that runs all day constant.
        let mode = Mode::I | Mode::LRA | Mode::TRUE_PEAK | Mode::HISTOGRAM;
        let mut meter = EbuR128::new(channels as u32, rate_hz, mode).map_err(refused)?;
        if channels == 1 && mono == MonoReading::DualMono {
            meter
                .set_channel(0, ebur128::Channel::DualMono)
                .map_err(refused)?;
        }
        Ok(Self {
            meter,
            channels,
            sample_peak: 0.0,
        })
    }

    /// Takes in interleaved frames; a last incomplete frame is left out.
    ///
    /// # Errors
    /// [`Error::Damaged`] never in practice: the frames were cut to the meter's shape.
    pub fn push_interleaved(&mut self, samples: &[f32]) -> Result<(), Error> {
        let whole = samples.len() / self.channels * self.channels;
        self.sample_peak = samples
            .iter()
            .fold(self.sample_peak, |peak, x| peak.max(x.abs()));
        self.meter
            .add_frames_f32(&samples[..whole])
            .map_err(|error| Error::Damaged(error.to_string()))
    }

    /// Forgets all, as at the start of a take.
    pub fn reset(&mut self) {
        self.meter.reset();
        self.sample_peak = 0.0;
    }

    /// What the meter shows now. Asking again without new sound shows the same, but for the sample
    /// peak, which starts anew.
    ///
    /// # Errors
    /// As [`Self::push_interleaved`].
    pub fn levels(&mut self) -> Result<LiveLevels, Error> {
        let read = |value: Result<f64, ebur128::Error>| {
            value.map_err(|error| Error::Damaged(error.to_string()))
        };
        let mut true_peak = 0.0f64;
        for channel in 0..self.channels {
            true_peak = true_peak.max(read(self.meter.true_peak(channel as u32))?);
        }
        Ok(LiveLevels {
            momentary: Lufs(read(self.meter.loudness_momentary())?),
            short_term: Lufs(read(self.meter.loudness_shortterm())?),
            integrated: Lufs(read(self.meter.loudness_global())?),
            range_lu: read(self.meter.loudness_range())?,
            true_peak: Dbtp::from_amplitude(true_peak),
            sample_peak: Dbtp::from_amplitude(f64::from(std::mem::take(&mut self.sample_peak))),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{LiveMeter, MonoReading};

    #[test]
    fn a_tone_of_minus_18_dbfs_on_both_channels_reads_minus_18_lufs() {
        let mut meter = LiveMeter::new(48_000, 2, MonoReading::DualMono).unwrap();
        let amplitude = 10f32.powf(-18.0 / 20.0);
        let tone: Vec<f32> = (0..48_000 * 4)
            .flat_map(|n| [amplitude * (n as f32 * std::f32::consts::TAU / 48.0).sin(); 2])
            .collect();
        tone.chunks(960)
            .for_each(|chunk| meter.push_interleaved(chunk).unwrap());
        let levels = meter.levels().unwrap();
        for lufs in [levels.momentary, levels.short_term, levels.integrated] {
            assert!((lufs.0 + 18.0).abs() < 0.1, "{lufs}");
        }
        assert!((levels.true_peak.0 + 18.0).abs() < 0.1);
        meter.reset();
        assert_eq!(meter.levels().unwrap().integrated.0, f64::NEG_INFINITY);
    }
}
