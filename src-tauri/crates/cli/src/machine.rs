//! What every program on a real machine hands to the application: clock, dice, sound devices and the
//! training province.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use audio::ports::{Capture, Playback};
use province::{Config, Running, Script};
use studio::TrainingProvince;
use studio::wire::{Code, Problem, Sandbox};
use tokio::runtime::Handle;

/// Milliseconds since 1970-01-01 UTC.
#[must_use]
pub fn now_ms() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |past| {
            i64::try_from(past.as_millis()).unwrap_or(i64::MAX)
        })
}

/// Minutes by which local time is ahead of UTC.
#[must_use]
pub fn utc_offset_minutes() -> i32 {
    jiff::Zoned::now().offset().seconds() / 60
}

/// Fills `bytes` from the system's secure source of randomness.
///
/// # Errors
/// Where there is none.
pub fn random(bytes: &mut [u8]) -> Result<(), Problem> {
    getrandom::fill(bytes).map_err(|error| Problem::new(Code::Internal, error.to_string()))
}

/// The sound devices of this machine.
pub struct Sound {
    /// Microphones.
    pub capture: Arc<dyn Capture>,
    /// Loudspeakers.
    pub playback: Arc<dyn Playback>,
}

impl Sound {
    /// All that is connected.
    #[must_use]
    pub fn of_this_machine() -> Self {
        Self {
            capture: Arc::new(devices::Microphones),
            playback: Arc::new(devices::Loudspeakers),
        }
    }
}

/// Where the program's own files lie: `LOA_ASSETS`, beside the program, where the package manager
/// puts them, or in the source tree it was built from.
#[must_use]
pub fn assets() -> PathBuf {
    let mut places: Vec<PathBuf> = std::env::var_os("LOA_ASSETS")
        .map(PathBuf::from)
        .into_iter()
        .collect();
    if let Ok(program) = std::env::current_exe() {
        let folder = program.parent().unwrap_or(Path::new("."));
        places.push(folder.join("assets"));
        places.push(folder.join("../lib/Loa Studio/assets"));
        places.push(folder.join("../Resources/assets"));
    }
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../assets");
    places
        .into_iter()
        .find(|place| place.join("presets").is_dir())
        .unwrap_or(source)
}

/// Where the archive lies where nobody says otherwise: `Loa Studio` in the folder for documents.
#[must_use]
pub fn usual_store() -> PathBuf {
    let home = std::env::var_os("HOME").or_else(|| std::env::var_os("USERPROFILE"));
    home.map_or_else(|| PathBuf::from("."), PathBuf::from)
        .join("Loa Studio")
}

/// The file in which the training province notes its port.
const PORT: &str = "port";

/// A province in this process, to practise with.
pub struct Training {
    folder: PathBuf,
    runtime: Handle,
    running: Mutex<Option<Running>>,
}

impl Training {
    /// One that keeps its things in `folder` and is not started yet.
    #[must_use]
    pub fn new(folder: PathBuf, runtime: Handle) -> Self {
        Self {
            folder,
            runtime,
            running: Mutex::new(None),
        }
    }

    /// The port it had before.
    fn port(&self) -> Option<u16> {
        let text = std::fs::read_to_string(self.folder.join(PORT)).ok()?;
        text.trim().parse().ok()
    }

    /// On the port it had before, where that is still free: packages on their way know its address.
    fn start_where_it_was(&self) -> Result<Running, Problem> {
        let mut config = Config::training(&self.folder);
        let mut started = None;
        if let Some(port) = self.port() {
            config.address.set_port(port);
            started = self.runtime.block_on(province::start(config.clone())).ok();
            config.address.set_port(0);
        }
        let started = match started {
            Some(started) => started,
            None => self
                .runtime
                .block_on(province::start(config))
                .map_err(|error| Problem::new(Code::Io, error.to_string()))?,
        };
        let port = started.address().port().to_string();
        let note = self.folder.join(PORT);
        files::write_whole(&note, port.as_bytes(), files::Access::Owner)?;
        Ok(started)
    }

    fn running(&self) -> std::sync::MutexGuard<'_, Option<Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TrainingProvince for Training {
    fn start(&self) -> Result<Sandbox, Problem> {
        let mut running = self.running();
        if running.is_none() {
            let started = self.start_where_it_was()?;
            *running = Some(started);
        }
        drop(running);
        Ok(self.state())
    }

    fn stop(&self) -> Result<Sandbox, Problem> {
        if let Some(running) = self.running().take() {
            self.runtime.block_on(running.stop());
        }
        Ok(self.state())
    }

    fn state(&self) -> Sandbox {
        Sandbox {
            available: true,
            url: self.running().as_ref().map(Running::upload_url),
        }
    }

    fn address(&self) -> Option<String> {
        let before = || {
            let port = self.port()?;
            let config = Config::training(&self.folder);
            Some(province::upload_url(SocketAddr::new(
                config.address.ip(),
                port,
            )))
        };
        self.state().url.or_else(before)
    }

    fn public_key(&self) -> Option<String> {
        // A key that cannot be read signs nothing either.
        let key = province::public_key(&self.folder).ok().flatten()?;
        Some(key.to_text())
    }

    fn cut_line(&self, after_bytes: &[u64]) {
        if let Some(running) = self.running().as_ref() {
            running.add_faults(Script::cuts(after_bytes));
        }
    }
}
