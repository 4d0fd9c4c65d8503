//! What is left where the disk fails in the middle. The faults come from `strace`; where that is not
//! there or may not look at other programs, there is nothing to see, and the test says so.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails here")]
#![allow(
    dead_code,
    reason = "each test of this folder uses its part of `common`"
)]

mod common;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use common::{asset, loa, loa_by, run, text};

/// More than any of the commands syncs.
const SYNCS_MAX: u32 = 30;

fn can_inject() -> bool {
    let mut strace = Command::new("strace");
    strace.args([
        "-f",
        "-o",
        "/dev/null",
        "-e",
        "inject=fsync:error=EIO",
        "true",
    ]);
    strace.stdout(Stdio::null()).stderr(Stdio::null());
    strace.status().is_ok_and(|status| status.success())
}

/// Runs `loa` with its sync number `nth` failed; `None` where there are fewer.
fn with_failed_sync(home: &Path, nth: u32, arguments: &[&str]) -> Option<std::process::Output> {
    let trace = home.join("trace");
    let inject = format!("exec strace -f -qq -o trace -e inject=fsync:error=EIO:when={nth} \"$@\"");
    let output = run(loa_by(&inject, home).args(arguments));
    let trace = fs::read_to_string(trace).unwrap();
    trace.contains("INJECTED").then_some(output)
}

#[test]
fn where_a_file_or_folder_cannot_be_synced_no_name_is_left_in_the_way() {
    if !can_inject() {
        eprintln!("strace cannot inject faults here; not tested");
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let at = |name: &str| home.path().join(name);
    fs::copy(asset("training/ban-tin.wav"), at("a.wav")).unwrap();
    fs::copy(asset("training/deck.json"), at("b.json")).unwrap();
    let add = [
        "archive", "add", "--json", "--store", "s", "a.wav", "b.json",
    ];
    let added = run(loa(home.path(), "C").args(add));
    let added: serde_json::Value = serde_json::from_slice(&added.stdout).unwrap();
    let item = added["id"].as_str().unwrap();
    run(loa(home.path(), "C").args(["package", "seal", "--key", "k", "--out", "k.tar", "a.wav"]));
    for (command, made) in [
        (&["convert", "a.wav", "out/c.mp3"][..], &["c.mp3"][..]),
        (&["normalize", "a.wav", "out/n.wav"], &["n.wav"]),
        (&["peaks", "a.wav", "out/p.dat"], &["p.dat"]),
        (
            &["archive", "export", "--store", "s", item, "--out", "out"],
            &["a.wav", "b.json"],
        ),
        (
            &[
                "package",
                "seal",
                "--key",
                "k",
                "--out",
                "out/g.tar",
                "a.wav",
            ],
            &["g.tar"],
        ),
    ] {
        let mut failed = 0;
        for nth in 1..SYNCS_MAX {
            let Some(output) = with_failed_sync(home.path(), nth, command) else {
                break;
            };
            failed += 1;
            let said = text(&output.stderr);
            assert_eq!(output.status.code(), Some(1), "{command:?} {nth}: {said}");
            let left = fs::read_dir(at("out")).map_or(0, Iterator::count);
            assert_eq!(left, 0, "{command:?} {nth}");
            let again = run(loa(home.path(), "C").args(command));
            assert!(
                again.status.success(),
                "{command:?} {nth}: {}",
                text(&again.stderr)
            );
            for name in made {
                assert!(
                    fs::metadata(at("out").join(name)).unwrap().len() > 0,
                    "{name}"
                );
            }
            fs::remove_dir_all(at("out")).unwrap();
        }
        assert!(failed >= 2, "{command:?} syncs a file and its folder");
        fs::remove_dir_all(at("out")).unwrap_or_default();
    }
}
