//! What a mix promises: exact levels, and the same samples however it is cut, read or undone.

use std::f64::consts::TAU;
use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, prop_assert, prop_assert_eq, proptest};
use units::{Db, Digest, Samples};

use super::{Mix, PcmSource, Seekable, StudioSource};
use crate::programme::random::{dice, edit};
use crate::programme::samples::{SOURCE_LENGTH, clip, clip_id, programme, track_id};
use crate::programme::{Clip, Edit, Fade, FadeShape, Programme, TrackSettings};
use crate::{Error, Pcm, Planar, SampleFormat, Signal};

/// Sources of noise, each its own; the one whose digest begins with an even byte is mono.
fn sources(digest: &Digest) -> Result<Arc<dyn StudioSource>, Error> {
    let mut state = u32::from_le_bytes(digest.as_bytes()[..4].try_into().unwrap()) | 1;
    let channels = 1 + usize::from(digest.as_bytes()[0] % 2);
    let bytes: Vec<u8> = (0..SOURCE_LENGTH as usize * channels)
        .flat_map(|_| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            (state as f32 / u32::MAX as f32 - 0.5).to_le_bytes()
        })
        .collect();
    Ok(Arc::new(PcmSource::new(pcm(bytes, channels))?))
}

fn pcm(bytes: Vec<u8>, channels: usize) -> Pcm {
    Pcm {
        frames: bytes.len() as u64 / (4 * channels as u64),
        bytes: Arc::new(bytes),
        offset: 0,
        channels,
        rate_hz: 48_000,
        format: SampleFormat::F32,
    }
}

fn constant(_: &Digest) -> Result<Arc<dyn StudioSource>, Error> {
    let bytes = 0.5f32.to_le_bytes().repeat(SOURCE_LENGTH as usize);
    Ok(Arc::new(PcmSource::new(pcm(bytes, 1))?))
}

fn render(mix: &mut Mix, block_frames: impl IntoIterator<Item = usize>) -> Vec<Vec<f32>> {
    let mut all = vec![Vec::new(); 2];
    let mut block = Planar::default();
    for frames in block_frames.into_iter().chain(std::iter::repeat(10_000)) {
        if mix.read(&mut block, frames).unwrap() == 0 && frames > 0 {
            break;
        }
        for (all, new) in all.iter_mut().zip(block.channels()) {
            all.extend_from_slice(new);
        }
    }
    all
}

fn whole(programme: &Programme) -> Vec<Vec<f32>> {
    render(&mut Mix::new(programme, &sources).unwrap(), [])
}

fn one_clip(change: impl FnOnce(&mut Clip)) -> Programme {
    let mut programme = programme();
    programme.tracks.truncate(1);
    programme.tracks[0].clips = vec![clip(1, 1_000)];
    change(&mut programme.tracks[0].clips[0]);
    programme.validate().unwrap();
    programme
}

fn of_constant(programme: &Programme) -> Vec<f32> {
    let mut sides = render(&mut Mix::new(programme, &constant).unwrap(), []);
    assert_eq!(sides[0], sides[1], "one channel goes to both sides");
    sides.remove(0)
}

#[test]
fn an_untouched_source_comes_out_as_it_is() {
    for clip_number in [1, 2, 3] {
        let mut programme = one_clip(|_| ());
        programme.tracks[0].clips = vec![clip(clip_number, 0)];
        let mixed = whole(&programme);
        let mut source = Planar::default();
        let clip = &programme.tracks[0].clips[0];
        let frames = SOURCE_LENGTH as usize;
        sources(&clip.source)
            .unwrap()
            .read(0, &mut source, frames)
            .unwrap();
        for (side, mixed) in mixed.iter().enumerate() {
            assert_eq!(mixed, source.channel(side.min(source.channel_count() - 1)));
        }
    }
}

#[test]
fn before_and_between_clips_is_silence_and_the_end_is_the_end_of_the_last() {
    let mixed = of_constant(&one_clip(|_| ()));
    assert_eq!(mixed.len(), 1_000 + SOURCE_LENGTH as usize);
    assert!(mixed[..1_000].iter().all(|&sample| sample == 0.0));
    assert!(mixed[1_000..].iter().all(|&sample| sample == 0.5));
    let mut empty = programme();
    empty.tracks.clear();
    assert_eq!(whole(&empty), vec![Vec::<f32>::new(); 2]);
}

#[test]
fn gains_of_clip_and_track_multiply() {
    let mut programme = one_clip(|clip| clip.gain = Db(-6.0));
    programme.tracks[0].gain = Db(-14.0);
    let sample = of_constant(&programme)[2_000];
    assert!((sample - 0.05).abs() < 1e-6, "{sample}");
}

#[test]
fn a_muted_clip_or_track_is_not_heard_and_solo_leaves_the_others_out() {
    let silent = |programme: &Programme| of_constant(programme).iter().all(|&sample| sample == 0.0);
    assert!(silent(&one_clip(|clip| clip.mute = true)));
    let mut programme = one_clip(|_| ());
    programme.tracks.push(crate::programme::Track::new(
        track_id(5),
        "",
        crate::programme::TrackKind::Bed,
    ));
    assert!(!silent(&programme));
    programme.tracks[1].solo = true;
    assert!(silent(&programme));
    programme.tracks[0].solo = true;
    assert!(!silent(&programme));
    programme.tracks[0].mute = true;
    assert!(silent(&programme));
}

