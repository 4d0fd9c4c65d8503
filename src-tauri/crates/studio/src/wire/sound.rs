//! Devices, transport, meters and recording.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Problem;

/// A microphone or loudspeaker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Device {
    /// Stable name to choose it by.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Whether the system takes it by default.
    pub is_default: bool,
}

/// What is connected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Devices {
    /// Microphones.
    pub inputs: Vec<Device>,
    /// Loudspeakers.
    pub outputs: Vec<Device>,
}

/// What the transport plays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Heard {
    /// A programme, as it would be exported.
    Programme {
        /// The document.
        document: String,
    },
    /// A stored sound: a source, a take, a rendered file.
    Sound {
        /// Its digest.
        digest: String,
    },
}

/// State of playback.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Transport {
    /// What is loaded.
    pub heard: Option<Heard>,
    /// Whether it runs.
    pub playing: bool,
    /// Where it is, in samples.
    pub position: i64,
    /// Length, in samples.
    pub length: i64,
    /// Times the loudspeaker was starved.
    pub xruns: u64,
    /// Why it stopped before its end, if it did.
    pub problem: Option<Problem>,
}

/// State of recording.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Recording {
    /// The programme the take is meant for.
    pub document: Option<String>,
    /// Device name.
    pub device: String,
    /// Seconds so far.
    pub seconds: f64,
    /// Rate of the device.
    pub sample_rate_hz: u32,
    /// Channels of the device.
    pub channels: u32,
    /// Times the device was not read fast enough.
    pub xruns: u64,
    /// Why the take ended by itself, such as `device-gone` or `disk-full`; what was recorded is kept
    /// and waits to be stopped.
    pub ended: Option<String>,
}

/// Live levels, for a bar; the newest replaces older ones.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Meter {
    /// Which stream it belongs to.
    pub source: MeterSource,
    /// Sample peak since the last meter, in dBFS; silence is `null`.
    pub peak_dbfs: Option<f64>,
    /// Momentary loudness.
    pub momentary_lufs: Option<f64>,
    /// Short-term loudness.
    pub short_term_lufs: Option<f64>,
    /// Integrated loudness since the take began, or playback last began, sought or was edited.
    pub integrated_lufs: Option<f64>,
}

/// Which stream a meter belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum MeterSource {
    /// The microphone.
    Input,
    /// The loudspeaker.
    Output,
}

/// A take that an earlier run of the program did not finish.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct RecoveredTake {
    /// File name, to ask for it by.
    pub name: String,
    /// Length in seconds.
    pub seconds: f64,
    /// When it was last written to.
    pub modified_ms: i64,
}
