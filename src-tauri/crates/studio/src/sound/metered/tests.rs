//! What is told belongs to what is heard.

use audio::{Error, Planar, Seekable, Signal};

use super::{Metered, Readings};

/// A tone of 1 kHz at −23 dBFS on all channels, silent before `from`.
pub struct Tone {
    pub channels: usize,
    pub from: u64,
    pub length: u64,
    pub next: u64,
}

impl Signal for Tone {
    fn rate_hz(&self) -> u32 {
        48_000
    }

    fn channels(&self) -> usize {
        self.channels
    }

    fn frames(&self) -> Option<u64> {
        Some(self.length)
    }

    fn read(&mut self, block: &mut Planar, frames_max: usize) -> Result<usize, Error> {
        let frames = frames_max.min((self.length - self.next) as usize);
        block.resize(self.channels, frames);
        for at in 0..frames {
            let frame = self.next + at as u64;
            let phase = (frame % 48) as f32 * std::f32::consts::TAU / 48.0;
            let level = if frame < self.from { 0.0 } else { 0.070_794_58 };
            for channel in block.channels_mut() {
                channel[at] = level * phase.sin();
            }
        }
        self.next += frames as u64;
        Ok(frames)
    }
}

impl Seekable for Tone {
    fn seek(&mut self, frame: u64) -> Result<(), Error> {
        self.next = frame.min(self.length);
        Ok(())
    }
}

fn metered(channels: usize, from: u64, length: u64) -> (Metered, Readings) {
    Metered::new(Box::new(Tone {
        channels,
        from,
        length,
        next: 0,
    }))
}

fn read_ahead(sound: &mut Metered, frames: usize) {
    let mut block = Planar::default();
    for _ in 0..frames / 960 {
        sound.read(&mut block, 960).unwrap();
    }
}

fn momentary(readings: &Readings, position: u64) -> Option<f64> {
    readings.at(position).map(|levels| levels.momentary.0)
}

#[test]
fn a_reading_is_told_when_its_sound_is_heard_not_when_it_was_read_ahead() {
    let (mut sound, readings) = metered(2, 48_000, 1_000_000);
    read_ahead(&mut sound, 96_000);
    assert_eq!(momentary(&readings, 0), None, "nothing was heard yet");
    assert_eq!(momentary(&readings, 4_799), None);
    assert_eq!(momentary(&readings, 4_800), Some(f64::NEG_INFINITY));
    assert_eq!(momentary(&readings, 52_799), Some(f64::NEG_INFINITY));
    let rising = momentary(&readings, 52_800).unwrap();
    assert!(rising > -35.0 && rising < -25.0, "100 ms of 400: {rising}");
    let full = momentary(&readings, 96_000).unwrap();
    assert!((full + 23.0).abs() < 0.1, "{full}");
}

#[test]
fn a_seek_tells_nothing_of_before_even_until_it_is_answered() {
    let (mut sound, readings) = metered(2, 48_000, 1_000_000);
    read_ahead(&mut sound, 48_000);
    readings.sought(480_000);
    read_ahead(&mut sound, 48_000); // the thread has not come to it
    assert_eq!(readings.at(480_000), None);
    sound.seek(480_000).unwrap();
    assert_eq!(readings.at(480_000), None);
    read_ahead(&mut sound, 24_000);
    let levels = readings.at(504_000).unwrap();
    assert!(
        (levels.integrated.0 + 23.0).abs() < 0.1,
        "the silence before counts no more: {}",
        levels.integrated
    );
}

#[test]
fn the_last_part_of_a_sound_is_told_too_and_one_channel_reads_as_it_is_heard() {
    let (mut sound, readings) = metered(1, 0, 24_100);
    read_ahead(&mut sound, 24_960 + 960);
    assert_eq!(readings.at(24_099).map(|_| ()), Some(()));
    let end = readings.at(24_100).unwrap().integrated;
    assert!((end.0 + 23.0).abs() < 0.1, "{end}");
    assert_eq!(readings.lock().by_position.len(), 1, "older ones are gone");
    assert_eq!(readings.lock().by_position[0].0, 24_100);
}

#[test]
fn readings_nobody_asks_for_take_no_more_and_more_memory() {
    let (mut sound, readings) = metered(2, 0, 10_000_000);
    read_ahead(&mut sound, 480_000);
    assert_eq!(readings.lock().by_position.len(), super::READINGS_MAX);
    assert!(readings.at(480_000).is_some());
}
