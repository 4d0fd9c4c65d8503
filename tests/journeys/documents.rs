//! Documents on a disk that forgets, fails or is cut off: what was acknowledged is there, what is
//! missing is said, and nothing is closed for good.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use studio::Studio;
use studio::wire::{Code, Deck, Document, Job, JobResult, JobState, Problem, RecoveredDocument};
use tests::host::TestHost;
use tests::programs::{ask as ask_loa, loa};

type App = Studio<TestHost>;

/// One test at a time: a process just being started holds the locks that this one has open, and
/// keeps them for a moment after they were let go of here.
static ALONE: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn ask<T: serde::de::DeserializeOwned>(
    studio: &App,
    name: &str,
    request: Value,
) -> Result<T, Problem> {
    let answer = studio.call(name, request)?;
    Ok(serde_json::from_value(answer).unwrap_or_else(|error| panic!("{name}: {error}")))
}

fn call<T: serde::de::DeserializeOwned>(studio: &App, name: &str, request: Value) -> T {
    ask(studio, name, request).unwrap_or_else(|problem| panic!("{name}: {problem:?}"))
}

/// The application on the store in a folder, until it is dropped.
fn with<T>(folder: &Path, work: impl FnOnce(&App) -> T) -> T {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    work(&TestHost::open(folder, runtime.handle(), 1))
}

fn new_deck(studio: &App) -> Deck {
    let request = json!({ "template": "plain-text", "title": "Lịch cắt điện" });
    call(studio, "deck_create", request)
}

/// An edit that the index knows nothing of: how long the first slide stays.
fn stay(studio: &App, deck: &Deck, seconds: u32) -> Result<Deck, Problem> {
    let slide = &deck.slides[0].id;
    let edit = json!({ "type": "set-duration", "slide": slide, "duration_ms": seconds * 1_000 });
    ask(studio, "deck_edit", json!({ "id": deck.id, "edit": edit }))
}

fn seconds(deck: &Deck) -> u32 {
    deck.slides[0].duration_ms / 1_000
}

fn documents_of(folder: &Path) -> PathBuf {
    folder.join("kho/documents")
}

fn log_of(folder: &Path, id: &str) -> PathBuf {
    documents_of(folder).join(id).join("edits.log")
}

fn flip(path: &Path, at: usize) -> Vec<u8> {
    let mut bytes = std::fs::read(path).expect("it is there");
    bytes[at] ^= 4;
    std::fs::write(path, &bytes).expect("written");
    bytes
}

/// What an audit says of documents: how many, and the damaged ones by id and whether they open.
fn audited(studio: &App) -> (u64, Vec<(String, bool)>) {
    let job: Job = call(studio, "audit", json!({}));
    let done = loop {
        let jobs: Vec<Job> = call(studio, "jobs", json!({}));
        let now = jobs.into_iter().find(|it| it.id == job.id).expect("listed");
        if now.state != JobState::Running {
            break now;
        }
        std::thread::yield_now();
    };
    let Some(JobResult::Audited(report)) = done.result else {
        panic!("{done:?}");
    };
    let faults = report.document_faults.into_iter();
    (
        report.documents,
        faults.map(|it| (it.id, it.opens)).collect(),
    )
}

