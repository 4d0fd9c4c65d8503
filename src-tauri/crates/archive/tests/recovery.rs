//! Damaged documents: never closed for good, never another value, and what is missing is said.
#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use archive::{Archive, AuditBudget, Error, Log, LogContent};
use support::{Dice, id, open};
use units::Watch;

/// The state after `number` edits; a snapshot is one of these, whatever else is lost.
fn state(number: u64) -> Vec<u8> {
    format!("state {number}").into_bytes()
}

fn edit(number: u64) -> Vec<u8> {
    format!("{number}-")
        .repeat(number as usize % 4 + 1)
        .into_bytes()
}

/// A document with so many edits and snapshots after these.
fn document(archive: &mut Archive, edits: u64, snapshots: &[u64]) -> PathBuf {
    let mut log = (archive.create_document(id(1), "deck", "Bảng tin", &state(0), 1)).unwrap();
    for number in 1..=edits {
        log.append(&edit(number)).unwrap();
        if snapshots.contains(&number) {
            log.snapshot(&state(number)).unwrap();
        }
    }
    archive.folder().join("documents").join(id(1).to_string())
}

/// Number of the last edit; fails where anything in it is not what was written.
fn reach(content: &LogContent) -> u64 {
    assert_eq!(content.kind, "deck");
    assert_eq!(content.snapshot.content, state(content.snapshot.number));
    for (number, found) in (content.snapshot.number + 1..).zip(&content.edits) {
        assert_eq!(*found, edit(number));
    }
    content.snapshot.number + content.edits.len() as u64
}

fn log_of(folder: &Path) -> PathBuf {
    folder.join("edits.log")
}

/// The snapshot files of a document.
fn snapshots(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let is_one = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        name.starts_with("snapshot-") || name.starts_with("spare-")
    };
    let mut found: Vec<_> = entries.filter(is_one).collect();
    found.sort();
    found
}

/// Copies a document, so that each damage begins with a whole one.
fn copy_of(folder: &Path, parent: &Path) -> PathBuf {
    let copy = parent.join(id(1).to_string());
    fs::remove_dir_all(&copy).unwrap_or_default();
    fs::create_dir(&copy).unwrap();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), copy.join(entry.file_name())).unwrap();
    }
    copy
}

/// Each byte (or each so many) in turn with one bit flipped. Edits before the damage, and those a
/// snapshot behind it confirms, are all there.
fn flip_each_byte(edits: u64, made: &[u64], step: usize) {
    let store = tempfile::tempdir().unwrap();
    let folder = document(&mut open(&store), edits, made);
    let whole = fs::read(log_of(&folder)).unwrap();
    let ends = record_ends(&folder, edits);
    let elsewhere = tempfile::tempdir().unwrap();
    let mut dice = Dice(edits);
    let (mut closed, mut torn) = (0, 0);
    for at in (0..whole.len()).step_by(step) {
        let copy = copy_of(&folder, elsewhere.path());
        let mut flipped = whole.clone();
        flipped[at] ^= 1 << dice.roll(8);
        fs::write(log_of(&copy), &flipped).unwrap();
        // The edits before the damage, or a snapshot behind it and all after that.
        let before = ends[1..].iter().filter(|&&end| end <= at).count() as u64;
        let expected = match made.iter().max() {
            Some(&snapshot) if snapshot > before => edits,
            _ if at < ends[0] => edits, // the head: the first state and all edits
            _ => before,
        };

        assert!(Log::check(&copy).is_some(), "a flip at {at} goes unnoticed");
        match Log::open(&copy) {
            Ok((_, content)) => {
                // Only the last edit can look like one that was never finished.
                assert_eq!(reach(&content), edits - 1, "at {at}");
                let kept = fs::read(content.torn.unwrap().kept.unwrap()).unwrap();
                assert_eq!([fs::read(log_of(&copy)).unwrap(), kept].concat(), flipped);
                torn += 1;
            }
            Err(Error::LogDamaged { .. }) => {
                assert_eq!(
                    fs::read(log_of(&copy)).unwrap(),
                    flipped,
                    "it is left as it is"
                );
                let recovered = Log::recover(&copy).unwrap();
                let (mut log, content) = Log::open(&copy).unwrap();
                assert_eq!(reach(&content), recovered.last);
                assert!(
                    recovered.last >= expected,
                    "{recovered:?} at {at}, {expected}"
                );
                assert_eq!(recovered.last + recovered.missing, edits, "at {at}");
                // What lies behind the last whole record cannot be counted.
                assert_eq!(recovered.may_miss_more, at >= ends[edits as usize - 1]);
                assert_eq!(
                    recovered.last_missing,
                    (recovered.missing > 0).then(|| edit(edits))
                );
                assert_eq!(recovered.kept.len(), 1);
                assert_eq!(fs::read(&recovered.kept[0]).unwrap(), flipped);
                assert_eq!(log.append(b"next").unwrap(), recovered.last + 1);
                closed += 1;
            }
            Err(error) => panic!("at {at}: {error}"),
        }
        assert_eq!(Log::check(&copy), None, "sound again after a flip at {at}");
    }
    let last_record = (0..whole.len())
        .step_by(step)
        .filter(|at| *at >= ends[edits as usize - 1]);
    let confirmed = made.contains(&edits);
    assert_eq!(torn, if confirmed { 0 } else { last_record.count() });
    assert_eq!(closed, whole.len().div_ceil(step) - torn);
}

