//! Writes that belong together, and questions about many items at once.
#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

mod support;

use archive::{Archive, Error, Face, ItemFile};
use support::{article, id, open};
use units::{Digest, Watch};

fn put(archive: &mut Archive, name: &str, media_type: &str) -> ItemFile {
    let stored = archive.put(name.as_bytes(), Watch::NONE).unwrap();
    ItemFile {
        digest: stored.digest,
        name: name.to_owned(),
        media_type: media_type.to_owned(),
        bytes: 0,
        role: "delivery".to_owned(),
    }
}

#[test]
fn writes_of_one_change_are_all_there_or_none() {
    let folder = tempfile::tempdir().unwrap();
    let mut archive = open(&folder);
    let file = put(&mut archive, "a.mp3", "audio/mpeg");
    let lost = ItemFile {
        digest: Digest::of(b"never put in"),
        ..file.clone()
    };
    for (number, file) in [(1, lost), (2, file)] {
        let made = archive.change(|change| {
            change.add_item(id(number), &article("Tin", "chữ"), 1)?;
            change.state_put("made-from", &number.to_string(), "x")?;
            change.add_version(id(number), "", &[file], 1)
        });
        let is_there = number == 2;
        assert_eq!(made.is_ok(), is_there);
        assert!(is_there || matches!(made, Err(Error::NotFound { .. })));
        assert_eq!(archive.item(id(number)).unwrap().is_some(), is_there);
        let state = archive.state_get("made-from", &number.to_string());
        assert_eq!(state.unwrap().is_some(), is_there);
    }
    // The search index is part of it.
    let found = archive.search(&archive::Query::new("tin")).unwrap();
    assert_eq!((found.count, found.hits.len()), (1, 1));
}

#[test]
fn an_item_is_shown_by_the_first_picture_and_sound_of_its_newest_version() {
    let folder = tempfile::tempdir().unwrap();
    let mut archive = open(&folder);
    let old = put(&mut archive, "old.png", "image/png");
    let note = put(&mut archive, "note.txt", "text/plain");
    let sound = put(&mut archive, "a.mp3", "audio/mpeg");
    let first = put(&mut archive, "1.png", "image/png");
    let second = put(&mut archive, "2.png", "image/jpeg");
    for number in 1..=3 {
        archive
            .add_item(id(number), &article("Tin", ""), 1)
            .unwrap();
    }
    archive.add_version(id(1), "", &[old], 1).unwrap();
    let newest = [note, sound.clone(), first.clone(), second];
    archive.add_version(id(1), "", &newest, 2).unwrap();
    archive
        .add_version(id(2), "", std::slice::from_ref(&sound), 1)
        .unwrap();
    let many: Vec<_> = (1..=2_500).map(id).collect();
    let faces = archive.faces(&many).unwrap();
    assert_eq!(faces.len(), 3);
    let whole = Face {
        picture: Some(first.digest),
        sound: Some(sound.digest),
    };
    let heard = Face {
        picture: None,
        ..whole
    };
    assert_eq!(
        [1, 2, 3].map(|number| faces[&id(number)]),
        [whole, heard, Face::default()]
    );
    assert!(archive.faces(&[]).unwrap().is_empty());
}

#[test]
fn what_was_remembered_under_many_keys_is_asked_for_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut archive = open(&folder);
    archive.state_put("source", "a", "1").unwrap();
    archive.state_put("source", "b'\"%", "2").unwrap();
    archive.state_put("other", "c", "3").unwrap();
    let mut keys: Vec<String> = (0..2_500).map(|number| number.to_string()).collect();
    keys.extend(["a", "b'\"%", "c"].map(str::to_owned));
    let found = archive.state_get_all("source", &keys).unwrap();
    assert_eq!(found.len(), 2);
    assert_eq!((&*found["a"], &*found["b'\"%"]), ("1", "2"));
}
