//! What follows from a verified receipt: it is kept, and the items it is about are delivered. Of
//! practice nothing follows.

use std::collections::BTreeSet;

use archive::Status;
use delivery::{Job, State, Store as _};
use units::Id;

use crate::packing::PackageRecord;
use crate::translate::parse;
use crate::wire::{Event, Problem};
use crate::{Host, Studio};

impl<H: Host> Studio<H> {
    /// A job had its turn on the line: a receipt is kept, and its items are delivered.
    pub(crate) fn heard(&self, job: &Job) {
        if let State::Receipted(proof) = &job.state
            && !self.keyring().is_practice(job)
            && let Some(record) = self.record_of(job)
        {
            // The receipt is in the outbox already; what fails here only delays the item's status.
            self.keep_receipt(&record, proof).unwrap_or_default();
        }
        self.tell_package(job);
    }

    /// Keeps the receipts that an earlier run had verified and was ended before it could keep them.
    pub(crate) fn keep_receipts_of_earlier_runs(&self) -> Result<(), Problem> {
        for job in self.0.post.ledger.jobs()? {
            let State::Receipted(proof) = &job.state else {
                continue;
            };
            if self.keyring().is_practice(&job) {
                continue;
            }
            let text = proof.receipt().to_json();
            let kept = self.archive().receipts(Some(proof.digest()))?;
            if kept.iter().all(|receipt| receipt.content != text)
                && let Some(record) = self.record_of(&job)
            {
                self.keep_receipt(&record, proof)?;
            }
        }
        Ok(())
    }

    /// Takes back what an earlier version made of practice: it kept receipts of the training province
    /// and called their items delivered. The receipts stay, for they are evidence; an item that no
    /// province has signed for waits for approval again, for nobody knows any more where it stood.
    pub(crate) fn take_practice_back(&self) -> Result<(), Problem> {
        let keys = self.keyring().not_taken_back(&self.archive())?;
        if keys.is_empty() {
            return Ok(());
        }
        let receipts = self.archive().receipts(None)?;
        // A receipt holds its key as text; reading each whole takes far longer.
        let texts: Vec<String> = keys.iter().map(package::PublicKey::to_base64).collect();
        let (practice, real): (Vec<_>, Vec<_>) = receipts
            .iter()
            .partition(|receipt| texts.iter().any(|key| receipt.content.contains(key)));
        let items = |of: &[&archive::Receipt]| -> BTreeSet<Id> {
            of.iter()
                .flat_map(|receipt| receipt.items.clone())
                .collect()
        };
        let mistaken = &items(&practice) - &items(&real);
        for &id in &mistaken {
            self.set_status(id, Status::Review, |now| now == Status::Delivered)?;
        }
        self.keyring().taken_back(&mut self.archive(), &keys)
    }

    fn keep_receipt(&self, record: &PackageRecord, proof: &delivery::Proof) -> Result<(), Problem> {
        let items: Vec<Id> = (record.items.iter())
            .filter_map(|id| parse(id).ok())
            .collect();
        for &id in &items {
            self.set_status(id, Status::Delivered, |now| now != Status::Delivered)?;
        }
        // Last, for where it is missing all of this is done again at the next start.
        self.archive().put_receipt(&archive::Receipt {
            package: proof.digest(),
            received_ms: self.now_ms(),
            content: proof.receipt().to_json(),
            items,
        })?;
        self.events().tell(Event::Archive);
        Ok(())
    }

    /// Changes the status of an item that is still there and of which `applies` holds.
    fn set_status(
        &self,
        id: Id,
        status: Status,
        applies: impl FnOnce(Status) -> bool,
    ) -> Result<(), Problem> {
        let item = self.archive().item(id)?;
        if let Some(item) = item.filter(|it| applies(it.metadata.status)) {
            let metadata = archive::Metadata {
                status,
                ..item.metadata
            };
            self.archive().update_item(id, &metadata, self.now_ms())?;
        }
        Ok(())
    }
}