/// Where the head and each record end.
fn record_ends(folder: &Path, edits: u64) -> Vec<usize> {
    let length = fs::metadata(log_of(folder)).unwrap().len() as usize;
    let of = |number| 20 + edit(number).len();
    let mut end = length - (1..=edits).map(of).sum::<usize>();
    let mut ends = vec![end];
    for number in 1..=edits {
        end += of(number);
        ends.push(end);
    }
    ends
}

#[test]
fn one_flipped_bit_in_any_byte_of_a_log_loses_no_edit_before_it_and_is_named_by_the_check() {
    flip_each_byte(45, &[], 1);
}

#[test]
fn where_a_snapshot_lies_behind_a_flipped_bit_nothing_is_missing() {
    flip_each_byte(45, &[10, 40], 3);
    flip_each_byte(12, &[12], 3);
}

#[test]
fn one_flipped_bit_in_any_byte_of_any_snapshot_changes_nothing_and_is_named_by_the_check() {
    for made in [&[] as &[u64], &[10, 20, 30]] {
        let store = tempfile::tempdir().unwrap();
        let folder = document(&mut open(&store), 40, made);
        let elsewhere = tempfile::tempdir().unwrap();
        let files = snapshots(&folder);
        assert!(files.len() >= 2, "each is there twice or there are several");
        for file in files {
            let whole = fs::read(&file).unwrap();
            for at in 0..whole.len() {
                let copy = copy_of(&folder, elsewhere.path());
                let mut flipped = whole.clone();
                flipped[at] ^= 1 << (at % 8);
                fs::write(copy.join(file.file_name().unwrap()), &flipped).unwrap();
                let fault = Log::check(&copy).unwrap();
                assert!(fault.opens && fault.detail.contains("damaged"), "{fault:?}");
                assert_eq!(reach(&Log::open(&copy).unwrap().1), 40);
                let recovered = Log::recover(&copy).unwrap();
                assert_eq!((recovered.last, recovered.missing), (40, 0));
                assert_eq!(fs::read(&recovered.kept[0]).unwrap(), flipped);
                assert_eq!(reach(&Log::open(&copy).unwrap().1), 40);
                assert_eq!(Log::check(&copy), None);
                assert!(snapshots(&copy).len() >= 2, "a second one is made again");
            }
        }
    }
}

#[test]
fn a_document_whose_log_is_gone_or_empty_comes_back_from_its_newest_snapshot() {
    for remove in [true, false] {
        let store = tempfile::tempdir().unwrap();
        let mut archive = open(&store);
        let folder = document(&mut archive, 40, &[30]);
        if remove {
            fs::remove_file(log_of(&folder)).unwrap();
        } else {
            fs::write(log_of(&folder), b"").unwrap();
        }
        let refused = archive.open_document(id(1));
        assert!(matches!(refused, Err(Error::LogDamaged { .. })));
        let found = archive.audit(1, AuditBudget::ALL, Watch::NONE).unwrap();
        assert!(!found.document_faults[0].fault.opens);
        let recovered = archive.recover_document(id(1)).unwrap();
        assert_eq!((recovered.last, recovered.missing), (30, 0));
        assert_eq!(
            recovered.may_miss_more, remove,
            "a log may not end with its snapshot"
        );
        assert_eq!(recovered.kept.len(), usize::from(!remove));
        assert_eq!(reach(&archive.open_document(id(1)).unwrap().1), 30);
    }
}

