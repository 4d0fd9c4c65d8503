//! Words without marks and case, so that `tiem chung`, `tiêm chủng` and `TIÊM CHỦNG` are one.
//!
//! Unicode decomposition (NFD, UAX #15) takes every Vietnamese mark off its letter save the stroke
//! of đ, which is a letter of its own; that one is done by hand.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// `text` without marks and case: NFD, marks dropped, đ → d, upper then lower case.
///
/// Upper before lower, so that ß and SS, ς and Σ meet.
#[must_use]
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.nfd()
        .filter(|&c| !is_dropped(c))
        .map(without_stroke)
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .nfd()
        .filter(|&c| !is_dropped(c))
        .collect()
}

/// `text` in lower case with its marks, composed (NFC), for ranking what was typed with marks.
pub(crate) fn lower_marked(text: &str) -> String {
    text.nfd()
        .filter(|&c| !is_invisible(c))
        .flat_map(char::to_lowercase)
        .nfc()
        .collect()
}

/// The words of a text: runs of letters, digits and marks, with the place of each in bytes.
pub(crate) fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut rest = 0;
    std::iter::from_fn(move || {
        let start = rest + text[rest..].find(is_word)?;
        let len = text[start..]
            .find(|c| !is_word(c))
            .unwrap_or(text.len() - start);
        rest = start + len;
        Some((start, &text[start..rest]))
    })
    // A run of nothing but marks folds to nothing.
    .filter(|(_, word)| word.chars().any(char::is_alphanumeric))
}

/// Whether a character belongs to a word.
pub(crate) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || (!c.is_ascii() && is_dropped(c))
}

fn is_dropped(c: char) -> bool {
    !c.is_ascii() && (is_combining_mark(c) || is_invisible(c))
}

/// What editors and web pages leave inside words: soft hyphen, joiners, byte order mark.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{200c}' | '\u{200d}' | '\u{2060}' | '\u{feff}'
    )
}

/// đ, and the letters of other languages that look like Đ and are typed in its place.
fn without_stroke(c: char) -> char {
    match c {
        'đ' | 'Đ' | 'ð' | 'Ð' | 'ɖ' | 'Ɖ' => 'd',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_normalization::UnicodeNormalization as _;

    use super::{fold, lower_marked, words};

    #[test]
    fn all_ways_to_write_a_word_fold_to_one() {
        for text in [
            "tiêm chủng",
            "TIÊM CHỦNG",
            "Tiêm Chủng",
            "tiem chung",
            "ti\u{ad}êm chủng",
        ] {
            assert_eq!(fold(text), "tiem chung", "{text}");
        }
        assert_eq!(fold("Đường ĐÊM đỏ"), "duong dem do");
        assert_eq!(fold("Ðường (eth)"), "duong (eth)");
        assert_eq!(fold("Straße"), fold("STRASSE"));
    }

    #[test]
    fn marks_stay_where_they_are_wanted() {
        assert_eq!(lower_marked("TIÊM CHU\u{309}NG"), "tiêm chủng");
    }

    #[test]
    fn words_are_runs_of_letters_digits_and_marks() {
        let found: Vec<_> = words("  Covid-19: “chủ\u{301}ng” \u{301}!").collect();
        assert_eq!(found, [(2, "Covid"), (8, "19"), (15, "chủ\u{301}ng")]);
    }

    /// Letters of Vietnamese with all their marks, and what stands between words.
    fn vietnamese() -> impl Strategy<Value = String> {
        proptest::string::string_regex("[a-zđA-ZĐàáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ 0-9,.-]{0,40}")
            .expect("the pattern is right")
    }

    proptest! {
        #[test]
        fn case_and_normal_form_never_matter(text in vietnamese()) {
            let folded = fold(&text);
            let nfd: String = text.nfd().collect();
            prop_assert_eq!(&fold(&nfd), &folded);
            prop_assert_eq!(&fold(&text.to_uppercase()), &folded);
            prop_assert_eq!(&fold(&nfd.to_uppercase()), &folded);
            prop_assert_eq!(&fold(&text.to_lowercase()), &folded);
            prop_assert!(folded.is_ascii());
        }

        #[test]
        fn folding_twice_is_folding_once(text in any::<String>()) {
            let folded = fold(&text);
            prop_assert_eq!(fold(&folded), folded.clone());
            prop_assert_eq!(fold(&text.nfd().collect::<String>()), folded.clone());
            prop_assert_eq!(fold(&text.nfc().collect::<String>()), folded);
        }

        #[test]
        fn words_lie_in_the_text_in_order(text in any::<String>()) {
            let mut done = 0;
            for (at, word) in words(&text) {
                prop_assert!(at >= done);
                prop_assert_eq!(&text[at..at + word.len()], word);
                done = at + word.len();
            }
        }
    }
}
