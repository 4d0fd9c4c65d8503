//! Edit logs: what was acknowledged is there, whatever is cut off or damaged.
#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use archive::{Error, Log};
use proptest::prelude::*;

/// A log with these edits, and where each record ends in the file.
fn log_with(parent: &Path, edits: &[Vec<u8>]) -> (PathBuf, Vec<u64>) {
    let folder = parent.join("doc");
    let mut log = Log::create(&folder, "deck", b"first").unwrap();
    let mut ends = vec![length(&folder)];
    for edit in edits {
        log.append(edit).unwrap();
        ends.push(length(&folder));
    }
    (folder, ends)
}

fn length(folder: &Path) -> u64 {
    fs::metadata(folder.join("edits.log")).unwrap().len()
}

fn bytes(folder: &Path) -> Vec<u8> {
    fs::read(folder.join("edits.log")).unwrap()
}

fn put(folder: &Path, bytes: &[u8]) {
    fs::write(folder.join("edits.log"), bytes).unwrap();
}

fn edits(count: u8) -> Vec<Vec<u8>> {
    (0..count)
        .map(|n| vec![b'a' + n; usize::from(n) * 3])
        .collect()
}

#[test]
fn a_log_opens_with_what_was_appended_and_undo_reaches_the_first_edit() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("doc");
    let mut log = Log::create(&folder, "deck", b"state 0").unwrap();
    assert_eq!(
        (log.append(b"one").unwrap(), log.append(b"two").unwrap()),
        (1, 2)
    );
    log.snapshot(b"state 2").unwrap();
    assert_eq!(log.append(b"three").unwrap(), 3);
    drop(log);
    let (log, content) = Log::open(&folder).unwrap();
    assert_eq!(
        (log.kind(), log.last(), content.kind.as_str()),
        ("deck", 3, "deck")
    );
    assert_eq!(
        (content.snapshot.number, content.snapshot.content),
        (2, b"state 2".to_vec())
    );
    assert_eq!(content.edits, [b"three"]);
    assert_eq!(content.torn, None);
    assert_eq!(log.record(1).unwrap(), b"one");
    assert!(matches!(log.record(0), Err(Error::NotFound { .. })));
    assert!(matches!(log.record(4), Err(Error::NotFound { .. })));
    assert!(matches!(
        Log::create(&folder, "deck", b""),
        Err(Error::Exists { .. })
    ));
}

#[test]
fn a_second_writer_is_told_and_a_reader_is_not_kept_out() {
    let parent = tempfile::tempdir().unwrap();
    let (folder, _) = log_with(parent.path(), &edits(2));
    let (mut log, _) = Log::open(&folder).unwrap();
    assert!(matches!(Log::open(&folder), Err(Error::Locked { .. })));
    log.append(b"more").unwrap();
    assert_eq!(Log::read(&folder).unwrap().edits.len(), 3);
    drop(log);
    assert!(Log::open(&folder).is_ok());
}

#[test]
fn cut_anywhere_a_log_opens_with_exactly_the_whole_records_and_goes_on() {
    let parent = tempfile::tempdir().unwrap();
    let all = edits(6);
    let (folder, ends) = log_with(parent.path(), &all);
    let whole = bytes(&folder);
    for cut in ends[0] as usize..=whole.len() {
        put(&folder, &whole[..cut]);
        let expected = ends[1..].iter().filter(|&&end| end <= cut as u64).count();
        assert_eq!(
            Log::read(&folder).unwrap().edits,
            all[..expected],
            "read at {cut}"
        );
        let (mut log, content) = Log::open(&folder).unwrap();
        assert_eq!(content.edits, all[..expected], "cut at {cut}");
        let rest = &whole[ends[expected] as usize..cut];
        match content.torn {
            None => assert!(rest.is_empty()),
            Some(torn) => assert_eq!(fs::read(torn.kept.unwrap()).unwrap(), rest),
        }
        assert_eq!(log.append(b"next").unwrap(), expected as u64 + 1);
        drop(log);
        assert_eq!(Log::read(&folder).unwrap().edits[expected], b"next");
    }
    for cut in 0..ends[0] as usize {
        put(&folder, &whole[..cut]);
        assert!(
            matches!(Log::open(&folder), Err(Error::LogDamaged { .. })),
            "head cut at {cut}"
        );
    }
}

#[test]
fn a_last_record_of_zeros_is_a_torn_one() {
    let parent = tempfile::tempdir().unwrap();
    let (folder, ends) = log_with(parent.path(), &edits(3));
    let mut all = bytes(&folder);
    all.extend([0; 5_000]);
    put(&folder, &all);
    let (log, content) = Log::open(&folder).unwrap();
    assert_eq!(
        (content.edits.len(), content.torn.unwrap().bytes),
        (3, 5_000)
    );
    drop(log);
    assert_eq!(length(&folder), ends[3]);
}

