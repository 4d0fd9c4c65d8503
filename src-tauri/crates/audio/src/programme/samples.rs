//! A programme and edits of every kind, for the tests of this module.

use units::{Db, Digest, Id, Samples};

use super::{
    Clip, ClipId, Edit, Fade, FadeShape, Media, Placed, Programme, Track, TrackId, TrackKind,
    TrackSettings,
};

/// Length of every source here.
pub const SOURCE_LENGTH: i64 = 48_000;

pub fn clip_id(number: u64) -> ClipId {
    ClipId(Id::new(number, [1; 10]))
}

pub fn track_id(number: u64) -> TrackId {
    TrackId(Id::new(number, [2; 10]))
}

pub fn media(number: u8) -> Media {
    Media {
        digest: Digest::of(&[number]),
        name: format!("nguồn {number}.wav"),
        length: Samples(SOURCE_LENGTH),
    }
}

pub fn clip(number: u64, position: i64) -> Clip {
    Clip {
        label: format!("clip {number}"),
        ..Clip::whole(
            clip_id(number),
            &media((number % 3) as u8),
            Samples(position),
        )
    }
}

/// Three sources; a voice track of two clips that cross-fade, a bed of one.
pub fn programme() -> Programme {
    let mut programme = Programme::new(Id::new(7, [7; 10]), "Bản tin sáng");
    programme.media = (0..3).map(media).collect();
    let mut voice = Track::new(track_id(1), "Lời đọc", TrackKind::Voice);
    let cross = Fade::new(Samples(4_800), FadeShape::EqualPower);
    voice.clips = vec![
        Clip {
            source_in: Samples(4_800),
            gain: Db(-3.25),
            fade_in: Fade::DECLICK,
            fade_out: cross,
            ..clip(1, 0)
        },
        Clip {
            fade_in: cross,
            ..clip(2, 38_400)
        },
    ];
    let mut bed = Track::new(track_id(2), "Nhạc nền", TrackKind::Bed);
    bed.gain = Db(-18.0);
    bed.clips = vec![Clip {
        mute: true,
        ..clip(3, 12_000)
    }];
    programme.tracks = vec![voice, bed];
    programme
}

/// One edit of every kind, in the order of the enum.
pub fn edits() -> Vec<Edit> {
    let (clip_1, track_1) = (clip_id(1), track_id(1));
    let fade = Fade {
        length: Samples(960),
        offset: Samples(480),
        shape: FadeShape::EqualPower,
    };
    let mut whole_track = Track::new(track_id(3), "Phỏng vấn", TrackKind::Interview);
    whole_track.clips = vec![clip(9, 100)];
    vec![
        Edit::SetTitle {
            title: "Tin \"tối\"\n".into(),
        },
        Edit::AddMedia {
            at: 3,
            media: media(3),
        },
        Edit::RemoveMedia {
            digest: media(0).digest,
        },
        Edit::AddTrack {
            at: 1,
            track: whole_track,
        },
        Edit::RemoveTrack { track: track_id(2) },
        Edit::SetTrack {
            track: track_1,
            settings: TrackSettings {
                name: "Giọng nữ".into(),
                kind: TrackKind::Voice,
                gain: Db(1.5),
                mute: false,
                solo: true,
            },
        },
        Edit::MoveTrack {
            track: track_id(2),
            to: 0,
        },
        Edit::InsertClip {
            track: track_1,
            clip: clip(10, 96_000),
        },
        Edit::DeleteClip { clip: clip_1 },
        Edit::RippleDelete { clip: clip_1 },
        Edit::SplitClip {
            clip: clip_1,
            at: Samples(20_000),
            new_clip: clip_id(11),
        },
        Edit::TrimClip {
            clip: clip_1,
            source_in: Samples(5_000),
            source_out: Samples(40_000),
        },
        Edit::SlipClip {
            clip: clip_1,
            source_in: Samples(0),
        },
        Edit::MoveClip {
            clip: clip_1,
            track: track_id(2),
            position: Samples(1),
        },
        Edit::ShiftClips {
            clips: vec![clip_1, clip_id(3)],
            by: Samples(480),
        },
        Edit::SetGain {
            clip: clip_1,
            gain: Db(-6.021),
        },
        Edit::SetFades {
            clip: clip_1,
            fade_in: fade,
            fade_out: Fade::NONE,
        },
        Edit::SetLabel {
            clip: clip_1,
            label: "Lời chào".into(),
            mute: true,
        },
        Edit::ReplaceClips {
            remove: vec![clip_1, clip_id(2)],
            insert: vec![Placed {
                track: track_id(2),
                clip: clip(12, 7),
            }],
        },
        Edit::Group {
            edits: vec![
                Edit::DeleteClip { clip: clip_1 },
                Edit::SetTitle {
                    title: String::new(),
                },
            ],
        },
    ]
}
