use std::io::Cursor;
use std::sync::Arc;

use units::{Cancel, Dbtp, Lufs, ReadAt, Watch};

use super::{Normalized, Warning, normalize, normalize_replay};
use crate::encode::{Format, Mp3Rate, Target};
use crate::signals::Still;
use crate::{Error, Levels, MonoReading, Planar, Profile, Signal, measure};

/// Something like speech: bursts of a few harmonics, with peaks well over their loudness.
fn voice(rate_hz: u32, seconds: f64, level: f32) -> Vec<f32> {
    let frames = (seconds * f64::from(rate_hz)) as usize;
    (0..frames)
        .map(|n| {
            let t = n as f32 / rate_hz as f32;
            let syllable = (t * 4.0 * std::f32::consts::PI).sin().max(0.0).powi(2);
            let tone: f32 = (1..12)
                .map(|k| (t * 140.0 * k as f32 * std::f32::consts::TAU).cos() / k as f32)
                .sum();
            level * syllable * tone
        })
        .collect()
}

fn run(
    channels: Vec<Vec<f32>>,
    rate_hz: u32,
    profile: &Profile,
    format: Format,
) -> Result<(Normalized, Arc<dyn ReadAt>), Error> {
    let target = profile.encode_target(rate_hz, channels.len(), Some(format));
    let source = || Ok(Box::new(Still::new(rate_hz, channels.clone())) as Box<dyn Signal>);
    let mut out = Cursor::new(Vec::new());
    let done = normalize_replay(&source, profile, &target, &mut out, Watch::NONE)?;
    Ok((done, Arc::new(out.into_inner())))
}

fn profile(target: f64, ceiling: f64) -> Profile {
    Profile::custom(Lufs(target), Dbtp(ceiling))
}

#[track_caller]
fn check(levels: &Levels, profile: &Profile) {
    assert!(
        (levels.integrated.0 - profile.target.0).abs() <= 0.1,
        "{}",
        levels.integrated.0
    );
    assert!(
        levels.true_peak.0 <= profile.ceiling.0 + 0.05,
        "{}",
        levels.true_peak.0
    );
}

const WAV: Format = Format::Wav { bits: 24 };

#[test]
fn quiet_speech_is_brought_to_the_target_under_the_ceiling_in_every_format() {
    for format in [
        WAV,
        Format::Wav { bits: 16 },
        Format::Flac { bits: 24 },
        Format::Mp3(Mp3Rate::Cbr { kbps: 128 }),
        Format::Mp3(Mp3Rate::Cbr { kbps: 48 }),
    ] {
        let profile = profile(-16.0, -1.5);
        let (done, file) = run(vec![voice(48_000, 6.0, 0.05)], 48_000, &profile, format).unwrap();
        check(&done.after, &profile);
        let again = measure(file, MonoReading::DualMono, Watch::NONE).unwrap();
        assert_eq!(again, done.after, "what is reported is what was written");
        assert!(done.gain_db > 0.0 && done.before.integrated < done.after.integrated);
    }
}

#[test]
fn sound_that_needs_no_limiting_only_gets_a_gain() {
    let profile = profile(-23.0, -1.0);
    let x = voice(44_100, 5.0, 0.02);
    let (done, _) = run(vec![x.clone(), x], 44_100, &profile, WAV).unwrap();
    check(&done.after, &profile);
    assert_eq!((done.limited_db_max, done.warnings.len()), (0.0, 0));
    assert!((done.before.integrated.0 + done.gain_db + 23.0).abs() < 1e-3);
}

#[test]
fn heavy_limiting_is_done_and_said() {
    let profile = profile(-16.0, -3.0);
    let mut x = voice(48_000, 8.0, 0.03);
    x.iter_mut().step_by(96_000).for_each(|x| *x = 0.9);
    let (done, _) = run(vec![x], 48_000, &profile, WAV).unwrap();
    check(&done.after, &profile);
    assert!(done.limited_db_max > 6.0);
    assert!(
        matches!(done.warnings[..], [Warning::HeavyLimiting { limited_db }] if limited_db == done.limited_db_max)
    );
}

#[test]
fn a_target_that_limiting_cannot_reach_is_missed_under_the_ceiling_and_said() {
    let profile = profile(-6.0, -3.0);
    let mut x = voice(48_000, 6.0, 0.03);
    x.iter_mut().step_by(9_000).for_each(|x| *x = 0.9);
    let (done, _) = run(vec![x], 48_000, &profile, WAV).unwrap();
    assert!(done.after.true_peak.0 <= -2.95);
    assert!(
        done.warnings
            .iter()
            .any(|w| matches!(w, Warning::OffTarget { by_lu } if *by_lu < -0.2))
    );
}

#[test]
fn many_channels_and_another_rate_are_prepared_before_they_are_measured() {
    let mut profile = profile(-16.0, -2.0);
    profile.rate_hz = Some(24_000);
    profile.channels = Some(1);
    let five = vec![voice(48_000, 5.0, 0.05); 6];
    let (done, _) = run(five, 48_000, &profile, WAV).unwrap();
    check(&done.after, &profile);
    assert_eq!(
        (done.before.channels, done.before.sample_rate_hz),
        (6, 48_000)
    );
    assert_eq!(
        (done.after.channels, done.after.sample_rate_hz),
        (1, 24_000)
    );
    assert!(done.after.dual_mono);
}

