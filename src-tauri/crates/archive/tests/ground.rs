//! Bad ground: full, read-only, without locks, failing. What is in the archive can be read all the
//! same, and what cannot be done is said for what it is.
//!
//! Real media (tmpfs in a mount namespace of its own) where the system lets a test make them, and
//! `strace` where a fault has to be injected.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

mod support;

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use archive::{Archive, AuditBudget, Error, ItemFile, Query};
use support::{article, child, child_folder, id};
use units::{Digest, ReadAt as _, Watch};

const CONTENT: &[u8] = b"tieng noi";

/// Does all that an archive is for and prints what came of it.
#[test]
#[ignore = "a child process of the tests below"]
fn child_uses_an_archive() {
    let Some(folder) = child_folder() else { return };
    let began = Instant::now();
    let mut archive = match Archive::open(&folder) {
        Ok(archive) => archive,
        Err(error) => {
            println!("opened {error:?} :: {error} ::");
            println!("waited {}", began.elapsed().as_secs());
            return;
        }
    };
    println!("opened {:?}", archive.unwritable());
    println!("waited {}", began.elapsed().as_secs());
    let found = archive.search(&Query::new("ban tin")).map(|it| it.count);
    println!("search {found:?}");
    let item = archive.item(id(1)).map(|it| it.map(|it| it.versions.len()));
    println!("show {item:?}");
    let mut read = [0; 9];
    let export = archive.open_object(Digest::of(CONTENT));
    let export = export.map(|bytes| bytes.read_exact_at(0, &mut read).is_ok());
    println!("export {export:?} {}", read == CONTENT);
    let again = archive.another().map(|it| it.counts().unwrap().items);
    println!("another {again:?}");
    match archive.audit(7, AuditBudget::ALL, Watch::NONE) {
        Ok(it) => println!(
            "audit {} {} {} remembered {}",
            it.ok,
            it.damaged.len(),
            it.unreadable.len(),
            !it.not_remembered
        ),
        Err(error) => println!("audit {error:?} :: {error} ::"),
    }
    let put = archive.put(&[7; 300 << 10][..], Watch::NONE);
    println!("put {}", said(put.map(|it| it.was_new)));
    let add = archive.add_item(id(2), &article("Tin khác", &"chữ ".repeat(20_000)), 5);
    println!("add {}", said(add));
}

/// As [`child_uses_an_archive`], on a disk that fills up meanwhile.
#[test]
#[ignore = "a child process of the tests below"]
fn child_fills_the_disk_it_works_on() {
    let Some(folder) = child_folder() else { return };
    let mut archive = Archive::open(&folder).unwrap();
    let mut fill = fs::File::create(folder.with_file_name("fill")).unwrap();
    for block in [1 << 16, 1 << 9] {
        while fill.write_all(&vec![0; block]).is_ok() {}
    }
    let room: u64 = std::env::var("ARCHIVE_TEST_ROOM").unwrap().parse().unwrap();
    let filled = fill.metadata().unwrap().len();
    fill.set_len(filled - room).unwrap();
    for number in 10..200 {
        let add = archive.add_item(id(number), &article("Tin khác", "chữ"), 5);
        if let Err(error) = add {
            println!("add {}", said::<()>(Err(error)));
            break;
        }
    }
    let found = archive.search(&Query::new("ban tin")).map(|it| it.count);
    println!("search {found:?}");
}

fn said<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    match result {
        Ok(done) => format!("{done:?}"),
        Err(error) => format!("{error:?} :: {error} ::"),
    }
}

/// An archive with one item and its file; its log is left as after a kill.
fn make(folder: &Path) -> Archive {
    let mut archive = Archive::open(folder).unwrap();
    let stored = archive.put(CONTENT, Watch::NONE).unwrap();
    let file = ItemFile {
        digest: stored.digest,
        name: "ban-tin.mp3".to_owned(),
        media_type: "audio/mpeg".to_owned(),
        bytes: 0,
        role: "delivery".to_owned(),
    };
    archive
        .add_item(id(1), &article("Bản tin", "chữ"), 1)
        .unwrap();
    archive.add_version(id(1), "", &[file], 1).unwrap();
    archive
}

