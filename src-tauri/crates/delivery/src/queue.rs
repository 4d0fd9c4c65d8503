//! Several jobs on one line: the most urgent first, one at a time, for as long as the program runs.
//!
//! One at a time, because the line is what is scarce: two uploads side by side only finish later. A
//! job that has to wait makes room for the next. An emergency interrupts what is being sent, which
//! later goes on from its offset.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use units::{Cancel, Progress};

use crate::machine::Machine;
use crate::send::{Waits, pause_asked};
use crate::{
    Clock, Destination, Error, Failure, Job, JobKey, Load, Priority, Sender, State, Store,
    StoreError, WaitReason,
};

mod choice;
#[cfg(test)]
mod tests;

use choice::{Choice, choose};

/// Longest sleep without looking into the store, and wait for a job whose bytes are not at hand or
/// which another process is sending, in milliseconds.
const LOOK_EVERY_MS: u64 = 30_000;

/// How often the other side is told to forget an upload before it is left to expire there.
const GOODBYES_MAX: u64 = 6;

/// Finds what a job needs. A port: the archive knows where packages lie, the settings know the keys.
pub trait Sources: Send + Sync {
    /// The package of `job`, weighed or vouched for. May block: it is called on a blocking thread.
    ///
    /// # Errors
    /// [`Error::Source`] where it is gone, [`Error::Changed`] where it is another one now.
    fn load(&self, job: &Job) -> Result<Load, Error>;

    /// A sender for a destination, over the queue's store.
    ///
    /// # Errors
    /// [`Error::Setup`] and [`Error::Destination`].
    fn sender(&self, destination: &Destination) -> Result<Sender, Error>;

    /// Who hears how far `job` is.
    fn progress(&self, _job: &Job) -> Arc<dyn Progress> {
        Arc::new(())
    }

    /// Hears where a job stands after each turn it had on the line.
    fn turned(&self, _job: &Job) {}
}

/// Jobs waiting for the line.
#[derive(Clone)]
pub struct Queue {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    news: Arc<Notify>,
    line: Arc<Mutex<Line>>,
    /// Removed jobs whose unfinished uploads the other side may forget.
    left: Arc<Mutex<Vec<Job>>>,
}

/// Who has the line, and what is to be changed about that job as soon as it has it no more: while it
/// runs, its machine alone writes its record.
#[derive(Default)]
struct Line {
    current: Option<Current>,
    edits: Vec<Edit>,
}

struct Current {
    key: JobKey,
    priority: Priority,
    yields: Arc<Notify>,
}

type Edit = Box<dyn FnOnce(Option<Job>) -> Option<Job> + Send>;

impl Current {
    fn is_overtaken_by(&self, priority: Priority) -> bool {
        priority == Priority::Emergency && self.priority < priority
    }
}

/// A job that had a turn, with what is costly to find out again.
struct Taken {
    machine: Machine,
    load: Load,
}

