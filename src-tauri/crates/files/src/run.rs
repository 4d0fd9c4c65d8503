//! Folders for as long as one run of a program lasts: what browsers send, what is unpacked.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::Access;
use crate::folder::create_folders;

/// The file that makes a folder ours; locked while its run lasts.
const MARK: &str = ".loa-run";

/// What stands in the mark.
const MARK_TEXT: &str = "Loa Studio: this folder lasts as long as the program runs.\n";

/// A folder that goes with the program: removed when dropped, or by [`sweep_runs`] at a later start.
#[derive(Debug)]
pub struct RunFolder {
    path: PathBuf,
    _mark: File,
}

impl RunFolder {
    /// Makes one in `parent`.
    ///
    /// # Errors
    /// What the medium reports.
    pub fn create(parent: &Path) -> io::Result<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        create_folders(parent, Access::Owner)?;
        loop {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let path = parent.join(format!("run-{}-{number}", std::process::id()));
            if path.symlink_metadata().is_ok() {
                continue;
            }
            create_folders(&path, Access::Owner)?;
            let mut mark = match File::create_new(path.join(MARK)) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                made => made?,
            };
            // Before the text, so that no sweeper finds a whole mark that nobody holds. Where a
            // medium knows no locks, the sweeper gets none either and leaves the folder alone.
            if matches!(mark.try_lock(), Err(TryLockError::WouldBlock)) {
                continue;
            }
            mark.write_all(MARK_TEXT.as_bytes())?;
            return Ok(Self { path, _mark: mark });
        }
    }

    /// Where it lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for RunFolder {
    fn drop(&mut self) {
        remove(&self.path);
    }
}

/// Removes the run folders in `parent` whose program is gone; returns how many went. Anything else
/// in `parent` stays.
pub fn sweep_runs(parent: &Path) -> usize {
    let Ok(entries) = fs::read_dir(parent) else {
        return 0; // nothing is there yet
    };
    if parent.is_symlink() {
        return 0;
    }
    let is_left = |path: &Path| {
        let mut text = String::new();
        File::open(path.join(MARK)).is_ok_and(|mark| {
            mark.try_lock().is_ok()
                && (&mark)
                    .take(MARK_TEXT.len() as u64 + 1)
                    .read_to_string(&mut text)
                    .is_ok()
                // Empty: killed between making the mark and writing it.
                && (text == MARK_TEXT || text.is_empty())
        })
    };
    let mut gone = 0;
    for entry in entries.flatten() {
        let path = entry.path();
        let is_run = is_run(&entry.file_name().to_string_lossy())
            && entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_run && (is_left(&path) || is_empty(&path)) {
            remove(&path);
            gone += usize::from(!path.exists());
        }
    }
    gone
}

fn is_run(name: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    name.strip_prefix("run-")
        .and_then(|numbers| numbers.split_once('-'))
        .is_some_and(|(process, number)| is_number(process) && is_number(number))
}

/// A folder whose program was killed before it made the mark.
fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none())
}

/// The mark goes last, so that what a kill leaves is still known as ours. What cannot be removed
/// stays for the next time.
fn remove(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten().filter(|it| it.file_name() != MARK) {
        let path = entry.path();
        // A link to a folder is no folder: the link goes, what it leads to stays.
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => fs::remove_dir_all(&path).unwrap_or_default(),
            _ => fs::remove_file(&path).unwrap_or_default(),
        }
    }
    let left = fs::read_dir(folder).map_or(0, Iterator::count);
    if left <= 1 {
        fs::remove_file(folder.join(MARK)).unwrap_or_default();
        fs::remove_dir(folder).unwrap_or_default();
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_run_folder_goes_with_its_run_or_at_the_next_start_and_nothing_else_goes() {
        let store = tempfile::tempdir().unwrap();
        let parent = store.path().join("uploads");
        let live = RunFolder::create(&parent).unwrap();
        let ended = RunFolder::create(&parent).unwrap();
        let ended_at = ended.path().to_owned();
        fs::create_dir(ended_at.join("a")).unwrap();
        fs::write(ended_at.join("a/b.wav"), b"sound").unwrap();
        drop(ended);
        assert!(!ended_at.exists());

        let foreign = ["run-1-2", "photos", "0123456789abcdef"];
        for name in foreign {
            fs::create_dir(parent.join(name)).unwrap();
            fs::write(parent.join(name).join("mine.jpg"), b"mine").unwrap();
        }
        fs::write(parent.join("run-3-4"), b"a file").unwrap();
        let killed = parent.join("run-5-6");
        fs::create_dir(&killed).unwrap();
        fs::write(killed.join(MARK), MARK_TEXT).unwrap();
        fs::write(killed.join("half"), b"half").unwrap();
        fs::create_dir(parent.join("run-7-8")).unwrap();
        assert_eq!(sweep_runs(&parent), 2);
        assert!(!killed.exists() && live.path().exists());
        for name in foreign {
            assert_eq!(
                fs::read(parent.join(name).join("mine.jpg")).unwrap(),
                b"mine"
            );
        }
        assert!(parent.join("run-3-4").exists());
    }

    #[test]
    fn a_run_folder_that_holds_a_link_leaves_what_the_link_leads_to() {
        let store = tempfile::tempdir().unwrap();
        let outside = store.path().join("outside");
        fs::create_dir(&outside).unwrap();
        fs::write(outside.join("mine"), b"mine").unwrap();
        let run = RunFolder::create(&store.path().join("uploads")).unwrap();
        std::os::unix::fs::symlink(&outside, run.path().join("link")).unwrap();
        drop(run);
        assert_eq!(fs::read(outside.join("mine")).unwrap(), b"mine");
    }
}
