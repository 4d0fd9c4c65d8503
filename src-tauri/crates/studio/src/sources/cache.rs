//! What can be made again from an original: samples at 48 kHz, and peaks. Deleting the folder costs
//! time, never content.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::sync::Arc;

use audio::{Pcm, Peaks, Planar, SampleFormat, Source, studio_signal};
use units::{Digest, FileBytes, Progress as _, ReadAt, SAMPLE_RATE_HZ, Watch};

use crate::scratch::Draft;
use crate::stage::Stage;
use crate::wire::Problem;

/// A raw file of ours begins with this; the number is its version.
const MAGIC: &[u8; 8] = b"LOAPCM01";

/// Magic and number of channels, padded so that samples lie on a multiple of their size.
const HEADER_BYTES: u64 = 16;

/// Frames decoded at a time.
const BLOCK_FRAMES: usize = 16_384;

/// Samples of the original at 48 kHz, mono or stereo: the original itself where it is such PCM
/// already, else 32-bit floats decoded once.
pub fn pcm(
    cache: &Path,
    digest: Digest,
    original: Arc<dyn ReadAt>,
    stage: &Stage<'_>,
    watch: Watch<'_>,
) -> Result<Pcm, Problem> {
    let opened = audio::open(original)?;
    if let Source::Pcm(pcm) = &opened.source
        && pcm.rate_hz == SAMPLE_RATE_HZ
        && pcm.channels <= 2
    {
        return Ok(pcm.clone());
    }
    let place = cache.join("pcm").join(format!("{digest}.f32"));
    if let Some(pcm) = read(&place) {
        return Ok(pcm);
    }
    let expected = opened.info.frames.unwrap_or(0) * u64::from(SAMPLE_RATE_HZ)
        / u64::from(opened.info.rate_hz.max(1));
    let mut signal = studio_signal(opened)?;
    let mut draft = Draft::beside(&place)?;
    let mut out = BufWriter::with_capacity(1 << 20, &mut draft);
    out.write_all(MAGIC)?;
    out.write_all(&(signal.channels() as u64).to_le_bytes())?;
    let mut block = Planar::default();
    let mut done = 0u64;
    let mut bytes = Vec::new();
    loop {
        let frames = signal.read(&mut block, BLOCK_FRAMES)?;
        if frames == 0 {
            break;
        }
        interleave(&block, &mut bytes);
        out.write_all(&bytes)?;
        done += frames as u64;
        watch.telling(&()).step(done, 0)?;
        stage.report(done, expected.max(done));
    }
    out.flush()?;
    drop(out);
    draft.finish(&place)?;
    read(&place).ok_or_else(|| {
        Problem::new(
            crate::wire::Code::Io,
            "the decoded sound cannot be read back".to_owned(),
        )
    })
}

fn interleave(block: &Planar, bytes: &mut Vec<u8>) {
    bytes.clear();
    match block.channels() {
        [mono] => bytes.extend(mono.iter().flat_map(|sample| sample.to_le_bytes())),
        [left, right, ..] => {
            for (left, right) in left.iter().zip(right) {
                bytes.extend(left.to_le_bytes());
                bytes.extend(right.to_le_bytes());
            }
        }
        [] => {}
    }
}

fn read(place: &Path) -> Option<Pcm> {
    let file = FileBytes::new(File::open(place).ok()?).ok()?;
    let mut header = [0u8; HEADER_BYTES as usize];
    file.read_exact_at(0, &mut header).ok()?;
    let channels = usize::from(header[8]);
    if &header[..8] != MAGIC || !(1..=2).contains(&channels) {
        return None;
    }
    let frames = (file.len() - HEADER_BYTES) / (4 * channels as u64);
    Some(Pcm {
        bytes: Arc::new(file),
        offset: HEADER_BYTES,
        frames,
        channels,
        rate_hz: SAMPLE_RATE_HZ,
        format: SampleFormat::F32,
    })
}

/// The peaks of these samples, from disk where they were looked at before.
pub fn peaks(cache: &Path, digest: Digest, pcm: Pcm, watch: Watch<'_>) -> Result<Peaks, Problem> {
    let place = cache.join("peaks").join(format!("{digest}.peaks"));
    if let Ok(bytes) = std::fs::read(&place)
        && let Ok(peaks) = Peaks::from_bytes(&bytes)
    {
        return Ok(peaks);
    }
    let peaks = Peaks::build(&mut *pcm.signal(), watch)?;
    crate::scratch::write_whole(&place, &peaks.to_bytes())?;
    Ok(peaks)
}
