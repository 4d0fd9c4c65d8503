//! Items, media, packages, receipts, state and audit over the public door.
#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

mod support;

use std::fs;
use std::io::{self, Read};

use archive::{
    Archive, AuditBudget, Error, ItemFile, Kind, Levels, Metadata, Package, Receipt, Status,
};
use support::{article, id, open};
use units::{Cancel, Dbtp, Digest, Lufs, ReadAt, Watch};

fn file(digest: Digest) -> ItemFile {
    ItemFile {
        digest,
        name: "ban-tin.mp3".to_owned(),
        media_type: "audio/mpeg".to_owned(),
        bytes: 0,
        role: "delivery".to_owned(),
    }
}

fn temporary_files(folder: &tempfile::TempDir) -> usize {
    fs::read_dir(folder.path().join("objects/tmp"))
        .unwrap()
        .count()
}

#[test]
fn the_same_content_is_stored_once_and_cannot_be_written_to() {
    let folder = tempfile::tempdir().unwrap();
    let mut archive = open(&folder);
    let first = archive.put(&b"tieng noi"[..], Watch::NONE).unwrap();
    let again = archive.put(&b"tieng noi"[..], Watch::NONE).unwrap();
    assert_eq!((first.digest, first.bytes), (Digest::of(b"tieng noi"), 9));
    assert!(first.was_new && !again.was_new);
    let object = archive.object(first.digest).unwrap().unwrap();
    assert!(fs::metadata(&object.path).unwrap().permissions().readonly());
    let name = first.digest.to_string();
    assert!(
        object
            .path
            .ends_with(format!("objects/{}/{}/{name}", &name[..2], &name[2..4]))
    );
    let mut read = vec![0; 9];
    archive
        .open_object(first.digest)
        .unwrap()
        .read_exact_at(0, &mut read)
        .unwrap();
    assert_eq!(read, b"tieng noi");
    assert_eq!(archive.counts().unwrap().objects, 1);
    assert_eq!(temporary_files(&folder), 0);
    assert_eq!(archive.object(Digest::of(b"")).unwrap(), None);
}

#[test]
fn a_source_that_fails_or_is_stopped_leaves_nothing_behind() {
    struct Failing(u32);
    impl Read for Failing {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0 = self
                .0
                .checked_sub(1)
                .ok_or(io::Error::other("the card was pulled out"))?;
            buffer.fill(1);
            Ok(buffer.len())
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let mut archive = open(&folder);
    let error = archive.put(Failing(3), Watch::NONE).unwrap_err();
    assert!(matches!(error, Error::Source { .. }) && error.to_string().contains("card"));
    let cancel = Cancel::new();
    let stop = |done: u64, _total: u64| {
        if done > 1 << 20 {
            cancel.cancel()
        }
    };
    let error = archive
        .put(Failing(30), Watch::new(&stop, &cancel))
        .unwrap_err();
    assert!(matches!(error, Error::Cancelled(_)));
    assert_eq!(
        (temporary_files(&folder), archive.counts().unwrap().objects),
        (0, 0)
    );
}

#[test]
fn a_file_that_grows_while_it_is_copied_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut archive = open(&folder);
    let source = folder.path().join("take.wav");
    fs::write(&source, vec![0; 3 << 20]).unwrap();
    let grow = |done: u64, _total: u64| {
        if done == 1 << 20 {
            let mut longer = fs::OpenOptions::new().append(true).open(&source).unwrap();
            io::Write::write_all(&mut longer, b"more").unwrap();
        }
    };
    let error = archive
        .put_file(&source, Watch::new(&grow, &Cancel::new()))
        .unwrap_err();
    assert!(matches!(error, Error::SourceChanged { .. }));
    assert_eq!(temporary_files(&folder), 0);
    assert!(archive.put_file(&source, Watch::NONE).unwrap().was_new);
    assert!(archive.put_file(folder.path(), Watch::NONE).is_err());
}

#[test]
fn an_item_comes_back_as_it_was_given_with_its_history_and_versions() {
    let folder = tempfile::tempdir().unwrap();
    let mut archive = open(&folder);
    let stored = archive.put(&b"sound"[..], Watch::NONE).unwrap();
    let draft = Metadata {
        levels: Some(Levels {
            integrated: Lufs(f64::NEG_INFINITY),
            true_peak: Dbtp(-1.5),
        }),
        duration_ms: Some(u64::MAX >> 1),
        ..article("Bản tin", "Xin chào")
    };
    archive.add_item(id(1), &draft, 100).unwrap();
    assert!(matches!(
        archive.add_item(id(1), &draft, 100),
        Err(Error::Exists { .. })
    ));
    let approved = Metadata {
        status: Status::Approved,
        ..draft.clone()
    };
    archive.update_item(id(1), &approved, 200).unwrap();
    archive.update_item(id(1), &approved, 300).unwrap();
    assert_eq!(
        archive
            .add_version(id(1), "thu lại", &[file(stored.digest)], 400)
            .unwrap(),
        1
    );
    assert_eq!(archive.add_version(id(1), "cắt", &[], 500).unwrap(), 2);

    let archive = archive.another().unwrap();
    let item = archive.item(id(1)).unwrap().unwrap();
    assert_eq!(
        (item.metadata, item.created_ms, item.updated_ms),
        (approved, 100, 500)
    );
    assert_eq!(item.versions[0].files[0].bytes, 5);
    assert_eq!(item.versions[1].note, "cắt");
    let history = archive.history(id(1)).unwrap();
    assert_eq!(history.len(), 1, "what did not change is no change");
    assert_eq!((history[0].until_ms, &history[0].metadata), (200, &draft));
    assert_eq!(archive.find_by_digest(stored.digest).unwrap(), [id(1)]);
    assert_eq!(archive.item(id(2)).unwrap(), None);
}

