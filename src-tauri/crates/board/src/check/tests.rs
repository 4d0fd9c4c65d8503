//! Each check on both sides of its limit; what is not shown at all in a file of its own.

mod shown;

use units::Id;

use super::{Code, Finding, Severity, check, check_slide, facts, rules};
use crate::deck::{
    Align, Audience, Board, Colour, Deck, Element, Font, Frame, Kind, Size, Slide, Text,
    VerticalAlign,
};
use crate::{Fonts, Pictures};

pub(super) fn board() -> Board {
    Board {
        id: Id::from_bytes([1; 16]),
        name: "Thử".into(),
        width_px: 640,
        height_px: 320,
        pitch_um: 10_000,
        viewing_distance_m: 5,
        audience: Audience::Pedestrian,
        outdoor: false,
        night: false,
    }
}

fn text(words: &str, px: u16) -> Text {
    Text {
        text: words.into(),
        font: Font {
            family: "Noto Sans".into(),
            weight: 700,
        },
        size: Size::Fixed { px },
        colour: Colour::WHITE,
        align: Align::Centre,
        valign: VerticalAlign::Middle,
        line_spacing_percent: 110,
    }
}

fn element(number: u8, frame: Frame, kind: Kind) -> Element {
    Element {
        id: Id::from_bytes([number; 16]),
        frame,
        kind,
    }
}

fn deck(board: &Board, elements: Vec<Element>) -> Deck {
    Deck {
        id: Id::from_bytes([9; 16]),
        title: "Thử".into(),
        boards: vec![board.clone()],
        slides: vec![Slide {
            id: Id::from_bytes([8; 16]),
            duration_ms: 600_000,
            background: Colour::BLACK,
            elements,
        }],
    }
}

fn found(deck: &Deck, board: &Board) -> Vec<Finding> {
    let fonts = Fonts::bundled().unwrap();
    check(deck, board, &fonts, &Pictures::new(())).unwrap()
}

/// How bad `code` is for one text in the middle of a black slide.
fn severity(code: Code, board: &Board, text: Text) -> Option<Severity> {
    let deck = deck(board, vec![element(1, Frame::BOARD, Kind::Text(text))]);
    let findings = found(&deck, board);
    findings
        .iter()
        .find(|finding| finding.code == code)
        .map(|finding| finding.severity)
}

#[test]
fn a_good_slide_has_no_findings() {
    let deck = deck(
        &board(),
        vec![element(1, Frame::BOARD, Kind::Text(text("BÃO", 60)))],
    );
    assert_eq!(found(&deck, &board()), []);
}

#[test]
fn text_is_too_small_under_sixteen_pixels_and_doubtful_under_twenty() {
    let at = |px| severity(Code::TextTooSmall, &board(), text("Bão", px));
    assert_eq!(at(15), Some(Severity::Error));
    assert_eq!(at(16), Some(Severity::Warning));
    assert_eq!(at(19), Some(Severity::Warning));
    assert_eq!(at(20), None);
}

#[test]
fn the_distance_by_day_follows_the_height_of_capitals() {
    // Noto Sans Bold: capitals of 0.714 em. 28 px × 0.714 × 10 mm = 200 mm: good to 60 m.
    let at = |distance_m| {
        let board = Board {
            viewing_distance_m: distance_m,
            ..board()
        };
        severity(Code::DistanceDay, &board, text("BÃO", 28))
    };
    assert_eq!(at(59), None);
    assert_eq!(at(61), Some(Severity::Notice));
    assert_eq!(at(71), Some(Severity::Notice));
    assert_eq!(at(73), Some(Severity::Warning));
    assert_eq!(at(119), Some(Severity::Warning));
    assert_eq!(at(121), Some(Severity::Error));
}

#[test]
fn the_distance_at_night_counts_only_where_it_is_read_at_night() {
    // 200 mm × 0.16 = 32 m.
    let at = |distance_m, night| {
        let board = Board {
            viewing_distance_m: distance_m,
            night,
            ..board()
        };
        severity(Code::DistanceNight, &board, text("BÃO", 28))
    };
    assert_eq!(at(31, true), None);
    assert_eq!(at(33, true), Some(Severity::Warning));
    assert_eq!(at(33, false), None);
}

#[test]
fn contrast_is_judged_by_wcag_and_more_strictly_in_the_open() {
    let at = |grey: u8, outdoor| {
        let board = Board { outdoor, ..board() };
        let colour = Colour::rgb(grey, grey, grey);
        severity(
            Code::Contrast,
            &board,
            Text {
                colour,
                ..text("BÃO", 60)
            },
        )
    };
    // Against black: #747474 is 4.48, #757575 4.56, #949494 6.89, #969696 7.08 to one.
    assert_eq!(at(0x74, false), Some(Severity::Error));
    assert_eq!(at(0x75, false), None);
    assert_eq!(at(0x94, true), Some(Severity::Warning));
    assert_eq!(at(0x96, true), None);
    assert_eq!(at(0x94, false), None);
}

#[test]
fn contrast_is_against_what_is_really_behind_the_text() {
    let white = Kind::Rect {
        colour: Colour::WHITE,
    };
    let words = element(2, Frame::BOARD, Kind::Text(text("BÃO", 60)));
    let contrast = |elements: Vec<Element>| {
        let findings = found(&deck(&board(), elements), &board());
        findings
            .iter()
            .any(|finding| finding.code == Code::Contrast)
    };
    assert!(contrast(vec![
        element(1, Frame::BOARD, white.clone()),
        words.clone()
    ]));
    // Above the text it is not behind it, and elsewhere it does not matter.
    let corner = Frame {
        width: 20_000,
        height: 20_000,
        ..Frame::BOARD
    };
    assert!(!contrast(vec![
        element(1, corner, white.clone()),
        words.clone()
    ]));
    assert!(!contrast(vec![words, element(1, Frame::BOARD, white)]));
}

