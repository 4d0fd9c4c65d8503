//! Decides what happens next on the way of one package. Pure: no line, no disk, no clock, no dice of
//! its own; the same events at the same times with the same dice give the same effects.
//!
//! The rules it keeps, each with a test (`machine/tests.rs`):
//!
//! 1. A new upload is created only where no address is known: at the start, or after the server said
//!    404/410 for the old one *and*, where it can be asked, that it does not hold the digest either,
//!    or after what arrived there is known to be something else. 409, 423, 460, 5xx, a reset or a
//!    time-out never lead there: the answer to doubt is HEAD.
//! 2. The address, and how far a piece will reach, are stored before the piece's first byte goes out.
//! 3. "Delivered" needs a [`Proof`] for this digest.
//! 4. Before anything is created, and whenever an upload is gone: "do you hold digest X?"
//! 5. An offset that cannot be true is not used. More than we sent may well be true: somebody else
//!    sends the same package, and the server joined us to that upload. Where receipts are given, the
//!    receipt is asked for first, then we go on from there, for it proves the whole at the end. Where
//!    none are, nobody vouches for foreign bytes, and an upload of our own is begun.
//! 6. Between a failure and the next try lies a wait, save for that one question.
//! 7. A refusal is about bytes. It ends a job only after all of ours arrived: an older one is no
//!    answer to what is sent now.
//! 8. What arrived as something else is sent again: after our own copy was read again, as an upload
//!    that nobody is joined to, and [`ALTERED_MAX`] times in a row. Then a person has to look.

use package::Reason;

use crate::backoff::Backoff;
use crate::{Failure, Job, Pace, Proof, ReceiptFault};

/// Whole uploads in a row that arrive as something else before it is left to a person: once is a bit
/// that flipped, three times is a machine or a line that needs mending.
pub const ALTERED_MAX: u32 = 3;

mod rules;

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// Begin, or go on after a restart or a pause.
    Start,
    /// The wait is over.
    TimeUp,
    /// Asked, the other side showed a receipt, and it was verified.
    Accepted(Proof),
    /// Asked, the other side says it will not have the package.
    Refused(Vec<Reason>),
    /// Asked, the other side refuses bytes that are not ours: something else arrived.
    Altered,
    /// Asked, the other side showed something that is no receipt for this package.
    Rejected(ReceiptFault),
    /// Asked, the other side holds the bytes and is still looking at them.
    Pending {
        /// What `Retry-After` asked for, in milliseconds.
        retry_after_ms: Option<u64>,
    },
    /// Asked, the other side does not hold the package.
    Unknown,
    /// Read again, the package at hand is still what was sealed. Where it is not, that is
    /// [`Failure::Changed`].
    Weighed,
    /// An upload was created.
    Created {
        /// Its address.
        address: String,
        /// What the server already has of it: more than 0 where it joined us to an older upload.
        offset: u64,
    },
    /// HEAD was answered.
    Found {
        /// Bytes the server has.
        offset: u64,
        /// The length it expects, where it says so.
        bytes: Option<u64>,
    },
    /// A piece was acknowledged.
    Stored {
        /// The new offset.
        offset: u64,
    },
    /// The request under way failed.
    Failed(Failure),
    /// Somebody wants it to stop for now.
    Pause,
}

/// What is to be done, in this order. Where one cannot be done, those after it must not be.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Store [`Machine::job`] so that it survives a power cut.
    Save,
    /// Ask whether the other side holds the digest.
    Ask,
    /// Read the package at hand again and compare its digest.
    Weigh,
    /// Create an upload.
    Create {
        /// Whether to keep the digest to ourselves, so that nobody else is joined to it, nor we to
        /// what somebody else began.
        alone: bool,
    },
    /// HEAD.
    Find {
        /// The upload.
        address: String,
    },
    /// PATCH: send some or all of `bytes` bytes from `offset`.
    Put {
        /// The upload.
        address: String,
        /// From where.
        offset: u64,
        /// At most how many.
        bytes: u64,
    },
    /// Do nothing until then, in Unix milliseconds.
    Wait {
        /// Until when.
        until_ms: u64,
    },
    /// Nothing more to do.
    Done,
}

