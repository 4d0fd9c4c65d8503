//! From figures to findings: each rule once, with its limit from [`rules`].

use units::Id;

use super::measure::{SlideFacts, TextFacts, measure};
use super::{Code, Finding, Severity, rules};
use crate::deck::{Board, Deck};
use crate::resolve::board_rect;
use crate::scene::{Item, Missing, PixelRect, Shape, TextBlock};
use crate::{Error, Fonts, Pictures, resolve};

/// All findings of all slides of `deck` on `board`, in order of slides, the worst of a slide first.
///
/// # Errors
/// As [`resolve`].
pub fn check(
    deck: &Deck,
    board: &Board,
    fonts: &Fonts,
    pictures: &Pictures<'_>,
) -> Result<Vec<Finding>, Error> {
    let mut findings = Vec::new();
    for slide in 0..deck.slides.len() {
        findings.extend(check_slide(deck, slide, board, fonts, pictures)?);
    }
    Ok(findings)
}

/// The findings of one slide, the worst first.
///
/// # Errors
/// As [`resolve`].
pub fn check_slide(
    deck: &Deck,
    slide: usize,
    board: &Board,
    fonts: &Fonts,
    pictures: &Pictures<'_>,
) -> Result<Vec<Finding>, Error> {
    let scene = resolve(deck, slide, board, fonts, pictures)?;
    let facts = measure(deck, slide, board, &scene);
    let mut judge = Judge {
        board,
        slide,
        findings: Vec::new(),
    };
    judge.dwell(&facts);
    for item in &scene.items {
        judge.item(item);
    }
    for text in &facts.texts {
        judge.text(text);
    }
    let mut findings = judge.findings;
    // Stable: within a severity in order of rules and elements.
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    Ok(findings)
}

/// Characters named in a finding: more that are missing are another script, not a slip, and a longer
/// word is known by its beginning.
const DETAIL_CHARS_MAX: usize = 20;

struct Judge<'a> {
    board: &'a Board,
    slide: usize,
    findings: Vec<Finding>,
}

