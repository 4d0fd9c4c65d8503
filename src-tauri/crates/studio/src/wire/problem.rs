//! Refusals and failures as data: a code the window has a sentence for, and a detail for logs.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Everything that can be told to go wrong. Each language holds one sentence per code; a code
/// without a sentence does not compile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    /// The request is not of the form the command takes.
    BadRequest,
    /// No such document, item, package, job, slide, clip…
    NotFound,
    /// The file is in no format that can be read.
    UnknownFormat,
    /// The file is damaged.
    Damaged,
    /// Beyond a stated limit.
    TooLarge,
    /// Samples that are no numbers, or far beyond full scale.
    OverScale,
    /// Silence, or too short to measure.
    Silence,
    /// The target format cannot be written like this.
    UnsupportedTarget,
    /// The edit does not fit the document.
    BadEdit,
    /// There is nothing to undo or redo.
    NothingToUndo,
    /// Nothing is selected or the document is empty.
    Empty,
    /// No microphone or loudspeaker was found.
    NoDevice,
    /// The device went away.
    DeviceGone,
    /// Another program holds the device.
    DeviceBusy,
    /// The operating system does not allow it.
    PermissionDenied,
    /// A recording is running; finish it first.
    RecordingRuns,
    /// No recording is running.
    NoRecording,
    /// The disk is full.
    DiskFull,
    /// Another process holds the store.
    StoreLocked,
    /// The store was made by a newer program.
    NewerStore,
    /// The file was made by a newer program.
    NewerFile,
    /// The store is damaged.
    StoreDamaged,
    /// A file of the program itself, such as a loudness preset, is missing, broken or cannot be read.
    ProgramFile,
    /// The index of the store cannot be made sense of: damaged, or its disk fails.
    StoreUnsound,
    /// The folder holds files that are not ours; nothing was touched.
    NotAStore,
    /// The store can only be read: a locked medium, or permissions.
    StoreReadOnly,
    /// The store lies on a drive without file locks, where it can only be read.
    NoLocks,
    /// A document is damaged on disk; it can be recovered.
    DocumentDamaged,
    /// A text does not fit its box on the board even at the smallest readable size.
    TextOverflow,
    /// The package is not valid.
    PackageInvalid,
    /// The destination's address is not an address that can be sent to.
    BadDestination,
    /// The destination cannot be reached.
    Unreachable,
    /// The destination refused the package.
    Refused,
    /// A signature is missing or wrong.
    WrongSignature,
    /// Windows for choosing files exist only on the desktop.
    NoDialog,
    /// The person closed the dialog without choosing.
    NothingChosen,
    /// Stopped on request.
    Cancelled,
    /// The medium failed while reading or writing.
    Io,
    /// A defect of this program; the work in hand is safe.
    Internal,
}

/// A refusal or failure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Problem {
    /// Which sentence to show.
    pub code: Code,
    /// What exactly happened, in English, for the curious and for logs. No secrets, no markup.
    pub detail: String,
}

impl Problem {
    /// A problem of this code.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
        }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.detail)
    }
}

impl std::error::Error for Problem {}

/// Carried through an engine as what the system said; [`From<std::io::Error>`] takes it out again.
impl From<Problem> for std::io::Error {
    fn from(problem: Problem) -> Self {
        let kind = match problem.code {
            Code::NotFound => std::io::ErrorKind::NotFound,
            Code::PermissionDenied => std::io::ErrorKind::PermissionDenied,
            Code::DiskFull => std::io::ErrorKind::StorageFull,
            _ => std::io::ErrorKind::Other,
        };
        Self::new(kind, problem)
    }
}
