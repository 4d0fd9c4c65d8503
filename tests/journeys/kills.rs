//! Programs killed at seeded moments: whatever was promised holds.

use std::path::Path;
use std::process::Child;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tests::dice::Dice;
use tests::programs::loa;
use tests::servers::{Province, Served};

/// Seeds of the sending journey, and how many run side by side.
const SEEDS: u64 = 100;
const LANES: usize = 4;

/// Kills before a run is left in peace to the end.
const KILLS_MAX: u64 = 4;

fn send(home: &Path, package: &Path, url: &str, trust: &Path) -> Child {
    loa(home)
        .args(["send", "--json", "--limit", "4000", "--to", url, "--trust"])
        .arg(trust)
        .arg(package)
        .spawn()
        .expect("loa starts")
}

/// One package, the sender and the province killed at moments drawn from `seed`.
fn one_delivery(seed: u64) {
    let mut dice = Dice::new(seed);
    let folder = tempfile::tempdir().expect("a folder");
    let home = folder.path();
    let content = home.join("ban-tin.bin");
    std::fs::write(&content, dice.bytes(1_200_000)).expect("written");
    let package = home.join("goi.tar");
    let key = home.join("desk.key");
    let sealed = loa(home)
        .args(["package", "seal", "--json", "--out"])
        .arg(&package)
        .arg("--key")
        .arg(&key)
        .arg(&content)
        .output()
        .expect("loa runs");
    let sealed: Value = serde_json::from_slice(&sealed.stdout).expect("loa package seal answers");

    let place = home.join("province");
    let mut province = Province::start(home, &place, 0);
    let (port, url) = (province.port(), province.url.clone());
    let trust = home.join("province.pub");
    std::fs::write(&trust, &province.public_key).expect("written");

    for _ in 0..1 + dice.below(KILLS_MAX) {
        let mut sender = send(home, &package, &url, &trust);
        std::thread::sleep(Duration::from_millis(20 + dice.below(400)));
        let falls = dice.below(3);
        if falls > 0 {
            province.kill();
            std::thread::sleep(Duration::from_millis(dice.below(60)));
            province = Province::start(home, &place, port);
        }
        if falls > 1 {
            // Only the province fell, and the sender has a while to come through by itself.
            std::thread::sleep(Duration::from_millis(dice.below(300)));
        }
        sender.kill().ok(); // it may have ended already
        sender.wait().expect("it ends");
    }
    let last = send(home, &package, &url, &trust)
        .wait_with_output()
        .expect("it ends");
    let last: Value = serde_json::from_slice(&last.stdout)
        .unwrap_or_else(|error| panic!("seed {seed}: {error}: {last:?}"));
    assert_eq!(last["state"], "receipted", "seed {seed}: {last}");
    assert_eq!(
        last["receipt"]["receipt"]["digest"], sealed["digest"],
        "seed {seed}"
    );
    let again = send(home, &package, &url, &trust)
        .wait_with_output()
        .expect("it ends");
    let again: Value = serde_json::from_slice(&again.stdout).expect("an answer");
    assert_eq!(
        again["receipt"], last["receipt"],
        "seed {seed}: the same receipt, not another"
    );
    assert_eq!(province.public_key, key_of(&trust), "seed {seed}: its key");
    drop(province);
    let digest = sealed["digest"].as_str().expect("a digest");
    for (folder, ending) in [("packages", ".tar"), ("receipts", ".json")] {
        let (all, own) = (ending.to_owned(), format!("{digest}{ending}"));
        for name in [own, all] {
            assert_eq!(
                files_with(&place.join(folder), &name),
                1,
                "seed {seed}: {folder}/*{name}"
            );
        }
    }
}

fn key_of(trust: &Path) -> String {
    std::fs::read_to_string(trust).expect("written")
}

/// Files below `folder` whose name holds `part`.
fn files_with(folder: &Path, part: &str) -> usize {
    let entries = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(Result::ok);
    entries
        .filter(|entry| entry.file_name().to_string_lossy().contains(part))
        .count()
}

