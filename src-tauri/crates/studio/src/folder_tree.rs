//! A folder on disk as the package verifier sees it: listed without following links.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use package::{Entry, EntryKind, Tree};
use units::{FileBytes, ReadAt};

/// Folders in folders that are still looked into; a bag has three or four.
const DEPTH_MAX: usize = 64;

/// A folder.
pub struct FolderTree(PathBuf);

impl FolderTree {
    /// The folder at `path`.
    #[must_use]
    pub fn new(path: &Path) -> Self {
        Self(path.to_owned())
    }

    fn path(&self, name: &[u8]) -> io::Result<PathBuf> {
        Ok(self.0.join(from_bytes(name)?))
    }
}

impl Tree for FolderTree {
    fn entries(&self, max: usize) -> io::Result<Vec<Entry>> {
        let mut found = Vec::new();
        let mut folders = vec![(self.0.clone(), Vec::new(), 0)];
        while let Some((folder, prefix, depth)) = folders.pop() {
            for entry in fs::read_dir(&folder)? {
                if found.len() >= max {
                    return Ok(found);
                }
                let entry = entry?;
                let data = entry.path().symlink_metadata()?;
                let mut path: Vec<u8> = prefix.clone();
                path.extend(to_bytes(&entry.file_name()));
                let kind = if data.is_symlink() {
                    EntryKind::Link
                } else if data.is_dir() {
                    EntryKind::Folder
                } else if data.is_file() {
                    EntryKind::File
                } else {
                    EntryKind::Special
                };
                if kind == EntryKind::Folder {
                    if depth >= DEPTH_MAX {
                        return Err(io::Error::other("folders are nested too deeply"));
                    }
                    folders.push((entry.path(), [&path[..], b"/"].concat(), depth + 1));
                }
                let bytes = if kind == EntryKind::File {
                    data.len()
                } else {
                    0
                };
                found.push(Entry { path, kind, bytes });
            }
        }
        Ok(found)
    }

    fn open(&self, path: &[u8]) -> io::Result<Box<dyn ReadAt>> {
        let path = self.path(path)?;
        if !path.symlink_metadata()?.is_file() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "not a plain file",
            ));
        }
        Ok(Box::new(FileBytes::new(File::open(path)?)?))
    }
}

#[cfg(unix)]
fn to_bytes(name: &std::ffi::OsStr) -> Vec<u8> {
    use std::os::unix::ffi::OsStrExt as _;
    name.as_bytes().to_vec()
}

#[cfg(unix)]
#[allow(clippy::unnecessary_wraps)] // elsewhere it can fail
fn from_bytes(name: &[u8]) -> io::Result<PathBuf> {
    use std::os::unix::ffi::OsStrExt as _;
    Ok(PathBuf::from(std::ffi::OsStr::from_bytes(name)))
}

#[cfg(not(unix))]
fn to_bytes(name: &std::ffi::OsStr) -> Vec<u8> {
    name.to_string_lossy().into_owned().into_bytes()
}

#[cfg(not(unix))]
fn from_bytes(name: &[u8]) -> io::Result<PathBuf> {
    let name = std::str::from_utf8(name).map_err(|_| io::ErrorKind::InvalidInput)?;
    Ok(PathBuf::from(name))
}
