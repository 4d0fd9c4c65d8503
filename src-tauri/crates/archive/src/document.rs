//! Which documents are under work: a list of edit logs with titles.

use std::collections::BTreeMap;
use std::fs;

use rusqlite::{OptionalExtension as _, params};
use units::Id;

use crate::error::OnPath;
use crate::item::at_most;
use crate::rows::id_at;
use crate::{Archive, Error, Log, LogContent, Metadata, Salvaged};

/// A document under work: a programme, a deck, an article.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Document {
    /// Its id, and the name of its folder.
    pub id: Id,
    /// What it is; the application's word.
    pub kind: String,
    /// Its title; empty for one whose folder was found without a row.
    pub title: String,
    /// When it was begun.
    pub created_ms: i64,
    /// When its row was last touched.
    pub updated_ms: i64,
}

impl Archive {
    /// Begins a document with this first state.
    ///
    /// # Errors
    /// [`Error::Exists`], [`Error::TooLarge`], or what medium and index report.
    pub fn create_document(
        &mut self,
        id: Id,
        kind: &str,
        title: &str,
        snapshot: &[u8],
        now_ms: i64,
    ) -> Result<Log, Error> {
        at_most("the title in bytes", title.len(), Metadata::TITLE_BYTES_MAX)?;
        let log = Log::create(&self.document_folder(id), kind, snapshot)?;
        let tx = self.write()?;
        tx.execute(
            "INSERT INTO document VALUES (?1, ?2, ?3, ?4, ?4)",
            params![id.as_bytes(), kind, title, now_ms],
        )?;
        tx.commit()?;
        Ok(log)
    }

    /// Opens a document for writing and brings what it holds.
    ///
    /// # Errors
    /// As [`Log::open`].
    pub fn open_document(&self, id: Id) -> Result<(Log, LogContent), Error> {
        Log::open(&self.document_folder(id))
    }

    /// Reads a document without opening it: also while another window has it open.
    ///
    /// # Errors
    /// As [`Log::read`].
    pub fn read_document(&self, id: Id) -> Result<LogContent, Error> {
        Log::read(&self.document_folder(id))
    }

    /// Saves what can be had of a damaged document.
    ///
    /// # Errors
    /// As [`Log::salvage`].
    pub fn salvage_document(&self, id: Id) -> Result<Salvaged, Error> {
        Log::salvage(&self.document_folder(id))
    }

    /// Notes a document's title and that it was worked on. Edits do not need it.
    ///
    /// # Errors
    /// [`Error::NotFound`] where neither row nor folder is there; [`Error::TooLarge`]; what the
    /// index reports.
    pub fn touch_document(&mut self, id: Id, title: &str, now_ms: i64) -> Result<(), Error> {
        at_most("the title in bytes", title.len(), Metadata::TITLE_BYTES_MAX)?;
        let known = self.document(id)?;
        let Some(known) = known else {
            return Err(Error::not_found("document", id));
        };
        let tx = self.write()?;
        tx.execute(
            "INSERT INTO document VALUES (?1, ?2, ?3, ?4, ?4)
             ON CONFLICT (id) DO UPDATE SET title = ?3, updated_ms = ?4",
            params![id.as_bytes(), known.kind, title, now_ms],
        )?;
        tx.commit()?;
        Ok(())
    }

    /// One document.
    ///
    /// # Errors
    /// What medium and index report.
    pub fn document(&self, id: Id) -> Result<Option<Document>, Error> {
        let row = self
            .db
            .prepare_cached(
                "SELECT id, kind, title, created_ms, updated_ms FROM document WHERE id = ?1",
            )?
            .query_row([id.as_bytes()], document_at)
            .optional()?;
        match row {
            Some(document) => Ok(Some(document)),
            None => Ok(self.found_document(id)),
        }
    }

    /// All documents, last touched first. A folder without a row (the index came from an older
    /// copy) is listed too, without a title.
    ///
    /// # Errors
    /// What medium and index report.
    pub fn documents(&self) -> Result<Vec<Document>, Error> {
        let mut statement = self
            .db
            .prepare_cached("SELECT id, kind, title, created_ms, updated_ms FROM document")?;
        let mut documents: BTreeMap<Id, Document> = statement
            .query_map([], document_at)?
            .map(|document| document.map(|document| (document.id, document)))
            .collect::<Result<_, _>>()?;
        let folder = self.documents_folder();
        for entry in fs::read_dir(&folder).on("list", &folder)? {
            let name = entry.on("list", &folder)?.file_name();
            let id = name.to_str().and_then(|name| name.parse().ok());
            if let Some(id) = id
                && !documents.contains_key(&id)
                && let Some(document) = self.found_document(id)
            {
                documents.insert(id, document);
            }
        }
        let mut documents: Vec<Document> = documents.into_values().collect();
        documents.sort_by_key(|document| std::cmp::Reverse((document.updated_ms, document.id)));
        Ok(documents)
    }

    fn found_document(&self, id: Id) -> Option<Document> {
        let kind = Log::kind_in(&self.document_folder(id)).ok()?;
        Some(Document {
            id,
            kind,
            title: String::new(),
            created_ms: 0,
            updated_ms: 0,
        })
    }

    fn document_folder(&self, id: Id) -> std::path::PathBuf {
        self.documents_folder().join(id.to_string())
    }
}

fn document_at(row: &rusqlite::Row<'_>) -> rusqlite::Result<Document> {
    Ok(Document {
        id: id_at(row, 0)?,
        kind: row.get(1)?,
        title: row.get(2)?,
        created_ms: row.get(3)?,
        updated_ms: row.get(4)?,
    })
}
