//! Bytes and records of uploads through kills and damage.

use super::*;

fn upload() -> Upload {
    Upload {
        id: "ab".into(),
        bytes: 100,
        declared: None,
        name: "x.tar".into(),
        metadata: String::new(),
        expires_s: 0,
        settled: None,
        sender: None,
    }
}

#[test]
fn only_checkpointed_bytes_survive() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    store.create(&upload()).unwrap();
    let mut appender = store.append("ab", 0).unwrap();
    appender.write(b"safe").unwrap();
    appender.checkpoint().unwrap();
    appender.write(b" not yet").unwrap();
    drop(appender);
    assert_eq!(store.uploads().unwrap()[0].1, 4);
    // A torn last line is dropped.
    let mut torn = OpenOptions::new()
        .append(true)
        .open(store.offset_path("ab"))
        .unwrap();
    torn.write_all(b"000000000000").unwrap();
    assert_eq!(store.uploads().unwrap()[0].1, 4);
    // A checkpoint beyond what is there is a lie; begin again.
    File::create(store.bytes_path("ab")).unwrap();
    assert_eq!(store.uploads().unwrap()[0].1, 0);
}

#[test]
fn the_key_is_made_once_and_for_the_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let key = store.key().unwrap().public();
    assert_eq!(store.key().unwrap().public(), key);
    let mode = fs::metadata(folder.path().join("key"))
        .unwrap()
        .permissions();
    assert_eq!(mode.mode() & 0o777, 0o600);
}

#[test]
fn damaged_records_are_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    store.create(&upload()).unwrap();
    fs::write(folder.path().join("uploads/cd.json"), "{").unwrap();
    assert_eq!(store.uploads().unwrap().len(), 1);
    store.forget("ab").unwrap();
    assert!(store.uploads().unwrap().is_empty());
}
