//! Which packages were sealed from which items, and which receipts came back.

use rusqlite::{Connection, OptionalExtension as _, params};
use units::{Digest, Id};

use crate::item::at_most;
use crate::rows::id_at;
use crate::{Archive, Change, Error};

/// A receipt in bytes; a signed receipt has less than a hundredth of it.
const RECEIPT_BYTES_MAX: usize = 1 << 20;

/// A sealed package.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Package {
    /// Its id.
    pub id: Id,
    /// The SHA-256 of the file: what it is known by on the way.
    pub digest: Digest,
    /// Where the file lies; relative to the archive folder where it lies within. Not looked at.
    pub path: String,
    /// The file's length.
    pub bytes: u64,
    /// When it was sealed.
    pub created_ms: i64,
    /// The items in it, in order.
    pub items: Vec<Id>,
}

/// What came back for a package. Evidence: added, never changed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Receipt {
    /// The package's digest.
    pub package: Digest,
    /// When it came.
    pub received_ms: i64,
    /// The receipt as it came, signature included. Not looked at.
    pub content: String,
    /// The items it is about.
    pub items: Vec<Id>,
}

impl Change<'_> {
    /// Remembers a sealed package. The same package twice is fine.
    ///
    /// # Errors
    /// [`Error::Exists`] where id or digest belong to another package, or what the index reports.
    pub fn add_package(&self, package: &Package) -> Result<(), Error> {
        let added = self.tx.execute(
            "INSERT OR IGNORE INTO package VALUES (?1, ?2, ?3, ?4, ?5)",
            params![
                package.id.as_bytes(),
                package.digest.as_bytes(),
                package.path,
                package.bytes as i64,
                package.created_ms
            ],
        )?;
        if added == 0 {
            let same: bool = self.tx.query_row(
                "SELECT EXISTS (SELECT 1 FROM package WHERE id = ?1 AND digest = ?2)",
                params![package.id.as_bytes(), package.digest.as_bytes()],
                |row| row.get(0),
            )?;
            return if same {
                Ok(())
            } else {
                Err(Error::Exists {
                    what: format!("package {} or its content", package.id),
                })
            };
        }
        for (position, item) in package.items.iter().enumerate() {
            self.tx
                .prepare_cached("INSERT INTO package_item VALUES (?1, ?2, ?3)")?
                .execute(params![
                    package.id.as_bytes(),
                    position as i64,
                    item.as_bytes()
                ])?;
        }
        Ok(())
    }
}

impl Archive {
    /// As [`Change::add_package`].
    ///
    /// # Errors
    /// As [`Change::add_package`].
    pub fn add_package(&mut self, package: &Package) -> Result<(), Error> {
        self.change(|change| change.add_package(package))
    }

    /// All packages, newest first.
    ///
    /// # Errors
    /// What the index reports.
    pub fn packages(&self) -> Result<Vec<Package>, Error> {
        let mut packages: Vec<Package> = self
            .db
            .prepare_cached(&format!("{PACKAGE} ORDER BY created_ms DESC, id DESC"))?
            .query_map([], package_at)?
            .collect::<Result<_, _>>()?;
        for package in &mut packages {
            package.items = package_items(&self.db, package.id)?;
        }
        Ok(packages)
    }

    /// The package with this digest.
    ///
    /// # Errors
    /// What the index reports.
    pub fn package(&self, digest: Digest) -> Result<Option<Package>, Error> {
        let package = self
            .db
            .prepare_cached(&format!("{PACKAGE} WHERE digest = ?1"))?
            .query_row([digest.as_bytes()], package_at)
            .optional()?;
        let Some(mut package) = package else {
            return Ok(None);
        };
        package.items = package_items(&self.db, package.id)?;
        Ok(Some(package))
    }

    /// Keeps a receipt. The same receipt twice is kept once.
    ///
    /// # Errors
    /// [`Error::TooLarge`], or what the index reports.
    pub fn put_receipt(&mut self, receipt: &Receipt) -> Result<(), Error> {
        at_most(
            "a receipt in bytes",
            receipt.content.len(),
            RECEIPT_BYTES_MAX,
        )?;
        let tx = self.write()?;
        let added = tx.execute(
            "INSERT OR IGNORE INTO receipt (package_digest, received_ms, content)
             VALUES (?1, ?2, ?3)",
            params![
                receipt.package.as_bytes(),
                receipt.received_ms,
                receipt.content
            ],
        )?;
        if added == 0 {
            return Ok(());
        }
        let row = tx.last_insert_rowid();
        for (position, item) in receipt.items.iter().enumerate() {
            tx.prepare_cached("INSERT INTO receipt_item VALUES (?1, ?2, ?3)")?
                .execute(params![row, position as i64, item.as_bytes()])?;
        }
        tx.commit()?;
        Ok(())
    }

    /// The receipts for one package, or all of them; oldest first.
    ///
    /// # Errors
    /// What the index reports.
    pub fn receipts(&self, package: Option<Digest>) -> Result<Vec<Receipt>, Error> {
        let mut statement = self.db.prepare_cached(
            "SELECT row, package_digest, received_ms, content FROM receipt
             WHERE ?1 IS NULL OR package_digest = ?1 ORDER BY row",
        )?;
        let digest = package.map(|digest| *digest.as_bytes());
        let mut rows = statement.query([digest])?;
        let mut receipts = Vec::new();
        while let Some(row) = rows.next()? {
            let items = self
                .db
                .prepare_cached(
                    "SELECT item FROM receipt_item WHERE receipt = ?1 ORDER BY position",
                )?
                .query_map([row.get::<_, i64>(0)?], |row| id_at(row, 0))?
                .collect::<Result<_, _>>()?;
            receipts.push(Receipt {
                package: Digest::from_bytes(row.get(1)?),
                received_ms: row.get(2)?,
                content: row.get(3)?,
                items,
            });
        }
        Ok(receipts)
    }

    /// The packages in which an item went out, newest first.
    ///
    /// # Errors
    /// What the index reports.
    pub fn packages_of(&self, item: Id) -> Result<Vec<Digest>, Error> {
        let mut statement = self.db.prepare_cached(
            "SELECT digest FROM package
             WHERE id IN (SELECT package FROM package_item WHERE item = ?1)
             ORDER BY created_ms DESC, id DESC",
        )?;
        let digests =
            statement.query_map([item.as_bytes()], |row| Ok(Digest::from_bytes(row.get(0)?)))?;
        Ok(digests.collect::<Result<_, _>>()?)
    }
}

const PACKAGE: &str = "SELECT id, digest, path, bytes, created_ms FROM package";

fn package_at(row: &rusqlite::Row<'_>) -> rusqlite::Result<Package> {
    Ok(Package {
        id: id_at(row, 0)?,
        digest: Digest::from_bytes(row.get(1)?),
        path: row.get(2)?,
        bytes: row.get::<_, i64>(3)?.unsigned_abs(),
        created_ms: row.get(4)?,
        items: Vec::new(),
    })
}

fn package_items(db: &Connection, package: Id) -> Result<Vec<Id>, Error> {
    let mut statement =
        db.prepare_cached("SELECT item FROM package_item WHERE package = ?1 ORDER BY position")?;
    let items = statement.query_map([package.as_bytes()], |row| id_at(row, 0))?;
    Ok(items.collect::<Result<_, _>>()?)
}
