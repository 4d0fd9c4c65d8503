//! Doing an edit, and knowing what undoes it.

use std::collections::HashSet;

use units::Samples;

use super::edit::{Edit, Placed, TrackSettings};
use super::model::{Clip, ClipId, Programme, Track, TrackId, snap_gain};
use super::validate::{CLIPS_MAX, GROUP_EDITS_MAX, at_most, bounded, refuse};
use crate::Error;

impl Programme {
    /// The programme after `edit`, and the edit that leads back to this one exactly.
    ///
    /// # Errors
    /// [`Error::BadEdit`] where the edit names what is not there or would break a rule of the model,
    /// [`Error::Limit`] where it would go beyond a limit. The programme itself never changes.
    pub fn apply(&self, edit: &Edit) -> Result<(Self, Edit), Error> {
        let mut next = self.clone();
        let inverse = next.edit(edit)?;
        next.validate()?;
        Ok((next, inverse))
    }

    /// Does `edit` in place; what it leaves behind on an error is thrown away.
    fn edit(&mut self, edit: &Edit) -> Result<Edit, Error> {
        match edit {
            Edit::SetTitle { title } => {
                let title = std::mem::replace(&mut self.title, title.clone());
                Ok(Edit::SetTitle { title })
            }
            Edit::AddMedia { at, media } => {
                if self.media(&media.digest).is_some() {
                    return refuse(format!("source {} is there already", media.digest));
                }
                place(&mut self.media, *at, media.clone())?;
                Ok(Edit::RemoveMedia {
                    digest: media.digest,
                })
            }
            Edit::RemoveMedia { digest } => {
                let at = position(&self.media, "source", |media| media.digest == *digest)?;
                let media = self.media.remove(at);
                Ok(Edit::AddMedia { at, media })
            }
            Edit::SplitClip { clip, at, new_clip } => self.split(*clip, *at, *new_clip),
            Edit::RippleDelete { clip } => self.ripple_delete(*clip),
            Edit::ReplaceClips { remove, insert } => self.replace(remove, insert),
            Edit::Group { edits } => self.group(edits),
            Edit::AddTrack { .. }
            | Edit::RemoveTrack { .. }
            | Edit::SetTrack { .. }
            | Edit::MoveTrack { .. } => self.edit_track(edit),
            _ => self.edit_clip(edit),
        }
    }

    fn edit_track(&mut self, edit: &Edit) -> Result<Edit, Error> {
        match edit {
            Edit::AddTrack { at, track } => {
                if self.track(track.id).is_some() {
                    return refuse(format!("track {} is there already", track.id));
                }
                let mut ids: HashSet<ClipId> = self.clips().map(|(_, clip)| clip.id).collect();
                let mut track = track.clone();
                track.gain = snap_gain(track.gain);
                for clip in &mut track.clips {
                    admit(clip)?;
                    if !ids.insert(clip.id) {
                        return refuse(format!("clip {} is there already", clip.id));
                    }
                }
                sort(&mut track);
                let id = track.id;
                place(&mut self.tracks, *at, track)?;
                Ok(Edit::RemoveTrack { track: id })
            }
            Edit::RemoveTrack { track } => {
                let at = self.track_index(*track)?;
                let track = self.tracks.remove(at);
                Ok(Edit::AddTrack { at, track })
            }
            Edit::SetTrack { track, settings } => {
                let at = self.track_index(*track)?;
                let settings = set_track(&mut self.tracks[at], settings);
                Ok(Edit::SetTrack {
                    track: *track,
                    settings,
                })
            }
            Edit::MoveTrack { track, to } => {
                let at = self.track_index(*track)?;
                let moved = self.tracks.remove(at);
                place(&mut self.tracks, *to, moved)?;
                Ok(Edit::MoveTrack {
                    track: *track,
                    to: at,
                })
            }
            other => refuse(format!("{} is no edit of a track", other.code())),
        }
    }

