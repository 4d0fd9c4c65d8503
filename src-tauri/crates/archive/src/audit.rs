//! Are the media still what they were, and the documents? Reads media again, longest-unread first, a
//! portion at a time, and the edits and snapshots of all documents under work.
//!
//! An audit reports and remembers; it never deletes and never moves anything.

use std::fs;
use std::io::{self, Read};
use std::path::Path;

use rusqlite::params;
use units::{Digest, Digester, Id, Watch};

use crate::claim::INDEX;
use crate::error::{OnPath, THE_INDEX};
use crate::{Archive, Error, LogFault, Objects, index};

/// Findings are written to the index after so many files: a killed audit repeats no more than this.
const FILES_PER_COMMIT: usize = 64;

/// Bytes read between two looks at the switch.
const BLOCK_BYTES: usize = 1 << 20;

/// How much to audit now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AuditBudget {
    /// Media files at most.
    pub files_max: u64,
    /// Bytes to read; the file that reaches it is finished.
    pub bytes_max: u64,
    /// Whether to look for files that the index does not know: reads all folders.
    pub orphans: bool,
    /// Whether to look through the index itself first: reads all of it.
    pub index: bool,
    /// Whether to read all documents under work: their edits and snapshots.
    pub documents: bool,
}

impl AuditBudget {
    /// Everything.
    pub const ALL: Self = Self {
        files_max: u64::MAX,
        bytes_max: u64::MAX,
        orphans: true,
        index: true,
        documents: true,
    };
}

/// What an audit found.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct AuditReport {
    /// Media files looked at.
    pub checked: u64,
    /// Those that are as they were.
    pub ok: u64,
    /// Those whose file is gone.
    pub missing: Vec<Digest>,
    /// Those whose file has another content.
    pub damaged: Vec<Digest>,
    /// Those that could not be read this time, and what the system said. They may be whole: nothing
    /// is remembered of them, and they stay due.
    pub unreadable: Vec<(Digest, String)>,
    /// Files in the media folder that the index does not know, relative to it. A crash while
    /// something was added leaves such; they may also be all that is left where an old index was
    /// restored, so look before you delete.
    pub orphans: Vec<String>,
    /// Documents looked through.
    pub documents: u64,
    /// Those in which something is damaged.
    pub document_faults: Vec<DocumentFault>,
    /// Whether it was stopped on request; what was found until then stands and is remembered.
    pub stopped: bool,
    /// Whether the index could not be written to, as on a full disk: what was found stands, but the
    /// next audit in portions begins where this one did.
    pub not_remembered: bool,
}

/// A document in which an audit found damage.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DocumentFault {
    /// Its id.
    pub id: Id,
    /// What is wrong with it.
    pub fault: LogFault,
}

#[derive(Clone, PartialEq, Eq)]
enum Finding {
    Sound,
    Missing,
    Damaged,
    Unreadable(String),
}

impl Archive {
    /// Reads media files again and compares digests, those first that wait longest.
    ///
    /// Holds no lock on the index while reading. Run it on a connection of its own.
    ///
    /// # Errors
    /// [`Error::Damaged`] where the index does not hold together: then it has to be restored from a
    /// copy before it can say what is to be read. Media that cannot be read are findings, not errors.
    pub fn audit(
        &mut self,
        now_ms: i64,
        budget: AuditBudget,
        watch: Watch<'_>,
    ) -> Result<AuditReport, Error> {
        if budget.index {
            self.examine_index()?;
        }
        let mut report = AuditReport::default();
        let due = self.due_for_audit(budget)?;
        let total = due.iter().map(|(_, bytes)| bytes).sum();
        let mut done = 0;
        for batch in due.chunks(FILES_PER_COMMIT) {
            let mut findings = Vec::with_capacity(batch.len());
            for &(digest, bytes) in batch {
                let at = |read| watch.step(done + read, total);
                let Ok(finding) = examine(self.objects(), digest, bytes, at) else {
                    report.stopped = true;
                    break;
                };
                done += bytes;
                findings.push((digest, finding));
            }
            match self.remember(&findings, now_ms) {
                Err(Error::DiskFull(_) | Error::NotWritable { .. }) => report.not_remembered = true,
                remembered => remembered?,
            }
            for (digest, finding) in findings {
                report.checked += 1;
                match finding {
                    Finding::Sound => report.ok += 1,
                    Finding::Missing => report.missing.push(digest),
                    Finding::Damaged => report.damaged.push(digest),
                    Finding::Unreadable(why) => report.unreadable.push((digest, why)),
                }
            }
            if report.stopped {
                return Ok(report);
            }
        }
        if budget.orphans {
            report.orphans = self.orphans()?;
        }
        if budget.documents {
            self.audit_documents(&mut report, done, watch)?;
        }
        Ok(report)
    }

    fn audit_documents(
        &self,
        report: &mut AuditReport,
        done: u64,
        watch: Watch<'_>,
    ) -> Result<(), Error> {
        for id in self.document_ids()? {
            if watch.step(done, done).is_err() {
                report.stopped = true;
                return Ok(());
            }
            let fault = self.check_document(id);
            report.documents += 1;
            (report.document_faults).extend(fault.map(|fault| DocumentFault { id, fault }));
        }
        Ok(())
    }

