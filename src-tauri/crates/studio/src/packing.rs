//! Sealing: items of the archive become one signed package in the store.

mod contents;
mod lazy;

use std::path::PathBuf;

use package::Sealed;
use serde::{Deserialize, Serialize};
use units::Watch;

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
        let sealed = packing.seal(&self.0.key, &place, watch)?;
        let record = self.record(request, &sealed);
        let text = to_json(&record)?;
        let known = self.archive().change(|change| {
            change.add_package(&archive::Package {
                id,
                digest: sealed.digest,
                path: format!("packages/{id}.tar"),
                bytes: sealed.bytes,
                created_ms: record.created_ms,
                items,
            })?;
            change.state_put(PACKAGE, &record.id, &text)
        });
        if let Err(error) = known {
            // A package that nobody knows of would lie there for ever.
            std::fs::remove_file(&place).unwrap_or_default();
            return Err(error.into());
        }
        Ok(record)
    }

    fn record(&self, request: &NewPackage, sealed: &Sealed) -> PackageRecord {
        PackageRecord {
            id: sealed.package_id.to_string(),
            title: request.title.clone(),
            digest: sealed.digest.to_string(),
            bytes: sealed.bytes,
            created_ms: self.now_ms(),
            items: request.items.clone(),
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
