//! The folder of a province: whose it is, that one province at a time works on it, and what killed
//! ones left in it.
//!
//! A province lies in a folder that was empty or carries its mark. Folders of versions that made no
//! mark are known by what those versions put there.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;
use std::time::Duration;

use files::Access;
use units::Digest;

use super::{PACKAGES, PARTS, RECEIPTS, UPLOADS, is_upload_id};
use crate::error::Error;

/// The file that makes a folder the place of a province.
const MARK: &str = ".loa-province";

/// What stands in the mark.
const MARK_TEXT: &[u8] =
    b"Loa Studio province, format 1\nThis folder and what is in it belong to a sandbox province.\n";

/// Held while a province works on the folder.
const LOCK: &str = "lock";

/// A province that was just stopped may still be at its last write: how often and how long it is
/// waited for.
const LOCK_TRIES: u32 = 40;
const LOCK_PAUSE: Duration = Duration::from_millis(50);

/// What systems put into folders by themselves. A folder with nothing else is empty.
const OF_SYSTEMS: [&str; 5] = [
    "lost+found",
    ".DS_Store",
    ".directory",
    "desktop.ini",
    "Thumbs.db",
];

/// Makes `folder` the place of a province, or knows it again. The lock ends with the file returned.
pub(super) fn take(folder: &Path) -> Result<File, Error> {
    let at = |path: &Path| {
        let path = path.to_owned();
        move |source| Error::Folder { path, source }
    };
    if !is_ours_or_free(folder).map_err(at(folder))? {
        return Err(Error::Foreign {
            path: folder.to_owned(),
        });
    }
    files::create_folders(folder, Access::Owner).map_err(at(folder))?;
    let lock = lock(folder)?;
    for part in PARTS {
        let path = folder.join(part);
        files::create_folders(&path, Access::Owner).map_err(at(&path))?;
    }
    let mark = folder.join(MARK);
    if !mark.is_file() {
        files::write_whole(&mark, MARK_TEXT, Access::Owner).map_err(at(&mark))?;
    }
    close_to_others(folder);
    Ok(lock)
}

fn lock(folder: &Path) -> Result<File, Error> {
    let path = folder.join(LOCK);
    let failed = |source| Error::Folder {
        path: path.clone(),
        source,
    };
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    super::owner_only(&mut options);
    let lock = options.open(&path).map_err(failed)?;
    for _ in 0..LOCK_TRIES {
        match lock.try_lock() {
            Ok(()) => return Ok(lock),
            Err(TryLockError::WouldBlock) => std::thread::sleep(LOCK_PAUSE),
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
    }
    Err(Error::InUse {
        path: folder.to_owned(),
    })
}

fn is_ours_or_free(folder: &Path) -> io::Result<bool> {
    if fs::read(folder.join(MARK)).is_ok_and(|text| text == MARK_TEXT) {
        return Ok(true);
    }
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
        entries => entries?,
    };
    for entry in entries {
        let name = entry?.file_name();
        if !is_nothing(folder, &name.to_string_lossy()) {
            return Ok(is_of_earlier_version(folder));
        }
    }
    Ok(true)
}

/// Whether a name says nothing of whose the folder is: put there by a system, or by a province that
/// was killed before it made its mark.
fn is_nothing(folder: &Path, name: &str) -> bool {
    let is_begun = name.starts_with(MARK) && name.ends_with(".loa-draft");
    let is_lock = || name == LOCK && folder.join(name).metadata().is_ok_and(|it| it.len() == 0);
    let is_part = || PARTS.contains(&name) && is_empty(&folder.join(name));
    OF_SYSTEMS.contains(&name) || is_begun || is_lock() || is_part()
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none())
}

/// The lock and the three folders: made by every version before anything else.
fn is_of_earlier_version(folder: &Path) -> bool {
    let is_folder = |name: &&str| folder.join(name).is_dir();
    folder.join(LOCK).is_file() && PARTS.iter().all(is_folder)
}

/// Earlier versions let others look in.
fn close_to_others(folder: &Path) {
    for path in std::iter::once(folder.to_owned()).chain(PARTS.map(|part| folder.join(part))) {
        if path.is_symlink() {
            continue;
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            // Where a medium knows no rights there are none to take away.
            fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap_or_default();
        }
    }
}

/// Removes what killed provinces left, known by its name. The lock must be held. What cannot be
/// removed stays for the next time.
pub(super) fn sweep(folder: &Path) {
    files::sweep_folder(folder);
    sweep_part(folder, folder, |name| name == "key.new");
    for part in PARTS {
        let place = folder.join(part);
        files::sweep_folder(&place);
        sweep_part(folder, &place, |name| is_litter(part, &place, name));
    }
}

