//! The application: commands, documents, jobs and events, generic over the program it runs in.
//!
//! It introduces the engines to each other: `audio`, `board`, `archive`, `package`, `delivery`. It
//! knows no window, no terminal, no sound library and no province; those come through [`Host`].

#![forbid(unsafe_code)]

mod assets;
#[cfg(test)]
mod bench;
mod commands;
mod documents;
mod events;
mod facts;
mod folder_tree;
mod host;
mod jobs;
mod keys;
mod lock;
mod media;
mod named;
mod offers;
mod outside;
mod packing;
mod room;
pub mod schema;
mod scratch;
mod sending;
mod settings;
mod slides;
mod sound;
mod sources;
mod stage;
mod sweep;
pub mod tools;
mod translate;
pub mod wire;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use archive::{Archive, Objects};
use package::SigningKey;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::runtime::Handle;
use units::Id;

pub use audio::ports::{Capture, Playback};
pub use documents::{Model, recover_document};
pub use events::Events;
pub use facts::{duration_ms, measured, media_type, remember_levels};
pub use folder_tree::FolderTree;
pub use host::{Host, TrainingProvince};
pub use jobs::Order;
pub use keys::signing_key;
pub use media::{Answer, Media};
pub use outside::{inside, own_name};
pub use packing::{Cover, Packing, organisation};
pub use settings::settings_of;
pub use translate::archive::audit_to_wire;

use crate::assets::Assets;
use crate::documents::Documents;
use crate::jobs::{Jobs, Journal};
use crate::lock::StoreLock;
use crate::offers::Offers;
use crate::sending::Post;
use crate::settings::SettingsFile;
use crate::slides::OpenPictures;
use crate::sound::{Deck, Recorder};
use crate::sources::Sources;
use crate::wire::{Code, Job, Problem};

/// The application. Cloning gives another handle to the same one.
pub struct Studio<H: Host>(Arc<Inner<H>>);

impl<H: Host> Clone for Studio<H> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

struct Inner<H> {
    host: H,
    store: PathBuf,
    archive: Arc<Mutex<Archive>>,
    objects: Objects,
    assets: Assets,
    settings: SettingsFile,
    key: SigningKey,
    documents: Documents,
    sources: Sources,
    pictures: OpenPictures,
    offers: Offers,
    jobs: Jobs,
    events: Events,
    transport: Deck,
    recorder: Recorder,
    post: Post,
    torn: Mutex<Vec<String>>,
    recovered: Mutex<Vec<wire::RecoveredDocument>>,
    left_over: Mutex<Vec<wire::RecoveredTake>>,
    /// Let go last.
    #[expect(dead_code, reason = "what matters is when it is dropped")]
    lock: StoreLock,
}

impl<H: Host> Studio<H> {
    /// Opens the application on `store`, the folder of its archive, with the program's own files in
    /// `assets`. Network work runs on `runtime`.
    ///
    /// # Errors
    /// [`Code::StoreLocked`], [`Code::NewerStore`], [`Code::StoreDamaged`], [`Code::NotAStore`] and
    /// what the disk says.
    pub fn open(host: H, store: &Path, assets: &Path, runtime: Handle) -> Result<Self, Problem> {
        let archive = Archive::open(store)?;
        let unwritable = commands::unwritable(&archive);
        Self::open_with(host, archive, assets, runtime).map_err(|problem| {
            // What is missing in a store that can only be read cannot be made; that is the reason.
            match (problem.code, unwritable) {
                (Code::PermissionDenied, Some(why)) => why,
                _ => problem,
            }
        })
    }

    fn open_with(
        host: H,
        archive: Archive,
        assets: &Path,
        runtime: Handle,
    ) -> Result<Self, Problem> {
        let store = archive.folder().to_owned();
        let store = store.as_path();
        // Before anything is swept or mended: that is another's work in hand where it has the store.
        let lock = StoreLock::take(store)?;
        let objects = archive.objects().clone();
        sweep::sweep_store(store);
        let key = keys::open(store, &host)?;
        let settings = SettingsFile::open(store)?;
        let events = Events::default();
        let earlier = remembered_jobs(&archive)?;
        let archive = Arc::new(Mutex::new(archive));
        let journal = Box::new(ArchiveJournal(Arc::clone(&archive)));
        let post = Post::open(store, Arc::clone(&archive), runtime)?;
        let studio = Self(Arc::new(Inner {
            sources: Sources::new(store, objects.clone()),
            pictures: OpenPictures::of(objects.clone()),
            jobs: Jobs::new(events.clone(), journal, earlier),
            assets: Assets::open(assets)?,
            store: store.to_owned(),
            host,
            archive,
            objects,
            settings,
            key,
            documents: Documents::default(),
            offers: Offers::default(),
            events,
            transport: Deck::default(),
            recorder: Recorder::default(),
            post,
            torn: Mutex::default(),
            recovered: Mutex::default(),
            left_over: Mutex::default(),
            lock,
        }));
        // A folder that cannot be read now is looked into after the next take; the rest works without.
        studio.look_for_takes().unwrap_or_default();
        // What cannot be taken up now is tried again at the next start; the rest works without it.
        studio.take_up_packages().unwrap_or_default();
        studio.resume_sending()?;
        Ok(studio)
    }