impl Queue {
    /// A queue over the jobs in `store`, those of earlier runs included. The store must not call the
    /// queue.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        Self {
            store,
            clock,
            news: Arc::new(Notify::new()),
            line: Arc::default(),
            left: Arc::default(),
        }
    }

    /// Adds a job. Where there is one for the same package and destination, that one goes on now:
    /// paused no more, sent again where it was refused, and its priority may rise.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn add(&self, job: Job) -> Result<(), Error> {
        let (key, priority) = (job.key(), job.priority);
        let again = move |known: Job| Job {
            priority: known.priority.max(priority),
            ..known.again()
        };
        let add = move |known: Option<Job>| Some(known.map_or(job, again));
        self.edit(
            &key,
            |now| now.key != key && now.is_overtaken_by(priority),
            add,
        )?;
        self.news.notify_one();
        Ok(())
    }

    /// Pauses a job until it is added again; where it is being sent, that stops at once.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn pause(&self, key: &JobKey) -> Result<(), Error> {
        let pause = |job: Job| Job {
            state: match job.is_settled() {
                true => job.state,
                false => waiting(&job, WaitReason::Paused, None),
            },
            ..job
        };
        self.edit(key, |now| now.key == *key, move |job| job.map(pause))
    }

    /// Takes a job out for good; where it is being sent, that stops at once. The other side is told
    /// to forget what it has got of it, where it offers that and can be reached now; else it expires
    /// there. What has arrived whole is left alone: the other side may be at work on it. A job whose
    /// receipt came before this took effect stays, for its package is delivered.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn remove(&self, key: &JobKey) -> Result<(), Error> {
        let left = Arc::clone(&self.left);
        let remove = move |job: Option<Job>| {
            if (job.as_ref()).is_some_and(|job| matches!(job.state, State::Receipted(_))) {
                return job;
            }
            let unfinished = |job: &Job| job.upload.is_some() && job.offset() < job.parcel.bytes;
            locked(&left).extend(job.filter(unfinished));
            None
        };
        self.edit(key, |now| now.key == *key, remove)?;
        self.news.notify_one();
        Ok(())
    }

    /// Changes a job's record now, or, while it has the line, as soon as it has it no more: till
    /// then its machine alone writes there. Interrupts who has the line where `stops` says so.
    fn edit(
        &self,
        key: &JobKey,
        stops: impl FnOnce(&Current) -> bool,
        edit: impl FnOnce(Option<Job>) -> Option<Job> + Send + 'static,
    ) -> Result<(), Error> {
        let mut line = self.line();
        let runs = line.current.as_ref().is_some_and(|now| now.key == *key);
        if runs {
            line.edits.push(Box::new(edit));
        } else {
            self.apply(key, vec![Box::new(edit)])?;
        }
        if let Some(current) = line.current.as_ref().filter(|now| stops(now)) {
            current.yields.notify_one();
        }
        Ok(())
    }

    fn apply(&self, key: &JobKey, edits: Vec<Edit>) -> Result<Option<Job>, Error> {
        let before = self.store.load(key)?;
        let after = edits
            .into_iter()
            .fold(before.clone(), |job, edit| edit(job));
        match &after {
            Some(job) if before.as_ref() != Some(job) => self.store.save(job)?,
            None if before.is_some() => self.store.remove(key)?,
            _ => {}
        }
        Ok(after)
    }

    /// Works until `cancel` is switched on. What is being sent then goes on in the next run.
    ///
    /// # Errors
    /// [`Error::Store`]. What befalls a single job is that job's state.
    pub async fn run(&self, sources: Arc<dyn Sources>, cancel: &Cancel) -> Result<(), Error> {
        let mut taken = BTreeMap::new();
        let mut not_before = BTreeMap::new();
        while !cancel.is_cancelled() {
            let now_ms = self.clock.now_ms();
            let jobs = self.store.jobs()?;
            self.say_goodbye(&jobs, &sources);
            taken.retain(|key, _| jobs.iter().any(|job| job.key() == *key));
            match choose(&jobs, &not_before, now_ms) {
                Choice::Turn(job) => {
                    let key = job.key();
                    not_before.remove(&key);
                    let turn = self.turn(*job, &mut taken, &not_before, &sources, cancel);
                    let until_ms = turn.await?;
                    not_before.extend(until_ms.map(|until_ms| (key, until_ms)));
                }
                Choice::Sleep { until_ms } => {
                    let until_ms = until_ms.min(now_ms.saturating_add(LOOK_EVERY_MS));
                    tokio::select! {
                        () = self.news.notified() => {}
                        () = pause_asked(cancel) => {}
                        () = self.clock.sleep_until(until_ms) => {}
                    }
                }
            }
        }
        Ok(())
    }

    /// Gives the line to a job. Returns the time before which it needs no further turn.
    async fn turn(
        &self,
        job: Job,
        taken: &mut BTreeMap<JobKey, Taken>,
        not_before: &BTreeMap<JobKey, u64>,
        sources: &Arc<dyn Sources>,
        cancel: &Cancel,
    ) -> Result<Option<u64>, Error> {
        let key = job.key();
        let later_ms = self.clock.now_ms().saturating_add(LOOK_EVERY_MS);
        let _claimed = match self.store.claim(&key) {
            Ok(claimed) => claimed,
            Err(StoreError::Claimed) => return Ok(Some(later_ms)),
            Err(error) => return Err(error.into()),
        };
        // Anew for each turn: keys and settings may have changed while the job waited.
        let sender = match sources.sender(&job.destination) {
            Ok(sender) => sender,
            Err(error) => {
                self.set_aside(&job, &error, later_ms, &**sources)?;
                return Ok(None);
            }
        };
        let mut ready = match taken
            .remove(&key)
            .filter(|known| *known.machine.job() == job)
        {
            Some(known) => known,
            None => match take(job.clone(), sources).await {
                Ok(ready) => ready,
                Err(error) => {
                    self.set_aside(&job, &error, later_ms, &**sources)?;
                    return Ok(None);
                }
            },
        };
        let yields = Arc::new(Notify::new());
        if !self.take_line(&job, not_before, &yields)? {
            taken.insert(key, ready);
            return Ok(None);
        }
        let progress = sources.progress(&job);
        let never = Cancel::new();
        let Taken { machine, load } = &mut ready;
        let result = tokio::select! {
            result = sender.drive(machine, load, progress, &never, Waits::HandBack) => Some(result),
            () = yields.notified() => None,
            () = pause_asked(cancel) => None,
        };
        let stored = self.give_back(&key, &**sources)?;
        let until_ms = match (result, stored) {
            (Some(result), _) => result?,
            // Dropped in the middle: what is stored counts, and the next turn begins with HEAD.
            (None, Some(job)) => {
                ready.machine = Machine::new(job);
                None
            }
            (None, None) => return Ok(None),
        };
        let job = ready.machine.job();
        // A package that has changed is opened anew next time: a good copy may lie there by then.
        if !job.is_settled() && !job.waits_for(&Failure::Changed) {
            taken.insert(key, ready);
        }
        Ok(until_ms)
    }

    /// Takes the line for `job`, unless, while its bytes were looked for, it was changed or another
    /// came that goes first.
    fn take_line(
        &self,
        job: &Job,
        not_before: &BTreeMap<JobKey, u64>,
        yields: &Arc<Notify>,
    ) -> Result<bool, Error> {
        let mut line = self.line();
        let choice = choose(&self.store.jobs()?, not_before, self.clock.now_ms());
        let is_first = matches!(choice, Choice::Turn(first) if *first == *job);
        line.current = is_first.then(|| Current {
            key: job.key(),
            priority: job.priority,
            yields: Arc::clone(yields),
        });
        Ok(is_first)
    }

    /// Lets the other side forget the uploads of removed jobs, beside all else. One that was added
    /// again meanwhile keeps its upload: the other side joins the two.
    fn say_goodbye(&self, jobs: &[Job], sources: &Arc<dyn Sources>) {
        for job in std::mem::take(&mut *locked(&self.left)) {
            let again = jobs.iter().any(|known| known.key() == job.key());
            let (Some(address), Ok(sender), false) =
                (job.upload, sources.sender(&job.destination), again)
            else {
                continue;
            };
            tokio::spawn(async move {
                for attempt in 1..=GOODBYES_MAX {
                    if sender.transport.end(&address).await.is_ok() {
                        return;
                    }
                    // A request cut off a moment ago may still hold the upload there.
                    let until_ms = sender.clock.now_ms().saturating_add(attempt * 500);
                    sender.clock.sleep_until(until_ms).await;
                }
            });
        }
    }

    /// Takes the line back and makes up for the edits of meanwhile.
    fn give_back(&self, key: &JobKey, sources: &dyn Sources) -> Result<Option<Job>, Error> {
        let job = {
            let mut line = self.line();
            line.current = None;
            let edits = std::mem::take(&mut line.edits);
            self.apply(key, edits)?
        };
        // Told without the lock: whoever hears it may well add the next job.
        job.iter().for_each(|job| sources.turned(job));
        Ok(job)
    }

    /// Notes that a job cannot even begin, unless it was changed meanwhile.
    fn set_aside(
        &self,
        job: &Job,
        error: &Error,
        until_ms: u64,
        sources: &dyn Sources,
    ) -> Result<(), Error> {
        let reason = WaitReason::Failure(match error {
            Error::Changed => Failure::Changed,
            error => Failure::Source(error.to_string()),
        });
        let (before, mut after) = (job.clone(), job.clone());
        after.state = waiting(job, reason, Some(until_ms));
        let note = move |now: Option<Job>| match now {
            Some(now) if now == before => Some(after),
            now => now,
        };
        let noted = {
            let _line = self.line();
            self.apply(&job.key(), vec![Box::new(note)])?
        };
        noted.iter().for_each(|job| sources.turned(job));
        Ok(())
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        locked(&self.line)
    }
}

/// A panic elsewhere leaves these lists whole, so its poison is no news.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Finds the bytes of a job.
async fn take(job: Job, sources: &Arc<dyn Sources>) -> Result<Taken, Error> {
    let found = {
        let (sources, job) = (Arc::clone(sources), job.clone());
        tokio::task::spawn_blocking(move || sources.load(&job)).await
    };
    let load = found.map_err(|panic| Error::Source(std::io::Error::other(panic)))??;
    if *load.parcel() != job.parcel {
        return Err(Error::Changed);
    }
    Ok(Taken {
        machine: Machine::new(job),
        load,
    })
}

fn waiting(job: &Job, reason: WaitReason, until_ms: Option<u64>) -> State {
    State::Waiting {
        reason,
        until_ms,
        offset: job.offset(),
    }
}
