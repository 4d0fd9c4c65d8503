//! Opening the index: for reading and writing, or, where the ground does not allow that, as well as
//! it can be opened there.
//!
//! The index is kept in WAL mode, whose shared memory (`loa.db-shm`) is a file beside it. Where that
//! file cannot be made, SQLite alone would refuse even to read:
//!
//! | ground | how it is opened |
//! |---|---|
//! | usual | shared memory in its file |
//! | disk full | shared memory on the heap, so by one process at a time; writes what fits |
//! | read-only medium or folder | no locks; the log (`loa.db-wal`) is read where it has content |
//! | medium without locks | the same: without locks two who write would destroy the index |
//!
//! Nothing of ours may open and close `loa.db` or `loa.db-shm` by itself while a connection is open:
//! POSIX gives up all locks of a process on a file with the first handle that is closed.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs::{self, File};
use std::io::{self, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use files::{Access, Draft};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, MAIN_DB, OpenFlags, ffi};

use crate::error::{OnPath as _, THE_INDEX};
use crate::schema::{FORMAT, format_of, migrate};
use crate::{Error, Unwritable, tighten};

/// Writers of other processes finish within milliseconds; ten seconds cover a slow USB disk.
const BUSY_WAIT: Duration = Duration::from_secs(10);

/// Written to find out whether a disk is full: more than the shared memory takes.
const TRIAL_BYTES: usize = 64 << 10;

/// With less room than this, shared memory in a file is no safe ground: it is mapped, and the system
/// ends a program whose write to mapped memory finds no block.
const ROOM_BYTES_MIN: u64 = 1 << 20;

/// What is mapped at once. On media of smaller blocks, SQLite's way of making the shared memory
/// leaves holes in it.
const MEMORY_PAGE_BYTES: u64 = 4096;

/// Keeps the shared memory on the heap, for all connections of this process.
const VFS_ALONE: &str = if cfg!(unix) { "unix-excl" } else { "win32" };

/// A connection is used by one thread at a time.
const NO_MUTEX: OpenFlags = OpenFlags::SQLITE_OPEN_NO_MUTEX;

/// Takes no locks.
const VFS_NO_LOCKS: &str = if cfg!(unix) {
    "unix-none"
} else {
    "win32-none"
};

/// The open index.
pub(crate) struct Index {
    pub(crate) db: Connection,
    /// Why it can only be read; `None` where it can be written to.
    pub(crate) unwritable: Option<Unwritable>,
}

/// Opens the index at `path`, making it where `may_create` says that nothing is lost by that.
pub(crate) fn open(path: &Path, may_create: impl Fn() -> bool) -> Result<Index, Error> {
    let is_there = fs::metadata(path).is_ok_and(|about| about.len() > 0);
    if !is_there && !may_create() {
        return Err(missing(path));
    }
    let free = files::available_bytes(path);
    if is_there && free.is_ok_and(|free| free < ROOM_BYTES_MIN) {
        match open_alone(path, Duration::ZERO) {
            // Another process has it open, with shared memory that has its room.
            Err(Error::Busy) => {}
            Err(error) if is_of_medium(&error) => {}
            opened => return opened,
        }
    }
    let error = match open_usual(path, &may_create) {
        Err(Error::IndexUnsound { .. }) => {
            check_readable(path)?;
            // The medium failed for a moment, or it is damaged.
            return open_usual(path, &may_create).map_err(|error| match error {
                Error::IndexUnsound { source } => damaged(&source),
                error => error,
            });
        }
        Err(error) if is_of_medium(&error) => error,
        opened => return opened,
    };
    let why = match error {
        Error::NotWritable { why, .. } => Some(why),
        _ => try_to_write(path),
    };
    match why {
        Some(why) if is_there => open_as_it_can_be(path, why),
        Some(why) => Err(Error::unwritable(path, why)),
        None => Err(match (files::may_read(path), error) {
            (Err(source), _) => Error::io("open", path, source),
            (Ok(()), Error::IndexMedium { what, source }) => {
                let what = format!("{what}, {}", path.display());
                Error::IndexMedium { what, source }
            }
            (Ok(()), error) => error,
        }),
    }
}

/// Refuses an index that is not ours.
pub(crate) fn check_owner(path: &Path) -> Result<(), Error> {
    if fs::metadata(path).is_ok_and(|about| about.len() > 0) {
        open(path, || false)?;
    }
    Ok(())
}

/// Whether the medium, not what is on it, keeps the index from being opened.
fn is_of_medium(error: &Error) -> bool {
    matches!(
        error,
        Error::IndexMedium { .. } | Error::NotWritable { .. } | Error::DiskFull(_)
    )
}

