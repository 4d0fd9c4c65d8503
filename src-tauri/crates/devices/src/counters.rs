//! What the sound system's threads tell the others: numbers, never locks.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use audio::ports::TakeEnd;

/// How an input stream fares.
#[derive(Default)]
pub struct InputHealth {
    /// Frames that came from the device.
    pub frames: AtomicU64,
    /// Times sound was lost.
    pub xruns: AtomicU64,
    ended: AtomicBool,
    end: Mutex<Option<TakeEnd>>,
}

impl InputHealth {
    /// The stream ended by itself. The first reason stays. Called from error handlers, not from the
    /// data callback: it locks.
    pub fn end(&self, why: TakeEnd) {
        let mut end = self.end.lock().unwrap_or_else(PoisonError::into_inner);
        end.get_or_insert(why);
        self.ended.store(true, Ordering::Release);
    }

    /// Why the stream ended by itself, if it did.
    pub fn ended(&self) -> Option<TakeEnd> {
        if !self.ended.load(Ordering::Acquire) {
            return None;
        }
        let end = self.end.lock().unwrap_or_else(PoisonError::into_inner);
        end.clone()
    }
}

/// What the loudspeaker's callback and the thread that reads ahead tell each other. Frames are
/// counted since the stream was opened, at the device's rate.
pub struct OutputState {
    /// Whether the callback plays at all.
    pub playing: AtomicBool,
    /// Whether enough is read ahead; until then silence is no fault.
    pub primed: AtomicBool,
    /// Frames the callback took out of the ring, played or thrown away.
    pub taken: AtomicU64,
    /// Frames before this one are stale: thrown away.
    pub stale_until: AtomicU64,
    /// The frame at which the sound ends; `u64::MAX` while that is not known.
    pub end: AtomicU64,
    /// Times the ring was empty in the middle of the sound, and what the device reports.
    pub xruns: AtomicU64,
    /// Highest sample of each side since last asked for. Bits of floats that are not negative sort as
    /// the floats do.
    pub peaks: [AtomicU32; 2],
}

impl Default for OutputState {
    fn default() -> Self {
        Self {
            playing: AtomicBool::new(false),
            primed: AtomicBool::new(false),
            taken: AtomicU64::new(0),
            stale_until: AtomicU64::new(0),
            end: AtomicU64::new(u64::MAX),
            xruns: AtomicU64::new(0),
            peaks: [AtomicU32::new(0), AtomicU32::new(0)],
        }
    }
}
