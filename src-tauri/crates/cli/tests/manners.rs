//! How `loa` behaves among other programs: closed pipes, odd files, odd names, other languages.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails here")]

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// Far more than any of this takes; a command that waits for what never comes is found out by it.
const PATIENCE: Duration = Duration::from_secs(60);

fn loa(home: &Path, language: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_loa"));
    command
        .env("LC_ALL", language)
        .env("HOME", home)
        .current_dir(home)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Runs it, and ends it where it does not end by itself.
fn run(command: &mut Command) -> Output {
    let mut child = command.spawn().unwrap();
    let start = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if start.elapsed() > PATIENCE {
            child.kill().unwrap();
            panic!("it hangs: {command:?}");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn asset(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../assets")
        .join(name)
}

/// Whether standard error holds a sentence and nothing that moves: no bar, no colour.
fn is_plain(stderr: &[u8]) -> bool {
    !stderr.contains(&b'\r') && !stderr.contains(&0x1b)
}

#[test]
fn whoever_stops_reading_changes_neither_the_exit_code_nor_gets_a_complaint() {
    let home = tempfile::tempdir().unwrap();
    let no_package = home.path().join("no.tar");
    std::fs::write(&no_package, [7; 2_000]).unwrap();
    let deck = asset("training/deck.json");
    for (arguments, code) in [
        (
            vec!["check".as_ref(), "--json".as_ref(), deck.as_os_str()],
            0,
        ),
        (
            vec![
                "package".as_ref(),
                "verify".as_ref(),
                no_package.as_os_str(),
            ],
            1,
        ),
    ] {
        let mut child = loa(home.path(), "C").args(&arguments).spawn().unwrap();
        drop(child.stdout.take());
        let mut said = String::new();
        child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut said)
            .unwrap();
        assert_eq!(
            child.wait().unwrap().code(),
            Some(code),
            "{arguments:?}: {said}"
        );
        assert!(!said.contains("pipe"), "{said}");
    }
}

#[test]
fn an_answer_that_cannot_be_written_is_a_failure() {
    let home = tempfile::tempdir().unwrap();
    let full = std::fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let mut command = loa(home.path(), "C");
    command
        .args(["check", "--json"])
        .arg(asset("training/deck.json"));
    let output = run(command.stdout(full));
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).starts_with("loa: The disk is full"));
}

#[test]
fn folders_pipes_and_missing_files_are_refused_by_name() {
    let home = tempfile::tempdir().unwrap();
    let pipe = home.path().join("ong");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    std::fs::create_dir(home.path().join("hop")).unwrap();
    let deck = asset("training/deck.json");
    for name in ["ong", "hop", "khong-co"] {
        for command in [
            &["measure", name][..],
            &["normalize", name, "ra.wav"],
            &["convert", name, "ra.wav"],
            &["peaks", name, "ra.dat"],
            &["mix", name, "ra.wav"],
            &["check", name],
            &["render", name, "--out", "ra"],
            &["send", name, "--to", "http://127.0.0.1:1"],
            &["package", "seal", "--out", "ra.tar", name],
            &["package", "verify", "--trust", name, "."],
            &["archive", "add", "--store", "Loa Studio", name],
        ] {
            let output = run(loa(home.path(), "C").args(command));
            let said = text(&output.stderr);
            assert_eq!(output.status.code(), Some(1), "{command:?}: {said}");
            assert!(said.contains(name), "{command:?}: {said}");
            assert!(is_plain(&output.stderr), "{command:?}: {said:?}");
        }
    }
    let mut command = loa(home.path(), "C");
    let output = run(command.arg("render").arg(deck).args(["--out", "ong"]));
    assert!(text(&output.stderr).contains("ong"), "{output:?}");
    let left: Vec<_> = std::fs::read_dir(home.path()).unwrap().flatten().collect();
    let names: Vec<_> = left.iter().map(|entry| entry.file_name()).collect();
    assert!(
        names
            .iter()
            .all(|name| name == "ong" || name == "hop" || name == "Loa Studio"),
        "{names:?}"
    );
}

