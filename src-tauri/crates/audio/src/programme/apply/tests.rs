//! Every edit and its inverse, one by one and in long random sequences.

use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, prop_assert_eq, proptest};
use units::{Db, Samples};

use super::super::samples::{clip, clip_id, edits, programme, track_id};
use super::super::{Edit, Programme, edit_from_json, edit_to_json, from_json, random, to_json};
use crate::Error;

#[test]
fn every_kind_of_edit_is_taken_back_by_its_inverse() {
    let before = programme();
    for edit in edits() {
        match before.apply(&edit) {
            Ok((after, inverse)) => {
                assert_eq!(after.apply(&inverse).unwrap().0, before, "{edit:?}");
            }
            Err(error) => assert_eq!(edit.code(), "remove-media", "{error}"),
        }
    }
}

#[test]
fn a_source_with_clips_cannot_be_forgotten() {
    let digest = programme().media[1].digest;
    assert!(programme().apply(&Edit::RemoveMedia { digest }).is_err());
}

#[test]
fn the_parts_of_a_split_clip_touch_and_share_its_fades() {
    let edit = Edit::SplitClip {
        clip: clip_id(1),
        at: Samples(42_000),
        new_clip: clip_id(20),
    };
    let (after, _) = programme().apply(&edit).unwrap();
    let (left, right) = (
        after.clip(clip_id(1)).unwrap().1,
        after.clip(clip_id(20)).unwrap().1,
    );
    assert_eq!(
        (left.end(), left.source_out),
        (right.position, right.source_in)
    );
    assert_eq!(left.fade_out.offset, right.length());
    assert_eq!(right.fade_in, super::super::Fade::NONE);
}

#[test]
fn splitting_at_an_edge_is_refused() {
    for at in [0, 43_200, 50_000] {
        let edit = Edit::SplitClip {
            clip: clip_id(1),
            at: Samples(at),
            new_clip: clip_id(20),
        };
        assert!(
            matches!(programme().apply(&edit), Err(Error::BadEdit(_))),
            "{at}"
        );
    }
}

#[test]
fn trimming_leaves_what_stays_where_it_was() {
    let edit = Edit::TrimClip {
        clip: clip_id(2),
        source_in: Samples(100),
        source_out: Samples(200),
    };
    let (after, _) = programme().apply(&edit).unwrap();
    let (_, clip) = after.clip(clip_id(2)).unwrap();
    assert_eq!(
        (clip.position, clip.length()),
        (Samples(38_500), Samples(100))
    );
}

#[test]
fn a_ripple_closes_the_gap_and_leaves_other_tracks() {
    let (with_three, _) = programme()
        .apply(&Edit::InsertClip {
            track: track_id(1),
            clip: clip(5, 100_000),
        })
        .unwrap();
    let (after, _) = with_three
        .apply(&Edit::RippleDelete { clip: clip_id(2) })
        .unwrap();
    assert_eq!(after.clip(clip_id(5)).unwrap().1.position, Samples(52_000));
    assert_eq!(after.clip(clip_id(3)), with_three.clip(clip_id(3)));
}

#[test]
fn a_group_that_fails_half_way_changes_nothing() {
    let edits = vec![
        Edit::SetGain {
            clip: clip_id(1),
            gain: Db(1.0),
        },
        Edit::DeleteClip { clip: clip_id(99) },
    ];
    assert!(programme().apply(&Edit::Group { edits }).is_err());
    let nested = Edit::Group {
        edits: vec![Edit::Group { edits: vec![] }],
    };
    assert!(programme().apply(&nested).is_err());
}

#[test]
fn numbers_beyond_counting_are_refused_not_overflown() {
    for far in [i64::MAX, i64::MIN, i64::MAX / 2] {
        let far = Samples(far);
        let (id, track) = (clip_id(1), track_id(1));
        let spoilt = super::Clip {
            source_out: far,
            position: far,
            ..clip(50, 0)
        };
        for edit in [
            Edit::MoveClip {
                clip: id,
                track,
                position: far,
            },
            Edit::ShiftClips {
                clips: vec![id],
                by: far,
            },
            Edit::TrimClip {
                clip: id,
                source_in: far,
                source_out: far,
            },
            Edit::SlipClip {
                clip: id,
                source_in: far,
            },
            Edit::SplitClip {
                clip: id,
                at: far,
                new_clip: clip_id(20),
            },
            Edit::InsertClip {
                track,
                clip: spoilt,
            },
        ] {
            assert!(programme().apply(&edit).is_err(), "{edit:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn undo_to_empty_and_redo_to_the_end_give_the_same_documents(
        all_dice in vec(random::dice(), 1..120)
    ) {
        let mut states = vec![programme()];
        let (mut done, mut inverses) = (Vec::new(), Vec::new());
        for (dice, fresh) in all_dice.into_iter().zip(1_000u64..) {
            let now = &states[states.len() - 1];
            let edit = random::edit(now, dice, fresh);
            if let Ok((next, inverse)) = now.apply(&edit) {
                // As the log keeps them.
                done.push(edit_to_json(&edit).unwrap());
                inverses.push(edit_to_json(&inverse).unwrap());
                states.push(next);
            }
        }
        let mut now: Programme = states[states.len() - 1].clone();
        prop_assert_eq!(&from_json(to_json(&now).unwrap().as_bytes()).unwrap(), &now);
        for (before, inverse) in states.iter().rev().skip(1).zip(inverses.iter().rev()) {
            now = now.apply(&edit_from_json(inverse.as_bytes()).unwrap()).unwrap().0;
            prop_assert_eq!(&now, before);
        }
        for (after, edit) in states.iter().skip(1).zip(&done) {
            now = now.apply(&edit_from_json(edit.as_bytes()).unwrap()).unwrap().0;
            prop_assert_eq!(&now, after);
        }
    }

    #[test]
    fn moving_a_clip_and_moving_it_back_changes_nothing(to in 0i64..1_000_000, track in 1u64..3) {
        let before = programme();
        let edit = Edit::MoveClip {
            clip: clip_id(2),
            track: track_id(track),
            position: Samples(to),
        };
        let (after, back) = before.apply(&edit).unwrap();
        prop_assert_eq!(after.apply(&back).unwrap().0, before);
    }
}