/// Finds out whether the medium was to blame where SQLite found the index malformed: it says so of
/// pages that cannot be read as well.
///
/// # Errors
/// [`Error::Io`] where the file cannot be read from end to end.
pub(crate) fn check_readable(path: &Path) -> Result<(), Error> {
    // Closed, they would cost this process its locks on the index; so they stay open.
    static KEPT: Mutex<BTreeMap<PathBuf, File>> = Mutex::new(BTreeMap::new());
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    let mut file = match kept.entry(path.to_owned()) {
        Entry::Occupied(open) => open.into_mut(),
        Entry::Vacant(free) => free.insert(File::open(path).on("open", path)?),
    } as &File;
    file.rewind().on("read", path)?;
    io::copy(&mut file, &mut io::sink()).on("read", path)?;
    Ok(())
}

/// What is certain once the medium has been found to read well.
pub(crate) fn damaged(source: &rusqlite::Error) -> Error {
    Error::damaged(THE_INDEX, source.to_string())
}

fn missing(path: &Path) -> Error {
    Error::damaged(
        path.display().to_string(),
        "the index is missing or empty while media are there; restore loa.db from a copy",
    )
}

fn open_usual(path: &Path, may_create: &impl Fn() -> bool) -> Result<Index, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    let db = connect(Connection::open_with_flags(path, flags | NO_MUTEX)?)?;
    // Before the log is made, which takes its permissions from the index.
    tighten::one(path);
    let format = match format_of(&db, path) {
        // On a medium without locks all is busy for ever.
        Err(error) if is_of_locks(&error) => {
            if knows_no_locks(path) {
                return Err(Error::unwritable(path, Unwritable::NoLocks));
            }
            db.busy_timeout(BUSY_WAIT)?;
            format_of(&db, path)?
        }
        looked => looked?,
    };
    db.busy_timeout(BUSY_WAIT)?;
    if format == 0 && !may_create() {
        return Err(missing(path));
    }
    if db.is_readonly(MAIN_DB)? {
        // Shared memory and log were there, so that at least reading is as usual.
        let why = match files::may_write(path) {
            Err(error) => Unwritable::of(&error),
            Ok(()) => try_to_write(path),
        };
        let why = why.unwrap_or(Unwritable::Failing);
        return read_only(db, path, why);
    }
    enter_wal(&db, path)?;
    let index = ready(db, path, format)?;
    fill_shared_memory(&index.db, path)?;
    Ok(index)
}

/// Has the shared memory filled while there is room for it, where it would have holes: the first
/// page written to the log does that. Otherwise a disk that fills up while the program runs would
/// end it at the next write.
fn fill_shared_memory(db: &Connection, path: &Path) -> Result<(), Error> {
    if files::block_bytes(path).is_ok_and(|bytes| bytes >= MEMORY_PAGE_BYTES) {
        return Ok(());
    }
    let format = format!("PRAGMA user_version = {FORMAT}");
    match db.execute_batch(&format).map_err(Error::from) {
        // Whoever writes at this moment fills it.
        Err(Error::Busy | Error::DiskFull(_)) => Ok(()),
        filled => filled,
    }
}

/// Opens an index that is there on ground where the usual way failed.
fn open_as_it_can_be(path: &Path, why: Unwritable) -> Result<Index, Error> {
    if why == Unwritable::DiskFull {
        match open_alone(path, BUSY_WAIT) {
            Err(error) if is_of_medium(&error) => {}
            opened => return opened,
        }
    }
    let log = beside(path, "-wal");
    let has_log = fs::metadata(log).is_ok_and(|about| about.len() > 0);
    // Nobody writes to it: on this ground nobody can, or they would keep shared memory there.
    let db = if has_log {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | NO_MUTEX;
        let db = Connection::open_with_flags_and_vfs(path, flags, VFS_NO_LOCKS)?;
        // With it, and only with it, the wal-index is kept on the heap.
        db.execute_batch("PRAGMA locking_mode = EXCLUSIVE")?;
        db
    } else {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | NO_MUTEX;
        Connection::open_with_flags(format!("{}?immutable=1", uri(path)), flags)?
    };
    let db = connect(db)?;
    // The log is all there is of what is not in the index yet; it stays as it is.
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    read_only(db, path, why)
}

/// Opens the index for this process alone, which needs no file for the shared memory.
fn open_alone(path: &Path, wait: Duration) -> Result<Index, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | NO_MUTEX;
    let db = Connection::open_with_flags_and_vfs(path, flags, VFS_ALONE)?;
    if !cfg!(unix) {
        db.execute_batch("PRAGMA locking_mode = EXCLUSIVE")?;
    }
    let db = connect(db)?;
    if db.is_readonly(MAIN_DB)? {
        return Err(Error::unwritable(path, Unwritable::NotAllowed));
    }
    db.busy_timeout(wait)?;
    let format = format_of(&db, path)?;
    db.busy_timeout(BUSY_WAIT)?;
    ready(db, path, format)
}

