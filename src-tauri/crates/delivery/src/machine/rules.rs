//! What follows from each event: the moves of the machine. Which event may come when is decided in
//! [`Machine::step`]; the numbers of the rules are those of the module above.

use package::Reason;

use super::{ALTERED_MAX, Effect, Machine, Then, Turn};
use crate::backoff::Backoff;
use crate::{Failure, Lie, Proof, ReceiptFault, State, WaitReason};

impl Machine {
    pub(super) fn start(&mut self) -> Vec<Effect> {
        if self.job.is_settled() {
            return self.over();
        }
        self.job.attempts = self.job.attempts.saturating_add(1);
        self.job.state = self.resumed();
        self.doubt()
    }

    pub(super) fn go_on(&mut self, then: Then) -> Vec<Effect> {
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
    pub(super) fn resumed(&self) -> State {
        let offset = self.job.offset();
        match (&self.job.upload, &self.job.state) {
            (_, State::Sent) => State::Sent,
            (None, _) => State::Sealed,
            (Some(_), State::Waiting { .. }) if offset == self.job.parcel.bytes => State::Sent,
            (Some(_), _) => State::Sending { offset },
        }
    }

    /// Rule 1 and 4: where things stand is found out by asking, in this order.
    pub(super) fn doubt(&mut self) -> Vec<Effect> {
        let sent = matches!(self.job.state, State::Sent);
        if self.job.upload.is_some() && !sent {
            self.find()
        } else if self.job.destination.gives_receipts() {
            self.ask()
        } else {
            self.create()
        }
    }

    pub(super) fn ask(&mut self) -> Vec<Effect> {
        self.turn = Turn::Asking;
        vec![Effect::Ask]
    }

    pub(super) fn create(&mut self) -> Vec<Effect> {
        self.job.state = State::Sealed;
        self.job.reach = 0;
        self.best = 0;
        match self.job.altered {
            0 => {
                self.turn = Turn::Creating;
                vec![Effect::Save, Effect::Create { alone: false }]
            }
            1..ALTERED_MAX => {
                self.turn = Turn::Weighing;
                vec![Effect::Save, Effect::Weigh]
            }
            _ => self.hold(WaitReason::Failure(Failure::Altered)),
        }
    }

    /// Rule 8: our copy is whole, so it was changed on the way, or somebody else sent part of it.
    pub(super) fn create_alone(&mut self) -> Vec<Effect> {
        self.turn = Turn::Creating;
        vec![Effect::Create { alone: true }]
    }

    pub(super) fn find(&mut self) -> Vec<Effect> {
        match self.job.upload.clone() {
            Some(address) => {
                self.turn = Turn::Finding;
                vec![Effect::Find { address }]
            }
            None => self.ask_or_create(),
        }
    }

    pub(super) fn ask_or_create(&mut self) -> Vec<Effect> {
        if self.job.destination.gives_receipts() {
            self.ask()
        } else {
            self.create()
        }
    }

    pub(super) fn accepted(&mut self, proof: Proof, now_ms: u64, dice: u32) -> Vec<Effect> {
        if proof.digest() != self.job.parcel.digest {
            return self.rejected(ReceiptFault::OtherPackage, now_ms, dice);
        }
        self.job.state = State::Receipted(proof);
        self.job.altered = 0;
        self.settle()
    }

    /// Rule 7.
    pub(super) fn refused(&mut self, reasons: Vec<Reason>, now_ms: u64, dice: u32) -> Vec<Effect> {
        if !self.has_arrived() {
            return self.unknown(now_ms, dice);
        }
        self.settle_refused(reasons)
    }

    fn settle_refused(&mut self, reasons: Vec<Reason>) -> Vec<Effect> {
        self.job.state = State::Refused { reasons };
        self.job.upload = None;
        self.settle()
    }

    /// Whether the server has acknowledged all of an upload that it may be judging.
    fn has_arrived(&self) -> bool {
        matches!(self.job.state, State::Sent) && self.job.upload.is_some()
    }

    /// Rule 8. Said while not all of ours is there, it speaks of somebody else's upload.
    pub(super) fn altered(&mut self, now_ms: u64, dice: u32) -> Vec<Effect> {
        if !self.has_arrived() {
            return self.unknown(now_ms, dice);
        }
        self.leave_upload();
        self.retry(Failure::Altered, now_ms, dice)
    }

    /// Nothing more is expected of the upload. One that had arrived whole did not end as our package.
    fn leave_upload(&mut self) {
        if self.has_arrived() {
            self.job.altered = self.job.altered.saturating_add(1);
        }
        self.job.upload = None;
        self.job.state = State::Sealed;
    }

    pub(super) fn pending(
        &mut self,
        retry_after_ms: Option<u64>,
        now_ms: u64,
        dice: u32,
    ) -> Vec<Effect> {
        // With part of it in an upload of ours, it is somebody else's that is being looked at.
        if self.job.upload.is_none() {
            self.job.state = State::Sent;
        }
        self.poll(Then::Ask, now_ms, dice, retry_after_ms)
    }

    pub(super) fn rejected(&mut self, fault: ReceiptFault, now_ms: u64, dice: u32) -> Vec<Effect> {
        let wait_ms = self.backoff.failed(dice, None);
        self.wait(WaitReason::ReceiptRejected(fault), now_ms, wait_ms)
    }

    pub(super) fn unknown(&mut self, now_ms: u64, dice: u32) -> Vec<Effect> {
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

    pub(super) fn created(
        &mut self,
        address: String,
        offset: u64,
        now_ms: u64,
        dice: u32,
    ) -> Vec<Effect> {
        // Only a receiver whose receipt will be checked may say that it has part of it already.
        let joined = offset == 0 || self.job.destination.gives_receipts();
        if offset > self.job.parcel.bytes || !joined {
            return self.retry(Failure::Lie(Lie::OffsetBeyond), now_ms, dice);
        }
        self.job.upload = Some(address);
        self.job.reach = offset;
        self.forward(offset, now_ms)
    }

    pub(super) fn found(
        &mut self,
        offset: u64,
        bytes: Option<u64>,
        now_ms: u64,
        dice: u32,
    ) -> Vec<Effect> {
        if bytes.is_some_and(|bytes| bytes != self.job.parcel.bytes) {
            return self.retry(Failure::Lie(Lie::OtherLength), now_ms, dice);
        }
        if offset > self.job.parcel.bytes {
            return self.retry(Failure::Lie(Lie::OffsetBeyond), now_ms, dice);
        }
        if offset > self.job.reach {
            return self.found_beyond(offset, now_ms, dice);
        }
        self.forward(offset, now_ms)
    }

    /// Rule 5: the server has more than we ever sent.
    fn found_beyond(&mut self, offset: u64, now_ms: u64, dice: u32) -> Vec<Effect> {
        if !self.job.destination.gives_receipts() {
            self.job.upload = None;
            self.job.state = State::Sealed;
            return self.retry(Failure::Lie(Lie::OffsetBeyond), now_ms, dice);
        }
        self.job.reach = offset;
        if offset == self.job.parcel.bytes || self.asked_beyond {
            return self.forward(offset, now_ms);
        }
        self.asked_beyond = true;
        self.job.state = State::Sending { offset };
        self.turn = Turn::Asking;
        vec![Effect::Save, Effect::Ask]
    }

    pub(super) fn stored(
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
            return self.found(offset, None, now_ms, dice);
        }
        let took_ms = now_ms.saturating_sub(began_ms);
        self.pace.went_through(offset - piece.start, took_ms);
        self.forward(offset, now_ms)
    }

    /// The server has `offset` bytes: send the next piece, or all is sent.
    pub(super) fn forward(&mut self, offset: u64, now_ms: u64) -> Vec<Effect> {
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

    pub(super) fn failed(&mut self, failure: Failure, now_ms: u64, dice: u32) -> Vec<Effect> {
        if matches!(self.turn, Turn::Putting { .. }) {
            self.pace.broke();
        }
        match (&failure, self.turn) {
            // Said of the announced length. Said of a piece, it is some proxy's limit: hence smaller
            // pieces and another try.
            (Failure::TooLarge { bytes_max }, Turn::Creating) => {
                let detail = bytes_max.map_or_else(String::new, |max| format!("{max} bytes"));
                self.settle_refused(vec![Reason {
                    code: "too-large".to_owned(),
                    path: String::new(),
                    detail,
                }])
            }
            (Failure::Gone, Turn::Finding | Turn::Putting { .. }) => {
                self.leave_upload();
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

    pub(super) fn retry(&mut self, failure: Failure, now_ms: u64, dice: u32) -> Vec<Effect> {
        let asked_ms = match failure {
            Failure::Busy { retry_after_ms, .. } => retry_after_ms,
            _ => None,
        };
        let wait_ms = self.backoff.failed(dice, asked_ms);
        self.wait(WaitReason::Failure(failure), now_ms, wait_ms)
    }

    pub(super) fn wait(&mut self, reason: WaitReason, now_ms: u64, wait_ms: u64) -> Vec<Effect> {
        let until_ms = now_ms.saturating_add(wait_ms);
        self.asked_beyond = false;
        self.job.state = State::Waiting {
            reason,
            until_ms: Some(until_ms),
            offset: self.job.offset(),
        };
        self.turn = Turn::Waiting { then: Then::Resume };
        vec![Effect::Save, Effect::Wait { until_ms }]
    }

    /// Waits for the receipt, still [`State::Sent`].
    pub(super) fn poll(
        &mut self,
        then: Then,
        now_ms: u64,
        dice: u32,
        asked_ms: Option<u64>,
    ) -> Vec<Effect> {
        let wait_ms = Backoff::poll(self.asked, dice, asked_ms);
        self.asked = self.asked.saturating_add(1);
        self.turn = Turn::Waiting { then };
        let until_ms = now_ms.saturating_add(wait_ms);
        vec![Effect::Save, Effect::Wait { until_ms }]
    }

    pub(super) fn pause(&mut self) -> Vec<Effect> {
        if self.job.is_settled() {
            return self.over();
        }
        self.hold(WaitReason::Paused)
    }

    /// Nothing more happens until somebody says so.
    fn hold(&mut self, reason: WaitReason) -> Vec<Effect> {
        self.job.state = State::Waiting {
            reason,
            until_ms: None,
            offset: self.job.offset(),
        };
        self.turn = Turn::Idle;
        vec![Effect::Save, Effect::Done]
    }

    pub(super) fn settle(&mut self) -> Vec<Effect> {
        self.turn = Turn::Over;
        vec![Effect::Save, Effect::Done]
    }

    pub(super) fn over(&mut self) -> Vec<Effect> {
        self.turn = Turn::Over;
        vec![Effect::Done]
    }
}
