//! Playback without a device: the test calls the callback itself.

use audio::ports::Playing;
use audio::{Error, Planar, Seekable, Signal};
use units::Samples;

use super::{Ordering, Player, REST, lock};
use crate::loudspeakers::player;
use crate::realtime::PlayCallback;

/// Left tells the frame, right the half of it; exact up to 2^24.
struct Ramp {
    next: u64,
    length: u64,
    scale: f32,
}

impl Ramp {
    fn new(length: u64, scale: f32) -> Box<Self> {
        Box::new(Self {
            next: 0,
            length,
            scale,
        })
    }
}

fn level(frame: u64, scale: f32) -> f32 {
    frame as f32 / 1_048_576.0 * scale
}

impl Signal for Ramp {
    fn rate_hz(&self) -> u32 {
        48_000
    }

    fn channels(&self) -> usize {
        2
    }

    fn frames(&self) -> Option<u64> {
        Some(self.length)
    }

    fn read(&mut self, block: &mut Planar, frames_max: usize) -> Result<usize, Error> {
        let frames = ((self.length - self.next) as usize).min(frames_max);
        block.resize(2, frames);
        for n in 0..frames {
            let sample = level(self.next + n as u64, self.scale);
            block.channel_mut(0)[n] = sample;
            block.channel_mut(1)[n] = sample / 2.0;
        }
        self.next += frames as u64;
        Ok(frames)
    }
}

impl Seekable for Ramp {
    fn seek(&mut self, frame: u64) -> Result<(), Error> {
        self.next = frame.min(self.length);
        Ok(())
    }
}

/// A player without a device, and the callback that a device would call.
fn bench(sound: Box<dyn Seekable>, rate_hz: u32) -> (Player, PlayCallback) {
    let mut kept = None;
    let player = player(sound, rate_hz, 2, |callback, _| {
        kept = Some(callback);
        Ok(None)
    });
    (player.unwrap(), kept.unwrap())
}

/// Calls the device's callback until it has given `frames` frames of sound or the sound ends.
fn hear(player: &Player, callback: &mut PlayCallback, frames: usize) -> Vec<f32> {
    let output = &player.shared.output;
    let taken = || output.taken.load(Ordering::Acquire);
    let mut left = Vec::new();
    while left.len() < frames && taken() < output.end.load(Ordering::Acquire) {
        let before = taken();
        let first = lock(&player.shared.stretch).first;
        let mut out = vec![0f32; 2 * (frames - left.len()).min(100)];
        callback.call(&mut out);
        // What came before the stretch was thrown away, not heard.
        let heard = taken().saturating_sub(before.max(first)) as usize;
        left.extend(out.chunks_exact(2).take(heard).map(|frame| frame[0]));
        if heard == 0 {
            std::thread::sleep(REST);
        }
    }
    left
}

/// Waits until the last seek is answered.
fn settle(player: &Player) {
    while lock(&player.shared.sought).is_some() {
        std::thread::sleep(REST);
    }
}

fn ramp(frames: std::ops::Range<u64>, scale: f32) -> Vec<f32> {
    frames.map(|frame| level(frame, scale)).collect()
}

#[test]
fn it_plays_every_sample_once_and_tells_where_it_is() {
    let (player, mut callback) = bench(Ramp::new(60_050, 1.0), 48_000);
    callback.call(&mut [1f32; 200]);
    assert_eq!(player.status().position, Samples::ZERO, "held until play");
    player.play().unwrap();
    assert_eq!(hear(&player, &mut callback, 1_000), ramp(0..1_000, 1.0));
    assert_eq!(player.status().position, Samples(1_000));
    assert_eq!(
        hear(&player, &mut callback, usize::MAX),
        ramp(1_000..60_050, 1.0)
    );
    let status = player.status();
    assert_eq!(
        (status.position, status.ended, status.playing),
        (Samples(60_050), true, false)
    );
    assert_eq!(status.peaks[0], level(60_049, 1.0));
}

#[test]
fn a_seek_is_exact_to_the_sample_held_or_playing_and_after_the_end() {
    let (player, mut callback) = bench(Ramp::new(100_000, 1.0), 48_000);
    player.seek(Samples(77_777));
    assert_eq!(player.status().position, Samples(77_777));
    settle(&player);
    player.play().unwrap();
    assert_eq!(hear(&player, &mut callback, 500), ramp(77_777..78_277, 1.0));
    player.seek(Samples(5));
    player.seek(Samples(31));
    settle(&player);
    assert_eq!(hear(&player, &mut callback, 500), ramp(31..531, 1.0));
    player.seek(Samples(1_000_000));
    settle(&player);
    assert_eq!(hear(&player, &mut callback, 500), Vec::<f32>::new());
    assert!(player.status().ended);
    player.seek(Samples(99_900));
    assert!(!player.status().ended);
    settle(&player);
    assert_eq!(
        hear(&player, &mut callback, 500),
        ramp(99_900..100_000, 1.0)
    );
}

#[test]
fn an_edited_programme_goes_on_from_the_same_place() {
    let (player, mut callback) = bench(Ramp::new(100_000, 1.0), 48_000);
    player.play().unwrap();
    hear(&player, &mut callback, 4_800);
    player.replace(Ramp::new(100_000, -1.0));
    while lock(&player.shared.stretch).position == 0 {
        std::thread::sleep(REST);
    }
    assert_eq!(hear(&player, &mut callback, 700), ramp(4_800..5_500, -1.0));
}

#[test]
fn a_device_at_another_rate_hears_the_sound_resampled_and_tells_positions_at_48_khz() {
    let (player, mut callback) = bench(Ramp::new(96_000, 1.0), 24_000);
    player.play().unwrap();
    let heard = hear(&player, &mut callback, 24_000);
    assert_eq!(player.status().position, Samples(48_000));
    for (n, sample) in heard.iter().enumerate().skip(2_000).step_by(500) {
        assert!(
            (sample - level(2 * n as u64, 1.0)).abs() < 1e-4,
            "{n}: {sample}"
        );
    }
}

#[test]
fn a_sound_that_cannot_be_read_is_told() {
    struct Broken;
    impl Signal for Broken {
        fn rate_hz(&self) -> u32 {
            48_000
        }
        fn channels(&self) -> usize {
            1
        }
        fn frames(&self) -> Option<u64> {
            None
        }
        fn read(&mut self, _: &mut Planar, _: usize) -> Result<usize, Error> {
            Err(Error::Damaged("torn".into()))
        }
    }
    impl Seekable for Broken {
        fn seek(&mut self, _: u64) -> Result<(), Error> {
            Ok(())
        }
    }
    let (player, mut callback) = bench(Box::new(Broken), 48_000);
    player.play().unwrap();
    assert_eq!(hear(&player, &mut callback, 100), Vec::<f32>::new());
    assert!(player.status().failed.unwrap().contains("torn"));
}
