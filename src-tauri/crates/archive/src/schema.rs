//! Formats of the index: whose file it is, which format it has, and bringing it up to date.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use crate::Error;

/// Numbered migrations; the n-th brings format n - 1 to n. A shipped one is never changed.
const MIGRATIONS: &[&str] = &[include_str!("migrations/0001.sql")];

/// "LoaS" in the SQLite header, so that `file` and we know whose it is.
const APPLICATION_ID: i64 = 0x4C6F_6153;

/// The format that this version writes.
pub(crate) const FORMAT: u64 = MIGRATIONS.len() as u64;

/// The format version, 0 for an empty index; refuses what is not ours or newer than we are, before
/// anything is written.
pub(crate) fn format_of(db: &Connection, path: &Path) -> Result<u64, Error> {
    // One read transaction: seen half before and half after another process made the tables, a new
    // archive would be taken for somebody else's file.
    let seen = db.unchecked_transaction()?;
    let format = format_in(&seen, path)?;
    drop(seen);
    Ok(format)
}

fn format_in(db: &Connection, path: &Path) -> Result<u64, Error> {
    let number = |pragma: &str| db.query_row(pragma, [], |row| row.get::<_, i64>(0));
    let application = number("PRAGMA application_id")?;
    let format = number("PRAGMA user_version")?;
    let tables = number("SELECT count(*) FROM sqlite_schema")?;
    if application == 0 && format == 0 && tables == 0 {
        return Ok(0);
    }
    if application != APPLICATION_ID || format < 1 {
        return Err(Error::NotAnArchive {
            path: path.to_owned(),
        });
    }
    let found = format.unsigned_abs();
    if found > FORMAT {
        return Err(Error::NewerVersion {
            path: path.to_owned(),
            found,
            known: FORMAT,
        });
    }
    Ok(found)
}

/// Brings the index to [`FORMAT`].
pub(crate) fn migrate(db: &mut Connection, path: &Path) -> Result<(), Error> {
    let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Again, now that nobody else can write: another process may have been first.
    let format = format_in(&tx, path)?;
    for migration in MIGRATIONS.iter().skip(usize::try_from(format).unwrap_or(0)) {
        tx.execute_batch(migration)?;
    }
    tx.pragma_update(None, "application_id", APPLICATION_ID)?;
    tx.pragma_update(None, "user_version", FORMAT as i64)?;
    tx.commit()?;
    Ok(())
}
