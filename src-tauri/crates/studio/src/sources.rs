//! Sounds the studio works on: the original in the archive by its digest, and beside it what can be
//! made again at any time: samples at 48 kHz and peaks.
//!
//! Not for what is exported; that is rendered from here.

mod cache;
mod checked;

pub(crate) use cache::pcm as decoded;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use archive::Objects;
use audio::{Levels, MonoReading, Pcm, PcmSource, Peaks, StudioSource};
use serde::{Deserialize, Serialize};
use units::{Digest, ReadAt, Samples, Watch};

use crate::named::Named;
use crate::stage::Stage;
use crate::wire::{self, Code, Problem};

/// Peaks kept in memory: some ten megabytes each for long sounds.
const PEAKS_IN_MEMORY: usize = 16;

/// What is known of a source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SourceFacts {
    /// Name it came with.
    pub name: String,
    /// Length at 48 kHz.
    pub length: i64,
    /// Levels of the original.
    pub levels: wire::Levels,
}

/// All sources of a store.
#[derive(Clone)]
pub struct Sources {
    objects: Objects,
    cache: PathBuf,
    peaks: Arc<Mutex<HashMap<Digest, Arc<Peaks>>>>,
}

/// A sound that was taken in.
pub struct Taken {
    /// Digest of the original.
    pub digest: Digest,
    /// What is known of it.
    pub facts: SourceFacts,
}

impl Sources {
    /// The sources of `store`, whose originals lie in `objects`.
    #[must_use]
    pub fn new(store: &Path, objects: Objects) -> Self {
        Self {
            objects,
            cache: store.join("cache"),
            peaks: Arc::default(),
        }
    }

    /// Takes a sound in: copies it, decodes it, and looks at its peaks and levels. The original is
    /// not changed. `keep` puts the copy into the index.
    ///
    /// # Errors
    /// Where it is no sound that can be read, or the disk is full.
    pub fn take(
        &self,
        path: &Path,
        name: &str,
        keep: impl FnOnce(archive::Staged) -> Result<(), Problem>,
        watch: Watch<'_>,
    ) -> Result<Taken, Problem> {
        // A look at its head first, so that what is no sound is refused before it is copied.
        audio::open(Arc::new(crate::tools::open_file(path)?))?;
        let copying = Stage::of(watch, 0.0, 0.2);
        let staged = self.objects.stage_file(path, watch.telling(&copying))?;
        let digest = staged.digest();
        keep(staged)?;
        self.look(digest, name, watch)
    }

    /// Decodes and measures a sound that is in the archive already.
    ///
    /// # Errors
    /// Where it is no sound that can be read; [`Code::StoreDamaged`] where the copy here is not what
    /// was taken in.
    pub fn look(&self, digest: Digest, name: &str, watch: Watch<'_>) -> Result<Taken, Problem> {
        let looked = self.look_at(digest, name, watch);
        looked.map_err(|problem| self.whose(digest, problem))
    }

    fn look_at(&self, digest: Digest, name: &str, watch: Watch<'_>) -> Result<Taken, Problem> {
        // Read from the copy: the original may change or vanish under our hands.
        let bytes = self.original(digest)?;
        let pcm = cache::pcm(
            &self.cache,
            digest,
            bytes.clone(),
            &Stage::of(watch, 0.2, 0.6),
            watch,
        )?;
        let length = Samples(i64::try_from(pcm.frames).unwrap_or(i64::MAX));
        if length == Samples::ZERO {
            return Err(Problem::new(Code::Silence, "the file holds no sound"));
        }
        let looking = Stage::of(watch, 0.6, 0.8);
        self.remember(
            digest,
            cache::peaks(&self.cache, digest, pcm, watch.telling(&looking))?,
        );
        let measuring = Stage::of(watch, 0.8, 1.0);
        let levels: Levels =
            audio::measure(bytes, MonoReading::DualMono, watch.telling(&measuring))?;
        let facts = SourceFacts {
            name: name.to_owned(),
            length: length.0,
            levels: crate::translate::levels::levels(&levels),
        };
        Ok(Taken { digest, facts })
    }

    /// Makes what a source needs to be heard, where it is not there (any more).
    ///
    /// # Errors
    /// [`Code::NotFound`] where the original is gone.
    pub fn prepare(&self, digest: Digest, watch: Watch<'_>) -> Result<(), Problem> {
        self.pcm(digest, watch).map(|_| ())
    }

    /// Whether the original is here.
    #[must_use]
    pub fn has(&self, digest: Digest) -> bool {
        self.objects.path(digest).is_file()
    }

    /// The peaks of a source.
    ///
    /// # Errors
    /// [`Code::NotFound`] where the original is gone.
    pub fn peaks(&self, digest: Digest) -> Result<Arc<Peaks>, Problem> {
        if let Some(peaks) = self.memory().get(&digest) {
            return Ok(Arc::clone(peaks));
        }
        let pcm = self.pcm(digest, Watch::NONE)?;
        Ok(self.remember(digest, cache::peaks(&self.cache, digest, pcm, Watch::NONE)?))
    }

    fn pcm(&self, digest: Digest, watch: Watch<'_>) -> Result<Pcm, Problem> {
        let stage = Stage::of(watch, 0.0, 1.0);
        let pcm = cache::pcm(&self.cache, digest, self.original(digest)?, &stage, watch);
        pcm.map_err(|problem| self.whose(digest, problem))
    }

    /// A copy of ours that is not what was taken in is the store's trouble: whoever has the original
    /// need not look for a better one.
    fn whose(&self, digest: Digest, problem: Problem) -> Problem {
        if !matches!(problem.code, Code::Damaged | Code::UnknownFormat) {
            return problem;
        }
        let path = self.objects.path(digest);
        match crate::tools::digest_of(&path) {
            Ok(found) if found == digest => problem,
            Ok(_) => {
                let detail = format!("{}: {}", path.display(), problem.detail);
                Problem::new(Code::StoreDamaged, detail)
            }
            Err(error) => Problem::on(&path, error),
        }
    }

    fn original(&self, digest: Digest) -> Result<Arc<dyn ReadAt>, Problem> {
        let file = self.objects.open_object(digest)?;
        Ok(Arc::new(Named::new(file, &self.objects.path(digest))))
    }

    fn remember(&self, digest: Digest, peaks: Peaks) -> Arc<Peaks> {
        let peaks = Arc::new(peaks);
        let mut memory = self.memory();
        if memory.len() >= PEAKS_IN_MEMORY {
            memory.clear(); // they are on disk; a finer rule would not be felt
        }
        memory.insert(digest, Arc::clone(&peaks));
        peaks
    }

    fn memory(&self) -> std::sync::MutexGuard<'_, HashMap<Digest, Arc<Peaks>>> {
        self.peaks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl audio::Sources for Sources {
    fn open(&self, digest: &Digest) -> Result<Arc<dyn StudioSource>, audio::Error> {
        let pcm = self
            .pcm(*digest, Watch::NONE)
            .map_err(|problem| audio::Error::Io(problem.into()))?;
        Ok(Arc::new(PcmSource::new(pcm)?))
    }
}
