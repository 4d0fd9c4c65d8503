//! What is known of files beyond the columns of the archive: levels of sounds, checks of slides.
//! Kept in its state table, so that the window and the terminal find what the other wrote.

use archive::{Archive, Change, Item, ItemFile};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use units::Digest;

use crate::wire::{Levels, Problem};
use crate::{to_json, tools};

/// All levels of an item's one sound; the archive itself keeps the two it sorts by.
pub(crate) const ITEM_LEVELS: &str = "item-levels";

/// Checks of an item's slides, file by file.
pub(crate) const ITEM_CHECKS: &str = "item-checks";

/// Levels of one file, by its digest.
const FILE_LEVELS: &str = "file-levels";

/// What was found on one slide as it was put into the archive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct SlideCheck {
    /// Name of its file.
    pub(crate) file: String,
    /// Name of the board.
    pub(crate) board: String,
    /// Size of the board in pixels.
    pub(crate) pixels: (u32, u32),
    /// How long the slide stands.
    pub(crate) dwell_ms: u64,
    /// Empty where all is well.
    pub(crate) findings: Vec<SlideFinding>,
}

/// One thing to be mended on a slide.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct SlideFinding {
    /// Stable code, such as `text-too-small`.
    pub(crate) code: String,
    /// `notice`, `warning` or `error`.
    pub(crate) severity: String,
    /// What was measured, with its unit.
    pub(crate) measured: String,
    /// What was needed, with its unit.
    pub(crate) needed: String,
}

/// What was remembered under a key, if it still has that form.
pub(crate) fn recall<T: DeserializeOwned>(
    archive: &Archive,
    space: &str,
    key: &str,
) -> Result<Option<T>, Problem> {
    let text = archive.state_get(space, key)?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
}

/// Remembers a value as part of a change.
pub(crate) fn remember<T: Serialize>(
    change: &Change<'_>,
    space: &str,
    key: &str,
    value: &T,
) -> Result<(), Problem> {
    Ok(change.state_put(space, key, &to_json(value)?)?)
}

/// Remembers what was measured on a sound that was put in.
///
/// # Errors
/// What the archive reports.
pub fn remember_levels(change: &Change<'_>, sound: Digest, levels: &Levels) -> Result<(), Problem> {
    remember(change, FILE_LEVELS, &sound.to_string(), levels)
}

/// Levels of a file of an item. Figures of the item are its file's only where it has one sound.
pub(crate) fn levels_of(
    archive: &Archive,
    item: &Item,
    file: &ItemFile,
    is_only_sound: bool,
) -> Result<Option<Levels>, Problem> {
    let own = recall(archive, FILE_LEVELS, &file.digest.to_string())?;
    if own.is_some() || !is_only_sound {
        return Ok(own);
    }
    item_levels(archive, &item.id.to_string())
}

/// All levels of an item's sound.
pub(crate) fn item_levels(archive: &Archive, item: &str) -> Result<Option<Levels>, Problem> {
    Ok(recall::<Option<Levels>>(archive, ITEM_LEVELS, item)?.flatten())
}

/// Media type by the ending of a name; for people and packages, never for decisions.
#[must_use]
pub fn media_type(name: &str) -> &'static str {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    match ending.to_ascii_lowercase().as_str() {
        "wav" | "bwf" => "audio/wav",
        "mp3" => "audio/mpeg",
        "flac" => "audio/flac",
        "aif" | "aiff" => "audio/aiff",
        "m4a" | "aac" => "audio/mp4",
        "ogg" | "opus" => "audio/ogg",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "gif" => "image/gif",
        "mp4" => "video/mp4",
        "mov" => "video/quicktime",
        "txt" => "text/plain",
        "html" => "text/html",
        "json" => "application/json",
        "pdf" => "application/pdf",
        "bmp" => "image/bmp",
        _ => UNKNOWN_TYPE,
    }
}

const UNKNOWN_TYPE: &str = "application/octet-stream";

/// `name` with the ending that belongs to the content, so that the file opens by a double click wherever
/// it is taken to. `head` is how the content begins; what is not known by it keeps its name.
#[must_use]
pub fn named_by_content(name: &str, head: &[u8]) -> String {
    let at = |from: usize, mark: &[u8]| head.get(from..).is_some_and(|it| it.starts_with(mark));
    let ending = match head {
        [b'R', b'I', b'F', b'F', ..] if at(8, b"WEBP") => "webp",
        [b'R', b'I' | b'F', b'F', b'F' | b'4', ..] | [b'B', b'W', b'6', b'4', ..]
            if at(8, b"WAVE") =>
        {
            "wav"
        }
        [b'F', b'O', b'R', b'M', ..] if at(8, b"AIF") => "aiff",
        _ if at(4, b"ftypM4A") => "m4a",
        _ if at(4, b"ftypqt") => "mov",
        _ if at(4, b"ftyp") => "mp4",
        _ if at(0, b"fLaC") => "flac",
        _ if at(0, b"OggS") => "ogg",
        _ if at(0, b"\x89PNG") => "png",
        _ if at(0, b"GIF8") => "gif",
        _ if at(0, b"BM") => "bmp",
        [0xff, 0xd8, 0xff, ..] => "jpg",
        [0xff, 0xf1 | 0xf9, ..] => "aac",
        [b'I', b'D', b'3', ..] | [0xff, 0xe0..=0xff, ..] => "mp3",
        _ => return name.to_owned(),
    };
    let fits = |name: &str| {
        let own = name.rsplit_once('.').map_or("", |(_, own)| own);
        own.eq_ignore_ascii_case(ending)
            || (media_type(name) != UNKNOWN_TYPE
                && media_type(name) == media_type(&format!(".{ending}")))
    };
    match fits(name) {
        true => name.to_owned(),
        false => format!("{name}.{ending}"),
    }
}

/// Levels of a file on disk, where its name says that it is a sound and it is one.
///
/// # Errors
/// [`units::Cancelled`] alone: what cannot be measured has no levels.
pub fn measured(
    path: &std::path::Path,
    watch: units::Watch<'_>,
) -> Result<Option<Levels>, Problem> {
    if !media_type(&path.to_string_lossy()).starts_with("audio/") {
        return Ok(None);
    }
    match tools::measure(path, false, watch) {
        Err(problem) if problem.code == crate::wire::Code::Cancelled => Err(problem),
        measured => Ok(measured.ok()),
    }
}

/// Length of a measured sound in milliseconds.
#[must_use]
pub fn duration_ms(levels: &Levels) -> u64 {
    (levels.duration_s * 1_000.0).round() as u64
}

#[cfg(test)]
mod tests {
    use super::named_by_content;

    #[test]
    fn what_is_taken_out_of_the_archive_is_named_by_what_it_is() {
        for (name, head, named) in [
            ("thu", &b"\0\0\0\x1cftypM4A \0\0\0\0"[..], "thu.m4a"),
            (
                "2026-11-26 03-49-31.145",
                b"RIFF\0\0\0\0WAVEfmt ",
                "2026-11-26 03-49-31.145.wav",
            ),
            ("tin.bwf", b"RIFF\0\0\0\0WAVEfmt ", "tin.bwf"),
            ("tin.mp3", b"ID3\x04", "tin.mp3"),
            ("\u{1ea3}nh", b"\xff\xd8\xff\xe0", "\u{1ea3}nh.jpg"),
            ("lạ", b"nothing known", "lạ"),
        ] {
            assert_eq!(named_by_content(name, head), named);
        }
    }
}
