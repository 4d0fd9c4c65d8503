//! Which words of a text were found, as data: the window decides how that looks.

use crate::fold::{fold, words};
use crate::query::Terms;

/// Words of context in a snippet; about two lines of a list.
const SNIPPET_WORDS: usize = 28;

/// No snippet is longer, whatever the text calls a word.
const SNIPPET_BYTES_MAX: usize = 600;

/// A text is looked through for a snippet up to here; what lies further is found, not shown.
pub(crate) const SNIPPET_SCAN_BYTES: usize = 64 << 10;

/// A stretch of a text. All stretches together are the text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Segment {
    /// The text as it was written, with its marks.
    pub text: String,
    /// Whether it was looked for.
    pub hit: bool,
}

/// A word of a text: where it lies in bytes, and which term of the query it belongs to.
struct Word {
    start: usize,
    end: usize,
    term: Option<usize>,
}

/// The whole text with the words that `terms` found marked.
pub(crate) fn highlight(text: &str, terms: &Terms) -> Vec<Segment> {
    cut(text, &find(text, terms))
}

/// The stretch of `text` that shows the most of `terms`, from its first hit on, with `…` where
/// something was left out.
pub(crate) fn snippet(text: &str, terms: &Terms) -> Vec<Segment> {
    let scanned = &text[..text.floor_char_boundary(SNIPPET_SCAN_BYTES)];
    let found = find(scanned, terms);
    let from = best_window(&found);
    let Some(window) = found.get(from..found.len().min(from + SNIPPET_WORDS)) else {
        return Vec::new();
    };
    let (Some(first), Some(last)) = (window.first(), window.last()) else {
        return Vec::new();
    };
    // From the very start and to the very end where nothing is left out, marks of speech included.
    let start = if from == 0 { 0 } else { first.start };
    let is_end = from + window.len() == found.len() && scanned.len() == text.len();
    let whole = if is_end { text.len() } else { last.end };
    let end = text.floor_char_boundary(whole.min(start + SNIPPET_BYTES_MAX));
    let ends_here = is_end && end == whole;
    let shifted: Vec<Word> = window
        .iter()
        .filter(|word| word.start < end)
        .map(|word| Word {
            start: word.start - start,
            end: word.end.min(end) - start,
            term: word.term,
        })
        .collect();
    let mut segments = cut(&text[start..end], &shifted);
    let ellipsis = || Segment {
        text: "…".to_owned(),
        hit: false,
    };
    if from > 0 {
        segments.insert(0, ellipsis());
    }
    if !ends_here {
        segments.push(ellipsis());
    }
    segments
}

/// The first word of the best window: the one with most different terms, then the earliest; it
/// begins a few words before its first hit.
fn best_window(found: &[Word]) -> usize {
    let hits: Vec<usize> = (0..found.len())
        .filter(|&i| found[i].term.is_some())
        .collect();
    let mut best = (0, 0);
    for (nth, &from) in hits.iter().enumerate() {
        let mut terms: Vec<usize> = hits[nth..]
            .iter()
            .take_while(|&&at| at < from + SNIPPET_WORDS - LEAD_WORDS)
            .filter_map(|&at| found[at].term)
            .collect();
        terms.sort_unstable();
        terms.dedup();
        if terms.len() > best.0 {
            best = (terms.len(), from);
        }
    }
    best.1.saturating_sub(LEAD_WORDS)
}

/// Words shown before the first hit, so that it can be understood.
const LEAD_WORDS: usize = 5;

fn find(text: &str, terms: &Terms) -> Vec<Word> {
    let places: Vec<(usize, usize)> = words(text).map(|(at, w)| (at, at + w.len())).collect();
    let folded: Vec<String> = words(text).map(|(_, word)| fold(word)).collect();
    let mut found: Vec<Word> = places
        .into_iter()
        .map(|(start, end)| Word {
            start,
            end,
            term: None,
        })
        .collect();
    for at in 0..folded.len() {
        if let Some((term, len)) = terms.match_at(&folded[at..]) {
            found[at..at + len]
                .iter_mut()
                .for_each(|word| word.term = Some(term));
        }
    }
    found
}

