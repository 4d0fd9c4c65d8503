//! What a person types, made into words to look for. Nothing a person types is syntax, save double
//! quotes around words that must follow each other.

use units::Day;

use crate::fold::{fold, is_word, lower_marked, words};
use crate::{Kind, Status};

/// More words than anyone types; the rest of a pasted page is ignored.
const WORDS_MAX: usize = 32;

/// Longer than any word of any language; the index keeps such words, nobody looks for them.
const WORD_BYTES_MAX: usize = 200;

/// One letter is the beginning of everything: it counts as a whole word.
const PREFIX_LETTERS_MIN: usize = 2;

/// Whether the last word is finished.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum LastWord {
    /// It stands as it is.
    #[default]
    Whole,
    /// It is still being typed: what begins with it is found too.
    Prefix,
}

/// What to look for.
#[derive(Clone, PartialEq, Debug)]
pub struct Query {
    /// Words, all of which must occur; marks and case do not matter, but items written just so come
    /// first. Empty finds everything, newest first.
    pub text: String,
    /// Whether the last word is finished.
    pub last_word: LastWord,
    /// Only these kinds; empty for all.
    pub kinds: Vec<Kind>,
    /// Only these statuses; empty for all.
    pub statuses: Vec<Status>,
    /// Only items of this day or later.
    pub from: Option<Day>,
    /// Only items of this day or earlier.
    pub to: Option<Day>,
    /// Hits wanted, at most [`Query::LIMIT_MAX`].
    pub limit: usize,
    /// Hits to leave out at the start, at most [`Query::OFFSET_MAX`].
    pub offset: usize,
}

impl Query {
    /// Hits in one answer.
    pub const LIMIT_MAX: usize = 500;
    /// Nobody leafs further; they type another word.
    pub const OFFSET_MAX: usize = 10_000;

    /// Looks for whole words in everything; twenty hits.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            last_word: LastWord::Whole,
            kinds: Vec::new(),
            statuses: Vec::new(),
            from: None,
            to: None,
            limit: 20,
            offset: 0,
        }
    }

    /// The same, with the last word still being typed.
    #[must_use]
    pub fn as_typed(text: impl Into<String>) -> Self {
        Self {
            last_word: LastWord::Prefix,
            ..Self::new(text)
        }
    }
}

/// Words that follow each other: one word mostly; several in quotes or in "covid-19".
struct Term {
    folded: Vec<String>,
    marked: Vec<String>,
    prefix: bool,
    /// One letter, and perhaps more to come.
    begun: bool,
}

/// A query as words.
pub(crate) struct Terms(Vec<Term>);

impl Terms {
    pub(crate) fn of(query: &Query) -> Self {
        let mut terms = Vec::new();
        let mut count = 0;
        for (nth, part) in query.text.split(['"', '“', '”']).enumerate() {
            let pieces: Vec<&str> = if nth % 2 == 1 {
                vec![part]
            } else {
                part.split_whitespace().collect()
            };
            for piece in pieces {
                let found: Vec<&str> = words(piece)
                    .map(|(_, word)| word)
                    .filter(|word| word.len() <= WORD_BYTES_MAX)
                    .take(WORDS_MAX - count)
                    .collect();
                count += found.len();
                if !found.is_empty() {
                    terms.push(Term {
                        folded: found.iter().map(|word| fold(word)).collect(),
                        marked: found.iter().map(|word| lower_marked(word)).collect(),
                        prefix: false,
                        begun: false,
                    });
                }
            }
        }
        // A space or a quote after the last word ends it.
        let unfinished = query.text.chars().next_back().is_some_and(is_word);
        if query.last_word == LastWord::Prefix
            && unfinished
            && let Some(last) = terms.last_mut()
        {
            let letters = last.folded.last().map_or(0, |word| word.chars().count());
            last.prefix = letters >= PREFIX_LETTERS_MIN;
            last.begun = !last.prefix;
        }
        Self(terms)
    }

    /// Leaves out a word of which only the first letter is typed, where there are others. Says
    /// whether there was one.
    pub(crate) fn drop_begun(&mut self) -> bool {
        let is_begun = self.0.len() > 1 && self.0.last().is_some_and(|last| last.begun);
        if is_begun {
            self.0.pop();
        }
        is_begun
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether anything was typed with marks.
    pub(crate) fn has_marks(&self) -> bool {
        self.0.iter().any(|term| term.folded != term.marked)
    }

    /// All terms as an expression of FTS5. Words hold letters, digits and marks only, and stand in
    /// quotes, so that no word is syntax.
    pub(crate) fn expression(&self, marked: bool) -> String {
        let terms: Vec<String> = self.0.iter().map(|term| term.expression(marked)).collect();
        terms.join(" AND ")
    }

    /// The term that begins with the first of these folded words, and how many of them it takes.
    pub(crate) fn match_at(&self, folded: &[String]) -> Option<(usize, usize)> {
        (self.0.iter().enumerate())
            .filter(|(_, term)| term.matches(folded))
            .map(|(nth, term)| (nth, term.folded.len()))
            .max_by_key(|&(_, len)| len)
    }
}

impl Term {
    fn expression(&self, marked: bool) -> String {
        let words = if marked { &self.marked } else { &self.folded };
        let star = if self.prefix { " *" } else { "" };
        format!("\"{}\"{star}", words.join(" "))
    }

    fn matches(&self, folded: &[String]) -> bool {
        let last = self.folded.len() - 1;
        folded.len() > last
            && self.folded[..last] == folded[..last]
            && if self.prefix {
                folded[last].starts_with(&self.folded[last])
            } else {
                folded[last] == self.folded[last]
            }
    }
}

#[cfg(test)]
mod tests {
    use super::{Query, Terms};

    fn check(text: &str, expected: &str) {
        assert_eq!(
            Terms::of(&Query::as_typed(text)).expression(false),
            expected
        );
    }

    #[test]
    fn nothing_that_is_typed_becomes_syntax() {
        check("tiêm chủng ", r#""tiem" AND "chung""#);
        check(
            "a AND (b* OR c): -d ^e {f}",
            r#""a" AND "and" AND "b" AND "or" AND "c" AND "d" AND "e" AND "f""#,
        );
        check("NEAR(x, 5)", r#""near x" AND "5""#);
        check("\0\"", "");
    }

    #[test]
    fn words_in_quotes_and_joined_words_follow_each_other() {
        check(r#"“y tế” xã "#, r#""y te" AND "xa""#);
        check("covid-19 ", r#""covid 19""#);
        check(r#"lũ "miền tây"#, r#""lu" AND "mien tay" *"#);
    }

    #[test]
    fn the_last_word_is_a_beginning_until_it_is_ended_and_from_two_letters_on() {
        check("tiêm ch", r#""tiem" AND "ch" *"#);
        check("tiêm c", r#""tiem" AND "c""#);
        check("tiêm ch.", r#""tiem" AND "ch""#);
        let whole = Terms::of(&Query::new("tiêm ch"));
        assert_eq!(whole.expression(true), r#""tiêm" AND "ch""#);
    }

    #[test]
    fn a_pasted_page_is_cut_to_its_first_words() {
        let terms = Terms::of(&Query::new("a ".repeat(1_000_000)));
        assert_eq!(terms.0.len(), 32);
        let terms = Terms::of(&Query::new("a-".repeat(1_000_000)));
        assert_eq!(terms.0[0].folded.len(), 32);
    }
}
