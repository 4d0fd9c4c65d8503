//! The waveform pyramid: lowest, highest and RMS sample of 256 frames, of four times as many, and so on.
//!
//! Not here: drawing, and where a pyramid is kept (`archive` keys it by the digest of its source).

mod dat;
mod file;

use std::sync::Arc;

use units::{ReadAt, Watch};

use crate::kernel::extremes;
use crate::{Error, Planar, Signal};

/// Frames of a point on the finest level.
pub const FRAMES_PER_POINT: u32 = 256;
/// How many points make one point of the next level.
pub const STEP: usize = 4;
/// Levels of a pyramid at the most: 1:256 to 1:262,144, on which an hour is 660 points.
pub const LEVELS_MAX: usize = 6;
/// A level of no more points than this has no coarser one: it fits any screen.
const POINTS_MIN: usize = 256;

/// What a stretch of one channel reaches, in sixteen-bit steps (32,768 is full scale).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Point {
    /// Lowest sample.
    pub min: i16,
    /// Highest sample.
    pub max: i16,
    /// Root of the mean square, not negative.
    pub rms: i16,
}

/// One resolution of the waveform.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Level {
    /// Frames of a point; the last may stand for fewer.
    pub frames_per_point: u32,
    /// Point by point, within each the channels in order.
    pub points: Vec<Point>,
}

/// The waveform of a sound at several resolutions.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Peaks {
    rate_hz: u32,
    channels: usize,
    frames: u64,
    levels: Vec<Level>,
}

impl Peaks {
    /// The pyramid of a sound file of any format that the studio reads, at its own rate.
    ///
    /// # Errors
    /// As [`crate::open`] and [`Self::build`].
    pub fn of(bytes: Arc<dyn ReadAt>, watch: Watch<'_>) -> Result<Self, Error> {
        Self::build(&mut crate::open(bytes)?.into_signal(), watch)
    }

    /// The pyramid of a stream from where it stands to its end. Takes eight bytes for each 256
    /// frames of a channel: 11 MB for an hour of stereo.
    ///
    /// # Errors
    /// Whatever the stream reports, [`Error::Cancelled`].
    pub fn build(signal: &mut dyn Signal, watch: Watch<'_>) -> Result<Self, Error> {
        let channels = signal.channels();
        let total = signal.frames().unwrap_or(0);
        let mut finest = Vec::new();
        let mut open = Open::new(channels);
        let mut block = Planar::default();
        let mut frames = 0u64;
        loop {
            let got = signal.read(&mut block, BLOCK_FRAMES)?;
            if got == 0 {
                break;
            }
            frames += got as u64;
            open.push(&block, &mut finest);
            watch.step(frames, total)?;
        }
        open.finish(&mut finest);
        Ok(Self::from_finest(
            signal.rate_hz(),
            channels,
            frames,
            finest,
        ))
    }

    /// Frames of a point on each level that the pyramid of so long a sound has.
    #[must_use]
    pub fn resolutions(frames: u64) -> Vec<u32> {
        let mut resolutions = vec![FRAMES_PER_POINT];
        let mut points = frames.div_ceil(FRAMES_PER_POINT.into());
        while resolutions.len() < LEVELS_MAX && points > POINTS_MIN as u64 {
            points = points.div_ceil(STEP as u64);
            resolutions.push(FRAMES_PER_POINT * (STEP as u32).pow(resolutions.len() as u32));
        }
        resolutions
    }

    fn from_finest(rate_hz: u32, channels: usize, frames: u64, finest: Vec<Point>) -> Self {
        let mut levels = vec![Level {
            frames_per_point: FRAMES_PER_POINT,
            points: finest,
        }];
        while let Some(last) = levels.last()
            && levels.len() < LEVELS_MAX
            && last.points.len() > POINTS_MIN * channels
        {
            let next = last.coarser(channels);
            levels.push(next);
        }
        Self {
            rate_hz,
            channels,
            frames,
            levels,
        }
    }

    /// Frames per second of the source.
    #[must_use]
    pub fn rate_hz(&self) -> u32 {
        self.rate_hz
    }

