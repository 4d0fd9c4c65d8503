//! Media by digest: written once, under the name of their content, and never changed.
//!
//! Copying in is temporary file → write and hash → fsync → rename → fsync folders → row. A crash
//! leaves at most a file without a row, never a row without a file.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use units::{Digest, Digester, FileBytes, Watch};

use crate::error::OnPath;
use crate::{Error, durable};

/// Bytes copied between two looks at the switch: large enough for the disk, small enough to stop.
const BLOCK_BYTES: usize = 1 << 20;

/// The media folder of an archive. Needs no connection to the index: clone it, use it on any thread.
#[derive(Clone, Debug)]
pub struct Objects {
    folder: PathBuf,
}

/// A file copied in and digested, not yet under its name. Dropping it takes it back.
#[derive(Debug)]
pub struct Staged {
    path: Option<PathBuf>,
    // Held open and locked, so that another process does not sweep it.
    _file: File,
    digest: Digest,
    bytes: u64,
}

/// A media file that is in the store.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stored {
    /// Its SHA-256.
    pub digest: Digest,
    /// Its length.
    pub bytes: u64,
    /// Whether the store did not have this content before.
    pub was_new: bool,
}

/// Where a media file of the store lies.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Object {
    /// Its SHA-256.
    pub digest: Digest,
    /// The file; to be read only.
    pub path: PathBuf,
    /// Its length as stored.
    pub bytes: u64,
}

impl Staged {
    /// The SHA-256 of what was copied.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// The length of what was copied.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if let Some(path) = &self.path {
            make_writable(path);
            durable::forget(path);
        }
    }
}

impl Objects {
    pub(crate) fn open(folder: &Path) -> Result<Self, Error> {
        let objects = Self {
            folder: folder.to_owned(),
        };
        durable::create_folders(&objects.temporary())?;
        objects.sweep();
        Ok(objects)
    }

