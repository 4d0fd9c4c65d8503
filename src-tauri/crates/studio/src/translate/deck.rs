//! Decks: board's model to the wire, and intents from the wire to board's edits.

use board::deck::{
    Align, Audience, Board, Colour, Deck, Edit, Element, Fit, Font, Frame, Kind, Size, Slide,
    Slope, Text, VerticalAlign,
};
use units::Id;

use super::parse;
use crate::wire::{self, Code, DeckEdit, ElementKind, Problem};

/// Frames and lines cross the wire in thousandths; board counts in hundred-thousandths.
const STEPS: f64 = 100.0;

/// Weights of type as most families have them.
const REGULAR: u16 = 400;
const BOLD: u16 = 700;

/// How long a new slide stays.
const NEW_SLIDE_MS: u32 = 8_000;

/// A board.
#[must_use]
pub fn board_to_wire(board: &Board) -> wire::Board {
    wire::Board {
        name: board.name.clone(),
        width_px: board.width_px,
        height_px: board.height_px,
        pitch_mm: board.pitch_mm(),
        viewing_distance_m: f64::from(board.viewing_distance_m),
        road: board.audience == Audience::Road,
        outdoor: board.outdoor,
    }
}

fn board_from_wire(board: &wire::Board, id: Id) -> Board {
    Board {
        id,
        name: board.name.clone(),
        width_px: board.width_px,
        height_px: board.height_px,
        pitch_um: (board.pitch_mm * 1_000.0).round() as u32,
        viewing_distance_m: board.viewing_distance_m.round() as u32,
        audience: if board.road {
            Audience::Road
        } else {
            Audience::Pedestrian
        },
        outdoor: board.outdoor,
        night: board.outdoor,
    }
}

/// A slide.
#[must_use]
pub fn slide_to_wire(slide: &Slide) -> wire::Slide {
    wire::Slide {
        id: slide.id.to_string(),
        duration_ms: slide.duration_ms,
        background: slide.background.to_string(),
        elements: slide.elements.iter().map(element_to_wire).collect(),
    }
}

fn element_to_wire(element: &Element) -> wire::Element {
    let Frame {
        x,
        y,
        width,
        height,
    } = element.frame;
    let share = |value: i32| f64::from(value) / STEPS;
    wire::Element {
        id: element.id.to_string(),
        frame: wire::Frame {
            x: share(x),
            y: share(y),
            width: share(width),
            height: share(height),
        },
        kind: kind_to_wire(&element.kind),
    }
}

fn kind_to_wire(kind: &Kind) -> ElementKind {
    match kind {
        Kind::Text(text) => ElementKind::Text {
            text: text.text.clone(),
            style: wire::TextStyle {
                family: text.font.family.clone(),
                bold: text.font.weight >= 600,
                size_px: match text.size {
                    Size::Fixed { px } => Some(px.into()),
                    Size::Fit { .. } => None,
                },
                colour: text.colour.to_string(),
                align: match text.align {
                    Align::Left => wire::Align::Start,
                    Align::Centre => wire::Align::Center,
                    Align::Right => wire::Align::End,
                },
            },
        },
        Kind::Image { digest, .. } => ElementKind::Image {
            digest: digest.to_string(),
        },
        Kind::Rect { colour } => ElementKind::Rect {
            colour: colour.to_string(),
        },
        Kind::Line {
            colour, thickness, ..
        } => ElementKind::Line {
            colour: colour.to_string(),
            thickness: f64::from(*thickness) / STEPS,
        },
        Kind::Qr { text } => ElementKind::Qr { text: text.clone() },
    }
}

