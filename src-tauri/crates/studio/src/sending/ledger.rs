//! The queue's records with what the window wants to know beside them: how fast, and where a cut
//! upload went on.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use delivery::{Claimed, Job, JobKey, State, Store, StoreError};
use units::{Digest, Progress};

/// How often progress is told: often enough for a bar that moves.
const TELL_EVERY: Duration = Duration::from_millis(200);

/// Offsets kept of those at which sending went on; on a line that breaks all day the last ones tell
/// enough.
const RESUMED_MAX: usize = 100;

/// Weight of the newest measurement of speed.
const SMOOTHING: f64 = 0.3;

/// Hears each record that is written.
type Hear = Box<dyn Fn(&Job) + Send + Sync>;

/// A store that remembers the road as well.
pub struct Ledger {
    records: Arc<dyn Store>,
    roads: Mutex<HashMap<JobKey, Road>>,
    /// The jobs of each package, as far as any were seen: looked up several times a second.
    keys: Mutex<HashMap<Digest, BTreeSet<JobKey>>>,
    hear: OnceLock<Hear>,
}

/// What is known of a job's way in this run of the program.
#[derive(Clone, Debug, Default)]
pub struct Road {
    /// Bytes handed to the line so far.
    pub position: Option<u64>,
    /// Bytes a second, lately.
    pub bytes_per_s: Option<f64>,
    /// Offsets at which sending went on after a cut.
    pub resumed_at: Vec<u64>,
    attempts: u32,
    measured: Option<(Instant, u64)>,
}

impl Ledger {
    /// Over these records.
    pub fn new(records: Arc<dyn Store>) -> Self {
        Self {
            records,
            roads: Mutex::default(),
            keys: Mutex::default(),
            hear: OnceLock::new(),
        }
    }

    /// From now on tells `hear` of every record.
    pub fn hear(&self, hear: Hear) {
        // Set once, when the application opens.
        self.hear.set(hear).ok();
    }

    /// What is known of a job's way.
    pub fn road(&self, key: &JobKey) -> Road {
        self.roads().get(key).cloned().unwrap_or_default()
    }

    /// The jobs of one package, one for each destination, without reading all others.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn jobs_of(&self, digest: Digest) -> Result<Vec<Job>, StoreError> {
        let keys = self.keys().get(&digest).cloned().unwrap_or_default();
        let jobs = keys.iter().map(|key| self.records.load(key));
        jobs.filter_map(Result::transpose).collect()
    }

    fn roads(&self) -> MutexGuard<'_, HashMap<JobKey, Road>> {
        self.roads.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keys(&self) -> MutexGuard<'_, HashMap<Digest, BTreeSet<JobKey>>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn saw(&self, key: JobKey) {
        self.keys().entry(key.digest).or_default().insert(key);
    }

    fn note(&self, job: &Job) {
        let mut roads = self.roads();
        let road = roads.entry(job.key()).or_default();
        let sending = matches!(job.state, State::Sending { .. });
        // The first record of a new attempt holds the offset that the province named.
        if sending && job.attempts > road.attempts.max(1) && job.offset() > 0 {
            if road.resumed_at.len() == RESUMED_MAX {
                road.resumed_at.remove(0);
            }
            road.resumed_at.push(job.offset());
        }
        if sending {
            road.attempts = job.attempts;
        }
        if !sending {
            road.bytes_per_s = None;
            road.measured = None;
        }
        road.position = None;
        drop(roads);
        self.tell(job);
    }

    fn tell(&self, job: &Job) {
        if let Some(hear) = self.hear.get() {
            hear(job);
        }
    }
}

impl Store for Ledger {
    fn jobs(&self) -> Result<Vec<Job>, StoreError> {
        let jobs = self.records.jobs()?;
        jobs.iter().for_each(|job| self.saw(job.key()));
        Ok(jobs)
    }

    fn load(&self, key: &JobKey) -> Result<Option<Job>, StoreError> {
        self.records.load(key)
    }

    fn save(&self, job: &Job) -> Result<(), StoreError> {
        self.records.save(job)?;
        self.saw(job.key());
        self.note(job);
        Ok(())
    }

    fn remove(&self, key: &JobKey) -> Result<(), StoreError> {
        self.records.remove(key)?;
        // Sent again, it begins anew.
        self.roads().remove(key);
        Ok(())
    }

    fn claim(&self, key: &JobKey) -> Result<Claimed, StoreError> {
        self.records.claim(key)
    }
}

/// Measures a package on its way and tells it now and then.
pub struct Live {
    ledger: Arc<Ledger>,
    job: Job,
}

impl Live {
    /// For this job.
    pub fn new(ledger: Arc<Ledger>, job: Job) -> Self {
        Self { ledger, job }
    }
}

impl Progress for Live {
    fn report(&self, done: u64, _total: u64) {
        let mut roads = self.ledger.roads();
        let road = roads.entry(self.job.key()).or_default();
        road.position = Some(done);
        let now = Instant::now();
        match road.measured {
            Some((then, before)) if now - then >= TELL_EVERY && done >= before => {
                let speed = (done - before) as f64 / (now - then).as_secs_f64();
                let smooth = road
                    .bytes_per_s
                    .map_or(speed, |old| old + SMOOTHING * (speed - old));
                road.bytes_per_s = Some(smooth);
                road.measured = Some((now, done));
                drop(roads);
                self.ledger.tell(&self.job);
            }
            Some((_, before)) if done >= before => {}
            _ => road.measured = Some((now, done)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use delivery::{Destination, FolderStore, Parcel};

    #[test]
    fn nothing_is_known_of_the_way_of_a_package_that_was_taken_back() {
        let folder = tempfile::tempdir().unwrap();
        let records = FolderStore::open(folder.path()).unwrap();
        let ledger = Arc::new(Ledger::new(Arc::new(records)));
        let parcel = Parcel {
            digest: Digest::of(b"package"),
            bytes: 1_000,
            name: "package.tar".to_owned(),
        };
        let destination = Destination::parse("http://tinh.example/v1").unwrap();
        let job = Job::new(parcel, destination, 1);
        ledger.save(&job).unwrap();
        Live::new(Arc::clone(&ledger), job.clone()).report(700, 1_000);
        assert_eq!(ledger.road(&job.key()).position, Some(700));
        ledger.remove(&job.key()).unwrap();
        assert_eq!(ledger.road(&job.key()).position, None);
    }
}
