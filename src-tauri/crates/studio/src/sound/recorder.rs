//! Recording: one take at a time, told as it goes, found again after a crash.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use audio::ports::{Capture, DeviceId, RecordRequest, Recording, Take, TakeEnd};

use super::TELL_EVERY;
use crate::events::Events;
use crate::translate::levels::figure;
use crate::wire::{self, Code, Event, Meter, MeterSource, Problem, RecoveredTake};

/// The take under way, if any.
#[derive(Clone, Default)]
pub struct Recorder(Arc<Mutex<Option<Running>>>);

struct Running {
    recording: Box<dyn Recording>,
    device: String,
    path: PathBuf,
    intent: Intent,
}

/// A take that was ended, well or badly.
pub struct Stopped {
    /// Its file. What was written stays there, whatever else happened.
    pub path: PathBuf,
    /// Where it is to go.
    pub intent: Intent,
    /// The take, or why its file could not be closed.
    pub take: Result<Take, Problem>,
}

/// Where a take is to go.
#[derive(Clone, Debug)]
pub struct Intent {
    /// The programme.
    pub programme: String,
    /// The track; the first one where `None`.
    pub track: Option<String>,
    /// Where; behind all clips of the track where `None`.
    pub position: Option<i64>,
}

impl Recorder {
    /// Begins a take.
    ///
    /// # Errors
    /// [`Code::RecordingRuns`], and what the microphone reports.
    pub fn start(
        &self,
        capture: &dyn Capture,
        request: &RecordRequest,
        intent: Intent,
        events: &Events,
    ) -> Result<(), Problem> {
        let mut running = self.lock();
        if running.is_some() {
            return Err(Problem::new(Code::RecordingRuns, "a take is under way"));
        }
        let recording = capture.record(request)?;
        let device = request
            .device
            .as_ref()
            .map_or_else(String::new, |id| id.0.clone());
        *running = Some(Running {
            recording,
            device,
            path: request.path.clone(),
            intent,
        });
        drop(running);
        self.tell(events);
        Ok(())
    }

    /// Ends the take.
    ///
    /// # Errors
    /// [`Code::NoRecording`].
    pub fn stop(&self, events: &Events) -> Result<Stopped, Problem> {
        let running = self.lock().take();
        let running =
            running.ok_or_else(|| Problem::new(Code::NoRecording, "no take is under way"))?;
        let take = running.recording.stop();
        events.tell(Event::Recording { recording: None });
        Ok(Stopped {
            path: running.path,
            intent: running.intent,
            take: take.map_err(Problem::from),
        })
    }

    /// How it stands.
    #[must_use]
    pub fn state(&self) -> Option<wire::Recording> {
        self.lock().as_ref().map(|running| of(running).0)
    }

    /// Tells time and levels on a thread of its own until the take ends.
    fn tell(&self, events: &Events) {
        let (recorder, events) = (self.clone(), events.clone());
        std::thread::spawn(move || {
            loop {
                let Some((state, meter)) = recorder.lock().as_ref().map(of) else {
                    return;
                };
                events.tell(Event::Recording {
                    recording: Some(state),
                });
                if let Some(meter) = meter {
                    events.tell(Event::Meter(meter));
                }
                std::thread::sleep(TELL_EVERY);
            }
        });
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Running>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn of(running: &Running) -> (wire::Recording, Option<Meter>) {
    let status = running.recording.status();
    let state = wire::Recording {
        document: Some(running.intent.programme.clone()),
        device: running.device.clone(),
        seconds: status.frames as f64 / f64::from(status.rate_hz.max(1)),
        sample_rate_hz: status.rate_hz,
        channels: status.channels as u32,
        xruns: status.xruns,
        ended: status.ended.as_ref().map(|end| end_code(end).to_owned()),
    };
    let meter = status.levels.map(|levels| Meter {
        source: MeterSource::Input,
        peak_dbfs: figure(levels.sample_peak.0),
        momentary_lufs: figure(levels.momentary.0),
        short_term_lufs: figure(levels.short_term.0),
        integrated_lufs: figure(levels.integrated.0),
    });
    (state, meter)
}

fn end_code(end: &TakeEnd) -> &'static str {
    match end {
        TakeEnd::Stopped => "stopped",
        TakeEnd::DeviceGone => "device-gone",
        TakeEnd::DiskFull => "disk-full",
        TakeEnd::Failed(_) => "failed",
    }
}

/// The device to ask for; an empty name means the system's own choice.
#[must_use]
pub fn device(name: &str) -> Option<DeviceId> {
    (!name.is_empty()).then(|| DeviceId(name.to_owned()))
}

/// Takes in `folder` that an earlier run did not take in.
///
/// # Errors
/// Where the folder cannot be read.
pub fn left_over(capture: &dyn Capture, folder: &Path) -> Result<Vec<RecoveredTake>, Problem> {
    if !folder.is_dir() {
        return Ok(vec![]);
    }
    let found = capture.recover(folder)?;
    Ok(found
        .into_iter()
        .filter_map(|take| {
            let sound = take.content.ok().filter(|sound| sound.frames > 0)?;
            Some(RecoveredTake {
                name: take.path.file_name()?.to_str()?.to_owned(),
                seconds: sound.frames as f64 / f64::from(sound.rate_hz.max(1)),
                modified_ms: modified_ms(&take.path),
            })
        })
        .collect())
}

fn modified_ms(path: &Path) -> i64 {
    let modified = std::fs::metadata(path)
        .and_then(|data| data.modified())
        .ok();
    modified
        .and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok())
        .map_or(0, |past| {
            i64::try_from(past.as_millis()).unwrap_or(i64::MAX)
        })
}
