//! `loa record` and the takes it left when it was killed.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails here")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use audio::bext::Bext;
use audio::ports::{Capture as _, RecordRequest};
use devices::Synthetic;

fn loa(folder: &Path, words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_loa"))
        .args(words)
        .current_dir(folder)
        .env("LC_ALL", "en_US.UTF-8")
        .env("HOME", folder)
        .output()
        .unwrap()
}

fn is_whole(place: &Path) -> bool {
    audio::wav::repair(&fs::read(place).unwrap())
        .unwrap()
        .is_none()
}

/// A take as a kill leaves it: two seconds of sound, the header told of the first moments.
fn cut_off(place: &Path) {
    let request = RecordRequest {
        device: None,
        path: place.to_owned(),
        bext: Bext {
            originator_reference: "01J9ZC3V5M8Q2W4X6Y8Z0A1B2C".into(),
            ..Bext::default()
        },
        private: false,
    };
    let take = Synthetic::default()
        .record(&request)
        .unwrap()
        .stop()
        .unwrap();
    let mut bytes = fs::read(&take.path).unwrap();
    let tone = (0..96_000).flat_map(|frame| {
        let sample = (Synthetic::sample(frame) * 8_388_608.0) as i32;
        sample.to_le_bytes().into_iter().take(3)
    });
    bytes.extend(tone);
    fs::write(place, bytes).unwrap();
}

/// There may be no microphone here: then recording is refused, after the mending.
#[test]
fn a_take_that_was_cut_off_is_mended_and_said_by_the_next_record_into_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("interview.wav");
    cut_off(&place);
    let others = b"RIFF\xff\xff\xff\xffWAVEfmt not finished";
    fs::write(folder.path().join("theirs.wav"), others).unwrap();
    assert!(!is_whole(&place));
    let next = || loa(folder.path(), &["record", "next.wav", "--seconds", "0.1"]);
    let said = String::from_utf8(next().stderr).unwrap();
    assert!(
        said.contains("cut off") && said.contains("interview.wav"),
        "{said}"
    );
    assert!(is_whole(&place));
    assert_eq!(fs::read(folder.path().join("theirs.wav")).unwrap(), others);
    fs::remove_file(folder.path().join("next.wav")).unwrap_or_default();
    let said = String::from_utf8(next().stderr).unwrap();
    assert!(!said.contains("interview.wav"), "once: {said}");
    let measured = loa(folder.path(), &["measure", "interview.wav"]);
    assert!(measured.status.success(), "{measured:?}");
}
