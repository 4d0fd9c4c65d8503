//! Checks of decks, and mending what they find.

use board::deck::{Board, Deck, Edit, Kind, Size};
use board::{Finding, SlideFacts, TextFacts, rules};
use units::Id;

use crate::translate::parse;
use crate::wire::{self, CheckDeck, CheckReport, Code, MendDeck, Problem, Severity};
use crate::{Host, Studio};

pub fn deck_check<H: Host>(studio: &Studio<H>, request: CheckDeck) -> Result<CheckReport, Problem> {
    let id: Id = parse(&request.id)?;
    let (deck, revision) = studio.read_deck(id, |document| {
        (document.value().clone(), document.revision())
    })?;
    let board = find_board(&deck, &request.board)?;
    let findings = studio.findings(&deck, board)?;
    Ok(CheckReport {
        revision,
        board: request.board,
        findings,
    })
}

pub fn deck_mend<H: Host>(studio: &Studio<H>, request: MendDeck) -> Result<wire::Deck, Problem> {
    let id: Id = parse(&request.id)?;
    let document = studio.deck_document(id)?;
    studio.change(&document, |document| {
        let deck = document.value();
        let board = find_board(deck, &request.board)?;
        let fonts = studio.0.assets.fonts();
        let found = board::check(deck, board, fonts, studio.open_pictures())?;
        let finding = found.iter().find(|it| {
            it.code.as_str() == request.code
                && it.slide == request.slide as usize
                && it.element.map(|id| id.to_string()) == request.element
        });
        let finding = finding
            .ok_or_else(|| Problem::new(Code::NotFound, "this was mended or changed already"))?;
        let edit = remedy(deck, finding)
            .ok_or_else(|| Problem::new(Code::BadEdit, "nothing mends this by itself"))?;
        document.edit(edit, studio.now_ms())
    })?;
    studio.deck_view(id)
}

fn find_board<'a>(deck: &'a Deck, name: &str) -> Result<&'a Board, Problem> {
    deck.board_named(name)
        .ok_or_else(|| Problem::new(Code::NotFound, format!("board {name:?}")))
}

impl<H: Host> Studio<H> {
    /// All findings on a board, then what is good about slides that have none of that kind.
    pub(crate) fn findings(
        &self,
        deck: &Deck,
        board: &Board,
    ) -> Result<Vec<wire::Finding>, Problem> {
        let pictures = self.open_pictures();
        let fonts = self.0.assets.fonts();
        let found = board::check(deck, board, fonts, pictures)?;
        let mut findings: Vec<wire::Finding> =
            found.iter().map(|finding| to_wire(deck, finding)).collect();
        for slide in 0..deck.slides.len() {
            let facts = board::facts(deck, slide, board, fonts, pictures)?;
            let bad = |code: &str| {
                found
                    .iter()
                    .any(|it| it.slide == slide && it.code.as_str() == code)
            };
            findings.extend(
                good(slide, board, &facts)
                    .into_iter()
                    .filter(|it| !bad(&it.code)),
            );
        }
        findings.sort_by_key(|finding| finding.slide);
        Ok(findings)
    }
}

fn to_wire(deck: &Deck, finding: &Finding) -> wire::Finding {
    wire::Finding {
        code: finding.code.as_str().to_owned(),
        severity: match finding.severity {
            board::Severity::Notice | board::Severity::Warning => Severity::Warning,
            board::Severity::Error => Severity::Error,
        },
        slide: u32::try_from(finding.slide).unwrap_or(u32::MAX),
        element: finding.element.map(|id| id.to_string()),
        measured: finding.measured,
        needed: finding.needed,
        unit: finding.unit.to_owned(),
        detail: finding.detail.clone(),
        can_mend: remedy(deck, finding).is_some(),
    }
}

/// What is good about a slide: the figures of its weakest text.
fn good(slide: usize, board: &Board, facts: &SlideFacts) -> Vec<wire::Finding> {
    let fact = |code: &str, measured: f64, needed: f64, unit: &str| wire::Finding {
        code: code.to_owned(),
        severity: Severity::Good,
        slide: u32::try_from(slide).unwrap_or(u32::MAX),
        element: None,
        measured,
        needed,
        unit: unit.to_owned(),
        detail: String::new(),
        can_mend: false,
    };
    let mut good = vec![fact(
        "dwell-time",
        f64::from(facts.duration_ms) / 1_000.0,
        f64::from(facts.dwell_needed_ms) / 1_000.0,
        "s",
    )];
    let least = |figure: fn(&TextFacts) -> f64| facts.texts.iter().map(figure).reduce(f64::min);
    let distance = f64::from(board.viewing_distance_m);
    good.extend(least(|it| it.readable_day_m).map(|m| fact("distance-day", m, distance, "m")));
    if board.night {
        good.extend(
            least(|it| it.readable_night_m).map(|m| fact("distance-night", m, distance, "m")),
        );
    }
    good.extend(
        least(|it| it.contrast).map(|it| fact("contrast", it, contrast_needed(board), ":1")),
    );
    let smallest = least(|it| f64::from(it.font_px));
    good.extend(
        smallest.map(|px| fact("text-too-small", px, f64::from(rules::FONT_PX_GOOD), "px")),
    );
    good
}

/// The edit that does away with a finding, where one can be had without guessing what people meant.
fn remedy(deck: &Deck, finding: &Finding) -> Option<Edit> {
    let slide = deck.slides.get(finding.slide)?;
    match finding.code {
        board::Code::DwellTime => Some(Edit::SetDuration {
            slide: slide.id,
            duration_ms: (finding.needed.ceil() * 1_000.0) as u32,
        }),
        board::Code::TextTooSmall | board::Code::TextOverflow => {
            let element = slide.element(finding.element?)?;
            let Kind::Text(text) = &element.kind else {
                return None;
            };
            // A fixed size is given back to the fitting, which never goes below what is legible.
            if matches!(text.size, Size::Fit { .. }) {
                return None;
            }
            let mut element = element.clone();
            if let Kind::Text(text) = &mut element.kind {
                text.size = Size::Fit { max: None };
            }
            Some(Edit::ChangeElement {
                slide: slide.id,
                element,
            })
        }
        _ => None,
    }
}

fn contrast_needed(board: &Board) -> f64 {
    if board.outdoor {
        rules::CONTRAST_OUTDOOR_GOOD
    } else {
        rules::CONTRAST_MIN
    }
}
