//! The job file: JSON, versioned, apart from the model. `fixtures/job-v1.json` must open for ever.

use package::{Reason, SignedReceipt};
use serde::{Deserialize, Serialize};
use units::Digest;

use crate::{Destination, Failure, Job, Parcel, Priority, Proof, ReceiptFault, State, WaitReason};

/// The version written. Read: this and all before.
const VERSION: u32 = 1;

/// Largest job file read: a receipt is a few hundred bytes, reasons a few thousand.
pub(crate) const FILE_MAX_BYTES: u64 = 1024 * 1024;

#[derive(Serialize, Deserialize)]
struct JobFile {
    format: String,
    version: u32,
    digest: String,
    bytes: u64,
    name: String,
    uploads: String,
    packages: Option<String>,
    key: Option<String>,
    priority: PriorityFile,
    created_ms: u64,
    upload: Option<String>,
    reach: u64,
    attempts: u32,
    /// Not in the first files of version 1.
    #[serde(default, skip_serializing_if = "is_none")]
    altered: u32,
    state: StateFile,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum PriorityFile {
    Normal,
    Urgent,
    Emergency,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
enum StateFile {
    Queued,
    Sealed,
    Sending {
        offset: u64,
    },
    Sent,
    Receipted {
        receipt: String,
    },
    Refused {
        reasons: Vec<ReasonFile>,
    },
    Waiting {
        code: String,
        detail: String,
        until_ms: Option<u64>,
        offset: u64,
    },
}

#[derive(Serialize, Deserialize)]
struct ReasonFile {
    code: String,
    path: String,
    detail: String,
}

const FORMAT: &str = "loa-delivery-job";

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_none(count: &u32) -> bool {
    *count == 0
}

/// The text of a job file.
pub(crate) fn write(job: &Job) -> Result<Vec<u8>, String> {
    let file = JobFile {
        format: FORMAT.to_owned(),
        version: VERSION,
        digest: job.parcel.digest.to_string(),
        bytes: job.parcel.bytes,
        name: job.parcel.name.clone(),
        uploads: job.destination.uploads.clone(),
        packages: job.destination.packages.clone(),
        key: job.destination.key.clone(),
        priority: match job.priority {
            Priority::Normal => PriorityFile::Normal,
            Priority::Urgent => PriorityFile::Urgent,
            Priority::Emergency => PriorityFile::Emergency,
        },
        created_ms: job.created_ms,
        upload: job.upload.clone(),
        reach: job.reach,
        attempts: job.attempts,
        altered: job.altered,
        state: state_out(&job.state),
    };
    let mut text = serde_json::to_vec_pretty(&file).map_err(|error| error.to_string())?;
    text.push(b'\n');
    Ok(text)
}

fn state_out(state: &State) -> StateFile {
    match state {
        State::Queued => StateFile::Queued,
        State::Sealed => StateFile::Sealed,
        State::Sending { offset } => StateFile::Sending { offset: *offset },
        State::Sent => StateFile::Sent,
        State::Receipted(proof) => StateFile::Receipted {
            receipt: proof.receipt().to_json(),
        },
        State::Refused { reasons } => StateFile::Refused {
            reasons: reasons
                .iter()
                .map(|reason| ReasonFile {
                    code: reason.code.clone(),
                    path: reason.path.clone(),
                    detail: reason.detail.clone(),
                })
                .collect(),
        },
        State::Waiting {
            reason,
            until_ms,
            offset,
        } => StateFile::Waiting {
            code: reason.code().to_owned(),
            detail: match reason {
                WaitReason::Failure(failure) => failure.detail(),
                WaitReason::Paused | WaitReason::ReceiptRejected(_) => String::new(),
            },
            until_ms: *until_ms,
            offset: *offset,
        },
    }
}

/// Reads a job file.
pub(crate) fn read(text: &[u8]) -> Result<Job, String> {
    let file: JobFile = serde_json::from_slice(text).map_err(|error| error.to_string())?;
    if file.format != FORMAT || file.version == 0 || file.version > VERSION {
        return Err(format!("format {} version {}", file.format, file.version));
    }
    let digest: Digest = file.digest.parse().map_err(|_| "digest".to_owned())?;
    let job = Job {
        parcel: Parcel {
            digest,
            bytes: file.bytes,
            name: file.name,
        },
        destination: Destination {
            uploads: file.uploads,
            packages: file.packages,
            key: file.key,
        },
        priority: match file.priority {
            PriorityFile::Normal => Priority::Normal,
            PriorityFile::Urgent => Priority::Urgent,
            PriorityFile::Emergency => Priority::Emergency,
        },
        created_ms: file.created_ms,
        state: state_in(file.state, digest)?,
        upload: file.upload,
        reach: file.reach,
        attempts: file.attempts,
        altered: file.altered,
    };
    if job.offset() > job.parcel.bytes || job.reach > job.parcel.bytes {
        return Err("an offset beyond the end".to_owned());
    }
    Ok(job)
}

fn state_in(state: StateFile, digest: Digest) -> Result<State, String> {
    Ok(match state {
        StateFile::Queued => State::Queued,
        StateFile::Sealed => State::Sealed,
        StateFile::Sending { offset } => State::Sending { offset },
        StateFile::Sent => State::Sent,
        StateFile::Receipted { receipt } => {
            let signed =
                SignedReceipt::from_json(receipt.as_bytes()).map_err(|error| error.to_string())?;
            if signed.receipt.digest != digest {
                return Err("a receipt for another package".to_owned());
            }
            State::Receipted(Proof::stored(signed))
        }
        StateFile::Refused { reasons } => State::Refused {
            reasons: reasons
                .into_iter()
                .map(|reason| Reason {
                    code: reason.code,
                    path: reason.path,
                    detail: reason.detail,
                })
                .collect(),
        },
        StateFile::Waiting {
            code,
            detail,
            until_ms,
            offset,
        } => State::Waiting {
            reason: reason_in(&code, &detail),
            until_ms,
            offset,
        },
    })
}

fn reason_in(code: &str, detail: &str) -> WaitReason {
    if code == "paused" {
        return WaitReason::Paused;
    }
    ReceiptFault::ALL
        .into_iter()
        .find(|fault| fault.code() == code)
        .map_or_else(
            || WaitReason::Failure(Failure::from_code(code, detail)),
            WaitReason::ReceiptRejected,
        )
}

#[cfg(test)]
mod tests;
