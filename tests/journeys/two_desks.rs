//! Two desks with one package, both at one province, both killed at seeded moments: each ends with the
//! same receipt, and the province with one copy.

use std::path::{Path, PathBuf};
use std::process::Child;
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

fn one_package_from_two_desks(seed: u64) {
    let mut dice = Dice::new(seed);
    let folder = tempfile::tempdir().expect("a folder");
    let home = folder.path();
    let content = home.join("ban-tin.bin");
    std::fs::write(&content, dice.bytes(2_000_000)).expect("written");
    let (package, key) = (home.join("goi.tar"), home.join("desk.key"));
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
            end["receipt"]["receipt"]["digest"], sealed["digest"],
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
