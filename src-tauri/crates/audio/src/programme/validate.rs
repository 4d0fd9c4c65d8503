//! What every programme holds to, and the limits.

use std::collections::{HashMap, HashSet};

use units::{Db, Samples};

use super::model::{Clip, Fade, Programme, Track, snap_gain};
use crate::Error;

/// Most tracks: more do not fit on a screen, and each costs a buffer while playing.
pub const TRACKS_MAX: usize = 64;
/// Most clips: a day of speech cut every four seconds.
pub const CLIPS_MAX: usize = 20_000;
/// Most sources: one for every other clip.
pub const MEDIA_MAX: usize = 10_000;
/// Longest programme and longest position: 24 hours.
pub const LENGTH_MAX: Samples = Samples(24 * 3_600 * 48_000);
/// Longest source: a week, as for any sound that is opened ([`crate::DURATION_S_MAX`]).
const MEDIA_LENGTH_MAX: Samples = Samples(7 * 24 * 3_600 * 48_000);
/// Longest title, name or label in bytes: a long sentence of Vietnamese.
pub const TEXT_BYTES_MAX: usize = 1_024;
/// Least gain: below the noise of any converter, so as good as silence. Silence itself is mute.
pub const GAIN_DB_MIN: f64 = -120.0;
/// Most gain: lifts a whisper recorded at −60 dBFS to speech.
pub const GAIN_DB_MAX: f64 = 48.0;
/// Most edits in a group: moving every clip by itself.
pub const GROUP_EDITS_MAX: usize = CLIPS_MAX;

pub(super) fn refuse<T>(why: impl Into<String>) -> Result<T, Error> {
    Err(Error::BadEdit(why.into()))
}

/// Refuses a number so large that sums with it could overflow; the true limits are checked after.
pub(super) fn bounded(samples: Samples) -> Result<Samples, Error> {
    if samples.0.unsigned_abs() <= MEDIA_LENGTH_MAX.0.unsigned_abs() {
        Ok(samples)
    } else {
        refuse(format!("{} samples is longer than a week", samples.0))
    }
}

impl Programme {
    /// Whether the programme holds to every rule of the model.
    ///
    /// # Errors
    /// [`Error::BadEdit`] with the rule that is broken, [`Error::Limit`] beyond a limit.
    pub fn validate(&self) -> Result<(), Error> {
        at_most("tracks", self.tracks.len(), TRACKS_MAX)?;
        at_most("sources", self.media.len(), MEDIA_MAX)?;
        let clips: usize = self.tracks.iter().map(|track| track.clips.len()).sum();
        at_most("clips", clips, CLIPS_MAX)?;
        text("title", &self.title)?;
        let mut lengths = HashMap::with_capacity(self.media.len());
        for media in &self.media {
            text("name of a source", &media.name)?;
            if !(Samples(1)..=MEDIA_LENGTH_MAX).contains(&media.length) {
                return refuse(format!("a source of {} samples", media.length.0));
            }
            if lengths.insert(media.digest, media.length).is_some() {
                return refuse(format!("source {} stands there twice", media.digest));
            }
        }
        let mut track_ids = HashSet::with_capacity(self.tracks.len());
        let mut clip_ids = HashSet::with_capacity(clips);
        for track in &self.tracks {
            if !track_ids.insert(track.id) {
                return refuse(format!("track {} stands there twice", track.id));
            }
            check_track(track)?;
            for clip in &track.clips {
                if !clip_ids.insert(clip.id) {
                    return refuse(format!("clip {} stands there twice", clip.id));
                }
                let Some(&length) = lengths.get(&clip.source) else {
                    return refuse(format!("clip {} is of an unknown source", clip.id));
                };
                check_clip(clip, length)?;
            }
        }
        Ok(())
    }
}

fn check_track(track: &Track) -> Result<(), Error> {
    text("name of a track", &track.name)?;
    check_gain(track.gain)?;
    let key = |clip: &Clip| (clip.position, clip.id);
    if !track.clips.is_sorted_by_key(key) {
        return refuse(format!("clips of track {} are out of order", track.id));
    }
    Ok(())
}