#[test]
fn a_damaged_document_stays_in_the_list_and_comes_back_with_a_word_about_what_is_missing() {
    let _alone = alone();
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let deck = with(folder, |studio| {
        let deck = new_deck(studio);
        for number in 1..=40 {
            stay(studio, &deck, number + 1).expect("edited");
        }
        deck
    });
    let log = log_of(folder, &deck.id);
    let length = std::fs::read(&log).expect("there").len();
    let flipped = flip(&log, length / 2);
    with(folder, |studio| {
        let listed: Vec<Document> = call(studio, "documents", json!({ "kind": null }));
        assert_eq!(listed[0].title, "Lịch cắt điện");
        let said = listed[0].problem.as_ref().map(|problem| problem.code);
        assert_eq!(said, Some(Code::DocumentDamaged));
        let by_id = json!({ "id": deck.id });
        let refused = ask::<Deck>(studio, "deck", by_id.clone()).expect_err("damaged");
        assert_eq!(refused.code, Code::DocumentDamaged);
        assert_eq!(audited(studio), (1, vec![(deck.id.clone(), false)]));

        let recovered: RecoveredDocument = call(studio, "document_recover", by_id.clone());
        assert_eq!(recovered.title, "Lịch cắt điện");
        assert!((15..25).contains(&recovered.missing), "{recovered:?}");
        assert!(!recovered.may_miss_more);
        assert!(recovered.missing_until_ms > Some(recovered.kept_until_ms));
        assert_eq!(std::fs::read(&recovered.kept[0]).expect("kept"), flipped);
        let state: Value = call(studio, "app_state", json!({}));
        assert_eq!(state["recovered_documents"], json!([recovered]));

        // What is there is the document as it was after the last edit before the damage.
        let whole: Deck = call(studio, "deck", by_id.clone());
        assert_eq!(u64::from(seconds(&whole)), 41 - recovered.missing);
        assert_eq!(audited(studio), (1, vec![]));
        let listed: Vec<Document> = call(studio, "documents", json!({ "kind": null }));
        assert_eq!(listed[0].problem, None);
        stay(studio, &deck, 60).expect("it goes on");
        let undone: Deck = call(studio, "deck_undo", by_id);
        assert_eq!(undone.slides, whole.slides);
    });
}

#[test]
fn a_document_damaged_while_it_is_open_loses_nothing() {
    let _alone = alone();
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    with(folder, |studio| {
        let deck = new_deck(studio);
        for number in 1..=20 {
            stay(studio, &deck, number + 1).expect("edited");
        }
        flip(&log_of(folder, &deck.id), 200);
        assert_eq!(audited(studio).1, [(deck.id.clone(), false)]);
        let by_id = json!({ "id": deck.id });
        let recovered: RecoveredDocument = call(studio, "document_recover", by_id.clone());
        assert_eq!((recovered.missing, recovered.may_miss_more), (0, false));
        let mut now: Deck = call(studio, "deck", by_id.clone());
        assert_eq!(seconds(&now), 21);
        for _ in 0..20 {
            now = call(studio, "deck_undo", by_id.clone());
        }
        assert_eq!(now.slides, deck.slides, "back to the first state");
        assert_eq!(audited(studio).1, []);
    });
}

#[test]
fn the_terminal_names_damaged_documents_and_recovers_them() {
    let _alone = alone();
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let [sound, deck] = with(folder, |studio| {
        let both = [new_deck(studio), new_deck(studio)];
        for number in 1..=10 {
            stay(studio, &both[1], number + 1).expect("edited");
        }
        both
    });
    let log = log_of(folder, &deck.id);
    let flipped = flip(&log, std::fs::read(&log).expect("there").len() / 2);
    let store = folder.join("kho");
    let audit = |store: &Path| {
        let mut audit = loa(folder);
        audit
            .args(["archive", "audit", "--json", "--store"])
            .arg(store);
        let output = audit.output().expect("loa runs");
        let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
        (output.status.code(), report)
    };
    let (code, report) = audit(&store);
    assert_eq!((code, &report["documents"]), (Some(1), &json!(2)));
    assert_eq!(report["document_faults"][0]["id"], json!(deck.id));

    let store_text = store.to_str().expect("text");
    let recover = ["archive", "recover", "--store", store_text];
    let recovered: Vec<RecoveredDocument> =
        serde_json::from_value(ask_loa(folder, &recover)).expect("documents");
    assert_eq!(recovered.len(), 1, "{recovered:?}");
    assert!(recovered[0].missing > 0 && recovered[0].title == "Lịch cắt điện");
    assert_eq!(std::fs::read(&recovered[0].kept[0]).expect("kept"), flipped);
    assert_eq!(audit(&store).0, Some(0));
    assert_eq!(
        ask_loa(folder, &recover),
        json!([]),
        "nothing is damaged any more"
    );
    let by_id = ["archive", "recover", "--store", store_text, &sound.id];
    assert_eq!(ask_loa(folder, &by_id)[0]["missing"], 0);
}

