//! Being killed at any moment: nothing acknowledged is lost, nothing dangles.
//!
//! A child process works and prints an acknowledgement after each step; it is killed at a random,
//! seeded moment, or, where `strace` is there, at the k-th system call of a sort for each k.
#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

mod support;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use archive::{Archive, AuditBudget, Error, ItemFile, Kind, Log, Metadata};
use support::{Dice, child, child_folder, id};
use units::{Digest, ReadAt as _, Watch};

/// Content that its number gives; a few larger ones among small ones.
fn content(number: u64) -> Vec<u8> {
    let mut dice = Dice(number);
    let words = if number.is_multiple_of(7) {
        150_000
    } else {
        1_000
    };
    (0..words + number)
        .flat_map(|_| dice.roll(u64::MAX).to_le_bytes())
        .collect()
}

#[test]
#[ignore = "a child process of the tests below"]
fn child_adds_items() {
    let Some(folder) = child_folder() else { return };
    let mut archive = Archive::open(&folder).unwrap();
    // The last one may have been begun and not finished: once more.
    let begun = archive.counts().unwrap().items.saturating_sub(1);
    for number in begun..begun + steps() {
        let stored = archive
            .put(content(number).as_slice(), Watch::NONE)
            .unwrap();
        let file = ItemFile {
            digest: stored.digest,
            name: number.to_string(),
            media_type: String::new(),
            bytes: 0,
            role: String::new(),
        };
        let metadata = Metadata::new(Kind::Segment, format!("tin {number}"));
        if archive.item(id(number)).unwrap().is_none() {
            archive.add_item(id(number), &metadata, 1).unwrap();
        }
        archive.add_version(id(number), "", &[file], 2).unwrap();
        println!("ack {number}");
    }
}

#[test]
#[ignore = "a child process of the tests below"]
fn child_edits_a_document() {
    let Some(folder) = child_folder() else { return };
    let folder = folder.join("doc");
    let (mut log, begun) = match Log::open(&folder) {
        Ok((log, content)) => (log, content.snapshot.number + content.edits.len() as u64),
        Err(Error::NotFound { .. }) => (Log::create(&folder, "deck", b"0").unwrap(), 0),
        Err(error) => panic!("{error}"),
    };
    for _ in begun..begun + steps() {
        let next = log.last() + 1;
        let number = log.append(&edit(next)).unwrap();
        println!("ack {number}");
        if number % 10 == 0 {
            log.snapshot(&edit(number)).unwrap();
        }
    }
}

#[test]
#[ignore = "a child process of the test below"]
fn child_goes_on_after_a_refusal() {
    let Some(folder) = child_folder() else { return };
    let mut log = Log::create(&folder.join("doc"), "deck", b"0").unwrap();
    for try_number in 1..=6 {
        match log.append(&edit(log.last() + 1)) {
            Ok(number) => println!("ack {number}"),
            Err(error) => println!("refused {try_number}: {error}"),
        }
    }
    println!("ack {}", log.last());
}

/// Steps of a child that nobody kills.
fn steps() -> u64 {
    std::env::var("ARCHIVE_TEST_STEPS").map_or(400, |steps| steps.parse().unwrap())
}

fn edit(number: u64) -> Vec<u8> {
    format!("{number}-")
        .repeat(number as usize % 50 + 1)
        .into_bytes()
}

/// Kills the child after so many acknowledgements and a little more; returns the last one.
fn kill_after(mut child: Child, acks: u64, more: Duration) -> Option<u64> {
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let seen = lines
        .by_ref()
        .map_while(Result::ok)
        .filter_map(|line| ack(&line));
    let last = seen.take(acks as usize).last();
    std::thread::sleep(more);
    child.kill().unwrap();
    child.wait().unwrap();
    let rest = lines.map_while(Result::ok).filter_map(|line| ack(&line));
    rest.last().or(last)
}

