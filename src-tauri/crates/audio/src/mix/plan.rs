//! Resolving a programme: what is heard, how loud, and from where.

use std::collections::HashMap;
use std::sync::Arc;

use units::{Db, Digest};

use super::{Sources, StudioSource};
use crate::Error;
use crate::programme::{Clip, Fade, Programme, Track};

/// A track that is heard.
pub(super) struct PlannedTrack {
    /// Factor on its sum.
    pub factor: f64,
    /// By position.
    clips: Vec<PlannedClip>,
    /// For each clip, where the last of it and all before it ends: never falls, so that the clips of a
    /// block are found by bisection though they may overlap.
    ends: Vec<i64>,
}

/// A clip that is heard. Positions are frames.
pub(super) struct PlannedClip {
    pub source: Arc<dyn StudioSource>,
    pub source_in: i64,
    pub position: i64,
    pub length: i64,
    pub factor: f64,
    pub fade_in: Fade,
    pub fade_out: Fade,
}

impl PlannedClip {
    pub fn end(&self) -> i64 {
        self.position + self.length
    }
}

impl PlannedTrack {
    /// The clips that are heard from `from` to before `to`.
    pub fn heard(&self, from: i64, to: i64) -> impl Iterator<Item = &PlannedClip> {
        let first = self.ends.partition_point(|&end| end <= from);
        self.clips[first..]
            .iter()
            .take_while(move |clip| clip.position < to)
            .filter(move |clip| clip.end() > from)
    }
}

pub(super) fn resolve(
    programme: &Programme,
    sources: &dyn Sources,
) -> Result<Vec<PlannedTrack>, Error> {
    let solo = programme.tracks.iter().any(|track| track.solo);
    let mut opened = HashMap::new();
    programme
        .tracks
        .iter()
        .filter(|track| !track.mute && (track.solo || !solo))
        .map(|track| resolve_track(track, programme, sources, &mut opened))
        .collect()
}

fn resolve_track(
    track: &Track,
    programme: &Programme,
    sources: &dyn Sources,
    opened: &mut HashMap<Digest, Arc<dyn StudioSource>>,
) -> Result<PlannedTrack, Error> {
    let mut planned = PlannedTrack {
        factor: factor(track.gain),
        clips: Vec::with_capacity(track.clips.len()),
        ends: Vec::with_capacity(track.clips.len()),
    };
    let mut end = 0;
    for clip in track.clips.iter().filter(|clip| !clip.mute) {
        let source = match opened.get(&clip.source) {
            Some(source) => Arc::clone(source),
            None => {
                let source = open(clip, programme, sources)?;
                opened.insert(clip.source, Arc::clone(&source));
                source
            }
        };
        end = end.max(clip.end().0);
        planned.ends.push(end);
        planned.clips.push(PlannedClip {
            source,
            source_in: clip.source_in.0,
            position: clip.position.0,
            length: clip.length().0,
            factor: factor(clip.gain),
            fade_in: clip.fade_in,
            fade_out: clip.fade_out,
        });
    }
    Ok(planned)
}

fn open(
    clip: &Clip,
    programme: &Programme,
    sources: &dyn Sources,
) -> Result<Arc<dyn StudioSource>, Error> {
    let source = sources.open(&clip.source)?;
    let wanted = programme
        .media(&clip.source)
        .map_or(0, |media| media.length.0.unsigned_abs());
    if source.frames() != wanted {
        return Err(Error::Damaged(format!(
            "source {} has {} frames, the programme says {wanted}",
            clip.source.short(),
            source.frames()
        )));
    }
    Ok(source)
}

/// The factor of a gain, to single precision: the last bits of a power differ between systems.
fn factor(gain: Db) -> f64 {
    f64::from(gain.factor() as f32)
}
