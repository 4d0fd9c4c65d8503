//! Packages between their file and their row.

use std::fs;
use std::path::Path;

use files::Access;
use serde_json::json;
use units::Watch;

use super::{PACKAGE, PackageRecord, SEALING};
use crate::bench::{self, AtWork};
use crate::wire::{Code, Deck, JobResult, JobState, Packages};

fn item(studio: &AtWork) -> String {
    let deck = json!({ "template": "vaccination", "title": "" });
    let deck: Deck = studio.ask("deck_create", deck).unwrap();
    let job = studio.finish(
        "document_archive",
        json!({ "id": deck.id, "body": "", "tags": [], "people": [], "status": "approved" }),
    );
    match job.result {
        Some(JobResult::Archived { item }) => item,
        other => panic!("{other:?} {:?}", job.problem),
    }
}

fn seal(studio: &AtWork, send: bool) -> JobResult {
    let request = json!({
        "title": "Bản tin", "items": [item(studio)], "emergency": true, "approved_by": "A", "send": send,
    });
    let job = studio.finish("package_create", request);
    assert_eq!(job.state, JobState::Done, "{:?}", job.problem);
    job.result.unwrap()
}

fn listed(studio: &AtWork) -> usize {
    let packages: Packages = studio.ask("packages", json!({})).unwrap();
    packages.packages.len()
}

fn files(store: &Path) -> usize {
    fs::read_dir(store.join("packages")).map_or(0, Iterator::count)
}

/// A store as a kill leaves it that comes when the file has its name and no row yet.
fn killed_before_the_row(store: &Path) -> PackageRecord {
    let from = tempfile::tempdir().unwrap();
    let studio = bench::open(from.path(), bench::no_microphone());
    seal(&studio, false);
    let (_, text) = studio
        .studio
        .archive()
        .state_list(PACKAGE)
        .unwrap()
        .remove(0);
    let record: PackageRecord = serde_json::from_str(&text).unwrap();
    let killed = bench::open(store, bench::no_microphone());
    killed
        .studio
        .remember(SEALING, &record.id, &record)
        .unwrap();
    fs::create_dir_all(store.join("packages")).unwrap();
    let name = format!("{}.tar", record.id);
    fs::copy(
        from.path().join("packages").join(&name),
        store.join("packages").join(&name),
    )
    .unwrap();
    record
}

#[test]
fn a_package_killed_between_its_file_and_its_row_is_taken_up_at_the_next_start() {
    let store = tempfile::tempdir().unwrap();
    let record = killed_before_the_row(store.path());
    for _ in 0..2 {
        let studio = bench::open(store.path(), bench::no_microphone());
        assert_eq!(studio.studio.package_record(&record.id).unwrap(), record);
        assert_eq!((listed(&studio), files(store.path())), (1, 1));
        let notes = studio.studio.archive().state_list(SEALING).unwrap();
        assert!(notes.is_empty());
    }
}

#[test]
fn a_package_nobody_was_told_of_goes_where_its_file_is_not_whole() {
    let store = tempfile::tempdir().unwrap();
    let record = killed_before_the_row(store.path());
    let place = store.path().join(format!("packages/{}.tar", record.id));
    fs::write(&place, "half").unwrap();
    let studio = bench::open(store.path(), bench::no_microphone());
    assert_eq!((listed(&studio), files(store.path())), (0, 0));
}

#[test]
fn a_package_file_that_no_note_speaks_of_is_left_alone() {
    let store = tempfile::tempdir().unwrap();
    archive::claim(store.path()).unwrap();
    fs::create_dir_all(store.path().join("packages")).unwrap();
    let place = store
        .path()
        .join("packages/0192f3a4-5b6c-7d8e-9fa0-b1c2d3e4f5a6.tar");
    fs::write(&place, "of an older program, perhaps promised").unwrap();
    let studio = bench::open(store.path(), bench::no_microphone());
    assert_eq!((listed(&studio), files(store.path())), (0, 1));
}

#[test]
fn a_package_that_is_sealed_and_cannot_be_queued_is_sealed_once_and_says_why_it_stays() {
    let store = tempfile::tempdir().unwrap();
    let studio = bench::open(store.path(), bench::no_microphone());
    let JobResult::Sealed { unsent, .. } = seal(&studio, true) else {
        panic!("not sealed");
    };
    assert!(unsent.is_some(), "there is no destination");
    assert_eq!((listed(&studio), files(store.path())), (1, 1));
}

#[test]
fn sealing_what_does_not_fit_says_by_how_much_and_begins_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let huge = folder.path().join("phim.mp4");
    let file = fs::File::create(&huge).unwrap();
    file.set_len(8 << 40).unwrap();
    let id = units::Id::new(1, [7; 10]);
    let mut packing = super::Packing::new(super::Cover {
        id,
        now_ms: 1_795_400_000_000,
        utc_offset_minutes: 420,
        title: "Phim".into(),
        organisation: "Xã".into(),
        approved_by: String::new(),
        emergency: false,
    });
    packing.add_files(id, &[huge], Watch::NONE).unwrap();
    let key = package::SigningKey::generate([7; 32]);
    let place = folder.path().join("a.tar");
    let refused = packing.seal(&key, &place, Access::Usual, Watch::NONE);
    let problem = refused.unwrap_err();
    assert_eq!(problem.code, Code::DiskFull);
    assert!(
        problem.detail.contains("8.8 TB needed, "),
        "{}",
        problem.detail
    );
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_stored_file_that_changed_is_told_as_the_stores_when_it_is_sealed() {
    let store = tempfile::tempdir().unwrap();
    let studio = bench::open(store.path(), bench::no_microphone());
    let item = item(&studio);
    let found = studio.studio.find_item(&item).unwrap();
    let slide = found.versions[0].files[0].digest;
    let place = studio.studio.objects().path(slide);
    let mut bytes = fs::read(&place).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::remove_file(&place).unwrap();
    fs::write(&place, bytes).unwrap();
    let job = studio.finish(
        "package_create",
        json!({ "title": "T", "items": [item], "emergency": false, "approved_by": "A", "send": false }),
    );
    assert_eq!(job.problem.unwrap().code, Code::StoreDamaged);
    assert_eq!(files(store.path()), 0);
}
