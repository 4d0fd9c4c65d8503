//! Sound: decode, measure, normalise, mix and encode; the programme and its edits.
//!
//! Pure: no files, devices, clock or threads of its own. Bytes come in through [`units::ReadAt`] and
//! go out through [`Scratch`]; long work takes a [`units::Watch`].

#![deny(unsafe_code)] // allowed only in the measured SIMD kernel, with its reason

mod error;
mod signal;

pub use error::Error;
pub use signal::{Pcm, Planar, SampleFormat, Scratch, Signal};