fn check_clip(clip: &Clip, source_length: Samples) -> Result<(), Error> {
    text("label", &clip.label)?;
    check_gain(clip.gain)?;
    let (from, to) = (clip.source_in, clip.source_out);
    if from < Samples::ZERO || to <= from || to > source_length {
        return refuse(format!(
            "samples {} to {} of a source of {}",
            from.0, to.0, source_length.0
        ));
    }
    // Both within the source, so the difference is within a week.
    if clip.position < Samples::ZERO || bounded(clip.position)? + clip.length() > LENGTH_MAX {
        return refuse(format!(
            "a clip from {} on, {} long",
            clip.position.0,
            clip.length().0
        ));
    }
    check_fade(clip.fade_in)?;
    check_fade(clip.fade_out)
}

fn check_fade(fade: Fade) -> Result<(), Error> {
    let whole = fade
        == Fade {
            shape: fade.shape,
            ..Fade::NONE
        };
    if whole || (Samples::ZERO..fade.length).contains(&fade.offset) && fade.length <= LENGTH_MAX {
        Ok(())
    } else {
        refuse(format!(
            "a fade of {} samples without {}",
            fade.length.0, fade.offset.0
        ))
    }
}

fn check_gain(gain: Db) -> Result<(), Error> {
    if snap_gain(gain) == gain {
        Ok(())
    } else {
        refuse(format!("a gain of {} dB", gain.0))
    }
}

fn text(what: &'static str, text: &str) -> Result<(), Error> {
    at_most(what, text.len(), TEXT_BYTES_MAX)
}

pub(super) fn at_most(what: &'static str, found: usize, limit: usize) -> Result<(), Error> {
    if found > limit {
        return Err(Error::Limit {
            what,
            found: found as u64,
            limit: limit as u64,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::samples::{clip, media, programme};
    use super::super::{Fade, FadeShape, Programme};
    use units::{Db, Samples};

    fn refused(spoil: impl FnOnce(&mut Programme)) {
        let mut spoilt = programme();
        spoilt.validate().unwrap();
        spoil(&mut spoilt);
        assert!(spoilt.validate().is_err(), "{spoilt:?}");
    }

    #[test]
    fn what_breaks_a_rule_is_refused() {
        refused(|p| p.tracks[0].clips[0].source_in = Samples(-1));
        refused(|p| p.tracks[0].clips[0].source_out = Samples(0));
        refused(|p| p.tracks[0].clips[0].source_out = Samples(i64::MAX));
        refused(|p| p.tracks[0].clips[0].position = Samples(-1));
        refused(|p| p.tracks[0].clips[0].position = Samples(i64::MAX));
        refused(|p| p.tracks[0].clips[0].position = Samples(24 * 3_600 * 48_000));
        refused(|p| p.tracks[0].clips[0].gain = Db(f64::NAN));
        refused(|p| p.tracks[0].clips[0].gain = Db(49.0));
        refused(|p| p.tracks[0].gain = Db(0.000_1));
        refused(|p| p.tracks[0].clips.reverse());
        refused(|p| p.tracks[1].clips = p.tracks[0].clips.clone());
        refused(|p| p.tracks[1].id = p.tracks[0].id);
        refused(|p| p.media.clear());
        refused(|p| p.media.push(media(0)));
        refused(|p| p.title = "x".repeat(super::TEXT_BYTES_MAX + 1));
        refused(|p| p.tracks[0].clips[0].fade_in = Fade::new(Samples(-1), FadeShape::Linear));
        refused(|p| p.tracks[0].clips[0].fade_out.offset = Samples(4_800));
        refused(|p| {
            let many = (100..100 + super::CLIPS_MAX as u64).map(|n| clip(n, 0));
            p.tracks[1].clips.extend(many);
        });
    }
}
