//! Programs killed at seeded moments: whatever was promised holds.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use province::{Config, Running};
use serde_json::{Value, json};
use tests::dice::Dice;
use tests::programs::loa;
use tokio::runtime::Runtime;

/// Seeds of the sending journey, and how many run side by side.
const SEEDS: u64 = 100;
const LANES: usize = 4;

/// Kills before a run is left in peace to the end.
const KILLS_MAX: u64 = 4;

fn start(folder: &Path, address: Option<SocketAddr>, runtime: &Runtime) -> Running {
    let mut config = Config::new(folder);
    config.address = address.unwrap_or(config.address);
    for _ in 0..200 {
        match runtime.block_on(province::start(config.clone())) {
            Ok(running) => return running,
            // The port of the one just killed is given back a moment later.
            Err(_) => std::thread::sleep(Duration::from_millis(25)),
        }
    }
    panic!("the province does not start again on {:?}", config.address);
}

fn send(home: &Path, package: &Path, url: &str, trust: &Path) -> Child {
    loa(home)
        .args(["send", "--json", "--limit", "4000", "--to", url, "--trust"])
        .arg(trust)
        .arg(package)
        .spawn()
        .expect("loa starts")
}

/// One package, the sender and the province killed at moments drawn from `seed`.
fn one_delivery(seed: u64, runtime: &Runtime) {
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
    let mut running = start(&place, None, runtime);
    let (address, url) = (running.address(), running.url());
    let trust = home.join("province.pub");
    std::fs::write(&trust, running.public_key().to_text()).expect("written");

    for _ in 0..1 + dice.below(KILLS_MAX) {
        let mut sender = send(home, &package, &url, &trust);
        std::thread::sleep(Duration::from_millis(20 + dice.below(400)));
        if dice.below(2) == 0 {
            drop(running); // as a power cut would
            std::thread::sleep(Duration::from_millis(dice.below(60)));
            running = start(&place, Some(address), runtime);
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
    drop(running);
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
    let runtime = Runtime::new().expect("a runtime");
    let next = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for _ in 0..LANES {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= SEEDS {
                        return;
                    }
                    one_delivery(seed, &runtime);
                }
            });
        }
    });
}

/// `loa serve` and where it is reached.
struct Served {
    child: Child,
    base: String,
    token: String,
}

fn serve(home: &Path, pages: &Path) -> Served {
    let mut child = loa(home)
        .args(["serve", "--no-sound", "--store"])
        .arg(home.join("kho"))
        .arg("--ui")
        .arg(pages)
        .stdout(Stdio::piped())
        .spawn()
        .expect("loa starts");
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().expect("piped"))
        .read_line(&mut line)
        .expect("a line");
    let (base, token) = line
        .trim()
        .split_once("/?token=")
        .expect("an address with a token");
    Served {
        base: base.to_owned(),
        token: token.to_owned(),
        child,
    }
}

impl Served {
    /// One command over plain HTTP/1.0, so that the answer ends where the connection does.
    fn call(&self, name: &str, request: &Value) -> Option<Value> {
        let address = self.base.strip_prefix("http://")?;
        let body = request.to_string();
        let head = format!(
            "POST /rpc/{name} HTTP/1.0\r\nhost: {address}\r\nx-loa-token: {}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n",
            self.token,
            body.len()
        );
        let mut line = TcpStream::connect(address).ok()?;
        line.write_all(head.as_bytes()).ok()?;
        line.write_all(body.as_bytes()).ok()?;
        let mut answer = String::new();
        line.read_to_string(&mut answer).ok()?;
        let (_, body) = answer.split_once("\r\n\r\n")?;
        serde_json::from_str(body).ok()
    }
}

#[test]
fn a_window_killed_amid_edits_loses_none_that_was_acknowledged() {
    let folder = tempfile::tempdir().expect("a folder");
    let pages = folder.path().join("ui");
    std::fs::create_dir_all(&pages).expect("made");
    std::fs::write(pages.join("index.html"), "<!doctype html>").expect("written");
    let mut dice = Dice::new(7);
    let mut served = serve(folder.path(), &pages);
    let made = served.call(
        "deck_create",
        &json!({ "template": "plain-text", "title": "0" }),
    );
    let id = made.expect("made")["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let mut acknowledged = 0u64;
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
        loop {
            let title = (acknowledged + 1).to_string();
            let edit = json!({ "id": id, "edit": { "type": "set-title", "title": title } });
            match served.call("deck_edit", &edit) {
                Some(deck) if deck["title"] == title.as_str() => acknowledged += 1,
                _ => break,
            }
        }
        assert!(killer.join().expect("it runs"));
        served.child.wait().expect("it ends");
        served = serve(folder.path(), &pages);
        let deck = served.call("deck", &json!({ "id": id })).expect("it opens");
        let title: u64 = deck["title"]
            .as_str()
            .expect("a title")
            .parse()
            .expect("a number");
        // One edit may have been kept whose answer never arrived.
        assert!(
            title == acknowledged || title == acknowledged + 1,
            "round {round}: {title} of {acknowledged}"
        );
        acknowledged = title;
    }
    assert!(acknowledged > 20, "only {acknowledged} edits were tried");
    served.child.kill().expect("it runs");
    served.child.wait().expect("it ends");
}
