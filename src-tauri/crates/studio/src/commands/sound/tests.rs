//! Takes that end badly.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use audio::ports::{
    Capture, Device, DeviceError, FoundSound, FoundTake, RecordRequest, RecordStatus, Recording,
    Take, TakeEnd,
};
use serde_json::{Value, json};

use crate::bench::{self, AtWork};
use crate::wire::{AppState, Code, JobState, Programme};

/// A microphone whose takes are 12 s long, on a disk that may be full when they end.
#[derive(Clone, Default)]
struct Microphone {
    closes: Arc<AtomicBool>,
}

struct Running {
    path: PathBuf,
    closes: bool,
}

impl Capture for Microphone {
    fn inputs(&self) -> Result<Vec<Device>, DeviceError> {
        Ok(vec![])
    }

    fn record(&self, request: &RecordRequest) -> Result<Box<dyn Recording>, DeviceError> {
        std::fs::write(&request.path, "what came to the disk")?;
        Ok(Box::new(Running {
            path: request.path.clone(),
            closes: self.closes.load(Ordering::Relaxed),
        }))
    }

    fn recover(&self, folder: &Path) -> Result<Vec<FoundTake>, DeviceError> {
        let sound = FoundSound {
            frames: 12 * 48_000,
            rate_hz: 48_000,
            channels: 1,
            mended: true,
        };
        let files = std::fs::read_dir(folder)?.map(|entry| entry.unwrap().path());
        let takes = files.filter(|path| path.is_file());
        let found = takes.map(|path| FoundTake {
            path,
            content: Ok(sound),
        });
        Ok(found.collect())
    }
}

impl Recording for Running {
    fn status(&self) -> RecordStatus {
        RecordStatus {
            frames: 12 * 48_000,
            rate_hz: 48_000,
            channels: 1,
            xruns: 0,
            levels: None,
            ended: Some(TakeEnd::DiskFull),
        }
    }

    fn stop(self: Box<Self>) -> Result<Take, DeviceError> {
        if !self.closes {
            return Err(DeviceError::DiskFull);
        }
        Ok(Take {
            path: self.path,
            frames: 12 * 48_000,
            rate_hz: 48_000,
            channels: 1,
            xruns: 0,
            end: TakeEnd::DiskFull,
        })
    }
}

fn begin(studio: &AtWork) {
    let made = studio.ask("programme_create", json!({ "title": "Tin" }));
    let programme: Programme = made.unwrap();
    let request =
        json!({ "programme": programme.id, "track": null, "position": null, "device": null });
    let _: Value = studio.ask("record_start", request).unwrap();
}

fn offered(studio: &AtWork) -> Vec<String> {
    let state: AppState = studio.ask("app_state", json!({})).unwrap();
    assert!(state.recording.is_none());
    state.recovered.into_iter().map(|it| it.name).collect()
}

#[test]
fn a_take_that_a_full_disk_ended_is_offered_at_once_and_the_answer_says_where_it_is() {
    let store = tempfile::tempdir().unwrap();
    let studio = bench::open(store.path(), Arc::new(Microphone::default()));
    begin(&studio);
    let refused = studio.ask::<Value>("record_stop", json!({})).unwrap_err();
    let offered = offered(&studio);
    assert_eq!((refused.code, offered.len()), (Code::DiskFull, 1));
    let says = format!("12.0 s are safe in takes/{}", offered[0]);
    assert!(refused.detail.ends_with(&says), "{}", refused.detail);
}

#[test]
fn a_take_that_could_not_be_taken_in_is_offered_by_the_job_that_says_so() {
    let store = tempfile::tempdir().unwrap();
    let microphone = Microphone::default();
    microphone.closes.store(true, Ordering::Relaxed);
    let studio = bench::open(store.path(), Arc::new(microphone));
    begin(&studio);
    let job = studio.finish("record_stop", json!({}));
    assert_eq!(job.state, JobState::Failed);
    let detail = job.problem.unwrap().detail;
    assert!(detail.contains("12.0 s are safe in takes/"), "{detail}");
    assert_eq!(offered(&studio).len(), 1);
}

/// A second of a tone that has to be decoded, in the archive; its original and its samples.
fn tone(studio: &AtWork, store: &Path) -> (String, PathBuf, PathBuf) {
    let target = audio::encode::Target::new(audio::encode::Format::Wav { bits: 16 }, 44_100, 2);
    let mut out = std::io::Cursor::new(Vec::new());
    let mut encoder = audio::encode::encoder(&target, &mut out).unwrap();
    let wave: Vec<f32> = (0..44_100).map(|n| 0.5 * (n as f32 * 0.1).sin()).collect();
    let block = audio::Planar::from_channels(vec![wave.clone(), wave]);
    encoder.write(&block).unwrap();
    encoder.finish().unwrap();
    let digest = studio.studio.store_bytes(out.get_ref()).unwrap();
    let samples = store.join(format!("cache/pcm/{digest}.f32"));
    (
        digest.to_string(),
        studio.studio.objects().path(digest),
        samples,
    )
}

fn shorten(place: &Path) {
    let mut permissions = std::fs::metadata(place).unwrap().permissions();
    #[allow(clippy::permissions_set_readonly_false)] // it is the test's own
    permissions.set_readonly(false);
    std::fs::set_permissions(place, permissions).unwrap();
    let file = std::fs::File::options().write(true).open(place).unwrap();
    file.set_len(100_000).unwrap();
}

#[test]
fn samples_damaged_while_they_play_are_made_again_and_a_lost_original_stops_with_the_reason() {
    let store = tempfile::tempdir().unwrap();
    let studio = bench::open(store.path(), bench::no_microphone());
    let (digest, original, samples) = tone(&studio, store.path());
    let play = || {
        let heard = json!({ "type": "sound", "digest": digest });
        let _: Value = studio
            .ask("play", json!({ "heard": heard, "from": 0 }))
            .unwrap();
        studio.playback.pump(1_000);
    };
    let stands = || {
        studio
            .ask::<AppState>("app_state", json!({}))
            .unwrap()
            .transport
    };
    play();
    shorten(&samples);
    studio.playback.pump(48_000);
    let end = stands();
    assert_eq!((end.position, end.problem), (48_000, None));

    play();
    shorten(&samples);
    shorten(&original);
    studio.playback.pump(48_000);
    let end = stands();
    let problem = end.problem.expect("the reason");
    assert!(!end.playing && end.position < 48_000);
    assert_ne!(problem.code, Code::DeviceGone, "{}", problem.detail);
}
