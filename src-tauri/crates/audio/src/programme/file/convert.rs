//! Between the model and version 1 of its file.

use units::{Db, Digest, Id, Samples};

use super::{
    ClipV1, EditV1, FadeV1, KindV1, MediaV1, PlacedV1, ProgrammeV1, SettingsV1, ShapeV1, TrackV1,
    damaged,
};
use crate::Error;
use crate::programme::edit::{Edit, Placed, TrackSettings};
use crate::programme::model::{
    Clip, ClipId, Fade, FadeShape, Media, Programme, Track, TrackId, TrackKind, snap_gain,
};

fn id(text: &str) -> Result<Id, Error> {
    text.parse().map_err(damaged)
}

fn clip_id(text: &str) -> Result<ClipId, Error> {
    id(text).map(ClipId)
}

fn track_id(text: &str) -> Result<TrackId, Error> {
    id(text).map(TrackId)
}

fn clip_ids(texts: &[String]) -> Result<Vec<ClipId>, Error> {
    texts.iter().map(|text| clip_id(text)).collect()
}

fn id_texts(ids: &[ClipId]) -> Vec<String> {
    ids.iter().map(ClipId::to_string).collect()
}

fn digest(text: &str) -> Result<Digest, Error> {
    text.parse().map_err(damaged)
}

fn all<From, To: TryFrom<From, Error = Error>>(list: Vec<From>) -> Result<Vec<To>, Error> {
    list.into_iter().map(To::try_from).collect()
}

impl From<&Programme> for ProgrammeV1 {
    fn from(programme: &Programme) -> Self {
        Self {
            id: programme.id.to_string(),
            title: programme.title.clone(),
            media: programme.media.iter().map(Into::into).collect(),
            tracks: programme.tracks.iter().map(Into::into).collect(),
        }
    }
}

impl TryFrom<ProgrammeV1> for Programme {
    type Error = Error;

    fn try_from(file: ProgrammeV1) -> Result<Self, Error> {
        Ok(Self {
            id: id(&file.id)?,
            title: file.title,
            media: all(file.media)?,
            tracks: all(file.tracks)?,
        })
    }
}

impl From<&Media> for MediaV1 {
    fn from(media: &Media) -> Self {
        Self {
            digest: media.digest.to_string(),
            name: media.name.clone(),
            length: media.length.0,
        }
    }
}

impl TryFrom<MediaV1> for Media {
    type Error = Error;

    fn try_from(file: MediaV1) -> Result<Self, Error> {
        Ok(Self {
            digest: digest(&file.digest)?,
            name: file.name,
            length: Samples(file.length),
        })
    }
}

impl From<&Track> for TrackV1 {
    fn from(track: &Track) -> Self {
        Self {
            id: track.id.to_string(),
            settings: SettingsV1 {
                name: track.name.clone(),
                kind: track.kind.into(),
                gain_db: track.gain.0,
                mute: track.mute,
                solo: track.solo,
            },
            clips: track.clips.iter().map(Into::into).collect(),
        }
    }
}

impl TryFrom<TrackV1> for Track {
    type Error = Error;

    fn try_from(file: TrackV1) -> Result<Self, Error> {
        Ok(Self {
            id: track_id(&file.id)?,
            name: file.settings.name,
            kind: file.settings.kind.into(),
            gain: snap_gain(Db(file.settings.gain_db)),
            mute: file.settings.mute,
            solo: file.settings.solo,
            clips: all(file.clips)?,
        })
    }
}

impl From<&TrackSettings> for SettingsV1 {
    fn from(settings: &TrackSettings) -> Self {
        Self {
            name: settings.name.clone(),
            kind: settings.kind.into(),
            gain_db: snap_gain(settings.gain).0,
            mute: settings.mute,
            solo: settings.solo,
        }
    }
}

impl From<SettingsV1> for TrackSettings {
    fn from(file: SettingsV1) -> Self {
        Self {
            name: file.name,
            kind: file.kind.into(),
            gain: snap_gain(Db(file.gain_db)),
            mute: file.mute,
            solo: file.solo,
        }
    }
}

impl From<TrackKind> for KindV1 {
    fn from(kind: TrackKind) -> Self {
        match kind {
            TrackKind::Voice => Self::Voice,
            TrackKind::Interview => Self::Interview,
            TrackKind::Bed => Self::Bed,
        }
    }
}

