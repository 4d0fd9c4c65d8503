//! Recording and playing through a real PulseAudio server of the test's own, with a sink that nobody
//! hears. Needs the programs `pulseaudio`, `pactl` and `paplay`, no sound card.
//!
//! cpal takes the server from the environment, which a test must not change while threads run: each
//! test starts its server and then itself again with the environment set.

#![allow(clippy::unwrap_used)] // helpers of tests
#![cfg(target_os = "linux")]

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use audio::bext::Bext;
use audio::encode::{Format, Target, encoder};
use audio::ports::{Capture, DeviceError, DeviceId, Playback, RecordRequest, Recording, TakeEnd};
use audio::programme::{Clip, ClipId, Media, Programme};
use audio::{Mix, Pcm, PcmSource, Planar, SampleFormat, Source, StudioSource, open};
use devices::{Loudspeakers, Microphones};
use units::{Digest, Id, Samples};

const CHILD: &str = "LOA_TEST_PULSE";
const MONITOR: &str = "pulseaudio:studio_null.monitor";
const RATE: usize = 48_000;

struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        // Already ended is as good as killed.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Runs `body` with a server of its own.
fn with_server(test: &str, body: impl FnOnce(&Path)) {
    if let Ok(folder) = std::env::var(CHILD) {
        body(Path::new(&folder));
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (run, home) = (folder.path().join("rt"), folder.path().join("home"));
    fs::create_dir(&run).unwrap();
    fs::create_dir(&home).unwrap();
    let socket = run.join("pulse-native");
    let protocol = format!(
        "module-native-protocol-unix socket={} auth-anonymous=1",
        socket.display()
    );
    let server = Command::new("pulseaudio")
        .args([
            "-n",
            "--daemonize=no",
            "--exit-idle-time=-1",
            "--use-pid-file=no",
        ])
        .args([
            "--disable-shm=yes",
            "--realtime=no",
            "--high-priority=no",
            "-L",
            &protocol,
            "-L",
        ])
        .arg("module-null-sink sink_name=studio_null rate=48000 channels=2 format=float32le")
        .env("XDG_RUNTIME_DIR", &run)
        .env("HOME", &home)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("pulseaudio is installed");
    let _server = Server(server);
    wait_until("the server answers", || {
        let mut pactl = Command::new("pactl");
        let asked = pactl.args(["-s", &format!("unix:{}", socket.display()), "info"]);
        asked
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|s| s.success())
    });
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(CHILD, folder.path())
        .env("PULSE_SERVER", format!("unix:{}", socket.display()))
        .env("HOME", &home)
        .env("XDG_RUNTIME_DIR", &run)
        .status()
        .unwrap();
    assert!(status.success());
}

