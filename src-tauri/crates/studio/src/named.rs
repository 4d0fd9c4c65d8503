//! Bytes that say where they come from when they cannot be read.

use std::io;
use std::path::{Path, PathBuf};

use units::{FileBytes, ReadAt};

/// An open file and its path: what the system says of one is of use only with the other.
pub struct Named {
    file: FileBytes,
    path: PathBuf,
}

impl Named {
    /// The file at `path`.
    #[must_use]
    pub fn new(file: FileBytes, path: &Path) -> Self {
        Self {
            file,
            path: path.to_owned(),
        }
    }
}

impl ReadAt for Named {
    fn len(&self) -> u64 {
        self.file.len()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.read_at(offset, buffer).map_err(|error| {
            let detail = format!("{}: {error}", self.path.display());
            io::Error::new(error.kind(), detail)
        })
    }
}