#[test]
fn a_damaged_snapshot_of_an_open_document_is_named_kept_and_replaced() {
    let _alone = alone();
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    with(folder, |studio| {
        let deck = new_deck(studio);
        let snapshot = documents_of(folder)
            .join(&deck.id)
            .join("snapshot-0000000000000000");
        let flipped = flip(&snapshot, 100);
        assert_eq!(audited(studio).1, [(deck.id.clone(), true)]);
        let by_id = json!({ "id": deck.id });
        let recovered: RecoveredDocument = call(studio, "document_recover", by_id.clone());
        assert_eq!((recovered.missing, recovered.may_miss_more), (0, false));
        assert_eq!(std::fs::read(&recovered.kept[0]).expect("kept"), flipped);
        let now: Deck = call(studio, "deck", by_id);
        assert_eq!(now.slides, deck.slides);
        assert_eq!(audited(studio).1, []);
    });
}

#[test]
fn recovering_a_sound_document_or_none_changes_nothing() {
    let _alone = alone();
    let folder = tempfile::tempdir().expect("a folder");
    with(folder.path(), |studio| {
        let deck = new_deck(studio);
        stay(studio, &deck, 9).expect("edited");
        let before = std::fs::read(log_of(folder.path(), &deck.id)).expect("there");
        // A document that is open and sound stays open.
        let refused = ask::<RecoveredDocument>(
            studio,
            "document_recover",
            json!({ "id": "01J9ZC3V5M8Q2W4X6Y8Z0A1B2C" }),
        );
        assert_eq!(refused.expect_err("there is none").code, Code::NotFound);
        let by_id = json!({ "id": deck.id });
        let recovered: RecoveredDocument = call(studio, "document_recover", by_id);
        assert_eq!((recovered.missing, recovered.kept.len()), (0, 0));
        let after = std::fs::read(log_of(folder.path(), &deck.id)).expect("there");
        assert_eq!(after, before);
        let state: Value = call(studio, "app_state", json!({}));
        assert_eq!(state["recovered_documents"], json!([]));
    });
}

#[test]
#[ignore = "a child process of the tests below"]
fn child_edits_a_deck() {
    let Some(folder) = std::env::var_os("LOA_TEST_FOLDER").map(PathBuf::from) else {
        return;
    };
    let id = std::env::var("LOA_TEST_DECK").expect("a deck");
    with(&folder, |studio| {
        let deck: Deck = call(studio, "deck", json!({ "id": id }));
        for number in 1..=6 {
            match stay(studio, &deck, number + 10) {
                Ok(deck) => println!("kept {}", seconds(&deck)),
                Err(problem) => println!("refused {:?} {}", problem.code, problem.detail),
            }
        }
        let now: Deck = call(studio, "deck_undo", json!({ "id": id }));
        println!("undone to {}", seconds(&now));
    });
}

#[test]
#[ignore = "a child process of the tests below"]
fn child_begins_decks() {
    let Some(folder) = std::env::var_os("LOA_TEST_FOLDER").map(PathBuf::from) else {
        return;
    };
    with(&folder, |studio| {
        let deck = new_deck(studio);
        for number in 1..=4 {
            stay(studio, &deck, number).expect("edited");
        }
    });
}

fn has_strace() -> bool {
    let mut strace = Command::new("strace");
    strace.args(["-qq", "-o", "/dev/null", "true"]);
    let ended = strace.stdout(Stdio::null()).stderr(Stdio::null()).status();
    ended.is_ok_and(|status| status.success())
}

