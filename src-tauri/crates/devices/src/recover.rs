//! Takes left by an earlier run: found, mended by their length on disk, never deleted.

use std::fs::{File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use audio::ports::{DeviceError, FoundSound, FoundTake};
use units::{FileBytes, ReadAt};

use crate::take_file::claim;

/// Most files looked at in one folder: a folder with more is no folder of takes.
pub const TAKES_MAX: usize = 10_000;

/// All `*.wav` files in `folder`, by name, but for those being recorded; headers of those that were
/// cut off are mended.
///
/// # Errors
/// [`DeviceError::File`] where the folder cannot be read. What is wrong with a single file stands in
/// its own place.
pub fn recover(folder: &Path) -> Result<Vec<FoundTake>, DeviceError> {
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder)?.take(TAKES_MAX) {
        let path = entry?.path();
        let is_wav = path
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("wav"));
        if is_wav && path.is_file() {
            paths.push(path);
        }
    }
    paths.sort();
    let found = |path: PathBuf| {
        let content = mend(&path).map_err(|error| error.to_string()).transpose()?;
        Some(FoundTake { path, content })
    };
    Ok(paths.into_iter().filter_map(found).collect())
}

/// `None` where the take is still being recorded.
fn mend(path: &Path) -> Result<Option<FoundSound>, audio::Error> {
    let mut file = OpenOptions::new().read(true).write(true).open(path)?;
    if !claim(&file)? {
        return Ok(None);
    }
    let bytes: Arc<dyn ReadAt> = Arc::new(FileBytes::new(file.try_clone()?)?);
    let repair = audio::wav::repair(&*bytes)?;
    let mended = repair.is_some();
    if let Some(repair) = repair {
        // Sizes first: should this be cut off too, it begins anew next time.
        file.seek(SeekFrom::Start(0))?;
        file.write_all(&repair.head)?;
        file.set_len(repair.file_bytes)?;
        file.sync_all()?;
    }
    let opened = audio::open(Arc::new(FileBytes::new(File::open(path)?)?))?;
    Ok(Some(FoundSound {
        frames: opened.info.frames.unwrap_or(0),
        rate_hz: opened.info.rate_hz,
        channels: opened.info.channels,
        mended,
    }))
}

#[cfg(test)]
mod tests {
    use audio::bext::Bext;
    use audio::ports::{Capture, RecordRequest};

    use super::recover;
    use crate::Synthetic;

    #[test]
    fn takes_are_found_and_mended_once_but_not_while_they_are_recorded() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let request = RecordRequest {
            device: None,
            path: path("running.wav"),
            bext: Bext::default(),
        };
        let running = Synthetic::default().record(&request).unwrap();
        std::fs::write(path("notes.txt"), "no take").unwrap();
        std::fs::write(path("no sound.WAV"), "nothing to hear").unwrap();
        let found = recover(folder.path()).unwrap();
        assert_eq!(found.len(), 1);
        assert!(found[0].content.is_err());
        assert_eq!(
            std::fs::read(path("no sound.WAV")).unwrap(),
            b"nothing to hear"
        );

        let take = running.stop().unwrap();
        // As a kill leaves it: the header a moment older than the sound.
        let mut bytes = std::fs::read(&take.path).unwrap();
        bytes.extend([1; 100]);
        std::fs::write(path("cut off.wav"), bytes).unwrap();
        for mended in [true, false] {
            let found = recover(folder.path()).unwrap();
            let sounds: Vec<_> = found
                .iter()
                .filter_map(|take| take.content.clone().ok())
                .collect();
            assert_eq!(sounds.len(), 2);
            assert_eq!((sounds[0].mended, sounds[1].mended), (mended, false));
            assert!(sounds[0].frames >= take.frames + 33);
            assert_eq!(sounds[1].frames, take.frames);
        }
    }
}
