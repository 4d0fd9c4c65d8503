//! From a programme to samples: one function for playback and for export.
//!
//! A programme is resolved into a plan (what is heard, from which source, how loud), and the plan is
//! rendered block by block. Order of processing, per sample:
//! 1. source sample (one channel goes to both sides at full level), times the clip's gain, times its
//!    fade in, times its fade out;
//! 2. sum of the clips of a track, times the track's gain;
//! 3. sum of the tracks. Nothing limits or clips it: that is `normalize`'s affair, or the loudspeaker's.
//!
//! Muted clips and tracks are left out, and where a track is solo, those that are not.
//!
//! Sums are exact: each addend is rounded to a multiple of 2⁻³⁶ of full scale (−217 dB), after which
//! additions of doubles lose nothing, so no sample depends on the order of clips, on how they are cut
//! or on the size of blocks.
//!
//! Not here: effects, limiting, resampling; sources come at 48 kHz.

mod plan;
mod source;
#[cfg(test)]
mod tests;

use units::{SAMPLE_RATE_HZ, Samples};

pub use source::{PcmSource, Sources, StudioSource};

use crate::programme::Programme;
use crate::{Error, Planar, Signal};
use plan::{PlannedClip, PlannedTrack};

/// Sides of a mix: always stereo.
const SIDES: usize = 2;
/// Frames rendered at a time: the working set stays in the second-level cache.
const BLOCK_FRAMES: usize = 4_096;
/// Adding and subtracting it rounds a double to a multiple of 2⁻³⁶: at 1.5·2¹⁶ the last bit of a
/// double is worth 2¹⁶⁻⁵². Holds for values up to 2¹⁵, 90 dB over full scale.
const GRID: f64 = 1.5 * 65_536.0;

/// A signal that can go on from any frame.
pub trait Seekable: Signal {
    /// The next read begins at `frame`; past the end it finds the end.
    ///
    /// # Errors
    /// [`Error::Io`].
    fn seek(&mut self, frame: u64) -> Result<(), Error>;
}

impl<S: Seekable + ?Sized> Seekable for Box<S> {
    fn seek(&mut self, frame: u64) -> Result<(), Error> {
        (**self).seek(frame)
    }
}

/// A programme being rendered: stereo at 48 kHz, from its start to the end of its last clip.
pub struct Mix {
    tracks: Vec<PlannedTrack>,
    length: i64,
    next: i64,
    /// One clip's source samples.
    source: Planar,
    /// Sum of a track and sum of all, one vector a side.
    track_sum: [Vec<f64>; SIDES],
    sum: [Vec<f64>; SIDES],
}

impl Mix {
    /// Resolves `programme`, and opens each source that is heard once.
    ///
    /// # Errors
    /// As [`Programme::validate`] and [`Sources::open`]; [`Error::Damaged`] where a source is of
    /// another length than the programme says.
    pub fn new(programme: &Programme, sources: &dyn Sources) -> Result<Self, Error> {
        programme.validate()?;
        Ok(Self {
            tracks: plan::resolve(programme, sources)?,
            length: programme.length().0,
            next: 0,
            source: Planar::default(),
            track_sum: Default::default(),
            sum: Default::default(),
        })
    }

    /// Length of the programme.
    #[must_use]
    pub fn length(&self) -> Samples {
        Samples(self.length)
    }

    /// Renders `frames` frames from `next` on into `block` from `at` on.
    fn render(&mut self, block: &mut Planar, at: usize, frames: usize) -> Result<(), Error> {
        let Self {
            tracks,
            source,
            track_sum,
            sum,
            next,
            ..
        } = self;
        clear(sum, frames);
        for track in tracks {
            let mut heard = false;
            for clip in track.heard(*next, *next + frames as i64) {
                if !heard {
                    clear(track_sum, frames);
                    heard = true;
                }
                add_clip(clip, *next, source, track_sum)?;
            }
            if heard {
                for (sum, track_sum) in sum.iter_mut().zip(&*track_sum) {
                    for (sum, &sample) in sum.iter_mut().zip(track_sum) {
                        *sum += on_grid(sample * track.factor);
                    }
                }
            }
        }
        for (out, sum) in block.channels_mut().iter_mut().zip(&*sum) {
            for (out, &sample) in out[at..at + frames].iter_mut().zip(sum) {
                *out = sample as f32;
            }
        }
        *next += frames as i64;
        Ok(())
    }
}

impl Signal for Mix {
    fn rate_hz(&self) -> u32 {
        SAMPLE_RATE_HZ
    }

    fn channels(&self) -> usize {
        SIDES
    }

    fn frames(&self) -> Option<u64> {
        Some(self.length.unsigned_abs())
    }

    fn read(&mut self, block: &mut Planar, frames_max: usize) -> Result<usize, Error> {
        let left = usize::try_from(self.length - self.next).unwrap_or(0);
        let frames = left.min(frames_max);
        block.resize(SIDES, frames);
        let mut done = 0;
        while done < frames {
            let now = (frames - done).min(BLOCK_FRAMES);
            self.render(block, done, now)?;
            done += now;
        }
        Ok(frames)
    }
}

impl Seekable for Mix {
    fn seek(&mut self, frame: u64) -> Result<(), Error> {
        self.next = i64::try_from(frame).unwrap_or(i64::MAX).min(self.length);
        Ok(())
    }
}

fn clear(sides: &mut [Vec<f64>; SIDES], frames: usize) {
    for side in sides {
        side.clear();
        side.resize(frames, 0.0);
    }
}

/// Rounds to the grid on which sums are exact.
#[inline(always)]
fn on_grid(value: f64) -> f64 {
    (value + GRID) - GRID
}

/// Adds what is heard of `clip` in the block that begins at `start` on the timeline.
fn add_clip(
    clip: &PlannedClip,
    start: i64,
    source: &mut Planar,
    sides: &mut [Vec<f64>; SIDES],
) -> Result<(), Error> {
    let block_end = start + sides[0].len() as i64;
    let (from, to) = (clip.position.max(start), clip.end().min(block_end));
    let frames = usize::try_from(to - from).unwrap_or(0);
    let into_clip = from - clip.position;
    clip.source
        .read((clip.source_in + into_clip).unsigned_abs(), source, frames)?;
    let at = usize::try_from(from - start).unwrap_or(0);
    // The stretch of this block in which neither fade is at work.
    let level_from = (clip.fade_in.length.0 - clip.fade_in.offset.0 - into_clip)
        .clamp(0, frames as i64) as usize;
    let level_to = (clip.length - clip.fade_out.length.0 + clip.fade_out.offset.0 - into_clip)
        .clamp(level_from as i64, frames as i64) as usize;
    for (side, out) in sides.iter_mut().enumerate() {
        let out = &mut out[at..at + frames];
        let samples = source.channel(side.min(source.channel_count() - 1));
        for n in (0..level_from).chain(level_to..frames) {
            let distance = into_clip + n as i64;
            let fade = clip.fade_in.factor(distance) * clip.fade_out.factor(clip.length - distance);
            out[n] += on_grid(f64::from(samples[n]) * clip.factor * fade);
        }
        let level = level_from..level_to;
        for (out, &sample) in out[level.clone()].iter_mut().zip(&samples[level]) {
            *out += on_grid(f64::from(sample) * clip.factor);
        }
    }
    Ok(())
}
