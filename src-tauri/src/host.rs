//! What this window's machine hands to the application: clock, dice, devices, dialogs.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use cli::machine::{self, Sound, Training};
use rfd::AsyncFileDialog;
use studio::wire::{Code, PickKind, Problem};
use studio::{Capture, Host, Playback, TrainingProvince};
use tauri::AppHandle;

/// Endings a dialog shows first; what a file is, is told by its content later.
const SOUND_ENDINGS: &[&str] = &[
    "wav", "mp3", "m4a", "aac", "flac", "ogg", "opus", "aif", "aiff", "mp4", "mov", "3gp", "w64",
    "rf64",
];
const PICTURE_ENDINGS: &[&str] = &["png", "jpg", "jpeg", "webp", "bmp", "gif"];

/// This window's machine.
pub struct Desktop {
    sound: Sound,
    training: Arc<Training>,
    dialogs: Dialogs,
}

/// Where dialogs are asked for: on the main thread, once there is a window.
#[derive(Clone, Default)]
pub struct Dialogs(Arc<OnceLock<AppHandle>>);

impl Dialogs {
    /// From now on there is a window.
    pub fn attach(&self, app: AppHandle) {
        // Only set-up calls this, once.
        self.0.set(app).unwrap_or_default();
    }
}

impl Desktop {
    /// A machine with this training province.
    #[must_use]
    pub fn new(training: Training) -> Self {
        Self {
            sound: Sound::of_this_machine(),
            training: Arc::new(training),
            dialogs: Dialogs::default(),
        }
    }

    /// Where dialogs are asked for.
    #[must_use]
    pub fn dialogs(&self) -> Dialogs {
        self.dialogs.clone()
    }
}

impl Host for Desktop {
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

    fn has_dialogs(&self) -> bool {
        true
    }

    fn pick_files(&self, kind: PickKind) -> Result<Vec<PathBuf>, Problem> {
        let app = self.dialogs.0.get().ok_or_else(no_window)?;
        let (send, receive) = std::sync::mpsc::channel();
        app.run_on_main_thread(move || {
            let (name, endings) = match kind {
                PickKind::Sound => ("Âm thanh · Sound", SOUND_ENDINGS),
                PickKind::Picture => ("Ảnh · Pictures", PICTURE_ENDINGS),
            };
            let asked = AsyncFileDialog::new()
                .add_filter(name, endings)
                .add_filter("*", &["*"])
                .pick_files();
            tauri::async_runtime::spawn(async move {
                let files = asked.await.unwrap_or_default();
                let paths = files.iter().map(|file| file.path().to_owned()).collect();
                // Nobody waits any more only where the program is closing.
                send.send(paths).unwrap_or_default();
            });
        })
        .map_err(|error| Problem::new(Code::NoDialog, error.to_string()))?;
        receive.recv().map_err(|_| no_window())
    }

    fn sandbox(&self) -> Option<Arc<dyn TrainingProvince>> {
        Some(self.training.clone())
    }
}

fn no_window() -> Problem {
    Problem::new(Code::NoDialog, "there is no window to ask in")
}
