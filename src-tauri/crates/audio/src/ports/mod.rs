//! What the studio asks of microphones and loudspeakers, without knowing any.
//!
//! `devices` answers with real ones; [`MemoryCapture`] and [`NullPlayback`] answer without hardware,
//! for tests and for machines that have none. Hosts hand one or the other to `studio`.
//!
//! Not here: rings, threads, drivers.

mod memory;
mod take;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use units::Samples;

pub use memory::{MakeSignal, MemoryCapture, NullPlayback, WriteFile};
pub use take::{is_take_name, pack_24};

use crate::Seekable;
use crate::bext::Bext;
use crate::loudness::LiveLevels;

/// Names a device for good: the same after unplugging and after a restart, as far as the system
/// allows. Made of the sound system and the device's own name, such as `pulseaudio:studio_null`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct DeviceId(pub String);

impl fmt::Display for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A microphone or loudspeaker.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Device {
    /// To choose it by.
    pub id: DeviceId,
    /// For people.
    pub name: String,
    /// The sound system it is reached through, such as `PulseAudio`.
    pub system: String,
    /// Whether it is taken where none is chosen.
    pub is_default: bool,
}

/// What can go wrong with a device, by what one may do about it.
#[derive(Debug, thiserror::Error)]
pub enum DeviceError {
    /// There is no such device, or it was unplugged: plug it in, or choose another.
    #[error("the device is not there (any more): {0}")]
    Gone(String),
    /// Another program holds it: close that, try again.
    #[error("the device is in use by another program: {0}")]
    Busy(String),
    /// The system does not let us: grant access in its settings.
    #[error("the system denies access to the device: {0}")]
    PermissionDenied(String),
    /// It cannot do what is needed.
    #[error("the device does not support this: {0}")]
    Unsupported(String),
    /// No sound system is running.
    #[error("no sound system answers: {0}")]
    NoSystem(String),
    /// No room is left on the disk.
    #[error("the disk is full")]
    DiskFull,
    /// The file of the take could not be written or read.
    #[error("the file of the take: {0}")]
    File(io::Error),
    /// The sound to be played could not be read.
    #[error("the sound to play: {0}")]
    Sound(crate::Error),
    /// Anything else that the sound system reports.
    #[error("the sound system reports: {0}")]
    Failed(String),
}

impl From<io::Error> for DeviceError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull,
            _ => Self::File(error),
        }
    }
}

/// Records from microphones into files.
pub trait Capture: Send + Sync {
    /// Microphones now connected. Blocks for a moment: not for the thread that draws.
    ///
    /// # Errors
    /// [`DeviceError::NoSystem`].
    fn inputs(&self) -> Result<Vec<Device>, DeviceError>;

    /// Begins a take. The file is new (one that exists is never written over) and can be played at
    /// any moment, whatever happens to the program: sizes in its header are at most a second old.
    ///
    /// # Errors
    /// Any [`DeviceError`]; then no file is left behind.
    fn record(&self, request: &RecordRequest) -> Result<Box<dyn Recording>, DeviceError>;

    /// All takes in `folder` (`*.wav`, not in folders below, no links). Those of ours, known by name
    /// ([`is_take_name`]) and mark ([`crate::wav::is_take`]), are mended by their length on disk where
    /// a crash cut them off. Files of others are never written to: they are told where they are whole.
    /// Nothing is deleted.
    ///
    /// # Errors
    /// [`DeviceError::File`] where the folder cannot be read.
    fn recover(&self, folder: &Path) -> Result<Vec<FoundTake>, DeviceError>;
}

/// What to record, and where to.
#[derive(Clone, PartialEq, Debug)]
pub struct RecordRequest {
    /// The microphone; `None` takes the system's default.
    pub device: Option<DeviceId>,
    /// The file to be made.
    pub path: PathBuf,
    /// What the file says about itself.
    pub bext: Bext,
    /// Whether the file is for its owner alone, as all that lies in a store is.
    pub private: bool,
}

/// A take under way. Dropping it ends the take as [`Recording::stop`] does.
pub trait Recording: Send {
    /// How it stands.
    fn status(&self) -> RecordStatus;

