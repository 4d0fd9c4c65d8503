//! A sound that plays: the thread that reads ahead, and the handle on it.
//!
//! Frames of the device are counted from the opening of the stream. A seek begins a new stretch: what
//! is in the ring becomes stale and is thrown away by the callback, and the frame that comes next is
//! known to be the one sought. So the position is told by what the device really took.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender};
use std::sync::{Arc, Mutex};

use audio::ports::{DeviceError, PlayStatus, Playing};
use audio::{Error, Planar, Seekable, Signal};
use rtrb::Producer;
use units::{SAMPLE_RATE_HZ, Samples};

use crate::lock;
use crate::realtime::OutputState;

/// What is read at a time: 20 ms, so that a seek is answered soon.
const BLOCK_FRAMES: usize = 960;
/// How much must be read ahead before the device is fed, as a part of a second.
const PRIMED_PART: u64 = 10;
/// How much the ring holds, in seconds: a disk may stand still this long before it is heard.
pub const RING_SECONDS: usize = 1;
/// How long the thread sleeps while the ring is full.
const REST: std::time::Duration = std::time::Duration::from_millis(10);

/// What the handle asks of the thread.
pub enum Ask {
    Seek(Samples),
    Replace(Box<dyn Seekable>),
}

/// Where the stretch now playing began.
#[derive(Clone, Copy, Default)]
pub struct Stretch {
    /// Its first frame, counted since the stream was opened, at the device's rate.
    pub first: u64,
    /// Which frame of the sound that is, at 48 kHz.
    pub position: u64,
}

/// What handle, thread and error handler share.
pub struct Shared {
    pub output: Arc<OutputState>,
    pub rate_hz: u32,
    pub stretch: Mutex<Stretch>,
    /// Where a seek not yet answered goes.
    pub sought: Mutex<Option<Samples>>,
    pub failed: Mutex<Option<String>>,
    pub closed: AtomicBool,
}

impl Shared {
    pub fn fail(&self, why: impl ToString) {
        lock(&self.failed).get_or_insert(why.to_string());
    }

    /// The frame of the sound that the device takes next, at 48 kHz.
    fn position(&self) -> u64 {
        if let Some(position) = *lock(&self.sought) {
            return position.0.unsigned_abs();
        }
        let stretch = *lock(&self.stretch);
        let taken = self
            .output
            .taken
            .load(Ordering::Acquire)
            .saturating_sub(stretch.first);
        stretch.position + taken * u64::from(SAMPLE_RATE_HZ) / u64::from(self.rate_hz)
    }
}

/// The sound, shared between the reader and the resampler it may be wrapped in.
#[derive(Clone)]
struct Tap(Arc<Mutex<Box<dyn Seekable>>>);

impl Signal for Tap {
    fn rate_hz(&self) -> u32 {
        lock(&self.0).rate_hz()
    }

    fn channels(&self) -> usize {
        lock(&self.0).channels()
    }

    fn frames(&self) -> Option<u64> {
        None // changes with each seek
    }

    fn read(&mut self, block: &mut Planar, frames_max: usize) -> Result<usize, Error> {
        lock(&self.0).read(block, frames_max)
    }
}

/// The thread that reads ahead.
pub struct Reader {
    tap: Tap,
    /// The tap, at the device's rate.
    signal: Box<dyn Signal>,
    ring: Producer<f32>,
    shared: Arc<Shared>,
    block: Planar,
    interleaved: Vec<f32>,
    /// Frames put into the ring since the stream was opened.
    written: u64,
    at_end: bool,
}

impl Reader {
    pub fn new(
        sound: Box<dyn Seekable>,
        ring: Producer<f32>,
        shared: Arc<Shared>,
    ) -> Result<Self, DeviceError> {
        let tap = Tap(Arc::new(Mutex::new(sound)));
        Ok(Self {
            signal: at_rate(&tap, shared.rate_hz).map_err(DeviceError::Sound)?,
            tap,
            ring,
            shared,
            block: Planar::default(),
            interleaved: Vec::with_capacity(2 * BLOCK_FRAMES),
            written: 0,
            at_end: false,
        })
    }

    /// Reads until the handle is dropped.
    pub fn run(mut self, asked: &Receiver<Ask>) {
        while !self.shared.closed.load(Ordering::Acquire) {
            while let Ok(ask) = asked.try_recv() {
                if let Err(error) = self.answer(ask) {
                    self.shared.fail(error);
                    self.at_end = true;
                }
            }
            if self.at_end || self.ring.slots() < 2 * BLOCK_FRAMES {
                std::thread::park_timeout(REST);
            } else if let Err(error) = self.read_on() {
                self.shared.fail(error);
                self.finish();
            }
        }
    }

