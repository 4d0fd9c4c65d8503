//! Files being written: under a temporary name beside their place, synced, then renamed.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::Access;
use crate::folder::{create_folders, parent, sync_folder};
use crate::links::is_at;

/// The ending that no file of anybody else has.
const ENDING: &str = ".loa-draft";

/// Longest name of a file on the file systems people have.
const NAME_BYTES_MAX: usize = 255;

/// Room for the process, the attempt and what stands between them.
const TAIL_BYTES_MAX: usize = 1 + 10 + 1 + 10 + ENDING.len();

/// A file that has no name until it is finished. Dropped unfinished, it leaves nothing behind.
#[derive(Debug)]
pub struct Draft {
    file: File,
    temporary: PathBuf,
    finished: bool,
}

impl Draft {
    /// Begins a file beside `place`, in a folder that is made where it is missing.
    ///
    /// # Errors
    /// Where the folder cannot be written to.
    pub fn beside(place: &Path, access: Access) -> io::Result<Self> {
        let folder = parent(place);
        create_folders(folder, access)?;
        for attempt in 0..u32::MAX {
            let temporary = folder.join(name_of(place, std::process::id(), attempt));
            match new_file(access).open(&temporary) {
                Ok(file) => {
                    // Tells a sweeper that somebody is at it. One that was quicker has the lock, or
                    // has removed the file, perhaps for another to take its name: then another name. Where a medium knows no locks, the
                    // sweeper gets none either and leaves the file alone. Windows would keep even
                    // readers out, so nothing is swept there.
                    if cfg!(unix)
                        && (matches!(file.try_lock(), Err(TryLockError::WouldBlock))
                            || !is_at(&file, &temporary))
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

    /// The open file.
    #[must_use]
    pub fn file(&self) -> &File {
        &self.file
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
        settle(place, was_free)
    }

    /// Gives it its name, where that is free.
    ///
    /// # Errors
    /// [`io::ErrorKind::AlreadyExists`] where it is not; as [`Draft::finish`].
    pub fn finish_new(mut self, place: &Path) -> io::Result<()> {
        self.file.sync_all()?;
        match fs::hard_link(&self.temporary, place) {
            Ok(()) => {
                // The second name counts from now on; the first goes with the draft.
                drop(self);
                return settle(place, true);
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(error),
            // Memory sticks know no second names: there an empty file keeps the place.
            Err(_) => File::create_new(place)?,
        };
        if let Err(error) = fs::rename(&self.temporary, place) {
            fs::remove_file(place).unwrap_or_default();
            return Err(error);
        }
        self.finished = true;
        settle(place, true)
    }
}

/// Makes a new name last; one that may not have done so is taken back.
fn settle(place: &Path, was_free: bool) -> io::Result<()> {
    sync_folder(parent(place)).inspect_err(|_| {
        if was_free {
            fs::remove_file(place).unwrap_or_default();
        }
    })
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

/// Writes a small file whole, in place of an older one: temporary name, sync, rename, sync of the
/// folder.
///
/// # Errors
/// Where any of it failed; the place is as [`Draft::finish`] says.
pub fn write_whole(place: &Path, bytes: &[u8], access: Access) -> io::Result<()> {
    let mut draft = Draft::beside(place, access)?;
    draft.write_all(bytes)?;
    draft.finish(place)
}

/// Makes an empty file under its own name at once, for what must be found there however the program
/// ends, as a recording. Others may read it meanwhile.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`] where the name is taken, be it by a link to nowhere; what the
/// medium reports. The name is free then.
pub fn create_new(place: &Path, access: Access) -> io::Result<File> {
    let file = sole_writer(&mut new_file(access)).open(place)?;
    settle(place, true)?;
    Ok(file)
}

/// Keeps others from writing to it while it is open.
#[cfg(windows)]
fn sole_writer(options: &mut OpenOptions) -> &mut OpenOptions {
    std::os::windows::fs::OpenOptionsExt::share_mode(options, 1) // FILE_SHARE_READ
}

/// Elsewhere there are locks for that.
#[cfg(not(windows))]
fn sole_writer(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

fn new_file(access: Access) -> OpenOptions {
    let mut options = File::options();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    if access == Access::Owner {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    options
}

/// `.{name}.{process}-{attempt}.loa-draft`; a name too long for that is cut.
fn name_of(place: &Path, process: u32, attempt: u32) -> OsString {
    let name = place.file_name().unwrap_or_default().to_string_lossy();
    let mut name = OsString::from(format!(".{}", cut(&name)));
    name.push(format!(".{process}-{attempt}{ENDING}"));
    name
}

fn cut(name: &str) -> &str {
    let mut end = name.len().min(NAME_BYTES_MAX - 1 - TAIL_BYTES_MAX);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    &name[..end]
}

/// Whether `name` is that of a draft, finished by nobody yet.
#[must_use]
pub fn is_draft_name(name: &OsStr) -> bool {
    is_draft(name, None)
}

/// Whether `name` is that of a draft; with `place`: of a draft for that place.
pub(crate) fn is_draft(name: &OsStr, place: Option<&Path>) -> bool {
    let name = name.to_string_lossy();
    let Some((of, number)) = name
        .strip_prefix('.')
        .and_then(|name| name.strip_suffix(ENDING))
        .and_then(|name| name.rsplit_once('.'))
    else {
        return false;
    };
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    let is_numbered = number
        .split_once('-')
        .is_some_and(|(process, attempt)| is_number(process) && is_number(attempt));
    let is_of = |place: &Path| {
        let name = place.file_name().unwrap_or_default().to_string_lossy();
        cut(&name) == of
    };
    is_numbered && place.is_none_or(is_of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unfinished_draft_leaves_nothing_and_the_place_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("a.wav");
        write_whole(&place, b"old", Access::Usual).unwrap();
        let mut draft = Draft::beside(&place, Access::Usual).unwrap();
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
            let mut draft = Draft::beside(&place, Access::Usual).unwrap();
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
    fn a_finished_draft_replaces_what_stood_there() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("new").join("a.wav");
        write_whole(&place, b"first", Access::Usual).unwrap();
        write_whole(&place, b"second", Access::Usual).unwrap();
        assert_eq!(fs::read(&place).unwrap(), b"second");
    }

    #[test]
    fn the_longest_name_has_a_draft_that_is_known_as_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let long = format!("{}.wav", "ộ".repeat(83));
        assert_eq!(long.len(), 253);
        let place = folder.path().join(&long);
        let draft = Draft::beside(&place, Access::Usual).unwrap();
        let name = draft.path().file_name().unwrap().to_owned();
        assert!(is_draft(&name, Some(&place)));
        assert!(!is_draft(&name, Some(Path::new("other.wav"))));
        draft.finish(&place).unwrap();
        assert!(place.exists());
    }

    #[test]
    fn a_file_made_under_its_own_name_is_new_and_there_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("take.wav");
        let mut file = create_new(&place, Access::Owner).unwrap();
        file.write_all(b"sound").unwrap();
        assert_eq!(fs::read(&place).unwrap(), b"sound");
        let error = create_new(&place, Access::Owner).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&place).unwrap(), b"sound");
    }

    #[cfg(unix)]
    #[test]
    fn what_is_the_owners_can_be_read_by_nobody_else() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("keys").join("desk.key");
        write_whole(&place, b"secret", Access::Owner).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&place), 0o600);
        assert_eq!(mode(place.parent().unwrap()), 0o700);
    }
}
