//! Whose turn it is. Pure.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::{Job, JobKey, State};

/// What the line does next.
#[derive(Debug, PartialEq)]
pub(super) enum Choice {
    /// This job has it.
    Turn(Box<Job>),
    /// Nobody needs it before then.
    Sleep {
        /// Unix milliseconds.
        until_ms: u64,
    },
}

/// The most urgent job that may go now; among equals the oldest, then the smaller digest, so that
/// the choice never depends on the order of the store.
pub(super) fn choose(jobs: &[Job], not_before: &BTreeMap<JobKey, u64>, now_ms: u64) -> Choice {
    let open = jobs.iter().filter_map(|job| {
        let stored_ms = due_ms(job)?;
        let noted_ms = not_before.get(&job.key()).copied().unwrap_or(0);
        Some((job, stored_ms.max(noted_ms)))
    });
    let open: Vec<(&Job, u64)> = open.collect();
    let ready = open.iter().filter(|(_, due_ms)| *due_ms <= now_ms);
    let first = ready.min_by_key(|(job, _)| (Reverse(job.priority), job.created_ms, job.key()));
    match first {
        Some((job, _)) => Choice::Turn(Box::new((*job).clone())),
        None => Choice::Sleep {
            until_ms: open
                .iter()
                .map(|(_, due_ms)| *due_ms)
                .min()
                .unwrap_or(u64::MAX),
        },
    }
}

/// When a job may go on; `None`: not by itself.
fn due_ms(job: &Job) -> Option<u64> {
    if job.is_settled() {
        return None;
    }
    match job.state {
        State::Waiting { until_ms, .. } => until_ms,
        _ => Some(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Destination, Parcel, Priority, WaitReason};
    use units::Digest;

    fn job(name: &str, priority: Priority, created_ms: u64, state: State) -> Job {
        let parcel = Parcel {
            digest: Digest::of(name.as_bytes()),
            bytes: 1,
            name: name.to_owned(),
        };
        let destination = Destination::parse("http://tinh.example").unwrap();
        Job {
            priority,
            state,
            ..Job::new(parcel, destination, created_ms)
        }
    }

    fn waiting(until_ms: Option<u64>) -> State {
        State::Waiting {
            reason: WaitReason::Paused,
            until_ms,
            offset: 0,
        }
    }

    fn chosen(jobs: &[Job], now_ms: u64) -> String {
        match choose(jobs, &BTreeMap::new(), now_ms) {
            Choice::Turn(job) => job.parcel.name,
            Choice::Sleep { until_ms } => format!("sleep {until_ms}"),
        }
    }

    #[test]
    fn an_emergency_goes_first_and_equals_by_age() {
        let jobs = [
            job("new", Priority::Normal, 2, State::Queued),
            job("old", Priority::Normal, 1, State::Queued),
        ];
        assert_eq!(chosen(&jobs, 0), "old");
        let mut jobs = jobs.to_vec();
        jobs.push(job("storm", Priority::Emergency, 3, State::Queued));
        assert_eq!(chosen(&jobs, 0), "storm");
    }

    #[test]
    fn who_waits_makes_room_and_who_is_paused_never_comes_by_itself() {
        let jobs = [
            job("storm", Priority::Emergency, 1, waiting(Some(50))),
            job("news", Priority::Normal, 2, State::Queued),
            job("paused", Priority::Emergency, 0, waiting(None)),
        ];
        assert_eq!(chosen(&jobs, 0), "news");
        assert_eq!(chosen(&jobs, 50), "storm");
        assert_eq!(chosen(&jobs[..1], 0), "sleep 50");
        assert_eq!(chosen(&jobs[2..], 0), format!("sleep {}", u64::MAX));
    }
}
