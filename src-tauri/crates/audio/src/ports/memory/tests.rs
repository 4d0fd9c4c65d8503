//! The ports without hardware.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use units::Samples;

use super::{MemoryCapture, NullPlayback, lock};
use crate::bext::Bext;
use crate::ports::{Capture, DeviceError, DeviceId, Playback, RecordRequest, TakeEnd};
use crate::signals::{Still, drain, tone};
use crate::{Error, Planar, Seekable, Signal, open};

type Written = Arc<Mutex<Vec<(PathBuf, Vec<u8>)>>>;

fn microphone() -> (MemoryCapture, Written) {
    let written = Written::default();
    let kept = Arc::clone(&written);
    let capture = MemoryCapture::new(
        Box::new(|| Box::new(Still::new(44_100, vec![tone(44_100, 1_000.0, 44_101)]))),
        Box::new(move |path, bytes| {
            lock(&kept).push((path.to_owned(), bytes.to_vec()));
            Ok(())
        }),
    );
    (capture, written)
}

#[test]
fn a_take_out_of_memory_is_a_file_like_any_other() {
    let (capture, written) = microphone();
    let request = RecordRequest {
        device: None,
        path: "takes/1.wav".into(),
        bext: Bext {
            description: "thử".into(),
            ..Bext::default()
        },
        private: true,
    };
    let recording = capture.record(&request).unwrap();
    let status = recording.status();
    assert!((status.levels.unwrap().true_peak.0 + 6.02).abs() < 0.05);
    let take = recording.stop().unwrap();
    assert_eq!(
        (take.frames, take.rate_hz, take.end),
        (44_101, 44_100, TakeEnd::Stopped)
    );
    let (path, bytes) = lock(&written).remove(0);
    assert_eq!(path, request.path);
    let opened = open(Arc::new(bytes)).unwrap();
    assert_eq!(opened.info.bext.as_ref().unwrap().description, "thử");
    let sound = drain(&mut *opened.into_signal(), 1_000);
    let expected = tone(44_100, 1_000.0, 44_101);
    assert_eq!(sound[0].len(), expected.len());
    assert!(
        sound[0]
            .iter()
            .zip(&expected)
            .all(|(a, b)| (a - b).abs() < 1e-6)
    );
}

#[test]
fn an_unknown_device_is_gone() {
    let (capture, _) = microphone();
    let request = RecordRequest {
        device: Some(DeviceId("memory:other".into())),
        path: PathBuf::new(),
        bext: Bext::default(),
        private: true,
    };
    assert!(matches!(
        capture.record(&request).err(),
        Some(DeviceError::Gone(_))
    ));
}

struct Steady(u64);

impl Signal for Steady {
    fn rate_hz(&self) -> u32 {
        48_000
    }

    fn channels(&self) -> usize {
        1
    }

    fn frames(&self) -> Option<u64> {
        Some(1_000)
    }

    fn read(&mut self, block: &mut Planar, frames_max: usize) -> Result<usize, Error> {
        let frames = (1_000 - self.0.min(1_000)).min(frames_max as u64);
        *block = Planar::from_channels(vec![vec![0.25; frames as usize]]);
        self.0 += frames;
        Ok(frames as usize)
    }
}

impl Seekable for Steady {
    fn seek(&mut self, frame: u64) -> Result<(), Error> {
        self.0 = frame;
        Ok(())
    }
}

#[test]
fn time_passes_for_the_loudspeaker_only_when_pumped_and_playing() {
    let loudspeaker = NullPlayback::new();
    let playing = loudspeaker.open(None, Box::new(Steady(0))).unwrap();
    loudspeaker.pump(100);
    assert_eq!(playing.status().position, Samples(0));
    playing.play().unwrap();
    loudspeaker.pump(100);
    let status = playing.status();
    assert_eq!((status.position, status.peaks), (Samples(100), [0.25; 2]));
    playing.seek(Samples(950));
    playing.replace(Box::new(Steady(0)));
    loudspeaker.pump(100);
    let status = playing.status();
    assert_eq!(
        (status.position, status.ended, status.playing),
        (Samples(1_000), true, false)
    );
    drop(playing);
    loudspeaker.pump(1);
    assert!(lock(&loudspeaker.open).is_empty());
}
