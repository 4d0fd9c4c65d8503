//! A machine for tests of the whole application: a clock that ticks with each look, a microphone of
//! the test's own, no loudspeaker anybody hears.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use audio::ports::{Capture, MemoryCapture, NullPlayback, Playback};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::wire::{Code, Event, Job, JobState, PickKind, Problem};
use crate::{Host, Studio};

pub struct Bench {
    capture: Arc<dyn Capture>,
    playback: NullPlayback,
    now_ms: AtomicI64,
}

impl Host for Bench {
    fn now_ms(&self) -> i64 {
        self.now_ms.fetch_add(1, Ordering::Relaxed)
    }

    fn utc_offset_minutes(&self) -> i32 {
        7 * 60
    }

    fn random(&self, bytes: &mut [u8]) -> Result<(), Problem> {
        bytes.fill(7);
        Ok(())
    }

    fn capture(&self) -> Arc<dyn Capture> {
        Arc::clone(&self.capture)
    }

    fn playback(&self) -> Arc<dyn Playback> {
        Arc::new(self.playback.clone())
    }

    fn pick_files(&self, _kind: PickKind) -> Result<Vec<PathBuf>, Problem> {
        Err(Problem::new(Code::NoDialog, "a test has no window"))
    }
}

/// The application at work on a store.
pub struct AtWork {
    pub studio: Studio<Bench>,
    pub playback: NullPlayback,
    _runtime: Runtime,
}

/// A microphone that is not used.
pub fn no_microphone() -> Arc<dyn Capture> {
    let silence = || -> Box<dyn audio::Signal> { unreachable!("nothing is recorded") };
    let write = |_: &Path, _: &[u8]| Ok(());
    Arc::new(MemoryCapture::new(Box::new(silence), Box::new(write)))
}

/// The key of a store, opened as the application opens it.
pub fn key(store: &Path) -> package::SigningKey {
    crate::keys::open(store, &host(no_microphone(), NullPlayback::new())).unwrap()
}

fn host(capture: Arc<dyn Capture>, playback: NullPlayback) -> Bench {
    // Each comes later than those before, so that ids differ.
    static NOW_MS: AtomicI64 = AtomicI64::new(1_795_400_000_000);
    Bench {
        capture,
        playback,
        now_ms: AtomicI64::new(NOW_MS.fetch_add(1_000_000, Ordering::Relaxed)),
    }
}

/// Opens the application on `store`, with this microphone.
pub fn open(store: &Path, capture: Arc<dyn Capture>) -> AtWork {
    let playback = NullPlayback::new();
    let host = host(capture, playback.clone());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../assets");
    AtWork {
        studio: Studio::open(host, store, &assets, runtime.handle().clone()).unwrap(),
        playback,
        _runtime: runtime,
    }
}

impl AtWork {
    pub fn ask<T: DeserializeOwned>(&self, name: &str, request: Value) -> Result<T, Problem> {
        let answer = self.studio.call(name, request)?;
        Ok(serde_json::from_value(answer).unwrap())
    }

    /// Starts a job and waits for its end.
    pub fn finish(&self, name: &str, request: Value) -> Job {
        let mut told = self.studio.events().listen();
        let begun: Job = self.ask(name, request).unwrap();
        loop {
            match told.blocking_recv() {
                Ok(Event::Job(job)) if job.id == begun.id && job.state != JobState::Running => {
                    return job;
                }
                Ok(_) | Err(tokio::sync::broadcast::error::RecvError::Lagged(_)) => {}
                Err(error) => panic!("{error}"),
            }
        }
    }
}
