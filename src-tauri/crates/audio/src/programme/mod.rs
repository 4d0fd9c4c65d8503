//! The programme: immutable sources cut into clips on tracks, as a value, and the edits of it.
//!
//! A programme never changes: [`Programme::apply`] gives the next one and the edit that leads back.
//! Undo is a list of edits; who keeps the list is `studio`'s affair. Positions and lengths are whole
//! samples at 48 kHz, gains whole thousandths of a decibel, so that a programme read back from its
//! file equals the one written, to the last bit.
//!
//! Rules of the model:
//! - Clips of a track stand sorted by position, then by id: equal programmes compare equal however
//!   they came about.
//! - Clips on one track may overlap; where they do, they are summed. With an equal-power fade out
//!   under an equal-power fade in that is a cross-fade.
//! - A clip lies wholly inside its source. A source that is not there any more stays in the programme
//!   with its digest, name and length until it is relinked.
//!
//! Not here: sound (`mix`), files on disk, making ids. Room is left for: items of a rundown (a list
//! beside `tracks` that names the clips it owns) and gain points (a list in [`Clip`]).

mod apply;
mod edit;
mod file;
mod model;
#[cfg(test)]
pub(crate) mod random;
#[cfg(test)]
pub(crate) mod samples;
mod validate;

pub use edit::{Edit, Placed, TrackSettings};
pub use file::{FILE_BYTES_MAX, edit_from_json, edit_to_json, from_json, to_json};
pub use model::{
    Clip, ClipId, Fade, FadeShape, Media, Programme, Track, TrackId, TrackKind, snap_gain,
};
pub use validate::{
    CLIPS_MAX, GAIN_DB_MAX, GAIN_DB_MIN, GROUP_EDITS_MAX, LENGTH_MAX, MEDIA_MAX, TEXT_BYTES_MAX,
    TRACKS_MAX,
};
