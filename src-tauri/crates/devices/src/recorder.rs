//! A take under way: the ring, the thread that writes, and the handle on both.

use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use audio::ports::{DeviceError, RecordRequest, RecordStatus, Recording, Take, TakeEnd};
use audio::{LiveLevels, LiveMeter, MonoReading};
use rtrb::{Consumer, RingBuffer};
use units::Dbtp;

use crate::lock;
use crate::realtime::{CaptureCallback, InputHealth};
use crate::take_file::{Syncer, TakeWriter, create};

/// How much the ring holds: a disk may stand still this long before sound is lost.
const RING_SECONDS: usize = 10;
/// How often the header is written again and the file synced; half of the second we promise.
const PATCH_EVERY: Duration = Duration::from_millis(500);
/// How often the ring is emptied into the file.
const DRAIN_EVERY: Duration = Duration::from_millis(20);
/// How often levels are worked out: ten times a second is what EBU Tech 3341 §2.4 asks of a meter.
const METER_EVERY: Duration = Duration::from_millis(100);
/// A microphone that gives no sound for this long is gone, whatever its system says.
const SILENT_DEVICE: Duration = Duration::from_secs(5);

/// What comes out of a microphone.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    pub rate_hz: u32,
    pub device_channels: usize,
    pub kept_channels: usize,
}

/// Keeps a microphone running until it is dropped.
pub type Stream = Box<dyn Send>;

/// What the writing thread tells.
struct Told {
    frames: u64,
    levels: Option<LiveLevels>,
    peak: Dbtp,
    ended: Option<TakeEnd>,
}

struct Shared {
    health: Arc<InputHealth>,
    stop: AtomicBool,
    told: Mutex<Told>,
}

struct DeviceRecording {
    path: PathBuf,
    shape: Shape,
    shared: Arc<Shared>,
    stream: Option<Stream>,
    writer: Option<JoinHandle<Result<TakeEnd, DeviceError>>>,
}

/// Begins a take: makes the file, then opens the microphone with `open`, which is given the callback
/// and where to tell of trouble.
pub fn start(
    shape: Shape,
    request: &RecordRequest,
    open: impl FnOnce(CaptureCallback, Arc<InputHealth>) -> Result<Stream, DeviceError>,
) -> Result<Box<dyn Recording>, DeviceError> {
    let file = create(request)?;
    begin(shape, request, file, open).inspect_err(|_| {
        // The file was made by us a moment ago and holds no sound; why there is no take matters more
        // than that it stays.
        std::fs::remove_file(&request.path).unwrap_or_default();
    })
}

fn begin(
    shape: Shape,
    request: &RecordRequest,
    file: File,
    open: impl FnOnce(CaptureCallback, Arc<InputHealth>) -> Result<Stream, DeviceError>,
) -> Result<Box<dyn Recording>, DeviceError> {
    let syncer = Syncer::new(file.try_clone()?)?;
    let Shape {
        rate_hz,
        device_channels,
        kept_channels,
    } = shape;
    let writer = TakeWriter::new(Box::new(file), kept_channels, rate_hz, &request.bext)?;
    let (producer, consumer) = RingBuffer::new(RING_SECONDS * rate_hz as usize * kept_channels);
    let health = Arc::new(InputHealth::default());
    let shared = Arc::new(Shared {
        health: Arc::clone(&health),
        stop: AtomicBool::new(false),
        told: Mutex::new(Told {
            frames: 0,
            levels: None,
            peak: Dbtp(f64::NEG_INFINITY),
            ended: None,
        }),
    });
    let callback = CaptureCallback::new(
        producer,
        Arc::clone(&health),
        device_channels,
        kept_channels,
    );
    let stream = open(callback, health)?;
    let mut scribe = Scribe {
        ring: consumer,
        writer,
        meter: LiveMeter::new(rate_hz, kept_channels, MonoReading::DualMono)
            .map_err(DeviceError::Sound)?,
        shared: Arc::clone(&shared),
        buffer: vec![0.0; (rate_hz as usize / 10).max(1) * kept_channels],
        channels: kept_channels,
    };
    let thread = std::thread::Builder::new()
        .name("take writer".into())
        .spawn(move || scribe.run(syncer))?;
    Ok(Box::new(DeviceRecording {
        path: request.path.clone(),
        shape,
        shared,
        stream: Some(stream),
        writer: Some(thread),
    }))
}