/// A new kind for an element; what the wire does not carry stays as `before` has it.
fn kind_from_wire(kind: &ElementKind, before: Option<&Kind>) -> Result<Kind, Problem> {
    Ok(match kind {
        ElementKind::Text { text, style } => {
            let before = match before {
                Some(Kind::Text(text)) => Some(text),
                _ => None,
            };
            Kind::Text(Text {
                text: text.clone(),
                font: font(style, before),
                size: match (style.size_px, before.map(|text| text.size)) {
                    (Some(px), _) => Size::Fixed {
                        px: u16::try_from(px).unwrap_or(u16::MAX),
                    },
                    (None, Some(fit @ Size::Fit { .. })) => fit,
                    (None, _) => Size::Fit { max: None },
                },
                colour: colour(&style.colour)?,
                align: match style.align {
                    wire::Align::Start => Align::Left,
                    wire::Align::Center => Align::Centre,
                    wire::Align::End => Align::Right,
                },
                valign: before.map_or(VerticalAlign::Middle, |text| text.valign),
                line_spacing_percent: before.map_or(100, |text| text.line_spacing_percent),
            })
        }
        ElementKind::Rect { colour: fill } => Kind::Rect {
            colour: colour(fill)?,
        },
        ElementKind::Line {
            colour: stroke,
            thickness,
        } => Kind::Line {
            colour: colour(stroke)?,
            // `as` saturates; board refuses what is too thick.
            thickness: (thickness * STEPS).round() as i32,
            slope: match before {
                Some(Kind::Line { slope, .. }) => *slope,
                _ => Slope::Down,
            },
        },
        ElementKind::Image { digest } => Kind::Image {
            digest: parse(digest)?,
            fit: match before {
                Some(Kind::Image { fit, .. }) => *fit,
                _ => Fit::Cover,
            },
        },
        ElementKind::Qr { text } => Kind::Qr { text: text.clone() },
    })
}

fn font(style: &wire::TextStyle, before: Option<&Text>) -> Font {
    let weight = match before {
        Some(text) if (text.font.weight >= 600) == style.bold => text.font.weight,
        _ if style.bold => BOLD,
        _ => REGULAR,
    };
    Font {
        family: style.family.clone(),
        weight,
    }
}

fn colour(text: &str) -> Result<Colour, Problem> {
    text.parse()
        .map_err(|_| Problem::new(Code::BadRequest, format!("{text:?} is no colour")))
}

fn frame(frame: &wire::Frame) -> Frame {
    // `as` saturates; board refuses what lies too far outside.
    let whole = |value: f64| (value * STEPS).round() as i32;
    Frame {
        x: whole(frame.x),
        y: whole(frame.y),
        width: whole(frame.width),
        height: whole(frame.height),
    }
}

/// The edit an intent means on this deck. `new_id` gives ids for what is added.
///
/// # Errors
/// [`Code::NotFound`], [`Code::BadRequest`]; whether it fits is for `Deck::apply` to say.
pub fn edit(
    deck: &Deck,
    intent: &DeckEdit,
    mut new_id: impl FnMut() -> Result<Id, Problem>,
) -> Result<Edit, Problem> {
    Ok(match intent {
        DeckEdit::SetTitle { title } => Edit::SetTitle(title.clone()),
        DeckEdit::AddSlide { index, copy_of } => {
            let slide = match copy_of {
                Some(slide) => copy_slide(find_slide(deck, slide)?, &mut new_id)?,
                None => Slide {
                    id: new_id()?,
                    duration_ms: NEW_SLIDE_MS,
                    background: deck
                        .slides
                        .first()
                        .map_or(Colour::BLACK, |it| it.background),
                    elements: vec![],
                },
            };
            Edit::AddSlide {
                index: *index as usize,
                slide,
            }
        }
        DeckEdit::RemoveSlide { slide } => Edit::RemoveSlide {
            slide: parse(slide)?,
        },
        DeckEdit::MoveSlide { slide, index } => Edit::MoveSlide {
            slide: parse(slide)?,
            index: *index as usize,
        },
        DeckEdit::SetDuration { slide, duration_ms } => Edit::SetDuration {
            slide: parse(slide)?,
            duration_ms: *duration_ms,
        },
        DeckEdit::SetBackground {
            slide,
            colour: background,
        } => Edit::SetBackground {
            slide: parse(slide)?,
            background: colour(background)?,
        },
        DeckEdit::AddElement {
            slide,
            frame: place,
            kind,
        } => {
            let slide = find_slide(deck, slide)?;
            let kind = kind_from_wire(kind, None)?;
            let element = Element {
                id: new_id()?,
                frame: frame(place),
                kind,
            };
            Edit::AddElement {
                slide: slide.id,
                index: slide.elements.len(),
                element,
            }
        }
        DeckEdit::RemoveElement { slide, element } => Edit::RemoveElement {
            slide: parse(slide)?,
            element: parse(element)?,
        },
        DeckEdit::SetFrame {
            slide,
            element,
            frame: place,
        } => Edit::SetFrame {
            slide: parse(slide)?,
            element: parse(element)?,
            frame: frame(place),
        },
        DeckEdit::SetElement {
            slide,
            element,
            kind,
        } => {
            let slide = find_slide(deck, slide)?;
            let before = slide
                .element(parse(element)?)
                .ok_or_else(|| Problem::new(Code::NotFound, format!("element {element}")))?;
            let kind = kind_from_wire(kind, Some(&before.kind))?;
            Edit::ChangeElement {
                slide: slide.id,
                element: Element {
                    kind,
                    ..before.clone()
                },
            }
        }
        DeckEdit::AddBoard { board } => Edit::AddBoard {
            index: deck.boards.len(),
            board: board_from_wire(board, new_id()?),
        },
        DeckEdit::RemoveBoard { name } => {
            let board = deck
                .board_named(name)
                .ok_or_else(|| Problem::new(Code::NotFound, format!("board {name}")))?;
            Edit::RemoveBoard { board: board.id }
        }
    })
}

