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

/// The longest telephone number, with its spaces: fifteen digits (ITU-T E.164) in groups of three.
const TELEPHONE_CHARS_MAX: usize = 19;

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
/// before it; between the groups of a telephone number; and between hour and minutes. Otherwise never
/// two in a row, or "ngày 5 tháng 3 năm 2026" would be a single word too wide for a board.
fn glue(text: &str) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    let mut glued = String::with_capacity(text.len() + 8);
    let mut tie = Tie::None;
    // Characters of what is tied together so far.
    let mut chars = 0;
    for (place, word) in words.iter().enumerate() {
        let length = word.chars().count();
        if place > 0 {
            tie = tie_of(tie, &words, place, chars + 1 + length);
            glued.push(if tie == Tie::None {
                ' '
            } else {
                NO_BREAK_SPACE
            });
        }
        chars = if tie == Tie::None {
            length
        } else {
            chars + 1 + length
        };
        glued.push_str(word);
    }
    glued
}

/// How a word is tied to the one before it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tie {
    None,
    /// "18 giờ".
    Unit,
    /// "0912 345 678".
    Group,
    /// "cấp 11"; and the minutes of "19 giờ 30".
    Rank,
}

/// The tie between the word at `place` and the one before it: `last` is the tie in front of that,
/// `chars` how long all that is tied would be.
fn tie_of(last: Tie, words: &[&str], place: usize, chars: usize) -> Tie {
    let (before, word) = (words[place - 1], words[place]);
    // A number whose unit or next group follows is left for that.
    let has_unit = |place: usize| {
        let next = words.get(place + 1);
        next.is_some_and(|next| unit_follows(words[place], next))
    };
    let has_group = words
        .get(place + 1)
        .is_some_and(|next| group_follows(word, next) && !has_unit(place + 1));
    let free = last == Tie::None;
    let is_group = group_follows(before, word) && chars <= TELEPHONE_CHARS_MAX;
    let is_rank = last == Tie::Unit && minutes_follow(before, word) || free && ranked(before, word);
    if is_group && (free || last == Tie::Group) && !has_unit(place) {
        Tie::Group
    } else if free && unit_follows(before, word) {
        Tie::Unit
    } else if is_rank && !has_unit(place) && !has_group {
        Tie::Rank
    } else {
        Tie::None
    }
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

/// Whether both are groups of digits, as in "0912 345 678" and "(028) 3822 1234".
fn group_follows(before: &str, word: &str) -> bool {
    let is_group = |word: &str| {
        word.len() >= 2 && !is_tied(word) && word.bytes().all(|byte| byte.is_ascii_digit())
    };
    is_group(before.trim_start_matches(['(', '+']).trim_end_matches(')'))
        && is_group(word.trim_end_matches([')', ',', '.', ';', ':', '!', '?']))
}

/// Whether `word` is the minutes after "19 giờ".
fn minutes_follow(before: &str, word: &str) -> bool {
    let word = word.trim_end_matches([',', '.', ';', ':', '!', '?']);
    before.to_lowercase() == "giờ"
        && (1..=2).contains(&word.len())
        && word.bytes().all(|byte| byte.is_ascii_digit())
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
    use proptest::prelude::{any, prop, proptest};
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
    fn a_telephone_number_is_never_torn_and_minutes_stay_with_their_hour() {
        assert_eq!(
            prepare("gọi 0912 345 678 hoặc (028) 3822 1234, gặp anh Tư"),
            "gọi 0912\u{a0}345\u{a0}678 hoặc (028)\u{a0}3822\u{a0}1234, gặp anh Tư"
        );
        assert_eq!(prepare("số 1900 9000."), "số 1900\u{a0}9000.");
        assert_eq!(prepare("19 giờ 30, tại"), "19\u{a0}giờ\u{a0}30, tại");
        assert_eq!(prepare("từ 7 GIỜ 30 phút"), "từ 7\u{a0}GIỜ 30\u{a0}phút");
        // No number of a telephone: the row is broken somewhere.
        let row = prepare("lô 10 11 12 13 14 15 16 17 18 19");
        assert!(
            row.split(' ').all(|word| word.chars().count() <= 19),
            "{row}"
        );
        assert_eq!(prepare("gọi 113, 114"), "gọi\u{a0}113, 114");
        assert_eq!(prepare("dài 10 20 km"), "dài\u{a0}10 20\u{a0}km");
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

        #[test]
        fn preparing_numbers_twice_is_preparing_them_once(
            words in prop::collection::vec(
                prop::sample::select(vec![
                    "ngày", "5", "30", "0912", "345", "(028)", "+84", "giờ", "GIỜ", "phút,", "km", "22/11", "số", "",
                ]),
                0..12,
            ),
        ) {
            let once = prepare(&words.join(" "));
            prop_assert_eq!(prepare(&once), once);
        }
    }
}
