//! Whose folder it is: an archive is opened in one that is free or ours, and what is not ours stays.
#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use archive::{Archive, Error, claim};
use support::{article, id};
use units::Watch;

/// All files and folders, with their content.
fn listing(folder: &Path) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path.clone());
            }
            found.insert(path.clone(), fs::read(path).ok());
        }
    }
    found
}

fn write(folder: &Path, name: &str, content: &[u8]) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

/// As versions made it that set no mark.
fn unmark(folder: &Path) {
    fs::remove_file(folder.join(".loa-store")).unwrap();
}

#[test]
fn a_folder_with_files_of_somebody_is_refused_and_left_as_it_is() {
    let foreign: [&[&str]; 6] = [
        &["photos/a.jpg"],
        &["objects/tmp/mine.wav"],
        &["uploads/mine.wav", "takes/mine.wav"],
        &["keys/mine.key", "settings.json"],
        &["notes.txt", "keys/desk.key"],
        &[".loa-store"],
    ];
    for names in foreign {
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            write(folder.path(), name, b"mine");
        }
        let before = listing(folder.path());
        let opened = Archive::open(folder.path()).err();
        assert!(
            matches!(opened, Some(Error::ForeignFolder { .. })),
            "{names:?}: {opened:?}"
        );
        assert!(
            opened
                .unwrap()
                .to_string()
                .contains("choose an empty folder")
        );
        assert!(matches!(
            claim(folder.path()),
            Err(Error::ForeignFolder { .. })
        ));
        assert_eq!(listing(folder.path()), before);
    }
}

#[test]
fn a_folder_with_only_what_systems_put_there_is_free() {
    let folder = tempfile::tempdir().unwrap();
    for name in [
        "lost+found/x",
        ".DS_Store",
        "._a",
        "Thumbs.db",
        "desktop.ini",
        "System Volume Information/x",
        "$RECYCLE.BIN/x",
        ".Trash-1000/x",
        ".fseventsd/x",
        ".Spotlight-V100/x",
    ] {
        write(folder.path(), name, b"");
    }
    drop(Archive::open(folder.path()).unwrap());
    assert!(folder.path().join(".loa-store").is_file());
    drop(Archive::open(folder.path()).unwrap());
}

#[test]
fn a_store_of_a_version_without_marks_opens_and_gets_one() {
    let folder = tempfile::tempdir().unwrap();
    drop(Archive::open(folder.path()).unwrap());
    unmark(folder.path());
    write(folder.path(), "notes.txt", b"mine");
    drop(Archive::open(folder.path()).unwrap());
    assert!(folder.path().join(".loa-store").is_file());
    assert_eq!(fs::read(folder.path().join("notes.txt")).unwrap(), b"mine");
}

#[test]
fn a_folder_that_holds_only_what_the_program_puts_there_before_an_archive_is_ours() {
    let place = format!("{}-01234567.json", units::Digest::of(b"tar"));
    let outbox = format!("outbox/{place}");
    let legacy: [&[(&str, &[u8])]; 5] = [
        &[("keys/desk.key", b"untrusted comment: minisign")],
        &[(&outbox, b"{}")],
        &[("outbox/01234567.pub", b"untrusted comment: minisign")],
        &[
            ("province/key", b"untrusted comment: minisign"),
            ("takes/a.wav", b""),
        ],
        &[("settings.json", b"{}"), ("objects/tmp/1-0", b"")],
    ];
    for files in legacy {
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in files {
            write(folder.path(), name, content);
        }
        let held = Archive::open(folder.path());
        assert!(held.is_ok(), "{files:?}: {:?}", held.err());
        for (name, content) in files.iter().filter(|it| it.0 != "objects/tmp/1-0") {
            assert_eq!(fs::read(folder.path().join(name)).unwrap(), *content);
        }
    }
}

#[test]
fn what_is_claimed_before_there_is_an_archive_is_opened_as_one_later() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("new/store");
    claim(&folder).unwrap();
    write(&folder, "outbox/anything", b"ours");
    claim(&folder).unwrap();
    drop(Archive::open(&folder).unwrap());
    unmark(&folder);
    claim(&folder).unwrap();
    assert!(folder.join(".loa-store").is_file());
}

#[test]
fn an_index_of_another_program_is_not_claimed() {
    let folder = tempfile::tempdir().unwrap();
    let mut other =
        fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/v1/loa.db")).unwrap();
    other[68..72].copy_from_slice(b"GPKG");
    write(folder.path(), "loa.db", &other);
    assert!(matches!(
        claim(folder.path()),
        Err(Error::NotAnArchive { .. })
    ));
    assert!(!folder.path().join(".loa-store").exists());
}

#[test]
fn a_store_of_a_newer_version_is_refused_by_its_mark() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), ".loa-store", b"Loa Studio store, format 2\n");
    let opened = Archive::open(folder.path()).err();
    assert!(matches!(
        opened,
        Some(Error::NewerVersion {
            found: 2,
            known: 1,
            ..
        })
    ));
}

#[test]
fn of_what_lies_where_media_are_copied_in_only_our_own_is_swept() {
    let folder = tempfile::tempdir().unwrap();
    drop(Archive::open(folder.path()).unwrap());
    let temporary = folder.path().join("objects/tmp");
    for left in [".media.1-0.loa-draft", "4194304-7"] {
        write(&temporary, left, b"half");
    }
    let kept = ["mine.wav", "1-2-3", "-1", ".media.1-0.tmp"];
    for name in kept {
        write(&temporary, name, b"mine");
    }
    drop(Archive::open(folder.path()).unwrap());
    let mut names: Vec<_> = fs::read_dir(&temporary)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let mut expected = kept.map(str::to_owned);
    expected.sort();
    assert_eq!(names, expected);
}

#[cfg(unix)]
#[test]
fn a_store_is_its_owners_alone_and_one_that_was_not_is_tightened() {
    use std::os::unix::fs::PermissionsExt as _;

    let open_to_others = |folder: &Path| -> Vec<PathBuf> {
        let mode = |path: &Path| fs::symlink_metadata(path).unwrap().permissions().mode();
        let all = listing(folder);
        (all.keys().map(PathBuf::as_path).chain([folder]))
            .filter(|path| mode(path) & 0o077 != 0)
            .map(Path::to_owned)
            .collect()
    };
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("store");
    let mut archive = Archive::open(&folder).unwrap();
    archive.put(&b"sound"[..], Watch::NONE).unwrap();
    archive.add_item(id(1), &article("Tin", ""), 1).unwrap();
    assert_eq!(open_to_others(&folder), Vec::<PathBuf>::new());
    let digest = units::Digest::of(b"sound");
    let media = archive.objects().path(digest);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&media), 0o400);
    assert_eq!(mode(&folder.join("loa.db")), 0o600);
    assert_eq!(mode(&folder), 0o700);
    drop(archive);

    // As an earlier version left it, with a link that leads outside.
    unmark(&folder);
    write(&folder, "keys/desk.key", b"secret");
    write(&folder, "notes.txt", b"mine");
    let outside = parent.path().join("outside");
    fs::create_dir(&outside).unwrap();
    std::os::unix::fs::symlink(&outside, folder.join("takes")).unwrap();
    for path in listing(&folder).keys().chain([&folder]) {
        let readable = if path.is_dir() { 0o755 } else { 0o644 };
        fs::set_permissions(path, fs::Permissions::from_mode(readable)).unwrap();
    }
    drop(Archive::open(&folder).unwrap());
    let left = [folder.join("notes.txt"), folder.join("takes")];
    assert_eq!(open_to_others(&folder), left);
    assert_eq!(mode(&outside), 0o755);
}
