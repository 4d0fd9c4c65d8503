//! Decides what happens next on the way of one package. Pure: no line, no disk, no clock, no dice of
//! its own; the same events at the same times with the same dice give the same effects.
//!
//! The rules it keeps, each with a test (`machine/tests.rs`):
//!
//! 1. A new upload is created only where no address is known: at the start, or after the server said
//!    404/410 for the old one *and*, where it can be asked, that it does not hold the digest either.
//!    409, 423, 460, 5xx, a reset or a time-out never lead there: the answer to doubt is HEAD.
//! 2. The address, and how far a piece will reach, are stored before the piece's first byte goes out.
//! 3. "Delivered" needs a [`Proof`] for this digest.
//! 4. Before anything is created, and whenever an upload is gone: "do you hold digest X?"
//! 5. An offset that cannot be true is not used.
//! 6. Between a failure and the next try lies a wait, save for that one question.

use package::Reason;

use crate::backoff::Backoff;
use crate::{Failure, Job, Pace, Proof, ReceiptFault, State};

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
    /// Asked, the other side showed something that is no receipt for this package.
    Rejected(ReceiptFault),
    /// Asked, the other side holds the bytes and is still looking at them.
    Pending {
        /// What `Retry-After` asked for, in milliseconds.
        retry_after_ms: Option<u64>,
    },
    /// Asked, the other side does not hold the package.
    Unknown,
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
    /// Create an upload.
    Create,
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
            (Turn::Asking, Event::Refused(reasons)) => Ok(self.refused(reasons)),
            (Turn::Asking, Event::Rejected(fault)) => Ok(self.rejected(fault, now_ms, dice)),
            (Turn::Asking, Event::Pending { retry_after_ms }) => {
                self.job.state = State::Sent;
                Ok(self.poll(Then::Ask, now_ms, dice, retry_after_ms))
            }
            (Turn::Asking, Event::Unknown) => Ok(self.unknown(now_ms, dice)),
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
                Turn::Asking | Turn::Creating | Turn::Finding | Turn::Putting { .. },
                Event::Failed(failure),
            ) => Ok(self.failed(failure, now_ms, dice)),
            _ => Err(OutOfTurn),
        }
    }
}

#[cfg(test)]
mod tests;
