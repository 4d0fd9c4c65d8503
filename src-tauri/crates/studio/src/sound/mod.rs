//! Hearing and recording: the transport and the recorder of this desk. Both are clocked by a thread
//! of their own that tells positions and levels; the sound itself is `devices`' business.

mod metered;
mod recorder;
mod transport;

pub use recorder::{Intent, Recorder, Stopped, device, left_over};
pub use transport::Deck;

use std::time::Duration;

/// How often positions and levels are told: smooth to the eye, cheap to send.
const TELL_EVERY: Duration = Duration::from_millis(50);

/// A peak in dBFS; silence has none.
fn dbfs(peak: f32) -> Option<f64> {
    crate::translate::levels::figure(20.0 * f64::from(peak).log10())
}
