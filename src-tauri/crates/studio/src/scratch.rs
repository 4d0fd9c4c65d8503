//! Drafts that sound is written to: what `files` offers, in the form `audio` asks for.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use files::{Access, Draft};
use units::{FileBytes, ReadAt};

/// A draft that is written, read back for checking, and begun anew where the check says so.
pub(crate) struct Scratch {
    draft: Draft,
    place: PathBuf,
}

impl Scratch {
    /// Begins a file beside `place`.
    pub(crate) fn beside(place: &Path, access: Access) -> io::Result<Self> {
        Ok(Self {
            draft: Draft::beside(place, access)?,
            place: place.to_owned(),
        })
    }

    /// Where it lies until it is finished.
    pub(crate) fn path(&self) -> &Path {
        self.draft.path()
    }

    /// As [`Draft::finish`].
    pub(crate) fn finish(self, place: &Path) -> io::Result<()> {
        self.draft.finish(place)
    }

    /// An encoder hands on what the system says; which file it is about is known here.
    fn named<T>(&self, done: io::Result<T>) -> io::Result<T> {
        done.map_err(|error| {
            let detail = format!("{}: {error}", self.place.display());
            io::Error::new(error.kind(), detail)
        })
    }
}

impl audio::Scratch for Scratch {
    fn restart(&mut self) -> io::Result<()> {
        self.draft.file().set_len(0)?;
        self.draft.seek(SeekFrom::Start(0)).map(|_| ())
    }

    fn written(&mut self) -> io::Result<Arc<dyn ReadAt>> {
        Ok(Arc::new(FileBytes::new(File::open(self.path())?)?))
    }
}

impl Read for Scratch {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.draft.read(buffer);
        self.named(read)
    }
}

impl Write for Scratch {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let written = self.draft.write(buffer);
        self.named(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.draft.flush();
        self.named(flushed)
    }
}

impl Seek for Scratch {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.draft.seek(to)
    }
}