fn output(folder: &Path, wrapper: &[&str]) -> String {
    output_of("child_uses_an_archive", folder, wrapper)
}

fn output_of(test: &str, folder: &Path, wrapper: &[&str]) -> String {
    let mut child = child(test, folder, wrapper);
    let mut text = String::new();
    child
        .stdout
        .take()
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    child.wait().unwrap();
    text
}

/// The rest of the line of the child that begins with `word`.
fn line<'a>(text: &'a str, word: &str) -> &'a str {
    text.lines()
        .find_map(|line| line.split_once(&format!("{word} ")).map(|(_, rest)| rest))
        .unwrap_or_else(|| panic!("no line {word} in {text}"))
}

fn can(command: &[&str]) -> bool {
    Command::new(command[0])
        .args(&command[1..])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

const NAMESPACE: [&str; 3] = ["unshare", "--map-root-user", "--mount"];

fn can_mount() -> bool {
    can(&[&NAMESPACE[..], &["mount", "-t", "tmpfs", "tmpfs", "/mnt"]].concat())
}

/// How an archive looks before it comes onto bad ground.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Left {
    /// Closed in peace.
    Closed,
    /// Killed: log and shared memory lie beside the index.
    Killed,
    /// As a copy of that without the shared memory.
    Copied,
    /// Closed, and made by a version that set no mark.
    Unmarked,
}

const ALL_LEFT: [Left; 4] = [Left::Closed, Left::Killed, Left::Copied, Left::Unmarked];

/// An archive at `folder/copy` that was left like this.
fn leave(folder: &Path, left: Left) -> PathBuf {
    let (store, copy) = (folder.join("store"), folder.join("copy"));
    let archive = make(&store);
    let mut open = Some(archive);
    if matches!(left, Left::Closed | Left::Unmarked) {
        open = None;
    }
    let paths = [&store, &copy].map(|path| path.to_str().unwrap());
    assert!(can(&["cp", "-a", paths[0], paths[1]]));
    let log = fs::metadata(copy.join("loa.db-wal")).map_or(0, |about| about.len());
    assert_eq!(log > 0, open.is_some());
    match left {
        Left::Copied => fs::remove_file(copy.join("loa.db-shm")).unwrap(),
        Left::Unmarked => fs::remove_file(copy.join(".loa-store")).unwrap(),
        Left::Closed | Left::Killed => {}
    }
    copy
}

/// Uses an archive on a medium of one megabyte, spoilt by a command.
fn on_medium(left: Left, spoil: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    leave(folder.path(), left);
    let medium = folder.path().join("medium");
    fs::create_dir(&medium).unwrap();
    let script = format!(
        "cd {0} && mount -t tmpfs -o size=1m tmpfs medium && cp -a copy medium/store && {spoil}; \
         exec \"$@\"",
        folder.path().display()
    );
    let wrapper = [&NAMESPACE[..], &["sh", "-c", &script, "sh"]].concat();
    output(&medium.join("store"), &wrapper)
}

fn assert_readable(text: &str, what: &str) {
    assert_eq!(line(text, "search"), "Ok(1)", "{what}: {text}");
    assert_eq!(line(text, "show"), "Ok(Some(1))", "{what}: {text}");
    assert_eq!(line(text, "export"), "Ok(true) true", "{what}: {text}");
    assert_eq!(line(text, "another"), "Ok(1)", "{what}: {text}");
    assert!(line(text, "audit").starts_with("1 0 0 "), "{what}: {text}");
    assert!(
        line(text, "waited").parse::<u64>().unwrap() < 5,
        "{what}: {text}"
    );
}

