//! Getting out of a damaged document what can be had, and losing nothing of the rest.

use std::fs::{self, File};
use std::io::{self, Cursor, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use files::{Access, Draft};

use super::frame::{self, Head, RECORD_HEAD_BYTES, RecordHead, Sort};
use super::open::{check_is_there, damaged, free_name, lock};
use super::scan::{self, LOG_BYTES_MAX, Scan, Tail};
use super::{EDITS, Log, Snapshot, snapshots};
use crate::Error;
use crate::error::OnPath;

/// What is read at once where a medium gives only parts of a file: a sector of today's disks.
const SECTOR_BYTES: usize = 4096;

/// What a recovery came to. The document opens afterwards.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Recovered {
    /// Number of the last edit that the document now has.
    pub last: u64,
    /// Edits known to have been made after that one: they could not be had.
    pub missing: u64,
    /// Whether more may be missing than can be counted.
    pub may_miss_more: bool,
    /// The newest of the missing edits, where it can still be read: it tells until when.
    pub last_missing: Option<Vec<u8>>,
    /// The damaged files as they were, for a person to look at; none where nothing was damaged.
    pub kept: Vec<PathBuf>,
}

impl Log {
    /// Mends a damaged document: keeps the edits before the damage or, where a snapshot lies behind
    /// it, that snapshot and the edits after it; whichever reaches further. Damaged files are kept
    /// beside, byte for byte. Without damage nothing is changed.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::LogDamaged`] where no snapshot can be read;
    /// [`Error::NewerVersion`]; [`Error::Locked`]; what the medium reports.
    pub fn recover(folder: &Path) -> Result<Recovered, Error> {
        let path = folder.join(EDITS);
        check_is_there(folder)?;
        let _lock = lock(folder)?;
        files::sweep_folder(folder);
        let found = Found::read(&path)?;
        let bytes = found.bytes.as_deref().unwrap_or_default();
        let scan = match Scan::over(&mut Cursor::new(bytes), bytes.len() as u64, &path) {
            Ok(scan) => Some(scan),
            Err(Error::LogDamaged { .. }) => None,
            Err(error) => return Err(error),
        };
        let listed = snapshots::list(folder)?;
        let base = Base::of(folder, bytes, scan.as_ref(), &listed)?;
        let last = base.last();

        let begin = scan.as_ref().map_or(0, |scan| scan.end as usize);
        let known = last_record(bytes, begin, scan.as_ref().map_or(0, Scan::last));
        let named = listed.first().map_or(0, |(number, _)| *number);
        let is_sound = found.is_whole
            && scan.is_some_and(|scan| scan.tail == Tail::Nothing && named <= scan.last());

        let mut kept = Vec::new();
        if !is_sound {
            if found.bytes.is_some() {
                kept.push(keep(&path, bytes, last)?);
            }
            base.write(&path)?;
        }
        for (number, snapshot) in &listed {
            kept.extend(snapshots::set_aside_if_damaged(folder, *number, snapshot)?);
        }
        files::sync_folder(folder).on("make durable", folder)?;
        Ok(Recovered {
            last,
            missing: known.number.max(named).saturating_sub(last),
            may_miss_more: !is_sound && (!found.is_whole || known.end < bytes.len()),
            last_missing: (known.number > last).then(|| known.content.to_vec()),
            kept,
        })
    }
}

/// What the medium gives of a log.
struct Found {
    /// `None` where the file is gone.
    bytes: Option<Vec<u8>>,
    /// Whether that is all of it; what is missing in between reads as zeros.
    is_whole: bool,
}

impl Found {
    fn read(path: &Path) -> Result<Self, Error> {
        let mut file = match File::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Self {
                    bytes: None,
                    is_whole: false,
                });
            }
            opened => opened.on("open", path)?,
        };
        let mut bytes = Vec::new();
        let whole = (&file).take(LOG_BYTES_MAX).read_to_end(&mut bytes);
        if whole.is_ok() {
            return Ok(Self {
                bytes: Some(bytes),
                is_whole: true,
            });
        }
        let length = file.metadata().on("look at", path)?.len();
        bytes = vec![0; usize::try_from(length.min(LOG_BYTES_MAX)).unwrap_or_default()];
        for (nth, sector) in bytes.chunks_mut(SECTOR_BYTES).enumerate() {
            let start = SeekFrom::Start((nth * SECTOR_BYTES) as u64);
            if file
                .seek(start)
                .and_then(|_| file.read_exact(sector))
                .is_err()
            {
                sector.fill(0); // damaged like any other
            }
        }
        Ok(Self {
            bytes: Some(bytes),
            is_whole: false,
        })
    }
}

