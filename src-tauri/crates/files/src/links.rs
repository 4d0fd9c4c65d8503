//! Links: what we write in place is never reached through one.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::Path;

/// Opens an existing regular file for reading and writing in place; never through a link.
///
/// # Errors
/// [`io::ErrorKind::InvalidInput`] where the last part of `path` is a link or no regular file; what
/// the system reports.
pub fn open_in_place(path: &Path) -> io::Result<File> {
    let before = fs::symlink_metadata(path)?;
    let refused = || io::Error::new(io::ErrorKind::InvalidInput, "a link or no regular file");
    if !before.is_file() {
        return Err(refused());
    }
    let file = OpenOptions::new().read(true).write(true).open(path)?;
    // A link may have been put there in between.
    if !is_same(&before, &file.metadata()?) {
        return Err(refused());
    }
    Ok(file)
}

/// Whether the open `file` is the one that has the name `path`, and not one that had it before.
pub(crate) fn is_at(file: &File, path: &Path) -> bool {
    let (open, named) = (file.metadata(), fs::symlink_metadata(path));
    open.is_ok_and(|open| named.is_ok_and(|named| is_same(&open, &named)))
}

#[cfg(unix)]
fn is_same(a: &fs::Metadata, b: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    (a.dev(), a.ino()) == (b.dev(), b.ino())
}

/// Links are made by administrators only there.
#[cfg(not(unix))]
fn is_same(_: &fs::Metadata, _: &fs::Metadata) -> bool {
    true
}

/// Whether any part of `path` below `root` is a link, so that writing there could leave `root`.
/// Parts that do not exist are none; a path that is not below `root` counts as one.
#[must_use]
pub fn has_link_below(root: &Path, path: &Path) -> bool {
    let Ok(below) = path.strip_prefix(root) else {
        return true;
    };
    let mut place = root.to_owned();
    below.components().any(|part| {
        place.push(part);
        matches!(part, std::path::Component::ParentDir) || place.is_symlink()
    })
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn nothing_is_opened_in_place_through_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("a"), b"").unwrap();
        symlink(at("a"), at("link")).unwrap();
        open_in_place(&at("a")).unwrap();
        for refused in ["link", "."] {
            let error = open_in_place(&at(refused)).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
        }
        assert_eq!(
            open_in_place(&at("none")).unwrap_err().kind(),
            io::ErrorKind::NotFound
        );
    }

    #[test]
    fn a_link_anywhere_below_the_root_is_seen_and_the_root_itself_may_be_one() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("store/takes")).unwrap();
        symlink(at("store"), at("mine")).unwrap();
        symlink(at("elsewhere"), at("store/link")).unwrap();
        let below = |path: &str| has_link_below(&at("mine"), &at("mine").join(path));
        assert!(!below("takes/a.wav"));
        assert!(!below("new/a.wav"));
        assert!(below("link/a.wav"));
        assert!(below("../a.wav"));
        assert!(has_link_below(&at("mine"), &at("store/takes")));
    }
}
