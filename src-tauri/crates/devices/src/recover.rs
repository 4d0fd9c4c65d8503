//! Takes left by an earlier run: found, mended by their length on disk, never deleted.
//!
//! Written to is only what bears our recorder's mark and is nobody's at the moment, never through a
//! link. What others put there is looked at, no more.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use audio::Error;
use audio::ports::{DeviceError, FoundSound, FoundTake, is_take_name};
use audio::wav::{Repair, is_take, repair};
use units::{FileBytes, ReadAt};

/// Most files looked at in one folder: a folder with more is no folder of takes.
pub const TAKES_MAX: usize = 10_000;

/// A recorder changes its file many times a second: what stood still for so long has none.
const ABANDONED: Duration = Duration::from_secs(60);

/// What Windows answers where a file is open for writing elsewhere: `ERROR_SHARING_VIOLATION`.
const IS_OPEN_ELSEWHERE: i32 = 32;

/// All `*.wav` files in `folder`, by name, but for links and those being recorded. Takes of ours, by
/// name and mark, that were cut off are mended.
///
/// # Errors
/// [`DeviceError::File`] where the folder cannot be read. What is wrong with a single file stands in
/// its own place.
pub fn recover(folder: &Path) -> Result<Vec<FoundTake>, DeviceError> {
    // A folder that is a link lies outside the store.
    let is_ours = !folder.is_symlink();
    let found = |path: PathBuf| {
        let named = is_ours
            && path
                .file_name()
                .and_then(OsStr::to_str)
                .is_some_and(is_take_name);
        let content = look(&path, named)
            .map_err(|error| error.to_string())
            .transpose()?;
        Some(FoundTake { path, content })
    };
    Ok(waves(folder)?.into_iter().filter_map(found).collect())
}

/// Mends the takes of ours that were cut off in the folder that `place` lies in, whatever they are
/// called: a take outside the store is named by whoever records it. Returns those it mended; the
/// others are not ours to speak of, nor is a folder that cannot be read.
#[must_use]
pub fn mend_beside(place: &Path) -> Vec<FoundTake> {
    let folder = match place.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mended = |path: PathBuf| match look(&path, true) {
        Ok(Some(sound)) if sound.mended => Some(FoundTake {
            path,
            content: Ok(sound),
        }),
        _ => None,
    };
    let paths = waves(folder).unwrap_or_default();
    paths.into_iter().filter_map(mended).collect()
}

/// The regular files with the ending of a take, by name.
fn waves(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)?.take(TAKES_MAX) {
        let entry = entry?;
        let path = entry.path();
        let is_wav = path
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("wav"));
        if is_wav && entry.file_type()?.is_file() {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// What is in the file; `None` where it is still being recorded.
fn look(path: &Path, may_mend: bool) -> Result<Option<FoundSound>, Error> {
    let (mut file, can_mend) = match files::open_in_place(path) {
        _ if !may_mend => (File::open(path)?, false),
        Ok(file) => (file, true),
        Err(error) if cfg!(windows) && error.raw_os_error() == Some(IS_OPEN_ELSEWHERE) => {
            return Ok(None);
        }
        // On a disk that cannot be written to it can be heard all the same.
        Err(_) => (File::open(path)?, false),
    };
    if is_being_written(&file)? {
        return Ok(None);
    }
    let bytes: Arc<dyn ReadAt> = Arc::new(FileBytes::new(file.try_clone()?)?);
    let mut mended = false;
    if let Some(repair) = repair(&*bytes)? {
        if !is_take(&*bytes)? {
            let detail = "it was cut off, and is no take of this program";
            return Err(Error::Damaged(detail.into()));
        }
        if can_mend {
            write(&mut file, &repair)?;
            mended = true;
        }
    }
    let opened = audio::open(Arc::new(FileBytes::new(file.try_clone()?)?))?;
    Ok(Some(FoundSound {
        frames: opened.info.frames.unwrap_or(0),
        rate_hz: opened.info.rate_hz,
        channels: opened.info.channels,
        mended,
    }))
}

fn write(file: &mut File, repair: &Repair) -> io::Result<()> {
    // Sizes first: should this be cut off too, it begins anew next time.
    file.seek(SeekFrom::Start(0))?;
    file.write_all(&repair.head)?;
    file.set_len(repair.file_bytes)?;
    file.sync_all()
}

/// Whether a recorder is at the file. If not, nobody else begins to mend it until it is closed.
fn is_being_written(file: &File) -> io::Result<bool> {
    match file.try_lock() {
        _ if !cfg!(unix) => Ok(false), // then it could not have been opened for writing
        Ok(()) => Ok(false),
        Err(fs::TryLockError::WouldBlock) => Ok(true),
        // Some network disks know no locks.
        Err(fs::TryLockError::Error(_)) => {
            Ok(!is_abandoned(file.metadata()?.modified()?.elapsed().ok()))
        }
    }
}

/// `None`: changed in the future, by a clock that is not ours.
fn is_abandoned(unchanged_for: Option<Duration>) -> bool {
    unchanged_for.is_some_and(|time| time >= ABANDONED)
}

#[cfg(test)]
mod tests;
