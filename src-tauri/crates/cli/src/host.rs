//! The headless host: this machine without a window, for `loa serve` and the demo.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use audio::ports::{Capture, NullPlayback, Playback};
use devices::Synthetic;
use studio::wire::{Code, PickKind, Problem};
use studio::{Host, Studio, TrainingProvince};
use tokio::runtime::Handle;

use crate::machine::{self, Sound, Training, assets, usual_store};
use crate::out::answer;
use crate::words::l;
use crate::{Outcome, args, refused, stop};

/// How often pretended time passes.
const PUMP_EVERY: Duration = Duration::from_millis(10);

/// This machine without a window.
pub struct Headless {
    sound: Sound,
    training: Arc<Training>,
}

impl Headless {
    /// With the devices of this machine, or pretended ones.
    #[must_use]
    pub fn new(store: &Path, runtime: Handle, no_sound: bool) -> Self {
        let sound = if no_sound {
            pretended()
        } else {
            Sound::of_this_machine()
        };
        let training = Training::new(store.join("training-province"), runtime);
        Self {
            sound,
            training: Arc::new(training),
        }
    }
}

/// A microphone that hears a tone and a loudspeaker nobody hears, at the pace of the clock.
fn pretended() -> Sound {
    let playback = Arc::new(NullPlayback::new());
    let pumped = Arc::downgrade(&playback);
    std::thread::spawn(move || {
        let mut then = Instant::now();
        while let Some(playback) = pumped.upgrade() {
            let now = Instant::now();
            let frames = (now - then).as_secs_f64() * f64::from(units::SAMPLE_RATE_HZ);
            playback.pump(frames as usize);
            then = now;
            drop(playback);
            std::thread::sleep(PUMP_EVERY);
        }
    });
    Sound {
        capture: Arc::new(Synthetic::default()),
        playback,
    }
}

impl Host for Headless {
    fn now_ms(&self) -> i64 {
        machine::now_ms()
    }

    fn utc_offset_minutes(&self) -> i32 {
        machine::utc_offset_minutes()
    }

    fn random(&self, bytes: &mut [u8]) -> Result<(), Problem> {
        machine::random(bytes)
    }

    fn capture(&self) -> Arc<dyn Capture> {
        Arc::clone(&self.sound.capture)
    }

    fn playback(&self) -> Arc<dyn Playback> {
        Arc::clone(&self.sound.playback)
    }

    fn pick_files(&self, _kind: PickKind) -> Result<Vec<PathBuf>, Problem> {
        Err(Problem::new(
            Code::NoDialog,
            "a browser asks with its own dialog",
        ))
    }

    fn sandbox(&self) -> Option<Arc<dyn TrainingProvince>> {
        Some(self.training.clone())
    }
}

/// Where the built window lies: as told, beside the program's assets, or in the source tree.
fn pages(told: Option<PathBuf>) -> anyhow::Result<PathBuf> {
    let usual = assets()
        .parent()
        .map(|folder| folder.join("ui").join("dist"));
    let pages = told
        .or(usual)
        .filter(|folder| folder.join("index.html").is_file());
    pages.ok_or_else(|| {
        let detail = l(
            "chưa dựng giao diện; chạy `cargo xtask run` một lần",
            "the window is not built; run `cargo xtask run` once",
        );
        refused(Problem::new(Code::NotFound, detail))
    })
}

/// `loa serve`: prints the address and serves until it is told to stop.
pub async fn serve(task: args::Serve, json: bool) -> Outcome {
    #[derive(serde::Serialize)]
    struct Served {
        url: String,
        token: String,
    }

    // From here on a signal is a wish, to be met when there is something to end.
    let stop = stop::asked();
    let store = task.store.unwrap_or_else(usual_store);
    let pages = pages(task.ui)?;
    let runtime = Handle::current();
    let host = Headless::new(&store, runtime.clone(), task.no_sound);
    let opened =
        tokio::task::spawn_blocking(move || Studio::open(host, &store, &assets(), runtime));
    let studio = opened.await?.map_err(refused)?;
    let mut token = [0; 16];
    machine::random(&mut token).map_err(refused)?;
    let token: String = token.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut listening = crate::serve::start(studio, task.port, token.clone(), pages).await?;
    let url = listening.url.clone();
    let told = answer(json, &Served { url, token }, |it| vec![it.url.clone()]);
    if told.is_ok() {
        tokio::select! {
            ended = &mut listening.task => match ended? {},
            () = stop => {}
        }
    }
    tokio::task::spawn_blocking(move || listening.end()).await?;
    told
}
