//! What the application asks of the program it runs in. Grows only when something needs it.

use std::path::PathBuf;
use std::sync::Arc;

use audio::ports::{Capture, Playback};

use crate::wire::{PickKind, Problem, Sandbox};

/// The program around the application: the desktop window, the terminal, a test.
pub trait Host: Send + Sync + 'static {
    /// Milliseconds since 1970-01-01 UTC.
    fn now_ms(&self) -> i64;

    /// Minutes by which local time is ahead of UTC.
    fn utc_offset_minutes(&self) -> i32;

    /// Fills `bytes` from the system's secure source of randomness.
    ///
    /// # Errors
    /// Where there is none; nothing is sealed or signed then.
    fn random(&self, bytes: &mut [u8]) -> Result<(), Problem>;

    /// Microphones.
    fn capture(&self) -> Arc<dyn Capture>;

    /// Loudspeakers.
    fn playback(&self) -> Arc<dyn Playback>;

    /// Whether [`Host::pick_files`] can ask anybody.
    fn has_dialogs(&self) -> bool {
        false
    }

    /// Lets the person choose files. An empty answer means that nothing was chosen.
    ///
    /// # Errors
    /// [`crate::wire::Code::NoDialog`] where there is no window to ask in.
    fn pick_files(&self, kind: PickKind) -> Result<Vec<PathBuf>, Problem>;

    /// The training province, if this host can start one.
    fn sandbox(&self) -> Option<Arc<dyn TrainingProvince>> {
        None
    }
}

/// A province to practise with, run by the host. The application knows it only by this.
pub trait TrainingProvince: Send + Sync {
    /// Starts it, or says where it runs already.
    ///
    /// # Errors
    /// Where no port or folder could be had.
    fn start(&self) -> Result<Sandbox, Problem>;

    /// Stops it. What it holds stays on its disk.
    ///
    /// # Errors
    /// Where it did not stop.
    fn stop(&self) -> Result<Sandbox, Problem>;

    /// Where it runs.
    fn state(&self) -> Sandbox;

    /// Where packages for it are uploaded to: where it runs, or where it ran last.
    fn address(&self) -> Option<String>;

    /// Its public key in minisign form, running or not; `None` where it never ran.
    fn public_key(&self) -> Option<String>;

    /// Cuts the line once after each of these many bytes of an upload.
    fn cut_line(&self, after_bytes: &[u64]);
}