    fn edit_clip(&mut self, edit: &Edit) -> Result<Edit, Error> {
        match edit {
            Edit::InsertClip { track, clip } => {
                self.insert(*track, clip.clone())?;
                Ok(Edit::DeleteClip { clip: clip.id })
            }
            Edit::DeleteClip { clip } => {
                let Placed { track, clip } = self.take(*clip)?;
                Ok(Edit::InsertClip { track, clip })
            }
            Edit::MoveClip {
                clip,
                track,
                position,
            } => {
                let mut taken = self.take(*clip)?;
                let inverse = Edit::MoveClip {
                    clip: *clip,
                    track: taken.track,
                    position: taken.clip.position,
                };
                taken.clip.position = bounded(*position)?;
                self.insert(*track, taken.clip)?;
                Ok(inverse)
            }
            Edit::ShiftClips { clips, by } => self.shift(clips, *by),
            Edit::TrimClip {
                clip,
                source_in,
                source_out,
            } => {
                let (from, to) = (bounded(*source_in)?, bounded(*source_out)?);
                self.change(*clip, |found| {
                    let inverse = Edit::TrimClip {
                        clip: *clip,
                        source_in: found.source_in,
                        source_out: found.source_out,
                    };
                    found.position += from - found.source_in;
                    (found.source_in, found.source_out) = (from, to);
                    inverse
                })
            }
            Edit::SlipClip { clip, source_in } => {
                let from = bounded(*source_in)?;
                self.change(*clip, |found| {
                    let inverse = Edit::SlipClip {
                        clip: *clip,
                        source_in: found.source_in,
                    };
                    found.source_out += from - found.source_in;
                    found.source_in = from;
                    inverse
                })
            }
            Edit::SetGain { clip, gain } => self.change(*clip, |found| {
                let gain = std::mem::replace(&mut found.gain, snap_gain(*gain));
                Edit::SetGain { clip: *clip, gain }
            }),
            Edit::SetFades {
                clip,
                fade_in,
                fade_out,
            } => self.change(*clip, |found| {
                let fade_in = std::mem::replace(&mut found.fade_in, *fade_in);
                let fade_out = std::mem::replace(&mut found.fade_out, *fade_out);
                Edit::SetFades {
                    clip: *clip,
                    fade_in,
                    fade_out,
                }
            }),
            Edit::SetLabel { clip, label, mute } => self.change(*clip, |found| {
                let label = std::mem::replace(&mut found.label, label.clone());
                let mute = std::mem::replace(&mut found.mute, *mute);
                Edit::SetLabel {
                    clip: *clip,
                    label,
                    mute,
                }
            }),
            other => refuse(format!("{} is no edit of a clip", other.code())),
        }
    }

    fn split(&mut self, id: ClipId, at: Samples, new_clip: ClipId) -> Result<Edit, Error> {
        let at = bounded(at)?;
        let whole = self.take(id)?;
        let clip = &whole.clip;
        if at <= clip.position || at >= clip.end() {
            return refuse("a clip is split inside, not at its edges or beyond");
        }
        let (left_length, right_length) = (at - clip.position, clip.end() - at);
        let cut = clip.source_in + left_length;
        // Both keep both fades, each seen from its own edges: together they sound as one did.
        let left = Clip {
            source_out: cut,
            fade_out: clip.fade_out.cut(right_length),
            ..clip.clone()
        };
        let right = Clip {
            id: new_clip,
            source_in: cut,
            position: at,
            fade_in: clip.fade_in.cut(left_length),
            ..clip.clone()
        };
        self.insert(whole.track, left)?;
        self.insert(whole.track, right)?;
        Ok(Edit::ReplaceClips {
            remove: vec![id, new_clip],
            insert: vec![whole],
        })
    }

    fn ripple_delete(&mut self, id: ClipId) -> Result<Edit, Error> {
        let Placed { track, clip } = self.take(id)?;
        let at = self.track_index(track)?;
        let from = self.tracks[at]
            .clips
            .partition_point(|other| other.position < clip.end());
        let clips: Vec<ClipId> = self.tracks[at].clips[from..]
            .iter()
            .map(|other| other.id)
            .collect();
        let back = self.shift(&clips, -clip.length())?;
        Ok(Edit::Group {
            edits: vec![back, Edit::InsertClip { track, clip }],
        })
    }

    fn shift(&mut self, clips: &[ClipId], by: Samples) -> Result<Edit, Error> {
        at_most("clips to move", clips.len(), CLIPS_MAX)?;
        let by = bounded(by)?;
        let wanted: HashSet<ClipId> = clips.iter().copied().collect();
        let mut moved = 0;
        for track in &mut self.tracks {
            for clip in track
                .clips
                .iter_mut()
                .filter(|clip| wanted.contains(&clip.id))
            {
                clip.position = bounded(clip.position + by)?;
                moved += 1;
            }
            sort(track);
        }
        if moved != clips.len() {
            return refuse("a clip to move is not there, or is named twice");
        }
        Ok(Edit::ShiftClips {
            clips: clips.to_vec(),
            by: -by,
        })
    }

