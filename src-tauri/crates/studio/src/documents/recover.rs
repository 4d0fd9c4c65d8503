//! Recovering a damaged document, and saying what is missing.

use archive::Archive;
use audio::programme::Programme;
use board::deck::Deck;
use serde_json::Value;
use units::Id;

use super::{Document, Model};
use crate::wire::{Code, DocumentKind, Problem, RecoveredDocument};

/// Gets out of a document that nobody has open what can be had of it; it opens afterwards. Without
/// damage nothing is changed.
///
/// # Errors
/// [`Code::NotFound`]; [`Code::DocumentDamaged`] where nothing can be had; [`Code::StoreLocked`]
/// while it is open somewhere; what the disk reports.
pub fn recover_document(archive: &Archive, id: Id) -> Result<RecoveredDocument, Problem> {
    let recovered = archive.recover_document(id)?;
    let (log, content) = archive.open_document(id)?;
    let (kind, title, kept_until_ms) = match content.kind.as_str() {
        Programme::KIND => {
            let document = Document::<Programme>::open(id, log, content)?;
            let title = document.value().title().to_owned();
            (DocumentKind::Programme, title, document.saved_ms())
        }
        Deck::KIND => {
            let document = Document::<Deck>::open(id, log, content)?;
            let title = document.value().title().to_owned();
            (DocumentKind::Deck, title, document.saved_ms())
        }
        kind => {
            let detail = format!("document {id} is a {kind}, which only a newer version knows");
            return Err(Problem::new(Code::NewerFile, detail));
        }
    };
    Ok(RecoveredDocument {
        id: id.to_string(),
        kind,
        title,
        kept_until_ms,
        missing: recovered.missing,
        may_miss_more: recovered.may_miss_more,
        missing_until_ms: recovered.last_missing.as_deref().and_then(made_ms),
        kept: (recovered.kept.iter())
            .map(|path| path.display().to_string())
            .collect(),
    })
}

/// When an edit was made, by its record.
fn made_ms(record: &[u8]) -> Option<i64> {
    serde_json::from_slice::<Value>(record).ok()?["at"].as_i64()
}
