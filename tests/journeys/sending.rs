//! Sending as several programs see it: two desks with one package, an outbox that was damaged, two
//! provinces with one folder.

use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::Duration;

use serde_json::Value;
use tests::dice::Dice;
use tests::programs::loa;
use tests::servers::Province;

/// Seeds of a run; `LOA_SEEDS` for a longer one.
const SEEDS: u64 = 24;

/// Kills before both are left in peace to the end.
const KILLS_MAX: u64 = 6;

struct Desk {
    home: PathBuf,
    sending: Option<Child>,
}

impl Desk {
    fn new(folder: &Path, name: &str) -> Self {
        let home = folder.join(name);
        std::fs::create_dir(&home).expect("made");
        Self {
            home,
            sending: None,
        }
    }

    /// Begins to send, or goes on, where it is not at it.
    fn send(&mut self, package: &Path, url: &str, trust: &Path) {
        let sending = || {
            loa(&self.home)
                .args(["send", "--json", "--limit", "3000", "--to", url, "--trust"])
                .arg(trust)
                .arg(package)
                .spawn()
                .expect("loa starts")
        };
        self.sending.get_or_insert_with(sending);
    }

    fn kill(&mut self) {
        if let Some(mut sending) = self.sending.take() {
            sending.kill().ok(); // it may have ended already
            sending.wait().expect("it ends");
        }
    }

    fn end(&mut self) -> Value {
        let sending = self.sending.take().expect("it sends");
        let output = sending.wait_with_output().expect("it ends");
        serde_json::from_slice(&output.stdout).expect("an answer")
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A sealed package of `content`, and its digest.
fn sealed(home: &Path, content: &[u8]) -> (PathBuf, String) {
    let file = home.join("ban-tin.bin");
    std::fs::write(&file, content).expect("written");
    let package = home.join("goi.tar");
    let output = loa(home)
        .args(["package", "seal", "--json", "--out"])
        .arg(&package)
        .arg("--key")
        .arg(home.join("desk.key"))
        .arg(&file)
        .output()
        .expect("loa runs");
    let said: Value = serde_json::from_slice(&output.stdout).expect("loa package seal answers");
    let digest = said["digest"].as_str().expect("a digest").to_owned();
    (package, digest)
}

fn one_package_from_two_desks(seed: u64) {
    let mut dice = Dice::new(seed);
    let folder = tempfile::tempdir().expect("a folder");
    let home = folder.path();
    let (package, digest) = sealed(home, &dice.bytes(2_000_000));
    let place = home.join("province");
    let mut province = Province::start(home, &place, 0);
    let (port, url) = (province.port(), province.url.clone());
    let trust = home.join("province.pub");
    std::fs::write(&trust, &province.public_key).expect("written");

    let mut desks = [Desk::new(home, "one"), Desk::new(home, "two")];
    for _ in 0..dice.below(KILLS_MAX) {
        for desk in &mut desks {
            desk.send(&package, &url, &trust);
            std::thread::sleep(Duration::from_millis(dice.below(300)));
        }
        match dice.below(3) {
            0 => {
                province.kill();
                province = Province::start(home, &place, port);
            }
            number => desks[number as usize - 1].kill(),
        }
    }
    for desk in &mut desks {
        desk.send(&package, &url, &trust);
    }
    let ends = desks.each_mut().map(Desk::end);
    for end in &ends {
        assert_eq!(end["state"], "receipted", "seed {seed}: {end}");
        assert_eq!(
            end["receipt"]["receipt"]["digest"],
            digest.as_str(),
            "seed {seed}"
        );
    }
    assert_eq!(ends[0]["receipt"], ends[1]["receipt"], "seed {seed}");
    drop(province);
    for (part, ending) in [("packages", "tar"), ("receipts", "json")] {
        let entries = std::fs::read_dir(place.join(part)).expect("it is there");
        let kept = entries.filter_map(Result::ok).map(|entry| entry.path());
        let kept = kept.filter(|path| path.extension().is_some_and(|it| it == ending));
        assert_eq!(kept.count(), 1, "seed {seed}: {part}");
    }
}

#[test]
fn two_desks_with_one_package_killed_anywhere_both_end_with_the_same_receipt() {
    let seeds = std::env::var("LOA_SEEDS")
        .ok()
        .and_then(|text| text.parse().ok());
    for seed in 0..seeds.unwrap_or(SEEDS) {
        one_package_from_two_desks(seed);
    }
}

#[test]
fn a_damaged_record_of_sending_is_kept_aside_and_said_and_the_package_is_sent_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let home = folder.path();
    let (package, digest) = sealed(home, b"Xin ch\xc3\xa0o");
    let province = Province::start(home, &home.join("province"), 0);
    let outbox = home.join("outbox");
    let send = || {
        let output = loa(home)
            .args(["send", "--json", "--to", &province.url, "--state"])
            .args([&outbox, &package])
            .stderr(Stdio::piped())
            .output()
            .expect("loa runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let answer: Value = serde_json::from_slice(&output.stdout).expect("an answer");
        (answer, said)
    };
    let (first, _) = send();
    assert_eq!(first["state"], "receipted", "{first}");
    let entries = std::fs::read_dir(&outbox).expect("it is there").flatten();
    let mut records = entries.map(|entry| entry.path());
    let record = records.find(|path| path.extension().is_some_and(|it| it == "json"));
    let record = record.expect("a record");
    std::fs::write(&record, b"{ damaged").expect("written");

    let (again, said) = send();
    assert_eq!(again["receipt"], first["receipt"]);
    assert!(
        said.contains("was damaged") && said.contains(&digest),
        "{said}"
    );
    let kept = std::fs::read(record.with_extension("unreadable")).expect("it is kept");
    assert_eq!(kept, b"{ damaged");
    assert!(!send().1.contains("was damaged"));
}

#[test]
fn a_second_province_on_a_folder_and_one_on_a_foreign_folder_are_told_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let home = folder.path();
    let place = home.join("province");
    let first = Province::start(home, &place, 0);
    let start = |place: &Path| {
        let output = loa(home)
            .args(["province", "--dir"])
            .arg(place)
            .stderr(Stdio::piped())
            .output()
            .expect("loa runs");
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let said = start(&place);
    assert!(
        said.contains("Another sandbox province is using this folder"),
        "{said}"
    );
    drop(first);
    let said = start(home);
    assert!(said.contains("Choose an empty one"), "{said}");
}
