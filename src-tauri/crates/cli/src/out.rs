//! All that `loa` prints: answers on standard output, sentences on standard error.
//!
//! Titles, tags and names of files come from anybody. What is printed for people is a list of lines,
//! and each goes through [`plain`], so that none of it can move the cursor, colour the screen, turn
//! the writing round or pass for a line of ours. In JSON such characters are escaped, which changes
//! no value. Nothing else in this crate has the two streams (`clippy.toml` sees to it).

use std::io::{self, Write};
use std::path::Path;

use anyhow::Context as _;
use serde::Serialize;

use crate::Outcome;
use crate::words::l;

/// Prints the answer to a question: as JSON, or in lines for people.
///
/// # Errors
/// Where standard output cannot be written to: then the question is not answered.
pub fn answer<T: Serialize>(
    json: bool,
    value: &T,
    people: impl FnOnce(&T) -> Vec<String>,
) -> Outcome {
    print(&text(json, value, people)?).context("standard output")
}

/// Prints what came of work that is done. Where standard output cannot be written to, standard error
/// has the reason, and the work stays done.
///
/// # Errors
/// Where the value has no JSON, which is a defect.
pub fn done<T: Serialize>(
    json: bool,
    value: &T,
    people: impl FnOnce(&T) -> Vec<String>,
) -> Outcome {
    print(&text(json, value, people)?).unwrap_or_else(|error| untold(&error));
    Ok(())
}

/// Says that an answer got lost.
pub fn untold(error: &io::Error) {
    say(&format!(
        "loa: {} ({error})",
        l(
            "Không ghi được ra đầu ra chuẩn; việc vẫn làm xong.",
            "Standard output cannot be written to; the work is done all the same.",
        )
    ));
}

fn text<T: Serialize>(
    json: bool,
    value: &T,
    people: impl FnOnce(&T) -> Vec<String>,
) -> anyhow::Result<String> {
    if json {
        return Ok(escaped(&serde_json::to_string_pretty(value)?));
    }
    let lines: Vec<String> = people(value).iter().map(|line| plain(line)).collect();
    Ok(lines.join("\n"))
}

/// Prints a line.
///
/// # Errors
/// Where standard output cannot be written to.
pub fn line(text: &str) -> io::Result<()> {
    print(&plain(text))
}

/// Prints a page of the manual, coloured where it is a terminal that is to have colours.
///
/// # Errors
/// Where it cannot be written.
pub fn page(page: &clap::Error) -> io::Result<()> {
    #[expect(clippy::disallowed_methods, reason = "the one place that has it")]
    let written = page.print();
    quiet(written)
}

/// Says something on standard error, in one line. Where nobody listens there, nobody is told.
pub fn say(text: &str) {
    say_lines(std::iter::once(text));
}

/// Says several lines on standard error.
pub fn say_lines<'a>(lines: impl IntoIterator<Item = &'a str>) {
    let lines: Vec<String> = lines.into_iter().map(plain).collect();
    #[expect(clippy::disallowed_methods, reason = "the one place that has it")]
    let mut stream = io::stderr();
    writeln!(stream, "{}", lines.join("\n").trim_end()).unwrap_or_default();
}

fn print(text: &str) -> io::Result<()> {
    #[expect(clippy::disallowed_methods, reason = "the one place that has it")]
    let mut stream = io::stdout().lock();
    quiet(writeln!(stream, "{text}").and_then(|()| stream.flush()))
}

/// Whoever reads (`| head`) has enough when he closes the pipe: no failure, and nothing to say.
fn quiet(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// A text in one line that a terminal shows and does not obey: what breaks lines becomes a space,
/// other control characters the sign for what cannot be shown.
#[must_use]
pub fn plain(text: &str) -> String {
    let shown = |c: char| match c {
        '\t'..='\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => ' ',
        c if is_control(c) => char::REPLACEMENT_CHARACTER,
        c => c,
    };
    text.chars().map(shown).collect()
}

/// JSON in which such characters stand as `\u` with four digits (RFC 8259 §7).
fn escaped(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        // Line breaks stand between values only; inside of them they are escaped already.
        if c == '\n' || !is_control(c) {
            text.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            text.push_str(&format!("\\u{unit:04x}"));
        }
    }
    text
}

/// What a terminal may obey, or what makes a text read other than it is stored: C0, DEL, C1, the
/// marks of direction, breaks of lines and what is never seen (Unicode TR 36 §3.1).
fn is_control(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}')
}

/// A path as text. Names that are no UTF-8 are shown as well as can be: an answer must not fail for
/// them when the work is done.
#[must_use]
pub fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: &str =
        "a\u{1b}[2Jb\u{9b}31mc\u{7}\u{7f}\u{202e}d\u{2066}\nloa: \r\u{2028}\u{85}\te";

    #[test]
    fn a_text_is_one_line_that_a_terminal_does_not_obey() {
        let shown = plain(HOSTILE);
        assert!(!shown.chars().any(is_control), "{shown:?}");
        assert_eq!(shown.chars().count(), HOSTILE.chars().count());
        assert!(shown.starts_with("a\u{fffd}[2Jb\u{fffd}31mc"), "{shown:?}");
        assert_eq!(
            plain("Bản tin “sáng” 👩‍👩‍👧 – 5 °C"),
            "Bản tin “sáng” 👩‍👩‍👧 – 5 °C"
        );
    }

    #[test]
    fn json_says_the_same_in_characters_that_a_terminal_does_not_obey() {
        let value = serde_json::json!({ "title": format!("{HOSTILE}\u{e0041}") });
        let written = text(true, &value, |_| vec![]).unwrap();
        assert!(
            !written.chars().any(|c| c != '\n' && is_control(c)),
            "{written:?}"
        );
        let read: serde_json::Value = serde_json::from_str(&written).unwrap();
        assert_eq!(read, value);
    }

    #[test]
    fn a_title_cannot_pass_for_a_line_of_ours() {
        let lines = text(false, &(), |()| vec!["a\nb".to_owned(), "c".to_owned()]).unwrap();
        assert_eq!(lines, "a b\nc");
    }
}
