//! A recording killed at any moment loses at most its last second.
//!
//! The test starts itself again as recorders, each writing a take at the pace of the clock and
//! printing how much its microphone has given; it kills each at a moment of its own and holds what
//! was recovered against what had been given.

#![allow(clippy::unwrap_used)] // helpers of tests

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use audio::bext::Bext;
use audio::ports::{Capture, RecordRequest};
use audio::{Planar, open};
use devices::{Synthetic, recover};

const TAKE: &str = "LOA_TEST_TAKE";
const KILLS: u64 = 50;
/// So many at once: few enough that a machine of two cores keeps pace.
const AT_ONCE: u64 = 25;
const SECOND: u64 = 48_000;

#[test]
fn recorder_that_is_killed() {
    let Ok(path) = std::env::var(TAKE) else {
        return; // started by the test below alone
    };
    let heard = Arc::new(|frames: u64| {
        let mut out = std::io::stdout().lock();
        writeln!(out, "given {frames}").unwrap();
        out.flush().unwrap();
    });
    let microphone = Synthetic {
        heard: Some(heard),
        ..Synthetic::default()
    };
    let request = RecordRequest {
        device: None,
        path: path.into(),
        bext: Bext {
            originator_reference: "01J9ZC3V5M8Q2W4X6Y8Z0A1B2C".into(),
            ..Bext::default()
        },
        private: true,
    };
    let _recording = microphone.record(&request).unwrap();
    std::thread::sleep(Duration::from_secs(60)); // never seen to the end
}

/// Numbers that look random and are the same each run (SplitMix64).
fn dice(seed: u64) -> u64 {
    let mut z = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Records into `path` until the moment of `seed`; returns how many frames had been given.
fn record_and_kill(path: &Path, seed: u64) -> u64 {
    let mut recorder = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "recorder_that_is_killed", "--nocapture"])
        .env(TAKE, path)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let kill_at = 1_200_000 + dice(seed) % 2_800_000; // µs of sound
    let mut given = 0;
    for line in BufReader::new(recorder.stdout.take().unwrap()).lines() {
        // Read to the end of the pipe: what was printed before the kill counts.
        let line = line.unwrap();
        if let Some(frames) = line.strip_prefix("given ") {
            given = frames.parse().unwrap_or(given);
        }
        if given >= kill_at * SECOND / 1_000_000 {
            recorder.kill().unwrap(); // SIGKILL
        }
    }
    recorder.wait().unwrap();
    given
}

/// The take holds what the microphone gave, sample for sample.
fn check_content(path: &Path, frames: u64) {
    let bytes = std::fs::read(path).unwrap();
    let mut signal = open(Arc::new(bytes)).unwrap().into_signal();
    let mut block = Planar::default();
    let mut frame = 0;
    while signal.read(&mut block, 4_096).unwrap() > 0 {
        for &sample in block.channel(0) {
            assert_eq!(
                sample,
                Synthetic::sample(frame),
                "frame {frame} of {}",
                path.display()
            );
            frame += 1;
        }
    }
    assert_eq!(frame, frames);
}

#[test]
fn killed_at_fifty_moments_each_take_loses_at_most_its_last_second() {
    let folder = tempfile::tempdir().unwrap();
    let mut worst = 0;
    for round in 0..KILLS / AT_ONCE {
        let recorders: Vec<_> = (round * AT_ONCE..(round + 1) * AT_ONCE)
            .map(|seed| {
                let path: PathBuf = folder
                    .path()
                    .join(format!("2026-11-23 05-30-{seed:02}.000.wav"));
                std::thread::spawn(move || (record_and_kill(&path, seed), path))
            })
            .collect();
        for recorder in recorders {
            let (given, path) = recorder.join().unwrap();
            // Takes of other recorders still running are left alone.
            let found = recover(folder.path()).unwrap();
            let take = found.iter().find(|take| take.path == path).unwrap();
            let sound = take.content.clone().unwrap();
            check_content(&path, sound.frames);
            let lost = given.saturating_sub(sound.frames);
            worst = worst.max(lost);
            assert!(
                lost <= SECOND,
                "{lost} of {given} frames lost in {}",
                path.display()
            );
        }
    }
    println!(
        "at most {} ms lost of {KILLS} takes",
        worst * 1_000 / SECOND
    );
    let again = recover(folder.path()).unwrap();
    assert_eq!(again.len() as u64, KILLS, "nothing is deleted");
    assert!(
        again
            .iter()
            .all(|take| !take.content.as_ref().unwrap().mended)
    );
}