/// What a log can go on from.
enum Base<'a> {
    /// The good part before the damage, and the number of its last edit.
    Start(&'a [u8], u64),
    /// A snapshot behind the damage, and the edits that follow it.
    Bridge(Head, Snapshot, Vec<&'a [u8]>),
}

impl<'a> Base<'a> {
    fn of(
        folder: &Path,
        bytes: &'a [u8],
        scan: Option<&Scan>,
        listed: &[(u64, PathBuf)],
    ) -> Result<Self, Error> {
        let last = scan.map_or(0, Scan::last);
        for (number, path) in listed {
            if scan.is_some() && *number <= last {
                break;
            }
            // One that the medium does not give is as good as damaged.
            if let Ok(Some((head, chain, snapshot))) = snapshots::load(*number, path) {
                let edits = follow(bytes, *number, chain);
                return Ok(Self::Bridge(head, snapshot, edits));
            }
        }
        if let Some(scan) = scan
            && snapshots::newest_whole(listed, scan)?.is_some()
        {
            return Ok(Self::Start(&bytes[..scan.end as usize], last));
        }
        let detail = "no state that its edits begin from can be read, so nothing can be had";
        Err(damaged(folder, last, detail))
    }

    fn last(&self) -> u64 {
        match self {
            Self::Start(_, last) => *last,
            Self::Bridge(_, snapshot, edits) => snapshot.number + edits.len() as u64,
        }
    }

    /// Puts a log that holds this in place of the damaged one.
    fn write(&self, path: &Path) -> Result<(), Error> {
        let mut draft = Draft::beside(path, Access::Owner).on("create beside", path)?;
        match self {
            Self::Start(bytes, _) => draft.write_all(bytes).on("write", path)?,
            Self::Bridge(head, snapshot, edits) => {
                let (bytes, head) = Head::write(Sort::Edits, &head.kind, snapshot.number)?;
                draft.write_all(&bytes).on("write", path)?;
                let mut chain = head.crc;
                for (number, edit) in (snapshot.number + 1..).zip(edits) {
                    let (record, crc) = frame::record(number, chain, edit)?;
                    draft.write_all(&record).on("write", path)?;
                    chain = crc;
                }
            }
        }
        draft.finish(path).on("make durable", path)
    }
}

/// The records after `number` that follow each other from `chain` on, wherever they begin.
fn follow(bytes: &[u8], mut number: u64, mut chain: u32) -> Vec<&[u8]> {
    let mut edits = Vec::new();
    let next = |head: &RecordHead| head.number == number + 1 && head.previous == chain;
    let Some(mut at) = scan::find_record(bytes, next) else {
        return edits;
    };
    while let Some(head) = bytes.get(at..).and_then(RecordHead::read) {
        let follows = head.number == number + 1 && head.previous == chain;
        let content = scan::content_at(bytes, at, &head);
        let Some(content) = content.filter(|content| follows && head.fits(content)) else {
            break;
        };
        edits.push(content);
        at += RECORD_HEAD_BYTES + content.len();
        (number, chain) = (head.number, head.crc);
    }
    edits
}

/// The last whole record of a log.
struct Known<'a> {
    number: u64,
    content: &'a [u8],
    /// Where it ends.
    end: usize,
}

/// Looks for whole records from `end` on, the last one before it being `number`.
fn last_record(bytes: &[u8], end: usize, number: u64) -> Known<'_> {
    let mut known = Known {
        number,
        content: &[],
        end,
    };
    while let Some(rest) = bytes.get(known.end..)
        && let Some(at) = scan::find_record(rest, |head| head.number > known.number)
        && let Some(head) = RecordHead::read(&rest[at..])
        && let Some(content) = scan::content_at(rest, at, &head)
    {
        known = Known {
            number: head.number,
            content,
            end: known.end + at + RECORD_HEAD_BYTES + content.len(),
        };
    }
    known
}

/// Gives the damaged file a second name, so that it stays what it is when another takes its place.
fn keep(path: &Path, bytes: &[u8], after: u64) -> Result<PathBuf, Error> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let name = free_name(folder, "damaged", after);
    if fs::hard_link(path, &name).is_err() {
        // Memory sticks know no second names: there a copy of what can be read has to do.
        let mut draft = Draft::beside(&name, Access::Owner).on("create beside", &name)?;
        draft.write_all(bytes).on("write", &name)?;
        draft.finish_new(&name).on("make durable", &name)?;
    }
    Ok(name)
}