#[test]
fn a_damaged_snapshot_is_passed_over_for_an_older_one() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("doc");
    let mut log = Log::create(&folder, "deck", b"0").unwrap();
    for round in 1..=5u8 {
        log.append(&[round]).unwrap();
        log.snapshot(&[round]).unwrap();
    }
    drop(log);
    let snapshots = || -> Vec<PathBuf> {
        let entries = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().path());
        let mut found: Vec<_> = entries
            .filter(|p| p.to_string_lossy().contains("snapshot-"))
            .collect();
        found.sort();
        found
    };
    assert_eq!(snapshots().len(), 3, "the first and the two newest");
    for (newest, expected) in [(5, 4), (4, 0)] {
        let path = &snapshots()[if newest == 5 { 2 } else { 1 }];
        let mut content = fs::read(path).unwrap();
        *content.last_mut().unwrap() ^= 1;
        fs::write(path, content).unwrap();
        let content = Log::read(&folder).unwrap();
        assert_eq!(content.snapshot.number, expected);
        assert_eq!(content.edits.len(), 5 - expected as usize);
    }
}

#[test]
fn a_record_of_another_log_is_none_of_this_one() {
    let parent = tempfile::tempdir().unwrap();
    let (folder, ends) = log_with(parent.path(), &edits(3));
    let other = tempfile::tempdir().unwrap();
    let (strange, strange_ends) = log_with(other.path(), &[vec![9; 8], vec![8; 8]]);
    let mut mixed = bytes(&folder)[..ends[1] as usize].to_vec();
    mixed.extend(&bytes(&strange)[strange_ends[1] as usize..]);
    put(&folder, &mixed);
    // It is whole and has the right number, but does not follow: nothing torn looks like that.
    assert!(matches!(
        Log::open(&folder),
        Err(Error::LogDamaged { good: 1, .. })
    ));
}

#[test]
fn a_newer_log_is_refused_with_a_sentence() {
    let parent = tempfile::tempdir().unwrap();
    let (folder, _) = log_with(parent.path(), &edits(1));
    let mut newer = bytes(&folder);
    newer[8] = 2;
    let sum = crc(&newer[..28]);
    newer[28..32].copy_from_slice(&sum);
    put(&folder, &newer);
    let error = Log::open(&folder).unwrap_err();
    assert!(matches!(
        error,
        Error::NewerVersion {
            found: 2,
            known: 1,
            ..
        }
    ));
    assert!(error.to_string().contains("update the application"));
    assert!(matches!(
        Log::recover(&folder),
        Err(Error::NewerVersion { .. })
    ));
    assert_eq!(Log::check(&folder), None, "newer is not damaged");
}

#[test]
fn a_snapshot_is_wanted_after_many_edits_or_many_bytes() {
    let parent = tempfile::tempdir().unwrap();
    let (folder, _) = log_with(parent.path(), &[]);
    let (mut log, _) = Log::open(&folder).unwrap();
    log.append(&vec![0; 4 << 20]).unwrap();
    assert!(log.wants_snapshot());
    log.snapshot(b"s").unwrap();
    assert!(!log.wants_snapshot());
    assert!(matches!(
        log.append(&vec![0; (16 << 20) + 1]),
        Err(Error::TooLarge { .. })
    ));
    for _ in 0..256 {
        log.append(b"e").unwrap();
    }
    assert!(log.wants_snapshot());
}

#[test]
fn the_log_written_by_version_one_still_opens() {
    // Byte for byte: the head of a "deck" log and one record "hi".
    let head = [
        b"LoaEdits".as_slice(),
        &[1, 0, 0, 0, 4, 0, 0, 0],
        &[0; 8],
        b"deck",
    ]
    .concat();
    let head_crc = crc(&head);
    let number = [1u8, 0, 0, 0, 0, 0, 0, 0];
    let start = [[2, 0, 0, 0].as_slice(), &number, &head_crc].concat();
    let record_crc = crc(&[start.as_slice(), b"hi"].concat());
    let expected = [&head, head_crc.as_slice(), &start, &record_crc, b"hi"].concat();
    let parent = tempfile::tempdir().unwrap();
    let (folder, _) = log_with(parent.path(), &[b"hi".to_vec()]);
    assert_eq!(bytes(&folder), expected);
}

/// CRC-32 (IEEE 802.3), bit by bit, apart from the crate under test.
fn crc(bytes: &[u8]) -> [u8; 4] {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
        }
    }
    (!crc).to_le_bytes()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn whatever_lies_behind_the_good_records_nothing_good_is_lost(
        all in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..40), 0..6),
        garbage in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        let parent = tempfile::tempdir().unwrap();
        let (folder, _) = log_with(parent.path(), &all);
        let mut longer = bytes(&folder);
        longer.extend(&garbage);
        put(&folder, &longer);
        let (_, content) = Log::open(&folder).unwrap();
        prop_assert_eq!(content.edits, all);
        prop_assert_eq!(content.torn.map_or(0, |torn| torn.bytes), garbage.len() as u64);
    }

    #[test]
    fn any_file_is_opened_or_refused(garbage in proptest::collection::vec(any::<u8>(), 0..300)) {
        let parent = tempfile::tempdir().unwrap();
        let (folder, _) = log_with(parent.path(), &[]);
        put(&folder, &garbage);
        prop_assert!(Log::open(&folder).is_err());
    }
}
