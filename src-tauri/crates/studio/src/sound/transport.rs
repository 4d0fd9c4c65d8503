//! Playback: one thing at a time, told as it goes.

use std::sync::{Arc, Mutex, PoisonError};

use audio::Seekable;
use audio::ports::{DeviceId, Playback, Playing};
use units::Samples;

use super::{TELL_EVERY, dbfs};
use crate::events::Events;
use crate::wire::{Code, Event, Heard, Meter, MeterSource, Problem, Transport};

/// What is loaded and where it stands.
#[derive(Clone, Default)]
pub struct Deck(Arc<Mutex<Option<Loaded>>>);

struct Loaded {
    heard: Heard,
    length: i64,
    playing: Box<dyn Playing>,
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
        let mut loaded = self.lock();
        let same = loaded.as_ref().filter(|loaded| loaded.heard == heard);
        if let Some(loaded) = same.filter(|loaded| loaded.playing.status().failed.is_none()) {
            loaded.playing.replace(sound);
        } else {
            // The old one is let go first: many devices take only one at a time.
            *loaded = None;
            let playing = playback.open(device, sound)?;
            *loaded = Some(Loaded {
                heard,
                length,
                playing,
            });
        }
        if let Some(loaded) = loaded.as_mut() {
            loaded.length = length;
            loaded.playing.seek(Samples(from.clamp(0, length)));
            loaded.playing.play()?;
        }
        drop(loaded);
        self.tell(events);
        Ok(self.state())
    }

    /// Goes on with another version of what is loaded: the programme after an edit.
    pub fn replace(&self, heard: &Heard, sound: Box<dyn Seekable>, length: i64) {
        if let Some(loaded) = self.lock().as_mut().filter(|loaded| loaded.heard == *heard) {
            loaded.playing.replace(sound);
            loaded.length = length;
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
            Some(loaded) => loaded
                .playing
                .seek(Samples(position.clamp(0, loaded.length))),
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
            },
        }
    }

    /// Tells positions and peaks on a thread of its own until playback holds.
    fn tell(&self, events: &Events) {
        let (deck, events) = (self.clone(), events.clone());
        std::thread::spawn(move || {
            loop {
                let Some((state, peaks)) = deck.lock().as_ref().map(of) else {
                    return;
                };
                let goes_on = state.playing;
                events.tell(Event::Transport(state));
                events.tell(Event::Meter(Meter {
                    source: MeterSource::Output,
                    peak_dbfs: dbfs(peaks[0].max(peaks[1])),
                    momentary_lufs: None,
                    short_term_lufs: None,
                    integrated_lufs: None,
                }));
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

fn of(loaded: &Loaded) -> (Transport, [f32; 2]) {
    let status = loaded.playing.status();
    let transport = Transport {
        heard: Some(loaded.heard.clone()),
        playing: status.playing && !status.ended && status.failed.is_none(),
        position: status.position.0,
        length: loaded.length,
        xruns: status.xruns,
    };
    (transport, status.peaks)
}
