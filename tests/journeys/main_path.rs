//! The main job, whole: a voice goes in, a signed receipt comes out, the line cut twice on the way.

use std::path::Path;
use std::time::{Duration, Instant};

use province::Script;
use serde_json::{Value, json};
use studio::Studio;
use studio::wire::{
    Board, CheckReport, Deck, Job, JobResult, JobState, Package, PackageState, Packages, Programme,
    SearchPage,
};
use tests::host::{TestHost, real_province, set};

const PATIENCE: Duration = Duration::from_secs(120);

fn call<T: serde::de::DeserializeOwned>(
    studio: &Studio<TestHost>,
    name: &str,
    request: Value,
) -> T {
    let answer = studio
        .call(name, request)
        .unwrap_or_else(|problem| panic!("{name}: {problem:?}"));
    serde_json::from_value(answer).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn finish(studio: &Studio<TestHost>, job: &Job) -> JobResult {
    let start = Instant::now();
    loop {
        let jobs: Vec<Job> = call(studio, "jobs", json!({}));
        let now = jobs
            .into_iter()
            .find(|it| it.id == job.id)
            .expect("the job is listed");
        match now.state {
            JobState::Done => return now.result.expect("a result"),
            JobState::Running => assert!(start.elapsed() < PATIENCE, "{now:?}"),
            _ => panic!("{now:?}"),
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn receipted(studio: &Studio<TestHost>, id: &str) -> Package {
    let start = Instant::now();
    loop {
        let all: Packages = call(studio, "packages", json!({}));
        let package = all
            .packages
            .into_iter()
            .find(|it| it.id == id)
            .expect("it is listed");
        if package.state == PackageState::Receipted {
            return package;
        }
        assert!(start.elapsed() < PATIENCE, "{package:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn record(studio: &Studio<TestHost>) -> (String, String) {
    let programme: Programme = call(
        studio,
        "programme_create",
        json!({ "title": "Lịch tiêm chủng" }),
    );
    let start =
        json!({ "programme": programme.id, "track": null, "position": null, "device": null });
    let _: Value = call(studio, "record_start", start);
    let refused = studio.call(
        "record_start",
        json!({ "programme": programme.id, "track": null, "position": null, "device": null }),
    );
    assert!(refused.is_err(), "one take at a time");
    let job: Job = call(studio, "record_stop", json!({}));
    match finish(studio, &job) {
        JobResult::Imported {
            clip: Some(clip), ..
        } => (programme.id, clip),
        other => panic!("{other:?}"),
    }
}

fn edit(studio: &Studio<TestHost>, id: &str, edit: Value) -> Programme {
    call(studio, "programme_edit", json!({ "id": id, "edit": edit }))
}

#[test]
fn a_voice_goes_in_and_a_signed_receipt_comes_out_after_two_cut_lines() {
    let folder = tempfile::tempdir().expect("a folder");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let studio = TestHost::open(folder.path(), runtime.handle(), 12);
    let province = real_province(&studio, &folder.path().join("tinh"), runtime.handle());

    let (id, clip) = record(&studio);
    let whole: Programme = call(&studio, "programme", json!({ "id": id }));
    assert_eq!(whole.length, 12 * 48_000);
    edit(
        &studio,
        &id,
        json!({ "type": "split", "clip": clip, "at": 144_000 }),
    );
    let cut = edit(&studio, &id, json!({ "type": "delete", "clip": clip }));
    assert_eq!(cut.undo.as_deref(), Some("delete"));
    let undone: Programme = call(&studio, "programme_undo", json!({ "id": id }));
    assert_eq!(undone.tracks[0].clips.len(), 2);
    assert_eq!(undone.redo.as_deref(), Some("delete"));

    let job: Job = call(
        &studio,
        "programme_render",
        json!({ "id": id, "profile": "loudspeaker" }),
    );
    let JobResult::Rendered { report, .. } = finish(&studio, &job) else {
        panic!("not rendered")
    };
    let after = report.after.integrated_lufs.expect("sound");
    assert!((after + 16.0).abs() <= 0.2, "{after} LUFS");
    assert!(report.after.true_peak_dbtp.expect("sound") <= -1.4);

    let deck: Deck = call(
        &studio,
        "deck_create",
        json!({ "template": "vaccination", "title": "" }),
    );
    let items: Vec<String> = [&id, &deck.id]
        .iter()
        .map(|document| archive(&studio, document))
        .collect();
    let search =
        json!({ "text": "tiem chung", "kinds": [], "statuses": [], "offset": 0, "limit": 20 });
    let found: SearchPage = call(&studio, "search", search);
    assert!(found.hits.iter().any(|hit| hit.id == items[0]), "{found:?}");

    let request = json!({ "title": "Bản tin sáng", "items": items, "emergency": false, "approved_by": "Người duyệt", "send": false });
    let job: Job = call(&studio, "package_create", request);
    let JobResult::Sealed { package, .. } = finish(&studio, &job) else {
        panic!("not sealed")
    };
    let all: Packages = call(&studio, "packages", json!({}));
    let sealed = all
        .packages
        .iter()
        .find(|it| it.id == package)
        .expect("it is listed")
        .clone();
    check_package(folder.path(), &sealed);

    let cuts = [sealed.bytes / 3, sealed.bytes * 2 / 3];
    province.add_faults(Script::cuts(&cuts));
    let _: Package = call(&studio, "package_send", json!({ "id": package }));
    let done = &receipted(&studio, &package).deliveries[0];
    let receipt = done.receipt.as_ref().expect("a receipt");
    assert_eq!(receipt.digest, sealed.digest);
    assert_eq!(done.attempts, 3, "begun once and once more after each cut");
    // The receipt is kept with the items a moment after it was checked.
    let start = Instant::now();
    let status = || call::<Value>(&studio, "item", json!({ "id": items[0] }))["status"].clone();
    while status() != "delivered" {
        assert!(start.elapsed() < PATIENCE, "{}", status());
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn archive(studio: &Studio<TestHost>, document: &str) -> String {
    let request =
        json!({ "id": document, "body": "", "tags": ["y tế"], "people": [], "status": "approved" });
    let job: Job = call(studio, "document_archive", request);
    match finish(studio, &job) {
        JobResult::Archived { item } => item,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_document_put_in_again_begins_with_what_was_written_the_last_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let studio = TestHost::open(folder.path(), runtime.handle(), 3);
    let (id, _) = record(&studio);
    let new: Value = call(&studio, "document_to_archive", json!({ "id": id }));
    assert_eq!(
        (&new["body"], &new["status"]),
        (&json!(""), &json!("approved"))
    );
    let people = json!([{ "name": "Lê Thị Mai", "role": "announcer" }]);
    let written = json!({ "id": id, "body": "Lời đọc", "tags": ["y tế", "xã"], "people": people, "status": "review" });
    let job: Job = call(&studio, "document_archive", written.clone());
    let JobResult::Archived { item } = finish(&studio, &job) else {
        panic!("not archived")
    };
    let again: Value = call(&studio, "document_to_archive", json!({ "id": id }));
    assert_eq!(again, written);
    let job: Job = call(&studio, "document_archive", again);
    finish(&studio, &job);
    let found: Value = call(&studio, "item", json!({ "id": item }));
    assert_eq!(
        (&found["body"], &found["tags"]),
        (&written["body"], &written["tags"])
    );
    assert_eq!(found["versions"].as_array().map(Vec::len), Some(2));
}

#[test]
fn an_item_opens_for_editing_though_its_document_was_put_out_of_sight() {
    let folder = tempfile::tempdir().expect("a folder");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let studio = TestHost::open(folder.path(), runtime.handle(), 3);
    let (id, _) = record(&studio);
    let item = archive(&studio, &id);
    let _: Value = call(&studio, "document_remove", json!({ "id": id }));
    let opened: Value = call(&studio, "item_open", json!({ "id": item }));
    assert_eq!(opened["id"], json!(id));
    let listed: Vec<Value> = call(&studio, "documents", json!({ "kind": null }));
    assert!(
        listed.iter().any(|it| it["id"] == json!(id)),
        "it is listed again"
    );
}

/// The sealed file stands up to the verifier, with the desk's own key as the only trusted one.
fn check_package(folder: &Path, sealed: &Package) {
    let key = std::fs::read_to_string(folder.join("kho/keys/desk.pub")).expect("a public key");
    let trust = package::Trust::listed(vec![package::PublicKey::from_text(&key).expect("a key")]);
    let bytes =
        std::fs::read(folder.join(format!("kho/packages/{}.tar", sealed.id))).expect("the file");
    let report = package::verify_tar(
        &bytes,
        &trust,
        package::Limits::default(),
        units::Watch::NONE,
    )
    .expect("not stopped");
    assert!(report.valid, "{:?}", report.errors);
    assert_eq!(report.digest.expect("a digest").to_string(), sealed.digest);
}

#[test]
fn everything_acknowledged_is_there_again_after_the_program_ends() {
    let folder = tempfile::tempdir().expect("a folder");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let (id, before) = {
        let studio = TestHost::open(folder.path(), runtime.handle(), 3);
        let (id, clip) = record(&studio);
        for gain in 1..=300 {
            let gain_db = f64::from(gain) / 100.0;
            edit(
                &studio,
                &id,
                json!({ "type": "set-gain", "clip": clip, "gain_db": gain_db }),
            );
        }
        let programme: Programme = call(&studio, "programme_undo", json!({ "id": id }));
        (id, programme)
    };
    let studio = TestHost::open(folder.path(), runtime.handle(), 3);
    let after: Programme = call(&studio, "programme", json!({ "id": id }));
    assert_eq!(after, before);
    let redone: Programme = call(&studio, "programme_redo", json!({ "id": id }));
    assert!((redone.tracks[0].clips[0].gain_db - 3.0).abs() < 1e-9);
    let mut undone = redone;
    while undone.undo.is_some() {
        undone = call(&studio, "programme_undo", json!({ "id": id }));
    }
    assert!(
        undone.tracks.iter().all(|track| track.clips.is_empty()),
        "back to the empty page"
    );
}

#[test]
fn a_torn_last_edit_is_dropped_with_a_notice_that_reaches_an_open_window() {
    let folder = tempfile::tempdir().expect("a folder");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let id = {
        let studio = TestHost::open(folder.path(), runtime.handle(), 1);
        let deck: Deck = call(
            &studio,
            "deck_create",
            json!({ "template": "plain-text", "title": "Mất điện" }),
        );
        deck.id
    };
    let log = folder
        .path()
        .join("kho/documents")
        .join(&id)
        .join("edits.log");
    let mut bytes = std::fs::read(&log).expect("a log");
    bytes.extend([9, 0, 0, 0, 1]); // as far as the writer got
    std::fs::write(&log, bytes).expect("written");

    let studio = TestHost::open(folder.path(), runtime.handle(), 1);
    let torn = || call::<Value>(&studio, "app_state", json!({}))["torn_documents"].clone();
    assert_eq!(torn(), json!([]), "nothing was opened yet");
    let mut events = studio.events().listen();
    let _: Value = call(&studio, "home", json!({}));
    assert_eq!(torn(), json!(["Mất điện"]));
    let told = std::iter::from_fn(|| events.try_recv().ok());
    assert!(
        told.into_iter()
            .any(|event| event == studio::wire::Event::Settings),
        "the window reads its state anew"
    );
    let edit = json!({ "type": "set-title", "title": "Có điện lại" });
    let deck: Deck = call(&studio, "deck_edit", json!({ "id": id, "edit": edit }));
    assert_eq!(deck.title, "Có điện lại");
}

#[test]
fn preview_and_checks_of_a_deck_read_each_picture_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let studio = TestHost::open(folder.path(), runtime.handle(), 1);
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/deck/picture/deck.json");
    let deck = studio.import_deck(&fixture).expect("a deck");
    let (id, slide, board) = (&deck.id, &deck.slides[0].id, &deck.boards[0].name);
    let preview = format!("slide/{id}/0/{slide}/0.png");
    studio.media(&preview, "").expect("a picture");
    // Whatever is read again from here on is missing.
    std::fs::remove_dir_all(folder.path().join("kho/objects")).expect("removed");
    studio.media(&preview, "").expect("a picture");
    let request = json!({ "id": id, "board": board });
    let report: CheckReport = call(&studio, "deck_check", request);
    let codes: Vec<&str> = report.findings.iter().map(|it| it.code.as_str()).collect();
    assert!(!codes.contains(&"image-missing"), "{codes:?}");
}

#[test]
fn the_usual_boards_can_be_added_to_a_deck_as_they_are() {
    let folder = tempfile::tempdir().expect("a folder");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let studio = TestHost::open(folder.path(), runtime.handle(), 1);
    let new = json!({ "template": "plain-text", "title": "Mưa" });
    let mut deck: Deck = call(&studio, "deck_create", new);
    let usual: Vec<Board> = call(&studio, "boards", json!({}));
    assert!(usual.len() >= 6);
    for board in &usual {
        if deck.boards.iter().any(|it| it.name == board.name) {
            continue;
        }
        let edit = json!({ "type": "add-board", "board": board });
        let request = json!({ "id": deck.id, "edit": edit });
        deck = call(&studio, "deck_edit", request);
        assert_eq!(deck.boards.last(), Some(board));
    }
}

#[test]
fn a_cancelled_package_is_taken_back_from_the_province() {
    let folder = tempfile::tempdir().expect("a folder");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let studio = TestHost::open(folder.path(), runtime.handle(), 20);
    let _province = real_province(&studio, &folder.path().join("tinh"), runtime.handle());
    let (id, _) = record(&studio);
    let item = archive(&studio, &id);
    set(&studio, "limit_kbps", json!(300));
    let request = json!({ "title": "Nhầm", "items": [item], "emergency": false, "approved_by": "Người duyệt", "send": true });
    let job: Job = call(&studio, "package_create", request);
    let JobResult::Sealed { package, .. } = finish(&studio, &job) else {
        panic!("not sealed")
    };
    let uploads = folder.path().join("tinh/uploads");
    let records = || {
        let entries = std::fs::read_dir(&uploads).into_iter().flatten();
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        names.filter(|name| name.ends_with(".json")).count()
    };
    let start = Instant::now();
    let state = || {
        call::<Packages>(&studio, "packages", json!({})).packages[0]
            .state
            .clone()
    };
    while state() != PackageState::Sending {
        assert!(start.elapsed() < PATIENCE, "nothing is sent");
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(records(), 1);
    let cancelled: Package = call(&studio, "package_cancel", json!({ "id": package }));
    assert_eq!(cancelled.id, package);
    while records() > 0 {
        assert!(start.elapsed() < PATIENCE, "the province keeps the half");
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(state(), PackageState::Sealed);
}

#[test]
fn a_receipt_verified_just_before_a_kill_is_kept_at_the_next_start() {
    let (first, second) = (tempfile::tempdir(), tempfile::tempdir());
    let (first, second) = (first.expect("a folder"), second.expect("a folder"));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let studio = TestHost::open(first.path(), runtime.handle(), 2);
    let (id, _) = record(&studio);
    let item = archive(&studio, &id);
    let request = json!({ "title": "Tin", "items": [item], "emergency": false, "approved_by": "Người duyệt", "send": false });
    let job: Job = call(&studio, "package_create", request);
    let JobResult::Sealed { package, .. } = finish(&studio, &job) else {
        panic!("not sealed")
    };
    drop(studio);
    let copied = std::process::Command::new("cp")
        .arg("-r")
        .args([first.path().join("kho"), second.path().join("kho")])
        .status();
    assert!(copied.expect("cp runs").success());

    // What the outbox holds once the receipt was verified, in a store that knows nothing of it yet.
    let studio = TestHost::open(first.path(), runtime.handle(), 2);
    let _province = real_province(&studio, &first.path().join("tinh"), runtime.handle());
    let _: Package = call(&studio, "package_send", json!({ "id": package }));
    receipted(&studio, &package);
    let outbox = std::fs::read_dir(first.path().join("kho/outbox")).expect("an outbox");
    for entry in outbox.filter_map(Result::ok) {
        let place = second.path().join("kho/outbox").join(entry.file_name());
        std::fs::copy(entry.path(), place).expect("copied");
    }
    let studio = TestHost::open(second.path(), runtime.handle(), 2);
    let shown: Value = call(&studio, "item", json!({ "id": item }));
    assert_eq!(shown["status"], "delivered");
}
