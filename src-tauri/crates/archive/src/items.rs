//! Items in the index: adding, changing, reading. What is replaced goes into the history.

use rusqlite::{OptionalExtension as _, Transaction, params};
use units::{Digest, Id};

use crate::item::at_most;
use crate::keep::stored_bytes;
use crate::rows::{id_at, read_metadata, read_versions, write_metadata};
use crate::{Archive, Change, Error, Item, ItemFile, Metadata, PastMetadata, file, search};

/// Files of one version; a deck with its pictures stays far below.
const FILES_COUNT_MAX: usize = 10_000;

/// A note, name or role in bytes.
const LINE_BYTES_MAX: usize = 16 << 10;

impl Change<'_> {
    /// Adds an item without versions.
    ///
    /// # Errors
    /// [`Error::Exists`], [`Error::TooLarge`], or what the index reports.
    pub fn add_item(&self, id: Id, metadata: &Metadata, now_ms: i64) -> Result<(), Error> {
        metadata.check()?;
        let added = self
            .tx
            .prepare_cached(
                "INSERT OR IGNORE INTO item (id, kind, status, title, body, created_ms, updated_ms)
                 VALUES (?1, '', '', '', '', ?2, ?2)",
            )?
            .execute(params![id.as_bytes(), now_ms])?;
        if added == 0 {
            return Err(Error::Exists {
                what: format!("item {id}"),
            });
        }
        let row = self.tx.last_insert_rowid();
        write_metadata(&self.tx, row, metadata, now_ms)?;
        search::index(&self.tx, row, metadata)
    }

    /// Replaces an item's metadata; the old ones stay in its history.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::TooLarge`], or what the index reports.
    pub fn update_item(&self, id: Id, metadata: &Metadata, now_ms: i64) -> Result<(), Error> {
        metadata.check()?;
        let row = row_of(&self.tx, id)?;
        let old = read_metadata(&self.tx, row)?;
        if old != *metadata {
            self.tx.execute(
                "INSERT INTO history (item, until_ms, metadata) VALUES (?1, ?2, ?3)",
                params![row, now_ms, file::write_metadata(&old)?],
            )?;
            write_metadata(&self.tx, row, metadata, now_ms)?;
            search::index(&self.tx, row, metadata)?;
        }
        Ok(())
    }

    /// Adds a version with these files, all of which must be in the store; returns its number.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the item or a file, [`Error::TooLarge`], or what the index reports.
    pub fn add_version(
        &self,
        id: Id,
        note: &str,
        files: &[ItemFile],
        now_ms: i64,
    ) -> Result<u32, Error> {
        at_most("the list of files", files.len(), FILES_COUNT_MAX)?;
        let lines = files.iter().flat_map(|f| [&f.name, &f.media_type, &f.role]);
        (lines.map(String::as_str).chain([note]))
            .try_for_each(|line| at_most("a note or name in bytes", line.len(), LINE_BYTES_MAX))?;
        let tx = &self.tx;
        let item = row_of(tx, id)?;
        let number: u32 = tx.query_row(
            "INSERT INTO version (item, number, made_ms, note)
             VALUES (?1, (SELECT coalesce(max(number), 0) + 1 FROM version WHERE item = ?1), ?2, ?3)
             RETURNING number",
            params![item, now_ms, note],
            |row| row.get(0),
        )?;
        let version = tx.last_insert_rowid();
        for (position, file) in files.iter().enumerate() {
            stored_bytes(tx, file.digest)?;
            tx.prepare_cached("INSERT INTO version_file VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
                .execute(params![
                    version,
                    position as i64,
                    file.digest.as_bytes(),
                    file.name,
                    file.media_type,
                    file.role
                ])?;
        }
        tx.execute(
            "UPDATE item SET updated_ms = ?2 WHERE row = ?1",
            params![item, now_ms],
        )?;
        Ok(number)
    }
}

