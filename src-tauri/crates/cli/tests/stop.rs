//! How `loa` ends when it is told to: Ctrl-C, a system that shuts down, a terminal that is closed.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails here")]
#![allow(
    dead_code,
    reason = "each test of this folder uses its part of `common`"
)]

mod common;

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output};

use common::{loa, loa_by, text, until};

const SIGNALS: [&str; 3] = ["INT", "TERM", "HUP"];

fn signal(name: &str, child: &Child) {
    let sent = Command::new("kill")
        .args([&format!("-{name}"), &child.id().to_string()])
        .status();
    assert!(sent.unwrap().success());
}

/// How it ends after a signal.
fn ended(mut child: Child, name: &str) -> Output {
    signal(name, &child);
    until(|| child.try_wait().unwrap().is_some(), "it does not end");
    child.wait_with_output().unwrap()
}

/// The first line it prints.
fn first_line(child: &mut Child) -> String {
    let mut line = String::new();
    let mut out = BufReader::new(child.stdout.as_mut().unwrap());
    out.read_line(&mut line).unwrap();
    line
}

/// A recording of three hours that takes no room: all of it is silence, and most is never written.
fn long_recording(place: &Path) {
    let bytes: u32 = 3 * 3_600 * 48_000 * 2;
    let mut head = b"RIFF".to_vec();
    head.extend((bytes + 36).to_le_bytes());
    head.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    head.extend(48_000u32.to_le_bytes());
    head.extend(96_000u32.to_le_bytes());
    head.extend(b"\x02\0\x10\0data");
    head.extend(bytes.to_le_bytes());
    let mut file = fs::File::create(place).unwrap();
    file.write_all(&head).unwrap();
    file.set_len(u64::from(bytes) + 44).unwrap();
}

#[test]
fn long_work_stopped_by_any_signal_is_undone_and_says_so() {
    let home = tempfile::tempdir().unwrap();
    long_recording(&home.path().join("long.wav"));
    let files = || fs::read_dir(home.path()).unwrap().count();
    for name in SIGNALS {
        let mut command = loa(home.path(), "C");
        let child = command.args(["convert", "long.wav", "out.wav"]).spawn();
        until(|| files() > 1, "no work is begun");
        let output = ended(child.unwrap(), name);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{name}: {said}");
        assert!(said.contains("Stopped on request"), "{name}: {said}");
        assert_eq!(files(), 1, "{name}: a half file is left");
    }
}

#[test]
fn servers_end_at_any_signal_as_at_ctrl_c() {
    let home = tempfile::tempdir().unwrap();
    fs::create_dir(home.path().join("ui")).unwrap();
    fs::write(home.path().join("ui/index.html"), "<!doctype html>").unwrap();
    for server in [
        &["serve", "--no-sound", "--store", "kho", "--ui", "ui"][..],
        &["province", "--dir", "tinh"],
    ] {
        for name in SIGNALS {
            let mut child = loa(home.path(), "C").args(server).spawn().unwrap();
            assert!(first_line(&mut child).starts_with("http://"));
            let output = ended(child, name);
            let said = text(&output.stderr);
            assert_eq!(output.status.code(), Some(0), "{server:?} {name}: {said}");
        }
    }
}

#[test]
fn sending_stopped_by_any_signal_waits_to_be_gone_on_with() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("goi.tar"), [7; 100]).unwrap();
    // A place that takes every call and never says a word.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let place = format!("http://{}", listener.local_addr().unwrap());
    for name in SIGNALS {
        let mut command = loa(home.path(), "C");
        let child = command.args(["send", "goi.tar", "--to", &place]).spawn();
        let called = listener.accept().unwrap();
        let output = ended(child.unwrap(), name);
        drop(called);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{name}: {said}");
        assert!(said.contains("Stopped on request"), "{name}: {said}");
    }
}

#[test]
fn a_closed_terminal_ends_nothing_that_was_started_to_outlive_it() {
    let home = tempfile::tempdir().unwrap();
    let mut command = loa_by("trap '' HUP; exec \"$@\"", home.path());
    let mut child = command.args(["province", "--dir", "tinh"]).spawn().unwrap();
    let url = first_line(&mut child);
    signal("HUP", &child);
    let address = url.trim().strip_prefix("http://").unwrap();
    let mut line = TcpStream::connect(address).unwrap();
    let head = format!("GET / HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    line.write_all(head.as_bytes()).unwrap();
    let mut page = String::new();
    line.read_to_string(&mut page).unwrap();
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    assert_eq!(ended(child, "TERM").status.code(), Some(0));
}
