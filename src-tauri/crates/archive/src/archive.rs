//! The folder as a whole: opening it, and how much is in it.

use std::path::{Path, PathBuf};

use files::Access;
use rusqlite::Connection;

use crate::claim::{self, INDEX, Standing};
use crate::error::OnPath as _;
use crate::index::{self, Index};
use crate::{Error, Objects, Unwritable, tighten};

/// One connection to the store in one folder. See the crate's documentation for who may do what at
/// the same time.
pub struct Archive {
    pub(crate) folder: PathBuf,
    pub(crate) db: Connection,
    pub(crate) unwritable: Option<Unwritable>,
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
    /// Opens the archive in `folder`, or makes one there. Where an archive is there and cannot be
    /// written to, it opens for reading, and [`Archive::unwritable`] says why.
    ///
    /// # Errors
    /// [`Error::ForeignFolder`], [`Error::NotAnArchive`], [`Error::NewerVersion`] and
    /// [`Error::Damaged`] leave the folder as it is; also what the medium reports.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        let standing = claim::judge(folder)?;
        if standing == Standing::Free {
            claim::begin(folder)?;
        }
        let (path, media) = (folder.join(INDEX), folder.join("objects"));
        let had_index = path.exists();
        let Index { db, unwritable } = index::open(&path, || Objects::none_in(&media))?;
        let objects = Objects::in_folder(&media, unwritable);
        let archive = Self {
            folder: folder.to_owned(),
            db,
            unwritable,
            objects,
        };
        if unwritable.is_none() {
            match archive.settle(standing, had_index) {
                // On a disk that is just full, what is there is readable, and what is missing is
                // made with the first write.
                Err(Error::DiskFull(_) | Error::NotWritable { .. })
                    if standing != Standing::Free => {}
                settled => settled?,
            }
        }
        Ok(archive)
    }

    /// Makes what a store consists of, and tidies up. Only once the index has said that it is ours.
    fn settle(&self, standing: Standing, had_index: bool) -> Result<(), Error> {
        let folder = &self.folder;
        tighten::top(folder);
        files::sweep_folder(folder);
        self.objects.settle()?;
        let documents = self.documents_folder();
        files::create_folders(&documents, Access::Owner).on("create", &documents)?;
        if standing == Standing::Unmarked {
            tighten::all(folder);
            claim::mark(folder)?;
        }
        if !had_index {
            files::sync_folder(folder).on("make durable", folder)?;
        }
        Ok(())
    }

    /// Why nothing can be written to the archive; `None` where it can.
    #[must_use]
    pub fn unwritable(&self) -> Option<Unwritable> {
        self.unwritable
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
