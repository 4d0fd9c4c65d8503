//! Files of every version ever shipped still open; files that are none are told apart.

use super::{DECK_VERSION, deck_from_json, deck_to_json};
use crate::Error;
use crate::deck::{Kind, Size};

const V1: &str = include_str!("../../../../../../tests/fixtures/deck/v1/deck.json");

#[test]
fn a_deck_of_version_one_still_opens_and_is_written_back_byte_for_byte() {
    let deck = deck_from_json(V1).unwrap();
    assert_eq!(deck_to_json(&deck).unwrap(), V1);
    assert_eq!(deck.boards[0].pitch_um, 5_000);
    assert_eq!(deck.slides.len(), 3);
    let kinds: Vec<_> = deck
        .slides
        .iter()
        .flat_map(|slide| &slide.elements)
        .collect();
    assert!(kinds.iter().any(|element| matches!(
        &element.kind,
        Kind::Text(text) if text.size == Size::Fixed { px: 24 }
    )));
    assert!(
        kinds
            .iter()
            .any(|element| matches!(element.kind, Kind::Qr { .. }))
    );
    assert!(
        kinds
            .iter()
            .any(|element| matches!(element.kind, Kind::Line { .. }))
    );
}

#[test]
fn a_newer_version_is_told_apart_from_nonsense() {
    let newer = V1.replacen("\"version\": 1", "\"version\": 2", 1);
    assert!(matches!(
        deck_from_json(&newer),
        Err(Error::Version {
            found: 2,
            newest: DECK_VERSION
        })
    ));
    for text in [
        "",
        "{}",
        "[]",
        "null",
        "{\"format\":\"loa-deck\"}",
        "{\"format\":\"x\",\"version\":1}",
    ] {
        assert!(
            matches!(deck_from_json(text), Err(Error::Malformed(_))),
            "{text}"
        );
    }
    let unknown = V1.replacen("\"title\"", "\"colour\": 1, \"title\"", 1);
    assert!(matches!(deck_from_json(&unknown), Err(Error::Malformed(_))));
}

#[test]
fn ids_may_be_left_out_and_are_made_from_the_place() {
    let json = r##"{"format":"loa-deck","version":1,"title":"Thử",
        "boards":[{"name":"LED","width_px":64,"height_px":32,"pitch_mm":10,
                   "viewing_distance_m":15,"audience":"road"}],
        "slides":[{"duration_ms":5000,"background":"#000000","elements":[]},
                  {"duration_ms":5000,"background":"#000000","elements":[]}]}"##;
    let deck = deck_from_json(json).unwrap();
    assert_ne!(deck.slides[0].id, deck.slides[1].id);
    assert_eq!(deck_from_json(json).unwrap(), deck);
}

#[test]
fn limits_hold_for_sizes_counts_and_text() {
    let refused = |from: &str, to: &str| {
        let json = V1.replacen(from, to, 1);
        assert_ne!(json, V1, "{from}");
        let error = deck_from_json(&json).unwrap_err();
        assert!(
            matches!(
                error,
                Error::Limit { .. } | Error::Invalid(_) | Error::Malformed(_)
            ),
            "{from} → {to}: {error}"
        );
    };
    refused("\"width_px\": 320", "\"width_px\": 4000000000");
    refused("\"width_px\": 320", "\"width_px\": 0");
    refused("\"width_px\": 320", "\"width_px\": 8193");
    refused("\"height_px\": 160", "\"height_px\": 7");
    refused("\"pitch_mm\": 5.0", "\"pitch_mm\": 1e308");
    refused("\"pitch_mm\": 5.0", "\"pitch_mm\": -5");
    refused("\"duration_ms\": 8000", "\"duration_ms\": 1");
    refused("\"viewing_distance_m\": 15", "\"viewing_distance_m\": 0");
    refused("\"x\": 3.0", "\"x\": 1e12");
    refused("\"width\": 94.0", "\"width\": 101");
    refused("\"weight\": 700", "\"weight\": 0");
    refused("\"px\": 24", "\"px\": 9000");
    refused("CẢNH BÁO", &"a".repeat(4_001));
    refused("\"#7D1313\"", "\"red\"");
}

#[test]
fn more_slides_than_the_limit_are_refused() {
    let mut deck = deck_from_json(V1).unwrap();
    let slide = deck.slides[0].clone();
    deck.slides = (0..501u128)
        .map(|number| crate::deck::Slide {
            id: units::Id::from_bytes(number.to_be_bytes()),
            ..slide.clone()
        })
        .collect();
    assert!(matches!(
        deck.validate(),
        Err(Error::Limit {
            what: "slides",
            found: 501,
            limit: 500
        })
    ));
    deck.slides.pop();
    assert!(deck.validate().is_ok());
}