fn cut(text: &str, found: &[Word]) -> Vec<Segment> {
    let mut segments: Vec<Segment> = Vec::new();
    let mut done = 0;
    let mut previous_hit = None;
    for (at, word) in found.iter().enumerate() {
        if word.term.is_none() {
            continue;
        }
        // Neighbouring hits are one stretch with the space between them.
        if at > 0
            && previous_hit == Some(at - 1)
            && let Some(last) = segments.last_mut()
        {
            last.text.push_str(&text[done..word.end]);
        } else {
            push(&mut segments, &text[done..word.start], false);
            push(&mut segments, &text[word.start..word.end], true);
        }
        done = word.end;
        previous_hit = Some(at);
    }
    push(&mut segments, &text[done..], false);
    segments
}

fn push(segments: &mut Vec<Segment>, text: &str, hit: bool) {
    if !text.is_empty() {
        segments.push(Segment {
            text: text.to_owned(),
            hit,
        });
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Segment, highlight, snippet};
    use crate::Query;
    use crate::query::Terms;

    fn show(segments: &[Segment]) -> String {
        segments
            .iter()
            .map(|s| {
                if s.hit {
                    format!("[{}]", s.text)
                } else {
                    s.text.clone()
                }
            })
            .collect()
    }

    fn check(text: &str, query: &str, expected: &str) {
        assert_eq!(
            show(&highlight(text, &Terms::of(&Query::as_typed(query)))),
            expected
        );
    }

    #[test]
    fn what_was_found_is_marked_in_the_text_as_it_was_written() {
        check(
            "Lịch TIÊM CHỦNG, tháng 12",
            "tiem chung",
            "Lịch [TIÊM CHỦNG], tháng 12",
        );
        check("Lịch tiêm phòng", "ti", "Lịch [tiêm] phòng");
        check("y tế và tế bào", "\"y tế\"", "[y tế] và tế bào");
        check("không có gì", "tiem", "không có gì");
        check("", "tiem", "");
    }

    #[test]
    fn a_snippet_shows_the_stretch_with_most_of_the_words() {
        let filler = "lời dẫn ".repeat(100);
        let text = format!("{filler}mưa. {filler}cấp báo mưa lũ lớn! {filler}");
        let shown = show(&snippet(&text, &Terms::of(&Query::new("mua lu"))));
        assert!(
            shown.starts_with('…') && shown.contains("cấp báo [mưa lũ] lớn!"),
            "{shown}"
        );
        assert!(shown.ends_with('…'));
    }

    #[test]
    fn a_snippet_stays_short_where_a_text_has_words_without_end() {
        let text = format!("mưa {} lũ", "ươ".repeat(20_000));
        let segments = snippet(&text, &Terms::of(&Query::new("mua")));
        assert_eq!((segments[0].text.as_str(), segments[0].hit), ("mưa", true));
        assert!(show(&segments).len() < 700 && show(&segments).ends_with('…'));
    }

    #[test]
    fn a_snippet_without_a_hit_is_the_beginning() {
        let terms = Terms::of(&Query::new("xyz"));
        assert_eq!(show(&snippet("“Xin chào!”", &terms)), "“Xin chào!”");
        assert_eq!(show(&snippet("", &terms)), "");
    }

    proptest! {
        #[test]
        fn the_stretches_together_are_the_text(text in any::<String>(), query in "[a-z]{1,2}") {
            let terms = Terms::of(&Query::as_typed(query));
            let joined: String = highlight(&text, &terms).into_iter().map(|s| s.text).collect();
            prop_assert_eq!(&joined, &text);
            let shown: String = snippet(&text, &terms).into_iter().map(|s| s.text).collect();
            prop_assert!(text.contains(shown.trim_matches('…')));
        }
    }
}
