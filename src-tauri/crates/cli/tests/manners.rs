//! How `loa` behaves among other programs: closed pipes, odd files, odd names, other languages.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails here")]
#![allow(
    dead_code,
    reason = "each test of this folder uses its part of `common`"
)]

mod common;

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::ffi::OsStrExt as _;
use std::process::{Command, Stdio};

use common::{asset, loa, run, text};

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

/// A place that takes nothing.
fn full() -> std::fs::File {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).open("/dev/full").unwrap()
}

#[test]
fn a_question_whose_answer_cannot_be_written_is_not_answered() {
    let home = tempfile::tempdir().unwrap();
    let deck = asset("training/deck.json");
    for question in [
        &["check".as_ref(), "--json".as_ref(), deck.as_os_str()][..],
        &["--help".as_ref()],
        &["--version".as_ref()],
    ] {
        let mut command = loa(home.path(), "C");
        let output = run(command.args(question).stdout(full()));
        assert_eq!(output.status.code(), Some(1), "{question:?}");
        let said = text(&output.stderr);
        assert!(said.starts_with("loa: The disk is full"), "{said}");
        assert!(said.contains("standard output"), "{said}");
    }
}

#[test]
fn work_that_is_done_is_done_though_nobody_can_be_told() {
    let home = tempfile::tempdir().unwrap();
    let sound = asset("training/ban-tin.wav");
    std::fs::copy(sound, home.path().join("a.wav")).unwrap();
    std::fs::copy(asset("training/deck.json"), home.path().join("deck.json")).unwrap();
    let added =
        run(loa(home.path(), "C").args(["archive", "add", "--json", "--store", "s", "a.wav"]));
    let added: serde_json::Value = serde_json::from_slice(&added.stdout).unwrap();
    let item = added["id"].as_str().unwrap();
    for (work, made) in [
        (&["normalize", "a.wav", "n.wav"][..], "n.wav"),
        (&["convert", "a.wav", "c.mp3"], "c.mp3"),
        (&["peaks", "a.wav", "p.dat"], "p.dat"),
        (&["render", "deck.json", "--out", "r"], "r"),
        (&["archive", "add", "--store", "s", "deck.json"], "s"),
        (
            &["archive", "export", "--store", "s", item, "--out", "x"],
            "x/a.wav",
        ),
        (&["archive", "audit", "--store", "s"], "s"),
        (
            &["package", "seal", "--key", "k", "--out", "g.tar", "a.wav"],
            "g.tar",
        ),
        (&["package", "verify", "g.tar"], "g.tar"),
    ] {
        let output = run(loa(home.path(), "C").args(work).stdout(full()));
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{work:?}: {said}");
        assert!(
            said.contains("Standard output cannot be written to"),
            "{said}"
        );
        assert!(home.path().join(made).exists(), "{work:?}");
    }
}

/// Clears the screen, colours it in both ways there are, turns the writing round, and pretends.
const HOSTILE: &str = "x\u{1b}[2J\u{9b}31m\u{7}\u{202e}y\rz\nloa: forged\u{85}\u{2028}";

/// Whether a terminal only shows it, and no line of it is another's.
fn is_shown_only(printed: &[u8]) -> bool {
    let printed = text(printed);
    let is_obeyed = |c: char| c.is_control() || matches!(c, '\u{2028}'..='\u{202e}');
    !printed.chars().any(|c| c != '\n' && is_obeyed(c))
        && !printed.lines().any(|line| line.starts_with("loa: forged"))
}

#[test]
fn nothing_that_was_typed_or_named_by_others_is_obeyed_by_a_terminal() {
    let home = tempfile::tempdir().unwrap();
    let at = |name: &str| home.path().join(name);
    let file = format!("{HOSTILE}.wav");
    std::fs::copy(asset("training/ban-tin.wav"), at(&file)).unwrap();
    let deck = std::fs::read_to_string(asset("training/deck.json")).unwrap();
    let mut deck: serde_json::Value = serde_json::from_str(&deck).unwrap();
    for board in deck["boards"].as_array_mut().unwrap() {
        board["name"] = format!("{}{HOSTILE}", board["name"].as_str().unwrap()).into();
    }
    std::fs::write(at("deck.json"), deck.to_string()).unwrap();
    std::fs::write(at("faults.toml"), format!("x = {HOSTILE:?}")).unwrap();
    let (h, file) = (HOSTILE, file.as_str());
    let add = [
        "archive", "add", "--store", "s", "--title", h, "--tag", h, "--place", h, "--person", h,
        "--body", h, file,
    ];
    let added = run(loa(home.path(), "C").args(add).arg("--json"));
    assert!(is_shown_only(&added.stdout), "{added:?}");
    let added: serde_json::Value = serde_json::from_slice(&added.stdout).unwrap();
    assert_eq!(added["title"], h, "JSON says what is there");
    let item = added["id"].as_str().unwrap();
    let objects = at("s/objects/aa/bb");
    std::fs::create_dir_all(&objects).unwrap();
    std::fs::write(objects.join(h), "x").unwrap();
    let out = format!("{h}.out");
    let tar = format!("{h}.tar");
    let mp3 = format!("{h}.mp3");
    let link = format!("ftp://{h}");
    for command in [
        &add[..],
        &["archive", "search", "--store", "s", "x"],
        &["archive", "show", "--store", "s", item],
        &["archive", "show", "--store", "s", h],
        &["archive", "audit", "--store", "s"],
        &["archive", "export", "--store", "s", item, "--out", &out],
        &["archive", "export", "--store", "s", item, "--out", &out],
        &["archive", "show", "--store", h, item],
        &["archive", "add", "--store", "s", "--date", h, file],
        &["archive", "add", "--store", "s", "--kind", h, file],
        &["measure", file],
        &["measure", h],
        &["convert", file, &mp3],
        &["convert", file, &out],
        &["normalize", "--profile", h, file, &mp3],
        &["mix", file, &mp3],
        &["check", "deck.json"],
        &["check", "--board", h, "deck.json"],
        &["render", "deck.json", "--out", &out],
        &["render", "deck.json", "--out", file],
        &[
            "package", "seal", "--key", "k", "--title", h, "--out", &tar, file,
        ],
        &["package", "verify", &tar],
        &["package", "verify", file],
        &["package", "verify", "--trust", h, &tar],
        &["send", h, "--to", "http://127.0.0.1:1"],
        &["send", file, "--to", &link],
        &["send", file, "--to", h],
        &["province", "--faults", "faults.toml"],
        &["province", "--faults", h],
        &["serve", "--ui", h],
        &["record", h, "--device", h, "--seconds", "0.1"],
        &["record", "a.wav", "--seconds", h],
        &["measure", file, h],
        &["measure", &format!("--{h}"), file],
        &[h],
    ] {
        for language in ["C", "vi_VN.UTF-8"] {
            let output = run(loa(home.path(), language).args(command));
            let printed = [&output.stdout, &output.stderr];
            assert!(printed.iter().any(|it| !it.is_empty()), "{command:?}");
            for stream in printed {
                assert!(is_shown_only(stream), "{command:?}: {:?}", text(stream));
            }
        }
    }
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