/// An event nobody had asked for. A defect of the driver, never of the other side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an answer came that nobody had asked for")]
pub struct OutOfTurn;

/// What is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    Idle,
    Asking,
    Weighing,
    Creating,
    Finding,
    Putting { from: u64, to: u64, began_ms: u64 },
    Waiting { then: Then },
    Over,
}

/// What follows a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    /// Find out where things stand.
    Resume,
    /// Ask again for the receipt being made.
    Ask,
    /// All was sent, yet the other side does not hold it: look whether the upload is still there.
    Find,
}

/// One job and what is known about its line.
#[derive(Clone, Debug)]
pub struct Machine {
    job: Job,
    backoff: Backoff,
    pace: Pace,
    /// Questions for the receipt since the last progress.
    asked: u32,
    /// Whether, since the last wait, the receipt was asked for because the server has more than we
    /// sent. Once is enough: while another sender is at it, that is so at each look.
    asked_beyond: bool,
    /// The furthest offset ever acknowledged to us; only beyond it lies progress.
    best: u64,
    turn: Turn,
}

impl Machine {
    /// Takes a job up, new or out of the store.
    #[must_use]
    pub fn new(job: Job) -> Self {
        Self {
            best: job.offset(),
            job,
            backoff: Backoff::default(),
            pace: Pace::default(),
            asked: 0,
            asked_beyond: false,
            turn: Turn::Idle,
        }
    }

    /// The job as it stands.
    #[must_use]
    pub fn job(&self) -> &Job {
        &self.job
    }

    /// Gives the job back.
    #[must_use]
    pub fn into_job(self) -> Job {
        self.job
    }

    /// Whether it waits, so that [`Event::TimeUp`] is what comes next.
    #[must_use]
    pub fn waits(&self) -> bool {
        matches!(self.turn, Turn::Waiting { .. })
    }

    /// Failures in a row without progress.
    #[must_use]
    pub fn failures(&self) -> u32 {
        self.backoff.failures()
    }

    /// Takes in what happened at `now_ms` (Unix milliseconds) and says what to do. `dice` is uniform
    /// over all `u32`.
    ///
    /// # Errors
    /// [`OutOfTurn`] where the event answers nothing that is under way; nothing has changed then.
    pub fn step(&mut self, event: Event, now_ms: u64, dice: u32) -> Result<Vec<Effect>, OutOfTurn> {
        match (self.turn, event) {
            (Turn::Over, Event::Start | Event::Pause) => Ok(vec![Effect::Done]),
            (_, Event::Pause) => Ok(self.pause()),
            (Turn::Idle | Turn::Waiting { .. }, Event::Start) => Ok(self.start()),
            (Turn::Waiting { then }, Event::TimeUp) => Ok(self.go_on(then)),
            (Turn::Asking, Event::Accepted(proof)) => Ok(self.accepted(proof, now_ms, dice)),
            (Turn::Asking, Event::Refused(reasons)) => Ok(self.refused(reasons, now_ms, dice)),
            (Turn::Asking, Event::Altered) => Ok(self.altered(now_ms, dice)),
            (Turn::Asking, Event::Rejected(fault)) => Ok(self.rejected(fault, now_ms, dice)),
            (Turn::Asking, Event::Pending { retry_after_ms }) => {
                Ok(self.pending(retry_after_ms, now_ms, dice))
            }
            (Turn::Asking, Event::Unknown) => Ok(self.unknown(now_ms, dice)),
            (Turn::Weighing, Event::Weighed) => Ok(self.create_alone()),
            (Turn::Creating, Event::Created { address, offset }) => {
                Ok(self.created(address, offset, now_ms, dice))
            }
            (Turn::Finding, Event::Found { offset, bytes }) => {
                Ok(self.found(offset, bytes, now_ms, dice))
            }
            (Turn::Putting { from, to, began_ms }, Event::Stored { offset }) => {
                Ok(self.stored(offset, from..to, began_ms, now_ms, dice))
            }
            (
                Turn::Asking
                | Turn::Weighing
                | Turn::Creating
                | Turn::Finding
                | Turn::Putting { .. },
                Event::Failed(failure),
            ) => Ok(self.failed(failure, now_ms, dice)),
            _ => Err(OutOfTurn),
        }
    }
}

#[cfg(test)]
mod tests;
