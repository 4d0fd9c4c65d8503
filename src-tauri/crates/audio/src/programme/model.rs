//! What a programme is made of.

use std::fmt;

use units::{Db, Digest, Id, Samples};

use super::validate::{GAIN_DB_MAX, GAIN_DB_MIN};

/// Names a clip; never repeats within a programme, not even on another track.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ClipId(pub Id);

/// Names a track.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct TrackId(pub Id);

impl fmt::Display for ClipId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for TrackId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A programme.
#[derive(Clone, PartialEq, Debug)]
pub struct Programme {
    /// Its id.
    pub id: Id,
    /// Its title.
    pub title: String,
    /// The sources its clips are cut from, in the order in which they came.
    pub media: Vec<Media>,
    /// Tracks from top to bottom.
    pub tracks: Vec<Track>,
}

/// A source: immutable sound, known by the digest of the file it came as.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Media {
    /// SHA-256 of the original file.
    pub digest: Digest,
    /// The name it came with.
    pub name: String,
    /// Length once decoded and brought to 48 kHz.
    pub length: Samples,
}

/// What a track carries; decides its colour and, later, what ducks under what.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TrackKind {
    /// The announcer.
    Voice,
    /// Interviews, reports, effects.
    Interview,
    /// Music under and between.
    Bed,
}

/// A track.
#[derive(Clone, PartialEq, Debug)]
pub struct Track {
    /// Its id.
    pub id: TrackId,
    /// Its name.
    pub name: String,
    /// What it carries.
    pub kind: TrackKind,
    /// Gain of the sum of its clips.
    pub gain: Db,
    /// Not heard.
    pub mute: bool,
    /// Where any track has this, only those that have it are heard. Mute wins.
    pub solo: bool,
    /// Its clips, by position, then by id.
    pub clips: Vec<Clip>,
}

/// A stretch of a source on a track.
#[derive(Clone, PartialEq, Debug)]
pub struct Clip {
    /// Its id.
    pub id: ClipId,
    /// Digest of its source.
    pub source: Digest,
    /// First sample of the source that is heard.
    pub source_in: Samples,
    /// One past the last sample of the source that is heard.
    pub source_out: Samples,
    /// Where it begins on the timeline.
    pub position: Samples,
    /// Its gain.
    pub gain: Db,
    /// From silence at its start.
    pub fade_in: Fade,
    /// To silence at its end.
    pub fade_out: Fade,
    /// Its name for people.
    pub label: String,
    /// Not heard.
    pub mute: bool,
}

/// How a clip rises from silence or falls to it.
///
/// `offset` samples of the fade lie outside the clip, beyond the edge it belongs to: cutting a clip
/// in the middle of its fade leaves two clips that sound as one did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Fade {
    /// Samples from silence to full level.
    pub length: Samples,
    /// Samples of these that are cut off; below `length`, or both are 0.
    pub offset: Samples,
    /// Its curve.
    pub shape: FadeShape,
}

/// The curve of a fade, over x from 0 (silence) to 1 (full level).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum FadeShape {
    /// x. For fades over like sound, and to and from silence.
    #[default]
    Linear,
    /// sin(πx/2): a fade out under a fade in keeps the power of unlike sounds.
    EqualPower,
}

impl Fade {
    /// No fade.
    pub const NONE: Self = Self {
        length: Samples::ZERO,
        offset: Samples::ZERO,
        shape: FadeShape::Linear,
    };

    /// 5 ms: too short to be heard as a fade, long enough that a cut does not click.
    pub const DECLICK: Self = Self {
        length: Samples(240),
        offset: Samples::ZERO,
        shape: FadeShape::Linear,
    };

    /// A whole fade.
    #[must_use]
    pub const fn new(length: Samples, shape: FadeShape) -> Self {
        Self {
            length,
            offset: Samples::ZERO,
            shape,
        }
    }

    /// The same fade with `more` samples further cut off at its silent end.
    #[must_use]
    pub(crate) fn cut(self, more: Samples) -> Self {
        let offset = self.offset + more;
        if offset >= self.length {
            Self::NONE
        } else {
            Self { offset, ..self }
        }
    }

    /// The factor on amplitudes `distance` samples from the clip's edge: 0 at a whole fade's edge
    /// itself, 1 from its length on.
    #[must_use]
    pub fn factor(self, distance: i64) -> f64 {
        let at = distance.saturating_add(self.offset.0);
        if at >= self.length.0 {
            return 1.0;
        }
        // Both are far below 2^53: the quotient is the same on every machine.
        let x = at as f64 / self.length.0 as f64;
        match self.shape {
            FadeShape::Linear => x,
            FadeShape::EqualPower => quarter_sine(x),
        }
    }
}

/// sin(πx/2) for x from 0 to 1 to within 1e-13, by its Taylor series: plain products and sums, so
/// that fades are the same on every machine, which the system's own sine does not promise.
fn quarter_sine(x: f64) -> f64 {
    let angle = x * std::f64::consts::FRAC_PI_2;
    let square = angle * angle;
    let sum = (1..=9).rev().fold(1.0, |sum, n| {
        let n = f64::from(2 * n);
        1.0 - sum * square / (n * (n + 1.0))
    });
    angle * sum
}

