//! Long work: each job has a thread, progress, a switch to stop it, and a record that survives a
//! restart. A panic ends at the job's edge.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use units::{Cancel, Progress, Watch};

use crate::events::Events;
use crate::wire::{Code, Event, Job, JobKind, JobResult, JobState, Problem};

/// Finished jobs that are kept in sight.
const FINISHED_MAX: usize = 50;

/// Progress is told in steps of a two-hundredth: finer ones are not seen, only sent.
const STEPS: u64 = 200;

/// How long the end of the program waits for jobs to stop: they look at their switch far more often.
const PATIENCE: Duration = Duration::from_secs(3);

/// Keeps the records of jobs, so that a restart knows what was under way.
pub trait Journal: Send + Sync {
    /// Writes a record.
    ///
    /// # Errors
    /// Where it could not be written.
    fn keep(&self, job: &Job) -> Result<(), Problem>;

    /// Forgets a record that is too old to be of interest.
    ///
    /// # Errors
    /// Where it could not be removed.
    fn forget(&self, id: &str) -> Result<(), Problem>;
}

/// All jobs.
#[derive(Clone)]
pub struct Jobs(Arc<Inner>);

type Table = BTreeMap<String, (Job, Cancel)>;

struct Inner {
    table: Mutex<Table>,
    /// Told whenever a job ends.
    ended: Condvar,
    events: Events,
    journal: Box<dyn Journal>,
}

/// What a job needs to be begun.
pub struct Order {
    /// Its id; ids sort by time.
    pub id: String,
    /// What sort of work.
    pub kind: JobKind,
    /// For people.
    pub title: String,
    /// What it is about.
    pub subject: Option<String>,
    /// When it is begun.
    pub now_ms: i64,
}

impl Jobs {
    /// A table that begins with `earlier` records; those under way then were interrupted.
    pub fn new(events: Events, journal: Box<dyn Journal>, earlier: Vec<Job>) -> Self {
        let table = earlier
            .into_iter()
            .map(|mut job| {
                if job.state == JobState::Running {
                    job.state = JobState::Interrupted;
                }
                (job.id.clone(), (job, Cancel::new()))
            })
            .collect();
        Self(Arc::new(Inner {
            table: Mutex::new(table),
            ended: Condvar::new(),
            events,
            journal,
        }))
    }

    /// All jobs, the oldest first.
    #[must_use]
    pub fn list(&self) -> Vec<Job> {
        self.table().values().map(|(job, _)| job.clone()).collect()
    }

    /// One job.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<Job> {
        self.table().get(id).map(|(job, _)| job.clone())
    }

    /// Asks a job to stop.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn cancel(&self, id: &str) -> Result<(), Problem> {
        let table = self.table();
        let (_, cancel) = table
            .get(id)
            .ok_or_else(|| Problem::new(Code::NotFound, format!("job {id}")))?;
        cancel.cancel();
        Ok(())
    }

    /// Asks all jobs to stop, and waits for a short while until they have.
    pub fn cancel_all(&self) {
        let table = self.table();
        for (_, cancel) in table.values() {
            cancel.cancel();
        }
        let is_busy = |table: &mut Table| {
            let mut jobs = table.values();
            jobs.any(|(job, _)| job.state == JobState::Running)
        };
        // What does not stop in time is interrupted, as by a power cut.
        drop(self.0.ended.wait_timeout_while(table, PATIENCE, is_busy));
    }

    /// Begins a job on a thread of its own and answers with its record.
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub fn begin(
        &self,
        order: Order,
        work: impl FnOnce(Watch<'_>) -> Result<JobResult, Problem> + Send + 'static,
    ) -> Result<Job, Problem> {
        let job = Job {
            id: order.id,
            kind: order.kind,
            title: order.title,
            subject: order.subject,
            state: JobState::Running,
            fraction: None,
            started_ms: order.now_ms,
            problem: None,
            result: None,
        };
        let cancel = Cancel::new();
        // On a full or locked disk there is no record, and all that needs no room works all the same:
        // a restart only does not know of it.
        self.0.journal.keep(&job).unwrap_or_default();
        {
            let mut table = self.table();
            for id in forget_old(&mut table) {
                // It would only be listed once more after a restart.
                self.0.journal.forget(&id).unwrap_or_default();
            }
            table.insert(job.id.clone(), (job.clone(), cancel.clone()));
        }
        self.0.events.tell(Event::Job(job.clone()));

        let (jobs, id) = (self.clone(), job.id.clone());
        let begun = std::thread::Builder::new()
            .name(format!("job {:?}", job.kind))
            .spawn(move || {
                let progress = Teller {
                    jobs: &jobs,
                    id: &id,
                    told: Mutex::new(0),
                };
                let outcome =
                    catch_unwind(AssertUnwindSafe(|| work(Watch::new(&progress, &cancel))));
                jobs.end(&id, outcome.unwrap_or_else(|panic| Err(from_panic(&panic))));
            })
            .map_err(|error| Problem::new(Code::Internal, error.to_string()));
        if let Err(problem) = begun {
            // Listed by now: it must not seem to run for ever.
            self.end(&job.id, Err(problem.clone()));
            return Err(problem);
        }
        Ok(job)
    }

    fn end(&self, id: &str, outcome: Result<JobResult, Problem>) {
        self.change(id, |job| match outcome {
            Ok(result) => {
                job.state = JobState::Done;
                job.fraction = Some(1.0);
                job.result = Some(result);
            }
            Err(problem) if problem.code == Code::Cancelled => job.state = JobState::Cancelled,
            Err(problem) => {
                job.state = JobState::Failed;
                job.problem = Some(problem);
            }
        });
        if let Some(job) = self.get(id) {
            // The work itself is done or refused; a lost record only forgets to mention it.
            self.0.journal.keep(&job).unwrap_or_default();
        }
        self.0.ended.notify_all();
    }

    fn change(&self, id: &str, change: impl FnOnce(&mut Job)) {
        let changed = self.table().get_mut(id).map(|(job, _)| {
            change(job);
            job.clone()
        });
        if let Some(job) = changed {
            self.0.events.tell(Event::Job(job));
        }
    }

    fn table(&self) -> std::sync::MutexGuard<'_, Table> {
        self.0.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn forget_old(table: &mut Table) -> Vec<String> {
    let finished: Vec<String> = table
        .values()
        .filter(|(job, _)| job.state != JobState::Running)
        .map(|(job, _)| job.id.clone())
        .collect();
    let surplus = finished.len().saturating_sub(FINISHED_MAX);
    let old: Vec<String> = finished.into_iter().take(surplus).collect();
    for id in &old {
        table.remove(id);
    }
    old
}

fn from_panic(panic: &(dyn std::any::Any + Send)) -> Problem {
    let words = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned());
    Problem::new(
        Code::Internal,
        words.unwrap_or_else(|| "a panic without words".to_owned()),
    )
}

