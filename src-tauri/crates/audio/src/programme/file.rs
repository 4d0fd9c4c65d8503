//! The programme and its edits as JSON, version 1. Fixtures of every version ever shipped stand in
//! `tests/fixtures/programme`.
//!
//! A programme is `{"format":"loa-programme","version":1,"programme":{…}}`, an edit
//! `{"format":"loa-edit","version":1,"edit":{"type":"split-clip",…}}`. Fields that are not known are
//! refused: they come from a later version, and to drop them in silence would lose work.

mod convert;

use serde::{Deserialize, Serialize};

use super::edit::Edit;
use super::model::Programme;
use super::validate::at_most;
use crate::Error;

/// Largest file read: all clips and sources the model allows, each with a label of usual length,
/// written out with indentation.
pub const FILE_BYTES_MAX: usize = 48 * 1024 * 1024;

const VERSION: u32 = 1;
const PROGRAMME_FORMAT: &str = "loa-programme";
const EDIT_FORMAT: &str = "loa-edit";

/// A programme as indented JSON, for files.
///
/// # Errors
/// [`Error::BadEdit`] and [`Error::Limit`] where the programme breaks a rule of the model.
pub fn to_json(programme: &Programme) -> Result<String, Error> {
    programme.validate()?;
    let file = ProgrammeFile {
        format: PROGRAMME_FORMAT.into(),
        version: VERSION,
        programme: programme.into(),
    };
    serde_json::to_string_pretty(&file).map_err(damaged)
}

/// Reads a programme, of any version ever shipped.
///
/// # Errors
/// [`Error::Damaged`] where it is no JSON of this form, [`Error::UnknownFormat`] where it is of
/// another kind or a later version, [`Error::Limit`] beyond the limits, [`Error::BadEdit`] where it
/// breaks a rule of the model.
pub fn from_json(json: &[u8]) -> Result<Programme, Error> {
    check_head(json, PROGRAMME_FORMAT)?;
    let file: ProgrammeFile = serde_json::from_slice(json).map_err(damaged)?;
    let programme = Programme::try_from(file.programme)?;
    programme.validate()?;
    Ok(programme)
}

/// An edit as one line of JSON, for a log.
///
/// # Errors
/// [`Error::Damaged`], which does not happen with an edit that was applied.
pub fn edit_to_json(edit: &Edit) -> Result<String, Error> {
    let file = EditFile {
        format: EDIT_FORMAT.into(),
        version: VERSION,
        edit: edit.into(),
    };
    serde_json::to_string(&file).map_err(damaged)
}

/// Reads an edit, of any version ever shipped. Whether it fits a programme shows when it is applied.
///
/// # Errors
/// As [`from_json`].
pub fn edit_from_json(json: &[u8]) -> Result<Edit, Error> {
    check_head(json, EDIT_FORMAT)?;
    let file: EditFile = serde_json::from_slice(json).map_err(damaged)?;
    file.edit.try_into()
}

/// Tells another kind of file and a later version apart from a damaged file.
fn check_head(json: &[u8], format: &str) -> Result<(), Error> {
    at_most("bytes of JSON", json.len(), FILE_BYTES_MAX)?;
    let head: Head = serde_json::from_slice(json).map_err(damaged)?;
    if head.format != format {
        return Err(Error::UnknownFormat(format!(
            "{:?} is no {format}",
            head.format
        )));
    }
    if head.version != VERSION {
        return Err(Error::UnknownFormat(format!(
            "{format} of version {}",
            head.version
        )));
    }
    Ok(())
}

fn damaged(error: impl std::fmt::Display) -> Error {
    Error::Damaged(error.to_string())
}

