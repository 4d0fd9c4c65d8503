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
use crate::{Failure, Job, Lie, Pace, Proof, ReceiptFault, State, WaitReason};

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

    fn start(&mut self) -> Vec<Effect> {
        if self.job.is_settled() {
            return self.over();
        }
        self.job.attempts = self.job.attempts.saturating_add(1);
        self.job.state = self.resumed();
        self.doubt()
    }

    fn go_on(&mut self, then: Then) -> Vec<Effect> {
        if matches!(self.job.state, State::Waiting { .. }) {
            self.job.attempts = self.job.attempts.saturating_add(1);
            self.job.state = self.resumed();
        }
        match (then, &self.job.upload) {
            (Then::Ask, _) => self.ask(),
            (Then::Find, Some(_)) => self.find(),
            (Then::Find, None) | (Then::Resume, _) => self.doubt(),
        }
    }

    /// The state a job that had stopped goes on from.
    fn resumed(&self) -> State {
        let offset = self.job.offset();
        match (&self.job.upload, &self.job.state) {
            (_, State::Sent) => State::Sent,
            (None, _) => State::Sealed,
            (Some(_), State::Waiting { .. }) if offset == self.job.parcel.bytes => State::Sent,
            (Some(_), _) => State::Sending { offset },
        }
    }

    /// Rule 1 and 4: where things stand is found out by asking, in this order.
    fn doubt(&mut self) -> Vec<Effect> {
        let sent = matches!(self.job.state, State::Sent);
        if self.job.upload.is_some() && !sent {
            self.find()
        } else if self.job.destination.gives_receipts() {
            self.ask()
        } else {
            self.create()
        }
    }

    fn ask(&mut self) -> Vec<Effect> {
        self.turn = Turn::Asking;
        vec![Effect::Ask]
    }

    fn create(&mut self) -> Vec<Effect> {
        self.job.state = State::Sealed;
        self.job.reach = 0;
        self.best = 0;
        self.turn = Turn::Creating;
        vec![Effect::Save, Effect::Create]
    }

    fn find(&mut self) -> Vec<Effect> {
        match self.job.upload.clone() {
            Some(address) => {
                self.turn = Turn::Finding;
                vec![Effect::Find { address }]
            }
            None => self.ask_or_create(),
        }
    }

    fn ask_or_create(&mut self) -> Vec<Effect> {
        if self.job.destination.gives_receipts() {
            self.ask()
        } else {
            self.create()
        }
    }

    fn accepted(&mut self, proof: Proof, now_ms: u64, dice: u32) -> Vec<Effect> {
        if proof.digest() != self.job.parcel.digest {
            return self.rejected(ReceiptFault::OtherPackage, now_ms, dice);
        }
        self.job.state = State::Receipted(proof);
        self.settle()
    }

    fn refused(&mut self, reasons: Vec<Reason>) -> Vec<Effect> {
        self.job.state = State::Refused { reasons };
        self.job.upload = None;
        self.settle()
    }

    fn rejected(&mut self, fault: ReceiptFault, now_ms: u64, dice: u32) -> Vec<Effect> {
        let wait_ms = self.backoff.failed(dice, None);
        self.wait(WaitReason::ReceiptRejected(fault), now_ms, wait_ms)
    }

    fn unknown(&mut self, now_ms: u64, dice: u32) -> Vec<Effect> {
        match (&self.job.state, &self.job.upload) {
            // The receiver may simply not have got round to it.
            (State::Sent, Some(_)) => self.poll(Then::Find, now_ms, dice, None),
            // It had the bytes and has thrown them away.
            (State::Sent, None) => {
                self.job.state = State::Sealed;
                self.retry(Failure::Gone, now_ms, dice)
            }
            (_, Some(_)) => self.find(),
            (_, None) => self.create(),
        }
    }

    fn created(&mut self, address: String, offset: u64, now_ms: u64, dice: u32) -> Vec<Effect> {
        // Only a receiver whose receipt will be checked may say that it has part of it already.
        let joined = offset == 0 || self.job.destination.gives_receipts();
        if offset > self.job.parcel.bytes || !joined {
            return self.retry(Failure::Lie(Lie::OffsetBeyond), now_ms, dice);
        }
        self.job.upload = Some(address);
        self.job.reach = offset;
        self.forward(offset, now_ms)
    }

    fn found(&mut self, offset: u64, bytes: Option<u64>, now_ms: u64, dice: u32) -> Vec<Effect> {
        if bytes.is_some_and(|bytes| bytes != self.job.parcel.bytes) {
            return self.retry(Failure::Lie(Lie::OtherLength), now_ms, dice);
        }
        if offset > self.job.reach {
            return self.retry(Failure::Lie(Lie::OffsetBeyond), now_ms, dice);
        }
        self.forward(offset, now_ms)
    }

    fn stored(
        &mut self,
        offset: u64,
        piece: std::ops::Range<u64>,
        began_ms: u64,
        now_ms: u64,
        dice: u32,
    ) -> Vec<Effect> {
        if offset <= piece.start {
            return self.retry(Failure::Lie(Lie::OffsetBehind), now_ms, dice);
        }
        if offset > piece.end {
            return self.retry(Failure::Lie(Lie::OffsetBeyond), now_ms, dice);
        }
        let took_ms = now_ms.saturating_sub(began_ms);
        self.pace.went_through(offset - piece.start, took_ms);
        self.forward(offset, now_ms)
    }

    /// The server has `offset` bytes: send the next piece, or all is sent.
    fn forward(&mut self, offset: u64, now_ms: u64) -> Vec<Effect> {
        if offset > self.best {
            self.best = offset;
            self.backoff.progressed();
        }
        if offset == self.job.parcel.bytes {
            let again = matches!(self.job.state, State::Sent);
            self.job.state = State::Sent;
            if !self.job.destination.gives_receipts() {
                return self.settle();
            }
            if !again {
                self.asked = 0;
            }
            self.turn = Turn::Asking;
            return vec![Effect::Save, Effect::Ask];
        }
        let Some(address) = self.job.upload.clone() else {
            return self.ask_or_create();
        };
        let bytes = self.pace.piece_bytes().min(self.job.parcel.bytes - offset);
        let to = offset + bytes;
        self.job.state = State::Sending { offset };
        self.job.reach = self.job.reach.max(to);
        self.turn = Turn::Putting {
            from: offset,
            to,
            began_ms: now_ms,
        };
        let put = Effect::Put {
            address,
            offset,
            bytes,
        };
        vec![Effect::Save, put]
    }

    fn failed(&mut self, failure: Failure, now_ms: u64, dice: u32) -> Vec<Effect> {
        if matches!(self.turn, Turn::Putting { .. }) {
            self.pace.broke();
        }
        match (&failure, self.turn) {
            // Said of the announced length. Said of a piece, it is some proxy's limit: hence smaller
            // pieces and another try.
            (Failure::TooLarge { bytes_max }, Turn::Creating) => {
                let detail = bytes_max.map_or_else(String::new, |max| format!("{max} bytes"));
                self.refused(vec![Reason {
                    code: "too-large".to_owned(),
                    path: String::new(),
                    detail,
                }])
            }
            (Failure::Gone, Turn::Finding | Turn::Putting { .. }) => {
                self.job.upload = None;
                self.job.state = State::Sealed;
                let first = self.backoff.failures() == 0;
                if first && self.job.destination.gives_receipts() {
                    let _wait_ms = self.backoff.failed(dice, None);
                    return self.ask();
                }
                self.retry(failure, now_ms, dice)
            }
            _ => self.retry(failure, now_ms, dice),
        }
    }

    fn retry(&mut self, failure: Failure, now_ms: u64, dice: u32) -> Vec<Effect> {
        let asked_ms = match failure {
            Failure::Busy { retry_after_ms, .. } => retry_after_ms,
            _ => None,
        };
        let wait_ms = self.backoff.failed(dice, asked_ms);
        self.wait(WaitReason::Failure(failure), now_ms, wait_ms)
    }

    fn wait(&mut self, reason: WaitReason, now_ms: u64, wait_ms: u64) -> Vec<Effect> {
        let until_ms = now_ms.saturating_add(wait_ms);
        self.job.state = State::Waiting {
            reason,
            until_ms: Some(until_ms),
            offset: self.job.offset(),
        };
        self.turn = Turn::Waiting { then: Then::Resume };
        vec![Effect::Save, Effect::Wait { until_ms }]
    }

    /// Waits for the receipt, still [`State::Sent`].
    fn poll(&mut self, then: Then, now_ms: u64, dice: u32, asked_ms: Option<u64>) -> Vec<Effect> {
        let wait_ms = Backoff::poll(self.asked, dice, asked_ms);
        self.asked = self.asked.saturating_add(1);
        self.turn = Turn::Waiting { then };
        let until_ms = now_ms.saturating_add(wait_ms);
        vec![Effect::Save, Effect::Wait { until_ms }]
    }

    fn pause(&mut self) -> Vec<Effect> {
        if self.job.is_settled() {
            return self.over();
        }
        self.job.state = State::Waiting {
            reason: WaitReason::Paused,
            until_ms: None,
            offset: self.job.offset(),
        };
        self.turn = Turn::Idle;
        vec![Effect::Save, Effect::Done]
    }

    fn settle(&mut self) -> Vec<Effect> {
        self.turn = Turn::Over;
        vec![Effect::Save, Effect::Done]
    }

    fn over(&mut self) -> Vec<Effect> {
        self.turn = Turn::Over;
        vec![Effect::Done]
    }
}

#[cfg(test)]
mod tests;
