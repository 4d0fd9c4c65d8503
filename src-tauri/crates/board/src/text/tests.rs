//! No mark is ever cut off: ink of all Vietnamese letters in all fonts and sizes, and random texts
//! on boards.

use proptest::prelude::{Strategy, prop, proptest};
use proptest::test_runner::Config;
use proptest::{prop_assert, prop_assert_eq};
use units::Id;

use super::VIETNAMESE_LETTERS;
use crate::deck::{
    Align, Audience, Board, Colour, Deck, Element, Font, Frame, Kind, Size, Slide, Text,
    VerticalAlign,
};
use crate::scene::{PixelRect, Shape, TextBlock};
use crate::{Code, Fonts, Pictures, check_slide, draw, resolve};

fn board(width_px: u32, height_px: u32) -> Board {
    Board {
        id: Id::from_bytes([1; 16]),
        name: "Thử".into(),
        width_px,
        height_px,
        pitch_um: 10_000,
        viewing_distance_m: 10,
        audience: Audience::Pedestrian,
        outdoor: true,
        night: false,
    }
}

fn text(words: &str, family: &str, weight: u16, size: Size) -> Text {
    Text {
        text: words.into(),
        font: Font {
            family: family.into(),
            weight,
        },
        size,
        colour: Colour::WHITE,
        align: Align::Centre,
        valign: VerticalAlign::Middle,
        line_spacing_percent: 110,
    }
}

fn deck(board: &Board, frame: Frame, text: Text) -> Deck {
    Deck {
        id: Id::from_bytes([2; 16]),
        title: "Thử".into(),
        boards: vec![board.clone()],
        slides: vec![Slide {
            id: Id::from_bytes([3; 16]),
            duration_ms: 60_000,
            background: Colour::BLACK,
            elements: vec![Element {
                id: Id::from_bytes([4; 16]),
                frame,
                kind: Kind::Text(text),
            }],
        }],
    }
}

/// The text laid out and the pixels that are not black.
fn inked(deck: &Deck, board: &Board, fonts: &Fonts) -> (TextBlock, PixelRect) {
    let scene = resolve(deck, 0, board, fonts, &Pictures::new(())).unwrap();
    let frame = draw(&scene);
    let mut seen = PixelRect::default();
    for (index, pixel) in frame.rgba.chunks_exact(4).enumerate() {
        if pixel[..3] != [0, 0, 0] {
            let (x, y) = (index as u32 % frame.width, index as u32 / frame.width);
            seen = seen.union(PixelRect {
                left: x as i32,
                top: y as i32,
                right: x as i32 + 1,
                bottom: y as i32 + 1,
            });
        }
    }
    let Shape::Text(block) = scene.items[0].shape.clone() else {
        panic!("no text");
    };
    (block, seen)
}

#[test]
fn there_are_134_letters() {
    let mut letters: Vec<char> = VIETNAMESE_LETTERS.chars().collect();
    letters.sort_unstable();
    letters.dedup();
    assert_eq!(letters.len(), 134);
}

#[test]
fn no_letter_has_ink_outside_its_box_or_is_clipped_or_missing() {
    let fonts = Fonts::bundled().unwrap();
    let board = board(64, 64);
    for family in fonts.families() {
        for weight in fonts.weights(family) {
            for px in [16, 20, 24, 32] {
                for letter in VIETNAMESE_LETTERS.chars() {
                    let words = text(&letter.to_string(), family, weight, Size::Fixed { px });
                    let deck = deck(&board, Frame::BOARD, words);
                    let (block, seen) = inked(&deck, &board, &fonts);
                    let name = format!("{letter} in {family} {weight} at {px}");
                    assert!(block.missing.is_empty() && !block.substituted, "{name}");
                    assert!(block.fits, "{name}");
                    let ink = block.ink();
                    assert!(
                        !seen.is_empty() && ink.contains(seen),
                        "{name}: {seen:?} in {ink:?}"
                    );
                    // And the box is no larger than needed: a faint edge pixel may round to black.
                    assert!(seen.grown(1).contains(ink), "{name}: {seen:?} in {ink:?}");
                    assert!(!seen.contains(PixelRect {
                        left: 0,
                        top: 0,
                        right: 64,
                        bottom: 64
                    }));
                }
            }
        }
    }
}

