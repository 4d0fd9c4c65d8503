//! Microphone and loudspeaker out of memory.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use units::{SAMPLE_RATE_HZ, Samples};

use super::take::pack_24;
use super::{
    Capture, Device, DeviceError, DeviceId, FoundTake, PlayStatus, Playback, Playing,
    RecordRequest, RecordStatus, Recording, Take, TakeEnd,
};
use crate::loudness::{LiveLevels, LiveMeter, MonoReading};
use crate::wav::Header;
use crate::{Error, Planar, SampleFormat, Seekable, Signal};

/// Writes a new file: `std::fs::write` for tests that read the take back.
pub type WriteFile = Box<dyn Fn(&Path, &[u8]) -> io::Result<()> + Send + Sync>;
/// Makes the sound of a take.
pub type MakeSignal = Box<dyn Fn() -> Box<dyn Signal> + Send + Sync>;

/// A microphone that hears a signal. A take is as long as its signal and complete at once: time does
/// not pass here.
pub struct MemoryCapture {
    sound: MakeSignal,
    write: WriteFile,
    found: Vec<FoundTake>,
}

impl MemoryCapture {
    /// Records what `sound` makes, at its rate and channels, with `write`.
    #[must_use]
    pub fn new(sound: MakeSignal, write: WriteFile) -> Self {
        Self {
            sound,
            write,
            found: Vec::new(),
        }
    }

    /// Also finds these takes, as if an earlier run had left them.
    #[must_use]
    pub fn with_found(mut self, found: Vec<FoundTake>) -> Self {
        self.found = found;
        self
    }
}

fn memory_device(name: &str) -> Device {
    Device {
        id: DeviceId(format!("memory:{name}")),
        name: name.into(),
        system: "memory".into(),
        is_default: true,
    }
}

fn check_device(wanted: Option<&DeviceId>, known: &Device) -> Result<(), DeviceError> {
    match wanted {
        Some(wanted) if *wanted != known.id => Err(DeviceError::Gone(wanted.to_string())),
        _ => Ok(()),
    }
}

impl Capture for MemoryCapture {
    fn inputs(&self) -> Result<Vec<Device>, DeviceError> {
        Ok(vec![memory_device("microphone")])
    }

    fn record(&self, request: &RecordRequest) -> Result<Box<dyn Recording>, DeviceError> {
        check_device(request.device.as_ref(), &memory_device("microphone"))?;
        let mut signal = (self.sound)();
        let (bytes, status) = take_bytes(&mut *signal, request).map_err(DeviceError::Sound)?;
        (self.write)(&request.path, &bytes)?;
        Ok(Box::new(MemoryRecording {
            status,
            path: request.path.clone(),
        }))
    }

    fn recover(&self, _folder: &Path) -> Result<Vec<FoundTake>, DeviceError> {
        Ok(self.found.clone())
    }
}

fn take_bytes(
    signal: &mut dyn Signal,
    request: &RecordRequest,
) -> Result<(Vec<u8>, RecordStatus), Error> {
    let (rate_hz, channels) = (signal.rate_hz(), signal.channels());
    let header = Header::new(SampleFormat::I24, channels, rate_hz, &request.bext)?;
    let mut meter = LiveMeter::new(rate_hz, channels, MonoReading::DualMono)?;
    let (mut data, mut interleaved) = (Vec::new(), Vec::new());
    let mut block = Planar::default();
    while signal.read(&mut block, 4_800)? > 0 {
        interleaved.clear();
        for frame in 0..block.frames() {
            interleaved.extend(block.channels().iter().map(|channel| channel[frame]));
        }
        meter.push_interleaved(&interleaved)?;
        pack_24(&interleaved, &mut data);
    }
    let frames = data.len() as u64 / header.frame_bytes() as u64;
    let levels: Option<LiveLevels> = Some(meter.levels()?);
    let mut bytes = header.bytes(data.len() as u64);
    if data.len() % 2 == 1 {
        data.push(0); // chunks are of even length
    }
    bytes.append(&mut data);
    let status = RecordStatus {
        frames,
        rate_hz,
        channels,
        xruns: 0,
        levels,
        ended: None,
    };
    Ok((bytes, status))
}

struct MemoryRecording {
    status: RecordStatus,
    path: PathBuf,
}

