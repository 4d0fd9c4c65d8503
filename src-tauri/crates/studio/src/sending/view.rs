//! A package as the window shows it: what was sealed, where it stands, what the province signed.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError};

use delivery::{Job, State, Store as _};
use units::Digest;

use crate::packing::{PACKAGE, PackageRecord};
use crate::translate::parse;
use crate::wire::{self, Code, Event, Package, PackageState, Problem};
use crate::{Host, Studio};

impl<H: Host> Studio<H> {
    /// A package as it stands now.
    pub(crate) fn package_view(&self, record: &PackageRecord) -> Result<Package, Problem> {
        let mut views = self.package_views(std::slice::from_ref(record))?;
        views
            .pop()
            .ok_or_else(|| Problem::new(Code::Internal, "a package without a view"))
    }

    /// Packages as they stand now, in the order of `records`.
    pub(crate) fn package_views(&self, records: &[PackageRecord]) -> Result<Vec<Package>, Problem> {
        let mut furthest: HashMap<Digest, Job> = HashMap::new();
        // Sent to several places, the one that is furthest speaks for it.
        let rank = |job: &Job| (job.is_settled(), job.offset());
        for job in self.0.post.ledger.jobs()? {
            match furthest.get(&job.parcel.digest) {
                Some(known) if rank(known) > rank(&job) => {}
                _ => drop(furthest.insert(job.parcel.digest, job)),
            }
        }
        let views = records.iter().map(|record| {
            let digest: Digest = parse(&record.digest)?;
            Ok(self.view(record, furthest.get(&digest)))
        });
        views.collect()
    }

    fn view(&self, record: &PackageRecord, job: Option<&Job>) -> Package {
        let road = parse(&record.digest).map(|digest| self.0.post.ledger.road(digest));
        let road = road.unwrap_or_default();
        let stored = job.map_or(0, Job::offset);
        Package {
            id: record.id.clone(),
            title: record.title.clone(),
            digest: record.digest.clone(),
            bytes: record.bytes,
            created_ms: record.created_ms,
            items: record.items.clone(),
            files: record.files.clone(),
            destination: job.map(|job| job.destination.uploads.clone()),
            emergency: record.emergency,
            state: job.map_or(PackageState::Sealed, state),
            offset_bytes: road.position.unwrap_or(stored).max(stored),
            bytes_per_s: road.bytes_per_s,
            attempts: job.map_or(0, |job| job.attempts),
            resumed_at: road.resumed_at,
            receipt: job.and_then(|job| match &job.state {
                State::Receipted(proof) => Some(receipt(proof)),
                _ => None,
            }),
        }
    }

    /// Tells everybody where a package stands.
    pub(crate) fn tell_package(&self, job: &Job) {
        if let Some(record) = self.record_of(job) {
            self.events()
                .tell(Event::Package(self.view(&record, Some(job))));
        }
    }

    /// A job had its turn on the line: a receipt is kept, and its items are delivered.
    pub(crate) fn heard(&self, job: &Job) {
        if let State::Receipted(proof) = &job.state
            && let Some(record) = self.record_of(job)
        {
            // The receipt is in the outbox already; what fails here only delays the item's status.
            self.keep_receipt(&record, proof).unwrap_or_default();
        }
        self.tell_package(job);
    }

    /// The record of a job's package, which never changes once it is sealed. It is asked for several
    /// times a second while something is sent, also while long work holds the archive.
    fn record_of(&self, job: &Job) -> Option<Arc<PackageRecord>> {
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

    /// Keeps the receipts that an earlier run had verified and was ended before it could keep them.
    pub(crate) fn keep_receipts_of_earlier_runs(&self) -> Result<(), Problem> {
        for job in self.0.post.ledger.jobs()? {
            let State::Receipted(proof) = &job.state else {
                continue;
            };
            let kept = self.archive().receipts(Some(proof.digest()))?;
            if kept.is_empty()
                && let Some(record) = self.record_of(&job)
            {
                self.keep_receipt(&record, proof)?;
            }
        }
        Ok(())
    }

    fn keep_receipt(&self, record: &PackageRecord, proof: &delivery::Proof) -> Result<(), Problem> {
        let now_ms = self.now_ms();
        let items: Vec<units::Id> = record
            .items
            .iter()
            .filter_map(|id| parse(id).ok())
            .collect();
        for &id in &items {
            let item = self.archive().item(id)?;
            if let Some(item) = item.filter(|it| it.metadata.status != archive::Status::Delivered) {
                let mut metadata = item.metadata;
                metadata.status = archive::Status::Delivered;
                self.archive().update_item(id, &metadata, now_ms)?;
            }
        }
        // Last, for where it is missing all of this is done again at the next start.
        self.archive().put_receipt(&archive::Receipt {
            package: proof.digest(),
            received_ms: now_ms,
            content: proof.receipt().to_json(),
            items,
        })?;
        self.events().tell(Event::Archive);
        Ok(())
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