#[test]
fn marks_of_one_line_never_touch_the_line_above() {
    let fonts = Fonts::bundled().unwrap();
    let board = board(192, 192);
    for family in fonts.families() {
        for spacing in [50, 100, 200] {
            let mut words = text("gyọậ\nẨẪẴỖ\ngyợự", family, 700, Size::Fixed { px: 32 });
            words.line_spacing_percent = spacing;
            let (block, _) = inked(&deck(&board, Frame::BOARD, words), &board, &fonts);
            assert_eq!(block.lines.len(), 3);
            for pair in block.lines.windows(2) {
                assert!(pair[0].ink.bottom < pair[1].ink.top, "{family} {spacing}");
            }
        }
    }
}

#[test]
fn the_largest_size_that_fits_is_taken() {
    let fonts = Fonts::bundled().unwrap();
    let board = board(320, 160);
    let words = text(
        "GIÓ GIẬT CẤP 11",
        "Be Vietnam Pro",
        700,
        Size::Fit { max: None },
    );
    let fitted = deck(&board, Frame::BOARD, words.clone());
    let (block, _) = inked(&fitted, &board, &fonts);
    assert!(block.fits && block.px > 40, "{}", block.px);
    let size = Size::Fixed { px: block.px + 1 };
    let larger = deck(
        &board,
        Frame::BOARD,
        Text {
            size,
            ..words.clone()
        },
    );
    assert!(!inked(&larger, &board, &fonts).0.fits);
    // A limit in the deck holds.
    let size = Size::Fit { max: Some(20_000) };
    let limited = deck(&board, Frame::BOARD, Text { size, ..words });
    assert_eq!(inked(&limited, &board, &fonts).0.px, 32);
}

#[test]
fn what_cannot_fit_stays_legible_and_is_said() {
    let fonts = Fonts::bundled().unwrap();
    let board = board(64, 32);
    let words = text(
        "Chằng chống nhà cửa, neo đậu ghe tàu, dự trữ nước uống",
        "Noto Sans",
        700,
        Size::Fit { max: None },
    );
    let deck = deck(&board, Frame::BOARD, words);
    let (block, _) = inked(&deck, &board, &fonts);
    assert_eq!(block.px, 16, "never below the gate");
    assert!(!block.fits);
    let findings = check_slide(&deck, 0, &board, &fonts, &Pictures::new(())).unwrap();
    let overflow = findings
        .iter()
        .find(|finding| finding.code == Code::TextOverflow)
        .unwrap();
    assert!(overflow.measured > overflow.needed);
    assert_eq!(overflow.detail, "", "two slides help");
}

#[test]
fn a_word_that_no_second_slide_gives_room_is_named() {
    let fonts = Fonts::bundled().unwrap();
    let board = board(64, 32);
    let named = |words: &str| {
        let words = text(words, "Noto Sans", 700, Size::Fit { max: None });
        let deck = deck(&board, Frame::BOARD, words);
        let findings = check_slide(&deck, 0, &board, &fonts, &Pictures::new(())).unwrap();
        let overflow = findings
            .into_iter()
            .find(|it| it.code == Code::TextOverflow);
        overflow.map(|it| it.detail)
    };
    assert_eq!(named("KHUYẾN NÔNG 2026").as_deref(), Some("KHUYẾN"));
    assert_eq!(
        named("báo www.quangninh.example.vn").as_deref(),
        Some("www.quangninh.exampl")
    );
    assert_eq!(named("Họp thôn lúc 7 giờ tối").as_deref(), Some(""));
    assert_eq!(named("Họp"), None);
}