#[test]
fn lost_edits_are_counted_by_what_is_left_of_them() {
    let store = tempfile::tempdir().unwrap();
    let mut archive = open(&store);
    let folder = document(&mut archive, 40, &[]);
    let ends = record_ends(&folder, 40);
    let mut bytes = fs::read(log_of(&folder)).unwrap();
    // A sector in the middle and the end of the last edit.
    bytes[ends[19]..ends[29]].fill(0);
    bytes.truncate(ends[40] - 1);
    fs::write(log_of(&folder), &bytes).unwrap();
    let recovered = archive.recover_document(id(1)).unwrap();
    assert_eq!((recovered.last, recovered.missing), (19, 20));
    assert!(recovered.may_miss_more, "there is a piece of one more");
    assert_eq!(recovered.last_missing, Some(edit(39)));
    let again = archive.recover_document(id(1)).unwrap();
    assert_eq!((again.last, again.missing, again.kept.len()), (19, 0, 0));
}

#[test]
fn a_document_of_which_nothing_can_be_had_is_said_and_left_as_it_is() {
    let store = tempfile::tempdir().unwrap();
    let mut archive = open(&store);
    let folder = document(&mut archive, 5, &[]);
    let whole = fs::read(log_of(&folder)).unwrap();
    for file in snapshots(&folder) {
        fs::write(file, b"nothing").unwrap();
    }
    let Err(Error::LogDamaged {
        good: 5, detail, ..
    }) = archive.recover_document(id(1))
    else {
        panic!("there is no state to begin from");
    };
    assert!(detail.contains("nothing can be had"), "{detail}");
    assert_eq!(fs::read(log_of(&folder)).unwrap(), whole);
    assert_eq!(
        archive.documents().unwrap().len(),
        1,
        "it stays in the list"
    );
    fs::remove_dir_all(&folder).unwrap();
    assert!(matches!(
        archive.recover_document(id(1)),
        Err(Error::NotFound { .. })
    ));
    let found = archive.audit(1, AuditBudget::ALL, Watch::NONE).unwrap();
    assert!(!found.document_faults[0].fault.opens);
}

#[test]
fn an_audit_names_the_damaged_document_and_no_sound_one() {
    let store = tempfile::tempdir().unwrap();
    let mut archive = open(&store);
    let folder = document(&mut archive, 5, &[]);
    let open = archive.create_document(id(2), "deck", "", b"x", 1).unwrap();
    let mut bytes = fs::read(log_of(&folder)).unwrap();
    bytes[70] ^= 4;
    fs::write(log_of(&folder), bytes).unwrap();
    let found = archive.audit(1, AuditBudget::ALL, Watch::NONE).unwrap();
    assert_eq!((found.documents, found.document_faults.len()), (2, 1));
    assert_eq!(found.document_faults[0].id, id(1));
    drop(open);
}

#[test]
fn a_document_with_a_damaged_head_and_no_row_is_in_the_list_all_the_same() {
    let store = tempfile::tempdir().unwrap();
    let folder = document(&mut open(&store), 5, &[]);
    for ending in ["", "-wal", "-shm"] {
        fs::remove_file(store.path().join(format!("loa.db{ending}"))).unwrap_or_default();
    }
    let mut bytes = fs::read(log_of(&folder)).unwrap();
    bytes[0] ^= 4;
    fs::write(log_of(&folder), bytes).unwrap();
    let listed = open(&store).documents().unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].kind, "deck");
}

#[cfg(unix)]
#[test]
fn a_log_or_a_lock_that_is_a_link_is_not_written_to() {
    let store = tempfile::tempdir().unwrap();
    let archive = &mut open(&store);
    let folder = document(archive, 5, &[]);
    let outside = store.path().join("outside.log");
    fs::rename(log_of(&folder), &outside).unwrap();
    std::os::unix::fs::symlink(&outside, log_of(&folder)).unwrap();
    let mut torn = fs::read(&outside).unwrap();
    torn.push(1);
    fs::write(&outside, &torn).unwrap();
    assert!(archive.open_document(id(1)).is_err());
    assert_eq!(fs::read(&outside).unwrap(), torn);
    fs::rename(&outside, log_of(&folder)).unwrap();
    fs::remove_file(folder.join("lock")).unwrap();
    let elsewhere = store.path().join("made");
    std::os::unix::fs::symlink(&elsewhere, folder.join("lock")).unwrap();
    assert!(archive.open_document(id(1)).is_err());
    assert!(!elsewhere.exists());
}