#[test]
fn on_a_full_disk_an_archive_is_searched_shown_audited_and_read() {
    if !can_mount() {
        return;
    }
    for left in ALL_LEFT {
        let text = on_medium(left, "cat /dev/zero > medium/fill 2> /dev/null");
        assert_readable(&text, &format!("{left:?}"));
        assert!(line(&text, "put").contains("DiskFull"), "{text}");
        assert!(line(&text, "add").contains("DiskFull"), "{text}");
    }
}

/// Blocks smaller than a page of memory, as small disks have them, are what maps end on.
#[test]
fn on_a_full_disk_of_small_blocks_no_program_is_ended_by_the_system() {
    let folder = tempfile::tempdir().unwrap();
    let copy = leave(folder.path(), Left::Closed);
    fs::create_dir(folder.path().join("medium")).unwrap();
    let on_small_blocks = |test: &str, spoil: &str| {
        let script = format!(
            "cd {} && truncate -s 8M image && mkfs.ext4 -q -F -m 0 -b 1024 image && \
             mount -o loop image medium && cp -a copy medium/store && {spoil}; exec \"$@\"",
            folder.path().display()
        );
        let wrapper = ["unshare", "--mount", "sh", "-c", &script, "sh"];
        let medium = folder.path().join("medium");
        let mounts = format!("{script} true").replace("exec \"$@\" true", "test -e medium/store");
        let can = can(&["unshare", "--mount", "sh", "-c", &mounts]);
        can.then(|| output_of(test, &medium.join("store"), &wrapper))
    };
    assert!(copy.exists());
    if on_small_blocks("child_uses_an_archive", "true").is_none() {
        return; // no loop devices for a test here
    }
    // Enough for the shared memory with its holes, and too little for it without.
    for blocks in 8..=12 {
        let spoil = format!(
            "cat /dev/zero > medium/fill 2> /dev/null; truncate -s -20k medium/fill; \
             while test $(stat -f -c %a medium) -gt {blocks}; do \
             head -c 1024 /dev/zero >> medium/more; done"
        );
        let text = on_small_blocks("child_uses_an_archive", &spoil).unwrap();
        assert_readable(&text, &format!("{blocks} blocks left"));
        assert!(line(&text, "add").contains("DiskFull"), "{text}");
    }
    // Enough for what is written to the log, and too little for what that writes to the memory.
    for room in [36 << 10, 44 << 10, 52 << 10, 60 << 10] {
        let spoil = format!("export ARCHIVE_TEST_ROOM={room}");
        let text = on_small_blocks("child_fills_the_disk_it_works_on", &spoil).unwrap();
        assert!(line(&text, "add").contains("DiskFull"), "{room}: {text}");
        assert_eq!(line(&text, "search"), "Ok(1)", "{room}: {text}");
    }
}

#[test]
fn adding_says_by_how_much_a_disk_is_too_full() {
    if !can_mount() {
        return;
    }
    let spoil = "cat /dev/zero > medium/fill 2> /dev/null; truncate -s -100k medium/fill";
    let text = on_medium(Left::Closed, spoil);
    let put = line(&text, "put");
    assert!(put.contains("needed") && put.contains("free"), "{text}");
}

#[test]
fn on_a_read_only_medium_an_archive_is_searched_shown_audited_and_read() {
    if !can_mount() {
        return;
    }
    for left in ALL_LEFT {
        let text = on_medium(left, "mount -o remount,ro tmpfs medium");
        assert_readable(&text, &format!("{left:?}"));
        assert_eq!(line(&text, "opened"), "Some(Medium)");
        assert!(line(&text, "audit").ends_with("remembered false"), "{text}");
        for refused in ["put", "add"] {
            let said = line(&text, refused);
            assert!(said.contains("can only be read; unlock it"), "{said}");
        }
    }
}

