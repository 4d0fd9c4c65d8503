//! A microphone that hears a tone, at the pace of the clock and through the same ring, writer and
//! file as a real one.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use audio::ports::{
    Capture, Device, DeviceError, DeviceId, FoundTake, RecordRequest, Recording, TakeEnd,
};

use crate::realtime::{CaptureCallback, InputHealth};
use crate::recorder::{Shape, Stream, start};

/// What it gives at a time.
const BLOCK: Duration = Duration::from_millis(10);

/// Told after each block how many frames the microphone has given so far.
pub type Heard = Arc<dyn Fn(u64) + Send + Sync>;

/// A microphone without hardware.
#[derive(Clone)]
pub struct Synthetic {
    /// Frames per second.
    pub rate_hz: u32,
    /// Channels, all alike.
    pub channels: usize,
    /// Unplugged after so many frames.
    pub unplugged_after: Option<u64>,
    /// Told how far it is.
    pub heard: Option<Heard>,
}

impl Default for Synthetic {
    fn default() -> Self {
        Self {
            rate_hz: 48_000,
            channels: 1,
            unplugged_after: None,
            heard: None,
        }
    }
}

impl Synthetic {
    /// The sample of frame `frame`: a tone of a thousandth of the rate, at half of full scale. 24-bit
    /// files hold it exactly.
    #[must_use]
    pub fn sample(frame: u64) -> f32 {
        let phase = (frame % 1_000) as f64 / 1_000.0;
        let exact = 0.5 * (phase * std::f64::consts::TAU).sin();
        ((exact * 8_388_608.0).round() / 8_388_608.0) as f32
    }

    fn device() -> Device {
        Device {
            id: DeviceId("synthetic:tone".into()),
            name: "synthetic tone".into(),
            system: "synthetic".into(),
            is_default: true,
        }
    }
}

impl Capture for Synthetic {
    fn inputs(&self) -> Result<Vec<Device>, DeviceError> {
        Ok(vec![Self::device()])
    }

    fn record(&self, request: &RecordRequest) -> Result<Box<dyn Recording>, DeviceError> {
        if let Some(wanted) = &request.device
            && *wanted != Self::device().id
        {
            return Err(DeviceError::Gone(wanted.to_string()));
        }
        let shape = Shape {
            rate_hz: self.rate_hz,
            device_channels: self.channels,
            kept_channels: self.channels,
        };
        start(shape, request, |callback, health| {
            run(self.clone(), callback, health)
        })
    }

    fn recover(&self, folder: &Path) -> Result<Vec<FoundTake>, DeviceError> {
        crate::recover(folder)
    }
}

/// Stops the thread when dropped.
struct Running {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            // A tone that panicked has no more to give; its take is closed all the same.
            drop(thread.join());
        }
    }
}

fn run(
    tone: Synthetic,
    mut callback: CaptureCallback,
    health: Arc<InputHealth>,
) -> Result<Stream, DeviceError> {
    let stop = Arc::new(AtomicBool::new(false));
    let stopped = Arc::clone(&stop);
    let thread = std::thread::Builder::new()
        .name("synthetic microphone".into())
        .spawn(move || {
            let begin = Instant::now();
            let mut frame = 0u64;
            let mut block = Vec::new();
            while !stopped.load(Ordering::Acquire) {
                let due = (begin.elapsed().as_secs_f64() * f64::from(tone.rate_hz)) as u64;
                let due = due.min(tone.unplugged_after.unwrap_or(u64::MAX));
                block.clear();
                for frame in frame..due {
                    block.extend(std::iter::repeat_n(Synthetic::sample(frame), tone.channels));
                }
                callback.call(&block);
                frame = due;
                if let Some(heard) = &tone.heard {
                    heard(frame);
                }
                if tone.unplugged_after == Some(frame) {
                    health.end(TakeEnd::DeviceGone);
                    return;
                }
                std::thread::sleep(BLOCK);
            }
        })?;
    Ok(Box::new(Running {
        stop,
        thread: Some(thread),
    }))
}
