//! Long work: a closed set of kinds with progress, cancel and a result.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Levels, Normalized, Problem};

/// What sort of work it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum JobKind {
    /// Takes a file in: decode, digest, peaks, levels.
    Import,
    /// Measures a programme.
    Analyse,
    /// Renders a programme to sound at a profile.
    Render,
    /// Writes files into a folder of the user's.
    Export,
    /// Puts content into the archive.
    Archive,
    /// Builds and signs a package.
    Seal,
    /// Sends a package.
    Send,
    /// Re-reads the archive against its digests.
    Audit,
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum JobState {
    /// Under way.
    Running,
    /// Finished.
    Done,
    /// Failed; `problem` says why.
    Failed,
    /// Stopped on request.
    Cancelled,
    /// The program ended before the work did; it can be asked for again.
    Interrupted,
}

/// A piece of long work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Job {
    /// Its id.
    pub id: String,
    /// What sort of work.
    pub kind: JobKind,
    /// Which document, item or file it is about, for people.
    pub title: String,
    /// The document, item or package it is about, if any.
    pub subject: Option<String>,
    /// How far.
    pub state: JobState,
    /// Done so far, 0.0 to 1.0; `null` where it is not known.
    pub fraction: Option<f64>,
    /// When it began.
    pub started_ms: i64,
    /// Why it failed.
    pub problem: Option<Problem>,
    /// What came of it.
    pub result: Option<JobResult>,
}

/// What came of a job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum JobResult {
    /// A sound was taken in and, where asked, laid on the timeline.
    Imported {
        /// Digest of the source.
        source: String,
        /// Levels of the source.
        levels: Levels,
        /// The clip it became.
        clip: Option<String>,
    },
    /// An image was taken in.
    ImageImported {
        /// Digest of the image.
        image: String,
    },
    /// A programme was measured.
    Analysed {
        /// Its levels.
        levels: Levels,
        /// Short-term loudness ten times a second, in LUFS; silence is `null`.
        short_term_lufs: Vec<Option<f32>>,
    },
    /// A programme was rendered to a profile.
    Rendered {
        /// Digest of the file made.
        output: String,
        /// Before and after.
        report: Normalized,
    },
    /// Files were written.
    Exported {
        /// Where.
        paths: Vec<String>,
    },
    /// Content went into the archive.
    Archived {
        /// The item.
        item: String,
    },
    /// A package was built.
    Sealed {
        /// The package.
        package: String,
        /// Why it was not queued for sending as asked. It lies sealed in the store all the same.
        #[serde(default)]
        unsent: Option<Problem>,
    },
    /// A package was sent as far as it goes.
    Sent {
        /// The package.
        package: String,
    },
    /// The archive was audited.
    Audited(AuditReport),
}

/// What an audit of the archive found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct AuditReport {
    /// Objects read.
    pub checked: u64,
    /// Objects whose content is what it was.
    pub intact: u64,
    /// Digests of objects that are gone.
    pub missing: Vec<String>,
    /// Digests of objects whose content changed.
    pub damaged: Vec<String>,
    /// Digests of objects that could not be read this time; they may be whole.
    #[serde(default)] // jobs remembered from older versions know nothing of it
    pub unreadable: Vec<String>,
    /// Files nobody refers to.
    pub orphans: Vec<String>,
    /// Whether the findings could not be written into the archive: its disk is full, or it can only
    /// be read.
    #[serde(default)]
    pub not_remembered: bool,
    /// Documents under work that were looked through.
    #[serde(default)]
    pub documents: u64,
    /// Those in which something is damaged.
    #[serde(default)]
    pub document_faults: Vec<DocumentFault>,
}

/// A document in which an audit found damage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DocumentFault {
    /// The document.
    pub id: String,
    /// Its title; empty where that is not known.
    pub title: String,
    /// Whether it opens all the same: nothing is missing then but perhaps its very last edit.
    pub opens: bool,
    /// What exactly, in English.
    pub detail: String,
}
