//! `loa serve` among other programs of the machine, some of them hostile.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails here")]
#![allow(
    dead_code,
    reason = "each test of this folder uses its part of `common`"
)]

mod common;

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command};

use common::{PATIENCE, loa, loa_by, run, text, until};

const SERVE: [&str; 7] = [
    "serve",
    "--json",
    "--no-sound",
    "--store",
    "kho",
    "--ui",
    "ui",
];

/// A server at work; killed when dropped.
struct Served {
    child: Child,
    address: String,
    token: String,
}

impl Served {
    fn in_home(home: &Path) -> Self {
        Self::by(loa(home, "C"), home)
    }

    fn by(mut command: Command, home: &Path) -> Self {
        fs::create_dir_all(home.join("ui")).unwrap();
        fs::write(home.join("ui/index.html"), "<!doctype html>").unwrap();
        let mut child = command.args(SERVE).spawn().unwrap();
        let mut said = String::new();
        for line in BufReader::new(child.stdout.as_mut().unwrap()).lines() {
            said.push_str(&line.unwrap());
            if said.ends_with('}') {
                break;
            }
        }
        let said: serde_json::Value = serde_json::from_str(&said).unwrap();
        let url = said["url"].as_str().unwrap();
        let address = url.strip_prefix("http://").unwrap().split('/').next();
        Self {
            child,
            address: address.unwrap().to_owned(),
            token: said["token"].as_str().unwrap().to_owned(),
        }
    }

    fn connect(&self) -> TcpStream {
        let line = TcpStream::connect(&self.address).unwrap();
        line.set_read_timeout(Some(PATIENCE)).unwrap();
        line
    }

    /// Sends a request with whatever heads, and gives all that is answered. A line that is closed
    /// while we still send is an answer as well.
    fn ask(&self, first: &str, heads: &str, body: &[u8]) -> String {
        let mut line = self.connect();
        let length = body.len();
        let head = format!(
            "{first} HTTP/1.1\r\n{heads}Connection: close\r\nContent-Length: {length}\r\n\r\n"
        );
        // At once, so that a short body is there when the head is judged.
        let sent = line.write_all(&[head.as_bytes(), body].concat());
        let mut answer = Vec::new();
        let read = line.read_to_end(&mut answer);
        assert!(sent.is_err() || read.is_ok(), "{read:?}");
        text(&answer)
    }

    fn host(&self) -> String {
        format!("Host: {}\r\n", self.address)
    }

    /// Calls a command as its owner.
    fn call(&self, name: &str, request: &[u8]) -> String {
        let heads = format!("{}X-Loa-Token: {}\r\n", self.host(), self.token);
        self.ask(&format!("POST /rpc/{name}"), &heads, request)
    }

    /// Most memory it ever had, in KiB.
    fn peak_kib(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let digits = peak.unwrap().trim().trim_end_matches(" kB");
        digits.parse().unwrap()
    }

    fn open_files(&self) -> usize {
        let files = fs::read_dir(format!("/proc/{}/fd", self.child.id()));
        files.unwrap().count()
    }

