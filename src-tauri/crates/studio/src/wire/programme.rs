//! A programme as the window shows it, and what the window may ask to be done to it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Levels, Normalized};

/// Which voice a track carries; decides its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum TrackKind {
    /// Announcer.
    Voice,
    /// Interview, effects.
    Interview,
    /// Music.
    Music,
}

/// A track.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Track {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it carries.
    pub kind: TrackKind,
    /// Gain in dB.
    pub gain_db: f64,
    /// Muted.
    pub mute: bool,
    /// Heard alone.
    pub solo: bool,
    /// Its clips by position.
    pub clips: Vec<Clip>,
}

/// A clip of an immutable source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Clip {
    /// Its id.
    pub id: String,
    /// Digest of its source.
    pub source: String,
    /// Name for people.
    pub label: String,
    /// First sample of the source.
    pub source_in: i64,
    /// One past the last sample of the source.
    pub source_out: i64,
    /// Where it begins on the timeline.
    pub position: i64,
    /// Gain in dB.
    pub gain_db: f64,
    /// Length of the fade in.
    pub fade_in: i64,
    /// Length of the fade out.
    pub fade_out: i64,
    /// Muted.
    pub mute: bool,
}

/// A source the programme uses. Its peaks are at `peaks/{digest}/{level}` of the media route.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Source {
    /// Digest of the original file.
    pub digest: String,
    /// Name it came with.
    pub name: String,
    /// Length in samples at 48 kHz.
    pub length: i64,
    /// Levels, once measured.
    pub levels: Option<Levels>,
    /// Whether its bytes are here; a missing source is shown, never dropped.
    pub present: bool,
    /// Buckets of samples per peak of level 0, 1, 2…
    pub peak_levels: Vec<u32>,
}

/// The last file rendered from the programme.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Rendition {
    /// Digest of the file.
    pub digest: String,
    /// Profile it was made to.
    pub profile: String,
    /// Revision of the programme it shows.
    pub revision: u64,
    /// Before and after.
    pub report: Normalized,
}

/// A programme.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Programme {
    /// Its document id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Counts up with each edit, undo and redo.
    pub revision: u64,
    /// When the last edit was safely on disk.
    pub saved_ms: i64,
    /// Length in samples.
    pub length: i64,
    /// Tracks from top to bottom.
    pub tracks: Vec<Track>,
    /// Sources in use.
    pub sources: Vec<Source>,
    /// What undo would take back, as the code of an edit.
    pub undo: Option<String>,
    /// What redo would do again.
    pub redo: Option<String>,
    /// The last file rendered from it.
    pub rendition: Option<Rendition>,
}

/// What the window may ask to be done to a programme. Each is one step of undo.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum ProgrammeEdit {
    /// A new title.
    SetTitle {
        /// The title.
        title: String,
    },
    /// One more track at the bottom.
    AddTrack {
        /// Its name.
        name: String,
        /// What it carries.
        kind: TrackKind,
    },
    /// Takes a track away with its clips.
    RemoveTrack {
        /// The track.
        track: String,
    },
    /// Gain, mute and solo of a track.
    SetTrack {
        /// The track.
        track: String,
        /// Its name.
        name: String,
        /// Gain in dB.
        gain_db: f64,
        /// Muted.
        mute: bool,
        /// Heard alone.
        solo: bool,
    },
    /// Lays a source that the programme knows on a track.
    Insert {
        /// Digest of the source.
        source: String,
        /// The track.
        track: String,
        /// Where.
        position: i64,
    },
    /// Cuts a clip in two.
    Split {
        /// The clip.
        clip: String,
        /// Position on the timeline.
        at: i64,
    },
    /// New ends of a clip; what stays keeps its place on the timeline.
    Trim {
        /// The clip.
        clip: String,
        /// First sample of the source.
        source_in: i64,
        /// One past the last sample of the source.
        source_out: i64,
    },
    /// Moves a clip.
    Move {
        /// The clip.
        clip: String,
        /// The track it goes to.
        track: String,
        /// Where it begins.
        position: i64,
    },
    /// Gain of a clip.
    SetGain {
        /// The clip.
        clip: String,
        /// Gain in dB.
        gain_db: f64,
    },
    /// Fades of a clip.
    SetFades {
        /// The clip.
        clip: String,
        /// Length of the fade in.
        fade_in: i64,
        /// Length of the fade out.
        fade_out: i64,
    },
    /// Name and mute of a clip.
    SetLabel {
        /// The clip.
        clip: String,
        /// Name.
        label: String,
        /// Muted.
        mute: bool,
    },
    /// Takes a clip away.
    Delete {
        /// The clip.
        clip: String,
    },
}
