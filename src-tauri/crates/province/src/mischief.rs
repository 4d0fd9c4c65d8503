//! Faults at work: which of the script is due, and which has happened.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::faults::{Fault, Script};

/// The faults still to come, and how many requests of each method came.
#[derive(Default)]
pub(crate) struct Mischief(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    due: Vec<Fault>,
    seen: BTreeMap<String, u64>,
}

/// What happens to a request as a whole.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Request {
    Serve,
    DropReply,
    Status(u16),
}

/// What happens at some offset of an upload.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum AtOffset {
    Cut,
    Stall(u64),
    Expire,
}

impl Mischief {
    pub(crate) fn new(script: Script) -> Self {
        let mischief = Self::default();
        mischief.add(script);
        mischief
    }

    pub(crate) fn add(&self, script: Script) {
        self.inner().due.extend(script.faults);
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a request and says what shall happen to it.
    pub(crate) fn request(&self, name: &str) -> Request {
        let mut inner = self.inner();
        let count = inner.seen.entry(name.to_owned()).or_default();
        *count += 1;
        let count = *count;
        let is_due = |method: &str, request: u64| request == count && method == name;
        let at = inner.due.iter().position(|fault| match fault {
            Fault::DropReply { method, request }
            | Fault::Status {
                method, request, ..
            } => is_due(method, *request),
            _ => false,
        });
        match at.map(|at| inner.due.remove(at)) {
            Some(Fault::Status { status, .. }) => Request::Status(status),
            Some(_) => Request::DropReply,
            None => Request::Serve,
        }
    }

    /// The first offset at or after `from` at which something is due.
    pub(crate) fn next_offset(&self, from: u64) -> Option<u64> {
        let inner = self.inner();
        let offsets = inner.due.iter().filter_map(offset);
        offsets.filter(|&at| at >= from).min()
    }

    /// What is due at exactly this offset; it then has happened.
    pub(crate) fn take_at(&self, at: u64) -> Option<AtOffset> {
        let mut inner = self.inner();
        let found = inner
            .due
            .iter()
            .position(|fault| offset(fault) == Some(at))?;
        Some(match inner.due.remove(found) {
            Fault::Stall { ms, .. } => AtOffset::Stall(ms),
            Fault::Expire { .. } => AtOffset::Expire,
            _ => AtOffset::Cut,
        })
    }

    /// Whether this receipt shall speak of another digest.
    pub(crate) fn wrong_digest(&self) -> bool {
        let mut inner = self.inner();
        let found = inner
            .due
            .iter()
            .position(|fault| *fault == Fault::WrongDigest);
        found.map(|at| inner.due.remove(at)).is_some()
    }
}

const fn offset(fault: &Fault) -> Option<u64> {
    match fault {
        Fault::Cut { at_bytes } | Fault::Stall { at_bytes, .. } | Fault::Expire { at_bytes } => {
            Some(*at_bytes)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_happens_once_and_in_its_turn() {
        let mischief = Mischief::new(Script {
            faults: vec![
                Fault::Status {
                    method: "PATCH".into(),
                    request: 2,
                    status: 503,
                },
                Fault::Cut { at_bytes: 10 },
                Fault::Cut { at_bytes: 20 },
                Fault::WrongDigest,
            ],
        });
        assert_eq!(mischief.request("PATCH"), Request::Serve);
        assert_eq!(mischief.request("HEAD"), Request::Serve);
        assert_eq!(mischief.request("PATCH"), Request::Status(503));
        assert_eq!(mischief.request("PATCH"), Request::Serve);
        assert_eq!(mischief.next_offset(0), Some(10));
        assert_eq!(mischief.next_offset(11), Some(20));
        assert_eq!(mischief.take_at(10), Some(AtOffset::Cut));
        assert_eq!(mischief.take_at(10), None);
        assert!(mischief.wrong_digest());
        assert!(!mischief.wrong_digest());
    }
}
