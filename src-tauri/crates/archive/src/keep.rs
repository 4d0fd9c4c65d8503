//! Media in the index: which the store has, and taking one in.

use std::io::Read;
use std::path::Path;

use rusqlite::{OptionalExtension as _, Transaction, params};
use units::{Digest, FileBytes, ReadAt as _, Watch};

use crate::{Archive, Error, Object, Staged, Stored};

impl Archive {
    /// Copies what `reader` gives into the store. The same content is kept once.
    ///
    /// # Errors
    /// As [`Objects::stage`] and [`Archive::keep`].
    pub fn put(&mut self, reader: impl Read, watch: Watch<'_>) -> Result<Stored, Error> {
        let staged = self.objects().stage(reader, 0, watch)?;
        self.keep(staged)
    }

    /// Copies a file into the store. The source is not touched.
    ///
    /// # Errors
    /// As [`Objects::stage_file`] and [`Archive::keep`].
    pub fn put_file(&mut self, source: &Path, watch: Watch<'_>) -> Result<Stored, Error> {
        let staged = self.objects().stage_file(source, watch)?;
        self.keep(staged)
    }

    /// Takes a staged file into the store: names it, then writes its row. Where an audit had found
    /// the file missing or damaged, this mends it.
    ///
    /// # Errors
    /// What medium and index report; what was named by then is an orphan that nothing refers to.
    pub fn keep(&mut self, staged: Staged) -> Result<Stored, Error> {
        let row = self
            .db
            .prepare_cached("SELECT fault IS NOT NULL FROM object WHERE digest = ?1")?
            .query_row([staged.digest().as_bytes()], |row| row.get::<_, bool>(0))
            .optional()?;
        // A file that no row speaks of is left from a crash or another index; nobody has looked at
        // it since, so it is not believed where fresh content is at hand.
        let stored = self.objects().place(staged, row != Some(false))?;
        if row != Some(false) {
            let tx = self.write()?;
            tx.execute(
                "INSERT INTO object (digest, bytes) VALUES (?1, ?2)
                 ON CONFLICT (digest) DO UPDATE SET checked_ms = NULL, fault = NULL
                 WHERE fault IS NOT NULL",
                params![stored.digest.as_bytes(), stored.bytes as i64],
            )?;
            tx.commit()?;
        }
        Ok(Stored {
            was_new: row.is_none(),
            ..stored
        })
    }

    /// Where the media file with this digest lies; `None` where the store does not have it.
    ///
    /// # Errors
    /// What the index reports.
    pub fn object(&self, digest: Digest) -> Result<Option<Object>, Error> {
        let bytes = self
            .db
            .prepare_cached("SELECT bytes FROM object WHERE digest = ?1")?
            .query_row([digest.as_bytes()], |row| row.get::<_, i64>(0))
            .optional()?;
        Ok(bytes.map(|bytes| Object {
            digest,
            path: self.objects().path(digest),
            bytes: bytes.unsigned_abs(),
        }))
    }

    /// Opens a media file for reading at any position.
    ///
    /// # Errors
    /// [`Error::NotFound`] where the store does not have it; [`Error::Damaged`] where it should
    /// have, but the file is gone or of another length.
    pub fn open_object(&self, digest: Digest) -> Result<FileBytes, Error> {
        let object = self
            .object(digest)?
            .ok_or_else(|| Error::not_found("media file", digest))?;
        let what = || format!("media file {digest}");
        match self.objects().open_object(digest) {
            Ok(file) if file.len() == object.bytes => Ok(file),
            Ok(file) => Err(Error::damaged(
                what(),
                format!("{} bytes instead of {}", file.len(), object.bytes),
            )),
            Err(Error::NotFound { .. }) => Err(Error::damaged(what(), "the file is missing")),
            Err(error) => Err(error),
        }
    }
}

/// The length of a media file whose row is there.
pub(crate) fn stored_bytes(tx: &Transaction<'_>, digest: Digest) -> Result<u64, Error> {
    tx.prepare_cached("SELECT bytes FROM object WHERE digest = ?1")?
        .query_row([digest.as_bytes()], |row| row.get::<_, i64>(0))
        .optional()?
        .map(i64::unsigned_abs)
        .ok_or_else(|| Error::not_found("media file", digest))
}
