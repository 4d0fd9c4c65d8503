//! Which documents are under work: a list of edit logs with titles.

use std::collections::{BTreeMap, BTreeSet};
use std::{fs, io};

use rusqlite::{OptionalExtension as _, params};
use units::Id;

use crate::error::OnPath;
use crate::item::at_most;
use crate::rows::id_at;
use crate::{Archive, Error, Log, LogContent, LogFault, Metadata, Recovered};

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
        self.check_writable()?;
        let folder = self.documents_folder();
        files::create_folders(&folder, files::Access::Owner).on("create", &folder)?;
        let log = Log::create(&self.document_folder(id), kind, snapshot)?;
        let row = params![id.as_bytes(), kind, title, now_ms];
        let noted = self.write().and_then(|tx| {
            tx.execute("INSERT INTO document VALUES (?1, ?2, ?3, ?4, ?4)", row)?;
            Ok(tx.commit()?)
        });
        match noted {
            Ok(()) => Ok(log),
            Err(error) => {
                // What is refused is not there afterwards.
                log.discard();
                Err(error)
            }
        }
    }

    /// Opens a document for writing and brings what it holds.
    ///
    /// # Errors
    /// As [`Log::open`]; [`Error::NotWritable`] where the archive can only be read.
    pub fn open_document(&self, id: Id) -> Result<(Log, LogContent), Error> {
        self.check_writable()?;
        Log::open(&self.document_folder(id))
    }

    /// Reads a document without opening it: also while another window has it open.
    ///
    /// # Errors
    /// As [`Log::read`].
    pub fn read_document(&self, id: Id) -> Result<LogContent, Error> {
        Log::read(&self.document_folder(id))
    }

    /// Gets out of a damaged document what can be had.
    ///
    /// # Errors
    /// As [`Log::recover`].
    pub fn recover_document(&self, id: Id) -> Result<Recovered, Error> {
        Log::recover(&self.document_folder(id))
    }

    /// Looks through a document for damage, also while somebody has it open.
    #[must_use]
    pub fn check_document(&self, id: Id) -> Option<LogFault> {
        Log::check(&self.document_folder(id))
    }

    /// The ids of all documents that have a row or a folder.
    pub(crate) fn document_ids(&self) -> Result<BTreeSet<Id>, Error> {
        let mut statement = self.db.prepare_cached("SELECT id FROM document")?;
        let mut ids =
            (statement.query_map([], |row| id_at(row, 0))?).collect::<Result<BTreeSet<_>, _>>()?;
        ids.extend(self.document_folders()?);
        Ok(ids)
    }

    /// The ids of all documents that have a folder.
    fn document_folders(&self) -> Result<Vec<Id>, Error> {
        let folder = self.documents_folder();
        let mut ids = Vec::new();
        let entries = match fs::read_dir(&folder) {
            // Made with the first document where the disk was full before.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(ids),
            entries => entries.on("list", &folder)?,
        };
        for entry in entries {
            let name = entry.on("list", &folder)?.file_name();
            ids.extend(name.to_str().and_then(|name| name.parse::<Id>().ok()));
        }
        Ok(ids)
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
        for id in self.document_folders()? {
            if !documents.contains_key(&id)
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
