//! Hostile decks and edits: read, written back, resolved, drawn and checked.
//!
//! Run with the decks of `tests/fixtures/deck` and `assets/templates` as a corpus beside the own one.
#![no_main]

use std::sync::LazyLock;

use board::deck::{Kind, deck_from_json, deck_to_json, edit_from_json, edit_to_json};
use board::{Fonts, Pictures, check_slide, draw, png, resolve, template_from_json};
use libfuzzer_sys::fuzz_target;

/// Large boards are slow, not different.
const PIXELS_MAX: u64 = 100_000;
const CHARS_MAX: usize = 1_000;

static FONTS: LazyLock<Fonts> = LazyLock::new(|| Fonts::bundled().unwrap());

fuzz_target!(|bytes: &[u8]| {
    let Ok(json) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Ok(template) = template_from_json(json) {
        let deck = template.fill(units::Id::from_bytes([0; 16]), &Default::default());
        assert!(deck.is_ok_and(|deck| deck.validate().is_ok()) || json.contains("{{"));
    }
    if let Ok(edit) = edit_from_json(json) {
        let line = edit_to_json(&edit).unwrap();
        assert_eq!(edit_from_json(&line).unwrap(), edit);
    }
    let Ok(deck) = deck_from_json(json) else {
        return;
    };
    let written = deck_to_json(&deck).unwrap();
    assert_eq!(deck_from_json(&written).unwrap(), deck);
    let pictures = Pictures::new(());
    for board in deck.boards.iter().filter(|board| board.pixels() <= PIXELS_MAX).take(2) {
        for (index, slide) in deck.slides.iter().enumerate().take(3) {
            let chars: usize = slide
                .elements
                .iter()
                .map(|element| match &element.kind {
                    Kind::Text(text) => text.text.chars().count(),
                    _ => 0,
                })
                .sum();
            if chars > CHARS_MAX || slide.elements.len() > 20 {
                continue;
            }
            let scene = resolve(&deck, index, board, &FONTS, &pictures).unwrap();
            let frame = draw(&scene);
            assert_eq!(frame.rgba.len() as u64, board.pixels() * 4);
            assert!(frame.rgba.chunks_exact(4).all(|pixel| pixel[3] == 255));
            png(&frame, std::io::sink()).unwrap();
            check_slide(&deck, index, board, &FONTS, &pictures).unwrap();
        }
    }
});
