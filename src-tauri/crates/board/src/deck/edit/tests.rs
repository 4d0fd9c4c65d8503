//! Each edit and its inverse, on random decks.

use proptest::prelude::{Strategy, any, prop, prop_oneof, proptest};
use proptest::{prop_assert, prop_assert_eq};
use units::{Digest, Id};

use super::super::{
    Align, Audience, Board, Colour, Deck, Element, Fit, Font, Frame, Kind, Size, Slide, Slope,
    Text, VerticalAlign,
};
use super::{Edit, edit_from_json, edit_to_json};
use crate::Error;
use crate::deck::{deck_from_json, deck_to_json};

fn id(number: usize) -> Id {
    Id::from_bytes((number as u128 + 1).to_be_bytes())
}

fn colour() -> impl Strategy<Value = Colour> {
    any::<[u8; 4]>().prop_map(|[r, g, b, a]| Colour { r, g, b, a })
}

fn frame() -> impl Strategy<Value = Frame> {
    (
        -100_000..=200_000,
        -100_000..=200_000,
        0..=100_000,
        0..=100_000,
    )
        .prop_map(|(x, y, width, height)| Frame {
            x,
            y,
            width,
            height,
        })
}

fn text() -> impl Strategy<Value = Text> {
    let size = prop_oneof![
        (1u16..=8_192).prop_map(|px| Size::Fixed { px }),
        prop::option::of(1..=100_000).prop_map(|max| Size::Fit { max }),
    ];
    let align = prop::sample::select(vec![Align::Left, Align::Centre, Align::Right]);
    let valign = prop::sample::select(vec![
        VerticalAlign::Top,
        VerticalAlign::Middle,
        VerticalAlign::Bottom,
    ]);
    let look = (size, colour(), align, valign, 50u16..=300);
    (".{0,40}", "[A-Z][a-z ]{0,12}", 1u16..=1000, look).prop_map(
        |(text, family, weight, (size, colour, align, valign, line_spacing_percent))| Text {
            text,
            font: Font { family, weight },
            size,
            colour,
            align,
            valign,
            line_spacing_percent,
        },
    )
}

fn kind() -> impl Strategy<Value = Kind> {
    let fit = prop::sample::select(vec![Fit::Cover, Fit::Contain, Fit::Stretch]);
    let slope = prop::sample::select(vec![Slope::Down, Slope::Up]);
    prop_oneof![
        3 => text().prop_map(Kind::Text),
        1 => (any::<[u8; 8]>(), fit).prop_map(|(bytes, fit)| Kind::Image {
            digest: Digest::of(&bytes),
            fit,
        }),
        1 => colour().prop_map(|colour| Kind::Rect { colour }),
        1 => (colour(), 0..=100_000, slope).prop_map(|(colour, thickness, slope)| Kind::Line {
            colour,
            thickness,
            slope,
        }),
        1 => ".{0,40}".prop_map(|text| Kind::Qr { text }),
    ]
}

fn element(number: usize) -> impl Strategy<Value = Element> {
    (frame(), kind()).prop_map(move |(frame, kind)| Element {
        id: id(number),
        frame,
        kind,
    })
}

fn slide(number: usize) -> impl Strategy<Value = Slide> {
    let elements = prop::collection::vec((frame(), kind()), 0..5).prop_map(|elements| {
        let elements = elements.into_iter().enumerate();
        elements
            .map(|(number, (frame, kind))| Element {
                id: id(number),
                frame,
                kind,
            })
            .collect()
    });
    (500u32..=86_400_000, colour(), elements).prop_map(
        move |(duration_ms, background, elements)| Slide {
            id: id(number),
            duration_ms,
            background,
            elements,
        },
    )
}

fn board(number: usize) -> impl Strategy<Value = Board> {
    let audience = prop::sample::select(vec![Audience::Pedestrian, Audience::Road]);
    let size = (8u32..=2048, 8u32..=2048);
    (
        size,
        50u32..=200_000,
        1u32..=1000,
        audience,
        any::<(bool, bool)>(),
    )
        .prop_map(
            move |(
                (width_px, height_px),
                pitch_um,
                viewing_distance_m,
                audience,
                (outdoor, night),
            )| {
                Board {
                    id: id(number),
                    name: format!("Bảng {number}"),
                    width_px,
                    height_px,
                    pitch_um,
                    viewing_distance_m,
                    audience,
                    outdoor,
                    night,
                }
            },
        )
}

