//! Sealing: items of the archive become one signed package in the store.

mod contents;
mod lazy;

use std::path::PathBuf;

use files::Access;
use package::Sealed;
use serde::{Deserialize, Serialize};
use units::Watch;

use crate::tools::digest_of;
use crate::translate::parse;
use crate::wire::{self, NewPackage, Problem};
use crate::{Host, Studio, to_json};

use contents::organisation_of;
pub use contents::{Cover, Packing, organisation};

/// What is remembered of a sealed package.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PackageRecord {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Digest of the file.
    pub digest: String,
    /// Length of the file.
    pub bytes: u64,
    /// When it was sealed.
    pub created_ms: i64,
    /// Items inside.
    pub items: Vec<String>,
    /// Files inside.
    pub files: Vec<wire::PackageFile>,
    /// Whether it overtakes others.
    pub emergency: bool,
}

/// Where packages are remembered.
pub const PACKAGE: &str = "package";

/// Where a package is written down before its file has its name: the one between the two is known by
/// it after a kill.
const SEALING: &str = "package-sealing";

impl<H: Host> Studio<H> {
    /// Where a sealed package lies.
    pub(crate) fn package_path(&self, id: &str) -> PathBuf {
        self.store().join("packages").join(format!("{id}.tar"))
    }

    /// Seals items into a package. A failure leaves nothing behind.
    pub(crate) fn seal(
        &self,
        request: &NewPackage,
        watch: Watch<'_>,
    ) -> Result<PackageRecord, Problem> {
        let id = self.new_id()?;
        let mut packing = Packing::new(Cover {
            id,
            now_ms: self.now_ms(),
            utc_offset_minutes: self.host().utc_offset_minutes(),
            title: request.title.clone(),
            organisation: organisation_of(self.0.settings.get()),
            approved_by: request.approved_by.clone(),
            emergency: request.emergency,
        });
        let mut items = Vec::new();
        for wanted in &request.items {
            let item = self.find_item(wanted)?;
            packing.add_item(&self.archive(), &item)?;
            items.push(item.id);
        }
        let place = self.package_path(&id.to_string());
        let (draft, sealed) = packing.seal_draft(&self.0.key, &place, Access::Owner, watch)?;
        let mut record = self.record(request, &sealed);
        record.items = items.iter().map(ToString::to_string).collect();
        self.remember(SEALING, &record.id, &record)?;
        let kept = draft
            .finish(&place)
            .map_err(|error| Problem::on(&place, error))
            .and_then(|()| self.keep_package(&record));
        if kept.is_err() {
            // Nobody was told of it. What an unsure disk keeps all the same is seen at the next start.
            self.take_back_package(&record).unwrap_or_default();
        }
        kept.map(|()| record)
    }

    /// Gives a package whose file is there its row, twice if need be.
    fn keep_package(&self, record: &PackageRecord) -> Result<(), Problem> {
        let package = archive::Package {
            id: parse(&record.id)?,
            digest: parse(&record.digest)?,
            path: format!("packages/{}.tar", record.id),
            bytes: record.bytes,
            created_ms: record.created_ms,
            items: record
                .items
                .iter()
                .map(|id| parse(id))
                .collect::<Result<_, _>>()?,
        };
        let text = to_json(record)?;
        self.archive().change(|change| -> Result<(), Problem> {
            change.add_package(&package)?;
            Ok(change.state_put(PACKAGE, &record.id, &text)?)
        })?;
        // With a row beside it the note says nothing more; it goes at the next start otherwise.
        let forgotten = self.archive().state_delete(SEALING, &record.id);
        forgotten.map(|_| ()).unwrap_or_default();
        Ok(())
    }

    /// Removes the file of a package that has no row, and the note of it.
    fn take_back_package(&self, record: &PackageRecord) -> Result<(), Problem> {
        let place = self.package_path(&record.id);
        if self.archive().package(parse(&record.digest)?)?.is_none() {
            match std::fs::remove_file(&place) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(Problem::on(&place, error));
                }
                _ => {}
            }
        }
        self.archive().state_delete(SEALING, &record.id)?;
        Ok(())
    }

    /// Takes up the packages that a killed program had named and not yet written down: whole ones are
    /// kept, others go, since nobody was told of them. Files that no note speaks of are left alone.
    pub(crate) fn take_up_packages(&self) -> Result<(), Problem> {
        let notes = self.archive().state_list(SEALING)?;
        for (_, text) in notes {
            let Ok(record) = serde_json::from_str::<PackageRecord>(&text) else {
                continue; // of a newer program
            };
            let place = self.package_path(&record.id);
            match digest_of(&place) {
                Ok(digest) if digest.to_string() == record.digest => self.keep_package(&record)?,
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(Problem::on(&place, error));
                }
                _ => self.take_back_package(&record)?,
            }
        }
        Ok(())
    }

    fn record(&self, request: &NewPackage, sealed: &Sealed) -> PackageRecord {
        PackageRecord {
            id: sealed.package_id.to_string(),
            title: request.title.clone(),
            digest: sealed.digest.to_string(),
            bytes: sealed.bytes,
            created_ms: self.now_ms(),
            items: vec![],
            files: sealed
                .files
                .iter()
                .map(|file| wire::PackageFile {
                    path: file.path.clone(),
                    bytes: file.bytes,
                    digest: file.digest.to_string(),
                })
                .collect(),
            emergency: request.emergency,
        }
    }
}

#[cfg(test)]
mod tests;
