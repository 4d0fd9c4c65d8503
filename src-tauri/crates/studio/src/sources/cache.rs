//! What can be made again from an original: samples at 48 kHz, and peaks. Deleting the folder costs
//! time, never content; nor does damage to it: all that is read is checked, and made again where it is
//! not what was written.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use audio::{Pcm, Peaks, Planar, SampleFormat, Source, studio_signal};
use files::{Access, Draft};
use units::{Digest, Progress as _, ReadAt, SAMPLE_RATE_HZ, Watch};

use super::checked::{Checked, CheckedDraft, Identity};
use crate::room;
use crate::stage::Stage;
use crate::wire::{Code, Problem};

/// Samples begin with this; the number is the version of their form. Older ones are made again.
const PCM_MAGIC: [u8; 8] = *b"LOAPCM02";

/// Peaks begin with this.
const PEAKS_MAGIC: [u8; 8] = *b"LOAPKS02";

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
    let opened = audio::open(Arc::clone(&original))?;
    if let Source::Pcm(pcm) = &opened.source
        && pcm.rate_hz == SAMPLE_RATE_HZ
        && pcm.channels <= 2
    {
        return Ok(pcm.clone());
    }
    let made = Decoded {
        place: cache.join("pcm").join(format!("{digest}.f32")),
        digest,
        original,
    };
    let now = match made.kept() {
        Some(kept) => kept,
        None => made.make(opened, stage, watch)?,
    };
    let (bytes, channels) = (now.len(), channels(&now));
    Ok(Pcm {
        bytes: Arc::new(Mending {
            made,
            now: RwLock::new(Arc::new(now)),
        }),
        offset: 0,
        frames: bytes / (4 * channels as u64),
        channels,
        rate_hz: SAMPLE_RATE_HZ,
        format: SampleFormat::F32,
    })
}

fn channels(file: &Checked) -> usize {
    file.word().clamp(1, 2) as usize
}

/// The decoded samples of an original and where they are kept.
struct Decoded {
    place: PathBuf,
    digest: Digest,
    original: Arc<dyn ReadAt>,
}

impl Decoded {
    fn identity(&self) -> Identity {
        Identity {
            magic: PCM_MAGIC,
            digest: self.digest,
        }
    }

    fn kept(&self) -> Option<Checked> {
        Checked::open(&self.place, self.identity())
    }

    fn make(
        &self,
        opened: audio::Opened,
        stage: &Stage<'_>,
        watch: Watch<'_>,
    ) -> Result<Checked, Problem> {
        let on_place = |error| Problem::on(&self.place, error);
        let expected = opened.info.frames.unwrap_or(0) * u64::from(SAMPLE_RATE_HZ)
            / u64::from(opened.info.rate_hz.max(1));
        let mut signal = studio_signal(opened)?;
        let channels = signal.channels().clamp(1, 2) as u64;
        let needed = expected * channels * 4;
        let draft = Draft::beside(&self.place, Access::Owner).map_err(on_place)?;
        let mut out = CheckedDraft::new(draft, self.identity()).map_err(on_place)?;
        let mut block = Planar::default();
        let mut done = 0u64;
        let mut bytes = Vec::new();
        loop {
            let frames = signal.read(&mut block, BLOCK_FRAMES)?;
            if frames == 0 {
                break;
            }
            interleave(&block, &mut bytes);
            out.write(&bytes).map_err(|error| {
                let written = done * channels * 4;
                room::told(on_place(error), needed, &self.place, written)
            })?;
            done += frames as u64;
            watch.telling(&()).step(done, 0)?;
            stage.report(done, expected.max(done));
        }
        out.finish(&self.place, channels).map_err(on_place)
    }
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

/// Samples that are made again when they turn out to be wrong, while they are read: whoever listens
/// waits for that, and hears what the original holds.
struct Mending {
    made: Decoded,
    now: RwLock<Arc<Checked>>,
}

impl Mending {
    /// Other samples in place of those that were `wrong` at `offset`.
    fn mend(&self, wrong: &Arc<Checked>, offset: u64) -> Result<Arc<Checked>, Problem> {
        let mut now = self.now.write().unwrap_or_else(PoisonError::into_inner);
        if !Arc::ptr_eq(&now, wrong) {
            return Ok(Arc::clone(&now)); // another reader was here first
        }
        let is_good = |file: &Checked| file.read_at(offset, &mut [0]).is_ok();
        let again = match self.made.kept().filter(is_good) {
            Some(kept) => kept, // made again for somebody else
            None => {
                let opened = audio::open(Arc::clone(&self.made.original))?;
                let whole = Stage::of(Watch::NONE, 0.0, 1.0);
                self.made.make(opened, &whole, Watch::NONE)?
            }
        };
        if (again.len(), again.word()) != (wrong.len(), wrong.word()) {
            let detail = format!("media file {} is not as it was", self.made.digest);
            return Err(Problem::new(Code::StoreDamaged, detail));
        }
        *now = Arc::new(again);
        Ok(Arc::clone(&now))
    }
}

impl ReadAt for Mending {
    fn len(&self) -> u64 {
        let now = self.now.read().unwrap_or_else(PoisonError::into_inner);
        now.len()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> std::io::Result<usize> {
        let now = Arc::clone(&self.now.read().unwrap_or_else(PoisonError::into_inner));
        match now.read_at(offset, buffer) {
            // Whatever it is: the original is at hand.
            Err(_) => self.mend(&now, offset)?.read_at(offset, buffer),
            read => read,
        }
    }
}

/// The peaks of these samples, from disk where they were looked at before.
pub fn peaks(cache: &Path, digest: Digest, pcm: Pcm, watch: Watch<'_>) -> Result<Peaks, Problem> {
    let place = cache.join("peaks").join(format!("{digest}.peaks"));
    let identity = Identity {
        magic: PEAKS_MAGIC,
        digest,
    };
    let kept = || {
        let bytes = Checked::open(&place, identity)?.all().ok()?;
        Peaks::from_bytes(&bytes).ok()
    };
    if let Some(peaks) = kept() {
        return Ok(peaks);
    }
    let peaks = Peaks::build(&mut *pcm.signal(), watch)?;
    let keep = || {
        let draft = Draft::beside(&place, Access::Owner)?;
        let mut out = CheckedDraft::new(draft, identity)?;
        out.write(&peaks.to_bytes())?;
        out.finish(&place, 0).map(|_| ())
    };
    // They can be looked at all the same; not kept, they are made again at the next start.
    keep().unwrap_or_default();
    Ok(peaks)
}

#[cfg(test)]
mod tests;