    fn is_well(&self) -> bool {
        self.call("app_state", b"{}").starts_with("HTTP/1.1 200")
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

#[test]
fn a_body_without_the_token_costs_no_memory_and_a_hostile_one_of_the_owner_little() {
    let home = tempfile::tempdir().unwrap();
    let served = Served::in_home(home.path());
    assert!(served.is_well());
    let before = served.peak_kib();
    let nested = vec![b'['; 8 << 20];
    let listed = [b"[0".to_vec(), b",0".repeat(4 << 20), b"]".to_vec()].concat();
    std::thread::scope(|scope| {
        for body in [&nested, &listed].repeat(4) {
            scope.spawn(|| {
                let answer = served.ask("POST /rpc/app_state", &served.host(), body);
                assert!(!answer.starts_with("HTTP/1.1 2"), "{answer}");
                let answer = served.ask("POST /offer?name=a.wav", &served.host(), body);
                assert!(!answer.starts_with("HTTP/1.1 2"), "{answer}");
            });
        }
    });
    let for_strangers = served.peak_kib() - before;
    assert!(for_strangers < 16 << 10, "{for_strangers} KiB");
    std::thread::scope(|scope| {
        for (command, body) in ["app_state", "item_change"].iter().zip([&listed, &nested]) {
            scope.spawn(|| {
                let answer = served.call(command, body);
                assert!(!answer.starts_with("HTTP/1.1 2"), "{answer}");
                assert!(
                    answer.is_empty() || answer.contains("too-large"),
                    "{answer}"
                );
            });
        }
    });
    let in_all = served.peak_kib() - before;
    assert!(in_all < 48 << 10, "{in_all} KiB");
    assert!(served.is_well());
}

#[test]
fn half_requests_without_number_keep_nobody_out_who_has_the_token() {
    let home = tempfile::tempdir().unwrap();
    let few_files = loa_by("ulimit -n 256; exec \"$@\"", home.path());
    let served = Served::by(few_files, home.path());
    let half = |_| {
        let mut line = served.connect();
        line.write_all(b"POST /rpc/app_state HTTP/1.1\r\nHost: 127")
            .unwrap();
        line
    };
    let lines: Vec<TcpStream> = (0..600).map(half).collect();
    for _ in 0..20 {
        assert!(served.is_well());
    }
    assert!(served.open_files() < 200, "{}", served.open_files());
    // Those that are left end by themselves: a head has its time.
    let mut last = lines.last().unwrap();
    let mut answer = Vec::new();
    let closed = last.read_to_end(&mut answer);
    assert!(
        closed.is_ok() || !is_timeout(&closed.unwrap_err()),
        "it stays"
    );
    assert!(!text(&answer).starts_with("HTTP/1.1 2"));
}

fn is_timeout(error: &std::io::Error) -> bool {
    matches!(
        error.kind(),
        std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
    )
}

#[test]
fn every_door_is_shut_without_the_token_or_under_another_name() {
    let home = tempfile::tempdir().unwrap();
    let served = Served::in_home(home.path());
    let doors = [
        "POST /rpc/app_state",
        "POST /rpc/no_such_command",
        "GET /rpc/app_state",
        "POST /offer?name=a.wav",
        "GET /media/object/aa",
        "GET /events",
    ];
    let upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                   Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    let token = format!("X-Loa-Token: {}\r\n", served.token);
    let other = token.to_uppercase();
    for door in doors {
        for heads in [
            format!("{}{upgrade}", served.host()),
            format!("{}{upgrade}{other}", served.host()),
            format!("Host: example.com\r\n{upgrade}{token}"),
            format!(
                "{}{upgrade}{token}Origin: http://example.com\r\n",
                served.host()
            ),
            format!("{upgrade}{token}"),
        ] {
            let answer = served.ask(door, &heads, b"{}");
            let is_shut = ["403", "400"].map(|it| format!("HTTP/1.1 {it}"));
            let is_shut = is_shut.iter().any(|it| answer.starts_with(it));
            assert!(is_shut, "{door} {heads}: {answer}");
        }
    }
    let page = served.ask("GET /", "Host: example.com\r\n", b"");
    assert!(page.starts_with("HTTP/1.1 403"), "{page}");
    assert!(served.is_well());
    let by_address = format!("GET /media/object/aa?token={}", served.token);
    let answer = served.ask(&by_address, &served.host(), b"");
    assert!(answer.contains("\"code\""), "{answer}");
}

#[test]
fn no_path_asked_for_leaves_the_folder_of_pages() {
    let home = tempfile::tempdir().unwrap();
    let served = Served::in_home(home.path());
    fs::write(home.path().join("secret"), "SECRET").unwrap();
    fs::write(home.path().join("ui/.hidden"), "SECRET").unwrap();
    fs::write(home.path().join("ui/C:"), "SECRET").unwrap();
    let absolute = home.path().join("secret").display().to_string();
    let page = served.ask("GET /index.html", &served.host(), b"");
    assert!(page.contains("<!doctype html>"), "{page}");
    for path in [
        "/../secret",
        "/%2e%2e/secret",
        "/..%2fsecret",
        "/..\\secret",
        "/..%5csecret",
        "/./../secret",
        "/.hidden",
        "/C:",
        "/C:/secret",
        "/c%3a/secret",
        "//secret",
        "/index.html::$DATA",
        "/NUL",
        "/COM1.txt",
        "/index.html.",
        &absolute,
        &format!("/{absolute}"),
        "/media/../../secret",
        "/media/%2e%2e%2fsecret",
    ] {
        let heads = format!("{}X-Loa-Token: {}\r\n", served.host(), served.token);
        let answer = served.ask(&format!("GET {path}"), &heads, b"");
        assert!(answer.starts_with("HTTP/1.1 4"), "{path}: {answer}");
        assert!(!answer.contains("SECRET"), "{path}: {answer}");
    }
}

#[test]
fn what_was_sent_goes_with_the_run_and_what_others_put_there_stays() {
    let home = tempfile::tempdir().unwrap();
    archive::claim(&home.path().join("kho")).unwrap();
    let uploads = home.path().join("kho/uploads");
    drop(Served::in_home(home.path()));
    fs::create_dir_all(uploads.join("2019")).unwrap();
    fs::write(uploads.join("2019/wedding.jpg"), "mine").unwrap();
    let mut served = Served::in_home(home.path());
    let runs = || {
        let entries = fs::read_dir(&uploads).unwrap().flatten();
        entries.filter(|it| it.file_name() != "2019").count()
    };
    assert_eq!(runs(), 0);
    let offer = format!(
        "POST /offer?name=..%2f..%5cC:%5cx%2e%2e&token={}",
        served.token
    );
    let answer = served.ask(&offer, &served.host(), b"RIFF");
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.contains("\"name\":\"x\""),
        "{answer}"
    );
    let run_folder = fs::read_dir(&uploads).unwrap().flatten();
    let run_folder = run_folder
        .map(|it| it.path())
        .find(|it| !it.ends_with("2019"));
    let run_folder = run_folder.unwrap();
    let sent = || fs::read_dir(&run_folder).unwrap().count();
    let before = sent();
    let mut line = served.connect();
    let head = format!(
        "POST /offer?name=a.wav&token={} HTTP/1.1\r\n{}Content-Length: 9\r\n\r\nnua",
        served.token,
        served.host()
    );
    line.write_all(head.as_bytes()).unwrap();
    until(|| sent() > before, "nothing arrives");
    drop(line);
    until(|| sent() == before, "the half file is kept");
    let ended = Command::new("kill")
        .arg(served.child.id().to_string())
        .status();
    assert!(ended.unwrap().success());
    until(
        || served.child.try_wait().unwrap().is_some(),
        "it does not end",
    );
    assert_eq!(runs(), 0, "what was sent goes with the run");
    drop(Served::in_home(home.path()));
    let kept = fs::read_to_string(uploads.join("2019/wedding.jpg"));
    assert_eq!(kept.unwrap(), "mine");
}

/// Names of half files anywhere below a folder.
fn drafts(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_dir() {
            found.extend(drafts(&entry.path()));
        } else if name.ends_with(".loa-draft") {
            found.push(name);
        }
    }
    found
}

