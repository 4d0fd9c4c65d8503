//! Documents of all kinds: listing, opening, putting away.

use std::sync::{MutexGuard, PoisonError};

use audio::programme::Programme;
use board::deck::Deck;
use units::Id;

use crate::documents::{Document, Model, Shared, recover_document};
use crate::translate::parse;
use crate::wire::{
    self, ById, Code, DocumentKind, Event, ListDocuments, Nothing, Problem, RecoveredDocument,
};
use crate::{Host, Studio};

/// Documents that were put away; nothing of them is deleted.
const HIDDEN: &str = "document-hidden";

/// What of a document stands in the archive.
pub(crate) const ARCHIVED: &str = "document-archived";

/// The last file rendered from a programme.
pub(crate) const RENDITION: &str = "rendition";

/// An item made from a document, and which revision of it.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub(crate) struct Archived {
    pub item: String,
    pub revision: u64,
}

pub fn documents<H: Host>(
    studio: &Studio<H>,
    request: ListDocuments,
) -> Result<Vec<wire::Document>, Problem> {
    let listed = studio.archive().documents()?;
    let mut found = Vec::new();
    for document in listed {
        let Some(kind) = kind_of(&document.kind) else {
            continue;
        };
        let wanted = request.kind.is_none_or(|wanted| wanted == kind);
        let id = document.id.to_string();
        if !wanted || studio.recall::<bool>(HIDDEN, &id)?.is_some() {
            continue;
        }
        // One that cannot be opened is listed all the same, so that it is missed by nobody.
        let listed = summary(studio, document.id, kind).unwrap_or_else(|problem| wire::Document {
            id,
            kind,
            title: document.title.clone(),
            updated_ms: document.updated_ms,
            duration_ms: 0,
            parts: 0,
            levels: None,
            archived: false,
            problem: Some(problem),
        });
        if listed.title != document.title {
            studio.note_title(document.id, &listed.title, listed.updated_ms);
        }
        found.push(listed);
    }
    found.sort_by_key(|document| std::cmp::Reverse(document.updated_ms));
    Ok(found)
}

/// The kind by its word in the log; `None` for one that only a newer version knows.
fn kind_of(word: &str) -> Option<DocumentKind> {
    match word {
        Programme::KIND => Some(DocumentKind::Programme),
        Deck::KIND => Some(DocumentKind::Deck),
        _ => None,
    }
}

fn summary<H: Host>(
    studio: &Studio<H>,
    id: Id,
    kind: DocumentKind,
) -> Result<wire::Document, Problem> {
    let key = id.to_string();
    let archived = studio.recall::<Archived>(ARCHIVED, &key)?;
    let of = |title: &str, updated_ms, duration_ms, parts: usize, revision| wire::Document {
        id: key.clone(),
        kind,
        title: title.to_owned(),
        updated_ms,
        duration_ms,
        parts: u32::try_from(parts).unwrap_or(u32::MAX),
        levels: None,
        archived: archived
            .as_ref()
            .is_some_and(|archived| archived.revision == revision),
        problem: None,
    };
    match kind {
        DocumentKind::Programme => {
            let rendition = studio.recall::<wire::Rendition>(RENDITION, &key)?;
            let mut listed = studio.read_programme(id, |document| {
                let programme = document.value();
                let duration_ms = (programme.length().seconds() * 1_000.0) as u64;
                let parts = programme.clips().count();
                of(
                    &programme.title,
                    document.saved_ms(),
                    duration_ms,
                    parts,
                    document.revision(),
                )
            })?;
            listed.levels = rendition.map(|rendition| rendition.report.after);
            Ok(listed)
        }
        DocumentKind::Deck => studio.read_deck(id, |document| {
            let deck = document.value();
            let parts = deck.slides.len();
            of(
                &deck.title,
                document.saved_ms(),
                deck.duration_ms(),
                parts,
                document.revision(),
            )
        }),
    }
}

pub fn document_recover<H: Host>(
    studio: &Studio<H>,
    request: ById,
) -> Result<RecoveredDocument, Problem> {
    let id: Id = parse(&request.id)?;
    let Some(fault) = studio.archive().check_document(id) else {
        return studio.unharmed(id);
    };
    if !fault.opens {
        // What was opened before the damage is whole in memory.
        studio.0.documents.keep_whole(id)?;
    }
    studio.0.documents.close(id);
    let recovered = recover_document(&studio.archive(), id)?;
    studio.note_title(id, &recovered.title, studio.now_ms());
    {
        let mut all = studio.recovered_documents();
        all.retain(|it| it.id != recovered.id);
        all.push(recovered.clone());
    }
    let (_, _, revision) = studio.figures(id, recovered.kind)?;
    let id = recovered.id.clone();
    studio.events().tell(Event::Document { id, revision });
    studio.events().tell(Event::Documents);
    // The notice of what is missing is part of what the window reads with its settings.
    studio.events().tell(Event::Settings);
    Ok(recovered)
}

