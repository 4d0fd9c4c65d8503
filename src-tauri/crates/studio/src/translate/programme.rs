//! Programmes: audio's model to the wire, and intents from the wire to audio's edits.

use audio::programme::{
    Clip, ClipId, Edit, Fade, Programme, Track, TrackId, TrackKind, TrackSettings, snap_gain,
};
use units::{Db, Id, Samples};

use super::parse;
use crate::wire::{self, Code, Problem, ProgrammeEdit};

/// A track with its clips.
#[must_use]
pub fn track_to_wire(track: &Track) -> wire::Track {
    let mut clips: Vec<wire::Clip> = track.clips.iter().map(clip_to_wire).collect();
    clips.sort_by_key(|clip| clip.position);
    wire::Track {
        id: track.id.to_string(),
        name: track.name.clone(),
        kind: match track.kind {
            TrackKind::Voice => wire::TrackKind::Voice,
            TrackKind::Interview => wire::TrackKind::Interview,
            TrackKind::Bed => wire::TrackKind::Music,
        },
        gain_db: track.gain.0,
        mute: track.mute,
        solo: track.solo,
        clips,
    }
}

fn clip_to_wire(clip: &Clip) -> wire::Clip {
    // A fade whose beginning was cut off by a trim or split still runs its remaining length.
    let left = |fade: &Fade| (fade.length - fade.offset).0;
    wire::Clip {
        id: clip.id.to_string(),
        source: clip.source.to_string(),
        label: clip.label.clone(),
        source_in: clip.source_in.0,
        source_out: clip.source_out.0,
        position: clip.position.0,
        gain_db: clip.gain.0,
        fade_in: left(&clip.fade_in),
        fade_out: left(&clip.fade_out),
        mute: clip.mute,
    }
}

/// What a track carries.
#[must_use]
pub const fn kind_from_wire(kind: wire::TrackKind) -> TrackKind {
    match kind {
        wire::TrackKind::Voice => TrackKind::Voice,
        wire::TrackKind::Interview => TrackKind::Interview,
        wire::TrackKind::Music => TrackKind::Bed,
    }
}

/// The edit an intent means on this programme. `new_id` gives ids for what is added.
///
/// # Errors
/// [`Code::NotFound`], [`Code::BadRequest`]; whether it fits is for `Programme::apply` to say.
pub fn edit(
    programme: &Programme,
    intent: &ProgrammeEdit,
    mut new_id: impl FnMut() -> Result<Id, Problem>,
) -> Result<Edit, Problem> {
    Ok(match intent {
        ProgrammeEdit::SetTitle { title } => Edit::SetTitle {
            title: title.clone(),
        },
        ProgrammeEdit::AddTrack { name, kind } => Edit::AddTrack {
            at: programme.tracks.len(),
            track: Track::new(TrackId(new_id()?), name, kind_from_wire(*kind)),
        },
        ProgrammeEdit::RemoveTrack { track } => Edit::RemoveTrack {
            track: track_id(track)?,
        },
        ProgrammeEdit::SetTrack {
            track,
            name,
            gain_db,
            mute,
            solo,
        } => {
            let track = find_track(programme, track)?;
            Edit::SetTrack {
                track: track.id,
                settings: TrackSettings {
                    name: name.clone(),
                    kind: track.kind,
                    gain: snap_gain(Db(*gain_db)),
                    mute: *mute,
                    solo: *solo,
                },
            }
        }
        ProgrammeEdit::Insert {
            source,
            track,
            position,
        } => {
            let media = programme
                .media(&parse(source)?)
                .ok_or_else(|| Problem::new(Code::NotFound, format!("source {source}")))?;
            let clip = Clip::whole(ClipId(new_id()?), media, Samples(*position));
            Edit::InsertClip {
                track: track_id(track)?,
                clip,
            }
        }
        ProgrammeEdit::Split { clip, at } => Edit::SplitClip {
            clip: clip_id(clip)?,
            at: Samples(*at),
            new_clip: ClipId(new_id()?),
        },
        ProgrammeEdit::Trim {
            clip,
            source_in,
            source_out,
        } => Edit::TrimClip {
            clip: clip_id(clip)?,
            source_in: Samples(*source_in),
            source_out: Samples(*source_out),
        },
        ProgrammeEdit::Move {
            clip,
            track,
            position,
        } => Edit::MoveClip {
            clip: clip_id(clip)?,
            track: track_id(track)?,
            position: Samples(*position),
        },
        ProgrammeEdit::SetGain { clip, gain_db } => Edit::SetGain {
            clip: clip_id(clip)?,
            gain: snap_gain(Db(*gain_db)),
        },
        ProgrammeEdit::SetFades {
            clip,
            fade_in,
            fade_out,
        } => {
            let (_, clip) = programme
                .clip(clip_id(clip)?)
                .ok_or_else(|| Problem::new(Code::NotFound, format!("clip {clip}")))?;
            Edit::SetFades {
                clip: clip.id,
                fade_in: Fade::new(Samples(*fade_in), clip.fade_in.shape),
                fade_out: Fade::new(Samples(*fade_out), clip.fade_out.shape),
            }
        }
        ProgrammeEdit::SetLabel { clip, label, mute } => Edit::SetLabel {
            clip: clip_id(clip)?,
            label: label.clone(),
            mute: *mute,
        },
        ProgrammeEdit::Delete { clip } => Edit::DeleteClip {
            clip: clip_id(clip)?,
        },
    })
}

/// A track by its id on the wire.
///
/// # Errors
/// [`Code::NotFound`].
pub fn find_track<'a>(programme: &'a Programme, id: &str) -> Result<&'a Track, Problem> {
    programme
        .track(track_id(id)?)
        .ok_or_else(|| Problem::new(Code::NotFound, format!("track {id}")))
}

fn track_id(text: &str) -> Result<TrackId, Problem> {
    parse(text).map(TrackId)
}

fn clip_id(text: &str) -> Result<ClipId, Problem> {
    parse(text).map(ClipId)
}

/// The name of an edit, for the undo button.
#[must_use]
pub const fn edit_code(edit: &Edit) -> &'static str {
    match edit {
        Edit::SetTitle { .. } => "set-title",
        Edit::AddMedia { .. } => "add-media",
        Edit::RemoveMedia { .. } => "remove-media",
        Edit::AddTrack { .. } => "add-track",
        Edit::RemoveTrack { .. } => "remove-track",
        Edit::SetTrack { .. } => "set-track",
        Edit::MoveTrack { .. } => "move-track",
        Edit::InsertClip { .. } => "insert",
        Edit::DeleteClip { .. } | Edit::RippleDelete { .. } => "delete",
        Edit::SplitClip { .. } => "split",
        Edit::TrimClip { .. } => "trim",
        Edit::SlipClip { .. } => "slip",
        Edit::MoveClip { .. } | Edit::ShiftClips { .. } => "move",
        Edit::SetGain { .. } => "set-gain",
        Edit::SetFades { .. } => "set-fades",
        Edit::SetLabel { .. } => "set-label",
        Edit::ReplaceClips { .. } => "replace",
        Edit::Group { .. } => "several",
    }
}