/// What holds for every connection. Reads nothing yet, and does not wait for anybody.
fn connect(db: Connection) -> Result<Connection, Error> {
    db.busy_timeout(Duration::ZERO)?;
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    db.execute_batch(
        "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;
         PRAGMA temp_store = MEMORY;",
    )?;
    Ok(db)
}

fn ready(mut db: Connection, path: &Path, format: u64) -> Result<Index, Error> {
    // FULL: a commit that was acknowledged is on the medium.
    db.execute_batch(
        "PRAGMA cache_size = -16384; PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON;
         PRAGMA journal_size_limit = 67108864;",
    )?;
    if format < FORMAT {
        migrate(&mut db, path)?;
    }
    Ok(Index {
        db,
        unwritable: None,
    })
}

fn read_only(db: Connection, path: &Path, why: Unwritable) -> Result<Index, Error> {
    db.busy_timeout(BUSY_WAIT)?;
    db.execute_batch("PRAGMA cache_size = -16384; PRAGMA query_only = ON")?;
    if format_of(&db, path)? < FORMAT {
        return Err(Error::unwritable(path, why));
    }
    Ok(Index {
        db,
        unwritable: Some(why),
    })
}

/// Two processes that open a new archive at once both want the mode changed, and SQLite answers one
/// of them "busy" without waiting; so the waiting is done here.
fn enter_wal(db: &Connection, path: &Path) -> Result<(), Error> {
    let begun = Instant::now();
    loop {
        let mode = db.query_row("PRAGMA journal_mode = WAL", [], |row| {
            row.get::<_, String>(0)
        });
        match mode.map_err(Error::from) {
            Ok(mode) if mode == "wal" => return Ok(()),
            Ok(_) => return Err(Error::unwritable(path, Unwritable::NotAllowed)),
            Err(Error::Busy) if begun.elapsed() < BUSY_WAIT => {
                std::thread::sleep(Duration::from_millis(20));
            }
            Err(error) => return Err(error),
        }
    }
}

/// Why nothing can be written beside `path`; `None` where it can.
fn try_to_write(path: &Path) -> Option<Unwritable> {
    let tried =
        Draft::beside(path, Access::Owner).and_then(|mut draft| draft.write_all(&[0; TRIAL_BYTES]));
    tried.err().and_then(|error| Unwritable::of(&error))
}

/// Whether an error may mean that the medium refuses all locks.
fn is_of_locks(error: &Error) -> bool {
    match error {
        Error::Busy => true,
        Error::IndexMedium { source, .. } => matches!(
            source.sqlite_error().map(|it| it.extended_code),
            Some(
                ffi::SQLITE_IOERR_LOCK
                    | ffi::SQLITE_IOERR_RDLOCK
                    | ffi::SQLITE_IOERR_CHECKRESERVEDLOCK
                    | ffi::SQLITE_IOERR_SHMLOCK
            )
        ),
        _ => false,
    }
}

/// Whether SQLite cannot lock even a file beside `path` that nobody else knows.
fn knows_no_locks(path: &Path) -> bool {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let (process, number) = (std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    // Not a `Draft`: its own lock would be in the way on media that have one kind of lock only. By
    // its name it is swept as one.
    let trial = path.with_file_name(format!(".locks.{process}-{number}.loa-draft"));
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | NO_MUTEX;
    let is_refused = Connection::open_with_flags(&trial, flags).is_ok_and(|db| {
        db.busy_timeout(Duration::ZERO)
            .and_then(|()| db.execute_batch("BEGIN IMMEDIATE; ROLLBACK"))
            .map_err(Error::from)
            .is_err_and(|error| is_of_locks(&error))
    });
    fs::remove_file(&trial).unwrap_or_default(); // or there was none to remove
    is_refused
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// A path as SQLite takes it with parameters behind it (RFC 3986, section 2.1).
fn uri(path: &Path) -> String {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let path = path.as_os_str().as_encoded_bytes();
    let mut uri = "file://".to_owned();
    if !path.starts_with(b"/") {
        uri.push('/'); // a Windows drive
    }
    for &byte in path {
        match byte {
            b'\\' if cfg!(windows) => uri.push('/'),
            b'/' | b':' | b'-' | b'_' | b'.' | b'~' => uri.push(byte.into()),
            _ if byte.is_ascii_alphanumeric() => uri.push(byte.into()),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}