pub fn document_remove<H: Host>(studio: &Studio<H>, request: ById) -> Result<Nothing, Problem> {
    let id: Id = parse(&request.id)?;
    if studio.archive().document(id)?.is_none() {
        return Err(Problem::new(Code::NotFound, format!("document {id}")));
    }
    studio.remember(HIDDEN, &request.id, &true)?;
    studio.0.documents.close(id);
    studio.events().tell(Event::Documents);
    Ok(Nothing {})
}

impl<H: Host> Studio<H> {
    /// Lists a document again that was put away.
    pub(crate) fn bring_back(&self, id: &str) -> Result<(), Problem> {
        if self.archive().state_delete(HIDDEN, id)? {
            self.events().tell(Event::Documents);
        }
        Ok(())
    }

    /// Begins a document.
    pub(crate) fn create_document<M: Model>(&self, id: Id, value: &M) -> Result<(), Problem> {
        let now_ms = self.now_ms();
        let snapshot = Document::first_snapshot(value, now_ms)?;
        let title = value.title();
        self.archive()
            .create_document(id, M::KIND, title, snapshot.as_bytes(), now_ms)?;
        self.events().tell(Event::Documents);
        Ok(())
    }

    pub(crate) fn programme_document(&self, id: Id) -> Result<Shared<Programme>, Problem> {
        self.0.documents.programme(id, || self.open_document(id))
    }

    pub(crate) fn deck_document(&self, id: Id) -> Result<Shared<Deck>, Problem> {
        self.0.documents.deck(id, || self.open_document(id))
    }

    fn open_document<M: Model>(&self, id: Id) -> Result<Document<M>, Problem> {
        let (log, content) = self.archive().open_document(id)?;
        if content.kind != M::KIND {
            return Err(Problem::new(Code::NotFound, format!("{} {id}", M::KIND)));
        }
        let was_torn = content.torn.is_some();
        let document = Document::<M>::open(id, log, content)?;
        if was_torn {
            self.torn().push(document.value().title().to_owned());
            // What the window read at its start did not have it yet: documents open when first looked at.
            self.events().tell(Event::Settings);
        }
        Ok(document)
    }

    /// Titles of documents whose last record was torn when they were opened.
    pub(crate) fn torn(&self) -> MutexGuard<'_, Vec<String>> {
        self.0.torn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Title, time of the last edit and revision of a document.
    fn figures(&self, id: Id, kind: DocumentKind) -> Result<(String, i64, u64), Problem> {
        fn of<M: Model>(it: &Document<M>) -> (String, i64, u64) {
            (it.value().title().to_owned(), it.saved_ms(), it.revision())
        }
        match kind {
            DocumentKind::Programme => self.read_programme(id, of),
            DocumentKind::Deck => self.read_deck(id, of),
        }
    }

    /// The answer where there was nothing to recover.
    fn unharmed(&self, id: Id) -> Result<RecoveredDocument, Problem> {
        let document = self.archive().document(id)?;
        let kind = document.and_then(|it| kind_of(&it.kind));
        let kind = kind.ok_or_else(|| Problem::new(Code::NotFound, format!("document {id}")))?;
        let (title, kept_until_ms, _) = self.figures(id, kind)?;
        Ok(RecoveredDocument {
            id: id.to_string(),
            kind,
            title,
            kept_until_ms,
            missing: 0,
            may_miss_more: false,
            missing_until_ms: None,
            kept: Vec::new(),
        })
    }

    /// What came of recovering documents since the start.
    pub(crate) fn recovered_documents(&self) -> MutexGuard<'_, Vec<RecoveredDocument>> {
        (self.0.recovered.lock()).unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn read_programme<T>(
        &self,
        id: Id,
        read: impl FnOnce(&Document<Programme>) -> T,
    ) -> Result<T, Problem> {
        let document = self.programme_document(id)?;
        let document = document.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(read(&document))
    }

    pub(crate) fn read_deck<T>(
        &self,
        id: Id,
        read: impl FnOnce(&Document<Deck>) -> T,
    ) -> Result<T, Problem> {
        let document = self.deck_document(id)?;
        let document = document.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(read(&document))
    }

    /// Notes a title in the index, which only repeats what the log says: one that cannot be noted now
    /// is noted when documents are listed.
    fn note_title(&self, id: Id, title: &str, at_ms: i64) {
        let noted = self.archive().touch_document(id, title, at_ms);
        noted.unwrap_or_default();
    }

    /// Changes a document, notes it in the index and tells everybody. Once the log has the change, it is
    /// done: nothing that fails behind it is answered as a refusal.
    pub(crate) fn change<M: Model>(
        &self,
        document: &Shared<M>,
        change: impl FnOnce(&mut Document<M>) -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        let (id, title, revision) = {
            let mut document = document.lock().unwrap_or_else(PoisonError::into_inner);
            let before = document.value().title().to_owned();
            change(&mut document)?;
            let title = document.value().title().to_owned();
            (
                document.id(),
                (title != before).then_some(title),
                document.revision(),
            )
        };
        if let Some(title) = title {
            self.note_title(id, &title, self.now_ms());
        }
        self.events().tell(Event::Document {
            id: id.to_string(),
            revision,
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests;
