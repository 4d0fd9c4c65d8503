//! Tidying the store when it is opened: what killed programs left half made, known as ours by its
//! name and by the lock that nobody holds any more.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// Folders of a store in which files are written.
const FOLDERS: [&str; 10] = [
    "",
    "keys",
    "packages",
    "outbox",
    "takes",
    "takes/taken",
    "cache",
    "cache/pcm",
    "cache/peaks",
    "exports",
];

/// Folders of a store with a folder each for what lies in them.
const NESTED: [&str; 2] = ["documents", "exports"];

/// Removes what killed programs left half made in `store`. What cannot be removed stays for the next
/// time; what is not known as ours always stays, and no link is followed.
pub(crate) fn sweep_store(store: &Path) {
    let nested = NESTED.iter().flat_map(|name| folders_in(&store.join(name)));
    let folders = FOLDERS.iter().map(|name| store.join(name));
    for folder in folders.chain(nested) {
        if folder != store && folder.is_symlink() {
            continue;
        }
        files::sweep_folder(&folder);
        sweep_older(&folder);
    }
    for folder in NESTED {
        files::sweep_runs(&store.join(folder));
    }
}

fn folders_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .map(|entry| entry.path())
        .collect()
}

/// Drafts of versions before the one writer: `.{name}.{process}-{attempt}.tmp`, locked as they are now.
fn sweep_older(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else {
        return; // nothing is there yet
    };
    if !cfg!(unix) {
        return;
    }
    for entry in entries.flatten() {
        if is_older_draft(&entry.file_name().to_string_lossy())
            && entry.file_type().is_ok_and(|kind| kind.is_file())
            && let Ok(file) = File::open(entry.path())
            && file.try_lock().is_ok()
        {
            fs::remove_file(entry.path()).unwrap_or_default();
        }
    }
}

fn is_older_draft(name: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    name.strip_prefix('.')
        .and_then(|name| name.strip_suffix(".tmp"))
        .and_then(|name| name.rsplit_once('.'))
        .filter(|(name, _)| !name.is_empty())
        .and_then(|(_, numbers)| numbers.split_once('-'))
        .is_some_and(|(process, attempt)| is_number(process) && is_number(attempt))
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use files::{Access, Draft};

    use super::*;

    fn put(store: &Path, name: &str) {
        let place = store.join(name);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(place, b"half").unwrap();
    }

    #[test]
    fn what_killed_programs_left_anywhere_in_the_store_is_swept_and_nothing_else_is() {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path();
        let left_over = [
            ".settings.json.1-0.loa-draft",
            ".settings.json.1-0.tmp",
            "keys/.desk.key.1-0.loa-draft",
            "keys/.desk.key.1-0.tmp",
            "keys/.desk.pub.1-0.loa-draft",
            "packages/.a.tar.1-0.loa-draft",
            "packages/.a.tar.1-0.tmp",
            "outbox/.b.json.1-0.loa-draft",
            "takes/.c.wav.1-0.loa-draft",
            "cache/.render.1-0.tmp",
            "cache/pcm/.ab.f32.1-0.tmp",
            "cache/peaks/.ab.peaks.1-0.loa-draft",
            "exports/bang/.01-led.png.1-0.tmp",
            "documents/0001/.edits.log.1-0.loa-draft",
        ];
        let kept = [
            "settings.json",
            "keys/desk.key",
            "keys/.desk.key.x-0.tmp",
            "keys/..1-0.tmp",
            "packages/a.tar",
            "packages/a.tar.1-0.tmp",
            "takes/mine.wav.tmp",
            "cache/pcm/ab.f32",
            "exports/bang/01-led.png",
            "photos/.mine.jpg.1-0.tmp",
        ];
        left_over.iter().chain(&kept).for_each(|it| put(store, it));
        // An export killed as it began.
        fs::create_dir_all(store.join("exports/run-1-0")).unwrap();
        let live = Draft::beside(&store.join("packages/live.tar"), Access::Owner).unwrap();
        sweep_store(store);
        for name in left_over {
            assert!(!store.join(name).exists(), "{name}");
        }
        for name in kept {
            assert!(store.join(name).exists(), "{name}");
        }
        assert!(live.path().exists());
        assert!(!store.join("exports/run-1-0").exists());
    }

    #[test]
    fn folders_behind_links_are_not_ours_to_sweep() {
        let folder = tempfile::tempdir().unwrap();
        let (store, outside) = (folder.path().join("kho"), folder.path().join("outside"));
        put(&outside, ".a.1-0.tmp");
        put(&outside, ".a.1-0.loa-draft");
        fs::create_dir_all(store.join("exports")).unwrap();
        for link in ["keys", "exports/bang"] {
            std::os::unix::fs::symlink(&outside, store.join(link)).unwrap();
        }
        sweep_store(&store);
        assert_eq!(fs::read_dir(&outside).unwrap().count(), 2);
    }
}
