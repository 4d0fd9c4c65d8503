//! The folder as a whole: opening it, and how much is in it.

use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::{Error, Objects, durable, schema};

/// One connection to the store in one folder. See the crate's documentation for who may do what at
/// the same time.
pub struct Archive {
    pub(crate) folder: PathBuf,
    pub(crate) db: Connection,
    objects: Objects,
}

/// How much is in the store and how sound it is known to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    /// Items.
    pub items: u64,
    /// Distinct media files.
    pub objects: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Media files whose last audit found them right.
    pub sound: u64,
    /// Media files whose last audit found them missing or damaged.
    pub faults: u64,
    /// When the media file that waits longest was last audited; `None` where one never was.
    pub oldest_check_ms: Option<i64>,
    /// Documents under work.
    pub documents: u64,
    /// Sealed packages.
    pub packages: u64,
    /// Receipts.
    pub receipts: u64,
}

impl Archive {
    /// Opens the archive in `folder`, or makes one there.
    ///
    /// # Errors
    /// [`Error::NotAnArchive`], [`Error::NewerVersion`] and [`Error::Damaged`] leave the folder as
    /// it is; also what the medium reports.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        durable::create_folders(folder)?;
        let media = folder.join("objects");
        let db = schema::open(&folder.join("loa.db"), || Objects::none_in(&media))?;
        durable::create_folders(&folder.join("documents"))?;
        let objects = Objects::open(&media)?;
        durable::sync_folder(folder)?;
        Ok(Self {
            folder: folder.to_owned(),
            db,
            objects,
        })
    }

    /// Another connection to the same folder: for searching while this one writes, say.
    ///
    /// # Errors
    /// As [`Archive::open`].
    pub fn another(&self) -> Result<Self, Error> {
        Self::open(&self.folder)
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The media files. Clone it to copy media in without holding a connection.
    #[must_use]
    pub fn objects(&self) -> &Objects {
        &self.objects
    }

    /// How much is here.
    ///
    /// # Errors
    /// What the index reports.
    pub fn counts(&self) -> Result<Counts, Error> {
        let counts = self.db.query_row(
            "SELECT (SELECT count(*) FROM item), count(*), coalesce(sum(bytes), 0),
                    count(*) FILTER (WHERE checked_ms IS NOT NULL AND fault IS NULL), count(fault),
                    CASE WHEN count(*) = count(checked_ms) THEN min(checked_ms) END,
                    (SELECT count(*) FROM document), (SELECT count(*) FROM package),
                    (SELECT count(*) FROM receipt)
             FROM object",
            [],
            |row| {
                let count =
                    |index| Ok::<_, rusqlite::Error>(row.get::<_, i64>(index)?.unsigned_abs());
                Ok(Counts {
                    items: count(0)?,
                    objects: count(1)?,
                    bytes: count(2)?,
                    sound: count(3)?,
                    faults: count(4)?,
                    oldest_check_ms: row.get(5)?,
                    documents: count(6)?,
                    packages: count(7)?,
                    receipts: count(8)?,
                })
            },
        )?;
        Ok(counts)
    }

    pub(crate) fn documents_folder(&self) -> PathBuf {
        self.folder.join("documents")
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn connections_logs_and_objects_may_move_to_another_thread() {
        fn check<T: Send>() {}
        check::<super::Archive>();
        check::<crate::Log>();
        check::<crate::Objects>();
        check::<crate::Staged>();
    }
}
