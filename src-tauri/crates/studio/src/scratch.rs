//! Files being written: under a temporary name beside their place, synced, then renamed.

use std::ffi::OsStr;
use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use audio::Scratch;
use units::{FileBytes, ReadAt};

/// A file that has no name until it is finished. Dropped unfinished, it leaves nothing behind.
pub struct Draft {
    file: File,
    temporary: PathBuf,
    finished: bool,
}

impl Draft {
    /// Begins a file beside `place`.
    ///
    /// # Errors
    /// Where the folder cannot be written to.
    pub fn beside(place: &Path) -> io::Result<Self> {
        let folder = parent(place);
        fs::create_dir_all(folder)?;
        let name = place.file_name().unwrap_or_default().to_string_lossy();
        for attempt in 0..u32::MAX {
            let process = std::process::id();
            let temporary = folder.join(format!(".{name}.{process}-{attempt}.tmp"));
            match File::options()
                .read(true)
                .write(true)
                .create_new(true)
                .open(&temporary)
            {
                Ok(file) => {
                    // Tells a sweeper that somebody is at it. One that was quicker has the lock, or
                    // has removed the file: then another name. Where a medium knows no locks, the
                    // sweeper gets none either and leaves the file alone. Windows would keep even
                    // readers out, so nothing is swept there.
                    if cfg!(unix)
                        && (matches!(file.try_lock(), Err(TryLockError::WouldBlock))
                            || !temporary.exists())
                    {
                        continue;
                    }
                    return Ok(Self {
                        file,
                        temporary,
                        finished: false,
                    });
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    /// Where it lies until it is finished.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.temporary
    }

    /// Gives it its name, replacing what stood there, once all of it is on disk.
    ///
    /// # Errors
    /// Where syncing or renaming failed; the place is as it was then. Only where a file was replaced
    /// and the folder could not be synced, the new one stays: it is whole, and the old one is gone.
    pub fn finish(mut self, place: &Path) -> io::Result<()> {
        self.file.sync_all()?;
        let was_free = place.symlink_metadata().is_err();
        fs::rename(&self.temporary, place)?;
        self.finished = true;
        sync_folder(parent(place)).inspect_err(|_| {
            if was_free {
                fs::remove_file(place).unwrap_or_default();
            }
        })
    }
}

impl Draft {
    /// Gives it its name, where that is free.
    ///
    /// # Errors
    /// [`io::ErrorKind::AlreadyExists`] where it is not; as [`Draft::finish`].
    pub fn finish_new(mut self, place: &Path) -> io::Result<()> {
        self.file.sync_all()?;
        match fs::hard_link(&self.temporary, place) {
            // Dropping the draft takes away its first name.
            Ok(()) => return sync_folder(parent(place)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(error),
            // Memory sticks know no second names: there an empty file keeps the place.
            Err(_) => File::create_new(place)?,
        };
        if let Err(error) = fs::rename(&self.temporary, place) {
            fs::remove_file(place).unwrap_or_default();
            return Err(error);
        }
        self.finished = true;
        sync_folder(parent(place))
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.finished {
            // Nothing better can be done; a left-over has a name that says what it is.
            fs::remove_file(&self.temporary).unwrap_or_default();
        }
    }
}

impl Read for Draft {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.read(buffer)
    }
}

impl Write for Draft {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.file.write(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Seek for Draft {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

impl Scratch for Draft {
    fn restart(&mut self) -> io::Result<()> {
        self.file.set_len(0)?;
        self.file.seek(SeekFrom::Start(0)).map(|_| ())
    }

    fn written(&mut self) -> io::Result<Arc<dyn ReadAt>> {
        Ok(Arc::new(FileBytes::new(File::open(&self.temporary)?)?))
    }
}

/// Folders of a store in which large files are written: a killed import can leave gigabytes.
const DRAFTED: [&str; 4] = ["packages", "cache", "cache/pcm", "cache/peaks"];

/// Removes the drafts that a killed process left behind in a store.
pub(crate) fn sweep_store(store: &Path) {
    for folder in DRAFTED {
        sweep(&store.join(folder), None);
    }
}

/// Removes the drafts of `place` that a killed process left behind.
pub(crate) fn sweep_beside(place: &Path) {
    if let Some(name) = place.file_name() {
        sweep(parent(place), Some(name));
    }
}

/// Removes all drafts in `folder` that a killed process left behind; `name`: only those of this.
fn sweep(folder: &Path, name: Option<&OsStr>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return; // nothing is there yet
    };
    if !cfg!(unix) {
        return;
    }
    for entry in entries.flatten() {
        let found = entry.file_name();
        let is_draft = draft_of(&found.to_string_lossy())
            .is_some_and(|of| name.is_none_or(|name| of == name.to_string_lossy()));
        // Locked until it is gone: a draft begun meanwhile under this name must see that.
        if is_draft
            && let Ok(file) = File::open(entry.path())
            && file.try_lock().is_ok()
        {
            // What cannot be removed stays for the next time.
            fs::remove_file(entry.path()).unwrap_or_default();
        }
    }
}

/// The name whose draft this is: `.{name}.{process}-{attempt}.tmp`.
fn draft_of(name: &str) -> Option<&str> {
    let (name, number) = name
        .strip_prefix('.')?
        .strip_suffix(".tmp")?
        .rsplit_once('.')?;
    let (process, attempt) = number.split_once('-')?;
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    (is_number(process) && is_number(attempt)).then_some(name)
}

/// Writes a small file whole: temporary name, sync, rename, sync of the folder.
///
/// # Errors
/// Where any of it failed; the place is as it was then.
pub fn write_whole(place: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut draft = Draft::beside(place)?;
    draft.write_all(bytes)?;
    draft.finish(place)
}

fn parent(place: &Path) -> &Path {
    match place.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Makes a rename last. Windows has no such call and needs none.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(folder)?.sync_all()
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unfinished_draft_leaves_nothing_and_the_place_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("a.wav");
        write_whole(&place, b"old").unwrap();
        let mut draft = Draft::beside(&place).unwrap();
        draft.write_all(b"half").unwrap();
        drop(draft);
        assert_eq!(fs::read(&place).unwrap(), b"old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_draft_finished_as_new_replaces_nothing_not_even_a_link_to_nowhere() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str| {
            let place = folder.path().join(name);
            let mut draft = Draft::beside(&place).unwrap();
            draft.write_all(b"new").unwrap();
            draft.finish_new(&place)
        };
        write("a.wav").unwrap();
        assert_eq!(fs::read(folder.path().join("a.wav")).unwrap(), b"new");
        let error = write("a.wav").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        #[cfg(unix)]
        {
            let link = folder.path().join("link.wav");
            std::os::unix::fs::symlink("nowhere", &link).unwrap();
            assert!(write("link.wav").is_err());
            assert!(link.is_symlink());
            fs::remove_file(link).unwrap();
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn drafts_of_killed_processes_are_swept_and_nothing_else_is() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str| fs::write(folder.path().join(name), b"half").unwrap();
        let names = || {
            let entries = fs::read_dir(folder.path()).unwrap().flatten();
            let mut names: Vec<String> = entries
                .map(|entry| entry.file_name().to_string_lossy().into_owned())
                .collect();
            names.sort();
            names
        };
        let kept = [".b.tar.x-0.tmp", "a.tar", "a.tar.1-0.tmp"];
        let left_over = [".a.tar.1-0.tmp", ".b.tar.4194304-12.tmp"];
        kept.iter().chain(&left_over).for_each(|name| write(name));
        let live = Draft::beside(&folder.path().join("a.tar")).unwrap();
        sweep(folder.path(), Some("a.tar".as_ref()));
        assert!(!names().contains(&".a.tar.1-0.tmp".to_owned()));
        assert_eq!(names().len(), kept.len() + 2);
        sweep(folder.path(), None);
        assert!(live.path().exists());
        drop(live);
        assert_eq!(names(), kept);
    }

    #[cfg(unix)]
    #[test]
    fn what_killed_imports_and_renderings_left_in_the_cache_is_swept_as_well() {
        let store = tempfile::tempdir().unwrap();
        let left_over = [
            "packages/.a.tar.1-0.tmp",
            "cache/.render.1-0.tmp",
            "cache/pcm/.ab.f32.1-0.tmp",
            "cache/peaks/.ab.peaks.1-0.tmp",
        ];
        let made = store.path().join("cache/pcm/ab.f32");
        for place in left_over
            .map(|name| store.path().join(name))
            .iter()
            .chain([&made])
        {
            fs::create_dir_all(parent(place)).unwrap();
            fs::write(place, b"half").unwrap();
        }
        sweep_store(store.path());
        assert!(
            left_over
                .iter()
                .all(|name| !store.path().join(name).exists())
        );
        assert!(made.exists());
    }

    #[cfg(unix)]
    #[test]
    fn no_sweeper_takes_away_a_draft_that_is_just_begun() {
        let folder = tempfile::tempdir().unwrap();
        let done = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(std::sync::atomic::Ordering::Relaxed) {
                    sweep(folder.path(), None);
                }
            });
            for number in 0..3_000 {
                let place = folder.path().join(format!("{}.tar", number % 3));
                let draft = Draft::beside(&place).unwrap();
                if !draft.path().exists() {
                    done.store(true, std::sync::atomic::Ordering::Relaxed);
                    panic!("draft {number} is gone");
                }
            }
            done.store(true, std::sync::atomic::Ordering::Relaxed);
        });
    }

    #[test]
    fn a_finished_draft_replaces_what_stood_there() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("new").join("a.wav");
        write_whole(&place, b"first").unwrap();
        write_whole(&place, b"second").unwrap();
        assert_eq!(fs::read(&place).unwrap(), b"second");
    }
}