#[test]
fn faded_edges_have_no_step_above_that_of_the_fade() {
    for shape in [FadeShape::Linear, FadeShape::EqualPower] {
        let fade = Fade::new(Samples(480), shape);
        let mixed = of_constant(&one_clip(|clip| {
            (clip.fade_in, clip.fade_out) = (fade, fade)
        }));
        let ends = [&[0.0][..], &mixed, &[0.0]].concat();
        // The steepest step of a quarter sine is π/2 of a linear one's.
        let largest = 0.5 / 480.0 * TAU as f32 / 4.0;
        for pair in ends.windows(2) {
            assert!((pair[1] - pair[0]).abs() <= largest * 1.001);
        }
    }
}

#[test]
fn a_linear_cross_fade_of_one_sound_keeps_its_level() {
    let fade = Fade::new(Samples(4_800), FadeShape::Linear);
    let mut programme = one_clip(|clip| clip.fade_out = fade);
    let next = 1_000 + SOURCE_LENGTH - 4_800;
    let second = Clip {
        fade_in: fade,
        ..clip(4, next)
    };
    programme.tracks[0].clips.push(second);
    let mixed = of_constant(&programme);
    assert!(
        mixed[1_000..]
            .iter()
            .all(|sample| (sample - 0.5).abs() < 1e-7)
    );
}

#[test]
fn a_source_that_is_missing_or_of_another_length_is_told() {
    let missing = |_: &Digest| -> Result<Arc<dyn StudioSource>, Error> {
        Err(std::io::Error::from(std::io::ErrorKind::NotFound).into())
    };
    assert!(matches!(
        Mix::new(&programme(), &missing),
        Err(Error::Io(_))
    ));
    let short = |_: &Digest| -> Result<Arc<dyn StudioSource>, Error> {
        Ok(Arc::new(PcmSource::new(pcm(vec![0; 400], 1))?))
    };
    assert!(matches!(
        Mix::new(&programme(), &short),
        Err(Error::Damaged(_))
    ));
}

/// Two overlapping pairs on one track, gains and fades everywhere.
fn thicket() -> Programme {
    let mut thicket = programme();
    let fade = Fade::new(Samples(20_000), FadeShape::EqualPower);
    let clips = (30..36).map(|n| Clip {
        gain: Db(0.5 * n as f64 - 20.0),
        fade_in: fade,
        fade_out: Fade::new(Samples(33_333), FadeShape::Linear),
        ..clip(n, n as i64 * 700)
    });
    thicket.tracks[0].clips = clips.collect();
    thicket.tracks[1].clips[0].mute = false;
    thicket.validate().unwrap();
    thicket
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_sample_depends_on_the_size_of_blocks(
        start in 0u64..80_000,
        blocks in vec(0usize..9_000, 0..40)
    ) {
        let programme = thicket();
        let expected = whole(&programme);
        let mut mix = Mix::new(&programme, &sources).unwrap();
        mix.seek(start).unwrap();
        let found = render(&mut mix, blocks);
        for (expected, found) in expected.iter().zip(found) {
            let start = expected.len().min(start as usize);
            prop_assert!(expected[start..] == found, "from {start}");
        }
    }

    #[test]
    fn splitting_a_clip_anywhere_changes_no_sample(
        cuts in vec((0u64..6, 1i64..SOURCE_LENGTH), 1..12)
    ) {
        let mut split = thicket();
        for ((number, at), new) in cuts.into_iter().zip(100..) {
            let id = clip_id(30 + number);
            let position = thicket().clip(id).unwrap().1.position;
            let at = position + Samples(at);
            // The part that now lies there.
            let part = split
                .clips()
                .find(|(_, clip)| {
                    clip.label == format!("clip {}", 30 + number)
                        && clip.position < at
                        && at < clip.end()
                })
                .map(|(_, clip)| clip.id);
            if let Some(clip) = part {
                let edit = Edit::SplitClip { clip, at, new_clip: clip_id(new) };
                split = split.apply(&edit).unwrap().0;
            }
        }
        prop_assert!(whole(&split) == whole(&thicket()));
    }

    #[test]
    fn undoing_everything_and_doing_it_again_sounds_the_same(
        all_dice in vec(dice(), 1..40)
    ) {
        let first = thicket();
        let (mut now, mut edits, mut inverses) = (first.clone(), Vec::new(), Vec::new());
        for (dice, fresh) in all_dice.into_iter().zip(1_000u64..) {
            let edit = edit(&now, dice, fresh);
            if let Ok((next, inverse)) = now.apply(&edit) {
                now = next;
                edits.push(edit);
                inverses.push(inverse);
            }
        }
        let done = whole(&now);
        for inverse in inverses.iter().rev() {
            now = now.apply(inverse).unwrap().0;
        }
        prop_assert!(whole(&now) == whole(&first));
        for edit in &edits {
            now = now.apply(edit).unwrap().0;
        }
        prop_assert!(whole(&now) == done);
    }

    #[test]
    fn the_order_of_tracks_is_not_heard(gain in -30.0f64..20.0) {
        let settings = TrackSettings {
            name: String::new(),
            kind: crate::programme::TrackKind::Voice,
            gain: Db(gain),
            mute: false,
            solo: false,
        };
        let set = Edit::SetTrack { track: track_id(2), settings };
        let (before, _) = thicket().apply(&set).unwrap();
        let (after, _) = before.apply(&Edit::MoveTrack { track: track_id(2), to: 0 }).unwrap();
        prop_assert_eq!(whole(&before), whole(&after));
    }
}
