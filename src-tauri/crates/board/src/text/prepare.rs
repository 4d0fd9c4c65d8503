//! What was typed becomes what is drawn: normal form C, one kind of line end, and glue between
//! words that must not be torn apart.

use unicode_normalization::UnicodeNormalization as _;

/// Units and the like, which stay with the number before them: "18 giờ", "20 km".
const AFTER_NUMBER: &[&str] = &[
    "%", "cm", "giờ", "giây", "ha", "kg", "km", "km/h", "m", "mm", "người", "phút", "tuổi", "°C",
    "đồng", "độ",
];

/// A number of so many characters stays with the word before it: "cấp 11", "ngày 22/11".
const SHORT_NUMBER_CHARS: usize = 6;

const NO_BREAK_SPACE: char = '\u{a0}';

/// `text` as it is shaped. Idempotent.
pub(crate) fn prepare(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut characters = text.nfc().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\r' => {
                if characters.peek() != Some(&'\n') {
                    clean.push('\n');
                }
            }
            // The other ends of lines and paragraphs (UAX #14, class BK).
            '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => clean.push('\n'),
            '\t' => clean.push(' '),
            '\n' => clean.push('\n'),
            other if other.is_control() => {}
            other => clean.push(other),
        }
    }
    glue(&clean)
}

/// Puts a no-break space between a number and its unit, or else between a short number and the word
/// before it. Never two in a row, or "ngày 5 tháng 3 năm 2026" would be a single word too wide for a
/// board.
fn glue(text: &str) -> String {
    let mut glued = String::with_capacity(text.len() + 8);
    let mut words = text.split(' ').peekable();
    let mut before: Option<&str> = None;
    let mut tied = false;
    while let Some(word) = words.next() {
        if let Some(before) = before {
            // A number whose unit follows is left for that unit.
            let has_unit = words.peek().is_some_and(|next| unit_follows(word, next));
            let tie = !tied && (unit_follows(before, word) || (!has_unit && ranked(before, word)));
            glued.push(if tie { NO_BREAK_SPACE } else { ' ' });
            tied = tie;
        }
        glued.push_str(word);
        before = Some(word);
    }
    glued
}

fn unit_follows(before: &str, word: &str) -> bool {
    let word = word.trim_end_matches([',', '.', ';', ':', '!', '?']);
    is_number(before)
        && (AFTER_NUMBER.contains(&word) || AFTER_NUMBER.contains(&word.to_lowercase().as_str()))
}

fn ranked(before: &str, word: &str) -> bool {
    let loose = |before: &str| before.ends_with(char::is_alphabetic) && !is_tied(before);
    is_number(word) && word.chars().count() <= SHORT_NUMBER_CHARS && loose(before)
}

fn is_number(word: &str) -> bool {
    word.starts_with(|first: char| first.is_ascii_digit()) && !is_tied(word)
}

fn is_tied(word: &str) -> bool {
    word.contains(NO_BREAK_SPACE)
}

/// How many syllables a reader speaks inwardly: each word between spaces is one (Vietnamese writes a
/// space between syllables), each digit is one ("112" is read "một một hai").
#[must_use]
pub fn syllables(text: &str) -> usize {
    text.split_whitespace()
        .map(|word| {
            let digits = word.chars().filter(char::is_ascii_digit).count();
            let letters = word.chars().any(char::is_alphabetic);
            digits + usize::from(letters)
        })
        .sum()
}

/// Whether `character` is drawn: not a space, a control or an invisible joiner.
pub(crate) fn is_visible(character: char) -> bool {
    let invisible = matches!(
        character,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
    );
    !(character.is_whitespace() || character.is_control() || invisible)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};
    use proptest::prop_assert_eq;

    use super::{prepare, syllables};

    #[test]
    fn combining_marks_become_letters_and_line_ends_become_one_kind() {
        assert_eq!(
            prepare("tiê\u{301}t\r\nkiệm\rđiện\u{2028}nhé\u{7}"),
            "tiết\nkiệm\nđiện\nnhé"
        );
    }

    #[test]
    fn a_number_stays_with_its_unit_and_a_rank_with_its_number() {
        assert_eq!(prepare("gió cấp 11, giật"), "gió cấp\u{a0}11, giật");
        assert_eq!(prepare("sau 18 giờ, mưa"), "sau 18\u{a0}giờ, mưa");
        assert_eq!(
            prepare("từ 18 giờ ngày 22/11"),
            "từ 18\u{a0}giờ ngày\u{a0}22/11"
        );
        assert_eq!(prepare("ngày 5 tháng 3"), "ngày\u{a0}5 tháng\u{a0}3");
        assert_eq!(
            prepare("từ 2 đến 24 tháng tuổi"),
            "từ\u{a0}2 đến\u{a0}24 tháng tuổi"
        );
    }

    #[test]
    fn syllables_count_words_and_digits() {
        assert_eq!(syllables(""), 0);
        assert_eq!(syllables("CẢNH BÁO BÃO SỐ 9"), 5);
        assert_eq!(syllables("Gọi 112 – ngay!"), 5);
    }

    proptest! {
        #[test]
        fn preparing_twice_is_preparing_once(text in any::<String>()) {
            let once = prepare(&text);
            prop_assert_eq!(prepare(&once), once);
        }
    }
}