    /// Ends the take: everything recorded is in the file, and the file on the disk.
    ///
    /// # Errors
    /// [`DeviceError::DiskFull`] and [`DeviceError::File`] where closing the file failed; what was
    /// written stays. That the take ended earlier by itself is no error but told in [`Take::end`].
    fn stop(self: Box<Self>) -> Result<Take, DeviceError>;
}

/// How a take stands.
#[derive(Clone, PartialEq, Debug)]
pub struct RecordStatus {
    /// Frames in the file, at the device's rate.
    pub frames: u64,
    /// Frames per second.
    pub rate_hz: u32,
    /// Channels.
    pub channels: usize,
    /// Times sound was lost: by the device, or because the disk did not follow.
    pub xruns: u64,
    /// Levels. The sample peak is the highest since the last status.
    pub levels: Option<LiveLevels>,
    /// Set once the take ended by itself; the file is closed then.
    pub ended: Option<TakeEnd>,
}

/// A finished take.
#[derive(Clone, PartialEq, Debug)]
pub struct Take {
    /// The file.
    pub path: PathBuf,
    /// Frames in it, at the device's rate.
    pub frames: u64,
    /// Frames per second: the device's own; importing resamples.
    pub rate_hz: u32,
    /// Channels: the device's own, at most [`RECORD_CHANNELS_MAX`].
    pub channels: usize,
    /// Times sound was lost.
    pub xruns: u64,
    /// Why it ended.
    pub end: TakeEnd,
}

/// Most channels of a take; of an interface with more, the first ones are recorded.
pub const RECORD_CHANNELS_MAX: usize = 2;

/// Why a take ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TakeEnd {
    /// It was stopped.
    Stopped,
    /// The microphone was unplugged or changed its form. A new take may be begun once it is back.
    DeviceGone,
    /// The disk is full; what fitted is kept.
    DiskFull,
    /// Writing or the sound system failed.
    Failed(String),
}

/// A take found on disk.
#[derive(Clone, PartialEq, Debug)]
pub struct FoundTake {
    /// The file.
    pub path: PathBuf,
    /// What is in it, or why it cannot be opened.
    pub content: Result<FoundSound, String>,
}

/// What is in a take found on disk.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FoundSound {
    /// Frames.
    pub frames: u64,
    /// Frames per second.
    pub rate_hz: u32,
    /// Channels.
    pub channels: usize,
    /// Whether the file had been cut off and its header was mended.
    pub mended: bool,
}

/// Plays through loudspeakers.
pub trait Playback: Send + Sync {
    /// Loudspeakers now connected. Blocks for a moment.
    ///
    /// # Errors
    /// [`DeviceError::NoSystem`].
    fn outputs(&self) -> Result<Vec<Device>, DeviceError>;

    /// Makes `sound` (mono or stereo at 48 kHz) ready to play from its start; `None` takes the
    /// system's default loudspeaker.
    ///
    /// # Errors
    /// Any [`DeviceError`].
    fn open(
        &self,
        device: Option<&DeviceId>,
        sound: Box<dyn Seekable>,
    ) -> Result<Box<dyn Playing>, DeviceError>;
}

/// A sound that is played. Dropping it stops it.
pub trait Playing: Send + Sync {
    /// Goes on from where it is.
    ///
    /// # Errors
    /// [`DeviceError::Gone`] and others of the device.
    fn play(&self) -> Result<(), DeviceError>;

    /// Holds.
    ///
    /// # Errors
    /// [`DeviceError::Gone`] and others of the device.
    fn pause(&self) -> Result<(), DeviceError>;

    /// Goes on from `position`, to the sample; playing or held as before.
    fn seek(&self, position: Samples);

    /// Goes on with another sound from the same position: the programme after an edit.
    fn replace(&self, sound: Box<dyn Seekable>);

    /// How it stands.
    fn status(&self) -> PlayStatus;
}

/// How playback stands.
#[derive(Clone, PartialEq, Debug)]
pub struct PlayStatus {
    /// The next frame to be handed to the loudspeaker, in frames of the sound: counted by what was
    /// really taken, not by the clock.
    pub position: Samples,
    /// Whether it runs.
    pub playing: bool,
    /// Whether it came to the end. Seeking back clears it.
    pub ended: bool,
    /// Times the loudspeaker was starved.
    pub xruns: u64,
    /// Highest sample since the last status, for each side; ±1 is full scale.
    pub peaks: [f32; 2],
    /// Set once it can go on no more.
    pub failed: Option<String>,
}
