//! The manual of each command, and how usage and its mistakes are told, in the language of the locale.
//!
//! `clap` speaks English only. What it says by itself (headings, the lines about `--help`, its
//! complaints) is said here in Vietnamese where the locale asks for that; in English it stays as it is.

mod pages;

use std::fmt::Write as _;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command};

use crate::out::plain;
use crate::words::{is_english, l};

/// How a page is laid out, with the heading of usage in Vietnamese.
const TEMPLATE: &str =
    "{before-help}{about-with-newline}\nCách dùng: {usage}\n\n{all-args}{after-help}";

/// The command line with its manual, in the language of the locale.
#[must_use]
pub fn spoken(command: Command) -> Command {
    let mut command = with_pages(command, "");
    if is_english() {
        return command;
    }
    // Adds the help options and commands, so that they can be given words as well.
    command.build();
    in_vietnamese(command)
}

fn with_pages(command: Command, path: &str) -> Command {
    let mut command = command;
    if let Some(page) = pages::of(path) {
        let about = command.get_about().map(ToString::to_string);
        let about = about.unwrap_or_default();
        command = command
            .long_about(format!("{about}\n\n{}", page.text()))
            .after_long_help(page.more());
    }
    below(command, |sub| {
        let path = format!("{path} {}", sub.get_name());
        with_pages(sub, path.trim())
    })
}

/// A command whose subcommands are each changed.
fn below(mut command: Command, change: impl Fn(Command) -> Command) -> Command {
    let names = command
        .get_subcommands()
        .map(|sub| sub.get_name().to_owned());
    for name in names.collect::<Vec<_>>() {
        command = command.mut_subcommand(name, &change);
    }
    command
}

fn in_vietnamese(mut command: Command) -> Command {
    if command.get_name() == "help" {
        command = command.about("In trang này, hoặc hướng dẫn của một lệnh");
    }
    let usage = command.render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ");
    let usage = usage
        .replace("[OPTIONS]", "[TUỲ CHỌN]")
        .replace("[COMMAND]", "[LỆNH]")
        .replace("<COMMAND>", "<LỆNH>");
    let command = command
        .override_usage(usage)
        .help_template(TEMPLATE)
        .subcommand_help_heading("Lệnh")
        .mut_args(|arg| {
            let heading = if arg.is_positional() {
                "Tham số"
            } else {
                "Tuỳ chọn"
            };
            // Where a default or a choice matters, the words say so.
            named(arg)
                .help_heading(heading)
                .hide_default_value(true)
                .hide_possible_values(true)
        });
    below(command, in_vietnamese)
}

fn named(arg: Arg) -> Arg {
    match arg.get_id().as_str() {
        "help" => arg
            .help("In hướng dẫn (-h: bản ngắn)")
            .long_help("In hướng dẫn (-h: bản ngắn)"),
        "version" => arg.help("In phiên bản"),
        "subcommand" => arg.help("Lệnh cần hướng dẫn"),
        _ => arg,
    }
}

/// A mistake of usage in words. In English those of `clap`.
#[must_use]
pub fn mistake(mut error: clap::Error) -> String {
    make_plain(&mut error);
    if is_english() {
        return error.render().to_string();
    }
    let said = |kind| match error.get(kind) {
        Some(ContextValue::None) | None => None,
        Some(value) => Some(value.to_string()),
    };
    let arg = said(ContextKind::InvalidArg).unwrap_or_default();
    let value = said(ContextKind::InvalidValue).unwrap_or_default();
    let mut text = "loa: ".to_owned();
    let sentence = match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let name = said(ContextKind::InvalidSubcommand).unwrap_or_default();
            format!("không có lệnh “{name}”.")
        }
        ErrorKind::UnknownArgument => format!("không có tham số “{arg}”."),
        ErrorKind::MissingRequiredArgument => format!("còn thiếu {arg}."),
        ErrorKind::MissingSubcommand => "còn thiếu tên lệnh.".to_owned(),
        ErrorKind::ArgumentConflict => {
            let other = said(ContextKind::PriorArg).unwrap_or_default();
            format!("“{arg}” không dùng cùng “{other}” được.")
        }
        ErrorKind::InvalidValue if value.is_empty() => format!("“{arg}” cần một giá trị."),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            format!("“{value}” không dùng được cho “{arg}”.")
        }
        ErrorKind::InvalidUtf8 => "có tham số không phải chữ UTF-8.".to_owned(),
        _ => "gõ chưa đúng.".to_owned(),
    };
    text.push_str(&sentence);
    let values = said(ContextKind::ValidValue).filter(|values| !values.is_empty());
    if let Some(values) = values {
        write!(text, " Dùng được: {values}.").unwrap_or_default();
    }
    let near = [
        ContextKind::SuggestedSubcommand,
        ContextKind::SuggestedArg,
        ContextKind::SuggestedValue,
    ];
    if let Some(near) = near.into_iter().find_map(said) {
        write!(text, " Có phải “{near}”?").unwrap_or_default();
    }
    if let Some(usage) = said(ContextKind::Usage) {
        let usage = usage.trim().trim_start_matches("Usage: ").to_owned();
        write!(text, "\n\nCách dùng: {usage}").unwrap_or_default();
    }
    text.push_str("\nXem thêm: loa --help, hoặc loa LỆNH --help\n");
    text
}

