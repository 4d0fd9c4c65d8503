//! Folders: made durably, and synced so that the names in them last.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use crate::Access;

/// Makes the names in `folder` last.
///
/// Windows has no such call and needs none. Some media (network shares, mounts through user space)
/// do not know it either and say so; there a name is as lasting as that medium makes it.
///
/// # Errors
/// What the medium reports.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    if !cfg!(unix) {
        return Ok(());
    }
    match File::open(folder)?.sync_all() {
        Err(error) if knows_no_sync(&error) => Ok(()),
        synced => synced,
    }
}

fn knows_no_sync(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported
    )
}

/// Makes `folder` and those above it that are missing, so that they last.
///
/// # Errors
/// What the medium reports; [`io::ErrorKind::NotADirectory`] where a file stands in the way.
pub fn create_folders(folder: &Path, access: Access) -> io::Result<()> {
    if folder.as_os_str().is_empty() || folder.is_dir() {
        return Ok(());
    }
    let above = parent(folder);
    create_folders(above, access)?;
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    if access == Access::Owner {
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    }
    match builder.create(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        // A folder that appeared meanwhile is another process's doing; a file is not.
        Err(_) if !folder.is_dir() => Err(io::ErrorKind::NotADirectory.into()),
        _ => sync_folder(above),
    }
}

/// The folder that `place` lies in.
pub(crate) fn parent(place: &Path) -> &Path {
    match place.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_in_the_way_of_a_folder_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a");
        fs::write(&file, b"").unwrap();
        let error = create_folders(&file.join("b"), Access::Usual).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotADirectory);
        create_folders(&folder.path().join("c/d"), Access::Usual).unwrap();
        assert!(folder.path().join("c/d").is_dir());
    }

    #[test]
    fn a_medium_that_cannot_sync_folders_is_written_to_all_the_same() {
        for known in [22, 95] {
            // EINVAL, EOPNOTSUPP
            assert!(knows_no_sync(&io::Error::from_raw_os_error(known)));
        }
        assert!(!knows_no_sync(&io::Error::from_raw_os_error(5))); // EIO
    }
}
