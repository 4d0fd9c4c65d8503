//! Tidying up after killed programs: drafts whose writer is gone.

use std::fs::{self, File};
use std::path::Path;

use crate::draft::is_draft;
use crate::folder::parent;
use crate::links::is_at;

/// Removes the drafts in `folder` that a killed program left behind, whatever they were to become.
/// For folders of our own. What cannot be removed stays for the next time; returns how many went.
pub fn sweep_folder(folder: &Path) -> usize {
    sweep(folder, None)
}

/// Removes the drafts of `place` that a killed program left behind: where a person keeps files, just
/// the half ones of the file that is written anew.
pub fn sweep_beside(place: &Path) -> usize {
    sweep(parent(place), Some(place))
}

fn sweep(folder: &Path, place: Option<&Path>) -> usize {
    if !cfg!(unix) || folder.is_symlink() {
        return 0;
    }
    let Ok(entries) = fs::read_dir(folder) else {
        return 0; // nothing is there yet
    };
    let mut gone = 0;
    for entry in entries.flatten() {
        let path = entry.path();
        // Locked until it is gone: a draft begun meanwhile under this name must see that.
        if is_draft(&entry.file_name(), place)
            && entry.file_type().is_ok_and(|kind| kind.is_file())
            && let Ok(file) = File::open(&path)
            && file.try_lock().is_ok()
            // Another sweeper may have removed it before, and a new draft may have its name.
            && is_at(&file, &path)
            && fs::remove_file(&path).is_ok()
        {
            gone += 1;
        }
    }
    gone
}

#[cfg(all(test, unix))]
mod tests {
    use std::io::Write as _;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;
    use crate::{Access, Draft};

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder)
            .expect("the folder can be listed")
            .flatten();
        let mut names: Vec<String> = entries
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn drafts_of_killed_processes_are_swept_and_nothing_else_is() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str| fs::write(folder.path().join(name), b"half").unwrap();
        let kept = [
            ".a.tar.1-0.tmp",
            ".b.tar.x-0.loa-draft",
            "a.tar",
            "a.tar.1-0.loa-draft",
        ];
        let left_over = [".a.tar.1-0.loa-draft", ".b.tar.4194304-12.loa-draft"];
        kept.iter().chain(&left_over).for_each(|name| write(name));
        let place = folder.path().join("a.tar");
        let live = Draft::beside(&place, Access::Usual).unwrap();
        assert_eq!(sweep_beside(&place), 1);
        assert_eq!(names(folder.path()).len(), kept.len() + 2);
        assert_eq!(sweep_folder(folder.path()), 1);
        assert!(live.path().exists());
        drop(live);
        assert_eq!(names(folder.path()), kept);
    }

    #[test]
    fn a_link_or_a_folder_with_the_name_of_a_draft_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let precious = folder.path().join("precious");
        fs::write(&precious, b"mine").unwrap();
        std::os::unix::fs::symlink(&precious, folder.path().join(".a.1-0.loa-draft")).unwrap();
        fs::create_dir(folder.path().join(".b.1-0.loa-draft")).unwrap();
        let before = names(folder.path());
        assert_eq!(sweep_folder(folder.path()), 0);
        assert_eq!(names(folder.path()), before);
    }

    #[test]
    fn drafts_of_one_place_begun_at_once_stay_apart_whatever_is_swept_meanwhile() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("a.key");
        std::thread::scope(|scope| {
            for writer in 0..4u8 {
                let place = &place;
                scope.spawn(move || {
                    for number in 0..1_000u32 {
                        sweep_beside(place);
                        let mut draft = Draft::beside(place, Access::Owner).unwrap();
                        let text = format!("{writer} {number}");
                        draft.write_all(text.as_bytes()).unwrap();
                        // Read by its name, by which it would be finished.
                        assert_eq!(fs::read_to_string(draft.path()).unwrap(), text);
                    }
                });
            }
        });
        assert_eq!(names(folder.path()), Vec::<String>::new());
    }

    #[test]
    fn no_sweeper_takes_away_a_draft_that_is_just_begun() {
        let folder = tempfile::tempdir().unwrap();
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    sweep_folder(folder.path());
                }
            });
            for number in 0..3_000 {
                let place = folder.path().join(format!("{}.tar", number % 3));
                let draft = Draft::beside(&place, Access::Usual).unwrap();
                if !draft.path().exists() {
                    done.store(true, Ordering::Relaxed);
                    panic!("draft {number} is gone");
                }
            }
            done.store(true, Ordering::Relaxed);
        });
    }
}