/// What was typed may be names of files, which a `*` put there: none of them makes a line of its own.
fn make_plain(error: &mut clap::Error) {
    let plain_of = |(kind, value): (ContextKind, &ContextValue)| match value {
        ContextValue::String(typed) => Some((kind, ContextValue::String(plain(typed)))),
        ContextValue::Strings(typed) => {
            let typed = typed.iter().map(|it| plain(it)).collect();
            Some((kind, ContextValue::Strings(typed)))
        }
        // Advice, which says it again.
        ContextValue::StyledStrs(typed) => {
            let typed = typed.iter().map(|it| plain(&it.to_string()).into());
            Some((kind, ContextValue::StyledStrs(typed.collect())))
        }
        // Made of our own names of commands and options.
        _ => None,
    };
    let shown: Vec<_> = error.context().filter_map(plain_of).collect();
    for (kind, value) in shown {
        error.insert(kind, value);
    }
}

/// One page of the manual.
pub(crate) struct Page {
    vi: (&'static str, &'static str),
    en: (&'static str, &'static str),
}

impl Page {
    /// What the command does and what it does not.
    fn text(&self) -> &'static str {
        l(self.vi.0, self.en.0)
    }

    /// Examples, what `--json` answers, files.
    fn more(&self) -> &'static str {
        l(self.vi.1, self.en.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::Args;
    use clap::CommandFactory as _;

    fn leaves(command: &Command, path: &str, out: &mut Vec<String>) {
        for sub in command.get_subcommands() {
            let below = format!("{path} {}", sub.get_name()).trim().to_owned();
            leaves(sub, &below, out);
            out.push(below);
        }
    }

    #[test]
    fn every_command_has_a_page_with_examples_in_both_languages() {
        let mut paths = vec![String::new()];
        leaves(&Args::command(), "", &mut paths);
        assert!(paths.len() > 20, "{paths:?}");
        for path in paths {
            let page = pages::of(&path).unwrap_or_else(|| panic!("{path:?} has no page"));
            for (text, more, word) in [
                (page.vi.0, page.vi.1, "Ví dụ"),
                (page.en.0, page.en.1, "Examples"),
            ] {
                assert!(text.len() > 60, "{path:?}: {text}");
                assert!(more.contains(word) && more.contains("loa "), "{path:?}");
            }
        }
    }

    /// The words of a command line, as a shell would part them.
    fn parted(line: &str) -> Vec<String> {
        let mut words = vec![String::new()];
        let mut quoted = false;
        for c in line.chars() {
            match c {
                '"' => quoted = !quoted,
                ' ' if !quoted => words.push(String::new()),
                c => words.last_mut().unwrap().push(c),
            }
        }
        words
    }

    #[test]
    fn every_example_can_be_typed_as_it_stands() {
        for path in pages::paths() {
            let page = pages::of(path).unwrap();
            let lines = (page.vi.1.lines().chain(page.en.1.lines())).map(str::trim);
            for line in lines.filter(|line| line.starts_with("loa ")) {
                let ours = line.split(" | ").next().unwrap();
                let parsed = Args::command().try_get_matches_from(parted(ours));
                assert!(parsed.is_ok(), "{line}: {}", parsed.unwrap_err());
            }
        }
    }

    #[test]
    fn no_page_is_about_a_command_that_does_not_exist() {
        let mut paths = vec![String::new()];
        leaves(&Args::command(), "", &mut paths);
        for path in pages::paths() {
            assert!(paths.iter().any(|known| known == path), "{path:?}");
        }
    }
}