/// Waits until the child ends of itself or by what is injected; returns the last acknowledgement.
fn acknowledged(mut child: Child) -> Option<u64> {
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let last = lines
        .map_while(Result::ok)
        .filter_map(|line| ack(&line))
        .last();
    child.wait().unwrap();
    last
}

fn ack(line: &str) -> Option<u64> {
    line.split_once("ack ")
        .and_then(|(_, number)| number.trim().parse().ok())
}

/// What must hold whatever happened.
fn check_archive(folder: &Path, acknowledged: Option<u64>) {
    let mut archive = Archive::open(folder).unwrap();
    let report = archive.audit(1, AuditBudget::ALL, Watch::NONE).unwrap();
    assert_eq!((report.missing.len(), report.damaged.len()), (0, 0));
    for name in &report.orphans {
        let path = folder.join("objects").join(name);
        let right = Digest::of(&std::fs::read(path).unwrap());
        assert!(
            name.ends_with(&right.to_string()),
            "an orphan is whole at least"
        );
    }
    for number in 0..acknowledged.map_or(0, |last| last + 1) {
        let item = archive
            .item(id(number))
            .unwrap()
            .expect("an acknowledged item is there");
        let file = &item.versions.last().expect("with its version").files[0];
        let bytes = archive.open_object(file.digest).unwrap();
        let mut read = vec![0; bytes.len() as usize];
        bytes.read_exact_at(0, &mut read).unwrap();
        assert!(read == content(number));
    }
    assert_eq!(
        std::fs::read_dir(folder.join("objects/tmp"))
            .unwrap()
            .count(),
        0,
        "swept"
    );
}

fn check_log(folder: &Path, acknowledged: Option<u64>) {
    opened_log(folder, acknowledged);
}

/// The same; number of the last edit, and whether something unfinished lay behind it.
fn opened_log(folder: &Path, acknowledged: Option<u64>) -> (u64, bool) {
    let (log, content) = match Log::open(&folder.join("doc")) {
        Ok(opened) => opened,
        Err(Error::NotFound { .. }) if acknowledged.is_none() => return (0, false),
        Err(error) => panic!("{error}"),
    };
    assert!(
        log.last() >= acknowledged.unwrap_or(0),
        "an acknowledged edit is lost"
    );
    for number in 1..=log.last() {
        assert_eq!(log.record(number).unwrap(), edit(number));
    }
    let first = content.snapshot.number;
    assert!(first == 0 || content.snapshot.content == edit(first));
    for (number, record) in (first + 1..).zip(&content.edits) {
        assert_eq!(record, &edit(number));
    }
    (log.last(), content.torn.is_some())
}

#[test]
fn killed_amid_edits_twenty_times_no_acknowledged_edit_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let mut dice = Dice(8);
    let mut last = None;
    for _ in 0..20 {
        let child = child("child_edits_a_document", folder.path(), &[]);
        let more = Duration::from_micros(dice.roll(3_000));
        last = kill_after(child, dice.roll(12), more).or(last);
        check_log(folder.path(), last);
    }
    assert!(last.is_some_and(|last| last > 20));
}

#[test]
fn killed_amid_putting_twenty_times_no_acknowledged_item_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let mut dice = Dice(5);
    let mut last = None;
    for _ in 0..20 {
        let child = child("child_adds_items", folder.path(), &[]);
        let more = Duration::from_micros(dice.roll(30_000));
        last = kill_after(child, dice.roll(3), more).or(last);
        check_archive(folder.path(), last);
    }
    assert!(last.is_some());
}

