//! What is mended, and what is not ours to write to.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use audio::SampleFormat;
use audio::bext::Bext;
use audio::ports::{Capture, FoundSound, FoundTake, RecordRequest};
use audio::wav::{Header, TAKE_ORIGINATOR};

use super::{ABANDONED, is_abandoned, mend_beside, recover};
use crate::Synthetic;

/// What follows the sound in the files made here.
const LOST_BYTES: usize = 300;

fn request(path: PathBuf) -> RecordRequest {
    RecordRequest {
        device: None,
        path,
        bext: Bext {
            originator: TAKE_ORIGINATOR.into(),
            originator_reference: "01J9ZC3V5M8Q2W4X6Y8Z0A1B2C".into(),
            origination_time: "05:30:07".into(),
            ..Bext::default()
        },
        private: true,
    }
}

/// A take as a kill leaves it: the header is a moment older than the sound. Returns its bytes.
fn cut_off(place: &Path, request: &RecordRequest) -> Vec<u8> {
    let take = Synthetic::default().record(request).unwrap();
    let take = take.stop().unwrap();
    let mut bytes = fs::read(&take.path).unwrap();
    bytes.extend([1; LOST_BYTES]);
    fs::remove_file(&take.path).unwrap();
    fs::write(place, &bytes).unwrap();
    bytes
}

fn take_cut_off(place: &Path) -> Vec<u8> {
    cut_off(place, &request(place.with_extension("tmp")))
}

/// What a recorder of somebody else leaves when its battery is empty.
fn foreign(place: &Path) -> Vec<u8> {
    let bext = Bext {
        originator: "Zoom H4n".into(),
        ..Bext::default()
    };
    let header = Header::new(SampleFormat::I24, 1, 48_000, &bext).unwrap();
    let mut bytes = header.bytes(0);
    bytes.extend([7; 3_001]);
    fs::write(place, &bytes).unwrap();
    bytes
}

fn names(found: &[FoundTake], wanted: impl Fn(&FoundSound) -> bool) -> Vec<&str> {
    let found = found
        .iter()
        .filter(|take| take.content.as_ref().is_ok_and(&wanted));
    found
        .filter_map(|take| take.path.file_name()?.to_str())
        .collect()
}

fn mended(found: &[FoundTake]) -> Vec<&str> {
    names(found, |sound| sound.mended)
}

#[test]
fn takes_are_found_and_mended_once_but_not_while_they_are_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let running = Synthetic::default()
        .record(&request(path("2026-11-23 05-30-07.000.wav")))
        .unwrap();
    fs::write(path("notes.txt"), "no take").unwrap();
    fs::write(path("no sound.WAV"), "nothing to hear").unwrap();
    let found = recover(folder.path()).unwrap();
    assert_eq!(found.len(), 1);
    assert!(found[0].content.is_err());
    assert_eq!(fs::read(path("no sound.WAV")).unwrap(), b"nothing to hear");
    assert!(mend_beside(&path("new.wav")).is_empty());

    let take = running.stop().unwrap();
    let cut = "2026-11-23 05-31-00.000.wav";
    let length = take_cut_off(&path(cut)).len();
    for expected in [&[cut][..], &[]] {
        let found = recover(folder.path()).unwrap();
        assert_eq!(mended(&found), expected);
        let sounds = found.iter().filter_map(|take| take.content.as_ref().ok());
        let frames: Vec<u64> = sounds.map(|sound| sound.frames).collect();
        assert_eq!(frames[0], take.frames);
        assert!(frames[1] >= LOST_BYTES as u64 / 3 && frames[1] * 3 < length as u64);
    }
}

#[test]
fn a_file_of_somebody_else_is_never_written_to_and_offered_only_where_it_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    // Even under the name of a take; and what is as much ours as an export is; and a take under a
    // name of one's own.
    let mut files = Vec::new();
    for name in ["2026-11-23 05-30-07.000.wav", "from the recorder.wav"] {
        files.push((path(name), foreign(&path(name))));
    }
    let export = path("2026-11-23 05-31-00.000.wav");
    let mut nameless = request(path("export.tmp"));
    nameless.bext = Bext::default();
    files.push((export.clone(), cut_off(&export, &nameless)));
    let copy = path("copy of my take.wav");
    files.push((copy.clone(), take_cut_off(&copy)));
    let header = Header::new(SampleFormat::I24, 1, 48_000, &Bext::default()).unwrap();
    let whole = [header.bytes(3_000), vec![0; 3_000]].concat();
    fs::write(path("whole.wav"), &whole).unwrap();
    files.push((path("whole.wav"), whole));

    let found = recover(folder.path()).unwrap();
    assert_eq!(found.len(), files.len());
    assert!(mended(&found).is_empty());
    assert_eq!(
        names(&found, |_| true),
        ["copy of my take.wav", "whole.wav"]
    );
    for (path, bytes) in files {
        assert!(fs::read(&path).unwrap() == bytes, "{}", path.display());
    }
}

#[test]
fn takes_that_the_first_version_left_are_mended() {
    let name = "2026-11-27 16-05-12.250.wav";
    let left = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../tests/fixtures/stores/v0.1/takes")
        .join(name);
    let folder = tempfile::tempdir().unwrap();
    fs::copy(left, folder.path().join(name)).unwrap();
    let found = recover(folder.path()).unwrap();
    assert_eq!(mended(&found), [name]);
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link() {
    use std::os::unix::fs::symlink;
    let outside = tempfile::tempdir().unwrap();
    let store = tempfile::tempdir().unwrap();
    let name = "2026-11-23 05-30-07.000.wav";
    let mine = outside.path().join(name);
    let bytes = take_cut_off(&mine);
    // A take that is a link, and takes that lie in a folder that is one.
    fs::create_dir(store.path().join("takes")).unwrap();
    symlink(&mine, store.path().join("takes").join(name)).unwrap();
    assert!(recover(&store.path().join("takes")).unwrap().is_empty());
    assert!(mend_beside(&store.path().join("takes/new.wav")).is_empty());
    symlink(outside.path(), store.path().join("linked")).unwrap();
    let found = recover(&store.path().join("linked")).unwrap();
    assert!(mended(&found).is_empty());
    assert!(found[0].content.is_ok(), "it can be heard all the same");
    assert_eq!(fs::read(&mine).unwrap(), bytes);
}

#[test]
fn beside_a_new_take_the_one_that_was_cut_off_is_mended_whatever_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    take_cut_off(&path("phỏng vấn.wav"));
    let others = foreign(&path("zoom0001.wav"));
    let found = mend_beside(&path("new.wav"));
    assert_eq!(mended(&found), ["phỏng vấn.wav"]);
    assert!(mend_beside(&path("new.wav")).is_empty(), "once");
    assert_eq!(fs::read(path("zoom0001.wav")).unwrap(), others);
    assert!(mend_beside(&path("not there/new.wav")).is_empty());
}

#[cfg(unix)]
#[test]
fn a_take_in_a_store_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let request = request(folder.path().join("take.wav"));
    let take = Synthetic::default()
        .record(&request)
        .unwrap()
        .stop()
        .unwrap();
    let mode = fs::metadata(take.path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn where_there_are_no_locks_only_a_file_that_stood_still_is_taken_for_abandoned() {
    assert!(is_abandoned(Some(ABANDONED)));
    assert!(!is_abandoned(Some(ABANDONED - Duration::from_secs(1))));
    assert!(!is_abandoned(None));
}