    fn answer(&mut self, ask: Ask) -> Result<(), Error> {
        let mut sought = None;
        let position = match ask {
            Ask::Seek(position) => {
                sought = Some(position);
                position.0.unsigned_abs()
            }
            Ask::Replace(sound) => {
                let position = self.shared.position();
                *lock(&self.tap.0) = sound;
                position
            }
        };
        let output = &self.shared.output;
        // First nothing is played, then all in the ring is stale, then the new stretch begins.
        output.primed.store(false, Ordering::Release);
        output.end.store(u64::MAX, Ordering::Release);
        output.stale_until.store(self.written, Ordering::Release);
        *lock(&self.shared.stretch) = Stretch {
            first: self.written,
            position,
        };
        let mut waiting = lock(&self.shared.sought);
        if *waiting == sought {
            *waiting = None; // not where another seek came meanwhile
        }
        drop(waiting);
        lock(&self.tap.0).seek(position)?;
        self.signal = at_rate(&self.tap, self.shared.rate_hz)?;
        self.at_end = false;
        Ok(())
    }

    fn read_on(&mut self) -> Result<(), Error> {
        let frames = self.signal.read(&mut self.block, BLOCK_FRAMES)?;
        if frames == 0 {
            self.finish();
            return Ok(());
        }
        self.interleaved.clear();
        let left = self.block.channel(0);
        let right = self.block.channel(self.block.channel_count() - 1);
        self.interleaved.extend(
            left.iter()
                .zip(right)
                .flat_map(|(&left, &right)| [left, right]),
        );
        // There is room: it was looked at, and only this thread fills the ring.
        let (put, _) = self.ring.push_partial_slice(&self.interleaved);
        self.written += (put.len() / 2) as u64;
        let first = lock(&self.shared.stretch).first;
        if self.written - first >= u64::from(self.shared.rate_hz) / PRIMED_PART {
            self.shared.output.primed.store(true, Ordering::Release);
        }
        Ok(())
    }

    fn finish(&mut self) {
        self.at_end = true;
        self.shared
            .output
            .end
            .store(self.written, Ordering::Release);
        self.shared.output.primed.store(true, Ordering::Release);
    }
}

fn at_rate(tap: &Tap, rate_hz: u32) -> Result<Box<dyn Signal>, Error> {
    if rate_hz == SAMPLE_RATE_HZ {
        Ok(Box::new(tap.clone()))
    } else {
        audio::resample(Box::new(tap.clone()), rate_hz)
    }
}

/// Holds and lets go a device's stream; a test has none.
pub trait Gate: Send + Sync {
    fn run(&self, running: bool) -> Result<(), DeviceError>;
}

/// The handle on a sound that plays.
pub struct Player {
    pub shared: Arc<Shared>,
    pub ask: Mutex<Sender<Ask>>,
    pub reader: Option<std::thread::JoinHandle<()>>,
    /// Dropped before the reader is waited for.
    pub gate: Option<Box<dyn Gate>>,
}

impl Player {
    fn send(&self, ask: Ask) {
        if lock(&self.ask).send(ask).is_err() {
            self.shared.fail("the thread that reads ahead ended early");
        }
        if let Some(reader) = &self.reader {
            reader.thread().unpark();
        }
    }

    fn set_playing(&self, playing: bool) -> Result<(), DeviceError> {
        self.shared.output.playing.store(playing, Ordering::Release);
        self.gate.as_ref().map_or(Ok(()), |gate| gate.run(playing))
    }
}

impl Playing for Player {
    fn play(&self) -> Result<(), DeviceError> {
        self.set_playing(true)
    }

    fn pause(&self) -> Result<(), DeviceError> {
        self.set_playing(false)
    }

    fn seek(&self, position: Samples) {
        let position = position.max(Samples::ZERO);
        *lock(&self.shared.sought) = Some(position);
        self.send(Ask::Seek(position));
    }

    fn replace(&self, sound: Box<dyn Seekable>) {
        self.send(Ask::Replace(sound));
    }

    fn status(&self) -> PlayStatus {
        let output = &self.shared.output;
        let taken = output.taken.load(Ordering::Acquire);
        let seeking = lock(&self.shared.sought).is_some();
        let ended = !seeking && taken >= output.end.load(Ordering::Acquire);
        let failed = lock(&self.shared.failed).clone();
        let playing = output.playing.load(Ordering::Acquire);
        PlayStatus {
            position: Samples(self.shared.position() as i64), // below a week
            playing: playing && !ended && failed.is_none(),
            ended,
            xruns: output.xruns.load(Ordering::Relaxed),
            peaks: [0, 1].map(|side| f32::from_bits(output.peaks[side].swap(0, Ordering::Relaxed))),
            failed,
        }
    }
}

impl Drop for Player {
    fn drop(&mut self) {
        self.gate = None;
        self.shared.closed.store(true, Ordering::Release);
        if let Some(reader) = self.reader.take() {
            reader.thread().unpark();
            // A reader that panicked has nothing left to close.
            drop(reader.join());
        }
    }
}

#[cfg(test)]
mod tests;
