//! Frames become pixels, lines become crisp, QR codes can be read.

use units::Id;

use super::area;
use crate::deck::{Audience, Board, Colour, Element, Frame, Kind, Slide, Slope, deck_from_json};
use crate::scene::{Missing, PixelRect, Shape};
use crate::{Error, Fonts, Pictures, draw, resolve};

fn board(width_px: u32, height_px: u32) -> Board {
    Board {
        id: Id::from_bytes([1; 16]),
        name: "Thử".into(),
        width_px,
        height_px,
        pitch_um: 5_000,
        viewing_distance_m: 10,
        audience: Audience::Pedestrian,
        outdoor: false,
        night: false,
    }
}

fn frame(x: i32, y: i32, width: i32, height: i32) -> Frame {
    Frame {
        x,
        y,
        width,
        height,
    }
}

fn shape(kind: Kind, at: Frame, board: &Board) -> Shape {
    let json = include_str!("../../../../../tests/fixtures/deck/v1/deck.json");
    let mut deck = deck_from_json(json).unwrap();
    deck.slides = vec![Slide {
        id: Id::from_bytes([1; 16]),
        duration_ms: 5_000,
        background: Colour::BLACK,
        elements: vec![Element {
            id: Id::from_bytes([2; 16]),
            frame: at,
            kind,
        }],
    }];
    let fonts = Fonts::bundled().unwrap();
    let mut scene = resolve(&deck, 0, board, &fonts, &Pictures::new(())).unwrap();
    scene.items.remove(0).shape
}

#[test]
fn frames_that_touch_in_the_deck_touch_on_every_board() {
    for width in [64, 65, 191, 320, 1919] {
        let board = board(width, 40);
        let left = area(frame(0, 0, 33_333, 100_000), &board);
        let right = area(frame(33_333, 0, 66_667, 100_000), &board);
        assert_eq!(left.right, right.left);
        assert_eq!((left.left, right.right), (0, width as i32));
    }
}

#[test]
fn every_whole_pixel_of_the_widest_board_can_be_reached() {
    let board = board(8_000, 8);
    for px in 0..8_000 {
        let x = ((f64::from(px) * 100_000.0) / 8_000.0).round() as i32;
        assert_eq!(area(frame(x, 0, 0, 0), &board).left, px);
    }
}

#[test]
fn a_level_line_is_whole_pixels_and_never_thinner_than_one() {
    let line = Kind::Line {
        colour: Colour::WHITE,
        thickness: 0,
        slope: Slope::Down,
    };
    let Shape::Rect { rect, .. } = shape(line, frame(0, 50_000, 100_000, 0), &board(64, 32)) else {
        panic!("not a rectangle");
    };
    assert_eq!((rect.width(), rect.height()), (64, 1));
}

#[test]
fn a_qr_code_is_whole_modules_with_its_quiet_zone_or_says_what_it_needs() {
    let code = || Kind::Qr {
        text: "https://example.vn".into(),
    };
    let shape_at = |board: &Board| shape(code(), Frame::BOARD, board);
    match shape_at(&board(160, 100)) {
        Shape::Qr {
            x,
            y,
            module_px,
            side,
            modules,
        } => {
            let size = (side + 2 * Shape::QR_QUIET_MODULES) * module_px;
            assert_eq!(modules.len() as u32, side * side);
            assert_eq!(module_px, 3);
            assert_eq!((x, y), ((160 - size as i32) / 2, (100 - size as i32) / 2));
        }
        other => panic!("{other:?}"),
    }
    let Shape::Missing(Missing::SmallQr { needed_px }) = shape_at(&board(64, 65)) else {
        panic!("drawn on too few pixels");
    };
    assert!(matches!(shape_at(&board(64, needed_px)), Shape::Missing(_)));
    assert!(matches!(
        shape_at(&board(needed_px, needed_px)),
        Shape::Qr { .. }
    ));
}

#[test]
fn a_qr_code_in_vietnamese_is_bytes_throughout_and_never_taken_for_japanese() {
    use qrcode::bits::Bits;
    use qrcode::{Color, EcLevel, QrCode, Version};
    // Pairs of these UTF-8 bytes look like Shift JIS, in which they would take less room.
    let text = "ệtộtềnớn";
    let mut bits = Bits::new(Version::Normal(2));
    bits.push_byte_data(text.as_bytes()).unwrap();
    bits.push_terminator(EcLevel::M).unwrap();
    let bytes = QrCode::with_bits(bits, EcLevel::M).unwrap();
    let left_to_itself = QrCode::with_error_correction_level(text, EcLevel::M).unwrap();
    assert_eq!((left_to_itself.width(), bytes.width()), (21, 25));
    let kind = Kind::Qr { text: text.into() };
    let Shape::Qr { modules, .. } = shape(kind, Frame::BOARD, &board(320, 320)) else {
        panic!("no code");
    };
    let dark: Vec<bool> = bytes
        .into_colors()
        .into_iter()
        .map(|colour| colour == Color::Dark)
        .collect();
    assert!(modules == dark);
}

#[test]
fn the_longest_text_a_deck_may_have_still_makes_a_qr_code() {
    for text in ["a".repeat(2_331), "ệ".repeat(777)] {
        let code = shape(Kind::Qr { text }, Frame::BOARD, &board(1_080, 1_080));
        assert!(matches!(code, Shape::Qr { side: 177, .. }), "{code:?}");
    }
}

#[test]
fn a_slide_that_is_not_there_and_a_board_without_sense_are_refused() {
    let json = include_str!("../../../../../tests/fixtures/deck/v1/deck.json");
    let deck = deck_from_json(json).unwrap();
    let fonts = Fonts::bundled().unwrap();
    let pictures = Pictures::new(());
    assert!(matches!(
        resolve(&deck, 3, &board(64, 32), &fonts, &pictures),
        Err(Error::NoSuchSlide { index: 3, count: 3 })
    ));
    assert!(resolve(&deck, 0, &board(64, 0), &fonts, &pictures).is_err());
}

#[test]
fn what_lies_outside_the_board_is_cut_off_without_harm() {
    let rect = Kind::Rect {
        colour: Colour::WHITE,
    };
    let board = board(16, 16);
    for at in [
        frame(-100_000, -100_000, 100_000, 100_000),
        frame(200_000, 0, 100_000, 100_000),
        frame(-50_000, 50_000, 100_000, 100_000),
    ] {
        let Shape::Rect { rect, colour } = shape(rect.clone(), at, &board) else {
            panic!("not a rectangle");
        };
        let scene = crate::Scene {
            width: 16,
            height: 16,
            background: Colour::BLACK,
            items: vec![crate::Item {
                element: Id::from_bytes([2; 16]),
                area: rect,
                shape: Shape::Rect { rect, colour },
            }],
        };
        let white = draw(&scene)
            .rgba
            .chunks_exact(4)
            .filter(|pixel| pixel[0] == 255)
            .count();
        let seen = rect.intersection(PixelRect {
            left: 0,
            top: 0,
            right: 16,
            bottom: 16,
        });
        let expected = if seen.is_empty() {
            0
        } else {
            seen.width() * seen.height()
        };
        assert_eq!(white as u32, expected);
    }
}
