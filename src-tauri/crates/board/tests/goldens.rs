//! The pixels of fixture decks are the same on every machine, in every run and thread.

// A test of files reads files; the crate itself does not.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use board::{Fonts, Frame, Pictures, deck, draw, png, resolve};
use units::{Digest, Digester};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fixtures/deck")
}

struct Case {
    folder: PathBuf,
    deck: deck::Deck,
    files: HashMap<Digest, Arc<[u8]>>,
}

fn cases() -> Vec<Case> {
    let mut folders: Vec<PathBuf> = fs::read_dir(fixtures())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    assert!(folders.len() >= 4);
    folders
        .into_iter()
        .map(|folder| {
            let json = fs::read_to_string(folder.join("deck.json")).unwrap();
            let files = fs::read_dir(&folder)
                .unwrap()
                .map(|entry| entry.unwrap().path())
                .filter(|path| path.is_file())
                .map(|path| {
                    let bytes = fs::read(path).unwrap();
                    (Digest::of(&bytes), bytes.into())
                })
                .collect();
            Case {
                deck: deck::deck_from_json(&json).unwrap(),
                files,
                folder,
            }
        })
        .collect()
}

fn digest(frame: &Frame) -> String {
    let mut digester = Digester::new();
    digester.update(&frame.width.to_be_bytes());
    digester.update(&frame.height.to_be_bytes());
    digester.update(&frame.rgba);
    digester.finish().to_string()
}

/// Every slide of every board: name and pixels.
fn frames(case: &Case, fonts: &Fonts) -> Vec<(String, Frame)> {
    let pictures = Pictures::new(&case.files);
    let mut frames = Vec::new();
    for board in &case.deck.boards {
        for slide in 0..case.deck.slides.len() {
            let scene = resolve(&case.deck, slide, board, fonts, &pictures).unwrap();
            let name = format!("{}x{}-{slide}", board.width_px, board.height_px);
            frames.push((name, draw(&scene)));
        }
    }
    frames
}

#[test]
fn fixture_decks_give_the_pixels_they_always_gave() {
    let bless = std::env::var_os("LOA_BLESS").is_some();
    let fonts = Fonts::bundled().unwrap();
    for case in cases() {
        let expected = case.folder.join("expected");
        for (name, frame) in frames(&case, &fonts) {
            let golden = expected.join(format!("{name}.sha256"));
            if bless {
                fs::create_dir_all(&expected).unwrap();
                fs::write(&golden, digest(&frame) + "\n").unwrap();
                let mut bytes = Vec::new();
                png(&frame, &mut bytes).unwrap();
                fs::write(expected.join(format!("{name}.png")), bytes).unwrap();
            }
            let golden = fs::read_to_string(&golden).unwrap();
            assert_eq!(
                digest(&frame),
                golden.trim(),
                "{} {name}: the pixels changed; see the fixtures' README",
                case.folder.display()
            );
        }
    }
}

#[test]
fn the_pictures_for_people_show_the_golden_pixels() {
    let fonts = Fonts::bundled().unwrap();
    for case in cases() {
        for (name, frame) in frames(&case, &fonts) {
            let file = fs::read(case.folder.join(format!("expected/{name}.png"))).unwrap();
            let shown = image::load_from_memory(&file).unwrap().into_rgba8();
            assert_eq!(shown.dimensions(), (frame.width, frame.height));
            assert!(shown.into_raw() == frame.rgba, "{name}");
        }
    }
}

#[test]
fn threads_and_repeated_runs_give_the_same_pixels_and_the_same_png_bytes() {
    let shared = Fonts::bundled().unwrap();
    for case in cases() {
        let first = frames(&case, &shared);
        std::thread::scope(|scope| {
            let runs: Vec<_> = (0..4)
                .map(|number| {
                    let (case, shared) = (&case, &shared);
                    scope.spawn(move || {
                        if number % 2 == 0 {
                            frames(case, shared)
                        } else {
                            frames(case, &shared.clone())
                        }
                    })
                })
                .collect();
            for run in runs {
                assert!(run.join().unwrap() == first);
            }
        });
        let bytes = |frame: &Frame| {
            let mut bytes = Vec::new();
            png(frame, &mut bytes).unwrap();
            bytes
        };
        for ((_, first), (_, second)) in first.iter().zip(frames(&case, &shared)) {
            assert!(bytes(first) == bytes(&second));
        }
    }
}