/// Runs one `#[ignore]`d test of this file under `strace` and returns what it says.
fn under_strace(test: &str, folder: &Path, deck: &str, strace: &[&str]) -> Vec<String> {
    let output = Command::new("strace")
        .args(["-f", "-qq", "-o", "/dev/null"])
        .args(strace)
        .arg(std::env::current_exe().expect("a test has a path"))
        .args(["--exact", test, "--ignored", "--nocapture"])
        .arg("--test-threads=1")
        .env("LOA_TEST_FOLDER", folder)
        .env("LOA_TEST_DECK", deck)
        .output()
        .expect("strace runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let is_ours = |line: &&str| {
        ["kept ", "refused ", "undone "]
            .iter()
            .any(|word| line.contains(word))
    };
    said.lines().filter(is_ours).map(str::to_owned).collect()
}

#[test]
fn an_edit_that_could_not_be_synced_is_refused_and_the_next_edit_and_undo_are_kept() {
    if !has_strace() {
        return;
    }
    let _alone = alone();
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let deck = with(folder, new_deck);
    let log = log_of(folder, &deck.id);
    let inject = [
        "-P",
        log.to_str().expect("text"),
        "-e",
        "inject=fdatasync:error=EIO:when=3",
    ];
    let said = under_strace("child_edits_a_deck", folder, &deck.id, &inject);
    assert_eq!(said.len(), 7, "{said:?}");
    assert!(said[2].contains("refused Io"), "{said:?}");
    assert!(
        said[2].contains("edits.log: Input/output error"),
        "{said:?}"
    );
    let kept: Vec<&str> = said
        .iter()
        .filter_map(|it| it.split_once("kept "))
        .map(|it| it.1)
        .collect();
    assert_eq!(kept, ["11", "12", "14", "15", "16"]);
    assert!(said[6].contains("undone to 15"), "{said:?}");
    with(folder, |studio| {
        let by_id = json!({ "id": deck.id });
        let mut now: Deck = call(studio, "deck", by_id.clone());
        // Exactly what was acknowledged, back to the first state.
        for expected in [15, 14, 12, 11] {
            assert_eq!(seconds(&now), expected);
            now = call(studio, "deck_undo", by_id.clone());
        }
        assert_eq!((now.undo, now.slides), (None, deck.slides));
    });
}

#[cfg(unix)]
#[test]
fn whatever_a_kill_leaves_of_documents_is_gone_after_the_next_start() {
    if !has_strace() {
        return;
    }
    let _alone = alone();
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    with(folder, |_| ());
    let mine = documents_of(folder).join(".new-mine-1");
    std::fs::create_dir(&mine).expect("made");
    std::fs::write(mine.join("a.jpg"), b"mine").expect("written");
    let mut littered = 0;
    let documents = documents_of(folder);
    for (call, times) in [("mkdir", 3), ("rename", 6), ("fsync", 14), ("fdatasync", 6)] {
        for k in 1..=times {
            let inject = format!("inject={call}:signal=KILL:when={k}");
            under_strace("child_begins_decks", folder, "", &["-e", &inject]);
            littered += litter(&documents).len() - 1;
            with(folder, |_| ());
            assert_eq!(
                litter(&documents),
                std::slice::from_ref(&mine),
                "{call} {k}"
            );
        }
    }
    assert!(littered > 0, "kills leave something to sweep");
}

/// What lies among the documents that is no document, nor a part of one.
fn litter(documents: &Path) -> Vec<PathBuf> {
    let entries = |folder: &Path| {
        let entries = std::fs::read_dir(folder).expect("there").flatten();
        entries.map(|entry| entry.path()).collect::<Vec<_>>()
    };
    let is_hidden = |path: &PathBuf| {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        name.starts_with('.') || name.starts_with("run-")
    };
    let folders = entries(documents);
    let inside = folders
        .iter()
        .filter(|it| !is_hidden(it))
        .flat_map(|it| entries(it));
    let inside: Vec<PathBuf> = inside.filter(is_hidden).collect();
    folders
        .iter()
        .filter(|it| is_hidden(it))
        .cloned()
        .chain(inside)
        .collect()
}
