//! Microphones and loudspeakers behind audio's ports.
//!
//! [`Microphones`] records: the sound system's thread only copies into a lock-free ring, a writer
//! thread turns that into a 24-bit broadcast WAV file that can be played at any moment of the take.
//! [`Loudspeakers`] plays: a thread reads ahead into a ring, the sound system's thread only copies out
//! of it. [`Synthetic`] is a microphone that hears a tone, for machines and tests without one.
//!
//! The only user of `cpal` and of threads near the sound card. Not here: what is recorded into what,
//! and what is played (`studio`); the file format and the mix (`audio`).

#![forbid(unsafe_code)]

mod config;
mod counters;
mod loudspeakers;
mod microphones;
mod player;
pub mod realtime;
mod recorder;
mod recover;
mod synthetic;
mod system;
mod take_file;

pub use loudspeakers::Loudspeakers;
pub use microphones::Microphones;
pub use recover::{mend_beside, recover};
pub use synthetic::Synthetic;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// What is behind these locks is whole at every moment: a panic elsewhere does not spoil it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