    /// Channels of the source.
    #[must_use]
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// Frames of the source.
    #[must_use]
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// All levels, finest first; at least one.
    #[must_use]
    pub fn levels(&self) -> &[Level] {
        &self.levels
    }

    /// A level, 0 being the finest.
    #[must_use]
    pub fn level(&self, index: usize) -> Option<&Level> {
        self.levels.get(index)
    }

    /// The coarsest level whose points stand for no more than `frames_per_pixel`, else the finest.
    #[must_use]
    pub fn level_for(&self, frames_per_pixel: f64) -> &Level {
        self.levels
            .iter()
            .rev()
            .find(|level| f64::from(level.frames_per_point) <= frames_per_pixel)
            .unwrap_or(&self.levels[0])
    }
}

impl Level {
    /// This level with [`STEP`] points in one. A last point of fewer frames weighs like a full one in
    /// the RMS: the one place where the pyramid is not exact.
    fn coarser(&self, channels: usize) -> Self {
        let mut points = Vec::with_capacity(self.points.len().div_ceil(STEP) + channels);
        for group in self.points.chunks(STEP * channels) {
            for channel in 0..channels {
                let mut all = Point {
                    min: i16::MAX,
                    max: i16::MIN,
                    rms: 0,
                };
                let (mut squares, mut count) = (0u64, 0u64);
                for point in group.iter().skip(channel).step_by(channels) {
                    all.min = all.min.min(point.min);
                    all.max = all.max.max(point.max);
                    squares += u64::from(point.rms.unsigned_abs()).pow(2);
                    count += 1;
                }
                all.rms = ((squares as f64 / count as f64).sqrt() + 0.5) as i16;
                points.push(all);
            }
        }
        Self {
            frames_per_point: self.frames_per_point * STEP as u32,
            points,
        }
    }
}

/// Frames read at a time, a whole number of points: with what they are made of they fit the
/// second-level cache.
const BLOCK_FRAMES: usize = 32 * FRAMES_PER_POINT as usize;

/// The point that is being collected, per channel.
struct Open {
    spans: Vec<Span>,
    frames: usize,
}

#[derive(Clone, Copy)]
struct Span {
    min: f32,
    max: f32,
    squares: f32,
}

impl Span {
    const EMPTY: Self = Self {
        min: f32::INFINITY,
        max: f32::NEG_INFINITY,
        squares: 0.0,
    };

    fn push(&mut self, x: &[f32]) {
        let (min, max, squares) = extremes(x);
        self.min = self.min.min(min);
        self.max = self.max.max(max);
        self.squares += squares;
    }

    fn point(&self, frames: usize) -> Point {
        // Rounds by cutting off, which is one instruction everywhere; `as` saturates: +1.0 becomes 32,767.
        let step = |x: f32| (x * 32_768.0 + 0.5f32.copysign(x)) as i16;
        Point {
            min: step(self.min),
            max: step(self.max),
            rms: step((self.squares / frames as f32).sqrt()),
        }
    }
}

impl Open {
    fn new(channels: usize) -> Self {
        Self {
            spans: vec![Span::EMPTY; channels],
            frames: 0,
        }
    }

    fn push(&mut self, block: &Planar, points: &mut Vec<Point>) {
        let mut at = 0;
        while at < block.frames() {
            let room = FRAMES_PER_POINT as usize - self.frames;
            let end = (at + room).min(block.frames());
            for (span, channel) in self.spans.iter_mut().zip(block.channels()) {
                span.push(&channel[at..end]);
            }
            self.frames += end - at;
            at = end;
            if self.frames == FRAMES_PER_POINT as usize {
                self.close(points);
            }
        }
    }

    fn close(&mut self, points: &mut Vec<Point>) {
        points.extend(self.spans.iter().map(|span| span.point(self.frames)));
        self.spans.fill(Span::EMPTY);
        self.frames = 0;
    }

    fn finish(mut self, points: &mut Vec<Point>) {
        if self.frames > 0 {
            self.close(points);
        }
    }
}

#[cfg(test)]
mod tests;
