//! Who may read a store: its owner alone. Stores of versions that left this to the system are
//! tightened when they are opened; only what the program itself makes in a store is touched.

use std::path::Path;

/// Tightens the folder, the index and the folders in it, one level deep: that keeps all others out.
#[cfg(unix)]
pub(crate) fn top(folder: &Path) {
    unix::strip(folder);
    for name in crate::claim::FOLDERS.iter().chain(crate::claim::FILES) {
        unix::strip(&folder.join(name));
    }
}

/// Tightens one file.
#[cfg(unix)]
pub(crate) fn one(path: &Path) {
    unix::strip(path);
}

/// Tightens all that is ours in the folder, however deep. Done once in the life of a store.
#[cfg(unix)]
pub(crate) fn all(folder: &Path) {
    top(folder);
    for name in crate::claim::FOLDERS {
        unix::below(&folder.join(name));
    }
}

#[cfg(unix)]
mod unix {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::Path;

    /// What group and others may do.
    const NOT_THE_OWNERS: u32 = 0o077;

    /// Takes from a file or folder what others than its owner may do with it. Never through a link.
    /// What belongs to another user stays as that user has it.
    pub(super) fn strip(path: &Path) {
        let Ok(about) = fs::symlink_metadata(path) else {
            return; // it is not there
        };
        let mode = about.permissions().mode();
        if !about.is_symlink() && mode & NOT_THE_OWNERS != 0 {
            let own = Permissions::from_mode(mode & 0o7777 & !NOT_THE_OWNERS);
            fs::set_permissions(path, own).unwrap_or_default();
        }
    }

    pub(super) fn below(folder: &Path) {
        let mut folders = vec![folder.to_owned()];
        while let Some(folder) = folders.pop() {
            if folder.is_symlink() {
                continue;
            }
            for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
                let path = entry.path();
                strip(&path);
                if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    folders.push(path);
                }
            }
        }
    }
}

/// Elsewhere the folder of the account already keeps others out.
#[cfg(not(unix))]
pub(crate) fn top(_folder: &Path) {}

/// As [`top`].
#[cfg(not(unix))]
pub(crate) fn one(_path: &Path) {}

/// As [`top`].
#[cfg(not(unix))]
pub(crate) fn all(_folder: &Path) {}
