//! Sending: the delivery queue of this desk, and what the window sees of it.

mod ledger;
mod orders;
mod receipts;
mod trust;
mod view;

use std::collections::HashMap;
use std::fs::File;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use archive::Archive;
use delivery::{
    Destination, FolderStore, Job, Limit, Load, Patience, Queue, Roots, Sender, Sources, Store,
    SystemClock, Timeouts, TusTransport,
};
use tokio::runtime::Handle;
use units::{Cancel, Digest, FileBytes, Progress, ReadAt as _, Watch};

use self::ledger::{Ledger, Live};
use self::trust::Keyring;
use crate::packing::PackageRecord;
use crate::wire::Problem;
use crate::{Host, Studio};

/// Hears where a job stands.
type Hear = Box<dyn Fn(&Job) + Send + Sync>;

/// The queue and all it needs. It works on the runtime for as long as the program runs.
pub struct Post {
    queue: Queue,
    ledger: Arc<Ledger>,
    desk: Arc<Desk>,
    /// What was sealed, by digest, as far as it was asked for.
    records: Mutex<HashMap<Digest, Arc<PackageRecord>>>,
    runtime: Handle,
    stop: Cancel,
}

/// What the queue asks for while it works.
struct Desk {
    archive: Arc<Mutex<Archive>>,
    ledger: Arc<Ledger>,
    limit: Arc<Limit>,
    keyring: Keyring,
    hear: OnceLock<Hear>,
}

impl Post {
    /// Opens the queue of `store`. It begins to work with [`Post::begin`].
    ///
    /// # Errors
    /// Where its records cannot be read.
    pub fn open(
        store: &Path,
        archive: Arc<Mutex<Archive>>,
        runtime: Handle,
    ) -> Result<Self, Problem> {
        let records = FolderStore::open(store.join("outbox"))?;
        let ledger = Arc::new(Ledger::new(Arc::new(records)));
        let desk = Arc::new(Desk {
            archive,
            ledger: Arc::clone(&ledger),
            limit: Arc::new(Limit::none()),
            keyring: Keyring::default(),
            hear: OnceLock::new(),
        });
        let queue = Queue::new(Arc::clone(&ledger) as Arc<dyn Store>, Arc::new(SystemClock));
        Ok(Self {
            queue,
            ledger,
            desk,
            records: Mutex::default(),
            runtime,
            stop: Cancel::new(),
        })
    }

    /// Works through what is queued, now and in the time to come, and tells `hear`.
    pub fn begin(&self, hear: Hear) {
        // Set once, when the application opens.
        self.desk.hear.set(hear).ok();
        let (queue, stop) = (self.queue.clone(), self.stop.clone());
        let desk = Arc::clone(&self.desk) as Arc<dyn Sources>;
        self.runtime.spawn(async move {
            // A store that fails for a moment (a full disk, a drive that sleeps) is tried again.
            while queue.run(Arc::clone(&desk), &stop).await.is_err() && !stop.is_cancelled() {
                tokio::time::sleep(std::time::Duration::from_secs(10)).await;
            }
        });
    }
}

impl Drop for Post {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl Sources for Desk {
    fn load(&self, job: &Job) -> Result<Load, delivery::Error> {
        let gone = |detail: String| delivery::Error::Source(std::io::Error::other(detail));
        let path = {
            let archive = self.archive.lock().unwrap_or_else(PoisonError::into_inner);
            let known = archive
                .package(job.parcel.digest)
                .map_err(|error| gone(error.to_string()))?;
            let known = known.ok_or_else(|| gone("the package is not in the store".to_owned()))?;
            archive.folder().join(known.path)
        };
        let file = (File::open(&path).and_then(FileBytes::new)).map_err(delivery::Error::Source)?;
        if file.len() != job.parcel.bytes {
            return Err(delivery::Error::Changed);
        }
        // Weighed anew: the file may have lain for weeks on an old disk.
        Load::weigh(Arc::new(file), job.parcel.name.clone(), Watch::NONE)
    }

    fn sender(&self, destination: &Destination) -> Result<Sender, delivery::Error> {
        let transport = TusTransport::new(destination, &Roots::default(), Timeouts::default())?;
        let trust = self.keyring.trust(destination);
        let store = Arc::clone(&self.ledger) as Arc<dyn Store>;
        let mut sender = Sender::new(store, Arc::new(transport), trust);
        sender.limit = Arc::clone(&self.limit);
        sender.patience = Patience::ENDLESS;
        Ok(sender)
    }

    fn progress(&self, job: &Job) -> Arc<dyn Progress> {
        Arc::new(Live::new(Arc::clone(&self.ledger), job.clone()))
    }

    fn turned(&self, job: &Job) {
        if let Some(hear) = self.hear.get() {
            hear(job);
        }
    }
}

impl<H: Host> Studio<H> {
    /// Goes on with what earlier runs left in the queue.
    ///
    /// # Errors
    /// Where it cannot be read whose receipts count.
    pub(crate) fn resume_sending(&self) -> Result<(), Problem> {
        self.keyring().recall(&self.archive())?;
        // On a disk that cannot be written both are known in this run, and learnt again in the next.
        self.meet_training().unwrap_or_default();
        self.part_practice_from_destination().unwrap_or_default();
        self.apply_sending_settings().unwrap_or_default();
        // The receipts are in the outbox; what fails here is done at the next start.
        self.keep_receipts_of_earlier_runs()
            .and_then(|()| self.take_practice_back())
            .unwrap_or_default();
        let studio = Arc::downgrade(&self.0);
        let hear = move |job: &Job| {
            if let Some(inner) = studio.upgrade() {
                Studio(inner).heard(job);
            }
        };
        let ledger = Arc::clone(&self.0.post.ledger);
        let studio = Arc::downgrade(&self.0);
        ledger.hear(Box::new(move |job| {
            if let Some(inner) = studio.upgrade() {
                Studio(inner).tell_package(job);
            }
        }));
        self.0.post.begin(Box::new(hear));
        Ok(())
    }

    fn keyring(&self) -> &Keyring {
        &self.0.post.desk.keyring
    }
}
