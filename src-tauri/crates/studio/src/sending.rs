//! Sending: the delivery queue of this desk, and what the window sees of it.

mod ledger;
mod view;

use std::collections::HashMap;
use std::fs::File;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use archive::Archive;
use delivery::{
    Destination, FolderStore, Job, JobKey, Limit, Load, Parcel, Patience, Priority, Queue, Roots,
    Sender, Sources, State, Store, SystemClock, Timeouts, TusTransport,
};
use package::{PublicKey, Trust};
use tokio::runtime::Handle;
use units::{Cancel, Digest, FileBytes, Progress, Watch};

use self::ledger::{Ledger, Live};
use crate::packing::PackageRecord;
use crate::translate::parse;
use crate::wire::{Code, Event, Problem, Settings};
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
    trust: Mutex<Trust>,
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
            trust: Mutex::default(),
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

    /// Changes how fast is sent and whose receipts count.
    pub fn configure(&self, limit_kbps: u32, trust: Trust) {
        self.desk.limit.set(Some(u64::from(limit_kbps)));
        *self
            .desk
            .trust
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = trust;
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
        let trust = self
            .trust
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
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
    pub(crate) fn resume_sending(&self) {
        self.trust_changed();
        // The receipts are in the outbox; what fails here is done at the next start.
        self.keep_receipts_of_earlier_runs().unwrap_or_default();
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
    }

    /// Takes the settings into use for what is sent from now on.
    pub(crate) fn apply_sending_settings(&self, settings: &Settings) {
        let mut keys = Vec::new();
        keys.extend(PublicKey::from_text(&settings.destination_key).ok());
        let sandbox = self
            .host()
            .sandbox()
            .and_then(|province| province.public_key());
        keys.extend(sandbox.and_then(|text| PublicKey::from_text(&text).ok()));
        self.0
            .post
            .configure(settings.limit_kbps, Trust::listed(keys));
    }

    /// The training province came, went, or got another key.
    pub(crate) fn trust_changed(&self) {
        self.apply_sending_settings(&self.0.settings.get());
    }

    /// Queues a package for the destination in settings, or wakes it.
    pub(crate) fn send_package(&self, record: &PackageRecord) -> Result<(), Problem> {
        let address = self.0.settings.get().destination;
        let destination = Destination::parse(&address)
            .map_err(|error| Problem::new(Code::BadDestination, error.to_string()))?;
        let parcel = Parcel {
            digest: parse(&record.digest)?,
            bytes: record.bytes,
            name: format!("{}.tar", record.id),
        };
        let created_ms = u64::try_from(self.now_ms()).unwrap_or(0);
        let mut job = Job::new(parcel, destination, created_ms);
        job.priority = if record.emergency {
            Priority::Emergency
        } else {
            Priority::Normal
        };
        self.0.post.queue.add(job)?;
        self.tell_record(record);
        Ok(())
    }

    /// Holds a package.
    pub(crate) fn pause_package(&self, record: &PackageRecord) -> Result<(), Problem> {
        for key in self.job_keys(record)? {
            self.0.post.queue.pause(&key)?;
        }
        self.tell_record(record);
        Ok(())
    }

    /// Takes a package out of the queue. It stays in the store and can be sent again.
    pub(crate) fn cancel_package(&self, record: &PackageRecord) -> Result<(), Problem> {
        for key in self.job_keys(record)? {
            let job = self.0.post.ledger.load(&key)?;
            if job.is_some_and(|job| matches!(job.state, State::Receipted(_))) {
                return Err(Problem::new(
                    Code::BadRequest,
                    "the province holds it already",
                ));
            }
            self.0.post.queue.remove(&key)?;
        }
        self.tell_record(record);
        Ok(())
    }

    fn job_keys(&self, record: &PackageRecord) -> Result<Vec<JobKey>, Problem> {
        let digest = parse(&record.digest)?;
        let jobs = self.0.post.ledger.jobs()?;
        Ok(jobs
            .iter()
            .map(Job::key)
            .filter(|key| key.digest == digest)
            .collect())
    }

    fn tell_record(&self, record: &PackageRecord) {
        if let Ok(package) = self.package_view(record) {
            self.events().tell(Event::Package(package));
        }
    }
}
