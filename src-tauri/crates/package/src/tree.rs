//! A folder as a verifier sees it. The crate opens no file: hosts implement [`Tree`] over theirs.

use std::io;

use units::ReadAt;

/// What an entry of a folder is. A host never follows links: a link is a [`EntryKind::Link`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EntryKind {
    /// A plain file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link, wherever it points.
    Link,
    /// A device, pipe, socket or anything else.
    Special,
}

/// An entry of a folder, at any depth.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// Relative path as the file system holds it, parts joined by `/`.
    pub path: Vec<u8>,
    /// What it is.
    pub kind: EntryKind,
    /// Length in bytes, of files.
    pub bytes: u64,
}

/// A folder with everything below it.
pub trait Tree {
    /// All entries below the root, in any order, but no more than `max`; more entries are not
    /// listed, and the verifier, seeing `max` of them, says that the limit is exceeded.
    ///
    /// # Errors
    /// Whatever the medium reports.
    fn entries(&self, max: usize) -> io::Result<Vec<Entry>>;

    /// Opens the plain file at `path` without following links.
    ///
    /// # Errors
    /// Whatever the medium reports.
    fn open(&self, path: &[u8]) -> io::Result<Box<dyn ReadAt>>;
}

/// A folder in memory, for tests and for packages that never touch a disk.
#[derive(Clone, Debug, Default)]
pub struct MemoryTree {
    entries: Vec<(Entry, Vec<u8>)>,
}

impl MemoryTree {
    /// An empty folder.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a plain file, replacing one of the same name.
    pub fn file(&mut self, path: impl AsRef<[u8]>, bytes: impl Into<Vec<u8>>) -> &mut Self {
        let bytes = bytes.into();
        self.remove(path.as_ref());
        let entry = Entry {
            path: path.as_ref().to_vec(),
            kind: EntryKind::File,
            bytes: bytes.len() as u64,
        };
        self.entries.push((entry, bytes));
        self
    }

    /// Adds an entry that is no plain file.
    pub fn other(&mut self, path: impl AsRef<[u8]>, kind: EntryKind) -> &mut Self {
        let entry = Entry {
            path: path.as_ref().to_vec(),
            kind,
            bytes: 0,
        };
        self.entries.push((entry, Vec::new()));
        self
    }

    /// Takes an entry away.
    pub fn remove(&mut self, path: &[u8]) -> &mut Self {
        self.entries.retain(|(entry, _)| entry.path != path);
        self
    }

    /// The bytes of a file.
    #[must_use]
    pub fn read(&self, path: &str) -> Option<&[u8]> {
        self.entries
            .iter()
            .find(|(entry, _)| entry.path == path.as_bytes())
            .map(|(_, bytes)| bytes.as_slice())
    }
}

impl Tree for MemoryTree {
    fn entries(&self, max: usize) -> io::Result<Vec<Entry>> {
        let entries = self.entries.iter().take(max);
        Ok(entries.map(|(entry, _)| entry.clone()).collect())
    }

    fn open(&self, path: &[u8]) -> io::Result<Box<dyn ReadAt>> {
        self.entries
            .iter()
            .find(|(entry, _)| entry.path == path && entry.kind == EntryKind::File)
            .map(|(_, bytes)| Box::new(bytes.clone()) as Box<dyn ReadAt>)
            .ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}
