//! Media by digest: written once, under the name of their content, and never changed.
//!
//! Copying in is temporary file → write and hash → fsync → rename → fsync folders → row. A crash
//! leaves at most a file without a row, never a row without a file.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use files::{Access, Draft, Shortage};
use units::{Digest, Digester, FileBytes, Watch};

use crate::error::OnPath;
use crate::{Error, Unwritable};

/// Bytes copied between two looks at the switch: large enough for the disk, small enough to stop.
const BLOCK_BYTES: usize = 1 << 20;

/// The media folder of an archive. Needs no connection to the index: clone it, use it on any thread.
#[derive(Clone, Debug)]
pub struct Objects {
    folder: PathBuf,
    unwritable: Option<Unwritable>,
}

/// A file copied in and digested, not yet under its name. Dropping it takes it back.
#[derive(Debug)]
pub struct Staged {
    // Held open and locked, so that another process does not sweep it.
    draft: Draft,
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

impl Objects {
    pub(crate) fn in_folder(folder: &Path, unwritable: Option<Unwritable>) -> Self {
        Self {
            folder: folder.to_owned(),
            unwritable,
        }
    }

    /// Makes the folders and sweeps what killed processes left in them.
    pub(crate) fn settle(&self) -> Result<(), Error> {
        let temporary = self.temporary();
        files::create_folders(&temporary, Access::Owner).on("create", &temporary)?;
        files::sweep_folder(&temporary);
        sweep_earlier(&temporary);
        Ok(())
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
        if let Some(why) = self.unwritable {
            return Err(Error::unwritable(&self.folder, why));
        }
        if let Some(shortage) = Shortage::of(bytes_expected, &self.folder) {
            return Err(Error::DiskFull(Some(shortage)));
        }
        let place = self.temporary().join("media");
        let mut draft = Draft::beside(&place, Access::Owner).on("create", &place)?;
        let path = draft.path().to_owned();
        let mut digester = Digester::new();
        let mut block = vec![0; BLOCK_BYTES];
        let mut bytes = 0;
        loop {
            watch.step(bytes, bytes_expected)?;
            let got = match reader.read(&mut block) {
                Ok(0) => break,
                Ok(got) => got,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(source) => return Err(Error::Source { path: None, source }),
            };
            digester.update(&block[..got]);
            draft
                .write_all(&block[..got])
                .map_err(|error| match Unwritable::of(&error) {
                    Some(Unwritable::DiskFull) => {
                        self.full(bytes, bytes_expected.max(bytes + got as u64))
                    }
                    _ => Error::io("write", &path, error),
                })?;
            bytes += got as u64;
        }
        let about = draft.file().metadata().on("look at", &path)?;
        let mut permissions = about.permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&path, permissions).on("write-protect", &path)?;
        draft.file().sync_all().on("make durable", &path)?;
        Ok(Staged {
            draft,
            digest: digester.finish(),
            bytes,
        })
    }

    /// That the disk filled up with `written` of `needed` bytes on it. A quota may say so while the
    /// disk has room; then it is not known by how much.
    fn full(&self, written: u64, needed: u64) -> Error {
        let available = files::available_bytes(&self.folder).map(|free| free + written);
        Error::DiskFull(match available {
            Ok(available) if available < needed => Some(Shortage { needed, available }),
            _ => None,
        })
    }

    /// Copies a file in, as [`Objects::stage`].
    ///
    /// # Errors
    /// Also [`Error::SourceChanged`] where somebody wrote to it meanwhile.
    pub fn stage_file(&self, source: &Path, watch: Watch<'_>) -> Result<Staged, Error> {
        let failed = |error| Error::Source {
            path: Some(source.to_owned()),
            source: error,
        };
        // Before it is opened: a pipe would keep whoever opens it until somebody writes.
        if !fs::metadata(source).map_err(failed)?.is_file() {
            return Err(Error::not_found("regular file", source.display()));
        }
        let file = File::open(source).map_err(failed)?;
        let before = file.metadata().map_err(failed)?;
        let staged = match self.stage(&file, before.len(), watch) {
            Err(Error::Source { source, .. }) => Err(failed(source)),
            staged => staged,
        }?;
        let after = file.metadata().map_err(failed)?;
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
    pub(crate) fn place(&self, staged: Staged, replace: bool) -> Result<Stored, Error> {
        let path = self.path(staged.digest);
        let inner = path.parent().unwrap_or(&self.folder);
        let outer = inner.parent().unwrap_or(&self.folder);
        files::create_folders(inner, Access::Owner).on("create", inner)?;
        let present = fs::metadata(&path).is_ok_and(|there| there.len() == staged.bytes);
        let (digest, bytes) = (staged.digest, staged.bytes);
        if replace || !present {
            make_writable(&path);
            staged.draft.finish(&path).on("name", &path)?;
        }
        // Even where the file was there: whoever put it may not have come this far.
        for folder in [inner, outer, &self.folder] {
            files::sync_folder(folder).on("make durable", folder)?;
        }
        Ok(Stored {
            digest,
            bytes,
            was_new: !present,
        })
    }
}

/// Removes what killed processes of earlier versions left in `temporary`: files named `PROCESS-NUMBER`
/// that nobody holds. What cannot be removed stays for the next time.
fn sweep_earlier(temporary: &Path) {
    let entries = fs::read_dir(temporary).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| is_of_earlier(&entry.file_name())) {
        let path = entry.path();
        if entry.file_type().is_ok_and(|kind| kind.is_file())
            && let Ok(file) = File::open(&path)
            && file.try_lock().is_ok()
        {
            make_writable(&path);
            fs::remove_file(&path).unwrap_or_default();
        }
    }
}

fn is_of_earlier(name: &OsStr) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    (name.to_str().and_then(|name| name.split_once('-')))
        .is_some_and(|(process, number)| is_number(process) && is_number(number))
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