impl DeviceRecording {
    /// Stops the microphone first, so that the ring holds all that will ever come.
    fn close(&mut self) -> Result<TakeEnd, DeviceError> {
        self.stream = None;
        self.shared.stop.store(true, Ordering::Release);
        match self.writer.take() {
            Some(writer) => {
                writer.thread().unpark();
                writer.join().unwrap_or_else(|_| {
                    Err(DeviceError::Failed(
                        "the thread that writes the take ended early".into(),
                    ))
                })
            }
            None => Ok(TakeEnd::Stopped),
        }
    }
}

impl Recording for DeviceRecording {
    fn status(&self) -> RecordStatus {
        let mut told = lock(&self.shared.told);
        let levels = told.levels.map(|levels| LiveLevels {
            sample_peak: told.peak,
            ..levels
        });
        told.peak = Dbtp(f64::NEG_INFINITY);
        RecordStatus {
            frames: told.frames,
            rate_hz: self.shape.rate_hz,
            channels: self.shape.kept_channels,
            xruns: self.shared.health.xruns.load(Ordering::Relaxed),
            levels,
            ended: told.ended.clone(),
        }
    }

    fn stop(mut self: Box<Self>) -> Result<Take, DeviceError> {
        let end = self.close()?;
        Ok(Take {
            path: self.path.clone(),
            frames: lock(&self.shared.told).frames,
            rate_hz: self.shape.rate_hz,
            channels: self.shape.kept_channels,
            xruns: self.shared.health.xruns.load(Ordering::Relaxed),
            end,
        })
    }
}

impl Drop for DeviceRecording {
    fn drop(&mut self) {
        if self.writer.is_some()
            && let Err(error) = self.close()
        {
            // Nobody is left to tell; the file is as whole as the disk allowed.
            lock(&self.shared.told).ended = Some(TakeEnd::Failed(error.to_string()));
        }
    }
}

/// The thread that writes.
struct Scribe {
    ring: Consumer<f32>,
    writer: TakeWriter,
    meter: LiveMeter,
    shared: Arc<Shared>,
    buffer: Vec<f32>,
    channels: usize,
}

impl Scribe {
    /// Writes until it is told to stop or the take ends by itself, then closes the file.
    fn run(&mut self, syncer: Syncer) -> Result<TakeEnd, DeviceError> {
        let end = self.write(&syncer).unwrap_or_else(|error| why(&error));
        // Each is tried whatever became of the other.
        let closed = self.writer.finish();
        let synced = syncer.finish();
        let mut told = lock(&self.shared.told);
        told.frames = self.writer.frames();
        told.ended = Some(end.clone());
        drop(told);
        closed?;
        synced?;
        Ok(end)
    }

    fn write(&mut self, syncer: &Syncer) -> io::Result<TakeEnd> {
        let mut patched = Instant::now();
        let mut metered = patched;
        let mut heard = patched;
        loop {
            // Looked at before the ring is emptied: what came before them is then in the file.
            let stop = self.shared.stop.load(Ordering::Acquire);
            let ended = self.shared.health.ended();
            let now = Instant::now();
            if self.drain()? {
                heard = now;
            }
            if stop || ended.is_some() {
                self.tell();
                return Ok(ended.unwrap_or(TakeEnd::Stopped));
            }
            if now - heard > SILENT_DEVICE {
                return Ok(TakeEnd::DeviceGone);
            }
            if now - metered >= METER_EVERY {
                metered = now;
                self.tell();
            }
            if now - patched >= PATCH_EVERY {
                patched = now;
                self.writer.patch()?;
                syncer.ask()?;
            }
            std::thread::park_timeout(DRAIN_EVERY);
        }
    }

    /// Empties the ring into file and meter; whether there was anything.
    fn drain(&mut self) -> io::Result<bool> {
        let mut any = false;
        loop {
            let whole = self.ring.slots() / self.channels * self.channels;
            let wanted = whole.min(self.buffer.len());
            let (samples, _) = self.ring.pop_partial_slice(&mut self.buffer[..wanted]);
            if samples.is_empty() {
                return Ok(any);
            }
            any = true;
            self.writer.append(samples)?;
            self.meter
                .push_interleaved(samples)
                .map_err(io::Error::other)?;
        }
    }

    fn tell(&mut self) {
        // A meter that refuses to tell is no reason to end a take.
        let levels = self.meter.levels().ok();
        let mut told = lock(&self.shared.told);
        told.frames = self.writer.frames();
        if let Some(levels) = levels {
            told.peak = Dbtp(told.peak.0.max(levels.sample_peak.0));
            told.levels = Some(levels);
        }
    }
}

fn why(error: &io::Error) -> TakeEnd {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::WriteZero => {
            TakeEnd::DiskFull
        }
        _ => TakeEnd::Failed(error.to_string()),
    }
}

#[cfg(test)]
mod tests;
