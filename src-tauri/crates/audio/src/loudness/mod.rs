//! Loudness and true peak of finished sound: ITU-R BS.1770-5, EBU Tech 3341 and Tech 3342.
//!
//! Here: the meter ([`Meter`]) that files, mixes and our own output go through, at the sound's own
//! rate, and the meter of live input ([`LiveMeter`]). Not here: changing the sound (`normalize`,
//! `limiter`).

mod gate;
mod live;
mod meter;
mod true_peak;
mod weighting;
mod window;

#[cfg(test)]
mod agreement_tests;
#[cfg(test)]
mod ebu_tests;

use std::sync::Arc;

use units::{Dbtp, Lufs, ReadAt, Watch};

use crate::{Error, Planar, Signal};

pub use live::{LiveLevels, LiveMeter};
pub use meter::Meter;
pub(crate) use true_peak::{Interpolator, PHASES, TAPS};
pub(crate) use weighting::{Columns, ORDER, Steps};

/// Lowest rate that can be measured: below it the K-weighting's shelf lies past half the rate.
pub const RATE_HZ_MIN: u32 = 8_000;
/// Highest rate that can be measured, the highest in broadcast use.
pub const RATE_HZ_MAX: u32 = 192_000;

/// Frames that go through a meter at a time: small enough for the second-level cache.
pub(crate) const BLOCK_FRAMES: usize = 16_384;

/// How a file of one channel is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum MonoReading {
    /// As two like channels, which is how it will be heard: 3 LU more than plain.
    #[default]
    DualMono,
    /// As one channel, by the letter of BS.1770.
    PlainMono,
}

/// What a meter found.
#[derive(Clone, PartialEq, Debug)]
pub struct Levels {
    /// Loudness of the whole, gated (BS.1770-5 Annex 1). Minus infinity for silence and for less
    /// than 400 ms.
    pub integrated: Lufs,
    /// Loudness range in LU (Tech 3342); 0 where there are no 3 seconds of sound.
    pub range_lu: f64,
    /// Highest true peak (BS.1770-5 Annex 2, eightfold oversampling) of all channels.
    pub true_peak: Dbtp,
    /// Highest sample in dBFS; never above [`Self::true_peak`].
    pub sample_peak: Dbtp,
    /// Highest loudness of any 400 ms, looked at every 10 ms. What lies before the start is silence.
    pub max_momentary: Lufs,
    /// Highest loudness of any 3 s, looked at every 10 ms. What lies before the start is silence.
    pub max_short_term: Lufs,
    /// Short-term loudness in LUFS every 100 ms, the first value at 100 ms.
    pub short_term_curve: Vec<f32>,
    /// Length in seconds.
    pub duration_s: f64,
    /// Seconds of it that are louder than −70 LUFS, counted in steps of 10 ms.
    pub sounding_s: f64,
    /// Rate of the measured sound.
    pub sample_rate_hz: u32,
    /// Channels of the measured sound.
    pub channels: usize,
    /// Whether one channel was read as two like channels.
    pub dual_mono: bool,
}

/// Measures a sound file of any format that the studio reads, at its own rate.
///
/// # Errors
/// As [`crate::open`] and [`measure_signal`].
pub fn measure(
    bytes: Arc<dyn ReadAt>,
    mono: MonoReading,
    watch: Watch<'_>,
) -> Result<Levels, Error> {
    measure_signal(&mut crate::open(bytes)?.into_signal(), mono, watch)
}

/// Measures a stream from where it stands to its end.
///
/// # Errors
/// [`Error::Limit`] for a rate outside [`RATE_HZ_MIN`] to [`RATE_HZ_MAX`], whatever the stream
/// reports, [`Error::Cancelled`].
pub fn measure_signal(
    signal: &mut dyn Signal,
    mono: MonoReading,
    watch: Watch<'_>,
) -> Result<Levels, Error> {
    let meter = Meter::positioned(signal.rate_hz(), signal.channels(), signal.mask(), mono)?;
    run_through(signal, meter, watch)
}

/// The integrated loudness alone, for less work.
///
/// # Errors
/// As [`measure_signal`].
pub(crate) fn measure_loudness(
    signal: &mut dyn Signal,
    mono: MonoReading,
    watch: Watch<'_>,
) -> Result<Lufs, Error> {
    let meter = Meter::positioned(signal.rate_hz(), signal.channels(), signal.mask(), mono)?;
    run_through(signal, meter.without_peaks(), watch).map(|levels| levels.integrated)
}

fn run_through(
    signal: &mut dyn Signal,
    mut meter: Meter,
    watch: Watch<'_>,
) -> Result<Levels, Error> {
    let total = signal.frames().unwrap_or(0);
    let mut block = Planar::default();
    while signal.read(&mut block, BLOCK_FRAMES)? > 0 {
        meter.push(&block);
        watch.step(meter.frames(), total)?;
    }
    Ok(meter.finish())
}