#[test]
fn names_that_are_no_utf8_are_worked_on_and_told_as_well_as_can_be() {
    let home = tempfile::tempdir().unwrap();
    let input = home.path().join(OsStr::from_bytes(b"thu\xff.wav"));
    std::fs::copy(asset("training/ban-tin.wav"), &input).unwrap();
    let output = home.path().join(OsStr::from_bytes(b"ra\xfe.wav"));
    let mut command = loa(home.path(), "C");
    let done = run(command.args(["convert", "--json"]).args([&input, &output]));
    assert_eq!(done.status.code(), Some(0), "{done:?}");
    let answer: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    assert!(answer["path"].as_str().unwrap().ends_with("ra\u{fffd}.wav"));
    assert!(output.is_file());
    let package = home.path().join(OsStr::from_bytes(b"goi\xff.tar"));
    let mut command = loa(home.path(), "C");
    command.args(["package", "seal", "--json", "--out"]);
    let done = run(command.arg(&package).arg(&input));
    assert_eq!(done.status.code(), Some(0), "{done:?}");
    assert!(package.is_file());
    let folder = home.path().join(OsStr::from_bytes(b"anh\xff"));
    let mut command = loa(home.path(), "C");
    command.args(["render", "--json", "--board", "LED P5 320×160", "--out"]);
    let done = run(command.arg(&folder).arg(asset("training/deck.json")));
    assert_eq!(done.status.code(), Some(0), "{done:?}");
    let answer: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    let files = answer["files"].as_array().unwrap().len();
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), files);
}

/// Words of `clap` that must not stand on a Vietnamese page.
const ENGLISH: [&str; 9] = [
    "Usage",
    "Options",
    "OPTIONS",
    "Arguments",
    "Commands",
    "COMMAND",
    "Print",
    "default:",
    "possible",
];

#[test]
fn help_and_mistakes_speak_the_language_of_the_locale() {
    let home = tempfile::tempdir().unwrap();
    let pages = [
        &["--help"][..],
        &["-h"],
        &["help"],
        &["help", "send"],
        &["normalize", "--help"],
        &["archive", "--help"],
        &["archive", "add", "--help"],
        &["package", "seal", "-h"],
        &["serve", "--help"],
    ];
    for page in pages {
        let vi = run(loa(home.path(), "vi_VN.UTF-8").args(page));
        let said = text(&vi.stdout);
        assert_eq!(
            (vi.status.code(), vi.stderr.len()),
            (Some(0), 0),
            "{page:?}"
        );
        assert!(said.contains("Cách dùng: loa"), "{page:?}: {said}");
        for word in ENGLISH {
            assert!(!said.contains(word), "{page:?}: {word} in {said}");
        }
        for language in ["en_US.UTF-8", "C"] {
            let en = run(loa(home.path(), language).args(page));
            assert!(text(&en.stdout).contains("Usage: loa"), "{page:?}");
        }
    }
    assert!(
        text(&run(loa(home.path(), "C").args(["send", "--help"])).stdout).contains("Examples:")
    );
    for (mistake, part) in [
        (&["hat"][..], "không có lệnh “hat”"),
        (&["measure"], "còn thiếu <FILE>"),
        (&["measure", "--la", "a"], "không có tham số “--la”"),
        (
            &["convert", "a", "b", "--channels", "5"],
            "“5” không dùng được cho “--channels <N>”",
        ),
        (
            &["record", "a.wav", "--seconds", "nan"],
            "“nan” không dùng được",
        ),
        (&["record", "a.wav", "--seconds", "-1"], "“-1”"),
        (
            &["archive", "add", "--store", "s", "--kind", "x", "f"],
            "Dùng được: programme",
        ),
        (
            &["normalize", "a", "b", "--profile", "web", "--target", "-20"],
            "không dùng cùng",
        ),
    ] {
        let vi = run(loa(home.path(), "vi_VN.UTF-8").args(mistake));
        let said = text(&vi.stderr);
        assert_eq!(
            (vi.status.code(), vi.stdout.len()),
            (Some(2), 0),
            "{mistake:?}"
        );
        assert!(said.contains(part), "{mistake:?}: {said}");
        assert!(ENGLISH.iter().all(|word| !said.contains(word)), "{said}");
        assert_eq!(
            run(loa(home.path(), "C").args(mistake)).status.code(),
            Some(2)
        );
    }
}