impl Judge<'_> {
    fn find(
        &mut self,
        code: Code,
        severity: Severity,
        element: Option<Id>,
        (measured, needed, unit): (f64, f64, &'static str),
    ) {
        self.findings.push(Finding {
            code,
            severity,
            slide: self.slide,
            element,
            measured,
            needed,
            unit,
            detail: String::new(),
        });
    }

    /// Says of the last finding what it is about.
    fn of(&mut self, detail: String) {
        if let Some(finding) = self.findings.last_mut() {
            finding.detail = detail;
        }
    }

    fn dwell(&mut self, facts: &SlideFacts) {
        if facts.duration_ms < facts.dwell_needed_ms {
            let seconds = |ms: u32| f64::from(ms) / 1000.0;
            let figures = (
                seconds(facts.duration_ms),
                seconds(facts.dwell_needed_ms),
                "s",
            );
            // A warning however brief: the needed time is an estimate.
            self.find(Code::DwellTime, Severity::Warning, None, figures);
        }
    }

    fn item(&mut self, item: &Item) {
        let element = Some(item.element);
        match &item.shape {
            Shape::Missing(missing) => self.missing(item, *missing),
            Shape::Text(block) => {
                self.block(item, block);
                self.safe_area(item.element, block.ink());
            }
            Shape::Qr {
                x,
                y,
                module_px,
                side,
                ..
            } => {
                // The quiet zone may touch the edge: it is light, and the cabinet is dark.
                let quiet = (Shape::QR_QUIET_MODULES * module_px) as i32;
                let size = (side * module_px) as i32;
                let ink = PixelRect {
                    left: x + quiet,
                    top: y + quiet,
                    right: x + quiet + size,
                    bottom: y + quiet + size,
                };
                if !board_rect(self.board).contains(ink) {
                    let figures = self.margin(ink);
                    self.find(Code::OutsideSafeArea, Severity::Error, element, figures);
                }
            }
            Shape::Image { image, .. } if !image.whole => {
                let figures = (0.0, 1.0, "file");
                self.find(Code::ImageUnreadable, Severity::Error, element, figures);
            }
            Shape::Rect { .. } | Shape::Path { .. } | Shape::Image { .. } => {}
        }
    }

    fn missing(&mut self, item: &Item, missing: Missing) {
        let (code, figures) = match missing {
            Missing::NoImage => (Code::ImageMissing, (0.0, 1.0, "file")),
            Missing::BadImage => (Code::ImageUnreadable, (0.0, 1.0, "file")),
            Missing::LargeImage { found, limit, unit } => {
                (Code::ImageTooLarge, (found as f64, limit as f64, unit))
            }
            Missing::SmallQr { needed_px } => {
                let side = item.area.width().min(item.area.height());
                (
                    Code::QrTooSmall,
                    (f64::from(side), f64::from(needed_px), "px"),
                )
            }
            Missing::NoRoom => (Code::NoRoom, (0.0, 1.0, "px")),
        };
        self.find(code, Severity::Error, Some(item.element), figures);
    }

    fn block(&mut self, item: &Item, block: &TextBlock) {
        let element = Some(item.element);
        if !block.fits {
            let (ink, area) = (block.ink(), item.area);
            let excess = |ink: u32, room: u32| f64::from(ink) / f64::from(room.max(1));
            let too_wide = excess(ink.width(), area.width());
            let too_high = excess(ink.height(), area.height());
            let figures = if too_wide > too_high {
                (f64::from(ink.width()), f64::from(area.width()), "px")
            } else {
                (f64::from(ink.height()), f64::from(area.height()), "px")
            };
            self.find(Code::TextOverflow, Severity::Error, element, figures);
            self.of(too_long_word(block, area).unwrap_or_default());
        }
        if block.px < rules::FONT_PX_GOOD && !block.lines.is_empty() {
            let severity = if block.px < rules::FONT_PX_FAIL_BELOW {
                Severity::Error
            } else {
                Severity::Warning
            };
            let figures = (f64::from(block.px), f64::from(rules::FONT_PX_GOOD), "px");
            self.find(Code::TextTooSmall, severity, element, figures);
        }
        if block.substituted {
            let figures = (0.0, 1.0, "font");
            self.find(Code::FontMissing, Severity::Warning, element, figures);
            let printable = |character: &char| !character.is_control();
            self.of(block.family.chars().filter(printable).collect());
        }
        if !block.missing.is_empty() {
            let figures = (block.missing.len() as f64, 0.0, "char");
            self.find(Code::GlyphMissing, Severity::Error, element, figures);
            self.of(block.missing.iter().take(DETAIL_CHARS_MAX).collect());
        }
    }

    /// Ink near the edge takes effort, ink beyond it is cut off.
    fn safe_area(&mut self, element: Id, ink: PixelRect) {
        let board = board_rect(self.board);
        let margin = rules::safe_margin_px(self.board) as i32;
        if board.grown(-margin).contains(ink) {
            return;
        }
        let severity = if board.contains(ink) {
            Severity::Warning
        } else {
            Severity::Error
        };
        let figures = self.margin(ink);
        self.find(Code::OutsideSafeArea, severity, Some(element), figures);
    }

    /// The smallest distance of `ink` from the edges, negative beyond them, and what is needed.
    fn margin(&self, ink: PixelRect) -> (f64, f64, &'static str) {
        let board = board_rect(self.board);
        let distances = [
            ink.left - board.left,
            ink.top - board.top,
            board.right - ink.right,
            board.bottom - ink.bottom,
        ];
        let smallest = distances.into_iter().min().unwrap_or(0);
        let needed = rules::safe_margin_px(self.board);
        (f64::from(smallest), f64::from(needed), "px")
    }

    fn text(&mut self, text: &TextFacts) {
        let element = Some(text.element);
        if text.seen_percent < rules::SEEN_PERCENT_MIN {
            let figures = (text.seen_percent, rules::SEEN_PERCENT_MIN, "%");
            self.find(Code::TextCovered, Severity::Error, element, figures);
        }
        let distance = f64::from(self.board.viewing_distance_m);
        if let Some(severity) = day(distance, text.cap_height_mm) {
            let figures = (text.readable_day_m, distance, "m");
            self.find(Code::DistanceDay, severity, element, figures);
        }
        if self.board.night && text.readable_night_m < distance {
            let figures = (text.readable_night_m, distance, "m");
            self.find(Code::DistanceNight, Severity::Warning, element, figures);
        }
        let (severity, needed) = if text.contrast < rules::CONTRAST_MIN {
            (Severity::Error, rules::CONTRAST_MIN)
        } else if self.board.outdoor && text.contrast < rules::CONTRAST_OUTDOOR_GOOD {
            (Severity::Warning, rules::CONTRAST_OUTDOOR_GOOD)
        } else {
            return;
        };
        self.find(
            Code::Contrast,
            severity,
            element,
            (text.contrast, needed, ":1"),
        );
    }
}

/// The word, or what stays together like one, that is wider than its frame at this size: no second
/// slide gives it room.
fn too_long_word(block: &TextBlock, area: PixelRect) -> Option<String> {
    let too_wide = |ink: PixelRect| ink.width() > area.width();
    let mut words = block.lines.iter().filter(|line| too_wide(line.ink));
    let word = words.next()?.text.trim();
    let is_one = !word.contains(' ');
    is_one.then(|| word.chars().take(DETAIL_CHARS_MAX).collect())
}

/// How bad it is to read capitals of this height at this distance by day.
fn day(distance_m: f64, cap_height_mm: f64) -> Option<Severity> {
    if distance_m > cap_height_mm * rules::FAIL_M_PER_MM {
        Some(Severity::Error)
    } else if distance_m > cap_height_mm * rules::DAY_WARN_M_PER_MM {
        Some(Severity::Warning)
    } else if distance_m > cap_height_mm * rules::DAY_GOOD_M_PER_MM {
        Some(Severity::Notice)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::{Severity, day};

    #[test]
    fn the_distance_by_day_is_judged_on_both_sides_of_each_limit() {
        for (distance, severity) in [
            (30.0, None),
            (30.1, Some(Severity::Notice)),
            (36.0, Some(Severity::Notice)),
            (36.1, Some(Severity::Warning)),
            (60.0, Some(Severity::Warning)),
            (60.1, Some(Severity::Error)),
        ] {
            assert_eq!(day(distance, 100.0), severity, "{distance} m");
        }
    }
}
