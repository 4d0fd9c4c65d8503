//! Practice is never delivery: what the training province receives and signs counts for nothing, and a
//! real destination is what it was, whatever is practised.

use std::path::Path;
use std::time::{Duration, Instant};

use archive::{Archive, Status};
use province::{Config, Running};
use serde_json::{Value, json};
use studio::Studio;
use studio::wire::{Code, Deck, Job, JobResult, JobState, Package, PackageState, Packages};
use tempfile::TempDir;
use tests::host::{TestHost, real_province, set};
use tests::programs::{ask, loa};
use tokio::runtime::Runtime;

const PATIENCE: Duration = Duration::from_secs(60);

/// A desk with one item and one sealed package.
struct Desk {
    folder: TempDir,
    runtime: Runtime,
    studio: Option<Studio<TestHost>>,
    item: String,
    package: String,
}

impl Desk {
    /// One whose store is not there yet.
    fn empty() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a folder"),
            runtime: Runtime::new().expect("a runtime"),
            studio: None,
            item: String::new(),
            package: String::new(),
        }
    }

    fn new() -> Self {
        let mut desk = Self::empty();
        desk.open_again();
        let new = json!({ "template": "plain-text", "title": "Cấp nước" });
        let deck: Deck = desk.call("deck_create", new);
        let put =
            json!({ "id": deck.id, "body": "", "tags": [], "people": [], "status": "approved" });
        let JobResult::Archived { item } = desk.finish("document_archive", put) else {
            panic!("not archived")
        };
        let request = json!({ "title": "Cấp nước", "items": [item], "emergency": false, "approved_by": "Người duyệt", "send": false });
        let JobResult::Sealed { package, .. } = desk.finish("package_create", request) else {
            panic!("not sealed")
        };
        (desk.item, desk.package) = (item, package);
        desk
    }

    fn studio(&self) -> &Studio<TestHost> {
        self.studio.as_ref().expect("it is open")
    }

    fn call<T: serde::de::DeserializeOwned>(&self, name: &str, request: Value) -> T {
        let answer = self.studio().call(name, request);
        let answer = answer.unwrap_or_else(|problem| panic!("{name}: {problem:?}"));
        serde_json::from_value(answer).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn finish(&self, name: &str, request: Value) -> JobResult {
        let begun: Job = self.call(name, request);
        let start = Instant::now();
        loop {
            let jobs: Vec<Job> = self.call("jobs", json!({}));
            let now = jobs.into_iter().find(|it| it.id == begun.id);
            let now = now.expect("the job is listed");
            match now.state {
                JobState::Done => return now.result.expect("a result"),
                JobState::Running => assert!(start.elapsed() < PATIENCE, "{now:?}"),
                _ => panic!("{now:?}"),
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn open_again(&mut self) {
        self.studio = None;
        let studio = TestHost::open(self.folder.path(), self.runtime.handle(), 1);
        self.studio = Some(studio);
    }

    fn practise(&self) {
        let _: Value = self.call("sandbox_start", json!({}));
    }

    fn send(&self) {
        let request = json!({ "id": self.package, "destination": null });
        let _: Package = self.call("package_send", request);
    }

    /// Waits until the package is as `wanted`.
    fn until(&self, wanted: impl Fn(&Package) -> bool) -> Package {
        let start = Instant::now();
        loop {
            let all: Packages = self.call("packages", json!({}));
            let package = all.packages.into_iter().find(|it| it.id == self.package);
            let package = package.expect("it is listed");
            if wanted(&package) {
                return package;
            }
            assert!(start.elapsed() < PATIENCE, "{package:?}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn practised(&self) -> Package {
        self.until(|package| {
            let mut practice = package.deliveries.iter().filter(|it| it.practice);
            practice.any(|it| it.state == PackageState::Receipted)
        })
    }

    /// A province that counts, in a folder of its own.
    fn province(&self, folder: &str) -> Running {
        let config = Config::new(self.folder.path().join(folder));
        let started = self.runtime.block_on(province::start(config));
        started.expect("a port and a folder")
    }

    /// One that signs with the key of the province in `training`.
    fn province_with_key_of(&self, training: &Path) -> Running {
        self.runtime.block_on(self.province("khac").stop());
        let key = self.folder.path().join("khac/key");
        std::fs::copy(training.join("key"), key).expect("copied");
        self.province("khac")
    }

    fn settings(&self) -> Value {
        self.call::<Value>("app_state", json!({}))["settings"].take()
    }

    fn status(&self) -> Value {
        self.call::<Value>("item", json!({ "id": self.item }))["status"].take()
    }

    /// The receipt is kept with the item a moment after it was checked.
    fn until_delivered(&self) {
        let start = Instant::now();
        while self.status() != "delivered" {
            assert!(start.elapsed() < PATIENCE, "{}", self.status());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn store(&self) -> std::path::PathBuf {
        self.folder.path().join("kho")
    }
}

fn waits_for(package: &Package, wanted: &str) -> bool {
    matches!(&package.state, PackageState::Waiting { reason, .. } if reason == wanted)
}

#[test]
fn starting_the_training_province_leaves_a_real_destination_as_it_is_also_without_its_key() {
    let desk = Desk::new();
    set(desk.studio(), "destination", "https://tinh.example".into());
    desk.practise();
    let settings = desk.settings();
    assert_eq!(settings["destination"], "https://tinh.example");
    assert_eq!(settings["practice"], false, "nobody chose to practise");

    set(desk.studio(), "practice", true.into());
    desk.send();
    let practised = desk.practised();
    assert_eq!(practised.deliveries.len(), 1, "{practised:?}");
    let _: Value = desk.call("sandbox_stop", json!({}));
    let settings = desk.settings();
    assert_eq!(settings["destination"], "https://tinh.example");
    assert_eq!(settings["practice"], false, "the real one is back");
}

#[test]
fn where_there_is_no_destination_starting_the_training_province_begins_practice() {
    let desk = Desk::new();
    desk.practise();
    let settings = desk.settings();
    assert_eq!(
        (&settings["destination"], &settings["practice"]),
        (&json!(""), &json!(true))
    );
}

#[test]
fn a_practised_package_is_not_delivered_and_the_real_job_stands_for_itself() {
    let desk = Desk::new();
    // A destination that does not answer: its job waits.
    set(desk.studio(), "destination", "http://127.0.0.1:1".into());
    desk.send();
    desk.until(|package| waits_for(package, "line"));
    desk.practise();
    set(desk.studio(), "practice", true.into());
    desk.send();
    let practised = desk.practised();
    assert!(waits_for(&practised, "line"), "{practised:?}");
    let by_practice: Vec<bool> = practised.deliveries.iter().map(|it| it.practice).collect();
    assert_eq!(by_practice, [false, true]);
    let authority = practised.deliveries[1]
        .receipt
        .as_ref()
        .map(|it| it.authority.clone());
    assert!(authority.is_some_and(|name| name.contains("TẬP")));

    let _province = real_province(
        desk.studio(),
        &desk.folder.path().join("tinh"),
        desk.runtime.handle(),
    );
    let home: Value = desk.call("home", json!({}));
    assert_eq!(
        home["statuses"],
        json!([{ "status": "approved", "count": 1 }])
    );
    assert_eq!(desk.status(), "approved");
    let kept = Archive::open(&desk.store()).and_then(|archive| archive.receipts(None));
    assert_eq!(kept.expect("readable"), [], "no receipt of an item");

    set(desk.studio(), "practice", false.into());
    desk.send();
    let delivered = desk.until(|package| package.state == PackageState::Receipted);
    assert!(!delivered.deliveries[0].practice, "{delivered:?}");
    desk.until_delivered();
}

#[test]
fn a_receipt_signed_by_the_training_key_counts_at_no_other_destination() {
    let desk = Desk::new();
    desk.practise();
    let _: Value = desk.call("sandbox_stop", json!({}));
    let province = desk.province_with_key_of(&desk.folder.path().join("province"));
    set(desk.studio(), "destination", province.upload_url().into());
    let key = province.public_key().to_text();
    let mut settings = desk.settings();
    settings["destination_key"] = key.into();
    let refused = desk
        .studio()
        .call("settings_set", settings)
        .expect_err("the training key");
    assert_eq!(refused.code, Code::WrongSignature);

    let other = package::SigningKey::generate([7; 32]).public().to_text();
    set(desk.studio(), "destination_key", other.into());
    desk.send();
    let package = desk.until(|package| waits_for(package, "receipt-unknown-key"));
    assert!(package.deliveries[0].receipt.is_none());
    assert_eq!(desk.status(), "approved");
}

#[test]
fn without_a_pinned_key_a_package_waits_for_one_and_is_delivered_once_it_is_there() {
    let desk = Desk::new();
    let province = desk.province("tinh");
    set(desk.studio(), "destination", province.upload_url().into());
    desk.send();
    desk.until(|package| waits_for(package, "no-key"));
    assert_eq!(desk.status(), "approved");
    let key = province.public_key().to_text();
    set(desk.studio(), "destination_key", key.into());
    desk.until(|package| package.state == PackageState::Receipted);
}

#[test]
fn what_is_on_its_way_to_an_earlier_destination_is_judged_by_the_key_of_that_one() {
    let desk = Desk::new();
    let earlier = real_province(
        desk.studio(),
        &desk.folder.path().join("a"),
        desk.runtime.handle(),
    );
    earlier.add_faults(province::Script::cuts(&[1_000]));
    desk.send();
    let later = real_province(
        desk.studio(),
        &desk.folder.path().join("b"),
        desk.runtime.handle(),
    );
    let package = desk.until(|package| package.state == PackageState::Receipted);
    assert_eq!(package.deliveries[0].destination, earlier.upload_url());
    assert_ne!(later.upload_url(), earlier.upload_url());
}

#[test]
fn the_terminal_calls_practice_practice_and_takes_the_training_key_for_no_other_destination() {
    let mut desk = Desk::new();
    desk.studio = None;
    let folder = desk.store().join("training-province");
    let config = Config::training(&folder);
    let training = desk.runtime.block_on(province::start(config));
    let training = training.expect("a port and a folder");
    let port = training.address().port().to_string();
    std::fs::write(folder.join("port"), port).expect("written");
    let tar = desk.store().join(format!("packages/{}.tar", desk.package));
    let tar = tar.to_str().expect("UTF-8");
    let home = desk.folder.path();
    let sent = ask(home, &["send", tar, "--to", &training.url()]);
    assert_eq!(
        (&sent["state"], &sent["practice"]),
        (&json!("receipted"), &json!(true))
    );

    // Elsewhere its key is nobody's, shown at the first sending or handed in.
    let other = desk.province_with_key_of(&folder);
    let key = home.join("tap.pub");
    std::fs::write(&key, training.public_key().to_text()).expect("written");
    let handed_in = ["--trust", key.to_str().expect("UTF-8")];
    for trust in [&[][..], &handed_in] {
        let mut run = loa(home);
        run.args(["send", tar, "--to", &other.url()]).args(trust);
        let output = run.output().expect("loa runs");
        assert!(!output.status.success(), "{output:?}");
    }
    // The key pinned in the settings of the store is asked, not the place itself.
    let real = desk.province("that");
    desk.open_again();
    set(desk.studio(), "destination", real.url().into());
    set(
        desk.studio(),
        "destination_key",
        real.public_key().to_text().into(),
    );
    desk.studio = None;
    let sent = ask(desk.folder.path(), &["send", tar, "--to", &real.url()]);
    assert_eq!(
        (&sent["state"], &sent["practice"]),
        (&json!("receipted"), &json!(false))
    );
    let outbox = std::fs::read_dir(desk.store().join("outbox")).expect("the store's own");
    let names = outbox.map(|entry| entry.expect("readable").file_name());
    assert!(
        names
            .into_iter()
            .all(|name| !name.to_string_lossy().ends_with(".pub"))
    );
}

/// Copies a folder with all that is in it.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("made");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("readable");
        let place = to.join(entry.file_name());
        match entry.file_type().expect("known").is_dir() {
            true => copy(&entry.path(), &place),
            false => drop(std::fs::copy(entry.path(), place).expect("copied")),
        }
    }
}

/// The store that the first version left: it had practised, with the training province as its
/// destination, kept the receipt and called the items delivered.
#[test]
fn what_an_earlier_version_made_of_practice_is_taken_back_once() {
    let mut desk = Desk::empty();
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/stores/v0.1");
    copy(&fixture, &desk.store());
    let training = desk.folder.path().join("province");
    copy(&fixture.join("training-province"), &training);
    let before = Archive::open(&desk.store()).expect("it opens");
    let packages = before.packages().expect("readable");
    let (item, package) = (packages[0].items[0], packages[0].id.to_string());
    let status = before
        .item(item)
        .expect("readable")
        .expect("there")
        .metadata
        .status;
    assert_eq!(status, Status::Delivered, "as the first version left it");
    let settings = std::fs::read(desk.store().join("settings.json")).expect("readable");
    let settings: Value = serde_json::from_slice(&settings).expect("JSON");
    let address = settings["destination"].as_str().expect("an address");
    std::fs::write(training.join("address"), address).expect("written");
    drop(before);
    (desk.item, desk.package) = (item.to_string(), package);

    desk.open_again();
    let package = desk.practised();
    assert_eq!(package.state, PackageState::Sealed, "{package:?}");
    assert_eq!(
        desk.status(),
        "review",
        "a person says again where it stands"
    );
    let settings = desk.settings();
    assert_eq!(
        (&settings["destination"], &settings["practice"]),
        (&json!(""), &json!(true))
    );

    // Now it is really sent, and stays delivered at every later start.
    let place = desk.folder.path().join("tinh");
    let _province = real_province(desk.studio(), &place, desk.runtime.handle());
    set(desk.studio(), "practice", false.into());
    desk.send();
    desk.until(|package| package.state == PackageState::Receipted);
    desk.until_delivered();
    desk.open_again();
    assert_eq!(desk.status(), "delivered");
}