#[test]
fn text_is_the_same_however_its_marks_are_typed() {
    let fonts = Fonts::bundled().unwrap();
    let board = board(192, 96);
    let shown = |words: &str| {
        let words = text(words, "Noto Sans", 400, Size::Fit { max: None });
        let scene = resolve(
            &deck(&board, Frame::BOARD, words),
            0,
            &board,
            &fonts,
            &Pictures::new(()),
        );
        draw(&scene.unwrap())
    };
    assert!(
        shown("Điện Biên Phủ ẵ")
            == shown("Đie\u{302}\u{323}n Bie\u{302}n Phu\u{309} a\u{306}\u{303}")
    );
}

#[test]
fn text_without_a_letter_draws_nothing_and_is_no_fault() {
    let fonts = Fonts::bundled().unwrap();
    let board = board(64, 32);
    for words in ["", " ", "\n", " \n\n ", "\u{200b}", "\u{feff}\r\n", "\u{7}"] {
        for size in [Size::Fit { max: None }, Size::Fixed { px: 20 }] {
            let deck = deck(&board, Frame::BOARD, text(words, "Noto Sans", 400, size));
            let (block, seen) = inked(&deck, &board, &fonts);
            assert!(block.lines.is_empty() && seen.is_empty(), "{words:?}");
            let findings = check_slide(&deck, 0, &board, &fonts, &Pictures::new(())).unwrap();
            assert_eq!(findings, [], "{words:?}");
        }
    }
}

/// Made-up Vietnamese: onset, a marked vowel, coda, now and then a number, a capital or a line end.
fn vietnamese() -> impl Strategy<Value = String> {
    let onsets = vec![
        "", "b", "ch", "đ", "g", "gi", "kh", "l", "ngh", "ph", "qu", "th", "tr", "x",
    ];
    let vowels: Vec<char> = "aeiouyàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ"
        .chars()
        .collect();
    let codas = vec!["", "c", "ch", "m", "n", "ng", "nh", "p", "t", "i", "u"];
    let syllable = (
        prop::sample::select(onsets),
        prop::sample::select(vowels),
        prop::sample::select(codas),
        0u8..12,
    )
        .prop_map(|(onset, vowel, coda, style)| {
            let word = format!("{onset}{vowel}{coda}");
            match style {
                0..=2 => word.to_uppercase(),
                3 => format!("{word} 11"),
                4 => format!("{word},"),
                5 => format!("{word}\n"),
                _ => word,
            }
        });
    prop::collection::vec(syllable, 1..24).prop_map(|words| words.join(" "))
}

proptest! {
    #![proptest_config(Config { cases: 200, ..Config::default() })]

    #[test]
    fn nothing_overflows_unreported(
        words in vietnamese(),
        family in prop::sample::select(vec!["Noto Sans", "Be Vietnam Pro", "Barlow Condensed"]),
        align in prop::sample::select(vec![Align::Left, Align::Centre, Align::Right]),
        valign in prop::sample::select(vec![
            VerticalAlign::Top,
            VerticalAlign::Middle,
            VerticalAlign::Bottom,
        ]),
    ) {
        let fonts = Fonts::bundled().unwrap();
        let frame = Frame { x: 4_000, y: 4_000, width: 92_000, height: 92_000 };
        for board in [board(64, 32), board(192, 96), board(320, 160), board(640, 384)] {
            let mut text = text(&words, family, 700, Size::Fit { max: None });
            text.align = align;
            text.valign = valign;
            let deck = deck(&board, frame, text);
            let (block, seen) = inked(&deck, &board, &fonts);
            let findings = check_slide(&deck, 0, &board, &fonts, &Pictures::new(())).unwrap();
            let said = findings.iter().any(|finding| finding.code == Code::TextOverflow);
            prop_assert_eq!(said, !block.fits);
            let area = crate::resolve::area(frame, &board);
            if !said {
                prop_assert!(area.contains(seen), "{:?} outside {:?}: {}", seen, area, words);
            }
            prop_assert!(block.ink().contains(seen));
            prop_assert!(block.px >= 16);
        }
    }
}
