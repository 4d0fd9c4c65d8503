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
        _ => "application/octet-stream",
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