#[test]
fn a_version_never_refers_to_media_that_are_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let mut archive = open(&folder);
    archive.add_item(id(1), &article("a", ""), 1).unwrap();
    let missing = archive.add_version(id(1), "", &[file(Digest::of(b"?"))], 2);
    assert!(matches!(missing, Err(Error::NotFound { .. })));
    assert!(archive.item(id(1)).unwrap().unwrap().versions.is_empty());
    assert!(matches!(
        archive.add_version(id(2), "", &[], 2),
        Err(Error::NotFound { .. })
    ));
}

#[test]
fn of_many_items_all_are_added_or_none() {
    let folder = tempfile::tempdir().unwrap();
    let mut archive = open(&folder);
    let metadata = article("a", "");
    let long = article(&"x".repeat(Metadata::TITLE_BYTES_MAX + 1), "");
    let error = archive
        .add_items([(id(1), &metadata), (id(2), &long)], 1)
        .unwrap_err();
    assert!(matches!(error, Error::TooLarge { .. }));
    assert_eq!(archive.counts().unwrap().items, 0);
}

#[test]
fn an_audit_finds_what_changed_and_putting_the_content_again_mends_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut archive = open(&folder);
    let digests: Vec<Digest> = (0..4u8)
        .map(|n| archive.put(&[n; 100][..], Watch::NONE).unwrap().digest)
        .collect();
    let report = archive.audit(10, AuditBudget::ALL, Watch::NONE).unwrap();
    assert_eq!((report.checked, report.ok, report.orphans.len()), (4, 4, 0));
    let counts = archive.counts().unwrap();
    assert_eq!(
        (counts.sound, counts.faults, counts.oldest_check_ms),
        (4, 0, Some(10))
    );

    let path = |digest| archive.objects().path(digest);
    fs::remove_file(path(digests[0])).unwrap();
    fs::remove_file(path(digests[1])).unwrap();
    fs::write(path(digests[1]), [7; 100]).unwrap();
    fs::remove_file(path(digests[2])).unwrap();
    fs::write(path(digests[2]), [2; 101]).unwrap();
    fs::write(folder.path().join("objects/stray"), b"?").unwrap();
    let report = archive.audit(20, AuditBudget::ALL, Watch::NONE).unwrap();
    assert_eq!((report.ok, &report.missing), (1, &vec![digests[0]]));
    let mut damaged = vec![digests[1], digests[2]];
    damaged.sort_unstable();
    assert_eq!(
        (report.damaged, report.orphans),
        (damaged, vec!["stray".to_owned()])
    );
    assert_eq!(archive.faults().unwrap().len(), 3);
    assert!(matches!(
        archive.open_object(digests[0]),
        Err(Error::Damaged { .. })
    ));
    assert!(matches!(
        archive.open_object(digests[2]),
        Err(Error::Damaged { .. })
    ));

    for n in 0..3u8 {
        assert!(!archive.put(&[n; 100][..], Watch::NONE).unwrap().was_new);
    }
    let report = archive.audit(30, AuditBudget::ALL, Watch::NONE).unwrap();
    assert_eq!((report.ok, archive.counts().unwrap().faults), (4, 0));
}

#[test]
fn an_audit_in_portions_takes_what_waits_longest() {
    let folder = tempfile::tempdir().unwrap();
    let mut archive = open(&folder);
    for n in 0..5u8 {
        archive.put(&[n; 10][..], Watch::NONE).unwrap();
    }
    let portion = AuditBudget {
        files_max: 2,
        ..AuditBudget::ALL
    };
    for now in 1..=2 {
        assert_eq!(archive.audit(now, portion, Watch::NONE).unwrap().checked, 2);
        assert_eq!(archive.counts().unwrap().oldest_check_ms, None);
    }
    let bytes = AuditBudget {
        bytes_max: 11,
        ..AuditBudget::ALL
    };
    assert_eq!(archive.audit(3, bytes, Watch::NONE).unwrap().checked, 2);
    assert_eq!(archive.counts().unwrap().oldest_check_ms, Some(1));
    let cancel = Cancel::new();
    cancel.cancel();
    let stopped = archive
        .audit(9, AuditBudget::ALL, Watch::new(&(), &cancel))
        .unwrap();
    assert!(stopped.stopped && stopped.checked == 0);
}

