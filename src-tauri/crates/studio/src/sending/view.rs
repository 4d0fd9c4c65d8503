//! A package as the window shows it: what was sealed, and for each place it goes to where it stands
//! there and what was signed there.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError};

use delivery::{Destination, Job, ReceiptFault, State, Store as _, WaitReason};
use units::Digest;

use crate::packing::{PACKAGE, PackageRecord};
use crate::translate::parse;
use crate::wire::{self, Delivery, Event, Package, PackageState, Problem};
use crate::{Host, Studio};

/// Said of a package whose receipt nobody can check, for no key is pinned for its destination.
const NO_KEY: &str = "no-key";

impl<H: Host> Studio<H> {
    /// A package as it stands now.
    pub(crate) fn package_view(&self, record: &PackageRecord) -> Result<Package, Problem> {
        let jobs = self.0.post.ledger.jobs_of(parse(&record.digest)?)?;
        Ok(self.view(record, jobs))
    }

    /// Packages as they stand now, in the order of `records`.
    pub(crate) fn package_views(&self, records: &[PackageRecord]) -> Result<Vec<Package>, Problem> {
        let mut jobs: HashMap<Digest, Vec<Job>> = HashMap::new();
        for job in self.0.post.ledger.jobs()? {
            jobs.entry(job.parcel.digest).or_default().push(job);
        }
        let views = records.iter().map(|record| {
            let digest: Digest = parse(&record.digest)?;
            Ok(self.view(record, jobs.remove(&digest).unwrap_or_default()))
        });
        views.collect()
    }

    fn view(&self, record: &PackageRecord, mut jobs: Vec<Job>) -> Package {
        let settings = self.0.settings.get();
        let chosen = Destination::parse(&settings.destination);
        let chosen = chosen.map(|place| place.uploads).unwrap_or_default();
        // The destination in settings speaks for the package, then one that has it, then the newest.
        jobs.sort_by_key(|job| {
            let elsewhere = job.destination.uploads != chosen;
            let has_it = matches!(job.state, State::Receipted(_));
            let practice = self.keyring().is_practice(job);
            (practice, elsewhere, !has_it, Reverse(job.created_ms))
        });
        let mut deliveries: Vec<Delivery> = jobs.iter().map(|job| self.delivery(job)).collect();
        for it in &mut deliveries {
            let is_chosen = it.practice || it.destination == chosen;
            it.current = is_chosen && it.practice == settings.practice;
        }
        // The training province may have been at other ports; one line tells of practice.
        let practice = deliveries.iter().position(|it| it.practice);
        deliveries.truncate(practice.map_or(deliveries.len(), |first| first + 1));
        let real = deliveries.iter().find(|it| !it.practice);
        Package {
            id: record.id.clone(),
            title: record.title.clone(),
            digest: record.digest.clone(),
            bytes: record.bytes,
            created_ms: record.created_ms,
            items: record.items.clone(),
            files: record.files.clone(),
            emergency: record.emergency,
            state: real.map_or(PackageState::Sealed, |it| it.state.clone()),
            deliveries,
        }
    }

    fn delivery(&self, job: &Job) -> Delivery {
        let road = self.0.post.ledger.road(&job.key());
        let stored = job.offset();
        Delivery {
            destination: job.destination.uploads.clone(),
            practice: self.keyring().is_practice(job),
            current: false,
            state: self.state_of(job),
            offset_bytes: road.position.unwrap_or(stored).max(stored),
            bytes_per_s: road.bytes_per_s,
            attempts: job.attempts,
            resumed_at: road.resumed_at,
            receipt: match &job.state {
                State::Receipted(proof) => Some(receipt(proof)),
                _ => None,
            },
        }
    }

    fn state_of(&self, job: &Job) -> PackageState {
        let mut state = state(job);
        let unknown = WaitReason::ReceiptRejected(ReceiptFault::UnknownKey);
        if let (State::Waiting { reason: why, .. }, PackageState::Waiting { reason, .. }) =
            (&job.state, &mut state)
            && *why == unknown
            && self.keyring().trust(&job.destination).keys().is_empty()
        {
            NO_KEY.clone_into(reason);
        }
        state
    }

    /// Tells everybody where a package stands.
    pub(crate) fn tell_package(&self, job: &Job) {
        let Some(record) = self.record_of(job) else {
            return;
        };
        // What cannot be read now is told with the next step.
        let known = self.0.post.ledger.jobs_of(job.parcel.digest);
        let mut jobs = known.unwrap_or_default();
        jobs.retain(|known| known.key() != job.key());
        jobs.push(job.clone());
        let package = self.view(&record, jobs);
        self.events().tell(Event::Package(package));
    }

    /// The record of a job's package, which never changes once it is sealed. It is asked for several
    /// times a second while something is sent, also while long work holds the archive.
    pub(super) fn record_of(&self, job: &Job) -> Option<Arc<PackageRecord>> {
        let digest = job.parcel.digest;
        let known = || {
            let records = self.0.post.records.lock();
            records.unwrap_or_else(PoisonError::into_inner)
        };
        if let Some(record) = known().get(&digest) {
            return Some(Arc::clone(record));
        }
        let package = self.archive().package(digest).ok()??;
        let record: PackageRecord = self.recall(PACKAGE, &package.id.to_string()).ok()??;
        let record = Arc::new(record);
        known().insert(digest, Arc::clone(&record));
        Some(record)
    }
}

fn state(job: &Job) -> PackageState {
    match &job.state {
        State::Queued | State::Sealed => PackageState::Queued,
        State::Sending { .. } => PackageState::Sending,
        State::Sent => PackageState::Sent,
        State::Receipted(_) => PackageState::Receipted,
        State::Refused { reasons } => PackageState::Refused {
            reasons: reasons
                .iter()
                .map(|it| {
                    [&it.code, &it.path, &it.detail]
                        .map(String::as_str)
                        .join(" ")
                        .trim()
                        .to_owned()
                })
                .collect(),
        },
        State::Waiting {
            reason, until_ms, ..
        } => PackageState::Waiting {
            reason: reason.code().to_owned(),
            until_ms: until_ms.and_then(|ms| i64::try_from(ms).ok()),
        },
    }
}

/// A verified receipt. Only a verified one ever becomes a proof.
pub fn receipt(proof: &delivery::Proof) -> wire::Receipt {
    let signed = proof.receipt();
    let receipt = &signed.receipt;
    wire::Receipt {
        id: format!("{}-{}", signed.key.id(), receipt.digest.short()),
        package_id: receipt
            .package_id
            .map(|id| id.to_string())
            .unwrap_or_default(),
        version: receipt.package_version.unwrap_or(0),
        digest: receipt.digest.to_string(),
        bytes: receipt.bytes,
        received_at: receipt.received_at.to_string(),
        authority: receipt.authority.clone(),
        key_id: signed.key.id().to_string(),
        signature: signed.signature.to_text(),
        signature_valid: true,
        raw: signed.to_json(),
    }
}
