//! What is to be sent, where to, and how far that is. Values only.

use package::Reason;
use units::Digest;

use crate::{Destination, Failure, Lie, Proof, ReceiptFault};

/// The package as the wire knows it. Its digest is its name: two parcels with one digest are one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parcel {
    /// SHA-256 of the serialised package; identity and idempotency key.
    pub digest: Digest,
    /// Length in bytes.
    pub bytes: u64,
    /// File name, for people at the other side; no key.
    pub name: String,
}

/// What decides which of several jobs goes first. Later variants go first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Priority {
    /// Thông thường.
    #[default]
    Normal,
    /// Ưu tiên.
    Urgent,
    /// Khẩn cấp: overtakes what is being sent.
    Emergency,
}

/// One job per package and destination.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobKey {
    /// The package.
    pub digest: Digest,
    /// [`Destination::uploads`].
    pub destination: String,
}

/// A package on its way, as it is stored after each step that matters.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    /// What is sent.
    pub parcel: Parcel,
    /// Where to.
    pub destination: Destination,
    /// Order in a queue.
    pub priority: Priority,
    /// When the job was made, in Unix milliseconds; within a priority, first come, first served.
    pub created_ms: u64,
    /// Where it stands.
    pub state: State,
    /// Where the server keeps the upload; stored before the first byte goes there.
    pub upload: Option<String>,
    /// End of the furthest piece ever begun. Stored before the piece is sent, so that an offset
    /// beyond it is known for a lie even after a restart.
    pub reach: u64,
    /// How often sending was begun: once, and once more after each interruption.
    pub attempts: u32,
    /// Whole uploads in a row that arrived as something else than the package.
    pub altered: u32,
}

/// Where a job stands.
#[derive(Clone, Debug, PartialEq)]
pub enum State {
    /// Its turn has not come, or its bytes have not been checked yet.
    Queued,
    /// The bytes at hand are sealed and have the right digest; the other side knows nothing yet.
    Sealed,
    /// The server has acknowledged the first `offset` bytes.
    Sending {
        /// Bytes acknowledged.
        offset: u64,
    },
    /// The server has acknowledged all bytes. It has proved nothing.
    Sent,
    /// A signed receipt for this digest was verified. Only this is "delivered".
    Receipted(Proof),
    /// The other side looked at the package and will not have it.
    Refused {
        /// Why, at least one.
        reasons: Vec<Reason>,
    },
    /// Nothing is going on until then.
    Waiting {
        /// Why.
        reason: WaitReason,
        /// Unix milliseconds at which it goes on; `None`: when somebody says so.
        until_ms: Option<u64>,
        /// Bytes acknowledged so far.
        offset: u64,
    },
}

/// Why a job waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WaitReason {
    /// Somebody paused it.
    Paused,
    /// Something failed; it is tried again.
    Failure(Failure),
    /// What came as a receipt is none for this package.
    ReceiptRejected(ReceiptFault),
}

impl WaitReason {
    /// The words of all of them.
    #[must_use]
    pub fn codes() -> Vec<&'static str> {
        let faults = ReceiptFault::ALL.map(ReceiptFault::code);
        let lies = Lie::ALL.map(Lie::code);
        ["paused"]
            .into_iter()
            .chain(Failure::CODES)
            .chain(lies)
            .chain(faults)
            .collect()
    }

    /// A stable word for it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Paused => "paused",
            Self::Failure(failure) => failure.code(),
            Self::ReceiptRejected(fault) => fault.code(),
        }
    }
}

impl Job {
    /// A job for `parcel`, not begun.
    #[must_use]
    pub fn new(parcel: Parcel, destination: Destination, created_ms: u64) -> Self {
        Self {
            parcel,
            destination,
            priority: Priority::default(),
            created_ms,
            state: State::Queued,
            upload: None,
            reach: 0,
            attempts: 0,
            altered: 0,
        }
    }

    /// The job as somebody wants it to go on now: a refused one as if it had never been sent, one
    /// that waits from where it was. What was delivered stays.
    #[must_use]
    pub fn again(self) -> Self {
        let state = match self.state {
            State::Refused { .. } => {
                return Self {
                    state: State::Queued,
                    upload: None,
                    reach: 0,
                    altered: 0,
                    ..self
                };
            }
            State::Waiting { .. } if self.upload.is_none() => State::Queued,
            State::Waiting { offset, .. } => State::Sending { offset },
            state => state,
        };
        Self {
            state,
            altered: 0,
            ..self
        }
    }

    /// Whether it waits because of `failure`.
    #[must_use]
    pub fn waits_for(&self, failure: &Failure) -> bool {
        matches!(&self.state, State::Waiting { reason: WaitReason::Failure(why), .. } if why == failure)
    }

    /// What tells this job from all others.
    #[must_use]
    pub fn key(&self) -> JobKey {
        JobKey {
            digest: self.parcel.digest,
            destination: self.destination.uploads.clone(),
        }
    }

    /// Bytes acknowledged by the server.
    #[must_use]
    pub fn offset(&self) -> u64 {
        match &self.state {
            State::Queued | State::Sealed | State::Refused { .. } => 0,
            State::Sending { offset } | State::Waiting { offset, .. } => *offset,
            State::Sent | State::Receipted(_) => self.parcel.bytes,
        }
    }

    /// Whether nothing more will happen by itself: receipted, refused, or sent to a server that
    /// gives no receipts.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        match self.state {
            State::Receipted(_) | State::Refused { .. } => true,
            State::Sent => !self.destination.gives_receipts(),
            _ => false,
        }
    }
}

impl State {
    /// The word for it, as `loa send --json` and the job files write it.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sealed => "sealed",
            Self::Sending { .. } => "sending",
            Self::Sent => "sent",
            Self::Receipted(_) => "receipted",
            Self::Refused { .. } => "refused",
            Self::Waiting { .. } => "waiting",
        }
    }
}
