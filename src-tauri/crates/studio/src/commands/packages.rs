//! Packages: sealing, sending, watching.

use crate::jobs::Order;
use crate::packing::{PACKAGE, PackageRecord};
use crate::wire::{
    Code, Event, Job, JobKind, JobResult, MovePackage, NewPackage, Nothing, Package, Packages,
    Problem,
};
use crate::{Host, Studio};

pub fn package_create<H: Host>(studio: &Studio<H>, request: NewPackage) -> Result<Job, Problem> {
    if request.items.is_empty() {
        return Err(Problem::new(
            Code::Empty,
            "a package needs at least one item",
        ));
    }
    let order = Order {
        id: studio.new_id()?.to_string(),
        kind: JobKind::Seal,
        title: request.title.clone(),
        subject: None,
        now_ms: studio.now_ms(),
    };
    let worker = studio.clone();
    studio.0.jobs.begin(order, move |watch| {
        let record = worker.seal(&request, watch)?;
        // Sealed is sealed: what fails from here on must not lead to a second package.
        let sent = match request.send {
            true => worker.send_package(&record, None),
            false => Ok(()),
        };
        if let Ok(package) = worker.package_view(&record) {
            worker.events().tell(Event::Package(package));
        }
        Ok(JobResult::Sealed {
            package: record.id,
            unsent: sent.err(),
        })
    })
}

pub fn packages<H: Host>(studio: &Studio<H>, _: Nothing) -> Result<Packages, Problem> {
    let mut records = studio.package_records()?;
    records.sort_by_key(|record| std::cmp::Reverse(record.created_ms));
    let packages = studio.package_views(&records)?;
    Ok(Packages { packages })
}

pub fn package_send<H: Host>(studio: &Studio<H>, request: MovePackage) -> Result<Package, Problem> {
    let record = studio.package_record(&request.id)?;
    studio.send_package(&record, request.destination.as_deref())?;
    studio.package_view(&record)
}

pub fn package_pause<H: Host>(
    studio: &Studio<H>,
    request: MovePackage,
) -> Result<Package, Problem> {
    let record = studio.package_record(&request.id)?;
    studio.pause_package(&record, request.destination.as_deref())?;
    studio.package_view(&record)
}

pub fn package_cancel<H: Host>(
    studio: &Studio<H>,
    request: MovePackage,
) -> Result<Package, Problem> {
    let record = studio.package_record(&request.id)?;
    studio.cancel_package(&record, request.destination.as_deref())?;
    studio.package_view(&record)
}

impl<H: Host> Studio<H> {
    pub(crate) fn package_record(&self, id: &str) -> Result<PackageRecord, Problem> {
        self.recall(PACKAGE, id)?
            .ok_or_else(|| Problem::new(Code::NotFound, format!("package {id}")))
    }

    pub(crate) fn package_records(&self) -> Result<Vec<PackageRecord>, Problem> {
        let records = self.archive().state_list(PACKAGE)?;
        Ok(records
            .iter()
            .filter_map(|(_, text)| serde_json::from_str(text).ok())
            .collect())
    }
}
