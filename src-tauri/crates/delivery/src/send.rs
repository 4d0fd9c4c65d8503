//! Drives one job: carries out what the machine decides.

use std::sync::Arc;
use std::time::Duration;

use package::Trust;
use units::{Cancel, Progress};

use crate::machine::{Effect, Event, Machine};
use crate::proof::Checked;
use crate::{
    Clock, Destination, Dice, Error, Failure, Held, Job, Limit, Load, Parcel, Piece, Proof, State,
    Store, SystemClock, SystemDice, Transport,
};

/// How often it is looked whether somebody wants it to stop.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// When to give up for now. The job stays in the store and goes on when it is sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// Failures in a row without progress; `None`: never give up.
    pub failures_max: Option<u32>,
    /// Questions for a receipt after all was sent; `None`: ask for ever.
    pub questions_max: Option<u32>,
}

impl Patience {
    /// Never gives up: for a queue that runs as long as the program.
    pub const ENDLESS: Self = Self {
        failures_max: None,
        questions_max: None,
    };

    /// About five minutes without progress, or about as long for a receipt: for a person who waits.
    pub const PERSON: Self = Self {
        failures_max: Some(15),
        questions_max: Some(20),
    };
}

/// How sending ended, for now or for good.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// Where the job stands.
    pub state: State,
    /// Bytes acknowledged by the server.
    pub offset_bytes: u64,
    /// How often sending was begun, over all runs.
    pub attempts: u32,
    /// The verified receipt, if there is one.
    pub receipt: Option<Proof>,
}

impl Outcome {
    fn of(job: &Job) -> Self {
        Self {
            state: job.state.clone(),
            offset_bytes: job.offset(),
            attempts: job.attempts,
            receipt: match &job.state {
                State::Receipted(proof) => Some(proof.clone()),
                _ => None,
            },
        }
    }

    /// Whether the package was delivered: a signed receipt was verified.
    #[must_use]
    pub fn is_delivered(&self) -> bool {
        self.receipt.is_some()
    }
}

/// Everything one destination needs.
#[derive(Clone)]
pub struct Sender {
    /// Remembers.
    pub store: Arc<dyn Store>,
    /// Talks.
    pub transport: Arc<dyn Transport>,
    /// Whose receipts count.
    pub trust: Arc<Trust>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Spreads the waits.
    pub dice: Arc<dyn Dice>,
    /// How fast.
    pub limit: Arc<Limit>,
    /// How long.
    pub patience: Patience,
}

/// Whether a driver sleeps through a wait or hands the job back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Waits {
    Sleep,
    HandBack,
}