impl Clip {
    /// A whole source at `position`, as it is: no gain, no fades.
    #[must_use]
    pub fn whole(id: ClipId, media: &Media, position: Samples) -> Self {
        Self {
            id,
            source: media.digest,
            source_in: Samples::ZERO,
            source_out: media.length,
            position,
            gain: Db(0.0),
            fade_in: Fade::NONE,
            fade_out: Fade::NONE,
            label: media.name.clone(),
            mute: false,
        }
    }

    /// Its length.
    #[must_use]
    pub fn length(&self) -> Samples {
        self.source_out - self.source_in
    }

    /// One past its last sample on the timeline.
    #[must_use]
    pub fn end(&self) -> Samples {
        self.position + self.length()
    }
}

impl Track {
    /// An empty track.
    #[must_use]
    pub fn new(id: TrackId, name: impl Into<String>, kind: TrackKind) -> Self {
        Self {
            id,
            name: name.into(),
            kind,
            gain: Db(0.0),
            mute: false,
            solo: false,
            clips: Vec::new(),
        }
    }
}

impl Programme {
    /// An empty programme without tracks.
    #[must_use]
    pub fn new(id: Id, title: impl Into<String>) -> Self {
        Self {
            id,
            title: title.into(),
            media: Vec::new(),
            tracks: Vec::new(),
        }
    }

    /// A programme of one source, whole: how any stored sound is played.
    #[must_use]
    pub fn of_one(id: Id, media: Media) -> Self {
        let mut track = Track::new(TrackId(id), "", TrackKind::Voice);
        track.clips = vec![Clip::whole(ClipId(id), &media, Samples::ZERO)];
        Self {
            title: media.name.clone(),
            media: vec![media],
            tracks: vec![track],
            ..Self::new(id, "")
        }
    }

    /// From the start to the end of the last clip, heard or not.
    #[must_use]
    pub fn length(&self) -> Samples {
        self.clips()
            .map(|(_, clip)| clip.end())
            .max()
            .unwrap_or_default()
    }

    /// All clips with their tracks, from top to bottom and from left to right.
    pub fn clips(&self) -> impl Iterator<Item = (&Track, &Clip)> {
        self.tracks
            .iter()
            .flat_map(|track| track.clips.iter().map(move |clip| (track, clip)))
    }

    /// A clip and its track.
    #[must_use]
    pub fn clip(&self, id: ClipId) -> Option<(&Track, &Clip)> {
        self.clips().find(|(_, clip)| clip.id == id)
    }

    /// A track.
    #[must_use]
    pub fn track(&self, id: TrackId) -> Option<&Track> {
        self.tracks.iter().find(|track| track.id == id)
    }

    /// A source.
    #[must_use]
    pub fn media(&self, digest: &Digest) -> Option<&Media> {
        self.media.iter().find(|media| media.digest == *digest)
    }
}

/// The gain as programmes hold it: a whole thousandth of a decibel within the limits; a number that
/// is none becomes 0 dB.
///
/// Such numbers have few digits, so that each reader of JSON reads exactly what was written.
#[must_use]
pub fn snap_gain(gain: Db) -> Db {
    if gain.0.is_nan() {
        return Db(0.0);
    }
    let thousandths = (gain.0 * 1_000.0).round();
    // Adding zero turns −0 into 0.
    Db((thousandths / 1_000.0).clamp(GAIN_DB_MIN, GAIN_DB_MAX) + 0.0)
}

#[cfg(test)]
mod tests {
    use super::{Fade, FadeShape, snap_gain};
    use units::{Db, Samples};

    #[test]
    fn a_fade_begins_at_silence_and_ends_without_a_step() {
        for shape in [FadeShape::Linear, FadeShape::EqualPower] {
            let fade = Fade::new(Samples(480), shape);
            assert_eq!(fade.factor(0), 0.0);
            assert_eq!(fade.factor(480), 1.0);
            for n in 0..600 {
                let step = fade.factor(n + 1) - fade.factor(n);
                assert!((0.0..0.0034).contains(&step), "{shape:?} at {n}: {step}");
            }
        }
    }

    #[test]
    fn equal_power_fades_that_cross_keep_the_power() {
        let fade = Fade::new(Samples(1_000), FadeShape::EqualPower);
        for n in 0..=1_000 {
            let power = fade.factor(n).powi(2) + fade.factor(1_000 - n).powi(2);
            assert!((power - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn a_gain_is_a_whole_thousandth_within_the_limits() {
        assert_eq!(snap_gain(Db(-3.517_49)).0, -3.517);
        assert_eq!(snap_gain(Db(f64::NAN)).0, 0.0);
        assert_eq!(snap_gain(Db(f64::NEG_INFINITY)).0, super::GAIN_DB_MIN);
        assert!(snap_gain(Db(-0.000_1)).0.is_sign_positive());
    }
}