fn wait_until(what: &str, mut is: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !is() {
        assert!(
            begin.elapsed() < Duration::from_secs(30),
            "waited in vain until {what}"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn tone(seconds: f64) -> Vec<f32> {
    let step = 1_000.0 / RATE as f64 * std::f64::consts::TAU;
    (0..(seconds * RATE as f64) as usize)
        .map(|n| (0.25 * (step * n as f64).sin()) as f32)
        .collect()
}

fn write_tone(path: &Path, seconds: f64) {
    let mut out = std::io::Cursor::new(Vec::new());
    let target = Target::new(Format::Wav { bits: 24 }, RATE as u32, 2);
    let mut encoder = encoder(&target, &mut out).unwrap();
    let side = tone(seconds);
    encoder
        .write(&Planar::from_channels(vec![side.clone(), side]))
        .unwrap();
    encoder.finish().unwrap();
    fs::write(path, out.into_inner()).unwrap();
}

fn samples(path: &Path) -> Vec<f32> {
    let Source::Pcm(pcm) = open(Arc::new(fs::read(path).unwrap())).unwrap().source else {
        panic!("a take is plain samples");
    };
    let mut block = Planar::default();
    let frames = pcm.frames as usize;
    pcm.read_planar(0, &mut block, frames).unwrap();
    block.channel(0).to_vec()
}

/// Frequency and amplitude of the longest stretch of sound, by its zero crossings and its power.
fn frequency_and_amplitude(samples: &[f32]) -> (f64, f64, usize) {
    let first = samples
        .iter()
        .position(|s| s.abs() > 0.1)
        .expect("some sound");
    let last = samples.iter().rposition(|s| s.abs() > 0.1).unwrap();
    // Without the edges.
    let inner = &samples[first + 480..last - 480];
    let rising: Vec<f64> = (1..inner.len())
        .filter(|&n| inner[n - 1] < 0.0 && inner[n] >= 0.0)
        .map(|n| n as f64 - f64::from(inner[n]) / f64::from(inner[n] - inner[n - 1]))
        .collect();
    let periods = (rising.len() - 1) as f64;
    let frequency = RATE as f64 * periods / (rising[rising.len() - 1] - rising[0]);
    let power = inner.iter().map(|s| f64::from(*s).powi(2)).sum::<f64>() / inner.len() as f64;
    (frequency, (2.0 * power).sqrt(), last - first)
}

/// Whether the sound is a single sine of 1 kHz: each sample then follows from the two before it.
fn is_one_sine(samples: &[f32]) -> bool {
    let first = samples.iter().position(|s| s.abs() > 0.1).unwrap() + 480;
    let last = samples.iter().rposition(|s| s.abs() > 0.1).unwrap() - 480;
    let twice_cosine = 2.0 * (std::f32::consts::TAU / 48.0).cos();
    samples[first..last]
        .windows(3)
        .all(|three| (three[0] + three[2] - twice_cosine * three[1]).abs() < 1e-4)
}

fn record(path: &Path) -> Box<dyn Recording> {
    let request = RecordRequest {
        device: Some(DeviceId(MONITOR.into())),
        path: path.to_owned(),
        bext: Bext::default(),
        private: true,
    };
    let recording = Microphones.record(&request).unwrap();
    wait_until("sound comes in", || recording.status().frames > 0);
    recording
}

#[test]
fn devices_are_listed_and_found_by_id_name_and_default() {
    with_server(
        "devices_are_listed_and_found_by_id_name_and_default",
        |folder| {
            let inputs = Microphones.inputs().unwrap();
            assert!(
                inputs.iter().any(|device| device.id.0 == MONITOR),
                "{inputs:?}"
            );
            let outputs = Loudspeakers.outputs().unwrap();
            assert_eq!(outputs.len(), 1);
            assert_eq!(outputs[0].id.0, "pulseaudio:studio_null");
            assert!(outputs[0].is_default);
            let ways = [
                None,
                Some("studio_null.monitor".to_owned()),
                Some(inputs[0].name.clone()),
            ];
            for (number, way) in ways.into_iter().enumerate() {
                let request = RecordRequest {
                    device: way.map(DeviceId),
                    path: folder.join(format!("{number}.wav")),
                    bext: Bext::default(),
                    private: true,
                };
                Microphones.record(&request).unwrap().stop().unwrap();
            }
            let nowhere = RecordRequest {
                device: Some(DeviceId("pulseaudio:nowhere".into())),
                path: folder.join("nowhere.wav"),
                bext: Bext::default(),
                private: true,
            };
            assert!(matches!(
                Microphones.record(&nowhere).err(),
                Some(DeviceError::Gone(_))
            ));
            assert!(!nowhere.path.exists(), "no file is left behind");
        },
    );
}

/// Records a tone of two seconds, a quarter of full scale; says what is wrong with the take.
fn record_tone(folder: &Path, attempt: usize) -> Result<(), String> {
    let (source, take) = (
        folder.join("tone.wav"),
        folder.join(format!("take-{attempt}.wav")),
    );
    write_tone(&source, 2.0);
    let recording = record(&take);
    let played = Command::new("paplay").arg(&source).status().unwrap();
    assert!(played.success());
    // paplay ends once all is played; what is still on its way to us comes within a second.
    std::thread::sleep(Duration::from_secs(1));
    let levels = recording.status().levels.unwrap();
    let taken = recording.stop().unwrap();
    assert_eq!((taken.rate_hz, taken.channels), (48_000, 2));
    assert_eq!(taken.end, TakeEnd::Stopped);
    let samples = samples(&take);
    assert_eq!(samples.len() as u64, taken.frames);
    let (frequency, amplitude, length) = frequency_and_amplitude(&samples);
    let holds = [
        (levels.true_peak.0 + 12.04).abs() < 0.1,
        (frequency - 1_000.0).abs() < 0.05,
        (amplitude - 0.25).abs() < 0.000_5,
        // paplay itself may leave out a little of the beginning on a busy machine; in between
        // nothing may be missing.
        (84_000..96_060).contains(&length),
        is_one_sine(&samples),
    ];
    if holds == [true; 5] {
        return Ok(());
    }
    Err(format!(
        "{holds:?}: {levels:?}, {frequency} Hz, {amplitude}, {length} frames"
    ))
}

#[test]
fn a_tone_is_recorded_at_its_frequency_and_level() {
    with_server("a_tone_is_recorded_at_its_frequency_and_level", |folder| {
        // A starved paplay plays with gaps, which no recorder can mend: then once more.
        let mut wrong = Vec::new();
        for attempt in 0..4 {
            match record_tone(folder, attempt) {
                Ok(()) => return,
                Err(why) => wrong.push(why),
            }
        }
        panic!("{wrong:?}");
    });
}

#[test]
fn a_device_unplugged_in_mid_take_closes_the_take() {
    with_server("a_device_unplugged_in_mid_take_closes_the_take", |folder| {
        let take = folder.join("take.wav");
        let recording = record(&take);
        wait_until("a second is recorded", || {
            recording.status().frames > 48_000
        });
        let unplugged = Command::new("pactl")
            .args(["unload-module", "module-null-sink"])
            .status();
        assert!(unplugged.unwrap().success());
        wait_until("the loss is told", || recording.status().ended.is_some());
        let taken = recording.stop().unwrap();
        assert_eq!(taken.end, TakeEnd::DeviceGone);
        assert_eq!(samples(&take).len() as u64, taken.frames);
        assert!(taken.frames > 48_000);
    });
}

#[test]
fn a_programme_is_heard_from_the_sample_sought() {
    with_server("a_programme_is_heard_from_the_sample_sought", |folder| {
        let take = folder.join("take.wav");
        let recording = record(&take);
        let bytes: Vec<u8> = tone(3.0).iter().flat_map(|s| s.to_le_bytes()).collect();
        let pcm = Pcm {
            frames: bytes.len() as u64 / 4,
            bytes: Arc::new(bytes),
            offset: 0,
            channels: 1,
            rate_hz: 48_000,
            format: SampleFormat::F32,
        };
        let id = Id::new(0, [0; 10]);
        let media = Media {
            digest: Digest::of(b"tone"),
            name: String::new(),
            length: Samples(pcm.frames as i64),
        };
        let mut programme = Programme::of_one(id, media.clone());
        programme.tracks[0].clips = vec![Clip::whole(ClipId(id), &media, Samples(4_800))];
        let source: Arc<dyn StudioSource> = Arc::new(PcmSource::new(pcm).unwrap());
        let mix = Mix::new(&programme, &|_: &Digest| Ok(Arc::clone(&source))).unwrap();
        let length = mix.length();
        let playing = Loudspeakers.open(None, Box::new(mix)).unwrap();
        playing.seek(Samples(52_800)); // 1 s into the tone
        assert_eq!(playing.status().position, Samples(52_800));
        playing.play().unwrap();
        wait_until("it is played to the end", || playing.status().ended);
        let status = playing.status();
        assert_eq!((status.position, status.failed), (length, None));
        std::thread::sleep(Duration::from_secs(1));
        drop(playing);
        recording.stop().unwrap();
        let (frequency, amplitude, length) = frequency_and_amplitude(&samples(&take));
        if status.xruns == 0 {
            assert!((frequency - 1_000.0).abs() < 0.05, "{frequency} Hz");
            assert!((amplitude - 0.25).abs() < 0.000_5, "{amplitude}");
            assert!((length as i64 - 96_000).abs() < 60, "{length} frames");
        }
        assert!(status.peaks[0] <= 0.250_01);
    });
}

/// A tone without end.
struct Endless;

impl audio::Signal for Endless {
    fn rate_hz(&self) -> u32 {
        48_000
    }

    fn channels(&self) -> usize {
        1
    }

    fn frames(&self) -> Option<u64> {
        None
    }

    fn read(&mut self, block: &mut Planar, frames_max: usize) -> Result<usize, audio::Error> {
        block.resize(1, frames_max);
        block.channel_mut(0).fill(0.1);
        Ok(frames_max)
    }
}

impl audio::Seekable for Endless {
    fn seek(&mut self, _frame: u64) -> Result<(), audio::Error> {
        Ok(())
    }
}

#[test]
fn a_loudspeaker_unplugged_in_mid_sound_is_told_and_lets_go() {
    with_server(
        "a_loudspeaker_unplugged_in_mid_sound_is_told_and_lets_go",
        |_| {
            let playing = Loudspeakers.open(None, Box::new(Endless)).unwrap();
            playing.play().unwrap();
            wait_until("it plays", || playing.status().position > Samples(9_600));
            let unplugged = Command::new("pactl")
                .args(["unload-module", "module-null-sink"])
                .status();
            assert!(unplugged.unwrap().success());
            wait_until("the loss is told", || playing.status().failed.is_some());
            let begin = Instant::now();
            drop(playing);
            assert!(begin.elapsed() < Duration::from_secs(10));
        },
    );
}