    /// Media files whose last audit found them missing (`false`) or damaged (`true`).
    ///
    /// # Errors
    /// What the index reports.
    pub fn faults(&self) -> Result<Vec<(Digest, bool)>, Error> {
        let mut statement = self.db.prepare_cached(
            "SELECT digest, fault = 'damaged' FROM object WHERE fault IS NOT NULL",
        )?;
        let rows =
            statement.query_map([], |row| Ok((Digest::from_bytes(row.get(0)?), row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Whether pages, tables and search index hold together (SQLite's own check).
    fn examine_index(&self) -> Result<(), Error> {
        let path = self.folder.join(INDEX);
        let found = self
            .db
            .query_row("PRAGMA integrity_check(1)", [], |row| {
                Ok(row.get::<_, String>(0)?.replace('\n', " "))
            })
            .map_err(Error::from);
        match found {
            Ok(found) if found == "ok" => Ok(()),
            // In its own words: the page could not be read, so nothing is known of what is in it.
            Ok(found) if found.contains("unable to get the page") => {
                Err(Error::io("read", &path, io::Error::other(found)))
            }
            Ok(found) => {
                index::check_readable(&path)?;
                Err(Error::damaged(THE_INDEX, found))
            }
            Err(Error::IndexUnsound { source }) => {
                index::check_readable(&path)?;
                Err(index::damaged(&source))
            }
            Err(error) => Err(error),
        }
    }

    /// Digest and length of what to look at, longest-unread first (nulls sort first).
    fn due_for_audit(&self, budget: AuditBudget) -> Result<Vec<(Digest, u64)>, Error> {
        let mut statement = self
            .db
            .prepare_cached("SELECT digest, bytes FROM object ORDER BY checked_ms, digest")?;
        let mut rows = statement.query([])?;
        let mut due = Vec::new();
        let mut bytes_due = 0u64;
        while let Some(row) = rows.next()? {
            if due.len() as u64 >= budget.files_max || bytes_due >= budget.bytes_max {
                break;
            }
            let bytes = row.get::<_, i64>(1)?.unsigned_abs();
            bytes_due = bytes_due.saturating_add(bytes);
            due.push((Digest::from_bytes(row.get(0)?), bytes));
        }
        Ok(due)
    }

    fn remember(&mut self, findings: &[(Digest, Finding)], now_ms: i64) -> Result<(), Error> {
        let tx = self.write()?;
        for (digest, finding) in findings {
            let fault = match finding {
                Finding::Sound => None,
                Finding::Missing => Some("missing"),
                Finding::Damaged => Some("damaged"),
                Finding::Unreadable(_) => continue,
            };
            tx.prepare_cached("UPDATE object SET checked_ms = ?2, fault = ?3 WHERE digest = ?1")?
                .execute(params![digest.as_bytes(), now_ms, fault])?;
        }
        tx.commit()?;
        Ok(())
    }

    fn orphans(&self) -> Result<Vec<String>, Error> {
        let mut found = Vec::new();
        let temporary = self.objects().folder().join("tmp");
        let mut folders = vec![self.objects().folder().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).on("list", &folder)? {
                let entry = entry.on("list", &folder)?;
                let path = entry.path();
                if entry.file_type().on("look at", &path)?.is_dir() {
                    if path != temporary {
                        folders.push(path);
                    }
                } else if !self.is_known(&path)? {
                    let name = path.strip_prefix(self.objects().folder()).unwrap_or(&path);
                    found.push(name.display().to_string());
                }
            }
        }
        found.sort_unstable();
        Ok(found)
    }

    fn is_known(&self, path: &Path) -> Result<bool, Error> {
        let digest = path
            .file_name()
            .and_then(|name| name.to_str())
            .and_then(|name| name.parse().ok());
        match digest {
            Some(digest) if self.objects().path(digest) == path => {
                Ok(self.object(digest)?.is_some())
            }
            _ => Ok(false),
        }
    }
}

/// Reads one file again. Only a stop is an error.
fn examine(
    objects: &Objects,
    digest: Digest,
    bytes: u64,
    mut at: impl FnMut(u64) -> Result<(), units::Cancelled>,
) -> Result<Finding, units::Cancelled> {
    at(0)?;
    let unreadable = |error: io::Error| Ok(Finding::Unreadable(error.to_string()));
    let mut file = match fs::File::open(objects.path(digest)) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Finding::Missing),
        Err(error) => return unreadable(error),
    };
    let mut digester = Digester::new();
    let mut block = vec![0; BLOCK_BYTES];
    let mut read = 0;
    loop {
        match file.read(&mut block) {
            Ok(0) => break,
            Ok(got) => {
                digester.update(&block[..got]);
                read += got as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return unreadable(error),
        }
        if read > bytes {
            return Ok(Finding::Damaged);
        }
        at(read)?;
    }
    Ok(if read == bytes && digester.finish() == digest {
        Finding::Sound
    } else {
        Finding::Damaged
    })
}

#[cfg(test)]
mod tests {
    use units::Watch;

    use super::AuditBudget;
    use crate::Archive;

    #[test]
    fn an_audit_reports_where_it_cannot_remember() {
        let folder = tempfile::tempdir().unwrap();
        let mut archive = Archive::open(folder.path()).unwrap();
        let kept = archive.put(&b"kept"[..], Watch::NONE).unwrap();
        let lost = archive.put(&b"lost"[..], Watch::NONE).unwrap();
        std::fs::remove_file(archive.objects().path(lost.digest)).unwrap();
        archive.db.execute_batch("PRAGMA query_only = ON").unwrap();
        let report = archive.audit(5, AuditBudget::ALL, Watch::NONE).unwrap();
        assert_eq!((report.ok, report.missing), (1, vec![lost.digest]));
        assert!(report.not_remembered);
        archive.db.execute_batch("PRAGMA query_only = OFF").unwrap();
        let report = archive.audit(6, AuditBudget::ALL, Watch::NONE).unwrap();
        assert!(!report.not_remembered);
        let faults = archive.faults().unwrap();
        assert_eq!(faults, [(lost.digest, false)]);
        assert!(kept.was_new);
    }
}