/// Tells progress, but not every grain of it.
struct Teller<'a> {
    jobs: &'a Jobs,
    id: &'a str,
    told: Mutex<u64>,
}

impl Progress for Teller<'_> {
    fn report(&self, done: u64, total: u64) {
        if total == 0 {
            return;
        }
        let step = (u128::from(done.min(total)) * u128::from(STEPS) / u128::from(total)) as u64;
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if *told != step {
            *told = step;
            self.jobs.change(self.id, |job| {
                job.fraction = Some(step as f64 / STEPS as f64)
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Forgetful;

    impl Journal for Forgetful {
        fn keep(&self, _job: &Job) -> Result<(), Problem> {
            Ok(())
        }

        fn forget(&self, _id: &str) -> Result<(), Problem> {
            Ok(())
        }
    }

    fn order(id: &str) -> Order {
        let title = id.to_owned();
        Order {
            id: id.to_owned(),
            kind: JobKind::Audit,
            title,
            subject: None,
            now_ms: 0,
        }
    }

    fn wait(jobs: &Jobs, id: &str) -> Job {
        loop {
            let job = jobs.get(id).unwrap();
            if job.state != JobState::Running {
                return job;
            }
            std::thread::yield_now();
        }
    }

    /// A journal on a full disk.
    struct Full;

    impl Journal for Full {
        fn keep(&self, _job: &Job) -> Result<(), Problem> {
            Err(Problem::new(Code::DiskFull, ""))
        }

        fn forget(&self, _id: &str) -> Result<(), Problem> {
            Err(Problem::new(Code::DiskFull, ""))
        }
    }

    #[test]
    fn work_is_done_also_where_its_record_cannot_be_written() {
        let jobs = Jobs::new(Events::default(), Box::new(Full), vec![]);
        let exported = JobResult::Exported { paths: vec![] };
        let result = exported.clone();
        jobs.begin(order("1"), move |_| Ok(result)).unwrap();
        let job = wait(&jobs, "1");
        assert_eq!((job.state, job.result), (JobState::Done, Some(exported)));
    }

    #[test]
    fn a_panic_ends_at_the_jobs_edge() {
        let jobs = Jobs::new(Events::default(), Box::new(Forgetful), vec![]);
        jobs.begin(order("1"), |_| panic!("a defect")).unwrap();
        let job = wait(&jobs, "1");
        assert_eq!(job.state, JobState::Failed);
        assert_eq!(job.problem.unwrap().code, Code::Internal);
    }

    #[test]
    fn a_job_told_to_stop_ends_as_cancelled() {
        let jobs = Jobs::new(Events::default(), Box::new(Forgetful), vec![]);
        jobs.begin(order("1"), |watch| {
            loop {
                watch
                    .step(1, 2)
                    .map_err(|error| Problem::new(Code::Cancelled, error.to_string()))?;
                std::thread::yield_now();
            }
        })
        .unwrap();
        jobs.cancel("1").unwrap();
        assert_eq!(wait(&jobs, "1").state, JobState::Cancelled);
    }

    #[test]
    fn the_end_of_the_program_waits_until_jobs_have_undone_what_they_had_begun() {
        let jobs = Jobs::new(Events::default(), Box::new(Forgetful), vec![]);
        let folder = tempfile::tempdir().unwrap();
        let half = folder.path().join("half");
        std::fs::write(&half, b"half").unwrap();
        let own = half.clone();
        jobs.begin(order("1"), move |watch| {
            while watch.step(1, 2).is_ok() {
                std::thread::yield_now();
            }
            std::fs::remove_file(own)?;
            Err(units::Cancelled.into())
        })
        .unwrap();
        jobs.cancel_all();
        assert!(!half.exists());
        assert_eq!(jobs.get("1").unwrap().state, JobState::Cancelled);
    }

    #[test]
    fn what_was_under_way_before_a_restart_is_called_interrupted() {
        let first = Jobs::new(Events::default(), Box::new(Forgetful), vec![]);
        let running = first
            .begin(order("1"), |_| Err(Problem::new(Code::Io, "")))
            .unwrap();
        let second = Jobs::new(Events::default(), Box::new(Forgetful), vec![running]);
        assert_eq!(second.get("1").unwrap().state, JobState::Interrupted);
    }
}
