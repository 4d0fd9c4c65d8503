//! A disk that forgets and files nobody knows: found, said, never believed.
#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

mod support;

use std::fs;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};

use archive::{Archive, AuditBudget, Error};
use support::{article, id, open};
use units::{Digest, ReadAt as _, Watch};

#[test]
fn a_file_left_without_a_row_is_not_believed_when_its_content_is_put_in() {
    let folder = tempfile::tempdir().unwrap();
    let mut archive = open(&folder);
    let content = b"tieng noi";
    let path = archive.objects().path(Digest::of(content));
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    // Of the same length, as a disk leaves it that lost what a crash had not written.
    fs::write(&path, [0; 9]).unwrap();
    let stored = archive.put(&content[..], Watch::NONE).unwrap();
    assert!(stored.was_new);
    let mut read = [0; 9];
    let bytes = archive.open_object(stored.digest).unwrap();
    bytes.read_exact_at(0, &mut read).unwrap();
    assert_eq!(&read, content);
    let report = archive.audit(1, AuditBudget::ALL, Watch::NONE).unwrap();
    assert_eq!((report.ok, report.damaged.len()), (1, 0));
}

#[test]
fn an_audit_notices_an_index_that_does_not_hold_together() {
    let folder = tempfile::tempdir().unwrap();
    let mut archive = open(&folder);
    for number in 0..400 {
        let text = format!("tin số {number} của xã");
        archive
            .add_item(id(number), &article(&text, &text), 1)
            .unwrap();
    }
    archive.audit(1, AuditBudget::ALL, Watch::NONE).unwrap();
    drop(archive);
    // Each page in turn loses the count of its cells (SQLite file format §1.6).
    let path = folder.path().join("loa.db");
    let page = 4096;
    let pages = fs::metadata(&path).unwrap().len() / page;
    let mut noticed = 0;
    for number in (1..pages).step_by(7) {
        let mut file = fs::OpenOptions::new()
            .read(true)
            .write(true)
            .open(&path)
            .unwrap();
        let mut old = [0; 8];
        let at = |file: &mut fs::File| file.seek(SeekFrom::Start(number * page)).unwrap();
        at(&mut file);
        file.read_exact(&mut old).unwrap();
        at(&mut file);
        file.write_all(&[0xff; 8]).unwrap();
        let audited = Archive::open(folder.path())
            .and_then(|mut archive| archive.audit(2, AuditBudget::ALL, Watch::NONE));
        noticed += u32::from(matches!(audited, Err(Error::Damaged { .. })));
        at(&mut file);
        file.write_all(&old).unwrap();
    }
    assert!(noticed >= 3, "{noticed} of {pages} pages");
    let mut archive = open(&folder);
    archive.audit(3, AuditBudget::ALL, Watch::NONE).unwrap();
}
