//! A machine for the application that has no hardware: a microphone that hears a given signal, a
//! loudspeaker nobody hears, a clock that ticks with each look, a province in this process.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use audio::ports::{Capture, MemoryCapture, NullPlayback, Playback};
use audio::{Error, Planar, Signal};
use province::{Config, Running, Script};
use studio::wire::{Code, PickKind, Problem, Sandbox};
use studio::{Host, Studio, TrainingProvince};
use tokio::runtime::Handle;

use crate::dice::Dice;

/// How long a store that was just let go is waited for.
const LETS_GO_WITHIN: Duration = Duration::from_secs(10);

/// A morning in November 2026.
const MORNING_MS: i64 = 1_795_400_000_000;

/// A voice for tests: syllables of a few tones with pauses, at the level a hasty recording has.
pub struct Voice {
    at: u64,
    frames: u64,
}

impl Voice {
    /// Of so many seconds at 48 kHz mono.
    #[must_use]
    pub fn seconds(seconds: u64) -> Self {
        Self {
            at: 0,
            frames: seconds * 48_000,
        }
    }
}

impl Signal for Voice {
    fn rate_hz(&self) -> u32 {
        48_000
    }

    fn channels(&self) -> usize {
        1
    }

    fn frames(&self) -> Option<u64> {
        Some(self.frames)
    }

    fn read(&mut self, block: &mut Planar, frames_max: usize) -> Result<usize, Error> {
        let frames = (self.frames - self.at).min(frames_max as u64) as usize;
        block.resize(1, frames);
        for sample in block.channel_mut(0) {
            let time = self.at as f64 / 48_000.0;
            let syllable = (time * 4.4).fract();
            let envelope = if syllable < 0.7 {
                (syllable * std::f64::consts::PI / 0.7).sin()
            } else {
                0.0
            };
            let pitch = 180.0 + 40.0 * (time * 0.7).sin();
            let tone: f64 = (1..6)
                .map(|n| (time * pitch * f64::from(n) * std::f64::consts::TAU).sin() / f64::from(n))
                .sum();
            *sample = (0.05 * envelope * tone) as f32;
            self.at += 1;
        }
        Ok(frames)
    }
}

/// The machine.
pub struct TestHost {
    now_ms: AtomicI64,
    dice: AtomicU64,
    capture: Arc<dyn Capture>,
    playback: Arc<NullPlayback>,
    province: Arc<Training>,
}

struct Training {
    folder: PathBuf,
    runtime: Handle,
    running: Mutex<Option<Running>>,
}

impl TestHost {
    /// One whose microphone hears so many seconds of a voice.
    #[must_use]
    pub fn new(folder: &Path, runtime: Handle, voice_seconds: u64) -> Self {
        let write = Box::new(|path: &Path, bytes: &[u8]| std::fs::write(path, bytes));
        let voice = Box::new(move || Box::new(Voice::seconds(voice_seconds)) as Box<dyn Signal>);
        let province = Training {
            folder: folder.join("province"),
            runtime,
            running: Mutex::default(),
        };
        Self {
            now_ms: AtomicI64::new(MORNING_MS),
            dice: AtomicU64::new(0),
            capture: Arc::new(MemoryCapture::new(voice, write)),
            playback: Arc::new(NullPlayback::new()),
            province: Arc::new(province),
        }
    }

    /// The application on this machine, its store in `folder`.
    ///
    /// # Panics
    /// Where it does not open; a journey ends there.
    #[must_use]
    pub fn open(folder: &Path, runtime: &Handle, voice_seconds: u64) -> Studio<Self> {
        let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets");
        let start = Instant::now();
        loop {
            let host = Self::new(folder, runtime.clone(), voice_seconds);
            let opened = Studio::open(host, &folder.join("kho"), &assets, runtime.clone());
            match opened {
                // One that was just dropped may still be hearing of a receipt.
                Err(problem)
                    if problem.code == Code::StoreLocked && start.elapsed() < LETS_GO_WITHIN =>
                {
                    std::thread::sleep(Duration::from_millis(20));
                }
                opened => return opened.expect("the store opens"),
            }
        }
    }
}

/// A province that counts, which keeps its things in `folder`, made the destination of `studio` with
/// its key pinned.
///
/// # Panics
/// Where it does not start; a journey ends there.
#[must_use]
pub fn real_province(studio: &Studio<TestHost>, folder: &Path, runtime: &Handle) -> Running {
    let started = runtime.block_on(province::start(Config::new(folder)));
    let started = started.expect("a port and a folder");
    set(studio, "destination", started.upload_url().into());
    let key = started.public_key().to_text();
    set(studio, "destination_key", key.into());
    started
}

/// Changes one setting.
///
/// # Panics
/// Where it is refused.
pub fn set(studio: &Studio<TestHost>, name: &str, value: serde_json::Value) {
    let state = studio.call("app_state", serde_json::json!({}));
    let mut settings = state.expect("a state")["settings"].take();
    settings[name] = value;
    studio.call("settings_set", settings).expect("it is taken");
}

impl Host for TestHost {
    fn now_ms(&self) -> i64 {
        self.now_ms.fetch_add(1, Ordering::Relaxed)
    }

    fn utc_offset_minutes(&self) -> i32 {
        7 * 60
    }

    fn random(&self, bytes: &mut [u8]) -> Result<(), Problem> {
        let seed = self.dice.fetch_add(1, Ordering::Relaxed);
        bytes.copy_from_slice(&Dice::new(seed).bytes(bytes.len()));
        Ok(())
    }

    fn capture(&self) -> Arc<dyn Capture> {
        Arc::clone(&self.capture)
    }

    fn playback(&self) -> Arc<dyn Playback> {
        Arc::clone(&self.playback) as Arc<dyn Playback>
    }

    fn pick_files(&self, _kind: PickKind) -> Result<Vec<PathBuf>, Problem> {
        Err(Problem::new(Code::NoDialog, "a test has no window"))
    }

    fn sandbox(&self) -> Option<Arc<dyn TrainingProvince>> {
        Some(Arc::clone(&self.province) as Arc<dyn TrainingProvince>)
    }
}

impl Training {
    /// Where it says at which address it ran last.
    fn note(&self) -> PathBuf {
        self.folder.join("address")
    }
}

impl TrainingProvince for Training {
    fn start(&self) -> Result<Sandbox, Problem> {
        let started = self
            .runtime
            .block_on(province::start(Config::training(&self.folder)));
        let started = started.map_err(|error| Problem::new(Code::Io, error.to_string()))?;
        std::fs::write(self.note(), started.upload_url()).expect("written");
        *self.running.lock().expect("whole") = Some(started);
        Ok(self.state())
    }

    fn stop(&self) -> Result<Sandbox, Problem> {
        drop(self.running.lock().expect("whole").take());
        Ok(self.state())
    }

    fn state(&self) -> Sandbox {
        let running = self.running.lock().expect("whole");
        Sandbox {
            available: true,
            url: running.as_ref().map(Running::upload_url),
        }
    }

    fn address(&self) -> Option<String> {
        let before = || std::fs::read_to_string(self.note()).ok();
        self.state().url.or_else(before)
    }

    fn public_key(&self) -> Option<String> {
        let key = province::public_key(&self.folder).expect("a key or none");
        key.map(|key| key.to_text())
    }

    fn cut_line(&self, after_bytes: &[u64]) {
        if let Some(running) = self.running.lock().expect("whole").as_ref() {
            running.add_faults(Script::cuts(after_bytes));
        }
    }
}