impl Archive {
    /// As [`Change::add_item`].
    ///
    /// # Errors
    /// As [`Change::add_item`].
    pub fn add_item(&mut self, id: Id, metadata: &Metadata, now_ms: i64) -> Result<(), Error> {
        self.change(|change| change.add_item(id, metadata, now_ms))
    }

    /// Adds many items at once: all of them or, on an error, none.
    ///
    /// # Errors
    /// As [`Change::add_item`].
    pub fn add_items<'a>(
        &mut self,
        items: impl IntoIterator<Item = (Id, &'a Metadata)>,
        now_ms: i64,
    ) -> Result<(), Error> {
        let mut items = items.into_iter();
        self.change(|change| items.try_for_each(|(id, it)| change.add_item(id, it, now_ms)))
    }

    /// As [`Change::update_item`].
    ///
    /// # Errors
    /// As [`Change::update_item`].
    pub fn update_item(&mut self, id: Id, metadata: &Metadata, now_ms: i64) -> Result<(), Error> {
        self.change(|change| change.update_item(id, metadata, now_ms))
    }

    /// As [`Change::add_version`].
    ///
    /// # Errors
    /// As [`Change::add_version`].
    pub fn add_version(
        &mut self,
        id: Id,
        note: &str,
        files: &[ItemFile],
        now_ms: i64,
    ) -> Result<u32, Error> {
        self.change(|change| change.add_version(id, note, files, now_ms))
    }

    /// An item with all its versions; `None` where there is none.
    ///
    /// # Errors
    /// What the index reports.
    pub fn item(&self, id: Id) -> Result<Option<Item>, Error> {
        // One read transaction, so that metadata and versions are of one moment.
        let tx = self.db.unchecked_transaction()?;
        let found = tx
            .prepare_cached("SELECT row, created_ms, updated_ms FROM item WHERE id = ?1")?
            .query_row([id.as_bytes()], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })
            .optional()?;
        let Some((row, created_ms, updated_ms)) = found else {
            return Ok(None);
        };
        Ok(Some(Item {
            id,
            metadata: read_metadata(&tx, row)?,
            created_ms,
            updated_ms,
            versions: read_versions(&tx, row)?,
        }))
    }

    /// Metadata as they once were, newest first.
    ///
    /// # Errors
    /// [`Error::NotFound`], or what the index reports.
    pub fn history(&self, id: Id) -> Result<Vec<PastMetadata>, Error> {
        let tx = self.db.unchecked_transaction()?;
        let row = row_of(&tx, id)?;
        let mut statement = tx.prepare_cached(
            "SELECT until_ms, metadata FROM history WHERE item = ?1 ORDER BY row DESC",
        )?;
        let mut rows = statement.query([row])?;
        let mut past = Vec::new();
        while let Some(row) = rows.next()? {
            past.push(PastMetadata {
                until_ms: row.get(0)?,
                metadata: file::read_metadata(&row.get::<_, String>(1)?)?,
            });
        }
        Ok(past)
    }

    /// The items that use this media file in any version, oldest first.
    ///
    /// # Errors
    /// What the index reports.
    pub fn find_by_digest(&self, digest: Digest) -> Result<Vec<Id>, Error> {
        let mut statement = self.db.prepare_cached(
            "SELECT id FROM item WHERE row IN (
               SELECT v.item FROM version_file f JOIN version v ON v.row = f.version
               WHERE f.digest = ?1)
             ORDER BY row",
        )?;
        let ids = statement.query_map([digest.as_bytes()], |row| id_at(row, 0))?;
        Ok(ids.collect::<Result<_, _>>()?)
    }
}

fn row_of(tx: &Transaction<'_>, id: Id) -> Result<i64, Error> {
    tx.prepare_cached("SELECT row FROM item WHERE id = ?1")?
        .query_row([id.as_bytes()], |row| row.get(0))
        .optional()?
        .ok_or_else(|| Error::not_found("item", id))
}
