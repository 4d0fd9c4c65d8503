//! Sound: decode, measure, normalise, mix and encode; the programme and its edits.
//!
//! Pure: no files, devices, clock or threads of its own. Bytes come in through [`units::ReadAt`] and
//! go out through [`Scratch`]; long work takes a [`units::Watch`].

#![deny(unsafe_code)] // allowed only in the measured SIMD kernel, with its reason

pub mod bext;
mod convert;
mod decode;
pub mod encode;
mod error;
mod fold;
mod kernel;
pub mod limiter;
pub mod loudness;
pub mod mix;
pub mod normalize;
mod pcm;
pub mod peaks;
pub mod ports;
pub mod profile;
pub mod programme;
mod quantize;
mod resample;
mod signal;
#[cfg(test)]
mod signals;
pub mod wav;

pub use convert::convert;
pub use decode::{
    CHANNELS_MAX, DURATION_S_MAX, Opened, RATE_HZ_MAX, RATE_HZ_MIN, Source, StreamInfo, open,
    studio_signal,
};
pub use error::Error;
pub use fold::{Channels, fold};
pub use limiter::Limited;
pub use loudness::{Levels, LiveLevels, LiveMeter, Meter, MonoReading, measure, measure_signal};
pub use mix::{Mix, PcmSource, Seekable, Sources, StudioSource};
pub use normalize::{LIMITING_DB_MAX, Normalized, Replay, Warning, normalize, normalize_replay};
pub use peaks::Peaks;
pub use profile::{Profile, profiles_from_toml};
pub use resample::resample;
pub use signal::{Pcm, Planar, SampleFormat, Scratch, Signal};
