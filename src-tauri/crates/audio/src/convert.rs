//! From any sound file to another: open, fold, resample, encode.

use std::sync::Arc;

use units::{ReadAt, Watch};

use crate::encode::Target;
use crate::{Error, Scratch};

/// Frames that go through the chain at a time: 0.34 s at 48 kHz, small enough for the cache.
pub(crate) const BLOCK_FRAMES: usize = 16_384;

/// Decodes `bytes` and encodes them as `target` into `out`, converting rate and channels as needed.
/// `target.dither` is obeyed only where samples change; an exact copy is never dithered.
///
/// # Errors
/// As [`crate::open`] and [`crate::encode::encoder`]; [`Error::Cancelled`].
pub fn convert(
    bytes: Arc<dyn ReadAt>,
    target: &Target,
    out: &mut dyn Scratch,
    watch: Watch<'_>,
) -> Result<(), Error> {
    let _later = (bytes, target, out, watch);
    todo!()
}