impl Sender {
    /// A sender with the system's clock and dice, without limit, with a person's patience.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, transport: Arc<dyn Transport>, trust: Trust) -> Self {
        Self {
            store,
            transport,
            trust: Arc::new(trust),
            clock: Arc::new(SystemClock),
            dice: Arc::new(SystemDice),
            limit: Arc::new(Limit::none()),
            patience: Patience::PERSON,
        }
    }

    /// The job for `parcel` at `destination`: the stored one where there is one, else a new one.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn take_up(&self, parcel: &Parcel, destination: &Destination) -> Result<Job, Error> {
        let job = Job::new(parcel.clone(), destination.clone(), self.clock.now_ms());
        Ok(self.store.load(&job.key())?.unwrap_or(job))
    }

    /// Sends `load` to `destination` until it is settled, `cancel` is switched on (the job is then
    /// paused) or patience ends. Sending what was sent before goes on from there, and where it was
    /// delivered, changes nothing and shows the same receipt.
    ///
    /// # Errors
    /// [`Error::Store`] where progress cannot be stored, or another process sends the same.
    pub async fn send(
        &self,
        load: &Load,
        destination: &Destination,
        progress: Arc<dyn Progress>,
        cancel: &Cancel,
    ) -> Result<Outcome, Error> {
        let job = self.take_up(load.parcel(), destination)?;
        let _claimed = self.store.claim(&job.key())?;
        // What another process has done between the two lines above.
        let job = self.take_up(load.parcel(), destination)?;
        // What ended or was given up for a reason that may have passed is tried anew.
        let mut machine = Machine::new(job.again());
        self.drive(&mut machine, load, progress, cancel, Waits::Sleep)
            .await?;
        Ok(Outcome::of(machine.job()))
    }

    /// Runs the machine, from its start or out of a wait. Returns when it is done, paused, out of
    /// patience, or, with [`Waits::HandBack`], has to wait: then with the time until which.
    pub(crate) async fn drive(
        &self,
        machine: &mut Machine,
        load: &Load,
        progress: Arc<dyn Progress>,
        cancel: &Cancel,
        waits: Waits,
    ) -> Result<Option<u64>, Error> {
        let mut questions = 0;
        let mut event = match machine.waits() {
            true => Event::TimeUp,
            false => Event::Start,
        };
        loop {
            let effects = machine.step(event, self.clock.now_ms(), self.dice.roll())?;
            let mut next = None;
            for effect in effects {
                match effect {
                    Effect::Save => self.store.save(machine.job())?,
                    Effect::Done => return Ok(None),
                    Effect::Wait { until_ms } if waits == Waits::HandBack => {
                        return Ok(Some(until_ms));
                    }
                    Effect::Wait { .. } if self.is_enough(machine, questions) => return Ok(None),
                    effect => {
                        if effect == Effect::Ask {
                            questions += 1;
                        }
                        let work = self.carry_out(effect, machine.job(), load, &progress);
                        next = Some(or_pause(work, cancel).await);
                    }
                }
            }
            let Some(answer) = next else {
                return Ok(None);
            };
            if matches!(answer, Event::Stored { .. }) {
                questions = 0;
            }
            event = answer;
        }
    }

    fn is_enough(&self, machine: &Machine, questions: u32) -> bool {
        let failed = self.patience.failures_max;
        // Waiting mends no file: who watches is told at once.
        if failed.is_some() && machine.job().waits_for(&Failure::Changed) {
            return true;
        }
        let asked = self.patience.questions_max;
        failed.is_some_and(|max| machine.failures() >= max)
            || asked.is_some_and(|max| questions >= max)
    }

    async fn carry_out(
        &self,
        effect: Effect,
        job: &Job,
        load: &Load,
        progress: &Arc<dyn Progress>,
    ) -> Event {
        let answer = match effect {
            Effect::Ask => self
                .transport
                .ask(job.parcel.digest)
                .await
                .map(|held| self.believe(held, &job.parcel)),
            Effect::Weigh => weigh(load).await.map(|()| Event::Weighed),
            Effect::Create { alone } => {
                self.transport
                    .create(&job.parcel, alone)
                    .await
                    .map(|upload| Event::Created {
                        address: upload.address,
                        offset: upload.offset,
                    })
            }
            Effect::Find { address } => {
                self.transport
                    .find(&address)
                    .await
                    .map(|upload| Event::Found {
                        offset: upload.offset,
                        bytes: upload.bytes,
                    })
            }
            Effect::Put {
                address,
                offset,
                bytes,
            } => {
                let piece = Piece {
                    address,
                    offset,
                    bytes,
                    source: load.source(),
                    limit: Arc::clone(&self.limit),
                    progress: Arc::clone(progress),
                };
                let put = self.transport.put(piece).await;
                put.map(|offset| Event::Stored { offset })
            }
            Effect::Wait { until_ms } => {
                self.clock.sleep_until(until_ms).await;
                Ok(Event::TimeUp)
            }
            Effect::Save | Effect::Done => Ok(Event::Pause),
        };
        answer.unwrap_or_else(|failure: Failure| Event::Failed(failure))
    }

    fn believe(&self, held: Held, parcel: &Parcel) -> Event {
        match held {
            Held::Pending { retry_after_ms } => Event::Pending { retry_after_ms },
            Held::Unknown => Event::Unknown,
            Held::Receipt(text) => match Proof::check(&text, parcel, &self.trust) {
                Ok(Checked::Accepted(proof)) => Event::Accepted(proof),
                Ok(Checked::Refused(reasons)) => Event::Refused(reasons),
                Ok(Checked::Altered) => Event::Altered,
                Err(fault) => Event::Rejected(fault),
            },
        }
    }
}

/// Reads the package again: is it still what was sealed?
async fn weigh(load: &Load) -> Result<(), Failure> {
    let load = load.clone();
    let weighed = tokio::task::spawn_blocking(move || load.weigh_again()).await;
    match weighed {
        Ok(Ok(true)) => Ok(()),
        Ok(Ok(false)) => Err(Failure::Changed),
        Ok(Err(error)) => Err(Failure::Source(error.to_string())),
        Err(panic) => Err(Failure::Source(panic.to_string())),
    }
}

/// The outcome of `work`, or [`Event::Pause`] as soon as somebody wants that.
async fn or_pause(work: impl Future<Output = Event>, cancel: &Cancel) -> Event {
    tokio::select! {
        biased;
        () = pause_asked(cancel) => Event::Pause,
        event = work => event,
    }
}

/// Returns soon after `cancel` was switched on.
pub(crate) async fn pause_asked(cancel: &Cancel) {
    while !cancel.is_cancelled() {
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

#[cfg(test)]
mod tests;
