//! The shipped templates and boards: they open, can be filled in, and their samples are legible.

use std::collections::BTreeMap;

use units::Id;

use super::{boards_from_toml, template_from_json};
use crate::deck::{Kind, deck_from_json, deck_to_json};
use crate::{Code, Error, Fonts, Pictures, check};

const TEMPLATES: [&str; 5] = [
    include_str!("../../../../../assets/templates/storm-warning.json"),
    include_str!("../../../../../assets/templates/vaccination.json"),
    include_str!("../../../../../assets/templates/power-cut.json"),
    include_str!("../../../../../assets/templates/meeting-notice.json"),
    include_str!("../../../../../assets/templates/plain-text.json"),
];

fn id() -> Id {
    Id::from_bytes([5; 16])
}

#[test]
fn every_template_is_legible_on_every_usual_board_without_a_single_finding() {
    let fonts = Fonts::bundled().unwrap();
    let pictures = Pictures::new(());
    for json in TEMPLATES {
        let template = template_from_json(json).unwrap();
        let deck = template.fill(id(), &BTreeMap::new()).unwrap();
        let sizes: Vec<_> = deck
            .boards
            .iter()
            .map(|board| (board.width_px, board.height_px))
            .collect();
        assert_eq!(sizes, [(192, 96), (320, 160), (640, 384), (1920, 1080)]);
        for board in &deck.boards {
            let findings = check(&deck, board, &fonts, &pictures).unwrap();
            assert!(
                findings.is_empty(),
                "{} on {}: {findings:?}",
                template.key,
                board.name
            );
        }
    }
}

#[test]
fn every_field_of_a_template_is_used_and_no_field_is_left_unfilled() {
    for json in TEMPLATES {
        let template = template_from_json(json).unwrap();
        let marks = template
            .fields
            .iter()
            .map(|field| (field.name.clone(), format!("<{}>", field.name)))
            .collect();
        let deck = template.fill(id(), &marks).unwrap();
        assert_eq!(deck.id, id());
        let all = deck_to_json(&deck).unwrap();
        assert!(!all.contains("{{"), "{}", template.key);
        for mark in marks.values() {
            assert!(all.contains(mark.as_str()), "{} {mark}", template.key);
        }
        // What was filled in is a deck like any other.
        assert_eq!(deck_from_json(&all).unwrap(), deck);
    }
}

#[test]
fn values_are_put_in_once_and_wrong_names_are_refused() {
    let template = template_from_json(TEMPLATES[4]).unwrap();
    let fill = |name: &str, value: &str| {
        let values = BTreeMap::from([(name.to_owned(), value.to_owned())]);
        template.fill(id(), &values)
    };
    let deck = fill("text", "{{headline}} và {{").unwrap();
    let texts: Vec<_> = deck.slides[0]
        .elements
        .iter()
        .filter_map(|element| match &element.kind {
            Kind::Text(text) => Some(text.text.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(texts, ["THÔNG BÁO", "{{headline}} và {{"]);
    assert!(matches!(fill("nothing", ""), Err(Error::NoSuchField(name)) if name == "nothing"));
    assert!(matches!(
        fill("text", &"a".repeat(4_001)),
        Err(Error::Limit { .. })
    ));
}

#[test]
fn the_usual_boards_open_and_have_names_of_their_own() {
    let boards =
        boards_from_toml(include_str!("../../../../../assets/presets/boards.toml")).unwrap();
    assert!(boards.len() >= 5);
    for (index, board) in boards.iter().enumerate() {
        assert!(
            boards[..index]
                .iter()
                .all(|other| other.name != board.name && other.id != board.id)
        );
    }
    assert!(boards.iter().any(|board| board.pitch_um == 630));
    assert!(matches!(
        boards_from_toml("[[board]]"),
        Err(Error::Malformed(_))
    ));
}

#[test]
fn the_training_deck_has_one_slide_that_stands_too_briefly_and_no_error() {
    let deck = deck_from_json(include_str!("../../../../../assets/training/deck.json")).unwrap();
    let photo: &[u8] = include_bytes!("../../../../../assets/training/tram-y-te.jpg");
    let files = std::collections::HashMap::from([(units::Digest::of(photo), photo.into())]);
    let fonts = Fonts::bundled().unwrap();
    for board in &deck.boards {
        let findings = check(&deck, board, &fonts, &Pictures::new(&files)).unwrap();
        assert!(
            findings
                .iter()
                .any(|finding| finding.code == Code::DwellTime)
        );
        assert!(
            findings
                .iter()
                .all(|finding| { finding.slide == 3 && finding.severity < crate::Severity::Error }),
            "{findings:?}"
        );
    }
}
