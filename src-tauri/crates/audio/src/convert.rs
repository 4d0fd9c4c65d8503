//! From any sound file to another: open, fold, resample, encode.

use std::sync::Arc;

use units::{ReadAt, Watch};

use crate::decode::Opened;
use crate::encode::{Format, Target, encoder};
use crate::{Channels, Error, Planar, Scratch, Signal, fold, open, resample};

/// Frames that go through the chain at a time: 0.34 s at 48 kHz, small enough for the cache.
const BLOCK_FRAMES: usize = 16_384;

/// Decodes `bytes` and encodes them as `target` into `out`, converting rate and channels as needed.
/// Dither is left out, whatever `target.dither` says, where the source's samples already lie on the
/// grid of the target: such a copy is exact.
///
/// # Errors
/// As [`open`] and [`encoder`]; [`Error::Cancelled`].
pub fn convert(
    bytes: Arc<dyn ReadAt>,
    target: &Target,
    out: &mut dyn Scratch,
    watch: Watch<'_>,
) -> Result<(), Error> {
    target.check_rate()?;
    let opened = open(bytes)?;
    let mut target = target.clone();
    target.dither &= !stays_exact(&opened, &target);
    let channels = if target.channels == 1 {
        Channels::Mono
    } else {
        Channels::Stereo
    };
    let folded = fold(opened.into_signal(), channels);
    let mut signal = resample(folded, target.rate_hz)?;
    let total = signal.frames().unwrap_or(0);
    let mut encoder = encoder(&target, out)?;
    let mut block = Planar::default();
    let mut done = 0;
    loop {
        watch.step(done, total)?;
        let got = signal.read(&mut block, BLOCK_FRAMES)?;
        if got == 0 {
            break;
        }
        encoder.write(&block)?;
        done += got as u64;
    }
    encoder.finish()
}

/// Whether every sample of the source can be written as it is.
fn stays_exact(opened: &Opened, target: &Target) -> bool {
    let bits = match target.format {
        Format::Wav { bits } | Format::Flac { bits } => bits,
        Format::Mp3(_) => return false,
    };
    let info = &opened.info;
    let integer = info.lossless && !info.codec.starts_with("pcm_f");
    integer
        && info.bits.is_some_and(|source_bits| source_bits <= bits)
        && info.rate_hz == target.rate_hz
        && (info.channels == target.channels || info.channels == 1)
}
