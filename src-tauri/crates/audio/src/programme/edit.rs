//! What can be done to a programme. Each edit is one step of undo.

use units::{Db, Digest, Samples};

use super::model::{Clip, ClipId, Fade, Media, Track, TrackId, TrackKind};

/// An edit as a value. New ids are made by the caller and carried inside, so that an edit done again
/// from the log gives the same programme.
#[derive(Clone, PartialEq, Debug)]
pub enum Edit {
    /// A new title.
    SetTitle {
        /// The title.
        title: String,
    },
    /// Makes a source known. Inverse: [`Edit::RemoveMedia`].
    AddMedia {
        /// Place in the list, at most its length.
        at: usize,
        /// The source.
        media: Media,
    },
    /// Forgets a source of which there is no clip.
    RemoveMedia {
        /// Its digest.
        digest: Digest,
    },
    /// Adds a track, with its clips if it has any. Inverse: [`Edit::RemoveTrack`].
    AddTrack {
        /// Place from the top, at most the number of tracks.
        at: usize,
        /// The track.
        track: Track,
    },
    /// Takes a track away with its clips.
    RemoveTrack {
        /// The track.
        track: TrackId,
    },
    /// Name, kind, gain, mute and solo of a track.
    SetTrack {
        /// The track.
        track: TrackId,
        /// What it becomes.
        settings: TrackSettings,
    },
    /// Another place from the top for a track.
    MoveTrack {
        /// The track.
        track: TrackId,
        /// Its place after the move.
        to: usize,
    },
    /// Lays a clip on a track. Inverse: [`Edit::DeleteClip`].
    InsertClip {
        /// The track.
        track: TrackId,
        /// The clip.
        clip: Clip,
    },
    /// Takes a clip away; nothing else moves.
    DeleteClip {
        /// The clip.
        clip: ClipId,
    },
    /// Takes a clip away and moves what begins at or after its end on the same track left by its
    /// length.
    RippleDelete {
        /// The clip.
        clip: ClipId,
    },
    /// Cuts a clip in two that together sound as it did. The left part keeps the id.
    SplitClip {
        /// The clip.
        clip: ClipId,
        /// Where on the timeline, inside the clip and not at its edges.
        at: Samples,
        /// Id of the right part.
        new_clip: ClipId,
    },
    /// New ends of a clip. What is heard before and after keeps its place on the timeline; fades
    /// stay with the edges.
    TrimClip {
        /// The clip.
        clip: ClipId,
        /// First sample of the source.
        source_in: Samples,
        /// One past the last sample of the source.
        source_out: Samples,
    },
    /// Another stretch of the source, of the same length, under the same place on the timeline.
    SlipClip {
        /// The clip.
        clip: ClipId,
        /// First sample of the source.
        source_in: Samples,
    },
    /// Moves a clip.
    MoveClip {
        /// The clip.
        clip: ClipId,
        /// The track it goes to.
        track: TrackId,
        /// Where it begins.
        position: Samples,
    },
    /// Moves several clips on their tracks by the same distance.
    ShiftClips {
        /// The clips, each once.
        clips: Vec<ClipId>,
        /// To the right, or to the left where negative.
        by: Samples,
    },
    /// Gain of a clip.
    SetGain {
        /// The clip.
        clip: ClipId,
        /// Its gain, rounded by [`super::snap_gain`].
        gain: Db,
    },
    /// Fades of a clip.
    SetFades {
        /// The clip.
        clip: ClipId,
        /// At its start.
        fade_in: Fade,
        /// At its end.
        fade_out: Fade,
    },
    /// Name and mute of a clip.
    SetLabel {
        /// The clip.
        clip: ClipId,
        /// Its name.
        label: String,
        /// Not heard.
        mute: bool,
    },
    /// Takes clips away and lays others: how a split is undone, and several clips pasted or deleted
    /// at once.
    ReplaceClips {
        /// Taken away first.
        remove: Vec<ClipId>,
        /// Laid then.
        insert: Vec<Placed>,
    },
    /// Several edits as one step: all or none. Not nested.
    Group {
        /// In this order.
        edits: Vec<Edit>,
    },
}

/// A clip and the track it belongs on.
#[derive(Clone, PartialEq, Debug)]
pub struct Placed {
    /// The track.
    pub track: TrackId,
    /// The clip.
    pub clip: Clip,
}

/// What can be set on a track.
#[derive(Clone, PartialEq, Debug)]
pub struct TrackSettings {
    /// Its name.
    pub name: String,
    /// What it carries.
    pub kind: TrackKind,
    /// Its gain, rounded by [`super::snap_gain`].
    pub gain: Db,
    /// Not heard.
    pub mute: bool,
    /// Heard alone.
    pub solo: bool,
}

impl Edit {
    /// A stable name of its kind, by which the UI names a step of undo.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::SetTitle { .. } => "set-title",
            Self::AddMedia { .. } => "add-media",
            Self::RemoveMedia { .. } => "remove-media",
            Self::AddTrack { .. } => "add-track",
            Self::RemoveTrack { .. } => "remove-track",
            Self::SetTrack { .. } => "set-track",
            Self::MoveTrack { .. } => "move-track",
            Self::InsertClip { .. } => "insert-clip",
            Self::DeleteClip { .. } => "delete-clip",
            Self::RippleDelete { .. } => "ripple-delete",
            Self::SplitClip { .. } => "split-clip",
            Self::TrimClip { .. } => "trim-clip",
            Self::SlipClip { .. } => "slip-clip",
            Self::MoveClip { .. } => "move-clip",
            Self::ShiftClips { .. } => "shift-clips",
            Self::SetGain { .. } => "set-gain",
            Self::SetFades { .. } => "set-fades",
            Self::SetLabel { .. } => "set-label",
            Self::ReplaceClips { .. } => "replace-clips",
            Self::Group { .. } => "group",
        }
    }
}
