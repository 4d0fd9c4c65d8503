//! Conversion of the sample rate by rubato's FFT resampler, as a stream.

use crate::{Error, Signal};

/// The signal at `to_hz`: as long as before (`round(frames × to / from)` frames), not delayed.
///
/// # Errors
/// [`Error::Limit`] and [`Error::Damaged`] for a rate out of range.
pub fn resample(signal: Box<dyn Signal>, to_hz: u32) -> Result<Box<dyn Signal>, Error> {
    if signal.rate_hz() == to_hz {
        return Ok(signal);
    }
    todo!()
}
