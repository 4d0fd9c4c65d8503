//! Going on in a new file after the medium failed to take an edit.
//!
//! What a file holds after a failed sync nobody knows: the system may have dropped it from memory and
//! report the next sync as a success. So such a file is not synced again; what was acknowledged is
//! copied out of it, checked, and written whole under a new name, then that takes its place.

use std::io::{self, Read as _, Seek as _, SeekFrom};

use files::{Access, Draft};

use super::open::damaged;
use super::scan::Scan;
use super::{EDITS, Log};
use crate::Error;
use crate::error::OnPath;

impl Log {
    /// Puts a new file with the acknowledged records, and nothing else, in place of the old one.
    ///
    /// # Errors
    /// What the medium reports; [`Error::LogDamaged`] where it does not give back what was
    /// acknowledged. The old file is as it was then, and this can be tried again.
    pub(super) fn begin_anew(&mut self) -> Result<(), Error> {
        self.broken = true;
        let path = self.folder.join(EDITS);
        let mut draft = Draft::beside(&path, Access::Owner).on("create beside", &path)?;
        self.file.seek(SeekFrom::Start(0)).on("read", &path)?;
        io::copy(&mut (&self.file).take(self.end), &mut draft).on("copy", &path)?;
        let copy = Scan::of(draft.file(), draft.path())?;
        if (copy.bytes, copy.last(), copy.chain_at(self.last()))
            != (self.end, self.last(), Some(self.chain()))
        {
            let detail = "the medium does not give back what was written";
            return Err(damaged(&self.folder, copy.last(), detail));
        }
        let file = draft.file().try_clone().on("open", &path)?;
        draft.finish(&path).on("make durable", &path)?;
        self.file = file;
        self.broken = false;
        Ok(())
    }

    /// The crc that the record after `number` names, as [`Scan::chain_at`].
    pub(super) fn chain_at(&self, number: u64) -> Option<u32> {
        let index = usize::try_from(number.checked_sub(self.head.number)?).ok()?;
        match index {
            0 => Some(self.head.crc),
            index => Some(self.places.get(index - 1)?.crc),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};

    use super::*;

    /// A log whose next write fails, and the cutting back as well.
    fn failing() -> (tempfile::TempDir, Log) {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("doc");
        let mut log = Log::create(&folder, "deck", b"0").unwrap();
        log.append(b"one").unwrap();
        log.file = File::open(folder.join(EDITS)).unwrap();
        (parent, log)
    }

    fn names(log: &Log) -> Vec<String> {
        let entries = fs::read_dir(&log.folder).unwrap().flatten();
        let mut names: Vec<String> = entries
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn after_an_edit_that_failed_the_next_one_is_kept_in_a_new_file() {
        let (_parent, mut log) = failing();
        let before = names(&log);
        assert!(matches!(log.append(b"refused"), Err(Error::Io { .. })));
        assert_eq!(log.append(b"two").unwrap(), 2);
        assert_eq!(names(&log), before);
        let folder = log.folder.clone();
        drop(log);
        let content = Log::open(&folder).unwrap().1;
        assert_eq!(content.edits, [b"one".to_vec(), b"two".to_vec()]);
        assert_eq!(content.torn, None);
    }

    #[test]
    fn while_the_new_file_cannot_be_written_edits_are_refused_with_the_reason_and_tried_again() {
        let (_parent, mut log) = failing();
        let path = log.folder.join(EDITS);
        let aside = log.folder.join("aside");
        fs::rename(&path, &aside).unwrap();
        // A folder in the place of the log: renaming over it fails.
        fs::create_dir(&path).unwrap();
        fs::write(path.join("a"), b"").unwrap();
        for _ in 0..2 {
            let error = log.append(b"refused").unwrap_err().to_string();
            assert!(!error.contains("earlier"), "{error}");
            assert!(error.contains("edits.log"), "{error}");
        }
        fs::remove_dir_all(&path).unwrap();
        fs::rename(&aside, &path).unwrap();
        assert_eq!(log.append(b"two").unwrap(), 2);
        let folder = log.folder.clone();
        drop(log);
        let content = Log::open(&folder).unwrap().1;
        assert_eq!(content.edits, [b"one".to_vec(), b"two".to_vec()]);
    }
}