fn is_litter(part: &str, place: &Path, name: &str) -> bool {
    let Some((stem, ending)) = name.split_once('.') else {
        return false;
    };
    let is_there = |ending: &str| place.join(format!("{stem}.{ending}")).exists();
    let is_digest = || stem.parse::<Digest>().is_ok();
    match (part, ending) {
        // Written under this name by earlier versions.
        (UPLOADS, "new") => is_upload_id(stem),
        (PACKAGES | RECEIPTS, "new") => is_digest(),
        // The record is the last that is made of an upload and the first that goes.
        (UPLOADS, "bin" | "offset") => is_upload_id(stem) && !is_there("json"),
        (PACKAGES, "json") => is_digest() && !is_there("tar"),
        _ => false,
    }
}

fn sweep_part(root: &Path, place: &Path, is_litter: impl Fn(&str) -> bool) {
    let Ok(entries) = fs::read_dir(place) else {
        return; // the next to read it says why
    };
    if files::has_link_below(root, place) {
        return;
    }
    for entry in entries.flatten() {
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if is_file && is_litter(&entry.file_name().to_string_lossy()) {
            fs::remove_file(entry.path()).unwrap_or_default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap().flatten();
        let mut names: Vec<String> = entries
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_folder_that_is_not_empty_and_not_of_a_province_is_refused_and_left_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("uploads")).unwrap();
        fs::write(folder.path().join("uploads/mine.jpg"), b"mine").unwrap();
        fs::write(folder.path().join("thesis.docx"), b"mine").unwrap();
        assert!(matches!(take(folder.path()), Err(Error::Foreign { .. })));
        assert_eq!(names(folder.path()), ["thesis.docx", "uploads"]);
        assert_eq!(names(&folder.path().join("uploads")), ["mine.jpg"]);
    }

    #[test]
    fn a_province_killed_at_its_first_start_or_of_an_earlier_version_is_known_again() {
        type Before = fn(&Path);
        let befores: [Before; 4] = [
            |_| {},
            |folder| fs::write(folder.join("lock"), b"").unwrap(),
            |folder| {
                fs::write(folder.join("lock"), b"").unwrap();
                fs::create_dir(folder.join("uploads")).unwrap();
                fs::write(folder.join(".loa-province.7-0.loa-draft"), b"Loa").unwrap();
            },
            |folder| {
                for part in PARTS {
                    fs::create_dir(folder.join(part)).unwrap();
                }
                for file in ["lock", "key", "port", "uploads/a.json"] {
                    fs::write(folder.join(file), b"").unwrap();
                }
            },
        ];
        for before in befores {
            let folder = tempfile::tempdir().unwrap();
            before(folder.path());
            drop(take(folder.path()).unwrap());
            fs::write(folder.path().join("receipts/a.json"), b"").unwrap();
            drop(take(folder.path()).unwrap());
        }
    }

    #[cfg(unix)]
    #[test]
    fn what_a_province_keeps_is_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let _lock = take(folder.path()).unwrap();
        let mode = |path: &str| {
            let about = fs::metadata(folder.path().join(path)).unwrap();
            about.permissions().mode() & 0o777
        };
        for part in ["", "uploads", "packages", "receipts"] {
            assert_eq!(mode(part), 0o700, "{part}");
        }
        assert_eq!((mode("lock"), mode(MARK)), (0o600, 0o600));
    }

    #[test]
    fn what_killed_provinces_left_is_swept_and_nothing_else_is() {
        let folder = tempfile::tempdir().unwrap();
        let _lock = take(folder.path()).unwrap();
        let (id, other) = ("0".repeat(32), "f".repeat(32));
        let digest = Digest::of(b"package");
        let litter = [
            "key.new".to_owned(),
            format!("uploads/{id}.bin"),
            format!("uploads/{id}.offset"),
            format!("uploads/{id}.new"),
            format!("uploads/.{id}.json.4194304-0.loa-draft"),
            format!("packages/{digest}.json"),
            format!("receipts/{digest}.new"),
        ];
        let kept = [
            format!("uploads/{other}.json"),
            format!("uploads/{other}.bin"),
            "uploads/mine.bin".to_owned(),
            format!("packages/{}.tar", Digest::of(b"kept")),
            format!("packages/{}.json", Digest::of(b"kept")),
            "packages/notes.json".to_owned(),
            format!("receipts/{digest}.json"),
        ];
        for name in litter.iter().chain(&kept) {
            fs::write(folder.path().join(name), b"x").unwrap();
        }
        sweep(folder.path());
        let left = |names: &[String]| {
            names
                .iter()
                .filter(|name| folder.path().join(name).exists())
                .count()
        };
        assert_eq!((left(&litter), left(&kept)), (0, kept.len()));
    }
}