    fn replace(&mut self, remove: &[ClipId], insert: &[Placed]) -> Result<Edit, Error> {
        at_most("clips to remove", remove.len(), CLIPS_MAX)?;
        at_most("clips to lay", insert.len(), CLIPS_MAX)?;
        let wanted: HashSet<ClipId> = remove.iter().copied().collect();
        let mut removed = Vec::with_capacity(remove.len());
        for track in &mut self.tracks {
            let taken = track.clips.extract_if(.., |clip| wanted.contains(&clip.id));
            let id = track.id;
            removed.extend(taken.map(|clip| Placed { track: id, clip }));
        }
        if removed.len() != remove.len() {
            return refuse("a clip to remove is not there, or is named twice");
        }
        let mut ids: HashSet<ClipId> = self.clips().map(|(_, clip)| clip.id).collect();
        for placed in insert {
            if !ids.insert(placed.clip.id) {
                return refuse(format!("clip {} is there already", placed.clip.id));
            }
            let at = self.track_index(placed.track)?;
            let mut clip = placed.clip.clone();
            admit(&mut clip)?;
            self.tracks[at].clips.push(clip);
        }
        self.tracks.iter_mut().for_each(sort);
        Ok(Edit::ReplaceClips {
            remove: insert.iter().map(|placed| placed.clip.id).collect(),
            insert: removed,
        })
    }

    fn group(&mut self, edits: &[Edit]) -> Result<Edit, Error> {
        at_most("edits in a group", edits.len(), GROUP_EDITS_MAX)?;
        let mut inverses = Vec::with_capacity(edits.len());
        for edit in edits {
            if matches!(edit, Edit::Group { .. }) {
                return refuse("a group within a group");
            }
            match self.edit(edit)? {
                // The inverse of a ripple is a group itself: groups stay flat.
                Edit::Group { edits } => inverses.extend(edits.into_iter().rev()),
                inverse => inverses.push(inverse),
            }
        }
        inverses.reverse();
        Ok(Edit::Group { edits: inverses })
    }

    fn track_index(&self, id: TrackId) -> Result<usize, Error> {
        position(&self.tracks, "track", |track| track.id == id)
    }

    fn take(&mut self, id: ClipId) -> Result<Placed, Error> {
        for track in &mut self.tracks {
            if let Some(at) = track.clips.iter().position(|clip| clip.id == id) {
                return Ok(Placed {
                    track: track.id,
                    clip: track.clips.remove(at),
                });
            }
        }
        refuse(format!("there is no clip {id}"))
    }

    fn insert(&mut self, track: TrackId, mut clip: Clip) -> Result<(), Error> {
        if self.clip(clip.id).is_some() {
            return refuse(format!("clip {} is there already", clip.id));
        }
        let at = self.track_index(track)?;
        admit(&mut clip)?;
        let clips = &mut self.tracks[at].clips;
        let at =
            clips.partition_point(|other| (other.position, other.id) < (clip.position, clip.id));
        clips.insert(at, clip);
        Ok(())
    }

    fn change(
        &mut self,
        id: ClipId,
        change: impl FnOnce(&mut Clip) -> Edit,
    ) -> Result<Edit, Error> {
        let Placed { track, mut clip } = self.take(id)?;
        let inverse = change(&mut clip);
        self.insert(track, clip)?;
        Ok(inverse)
    }
}

fn set_track(track: &mut Track, settings: &TrackSettings) -> TrackSettings {
    TrackSettings {
        name: std::mem::replace(&mut track.name, settings.name.clone()),
        kind: std::mem::replace(&mut track.kind, settings.kind),
        gain: std::mem::replace(&mut track.gain, snap_gain(settings.gain)),
        mute: std::mem::replace(&mut track.mute, settings.mute),
        solo: std::mem::replace(&mut track.solo, settings.solo),
    }
}

/// Brings a clip to the form in which programmes hold it, and refuses numbers with which later edits
/// of the same group could not be counted.
fn admit(clip: &mut Clip) -> Result<(), Error> {
    clip.gain = snap_gain(clip.gain);
    let fades = [clip.fade_in, clip.fade_out];
    for number in [clip.source_in, clip.source_out, clip.position]
        .into_iter()
        .chain(
            fades
                .into_iter()
                .flat_map(|fade| [fade.length, fade.offset]),
        )
    {
        bounded(number)?;
    }
    Ok(())
}

fn sort(track: &mut Track) {
    track
        .clips
        .sort_unstable_by_key(|clip| (clip.position, clip.id));
}

fn place<T>(list: &mut Vec<T>, at: usize, item: T) -> Result<(), Error> {
    if at > list.len() {
        return refuse(format!("place {at} in a list of {}", list.len()));
    }
    list.insert(at, item);
    Ok(())
}

fn position<T>(list: &[T], what: &str, is: impl FnMut(&T) -> bool) -> Result<usize, Error> {
    match list.iter().position(is) {
        Some(at) => Ok(at),
        None => refuse(format!("there is no such {what}")),
    }
}

#[cfg(test)]
mod tests;