#[test]
fn direct_current_does_not_make_the_limiter_work() {
    let profile = profile(-16.0, -1.5);
    let x = voice(48_000, 6.0, 0.03);
    let shifted = x.iter().map(|x| x + 0.2).collect();
    let (plain, _) = run(vec![x], 48_000, &profile, WAV).unwrap();
    let (done, file) = run(vec![shifted], 48_000, &profile, WAV).unwrap();
    check(&done.after, &profile);
    assert!((done.limited_db_max - plain.limited_db_max).abs() < 0.5);
    let mut signal = crate::open(file).unwrap().into_signal();
    let samples = crate::signals::drain(&mut *signal, 10_000).remove(0);
    let mean = samples.iter().sum::<f32>() / samples.len() as f32;
    assert!(mean.abs() < 0.01, "{mean}");
}

#[test]
fn two_channels_that_cancel_each_other_out_are_refused_for_one() {
    let mut profile = profile(-16.0, -1.5);
    let x = voice(48_000, 5.0, 0.05);
    for left_over in [0.0, 0.001] {
        let turned = x.iter().map(|x| -x * (1.0 - left_over)).collect();
        let both = vec![x.clone(), turned];
        profile.channels = Some(1);
        let mp3 = Format::Mp3(Mp3Rate::Cbr { kbps: 128 });
        let refused = run(both.clone(), 48_000, &profile, mp3);
        assert!(matches!(refused, Err(Error::Damaged(_))));
        profile.channels = None;
        run(both, 48_000, &profile, WAV).unwrap();
    }
}

/// A sound whose speakers are told.
struct Placed(Still, u32);

impl Signal for Placed {
    fn rate_hz(&self) -> u32 {
        self.0.rate_hz()
    }

    fn channels(&self) -> usize {
        self.0.channels()
    }

    fn frames(&self) -> Option<u64> {
        self.0.frames()
    }

    fn mask(&self) -> u32 {
        self.1
    }

    fn read(&mut self, block: &mut Planar, frames_max: usize) -> Result<usize, Error> {
        self.0.read(block, frames_max)
    }
}

#[test]
fn what_the_file_calls_low_frequencies_is_neither_measured_nor_heard() {
    let profile = profile(-16.0, -1.0);
    let (left, right) = (voice(48_000, 5.0, 0.05), voice(48_000, 5.0, 0.03));
    let rumble = crate::signals::tone(48_000, 60.0, left.len());
    let three = vec![left.clone(), right.clone(), rumble];
    let target = profile.encode_target(48_000, 3, Some(WAV));
    let source = || Ok(Box::new(Placed(Still::new(48_000, three.clone()), 0xb)) as Box<dyn Signal>);
    let mut out = Cursor::new(Vec::new());
    let done = normalize_replay(&source, &profile, &target, &mut out, Watch::NONE).unwrap();
    let (two, file) = run(vec![left, right], 48_000, &profile, WAV).unwrap();
    assert_eq!(done.before.integrated, two.before.integrated);
    let file: &dyn ReadAt = &*file;
    let mut alone = vec![0; file.len() as usize];
    file.read_exact_at(0, &mut alone).unwrap();
    assert!(out.into_inner() == alone, "the same file as without it");
}

#[test]
fn silence_and_a_blink_of_sound_are_refused() {
    let profile = profile(-16.0, -1.0);
    let mut blink = vec![0.0; 48_000 * 3];
    blink[60_000..60_000 + 48 * 350].fill(0.5);
    for x in [
        vec![],
        vec![0.0; 48_000 * 2],
        voice(48_000, 0.3, 0.1),
        blink,
    ] {
        let refused = run(vec![x], 48_000, &profile, WAV);
        assert!(matches!(refused, Err(Error::Silence)));
    }
}

#[test]
fn a_wave_file_says_in_its_header_what_was_measured() {
    let profile = profile(-16.0, -1.0);
    let (done, file) = run(vec![voice(48_000, 5.0, 0.05)], 48_000, &profile, WAV).unwrap();
    let levels = crate::open(file).unwrap().info.bext.unwrap().levels;
    let rounded = (done.after.integrated.0 * 100.0).round() / 100.0;
    assert!((levels.integrated.unwrap().0 - rounded).abs() < 1e-9);
    assert!(levels.true_peak.is_some() && levels.short_term_max.is_some());
}

#[test]
fn stopping_is_heard_in_the_middle() {
    let profile = profile(-16.0, -1.0);
    let cancel = Cancel::new();
    let stop = |done: u64, total: u64| {
        if done * 3 > total {
            cancel.cancel();
        }
    };
    let mut wav = Cursor::new(Vec::new());
    let target = Target::new(WAV, 48_000, 1);
    let x = voice(48_000, 10.0, 0.05);
    let source = || Ok(Box::new(Still::new(48_000, vec![x.clone()])) as Box<dyn Signal>);
    let watch = Watch::new(&stop, &cancel);
    let stopped = normalize_replay(&source, &profile, &target, &mut wav, watch);
    assert!(matches!(stopped, Err(Error::Cancelled(_))));
    let nothing: Arc<dyn ReadAt> = Arc::new(Vec::new());
    assert!(normalize(nothing, &profile, &target, &mut wav, Watch::NONE).is_err());
}