#[test]
fn a_hundred_deliveries_killed_anywhere_end_in_one_copy_and_one_receipt_each() {
    let next = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for _ in 0..LANES {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= SEEDS {
                        return;
                    }
                    one_delivery(seed);
                }
            });
        }
    });
}

#[test]
fn a_window_killed_amid_edits_loses_none_that_was_acknowledged() {
    let folder = tempfile::tempdir().expect("a folder");
    let pages = folder.path().join("ui");
    std::fs::create_dir_all(&pages).expect("made");
    std::fs::write(pages.join("index.html"), "<!doctype html>").expect("written");
    let mut dice = Dice::new(7);
    let mut served = Served::start(folder.path(), &pages);
    let made = served.call(
        "deck_create",
        &json!({ "template": "plain-text", "title": "0" }),
    );
    let id = made.expect("made")["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    // The titles that undo leads back to, the one that stands, and those that redo leads on to.
    let mut known = History {
        done: vec![],
        title: "0".to_owned(),
        undone: vec![],
    };
    let (mut next, mut acknowledged) = (1u64, 0);
    for round in 0..12 {
        let killer = {
            let pid = served.child.id();
            let wait = Duration::from_millis(30 + dice.below(300));
            std::thread::spawn(move || {
                std::thread::sleep(wait);
                std::process::Command::new("kill")
                    .args(["-9", &pid.to_string()])
                    .status()
                    .is_ok()
            })
        };
        let mut under_way;
        loop {
            let (command, request);
            (under_way, command, request) = match dice.below(4) {
                0 if !known.done.is_empty() => (known.undo(), "deck_undo", json!({ "id": id })),
                1 if !known.undone.is_empty() => (known.redo(), "deck_redo", json!({ "id": id })),
                _ => {
                    let title = next.to_string();
                    next += 1;
                    let edit = json!({ "type": "set-title", "title": title });
                    let request = json!({ "id": id, "edit": edit });
                    (known.set(&title), "deck_edit", request)
                }
            };
            match served.call(command, &request) {
                Some(deck) if deck["title"] == under_way.title.as_str() => {
                    known = under_way.clone();
                    acknowledged += 1;
                }
                _ => break,
            }
        }
        assert!(killer.join().expect("it runs"));
        served.child.wait().expect("it ends");
        served = Served::start(folder.path(), &pages);
        let deck = served.call("deck", &json!({ "id": id })).expect("it opens");
        // What was under way may have been kept though its answer never arrived.
        if known.title != deck["title"] {
            known = under_way;
        }
        assert_eq!(known.title, deck["title"], "round {round}");
        assert_eq!(
            known.done.is_empty(),
            deck["undo"].is_null(),
            "round {round}"
        );
        assert_eq!(
            known.undone.is_empty(),
            deck["redo"].is_null(),
            "round {round}"
        );
    }
    assert!(acknowledged > 20, "only {acknowledged} edits were tried");
    while let Some(before) = known.done.pop() {
        let deck = served.call("deck_undo", &json!({ "id": id }));
        assert_eq!(deck.expect("undone")["title"], before.as_str());
    }
    served.child.kill().expect("it runs");
    served.child.wait().expect("it ends");
}

/// What undo and redo have to lead to.
#[derive(Clone)]
struct History {
    done: Vec<String>,
    title: String,
    undone: Vec<String>,
}

impl History {
    fn set(&self, title: &str) -> Self {
        let mut after = self.clone();
        after.done.push(self.title.clone());
        after.title = title.to_owned();
        after.undone.clear();
        after
    }

    fn undo(&self) -> Self {
        let mut after = self.clone();
        after.title = after.done.pop().expect("something to undo");
        after.undone.push(self.title.clone());
        after
    }

    fn redo(&self) -> Self {
        let mut after = self.clone();
        after.title = after.undone.pop().expect("something to redo");
        after.done.push(self.title.clone());
        after
    }
}