fn find_slide<'a>(deck: &'a Deck, id: &str) -> Result<&'a Slide, Problem> {
    deck.slide(parse(id)?)
        .ok_or_else(|| Problem::new(Code::NotFound, format!("slide {id}")))
}

fn copy_slide(
    slide: &Slide,
    new_id: &mut impl FnMut() -> Result<Id, Problem>,
) -> Result<Slide, Problem> {
    let mut copy = slide.clone();
    copy.id = new_id()?;
    for element in &mut copy.elements {
        element.id = new_id()?;
    }
    Ok(copy)
}

/// The name of an edit, for the undo button.
#[must_use]
pub const fn edit_code(edit: &Edit) -> &'static str {
    match edit {
        Edit::SetTitle(_) => "set-title",
        Edit::AddBoard { .. } => "add-board",
        Edit::RemoveBoard { .. } => "remove-board",
        Edit::ChangeBoard(_) => "change-board",
        Edit::AddSlide { .. } => "add-slide",
        Edit::RemoveSlide { .. } => "remove-slide",
        Edit::MoveSlide { .. } => "move-slide",
        Edit::SetDuration { .. } => "set-duration",
        Edit::SetBackground { .. } => "set-background",
        Edit::AddElement { .. } => "add-element",
        Edit::RemoveElement { .. } => "remove-element",
        Edit::MoveElement { .. } => "move-element",
        Edit::ChangeElement { .. } => "set-element",
        Edit::SetText { .. } => "set-text",
        Edit::SetFrame { .. } => "set-frame",
        Edit::All(_) => "several",
    }
}

#[cfg(test)]
mod tests {
    use board::deck::{Colour, Kind, Slope};

    use super::{ElementKind, kind_from_wire, kind_to_wire};

    #[test]
    fn a_line_of_another_colour_is_as_thick_as_it_was() {
        let line = |colour, thickness| Kind::Line {
            colour,
            thickness,
            slope: Slope::Up,
        };
        for kept in [0, 1, 12, 46, 750, 3_125, 99_999, 100_000] {
            let ElementKind::Line { thickness, .. } = kind_to_wire(&line(Colour::WHITE, kept))
            else {
                panic!("no line");
            };
            let changed = |thickness| {
                let colour = "#000000".to_owned();
                let kind = ElementKind::Line { colour, thickness };
                kind_from_wire(&kind, Some(&line(Colour::WHITE, kept))).unwrap()
            };
            assert_eq!(changed(thickness), line(Colour::BLACK, kept));
            assert_eq!(changed(9.0), line(Colour::BLACK, 900));
        }
    }

    #[test]
    fn a_line_of_whole_pixels_is_drawn_so_on_boards_of_every_height() {
        // As the window asks for it (ui/src/desks/board/frame.ts), as the renderer rounds it.
        for height in [16, 32, 96, 384, 1_080, 1_920, 8_192] {
            for px in 1..=64.min(height) {
                let thickness = f64::from(px) * 1_000.0 / f64::from(height);
                let colour = "#000000".to_owned();
                let kind = ElementKind::Line { colour, thickness };
                let Kind::Line { thickness, .. } = kind_from_wire(&kind, None).unwrap() else {
                    panic!("no line");
                };
                let drawn = f64::from(thickness) * f64::from(height) / 100_000.0;
                assert_eq!(drawn.round() as i32, px, "on {height} rows");
            }
        }
    }
}