    /// Whether a media folder is absent or empty; one that cannot be read counts as full, the
    /// careful answer.
    pub(crate) fn none_in(folder: &Path) -> bool {
        match fs::read_dir(folder) {
            Ok(entries) => entries
                .map(|entry| entry.map(|entry| entry.file_name()))
                .all(|name| name.is_ok_and(|name| name == "tmp")),
            Err(error) => error.kind() == io::ErrorKind::NotFound,
        }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    fn temporary(&self) -> PathBuf {
        self.folder.join("tmp")
    }

    /// Where the media file with this digest lies, if it is here.
    #[must_use]
    pub fn path(&self, digest: Digest) -> PathBuf {
        let name = digest.to_string();
        self.folder.join(&name[..2]).join(&name[2..4]).join(name)
    }

    /// Opens a media file.
    ///
    /// # Errors
    /// [`Error::NotFound`], or what the medium reports.
    pub fn open_object(&self, digest: Digest) -> Result<FileBytes, Error> {
        let path = self.path(digest);
        match File::open(&path).and_then(FileBytes::new) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Err(Error::not_found("media file", digest))
            }
            opened => opened.on("open", &path),
        }
    }

    /// Copies `reader` in and digests it; durable on return, but not yet in the store: hand it to
    /// [`Archive::keep`]. `bytes_expected` is for the progress only; 0 where it is not known.
    ///
    /// # Errors
    /// [`Error::DiskFull`], [`Error::Cancelled`], what reader and medium report. Nothing stays.
    pub fn stage(
        &self,
        mut reader: impl Read,
        bytes_expected: u64,
        watch: Watch<'_>,
    ) -> Result<Staged, Error> {
        let (path, mut file) = self.create_temporary()?;
        // From here on an early return drops `staged`, which removes the file.
        let mut staged = Staged {
            path: Some(path.clone()),
            _file: file.try_clone().on("open", &path)?,
            digest: Digest::from_bytes([0; 32]),
            bytes: 0,
        };
        let mut digester = Digester::new();
        let mut block = vec![0; BLOCK_BYTES];
        loop {
            watch.step(staged.bytes, bytes_expected)?;
            let got = match reader.read(&mut block) {
                Ok(0) => break,
                Ok(got) => got,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(source) => {
                    return Err(Error::Io {
                        doing: "read the source".to_owned(),
                        source,
                    });
                }
            };
            digester.update(&block[..got]);
            file.write_all(&block[..got]).on("write", &path)?;
            staged.bytes += got as u64;
        }
        staged.digest = digester.finish();
        let mut permissions = file.metadata().on("look at", &path)?.permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&path, permissions).on("write-protect", &path)?;
        file.sync_all().on("make durable", &path)?;
        Ok(staged)
    }

    /// Copies a file in, as [`Objects::stage`].
    ///
    /// # Errors
    /// Also [`Error::SourceChanged`] where somebody wrote to it meanwhile.
    pub fn stage_file(&self, source: &Path, watch: Watch<'_>) -> Result<Staged, Error> {
        // Before it is opened: a pipe would keep whoever opens it until somebody writes.
        if !fs::metadata(source).on("look at", source)?.is_file() {
            return Err(Error::not_found("regular file", source.display()));
        }
        let file = File::open(source).on("open", source)?;
        let before = file.metadata().on("look at", source)?;
        let staged = self.stage(&file, before.len(), watch)?;
        let after = file.metadata().on("look at", source)?;
        let same_time = match (before.modified(), after.modified()) {
            (Ok(before), Ok(after)) => before == after,
            _ => true,
        };
        if staged.bytes != before.len() || after.len() != before.len() || !same_time {
            return Err(Error::SourceChanged {
                path: source.to_owned(),
            });
        }
        Ok(staged)
    }

    /// Gives a staged file its name. `replace` puts it over one known to be damaged.
    pub(crate) fn place(&self, mut staged: Staged, replace: bool) -> Result<Stored, Error> {
        let path = self.path(staged.digest);
        let inner = path.parent().unwrap_or(&self.folder);
        let outer = inner.parent().unwrap_or(&self.folder);
        durable::create_folders(inner)?;
        let present = fs::metadata(&path).is_ok_and(|there| there.len() == staged.bytes);
        if replace || !present {
            let Some(temporary) = staged.path.take() else {
                return Err(Error::not_found("staged file", staged.digest));
            };
            make_writable(&path);
            if let Err(error) = fs::rename(&temporary, &path) {
                staged.path = Some(temporary);
                return Err(Error::io("name", &path, error));
            }
        }
        // Even where the file was there: whoever put it may not have come this far.
        for folder in [inner, outer, &self.folder] {
            durable::sync_folder(folder)?;
        }
        Ok(Stored {
            digest: staged.digest,
            bytes: staged.bytes,
            was_new: !present,
        })
    }

    fn create_temporary(&self) -> Result<(PathBuf, File), Error> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        loop {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let name = format!("{}-{number}", std::process::id());
            let path = self.temporary().join(name);
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => {
                    // The lock tells a sweeper that the file is in use. One that was quicker has it
                    // or has removed the file; then take another name. Where a medium knows no
                    // locks, the sweeper gets none either and leaves the file alone.
                    if matches!(file.try_lock(), Err(TryLockError::WouldBlock)) || !path.exists() {
                        continue;
                    }
                    return Ok((path, file));
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(Error::io("create", &path, error)),
            }
        }
    }

    /// Removes temporary files that a killed process left behind. What cannot be removed stays for
    /// the next time.
    fn sweep(&self) {
        let Ok(entries) = fs::read_dir(self.temporary()) else {
            return;
        };
        for path in entries.flatten().map(|entry| entry.path()) {
            // Locked until it is gone: whoever has just made it under this name must see that.
            if let Ok(file) = File::open(&path)
                && file.try_lock().is_ok()
                && path.is_file()
            {
                make_writable(&path);
                durable::forget(&path);
            }
        }
    }
}

/// Windows neither removes nor replaces a write-protected file; elsewhere the folder decides.
fn make_writable(path: &Path) {
    if cfg!(windows)
        && let Ok(metadata) = fs::metadata(path)
    {
        let mut permissions = metadata.permissions();
        #[expect(
            clippy::permissions_set_readonly_false,
            reason = "reached on Windows only"
        )]
        permissions.set_readonly(false);
        fs::set_permissions(path, permissions).ok();
    }
}
