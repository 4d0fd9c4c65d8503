//! Random edits that mostly fit, for property tests here and in `mix`.

use proptest::prelude::{Strategy, any};
use units::{Db, Samples};

use super::samples::{SOURCE_LENGTH, clip, clip_id, media, track_id};
use super::{Clip, Edit, Fade, FadeShape, Placed, Programme, Track, TrackKind, TrackSettings};

/// Numbers from which an edit is made once the programme it is for is known.
pub type Dice = (u8, u32, u32, u32);

pub fn dice() -> impl Strategy<Value = Dice> {
    any::<Dice>()
}

fn fade(dice: u32) -> Fade {
    let length = i64::from(dice % 9_000);
    Fade {
        length: Samples(length),
        offset: Samples(if dice.is_multiple_of(3) && length > 0 {
            length / 3
        } else {
            0
        }),
        shape: if dice.is_multiple_of(2) {
            FadeShape::Linear
        } else {
            FadeShape::EqualPower
        },
    }
}

fn gain(dice: u32) -> Db {
    Db(f64::from(dice % 40_000) / 1_000.0 - 30.0)
}

/// An edit for `programme`; `fresh` is a number no id was made from yet. Some do not fit.
pub fn edit(programme: &Programme, (kind, a, b, c): Dice, fresh: u64) -> Edit {
    let clips: Vec<&Clip> = programme.clips().map(|(_, clip)| clip).collect();
    let tracks = &programme.tracks;
    let position = Samples(i64::from(b) % 150_000);
    let known = |dice: u32| {
        tracks
            .get(dice as usize % tracks.len().max(1))
            .map(|track| track.id)
    };
    let track = known(c).unwrap_or(track_id(1));
    let new_clip = Clip {
        gain: gain(a),
        fade_in: fade(b),
        fade_out: fade(c),
        ..clip(fresh, position.0)
    };
    let Some(&old) = clips.get(a as usize % clips.len().max(1)) else {
        let mut track = Track::new(track_id(fresh), "mới", TrackKind::Interview);
        track.clips.push(new_clip);
        return Edit::AddTrack {
            at: a as usize % (tracks.len() + 1),
            track,
        };
    };
    let id = old.id;
    match kind % 20 {
        0 => Edit::SetTitle {
            title: format!("{b}"),
        },
        1 => Edit::AddMedia {
            at: a as usize % 4,
            media: media(b as u8),
        },
        2 => Edit::RemoveMedia {
            digest: media((a % 5) as u8).digest,
        },
        3 => Edit::AddTrack {
            at: a as usize % (tracks.len() + 1),
            track: Track::new(track_id(fresh), "mới", TrackKind::Bed),
        },
        4 if a % 4 == 0 => Edit::RemoveTrack { track },
        5 => Edit::SetTrack {
            track,
            settings: TrackSettings {
                name: format!("{a}"),
                kind: TrackKind::Interview,
                gain: gain(b),
                mute: a % 5 == 0,
                solo: a % 7 == 0,
            },
        },
        6 => Edit::MoveTrack {
            track,
            to: a as usize % tracks.len().max(1),
        },
        7 if a % 3 == 0 => Edit::DeleteClip { clip: id },
        8 if a % 3 == 0 => Edit::RippleDelete { clip: id },
        9..=11 => Edit::SplitClip {
            clip: id,
            at: old.position + Samples(1 + i64::from(b) % old.length().0.max(2)),
            new_clip: clip_id(fresh),
        },
        12 => Edit::TrimClip {
            clip: id,
            source_in: Samples(i64::from(b) % SOURCE_LENGTH),
            source_out: Samples(i64::from(c) % SOURCE_LENGTH),
        },
        13 => Edit::SlipClip {
            clip: id,
            source_in: Samples(i64::from(b) % SOURCE_LENGTH),
        },
        14 => Edit::MoveClip {
            clip: id,
            track,
            position,
        },
        15 => Edit::ShiftClips {
            clips: clips.iter().step_by(2).map(|clip| clip.id).collect(),
            by: position - Samples(40_000),
        },
        16 => Edit::SetFades {
            clip: id,
            fade_in: fade(b),
            fade_out: fade(c),
        },
        17 => Edit::SetGain {
            clip: id,
            gain: gain(b),
        },
        18 => Edit::ReplaceClips {
            remove: vec![id],
            insert: vec![Placed {
                track,
                clip: new_clip,
            }],
        },
        19 => Edit::Group {
            edits: vec![
                Edit::SetLabel {
                    clip: id,
                    label: format!("{b}"),
                    mute: b % 4 == 0,
                },
                Edit::InsertClip {
                    track,
                    clip: new_clip,
                },
                Edit::RippleDelete { clip: id },
            ],
        },
        _ => Edit::InsertClip {
            track,
            clip: new_clip,
        },
    }
}
