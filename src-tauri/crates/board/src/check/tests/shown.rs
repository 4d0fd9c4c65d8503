//! What a slide has and does not show: covered words, missing letters, fonts and pictures.

use units::Id;

use super::{board, deck, element, found, text};
use crate::check::{Code, check};
use crate::deck::{Board, Colour, Element, Fit, Frame, Kind, Text};
use crate::{Fonts, Pictures};

#[test]
fn text_that_something_lies_upon_is_found_with_how_much_of_it_is_seen() {
    let seen = |above: Vec<Element>| {
        let mut elements = vec![element(1, Frame::BOARD, Kind::Text(text("BÃO BÃO", 100)))];
        elements.extend(above);
        let findings = found(&deck(&board(), elements), &board());
        let covered = findings
            .iter()
            .find(|it| it.code == Code::TextCovered && it.element == Some(Id::from_bytes([1; 16])));
        covered.map(|it| (it.measured, it.needed))
    };
    let rect = |width: i32, colour: &str| {
        let colour = colour.parse().unwrap();
        let frame = Frame {
            width,
            ..Frame::BOARD
        };
        vec![element(2, frame, Kind::Rect { colour })]
    };
    assert_eq!(seen(vec![]), None);
    // The words stand from about 17 to 83 per cent of the width.
    assert_eq!(seen(rect(15_000, "#FFD84D")), None, "beside them");
    let (half, needed) = seen(rect(50_000, "#FFD84D")).unwrap();
    assert!((40.0..60.0).contains(&half), "{half}");
    assert_eq!(needed, 95.0);
    assert_eq!(seen(rect(100_000, "#FFD84D")), Some((0.0, 95.0)));
    // White under four fifths of black is #333333, 1.66 to one; under two fifths #999999, 7.37.
    assert_eq!(seen(rect(100_000, "#000000CC")), Some((0.0, 95.0)));
    assert_eq!(seen(rect(100_000, "#00000066")), None, "a thin veil");
    let words = Kind::Text(text("BÃO BÃO", 100));
    assert_eq!(
        seen(vec![element(2, Frame::BOARD, words)]),
        Some((0.0, 95.0))
    );
}

#[test]
fn small_dim_letters_that_a_thing_only_comes_near_are_not_taken_for_covered() {
    let grey = Kind::Text(Text {
        colour: Colour::rgb(0x80, 0x80, 0x80),
        ..text("lừng lững", 16)
    });
    // A dot of a pixel or two in the middle of the words.
    let dot = Frame {
        x: 50_000,
        y: 50_000,
        width: 300,
        height: 300,
    };
    let black = Kind::Rect {
        colour: Colour::BLACK,
    };
    let deck = deck(
        &board(),
        vec![element(1, Frame::BOARD, grey), element(2, dot, black)],
    );
    let findings = found(&deck, &board());
    assert!(findings.iter().all(|it| it.code != Code::TextCovered));
}

#[test]
fn a_slide_of_things_all_upon_each_other_is_looked_at_in_reasonable_time() {
    let board = Board {
        width_px: 3_840,
        height_px: 2_160,
        ..board()
    };
    let words = |number| element(number, Frame::BOARD, Kind::Text(text("BÃO", 20)));
    let deck = deck(&board, (1..=60).map(words).collect());
    // In full this would be 60 × 30 × 2 screens of eight million pixels.
    let findings = found(&deck, &board);
    assert!(findings.iter().any(|it| it.code == Code::Contrast));
}

#[test]
fn what_cannot_be_shown_is_said() {
    let codes = |kind: Kind, frame: Frame| -> Vec<Code> {
        let deck = deck(&board(), vec![element(1, frame, kind)]);
        found(&deck, &board())
            .iter()
            .map(|finding| finding.code)
            .collect()
    };
    let image = Kind::Image {
        digest: units::Digest::of(b"nowhere"),
        fit: Fit::Cover,
    };
    assert_eq!(codes(image, Frame::BOARD), [Code::ImageMissing]);
    let nothing = Frame {
        width: 0,
        ..Frame::BOARD
    };
    assert_eq!(codes(Kind::Text(text("BÃO", 40)), nothing), [Code::NoRoom]);
    let small = Frame {
        width: 5_000,
        height: 5_000,
        ..Frame::BOARD
    };
    let qr = Kind::Qr { text: "x".into() };
    assert_eq!(codes(qr, small), [Code::QrTooSmall]);
    assert_eq!(
        codes(Kind::Text(text("BÃO 你好", 40)), Frame::BOARD),
        [Code::GlyphMissing]
    );
    let mut words = text("BÃO", 40);
    words.font.family = "Comic Sans".into();
    assert_eq!(codes(Kind::Text(words), Frame::BOARD), [Code::FontMissing]);
}

#[test]
fn characters_and_fonts_that_are_missing_are_named() {
    let mut words = text("BÃO \u{1f300} 你好 你", 40);
    words.font.family = "Comic Sans".into();
    let deck = deck(&board(), vec![element(1, Frame::BOARD, Kind::Text(words))]);
    let details: Vec<(Code, String)> = found(&deck, &board())
        .into_iter()
        .map(|finding| (finding.code, finding.detail))
        .collect();
    assert_eq!(
        details,
        [
            (Code::GlyphMissing, "你好\u{1f300}".to_owned()),
            (Code::FontMissing, "Comic Sans".to_owned()),
        ]
    );
}

#[test]
fn a_photo_that_is_cut_off_is_found() {
    let photo = include_bytes!("../../../../../../assets/training/tram-y-te.jpg");
    let fonts = Fonts::bundled().unwrap();
    let codes = |bytes: &[u8]| -> Vec<Code> {
        let digest = units::Digest::of(bytes);
        let files = std::collections::HashMap::from([(digest, bytes.into())]);
        let fit = Fit::Cover;
        let deck = deck(
            &board(),
            vec![element(1, Frame::BOARD, Kind::Image { digest, fit })],
        );
        let found = check(&deck, &board(), &fonts, &Pictures::new(&files)).unwrap();
        found.iter().map(|finding| finding.code).collect()
    };
    assert_eq!(codes(photo), []);
    assert_eq!(codes(&photo[..photo.len() / 2]), [Code::ImageUnreadable]);
}