#[derive(Deserialize)]
struct Head {
    format: String,
    version: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProgrammeFile {
    format: String,
    version: u32,
    programme: ProgrammeV1,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EditFile {
    format: String,
    version: u32,
    edit: EditV1,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProgrammeV1 {
    id: String,
    title: String,
    media: Vec<MediaV1>,
    tracks: Vec<TrackV1>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct MediaV1 {
    digest: String,
    name: String,
    length: i64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TrackV1 {
    id: String,
    settings: SettingsV1,
    clips: Vec<ClipV1>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SettingsV1 {
    name: String,
    kind: KindV1,
    gain_db: f64,
    mute: bool,
    solo: bool,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum KindV1 {
    Voice,
    Interview,
    Bed,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ClipV1 {
    id: String,
    source: String,
    source_in: i64,
    source_out: i64,
    position: i64,
    gain_db: f64,
    fade_in: FadeV1,
    fade_out: FadeV1,
    label: String,
    mute: bool,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FadeV1 {
    length: i64,
    offset: i64,
    shape: ShapeV1,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum ShapeV1 {
    Linear,
    EqualPower,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PlacedV1 {
    track: String,
    clip: ClipV1,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", deny_unknown_fields)]
enum EditV1 {
    SetTitle {
        title: String,
    },
    AddMedia {
        at: usize,
        media: MediaV1,
    },
    RemoveMedia {
        digest: String,
    },
    AddTrack {
        at: usize,
        track: TrackV1,
    },
    RemoveTrack {
        track: String,
    },
    SetTrack {
        track: String,
        settings: SettingsV1,
    },
    MoveTrack {
        track: String,
        to: usize,
    },
    InsertClip {
        track: String,
        clip: ClipV1,
    },
    DeleteClip {
        clip: String,
    },
    RippleDelete {
        clip: String,
    },
    SplitClip {
        clip: String,
        at: i64,
        new_clip: String,
    },
    TrimClip {
        clip: String,
        source_in: i64,
        source_out: i64,
    },
    SlipClip {
        clip: String,
        source_in: i64,
    },
    MoveClip {
        clip: String,
        track: String,
        position: i64,
    },
    ShiftClips {
        clips: Vec<String>,
        by: i64,
    },
    SetGain {
        clip: String,
        gain_db: f64,
    },
    SetFades {
        clip: String,
        fade_in: FadeV1,
        fade_out: FadeV1,
    },
    SetLabel {
        clip: String,
        label: String,
        mute: bool,
    },
    ReplaceClips {
        remove: Vec<String>,
        insert: Vec<PlacedV1>,
    },
    Group {
        edits: Vec<EditV1>,
    },
}

#[cfg(test)]
mod tests {
    use super::super::samples::{edits, programme};
    use super::{edit_from_json, edit_to_json, from_json, to_json};
    use crate::Error;

    const PROGRAMME: &str = include_str!(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../tests/fixtures/programme/v1/programme.json"
    ));
    const EDITS: &str = include_str!(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../tests/fixtures/programme/v1/edits.jsonl"
    ));

    #[test]
    fn the_programme_of_version_one_opens_and_is_written_alike() {
        let read = from_json(PROGRAMME.as_bytes()).unwrap();
        assert_eq!(read, programme());
        assert_eq!(to_json(&read).unwrap(), PROGRAMME.trim_end());
    }

    #[test]
    fn every_kind_of_edit_of_version_one_opens_and_is_written_alike() {
        let edits = edits();
        assert_eq!(EDITS.lines().count(), edits.len());
        for (line, edit) in EDITS.lines().zip(edits) {
            assert_eq!(edit_from_json(line.as_bytes()).unwrap(), edit);
            assert_eq!(edit_to_json(&edit).unwrap(), line);
        }
    }

    #[test]
    fn a_later_version_is_told_apart_from_damage() {
        let later = PROGRAMME.replace("\"version\": 1", "\"version\": 2");
        assert!(matches!(
            from_json(later.as_bytes()),
            Err(Error::UnknownFormat(_))
        ));
        assert!(matches!(
            edit_from_json(PROGRAMME.as_bytes()),
            Err(Error::UnknownFormat(_))
        ));
        let more = PROGRAMME.replace("\"title\"", "\"subtitle\": \"\", \"title\"");
        assert!(matches!(from_json(more.as_bytes()), Err(Error::Damaged(_))));
        assert!(matches!(from_json(b"{}"), Err(Error::Damaged(_))));
        let torn = &PROGRAMME.as_bytes()[..PROGRAMME.len() / 2];
        assert!(matches!(from_json(torn), Err(Error::Damaged(_))));
    }

    #[test]
    fn a_file_that_breaks_a_rule_of_the_model_is_refused() {
        let twisted = PROGRAMME.replace("\"source_in\": 4800", "\"source_in\": -4800");
        assert_ne!(twisted, PROGRAMME);
        assert!(matches!(
            from_json(twisted.as_bytes()),
            Err(Error::BadEdit(_))
        ));
        let vast = PROGRAMME.replace("\"source_in\": 4800", "\"source_in\": 1e300");
        assert!(from_json(vast.as_bytes()).is_err());
    }

    #[test]
    fn groups_nested_without_end_are_refused() {
        let deep = "{\"type\":\"group\",\"edits\":[".repeat(5_000);
        let json = format!("{{\"format\":\"loa-edit\",\"version\":1,\"edit\":{deep}");
        assert!(edit_from_json(json.as_bytes()).is_err());
    }
}