#[test]
fn what_browsers_of_earlier_runs_sent_is_gone_and_half_a_file_is_not_kept() {
    let home = tempfile::tempdir().unwrap();
    let (pages, uploads) = (home.path().join("ui"), home.path().join("kho/uploads"));
    std::fs::create_dir_all(&pages).unwrap();
    std::fs::write(pages.join("index.html"), "<!doctype html>").unwrap();
    std::fs::create_dir_all(uploads.join("truoc")).unwrap();
    std::fs::write(uploads.join("truoc/a.wav"), "cu").unwrap();
    let mut command = loa(home.path(), "C");
    command.args([
        "serve",
        "--json",
        "--no-sound",
        "--store",
        "kho",
        "--ui",
        "ui",
    ]);
    let mut served = command.spawn().unwrap();
    let mut said = String::new();
    for line in BufReader::new(served.stdout.as_mut().unwrap()).lines() {
        said.push_str(&line.unwrap());
        if said.ends_with('}') {
            break;
        }
    }
    let said: serde_json::Value = serde_json::from_str(&said).unwrap();
    let (url, token) = (
        said["url"].as_str().unwrap(),
        said["token"].as_str().unwrap(),
    );
    assert!(url.ends_with(token) && !uploads.exists(), "{said}");
    let address = url
        .strip_prefix("http://")
        .unwrap()
        .split('/')
        .next()
        .unwrap();
    let mut line = TcpStream::connect(address).unwrap();
    let head = format!(
        "POST /offer?name=a.wav&token={token} HTTP/1.1\r\nHost: {address}\r\nContent-Length: 9\r\n\r\nnua"
    );
    line.write_all(head.as_bytes()).unwrap();
    let files = || std::fs::read_dir(&uploads).map_or(0, Iterator::count);
    let start = Instant::now();
    while files() == 0 {
        assert!(start.elapsed() < PATIENCE, "nothing arrives");
        std::thread::sleep(Duration::from_millis(5));
    }
    drop(line);
    while files() > 0 {
        assert!(start.elapsed() < PATIENCE, "the half file is kept");
        std::thread::sleep(Duration::from_millis(5));
    }
    served.kill().unwrap();
    served.wait().unwrap();
}

#[test]
fn a_package_of_more_files_than_may_be_open_is_sealed() {
    let home = tempfile::tempdir().unwrap();
    let files: Vec<String> = (0..100).map(|number| format!("{number}.txt")).collect();
    for name in &files {
        std::fs::write(home.path().join(name), name).unwrap();
    }
    let add = ["archive", "add", "--json", "--store", "kho", "--title", "m"];
    let added = run(loa(home.path(), "C").args(add).args(&files));
    let added: serde_json::Value = serde_json::from_slice(&added.stdout).unwrap();
    let item = [added["id"].as_str().unwrap()];
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    for what in [
        [&["--key", "k.key"], &files[..]].concat(),
        [&["--store", "kho"], &item[..]].concat(),
    ] {
        let mut command = Command::new("sh");
        command
            .args(["-c", "ulimit -n 64; exec \"$0\" \"$@\""])
            .arg(env!("CARGO_BIN_EXE_loa"))
            .args(["package", "seal", "--out", "m.tar"])
            .args(what)
            .current_dir(home.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let sealed = run(&mut command);
        assert!(sealed.status.success(), "{}", text(&sealed.stderr));
        let verified = run(loa(home.path(), "C").args(["package", "verify", "m.tar"]));
        assert!(verified.status.success(), "{}", text(&verified.stdout));
    }
}

#[test]
fn a_web_page_is_not_taken_for_a_province() {
    let home = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let place = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for line in listener.incoming() {
            let mut line = line.unwrap();
            for asked in BufReader::new(&line).lines() {
                if asked.unwrap().is_empty() {
                    break;
                }
            }
            let page = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\n<html>";
            line.write_all(page.as_bytes()).unwrap();
        }
    });
    std::fs::write(home.path().join("goi.tar"), [7; 100]).unwrap();
    let output = run(loa(home.path(), "C").args(["send", "goi.tar", "--to", &place]));
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    assert!(said.contains("This address takes no packages."), "{said}");
    let kept = std::fs::read_dir(home.path().join("Loa Studio/outbox")).unwrap();
    assert_eq!(kept.count(), 0, "no key is kept of it");
}