#[test]
fn state_packages_and_receipts_are_remembered() {
    let folder = tempfile::tempdir().unwrap();
    let mut archive = open(&folder);
    archive.state_put("queue", "b", "1").unwrap();
    archive.state_put("queue", "a", "{}").unwrap();
    archive.state_put("queue", "b", "2").unwrap();
    archive.state_put("other", "b", "3").unwrap();
    assert_eq!(
        archive.state_get("queue", "b").unwrap().as_deref(),
        Some("2")
    );
    let all = archive.state_list("queue").unwrap();
    assert_eq!(
        all,
        [
            ("a".to_owned(), "{}".to_owned()),
            ("b".to_owned(), "2".to_owned())
        ]
    );
    assert!(archive.state_delete("queue", "b").unwrap());
    assert!(!archive.state_delete("queue", "b").unwrap());
    assert_eq!(archive.state_get("queue", "b").unwrap(), None);

    let package = Package {
        id: id(7),
        digest: Digest::of(b"tar"),
        path: "packages/7.tar".to_owned(),
        bytes: 3,
        created_ms: 5,
        items: vec![id(2), id(1)],
    };
    archive.add_package(&package).unwrap();
    archive.add_package(&package).unwrap();
    let other = Package {
        digest: Digest::of(b"other"),
        ..package.clone()
    };
    assert!(matches!(
        archive.add_package(&other),
        Err(Error::Exists { .. })
    ));
    assert_eq!(archive.packages().unwrap(), std::slice::from_ref(&package));
    assert_eq!(
        archive.package(package.digest).unwrap(),
        Some(package.clone())
    );
    assert_eq!(archive.packages_of(id(1)).unwrap(), [package.digest]);

    let receipt = Receipt {
        package: package.digest,
        received_ms: 6,
        content: "{\"signed\":true}".to_owned(),
        items: package.items,
    };
    archive.put_receipt(&receipt).unwrap();
    archive.put_receipt(&receipt).unwrap();
    assert_eq!(
        archive.receipts(Some(receipt.package)).unwrap(),
        std::slice::from_ref(&receipt)
    );
    assert_eq!(archive.receipts(None).unwrap().len(), 1);
    assert!(archive.receipts(Some(Digest::of(b"x"))).unwrap().is_empty());
}

#[test]
fn documents_are_listed_even_where_the_index_does_not_know_them() {
    let folder = tempfile::tempdir().unwrap();
    let mut archive = open(&folder);
    drop(
        archive
            .create_document(id(1), "deck", "Bảng", b"{}", 10)
            .unwrap(),
    );
    drop(
        archive
            .create_document(id(2), "programme", "Bản tin", b"{}", 20)
            .unwrap(),
    );
    archive.touch_document(id(1), "Bảng mới", 30).unwrap();
    let titles: Vec<String> = archive
        .documents()
        .unwrap()
        .into_iter()
        .map(|d| d.title)
        .collect();
    assert_eq!(titles, ["Bảng mới", "Bản tin"]);
    assert!(matches!(
        archive.touch_document(id(3), "", 1),
        Err(Error::NotFound { .. })
    ));
    let twice = archive.create_document(id(1), "deck", "", b"", 1);
    assert!(matches!(twice, Err(Error::Exists { .. })));

    let restored = tempfile::tempdir().unwrap();
    let mut other = open(&restored);
    let name = format!("documents/{}", id(1));
    fs::rename(folder.path().join(&name), restored.path().join(&name)).unwrap();
    let found = other.documents().unwrap();
    assert_eq!(
        (found[0].id, found[0].kind.as_str(), found[0].title.as_str()),
        (id(1), "deck", "")
    );
    other.touch_document(id(1), "Lại đây", 40).unwrap();
    assert_eq!(other.documents().unwrap()[0].title, "Lại đây");
    assert_eq!(
        other.open_document(id(1)).unwrap().1.snapshot.content,
        b"{}"
    );
}

#[test]
fn two_processes_worth_of_connections_write_in_turn() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    std::thread::scope(|scope| {
        for thread in 0..4u64 {
            scope.spawn(move || {
                let mut archive = Archive::open(path).unwrap();
                for n in 0..25 {
                    let number = thread * 100 + n;
                    archive
                        .put(&(n as u8).to_le_bytes()[..], Watch::NONE)
                        .unwrap();
                    archive
                        .add_item(id(number), &Metadata::new(Kind::Photo, "ảnh"), 1)
                        .unwrap();
                }
            });
        }
    });
    let counts = open(&folder).counts().unwrap();
    assert_eq!((counts.items, counts.objects), (100, 25));
}