    /// Calls the command `name` with a JSON request.
    ///
    /// # Errors
    /// As [`schema::dispatch`].
    pub fn call(
        &self,
        name: &str,
        request: serde_json::Value,
    ) -> Result<serde_json::Value, Problem> {
        self.0.pictures.sweep(self.now_ms());
        schema::dispatch(self, name, request)
    }

    /// The folder of the archive.
    #[must_use]
    pub fn store(&self) -> &Path {
        &self.0.store
    }

    /// All that happens.
    #[must_use]
    pub fn events(&self) -> &Events {
        &self.0.events
    }

    /// Takes a file in that a person offered by dropping or uploading it.
    ///
    /// # Errors
    /// Where it is not a file that can be read.
    pub fn offer(&self, path: &Path) -> Result<wire::Offer, Problem> {
        self.0.offers.take(path)
    }

    /// Starts the training province; where there is no destination, packages go there.
    ///
    /// # Errors
    /// [`Code::NotFound`] where this host has none.
    pub fn start_sandbox(&self) -> Result<wire::Sandbox, Problem> {
        commands::sandbox_start(self, wire::Nothing {})
    }

    /// Ends what is under way, before the program does: jobs are cancelled and undo what they had
    /// begun, a take is closed and waits to be taken in. Returns once that is done, or after a few
    /// seconds.
    pub fn wind_up(&self) {
        // No take, or one that cannot be closed: what is on disk is mended at the next start.
        drop(self.0.recorder.stop(&self.0.events));
        self.0.jobs.cancel_all();
    }

    fn host(&self) -> &H {
        &self.0.host
    }

    fn objects(&self) -> &Objects {
        &self.0.objects
    }

    fn sources(&self) -> &Sources {
        &self.0.sources
    }

    fn archive(&self) -> MutexGuard<'_, Archive> {
        self.0
            .archive
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn now_ms(&self) -> i64 {
        self.0.host.now_ms()
    }

    fn new_id(&self) -> Result<Id, Problem> {
        let mut random = [0; 10];
        self.0.host.random(&mut random)?;
        Ok(Id::new(u64::try_from(self.now_ms()).unwrap_or(0), random))
    }

    /// What was remembered under a key, if it still has that form.
    fn recall<T: DeserializeOwned>(&self, space: &str, key: &str) -> Result<Option<T>, Problem> {
        facts::recall(&self.archive(), space, key)
    }

    fn remember<T: Serialize>(&self, space: &str, key: &str, value: &T) -> Result<(), Problem> {
        let text = to_json(value)?;
        Ok(self.archive().state_put(space, key, &text)?)
    }
}

fn to_json<T: Serialize>(value: &T) -> Result<String, Problem> {
    serde_json::to_string(value).map_err(|error| Problem::new(Code::Internal, error.to_string()))
}

/// Where jobs are written down.
const JOBS: &str = "job";

struct ArchiveJournal(Arc<Mutex<Archive>>);

impl Journal for ArchiveJournal {
    fn keep(&self, job: &Job) -> Result<(), Problem> {
        let text = to_json(job)?;
        let mut archive = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match archive.state_put(JOBS, &job.id, &text) {
            // An audit is done all the same; its record lasts as long as the program.
            Err(archive::Error::DiskFull(_) | archive::Error::NotWritable { .. }) => Ok(()),
            kept => Ok(kept?),
        }
    }

    fn forget(&self, id: &str) -> Result<(), Problem> {
        let mut archive = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(archive.state_delete(JOBS, id).map(|_| ())?)
    }
}

fn remembered_jobs(archive: &Archive) -> Result<Vec<Job>, Problem> {
    let records = archive.state_list(JOBS)?;
    Ok(records
        .iter()
        .filter_map(|(_, text)| serde_json::from_str(text).ok())
        .collect())
}