fn has_strace() -> bool {
    Command::new("strace")
        .args(["-qq", "-o", "/dev/null", "true"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Injects a fault at the k-th call of a sort for growing k, each time into a fresh folder.
fn matrix(test: &str, check: fn(&Path, Option<u64>)) {
    if !has_strace() {
        return;
    }
    let faults = [
        "fsync:error=EIO",
        "fdatasync:error=EIO",
        "write:error=ENOSPC",
        "pwrite64:error=ENOSPC",
        "rename:error=EIO",
        "write:signal=KILL",
        "pwrite64:signal=KILL",
        "fsync:signal=KILL",
        "rename:signal=KILL",
    ];
    let mut interrupted = 0;
    for fault in faults {
        // The first calls one by one, then a few later ones: four steps make about twenty.
        for k in [1, 2, 3, 4, 6, 9, 14] {
            let folder = tempfile::tempdir().unwrap();
            let (call, _) = fault.split_once(':').unwrap();
            let inject = format!("inject={fault}:when={k}");
            let wrapper = [
                "env",
                "ARCHIVE_TEST_STEPS=4",
                "strace",
                "-f",
                "-qq",
                "-o",
                "/dev/null",
                "-e",
            ];
            let trace = format!("trace={call}");
            let mut command = wrapper.to_vec();
            command.extend([trace.as_str(), "-e", inject.as_str()]);
            let child = child(test, folder.path(), &command);
            let last = acknowledged(child);
            check(folder.path(), last);
            interrupted += u32::from(last.is_none_or(|last| last < 3));
        }
    }
    assert!(interrupted > 20, "{interrupted} faults had an effect");
}

#[test]
fn a_fault_at_any_system_call_of_an_edit_leaves_a_sound_log() {
    matrix("child_edits_a_document", check_log);
}

#[test]
fn a_fault_at_any_system_call_of_putting_leaves_a_sound_archive() {
    matrix("child_adds_items", check_archive);
}

/// What the child says that goes on after a refusal, with these faults injected; and how many calls
/// of `fsync` it made.
fn said_under(folder: &Path, faults: &[&str]) -> (Vec<String>, usize) {
    let calls = folder.join("calls");
    let mut wrapper = vec!["strace", "-f", "-qq", "-o", calls.to_str().unwrap()];
    wrapper.extend(["-e", "trace=fsync,fdatasync,ftruncate"]);
    for fault in faults {
        wrapper.extend(["-e", fault]);
    }
    let child = child("child_goes_on_after_a_refusal", folder, &wrapper);
    let said = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    let calls = std::fs::read_to_string(calls).unwrap();
    let lines = said
        .lines()
        .filter(|line| line.contains("ack ") || line.contains("refused"));
    (
        lines.map(str::to_owned).collect(),
        calls.matches(" fsync(").count(),
    )
}

#[test]
fn an_edit_that_could_not_be_synced_is_refused_and_the_next_one_is_kept() {
    if !has_strace() {
        return;
    }
    let unharmed = tempfile::tempdir().unwrap();
    let (said, begin) = said_under(unharmed.path(), &[]);
    assert_eq!(said.last().and_then(|line| ack(line)), Some(6), "{said:?}");
    // Edits are synced by `fdatasync`, the file the log goes on in by `fsync`: where that fails too,
    // here for the edit that failed and for the two after it, these are refused as well.
    let no_new_file = format!("inject=fsync:error=EIO:when={}..{}", begin + 1, begin + 3);
    let one = "inject=fdatasync:error=EIO:when=3";
    for (faults, kept) in [
        (vec![one], 5),
        (vec!["inject=fdatasync:error=EIO:when=2+2"], 3),
        (vec![one, "inject=ftruncate:error=EIO"], 5),
        (vec![one, &no_new_file], 3),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let (said, _) = said_under(folder.path(), &faults);
        let refused: Vec<_> = said.iter().filter(|it| it.contains("refused")).collect();
        assert_eq!(refused.len(), 6 - kept, "{faults:?}: {said:?}");
        for reason in refused {
            assert!(
                reason.contains("Input/output error"),
                "the real reason: {reason}"
            );
        }
        let kept = kept as u64;
        let found = opened_log(folder.path(), Some(kept));
        assert_eq!(found, (kept, false), "nothing refused is kept");
    }
}