/// As somebody who may read the folder and not write to it: root may write anywhere.
fn as_a_reader() -> Vec<&'static str> {
    if can(&[
        "setpriv",
        "--reuid=65534",
        "--regid=65534",
        "--clear-groups",
        "true",
    ]) {
        vec![
            "setpriv",
            "--reuid=65534",
            "--regid=65534",
            "--clear-groups",
        ]
    } else {
        vec!["env"]
    }
}

#[test]
fn in_a_folder_that_may_only_be_read_an_archive_is_searched_shown_audited_and_read() {
    for left in ALL_LEFT {
        let folder = tempfile::tempdir().unwrap();
        let copy = leave(folder.path(), left);
        let path = folder.path().to_str().unwrap();
        assert!(can(&["chmod", "-R", "a=rX", path]));
        let text = output(&copy, &as_a_reader());
        assert!(can(&["chmod", "-R", "u+w", path]));
        assert_readable(&text, &format!("{left:?}"));
        assert_eq!(line(&text, "opened"), "Some(NotAllowed)");
        assert!(
            line(&text, "put").contains("may not be written to"),
            "{text}"
        );
    }
}

fn has_strace() -> bool {
    can(&["strace", "-qq", "-o", "/dev/null", "true"])
}

fn with_fault(store: &Path, fault: &str) -> String {
    let (call, _) = fault.split_once(':').unwrap();
    let (trace, inject) = (format!("trace={call}"), format!("inject={fault}"));
    let strace = [
        "strace",
        "-f",
        "-qq",
        "-o",
        "/dev/null",
        "-e",
        &trace,
        "-e",
        &inject,
    ];
    output(store, &strace)
}

#[test]
fn on_a_medium_without_locks_reading_works_and_writing_is_refused_at_once() {
    if !has_strace() {
        return;
    }
    for (left, errno) in [
        (Left::Closed, "ENOLCK"),
        (Left::Killed, "ENOLCK"),
        (Left::Closed, "EOPNOTSUPP"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let copy = leave(folder.path(), left);
        let text = with_fault(&copy, &format!("fcntl:error={errno}"));
        assert_readable(&text, errno);
        assert_eq!(line(&text, "opened"), "Some(NoLocks)");
        assert!(line(&text, "add").contains("knows no file locks"), "{text}");
        let new = with_fault(&folder.path().join("new"), &format!("fcntl:error={errno}"));
        assert!(
            line(&new, "opened").contains("knows no file locks"),
            "{new}"
        );
        assert!(line(&new, "waited").parse::<u64>().unwrap() < 5, "{new}");
    }
}

#[test]
fn a_medium_that_fails_is_called_neither_forbidden_nor_damaged() {
    if !has_strace() {
        return;
    }
    let faults = [
        ("openat", ["8", "9+", "10", "12+", "14", "16", "18+"]),
        ("pread64", ["1+", "2", "3", "3+", "9+", "30", "40+"]),
    ];
    let mut failed = 0;
    for (call, when) in faults {
        for when in when {
            let folder = tempfile::tempdir().unwrap();
            let store = folder.path().join("store");
            drop(make(&store));
            let text = with_fault(&store, &format!("{call}:error=EIO:when={when}"));
            failed += usize::from(text.contains("::"));
            check_sentences(&text, &format!("{call} {when}"));
        }
    }
    assert!(failed > 2, "{failed} faults had an effect");
}

/// Each says which file it was, and none blames permissions or content.
fn check_sentences(text: &str, what: &str) {
    for wrong in [
        "Damaged",
        "ermission",
        "NotAllowed",
        "NotAnArchive",
        "Foreign",
        "Index(",
    ] {
        assert!(!text.contains(wrong), "{wrong}: {what}: {text}");
    }
    for line in text.lines().filter(|line| line.contains("::")) {
        let names = ["loa.db", ".loa-store", "objects", "documents", "store"];
        let said = line.split("::").nth(1).unwrap();
        assert!(
            names.iter().any(|name| said.contains(name)),
            "{what}: {text}"
        );
    }
}