impl From<KindV1> for TrackKind {
    fn from(file: KindV1) -> Self {
        match file {
            KindV1::Voice => Self::Voice,
            KindV1::Interview => Self::Interview,
            KindV1::Bed => Self::Bed,
        }
    }
}

impl From<&Clip> for ClipV1 {
    fn from(clip: &Clip) -> Self {
        Self {
            id: clip.id.to_string(),
            source: clip.source.to_string(),
            source_in: clip.source_in.0,
            source_out: clip.source_out.0,
            position: clip.position.0,
            gain_db: snap_gain(clip.gain).0,
            fade_in: clip.fade_in.into(),
            fade_out: clip.fade_out.into(),
            label: clip.label.clone(),
            mute: clip.mute,
        }
    }
}

impl TryFrom<ClipV1> for Clip {
    type Error = Error;

    fn try_from(file: ClipV1) -> Result<Self, Error> {
        Ok(Self {
            id: clip_id(&file.id)?,
            source: digest(&file.source)?,
            source_in: Samples(file.source_in),
            source_out: Samples(file.source_out),
            position: Samples(file.position),
            gain: snap_gain(Db(file.gain_db)),
            fade_in: file.fade_in.into(),
            fade_out: file.fade_out.into(),
            label: file.label,
            mute: file.mute,
        })
    }
}

impl From<Fade> for FadeV1 {
    fn from(fade: Fade) -> Self {
        Self {
            length: fade.length.0,
            offset: fade.offset.0,
            shape: match fade.shape {
                FadeShape::Linear => ShapeV1::Linear,
                FadeShape::EqualPower => ShapeV1::EqualPower,
            },
        }
    }
}

impl From<FadeV1> for Fade {
    fn from(file: FadeV1) -> Self {
        Self {
            length: Samples(file.length),
            offset: Samples(file.offset),
            shape: match file.shape {
                ShapeV1::Linear => FadeShape::Linear,
                ShapeV1::EqualPower => FadeShape::EqualPower,
            },
        }
    }
}

impl From<&Placed> for PlacedV1 {
    fn from(placed: &Placed) -> Self {
        Self {
            track: placed.track.to_string(),
            clip: (&placed.clip).into(),
        }
    }
}

impl TryFrom<PlacedV1> for Placed {
    type Error = Error;

    fn try_from(file: PlacedV1) -> Result<Self, Error> {
        Ok(Self {
            track: track_id(&file.track)?,
            clip: file.clip.try_into()?,
        })
    }
}

impl From<&Edit> for EditV1 {
    fn from(edit: &Edit) -> Self {
        match edit {
            Edit::SetTitle { title } => Self::SetTitle {
                title: title.clone(),
            },
            Edit::AddMedia { at, media } => Self::AddMedia {
                at: *at,
                media: media.into(),
            },
            Edit::RemoveMedia { digest } => Self::RemoveMedia {
                digest: digest.to_string(),
            },
            Edit::AddTrack { at, track } => Self::AddTrack {
                at: *at,
                track: track.into(),
            },
            Edit::RemoveTrack { track } => Self::RemoveTrack {
                track: track.to_string(),
            },
            Edit::SetTrack { track, settings } => Self::SetTrack {
                track: track.to_string(),
                settings: settings.into(),
            },
            Edit::MoveTrack { track, to } => Self::MoveTrack {
                track: track.to_string(),
                to: *to,
            },
            Edit::InsertClip { track, clip } => Self::InsertClip {
                track: track.to_string(),
                clip: clip.into(),
            },
            Edit::DeleteClip { clip } => Self::DeleteClip {
                clip: clip.to_string(),
            },
            Edit::RippleDelete { clip } => Self::RippleDelete {
                clip: clip.to_string(),
            },
            Edit::SplitClip { clip, at, new_clip } => Self::SplitClip {
                clip: clip.to_string(),
                at: at.0,
                new_clip: new_clip.to_string(),
            },
            Edit::TrimClip {
                clip,
                source_in,
                source_out,
            } => Self::TrimClip {
                clip: clip.to_string(),
                source_in: source_in.0,
                source_out: source_out.0,
            },
            Edit::SlipClip { clip, source_in } => Self::SlipClip {
                clip: clip.to_string(),
                source_in: source_in.0,
            },
            Edit::MoveClip {
                clip,
                track,
                position,
            } => Self::MoveClip {
                clip: clip.to_string(),
                track: track.to_string(),
                position: position.0,
            },
            Edit::ShiftClips { clips, by } => Self::ShiftClips {
                clips: id_texts(clips),
                by: by.0,
            },
            Edit::SetGain { clip, gain } => Self::SetGain {
                clip: clip.to_string(),
                gain_db: snap_gain(*gain).0,
            },
            Edit::SetFades {
                clip,
                fade_in,
                fade_out,
            } => Self::SetFades {
                clip: clip.to_string(),
                fade_in: (*fade_in).into(),
                fade_out: (*fade_out).into(),
            },
            Edit::SetLabel { clip, label, mute } => Self::SetLabel {
                clip: clip.to_string(),
                label: label.clone(),
                mute: *mute,
            },
            Edit::ReplaceClips { remove, insert } => Self::ReplaceClips {
                remove: id_texts(remove),
                insert: insert.iter().map(Into::into).collect(),
            },
            Edit::Group { edits } => Self::Group {
                edits: edits.iter().map(Into::into).collect(),
            },
        }
    }
}