#[test]
fn a_few_bright_specks_behind_a_line_are_no_matter_but_a_bright_tenth_is() {
    let fonts = Fonts::bundled().unwrap();
    let contrast = |height| {
        let strip = Frame {
            x: 0,
            y: 50_000,
            width: Frame::FULL,
            height,
        };
        let white = Kind::Rect {
            colour: Colour::WHITE,
        };
        let words = Kind::Text(text("BÃO BÃO", 100));
        let deck = deck(
            &board(),
            vec![element(1, strip, white), element(2, Frame::BOARD, words)],
        );
        facts(&deck, 0, &board(), &fonts, &Pictures::new(()))
            .unwrap()
            .texts[0]
            .contrast
    };
    // The line is about 105 rows with its surroundings; the board has 320.
    assert!(contrast(1_250) > 20.0, "4 rows");
    assert!(contrast(3_750) < 1.1, "12 rows");
}

#[test]
fn a_slide_stands_long_enough_for_its_syllables_and_its_audience() {
    let at = |duration_ms, audience| {
        let board = Board {
            audience,
            ..board()
        };
        let words = Kind::Text(text("một hai ba bốn năm sáu bảy tám", 40));
        let mut deck = deck(&board, vec![element(1, Frame::BOARD, words)]);
        deck.slides[0].duration_ms = duration_ms;
        found(&deck, &board)
            .into_iter()
            .find(|finding| finding.code == Code::DwellTime)
            .map(|finding| (finding.severity, finding.needed))
    };
    assert_eq!(
        at(4_999, Audience::Pedestrian),
        Some((Severity::Warning, 5.0))
    );
    assert_eq!(at(5_000, Audience::Pedestrian), None);
    assert_eq!(at(7_499, Audience::Road), Some((Severity::Warning, 7.5)));
    assert_eq!(at(7_500, Audience::Road), None);
}

#[test]
fn reading_takes_four_seconds_at_least_and_nothing_where_there_is_no_text() {
    assert_eq!(rules::dwell_needed_ms(0, Audience::Road), 0);
    assert_eq!(rules::dwell_needed_ms(1, Audience::Pedestrian), 4_000);
    assert_eq!(rules::dwell_needed_ms(6, Audience::Pedestrian), 4_000);
    assert_eq!(rules::dwell_needed_ms(7, Audience::Pedestrian), 4_500);
    assert_eq!(rules::dwell_needed_ms(usize::MAX, Audience::Road), u32::MAX);
}

#[test]
fn ink_stays_two_per_cent_off_the_edge_and_is_cut_off_beyond_it() {
    // Two per cent of 320 rows: 6 pixels.
    let at = |left_px: i32| {
        let board = board();
        let frame = Frame {
            x: left_px * Frame::FULL / 640,
            y: 30_000,
            width: 60_000,
            height: 40_000,
        };
        let words = Text {
            align: Align::Left,
            ..text("BÃO", 40)
        };
        let deck = deck(&board, vec![element(1, frame, Kind::Text(words))]);
        found(&deck, &board)
            .into_iter()
            .find(|finding| finding.code == Code::OutsideSafeArea)
            .map(|finding| (finding.severity, finding.measured, finding.needed))
    };
    assert_eq!(at(6), None);
    assert_eq!(at(5), Some((Severity::Warning, 5.0, 6.0)));
    assert_eq!(at(0), Some((Severity::Warning, 0.0, 6.0)));
    assert_eq!(at(-1), Some((Severity::Error, -1.0, 6.0)));
}

#[test]
fn the_worst_of_a_slide_comes_first_and_slides_stay_in_order() {
    let board = board();
    let mut deck = deck(
        &board,
        vec![element(
            1,
            Frame::BOARD,
            Kind::Text(text("một hai ba bốn", 12)),
        )],
    );
    deck.slides[0].duration_ms = 1_000;
    let mut second = deck.slides[0].clone();
    second.id = Id::from_bytes([7; 16]);
    deck.slides.push(second);
    let findings = found(&deck, &board);
    let order: Vec<_> = findings
        .iter()
        .map(|finding| (finding.slide, finding.code))
        .collect();
    assert_eq!(
        order,
        [
            (0, Code::TextTooSmall),
            (0, Code::DwellTime),
            (1, Code::TextTooSmall),
            (1, Code::DwellTime),
        ]
    );
}

#[test]
fn facts_say_how_high_the_letters_hang_and_how_far_they_read() {
    let fonts = Fonts::bundled().unwrap();
    let board = Board {
        pitch_um: 5_000,
        ..board()
    };
    let deck = deck(
        &board,
        vec![element(1, Frame::BOARD, Kind::Text(text("BÃO SỐ 9", 52)))],
    );
    let facts = facts(&deck, 0, &board, &fonts, &Pictures::new(())).unwrap();
    assert_eq!((facts.syllables, facts.dwell_needed_ms), (3, 4_000));
    let text = &facts.texts[0];
    // 52 px × 0.714 × 5 mm.
    assert!(
        (text.cap_height_mm - 185.6).abs() < 1.0,
        "{}",
        text.cap_height_mm
    );
    assert!(
        (text.readable_day_m - 55.7).abs() < 0.5,
        "{}",
        text.readable_day_m
    );
    assert!((text.readable_night_m - 29.7).abs() < 0.5);
    assert!((text.contrast - 21.0).abs() < 0.01);
    assert_eq!((text.font_px, text.lines), (52, 1));
    let none = check_slide(&deck, 0, &board, &fonts, &Pictures::new(())).unwrap();
    assert_eq!(none, []);
}
