//! Takes of a synthetic microphone, and of a disk that fills up.

use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use audio::bext::Bext;
use audio::ports::{Capture, DeviceError, RecordRequest, TakeEnd};
use audio::{LiveMeter, MonoReading, Planar, open};
use rtrb::RingBuffer;
use units::Dbtp;

use super::{InputHealth, Mutex, Scribe, Shape, Shared, Told, start};
use crate::Synthetic;
use crate::take_file::tests::SmallDisk;
use crate::take_file::{Syncer, TakeWriter};

fn request(folder: &tempfile::TempDir) -> RecordRequest {
    RecordRequest {
        device: None,
        path: folder.path().join("take.wav"),
        bext: Bext {
            description: "Bản tin sáng".into(),
            ..Bext::default()
        },
        private: true,
    }
}

#[test]
fn a_take_of_an_unplugged_microphone_holds_all_it_gave() {
    let folder = tempfile::tempdir().unwrap();
    let microphone = Synthetic {
        channels: 2,
        rate_hz: 44_100,
        unplugged_after: Some(20_000),
        heard: None,
    };
    let recording = microphone.record(&request(&folder)).unwrap();
    while recording.status().ended.is_none() {
        std::thread::sleep(super::DRAIN_EVERY);
    }
    let status = recording.status();
    assert_eq!((status.frames, status.xruns), (20_000, 0));
    assert!((status.levels.unwrap().true_peak.0 + 6.02).abs() < 0.05);
    let take = recording.stop().unwrap();
    assert_eq!((take.frames, take.end), (20_000, TakeEnd::DeviceGone));
    let opened = open(Arc::new(std::fs::read(&take.path).unwrap())).unwrap();
    let bext = opened.info.bext.clone().unwrap();
    assert_eq!(bext.description, "Bản tin sáng");
    assert_eq!(
        bext.coding_history,
        "A=PCM,F=44100,W=24,M=stereo,T=Loa Studio\r\n"
    );
    let mut signal = opened.into_signal();
    let mut block = Planar::default();
    assert_eq!(signal.read(&mut block, 30_000).unwrap(), 20_000);
    for (frame, pair) in block.channel(0).iter().zip(block.channel(1)).enumerate() {
        let expected = Synthetic::sample(frame as u64);
        assert_eq!(pair, (&expected, &expected));
    }
}

#[test]
fn a_file_that_exists_is_never_written_over() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("take.wav"), "an old take").unwrap();
    let refused = Synthetic::default().record(&request(&folder)).err();
    assert!(matches!(refused, Some(DeviceError::File(_))));
    assert_eq!(
        std::fs::read(folder.path().join("take.wav")).unwrap(),
        b"an old take"
    );
}

#[test]
fn a_microphone_that_does_not_open_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let shape = Shape {
        rate_hz: 48_000,
        device_channels: 1,
        kept_channels: 1,
    };
    let refused = start(shape, &request(&folder), |_, _| {
        Err(DeviceError::Busy("x".into()))
    });
    assert!(matches!(refused.err(), Some(DeviceError::Busy(_))));
    assert!(!folder.path().join("take.wav").exists());
}

#[test]
fn a_full_disk_ends_the_take_and_keeps_what_fitted() {
    let folder = tempfile::tempdir().unwrap();
    let disk = SmallDisk::new(50_000);
    let (mut producer, ring) = RingBuffer::new(96_000);
    let shared = Arc::new(Shared {
        health: Arc::new(InputHealth::default()),
        stop: AtomicBool::new(false),
        told: Mutex::new(Told {
            frames: 0,
            levels: None,
            peak: Dbtp(0.0),
            ended: None,
        }),
    });
    let mut scribe = Scribe {
        ring,
        writer: TakeWriter::new(Box::new(disk.clone()), 1, 48_000, &Bext::default()).unwrap(),
        meter: LiveMeter::new(48_000, 1, MonoReading::DualMono).unwrap(),
        shared: Arc::clone(&shared),
        buffer: vec![0.0; 4_800],
        channels: 1,
    };
    producer.push_entire_slice(&[0.5; 40_000]).unwrap();
    let syncer = Syncer::new(File::create(folder.path().join("any")).unwrap()).unwrap();
    assert_eq!(scribe.run(syncer).unwrap(), TakeEnd::DiskFull);
    let frames = super::lock(&shared.told).frames;
    assert!(frames > 16_000);
    let opened = open(Arc::new(disk.content())).unwrap();
    assert_eq!(opened.info.frames, Some(frames));
}