impl Recording for MemoryRecording {
    fn status(&self) -> RecordStatus {
        self.status.clone()
    }

    fn stop(self: Box<Self>) -> Result<Take, DeviceError> {
        Ok(Take {
            path: self.path,
            frames: self.status.frames,
            rate_hz: self.status.rate_hz,
            channels: self.status.channels,
            xruns: 0,
            end: TakeEnd::Stopped,
        })
    }
}

/// A loudspeaker that nobody hears. Time passes when [`NullPlayback::pump`] is called.
#[derive(Clone, Default)]
pub struct NullPlayback {
    open: Arc<Mutex<Vec<Arc<Mutex<NullState>>>>>,
}

struct NullState {
    sound: Box<dyn Seekable>,
    block: Planar,
    status: PlayStatus,
    closed: bool,
}

struct NullPlaying(Arc<Mutex<NullState>>);

impl NullPlayback {
    /// No sound is open.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets `frames` frames of time pass for every sound that plays.
    pub fn pump(&self, frames: usize) {
        let mut open = lock(&self.open);
        open.retain(|state| !lock(state).closed);
        for state in &*open {
            lock(state).advance(frames);
        }
    }
}

impl NullState {
    fn advance(&mut self, frames: usize) {
        let mut left = frames;
        while left > 0 && self.status.playing {
            match self.sound.read(&mut self.block, left) {
                Ok(0) => {
                    self.status.playing = false;
                    self.status.ended = true;
                }
                Ok(got) => {
                    left -= got.min(left);
                    self.status.position += Samples(got as i64);
                    let sides = self.status.peaks.iter_mut().enumerate();
                    for (side, peak) in sides {
                        let channel = side.min(self.block.channel_count() - 1);
                        let samples = self.block.channel(channel);
                        *peak = samples.iter().fold(*peak, |peak, x| peak.max(x.abs()));
                    }
                }
                Err(error) => {
                    self.status.playing = false;
                    self.status.failed = Some(error.to_string());
                }
            }
        }
    }

    fn go_to(&mut self, position: Samples) {
        let frame = position.0.max(0);
        match self.sound.seek(frame.unsigned_abs()) {
            Ok(()) => {
                self.status.position = Samples(frame);
                self.status.ended = false;
            }
            Err(error) => self.status.failed = Some(error.to_string()),
        }
    }
}

impl Playback for NullPlayback {
    fn outputs(&self) -> Result<Vec<Device>, DeviceError> {
        Ok(vec![memory_device("loudspeaker")])
    }

    fn open(
        &self,
        device: Option<&DeviceId>,
        sound: Box<dyn Seekable>,
    ) -> Result<Box<dyn Playing>, DeviceError> {
        check_device(device, &memory_device("loudspeaker"))?;
        if sound.rate_hz() != SAMPLE_RATE_HZ {
            return Err(DeviceError::Unsupported(format!("{} Hz", sound.rate_hz())));
        }
        let state = Arc::new(Mutex::new(NullState {
            sound,
            block: Planar::default(),
            status: PlayStatus {
                position: Samples::ZERO,
                playing: false,
                ended: false,
                xruns: 0,
                peaks: [0.0; 2],
                failed: None,
            },
            closed: false,
        }));
        lock(&self.open).push(Arc::clone(&state));
        Ok(Box::new(NullPlaying(state)))
    }
}

impl Playing for NullPlaying {
    fn play(&self) -> Result<(), DeviceError> {
        lock(&self.0).status.playing = true;
        Ok(())
    }

    fn pause(&self) -> Result<(), DeviceError> {
        lock(&self.0).status.playing = false;
        Ok(())
    }

    fn seek(&self, position: Samples) {
        lock(&self.0).go_to(position);
    }

    fn replace(&self, sound: Box<dyn Seekable>) {
        let mut state = lock(&self.0);
        state.sound = sound;
        let position = state.status.position;
        state.go_to(position);
    }

    fn status(&self) -> PlayStatus {
        let mut state = lock(&self.0);
        let status = state.status.clone();
        state.status.peaks = [0.0; 2];
        status
    }
}

impl Drop for NullPlaying {
    fn drop(&mut self) {
        lock(&self.0).closed = true;
    }
}

/// Nothing here panics while it holds a lock; should it, the state is still whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