impl TryFrom<EditV1> for Edit {
    type Error = Error;

    fn try_from(file: EditV1) -> Result<Self, Error> {
        Ok(match file {
            EditV1::SetTitle { title } => Self::SetTitle { title },
            EditV1::AddMedia { at, media } => Self::AddMedia {
                at,
                media: media.try_into()?,
            },
            EditV1::RemoveMedia { digest: text } => Self::RemoveMedia {
                digest: digest(&text)?,
            },
            EditV1::AddTrack { at, track } => Self::AddTrack {
                at,
                track: track.try_into()?,
            },
            EditV1::RemoveTrack { track } => Self::RemoveTrack {
                track: track_id(&track)?,
            },
            EditV1::SetTrack { track, settings } => Self::SetTrack {
                track: track_id(&track)?,
                settings: settings.into(),
            },
            EditV1::MoveTrack { track, to } => Self::MoveTrack {
                track: track_id(&track)?,
                to,
            },
            EditV1::InsertClip { track, clip } => Self::InsertClip {
                track: track_id(&track)?,
                clip: clip.try_into()?,
            },
            EditV1::DeleteClip { clip } => Self::DeleteClip {
                clip: clip_id(&clip)?,
            },
            EditV1::RippleDelete { clip } => Self::RippleDelete {
                clip: clip_id(&clip)?,
            },
            EditV1::SplitClip { clip, at, new_clip } => Self::SplitClip {
                clip: clip_id(&clip)?,
                at: Samples(at),
                new_clip: clip_id(&new_clip)?,
            },
            EditV1::TrimClip {
                clip,
                source_in,
                source_out,
            } => Self::TrimClip {
                clip: clip_id(&clip)?,
                source_in: Samples(source_in),
                source_out: Samples(source_out),
            },
            EditV1::SlipClip { clip, source_in } => Self::SlipClip {
                clip: clip_id(&clip)?,
                source_in: Samples(source_in),
            },
            EditV1::MoveClip {
                clip,
                track,
                position,
            } => Self::MoveClip {
                clip: clip_id(&clip)?,
                track: track_id(&track)?,
                position: Samples(position),
            },
            EditV1::ShiftClips { clips, by } => Self::ShiftClips {
                clips: clip_ids(&clips)?,
                by: Samples(by),
            },
            EditV1::SetGain { clip, gain_db } => Self::SetGain {
                clip: clip_id(&clip)?,
                gain: snap_gain(Db(gain_db)),
            },
            EditV1::SetFades {
                clip,
                fade_in,
                fade_out,
            } => Self::SetFades {
                clip: clip_id(&clip)?,
                fade_in: fade_in.into(),
                fade_out: fade_out.into(),
            },
            EditV1::SetLabel { clip, label, mute } => Self::SetLabel {
                clip: clip_id(&clip)?,
                label,
                mute,
            },
            EditV1::ReplaceClips { remove, insert } => Self::ReplaceClips {
                remove: clip_ids(&remove)?,
                insert: all(insert)?,
            },
            EditV1::Group { edits } => Self::Group { edits: all(edits)? },
        })
    }
}
