//! Playback: one thing at a time, told as it goes.

use std::sync::{Arc, Mutex, PoisonError};

use audio::ports::{DeviceId, Playback, Playing};
use audio::{LiveLevels, Seekable};
use units::{Lufs, Samples};

use super::metered::{Metered, Readings};
use super::{TELL_EVERY, dbfs};
use crate::events::Events;
use crate::translate::levels::figure;
use crate::wire::{Code, Event, Heard, Meter, MeterSource, Problem, Transport};

/// What is loaded and where it stands.
#[derive(Clone, Default)]
pub struct Deck(Arc<Mutex<Option<Loaded>>>);

struct Loaded {
    heard: Heard,
    length: i64,
    playing: Box<dyn Playing>,
    readings: Readings,
}

impl Loaded {
    fn replace(&mut self, sound: Metered, readings: Readings, length: i64) {
        self.playing.replace(Box::new(sound));
        self.readings = readings;
        self.length = length;
    }

    fn seek(&self, position: i64) {
        let position = position.clamp(0, self.length);
        self.readings.sought(position.unsigned_abs());
        self.playing.seek(Samples(position));
    }
}

impl Deck {
    /// Plays `sound` from `from`, in place of what was loaded.
    ///
    /// # Errors
    /// What the loudspeaker reports.
    pub fn play(
        &self,
        playback: &dyn Playback,
        device: Option<&DeviceId>,
        heard: Heard,
        (sound, length): (Box<dyn Seekable>, i64),
        from: i64,
        events: &Events,
    ) -> Result<Transport, Problem> {
        let (sound, readings) = Metered::new(sound);
        let mut loaded = self.lock();
        let same = loaded.as_mut().filter(|loaded| loaded.heard == heard);
        if let Some(loaded) = same.filter(|loaded| loaded.playing.status().failed.is_none()) {
            loaded.replace(sound, readings, length);
        } else {
            // The old one is let go first: many devices take only one at a time.
            *loaded = None;
            let playing = playback.open(device, Box::new(sound))?;
            *loaded = Some(Loaded {
                heard,
                length,
                playing,
                readings,
            });
        }
        if let Some(loaded) = loaded.as_ref() {
            loaded.seek(from);
            loaded.playing.play()?;
        }
        drop(loaded);
        self.tell(events);
        Ok(self.state())
    }

    /// Goes on with another version of what is loaded: the programme after an edit.
    pub fn replace(&self, heard: &Heard, sound: Box<dyn Seekable>, length: i64) {
        if let Some(loaded) = self.lock().as_mut().filter(|loaded| loaded.heard == *heard) {
            let (sound, readings) = Metered::new(sound);
            loaded.replace(sound, readings, length);
        }
    }

    /// Whether `heard` is loaded.
    #[must_use]
    pub fn has(&self, heard: &Heard) -> bool {
        self.lock()
            .as_ref()
            .is_some_and(|loaded| loaded.heard == *heard)
    }

    /// Holds.
    ///
    /// # Errors
    /// What the loudspeaker reports.
    pub fn pause(&self) -> Result<Transport, Problem> {
        if let Some(loaded) = self.lock().as_ref() {
            loaded.playing.pause()?;
        }
        Ok(self.state())
    }

    /// Goes to a position.
    ///
    /// # Errors
    /// [`Code::Empty`] where nothing is loaded.
    pub fn seek(&self, position: i64) -> Result<Transport, Problem> {
        match self.lock().as_ref() {
            Some(loaded) => loaded.seek(position),
            None => return Err(Problem::new(Code::Empty, "nothing is loaded")),
        }
        Ok(self.state())
    }

    /// How it stands.
    #[must_use]
    pub fn state(&self) -> Transport {
        match self.lock().as_ref() {
            Some(loaded) => of(loaded).0,
            None => Transport {
                heard: None,
                playing: false,
                position: 0,
                length: 0,
                xruns: 0,
                problem: None,
            },
        }
    }

    /// Tells positions and levels on a thread of its own until playback holds.
    fn tell(&self, events: &Events) {
        let (deck, events) = (self.clone(), events.clone());
        std::thread::spawn(move || {
            loop {
                let Some((state, meter)) = deck.lock().as_ref().map(of) else {
                    return;
                };
                let goes_on = state.playing;
                events.tell(Event::Transport(state));
                events.tell(Event::Meter(meter));
                if !goes_on {
                    return;
                }
                std::thread::sleep(TELL_EVERY);
            }
        });
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Loaded>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn of(loaded: &Loaded) -> (Transport, Meter) {
    let status = loaded.playing.status();
    let levels = loaded.readings.at(status.position.0.unsigned_abs());
    let lufs = |of: fn(LiveLevels) -> Lufs| levels.and_then(|levels| figure(of(levels).0));
    let transport = Transport {
        heard: Some(loaded.heard.clone()),
        playing: status.playing && !status.ended && status.failed.is_none(),
        position: status.position.0,
        length: loaded.length,
        xruns: status.xruns,
        problem: status.failed.map(|said| {
            let read = loaded.readings.failed();
            read.unwrap_or_else(|| Problem::new(Code::DeviceGone, said))
        }),
    };
    let meter = Meter {
        source: MeterSource::Output,
        peak_dbfs: dbfs(status.peaks[0].max(status.peaks[1])),
        momentary_lufs: lufs(|levels| levels.momentary),
        short_term_lufs: lufs(|levels| levels.short_term),
        integrated_lufs: lufs(|levels| levels.integrated),
    };
    (transport, meter)
}

#[cfg(test)]
mod tests;