#[test]
fn a_job_under_way_when_the_server_is_told_to_stop_is_undone_and_called_cancelled() {
    let home = tempfile::tempdir().unwrap();
    let mut served = Served::in_home(home.path());
    let answered = |answer: String| -> serde_json::Value {
        let body = answer.split_once("\r\n\r\n").unwrap().1;
        serde_json::from_str(body).unwrap()
    };
    // A few minutes of noise, so that taking it in lasts.
    let mut sound = b"RIFF\xff\xff\xff\x03WAVEfmt \x10\0\0\0\x01\0\x01\0".to_vec();
    sound.extend(48_000u32.to_le_bytes());
    sound.extend(96_000u32.to_le_bytes());
    sound.extend(b"\x02\0\x10\0data\0\0\0\x04");
    sound.extend(
        (0..32u32 << 20)
            .flat_map(|it| ((it.wrapping_mul(2_654_435_761) >> 20) as i16).to_le_bytes()),
    );
    let offer = format!("POST /offer?name=a.wav&token={}", served.token);
    let offer = answered(served.ask(&offer, &served.host(), &sound));
    let made = answered(served.call("programme_create", br#"{"title":"a"}"#));
    let request = serde_json::json!({
        "programme": made["id"], "from": { "type": "offer", "id": offer["id"] }, "track": null, "position": null,
    });
    let store = home.path().join("kho");
    served.call("programme_import", request.to_string().as_bytes());
    until(|| !drafts(&store).is_empty(), "nothing is taken in");
    let ended = Command::new("kill")
        .arg(served.child.id().to_string())
        .status();
    assert!(ended.unwrap().success());
    until(
        || served.child.try_wait().unwrap().is_some(),
        "it does not end",
    );
    assert_eq!(drafts(&store), Vec::<String>::new());
    let served = Served::in_home(home.path());
    let jobs = answered(served.call("jobs", b"{}"));
    assert_eq!(jobs[0]["state"], "cancelled", "{jobs}");
}

#[test]
fn a_second_server_on_a_store_is_told_who_has_it_until_that_one_is_gone() {
    let home = tempfile::tempdir().unwrap();
    let first = Served::in_home(home.path());
    for (language, sentence) in [("C", "Another program"), ("vi_VN.UTF-8", "Kho đang")] {
        let second = run(loa(home.path(), language).args(SERVE));
        let said = text(&second.stderr);
        assert_eq!(second.status.code(), Some(1), "{said}");
        let process = format!("process {}", first.child.id());
        assert!(said.contains(sentence) && said.contains(&process), "{said}");
    }
    fs::write(home.path().join("a.txt"), "a").unwrap();
    let add = ["archive", "add", "--store", "kho", "a.txt"];
    let added = run(loa(home.path(), "C").args(add));
    assert!(added.status.success(), "{}", text(&added.stderr));
    // Killed, as by a power cut.
    drop(first);
    assert!(Served::in_home(home.path()).is_well());
}
