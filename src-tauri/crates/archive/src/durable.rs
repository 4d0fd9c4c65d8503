//! Making a change survive a power cut: file first, then the folder that names it.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use crate::Error;
use crate::error::OnPath;

/// Makes the names in `folder` durable.
///
/// Windows gives no handle for this through the standard library; NTFS journals names itself.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), Error> {
    if cfg!(windows) {
        return Ok(());
    }
    File::open(folder)
        .and_then(|file| file.sync_all())
        .on("make durable", folder)
}

/// Creates `folder` and those above it, durably.
pub(crate) fn create_folders(folder: &Path) -> Result<(), Error> {
    if folder.is_dir() {
        return Ok(());
    }
    let parent = folder.parent().filter(|p| !p.as_os_str().is_empty());
    if let Some(parent) = parent {
        create_folders(parent)?;
    }
    match fs::create_dir(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            Err(Error::io("create", folder, error))
        }
        // A folder that appeared meanwhile is another process's doing; a file is not.
        Err(error) if !folder.is_dir() => Err(Error::io("create", folder, error)),
        _ => sync_folder(parent.unwrap_or(Path::new("."))),
    }
}

/// Removes a file that nobody needs; where that fails it stays, unnamed by anything, and does no harm.
pub(crate) fn forget(path: &Path) {
    fs::remove_file(path).ok();
}