/// Any edit of a deck with boards 0..3, slides 0..4 and elements 0..4; many do not fit.
fn edit() -> impl Strategy<Value = Edit> {
    let slide_id = || (0usize..5).prop_map(id);
    let element_id = || (0usize..6).prop_map(id);
    let single = prop_oneof![
        ".{0,20}".prop_map(Edit::SetTitle),
        (0usize..5, board(9)).prop_map(|(index, board)| Edit::AddBoard { index, board }),
        (0usize..4).prop_map(|board| Edit::RemoveBoard { board: id(board) }),
        (0usize..4).prop_flat_map(board).prop_map(Edit::ChangeBoard),
        (0usize..6, slide(9)).prop_map(|(index, slide)| Edit::AddSlide { index, slide }),
        slide_id().prop_map(|slide| Edit::RemoveSlide { slide }),
        (slide_id(), 0usize..5).prop_map(|(slide, index)| Edit::MoveSlide { slide, index }),
        (slide_id(), 400u32..10_000)
            .prop_map(|(slide, duration_ms)| Edit::SetDuration { slide, duration_ms }),
        (slide_id(), colour())
            .prop_map(|(slide, background)| Edit::SetBackground { slide, background }),
        (slide_id(), 0usize..6, element(9)).prop_map(|(slide, index, element)| Edit::AddElement {
            slide,
            index,
            element,
        }),
        (slide_id(), element_id())
            .prop_map(|(slide, element)| Edit::RemoveElement { slide, element }),
        (slide_id(), element_id(), 0usize..6).prop_map(|(slide, element, index)| {
            Edit::MoveElement {
                slide,
                element,
                index,
            }
        }),
        (slide_id(), (0usize..6).prop_flat_map(element))
            .prop_map(|(slide, element)| Edit::ChangeElement { slide, element }),
        (slide_id(), element_id(), ".{0,20}").prop_map(|(slide, element, text)| Edit::SetText {
            slide,
            element,
            text,
        }),
        (slide_id(), element_id(), frame()).prop_map(|(slide, element, frame)| Edit::SetFrame {
            slide,
            element,
            frame,
        }),
    ];
    let single = single.boxed();
    prop_oneof![
        4 => single.clone(),
        1 => prop::collection::vec(single, 0..4).prop_map(Edit::All),
    ]
}

fn deck() -> impl Strategy<Value = Deck> {
    let boards = (1usize..4).prop_flat_map(|count| (0..count).map(board).collect::<Vec<_>>());
    let slides = (0usize..5).prop_flat_map(|count| (0..count).map(slide).collect::<Vec<_>>());
    (".{0,20}", boards, slides).prop_map(|(title, boards, slides)| Deck {
        id: id(77),
        title,
        boards,
        slides,
    })
}

proptest! {
    #[test]
    fn an_edit_and_its_inverse_leave_the_deck_as_it_was(deck in deck(), edit in edit()) {
        deck.validate().unwrap();
        match deck.apply(&edit) {
            Ok((changed, inverse)) => {
                let (back, again) = changed.apply(&inverse).unwrap();
                prop_assert_eq!(&back, &deck);
                let (redone, _) = back.apply(&again).unwrap();
                prop_assert_eq!(redone, changed);
            }
            Err(error) => prop_assert!(
                matches!(error, Error::BadEdit(_) | Error::Invalid(_) | Error::Limit { .. }),
                "{error}"
            ),
        }
    }

    #[test]
    fn decks_and_edits_survive_their_files(deck in deck(), edit in edit()) {
        let json = deck_to_json(&deck).unwrap();
        let read = deck_from_json(&json).unwrap();
        prop_assert_eq!(&read, &deck);
        prop_assert_eq!(deck_to_json(&read).unwrap(), json);
        let line = edit_to_json(&edit).unwrap();
        prop_assert!(!line.contains('\n'));
        prop_assert_eq!(edit_from_json(&line).unwrap(), edit);
    }
}

#[test]
fn a_list_of_edits_happens_as_a_whole_or_not_at_all() {
    let deck = deck_from_json(include_str!(
        "../../../../../../tests/fixtures/deck/v1/deck.json"
    ));
    let deck = deck.unwrap();
    let before = deck.clone();
    let good = Edit::SetTitle("Khác".into());
    let bad = Edit::RemoveSlide { slide: id(4_000) };
    assert!(deck.apply(&Edit::All(vec![good.clone(), bad])).is_err());
    assert_eq!(deck, before);
    assert!(deck.apply(&Edit::All(vec![Edit::All(vec![good])])).is_err());
}

#[test]
fn the_last_board_stays_and_names_stay_unique() {
    let json = include_str!("../../../../../../tests/fixtures/deck/v1/deck.json");
    let deck = deck_from_json(json).unwrap();
    let mut deck = deck;
    while deck.boards.len() > 1 {
        let board = deck.boards[0].id;
        deck = deck.apply(&Edit::RemoveBoard { board }).unwrap().0;
    }
    let board = deck.boards[0].id;
    assert!(deck.apply(&Edit::RemoveBoard { board }).is_err());
    let twin = Board {
        id: id(4_000),
        ..deck.boards[0].clone()
    };
    let add = Edit::AddBoard {
        index: 1,
        board: twin,
    };
    assert!(matches!(deck.apply(&add), Err(Error::Invalid(_))));
}
