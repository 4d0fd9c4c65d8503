//! Opening the index: whose file it is, which format it has, and bringing it up to date.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use crate::Error;

/// Numbered migrations; the n-th brings format n - 1 to n. A shipped one is never changed.
const MIGRATIONS: &[&str] = &[include_str!("migrations/0001.sql")];

/// "LoaS" in the SQLite header, so that `file` and we know whose it is.
const APPLICATION_ID: i64 = 0x4C6F_6153;

/// Writers of other processes finish within milliseconds; ten seconds cover a slow USB disk.
const BUSY_WAIT: Duration = Duration::from_secs(10);

/// Opens the index at `path`, making it where `may_create` says that nothing is lost by that.
pub(crate) fn open(path: &Path, may_create: impl Fn() -> bool) -> Result<Connection, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut db = Connection::open_with_flags(path, flags)?;
    db.busy_timeout(BUSY_WAIT)?;
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    // One read transaction: seen half before and half after another process made the tables, a new
    // archive would be taken for somebody else's file.
    let seen = db.unchecked_transaction()?;
    let format = format_of(&seen, path)?;
    drop(seen);
    if format == 0 && !may_create() {
        return Err(Error::damaged(
            path.display().to_string(),
            "the index is missing or empty while media are there; restore loa.db from a copy",
        ));
    }
    enter_wal(&db)?;
    // FULL: a commit that was acknowledged is on the medium. foreign_keys is per connection.
    db.execute_batch(
        "PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON;
         PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;
         PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384;
         PRAGMA journal_size_limit = 67108864;",
    )?;
    if format < MIGRATIONS.len() as u64 {
        migrate(&mut db, path)?;
    }
    Ok(db)
}

/// The format version; refuses what is not ours or newer than we are, before anything is written.
fn format_of(db: &Connection, path: &Path) -> Result<u64, Error> {
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
    let (found, known) = (format.unsigned_abs(), MIGRATIONS.len() as u64);
    if found > known {
        return Err(Error::NewerVersion {
            path: path.to_owned(),
            found,
            known,
        });
    }
    Ok(found)
}

/// Two processes that open a new archive at once both want the mode changed, and SQLite answers one
/// of them "busy" without waiting; so the waiting is done here.
fn enter_wal(db: &Connection) -> Result<(), Error> {
    let begun = Instant::now();
    loop {
        let mode = db.query_row("PRAGMA journal_mode = WAL", [], |row| {
            row.get::<_, String>(0)
        });
        match mode.map_err(Error::from) {
            Ok(mode) if mode == "wal" => return Ok(()),
            Ok(_) => {
                return Err(Error::NotWritable {
                    what: "the archive folder".to_owned(),
                });
            }
            Err(Error::Busy) if begun.elapsed() < BUSY_WAIT => {
                std::thread::sleep(Duration::from_millis(20));
            }
            Err(error) => return Err(error),
        }
    }
}

fn migrate(db: &mut Connection, path: &Path) -> Result<(), Error> {
    let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Again, now that nobody else can write: another process may have been first.
    let format = format_of(&tx, path)?;
    for migration in MIGRATIONS.iter().skip(usize::try_from(format).unwrap_or(0)) {
        tx.execute_batch(migration)?;
    }
    tx.pragma_update(None, "application_id", APPLICATION_ID)?;
    tx.pragma_update(None, "user_version", MIGRATIONS.len() as i64)?;
    tx.commit()?;
    Ok(())
}
