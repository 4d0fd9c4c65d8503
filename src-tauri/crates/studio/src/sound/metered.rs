//! Sound that is measured while it is read ahead, and told when it is heard.
//!
//! A loudspeaker reads up to a second ahead. So the meter runs on the thread that reads, its readings
//! are kept with the frame they belong to, and the newest at or before the playhead is the one told.
//! The sound system's own thread takes no part in it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use audio::{Error, LiveLevels, LiveMeter, MonoReading, Planar, Seekable, Signal};

use crate::wire::Problem;

/// Frames from reading to reading: 100 ms, as often as Tech 3341 wants a live meter to change.
const READING_FRAMES: usize = 4_800;
/// Most readings kept, over 3 s: more than any loudspeaker reads ahead.
const READINGS_MAX: usize = 32;

/// What the meter read, by position. Clones are one.
#[derive(Clone, Default)]
pub struct Readings(Arc<Mutex<Kept>>);

#[derive(Default)]
struct Kept {
    /// Where a seek goes that the reading thread has not come to: what is kept lies before it.
    sought: Option<u64>,
    /// Why the sound could not be read any further.
    failed: Option<Problem>,
    /// Oldest first, each with the frame after the last one measured.
    by_position: VecDeque<(u64, LiveLevels)>,
}

impl Readings {
    /// Holds nothing more to be heard until the sound was sought to `position`.
    pub fn sought(&self, position: u64) {
        let mut kept = self.lock();
        kept.sought = Some(position);
        kept.by_position.clear();
    }

    /// The newest reading of what was played before `position`.
    pub fn at(&self, position: u64) -> Option<LiveLevels> {
        let mut kept = self.lock();
        let later = kept.by_position.partition_point(|(at, _)| *at <= position);
        kept.by_position.drain(..later.saturating_sub(1));
        let (at, levels) = kept.by_position.front()?;
        (kept.sought.is_none() && *at <= position).then_some(*levels)
    }

    /// Why the sound ended before its end, if it did.
    pub fn failed(&self) -> Option<Problem> {
        self.lock().failed.clone()
    }

    /// Keeps why a sound cannot be read, for the one who is to be told, and gives it to be passed on.
    fn fail(&self, error: Error) -> Error {
        let problem = Problem::from(error);
        self.lock().failed = Some(problem.clone());
        Error::Io(problem.into())
    }

    fn begin(&self, position: u64) {
        let mut kept = self.lock();
        kept.failed = None;
        kept.by_position.clear();
        if kept.sought == Some(position) {
            kept.sought = None; // not where another seek is still to come
        }
    }

    fn keep(&self, position: u64, levels: LiveLevels) {
        let mut kept = self.lock();
        if kept.by_position.len() == READINGS_MAX {
            kept.by_position.pop_front();
        }
        kept.by_position.push_back((position, levels));
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A sound that measures itself from each seek on.
pub struct Metered {
    sound: Box<dyn Seekable>,
    /// None where the sound has a shape that no meter takes: it is heard all the same.
    meter: Option<LiveMeter>,
    readings: Readings,
    /// The frame read next.
    next: u64,
    /// Frames measured since the last reading.
    unread: usize,
    interleaved: Vec<f32>,
}

impl Metered {
    /// `sound`, standing at its start, and where its readings are found.
    pub fn new(sound: Box<dyn Seekable>) -> (Self, Readings) {
        let readings = Readings::default();
        // One channel is heard from two loudspeakers.
        let meter = LiveMeter::new(sound.rate_hz(), sound.channels(), MonoReading::DualMono).ok();
        let metered = Self {
            sound,
            meter,
            readings: readings.clone(),
            next: 0,
            unread: 0,
            interleaved: Vec::new(),
        };
        (metered, readings)
    }

    fn measure(&mut self, meter: &mut LiveMeter, block: &Planar) -> Result<(), Error> {
        let channels = block.channels();
        self.interleaved.clear();
        for frame in 0..block.frames() {
            self.interleaved
                .extend(channels.iter().map(|channel| channel[frame]));
        }
        let mut at = 0;
        while at < block.frames() {
            let frames = (READING_FRAMES - self.unread).min(block.frames() - at);
            let end = at + frames;
            meter.push_interleaved(&self.interleaved[at * channels.len()..end * channels.len()])?;
            (at, self.next, self.unread) = (end, self.next + frames as u64, self.unread + frames);
            if self.unread == READING_FRAMES {
                self.read_off(meter)?;
            }
        }
        Ok(())
    }

    fn read_off(&mut self, meter: &mut LiveMeter) -> Result<(), Error> {
        self.unread = 0;
        self.readings.keep(self.next, meter.levels()?);
        Ok(())
    }
}

impl Signal for Metered {
    fn rate_hz(&self) -> u32 {
        self.sound.rate_hz()
    }

    fn channels(&self) -> usize {
        self.sound.channels()
    }

    fn frames(&self) -> Option<u64> {
        self.sound.frames()
    }

    fn mask(&self) -> u32 {
        self.sound.mask()
    }

    fn read(&mut self, block: &mut Planar, frames_max: usize) -> Result<usize, Error> {
        let read = self.sound.read(block, frames_max);
        let frames = read.map_err(|error| self.readings.fail(error))?;
        if let Some(mut meter) = self.meter.take() {
            let measured = match frames {
                0 if self.unread > 0 => self.read_off(&mut meter), // the end
                _ => self.measure(&mut meter, block),
            };
            // A meter that refuses is no reason to stop the sound: it is let go.
            self.meter = measured.is_ok().then_some(meter);
        }
        Ok(frames)
    }
}

impl Seekable for Metered {
    fn seek(&mut self, frame: u64) -> Result<(), Error> {
        let sought = self.sound.seek(frame);
        sought.map_err(|error| self.readings.fail(error))?;
        (self.next, self.unread) = (frame, 0);
        if let Some(meter) = &mut self.meter {
            meter.reset();
        }
        self.readings.begin(frame);
        Ok(())
    }
}

#[cfg(test)]
pub mod tests;
