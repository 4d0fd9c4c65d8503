//! The code that runs on the sound system's threads, all of it. It copies samples between the
//! device's buffer and a ring and counts; it never allocates, locks, waits or calls the system.
//! `tests/realtime.rs` runs it under an allocator that counts.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use cpal::{FromSample, Sample, SizedSample};
use rtrb::{Consumer, Producer};

pub use crate::counters::{InputHealth, OutputState};

/// Takes what the microphone gives.
pub struct CaptureCallback {
    ring: Producer<f32>,
    health: Arc<InputHealth>,
    /// Channels of the device, and how many of them are kept.
    device_channels: usize,
    kept_channels: usize,
}

impl CaptureCallback {
    /// Keeps the first `kept_channels` of `device_channels`; both at least 1.
    #[must_use]
    pub fn new(
        ring: Producer<f32>,
        health: Arc<InputHealth>,
        device_channels: usize,
        kept_channels: usize,
    ) -> Self {
        Self {
            ring,
            health,
            device_channels: device_channels.max(1),
            kept_channels: kept_channels.clamp(1, device_channels.max(1)),
        }
    }

    /// Puts interleaved samples into the ring. Where they do not fit, the whole buffer is lost and
    /// counted: half a buffer would shift the channels.
    pub fn call<T: SizedSample>(&mut self, samples: &[T])
    where
        f32: FromSample<T>,
    {
        if self.ring.is_abandoned() {
            return; // the take is closed, the stream about to be
        }
        let frames = samples.len() / self.device_channels;
        self.health
            .frames
            .fetch_add(frames as u64, Ordering::Relaxed);
        let Ok(mut chunk) = self.ring.write_chunk(frames * self.kept_channels) else {
            self.health.xruns.fetch_add(1, Ordering::Relaxed);
            return;
        };
        let (first, second) = chunk.as_mut_slices();
        let kept = samples
            .chunks_exact(self.device_channels)
            .flat_map(|frame| &frame[..self.kept_channels]);
        for (slot, &sample) in first.iter_mut().chain(second).zip(kept) {
            *slot = f32::from_sample(sample);
        }
        chunk.commit_all();
    }
}

/// Gives the loudspeaker what was read ahead. The ring holds stereo.
pub struct PlayCallback {
    ring: Consumer<f32>,
    state: Arc<OutputState>,
    device_channels: usize,
}

impl PlayCallback {
    /// For a device of `device_channels`; the first two carry the sound, a single one both sides.
    #[must_use]
    pub fn new(ring: Consumer<f32>, state: Arc<OutputState>, device_channels: usize) -> Self {
        Self {
            ring,
            state,
            device_channels: device_channels.max(1),
        }
    }

    /// Fills the device's buffer; what is not there is silent.
    pub fn call<T: SizedSample + FromSample<f32>>(&mut self, out: &mut [T]) {
        out.fill(T::EQUILIBRIUM);
        // Looked at first: whoever sees the new stretch primed also sees what it made stale.
        let ready = self.state.primed.load(Ordering::Acquire);
        let mut taken = self.state.taken.load(Ordering::Relaxed);
        let stale = self
            .state
            .stale_until
            .load(Ordering::Acquire)
            .saturating_sub(taken);
        if stale > 0 {
            let here = (self.ring.slots() / 2) as u64;
            taken += self.throw_away(stale.min(here) as usize);
            self.state.taken.store(taken, Ordering::Release);
        }
        if !ready || !self.state.playing.load(Ordering::Relaxed) {
            return;
        }
        let wanted = out.len() / self.device_channels;
        let frames = wanted.min(self.ring.slots() / 2);
        if frames < wanted && taken + (frames as u64) < self.state.end.load(Ordering::Acquire) {
            self.state.xruns.fetch_add(1, Ordering::Relaxed);
        }
        self.copy(&mut out[..frames * self.device_channels], frames);
        self.state
            .taken
            .store(taken + frames as u64, Ordering::Release);
    }

    fn throw_away(&mut self, frames: usize) -> u64 {
        match self.ring.read_chunk(frames * 2) {
            Ok(chunk) => {
                chunk.commit_all();
                frames as u64
            }
            Err(_) => 0, // cannot be: the slots were counted
        }
    }

    fn copy<T: SizedSample + FromSample<f32>>(&mut self, out: &mut [T], frames: usize) {
        let Ok(chunk) = self.ring.read_chunk(frames * 2) else {
            return; // cannot be: the slots were counted
        };
        let (first, second) = chunk.as_slices();
        let mut samples = first.iter().chain(second).copied();
        let mut peaks = [0f32; 2];
        for frame in out.chunks_exact_mut(self.device_channels) {
            let (Some(left), Some(right)) = (samples.next(), samples.next()) else {
                break;
            };
            peaks = [peaks[0].max(left.abs()), peaks[1].max(right.abs())];
            match frame {
                [mono] => *mono = T::from_sample((0.5 * (left + right)).clamp(-1.0, 1.0)),
                [first, second, ..] => {
                    *first = T::from_sample(left.clamp(-1.0, 1.0));
                    *second = T::from_sample(right.clamp(-1.0, 1.0));
                }
                [] => {}
            }
        }
        chunk.commit_all();
        for (shared, peak) in self.state.peaks.iter().zip(peaks) {
            shared.fetch_max(peak.to_bits(), Ordering::Relaxed);
        }
    }
}
