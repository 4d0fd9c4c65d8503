//! What a person asks of the queue: where packages go, and to send, hold or take one back.

use delivery::{Destination, Job, Parcel, Priority, State, Store as _, WaitReason};
use package::PublicKey;

use crate::packing::PackageRecord;
use crate::translate::parse;
use crate::wire::{Code, Event, Problem, Settings};
use crate::{Host, Studio};

impl<H: Host> Studio<H> {
    /// Takes the settings into use for what is sent from now on.
    ///
    /// # Errors
    /// Where the key of the destination cannot be kept.
    pub(crate) fn apply_sending_settings(&self) -> Result<(), Problem> {
        let settings = self.0.settings.get();
        let limit_kbps = u64::from(settings.limit_kbps);
        self.0.post.desk.limit.set(Some(limit_kbps));
        let Ok(destination) = Destination::parse(&settings.destination) else {
            return Ok(()); // nowhere
        };
        let key = PublicKey::from_text(&settings.destination_key).ok();
        self.keyring().pin(&mut self.archive(), &destination, key)?;
        // What waited for another key is asked for again at once.
        for job in self.0.post.ledger.jobs()? {
            if job.destination == destination && is_rejected(&job) {
                self.wake(job)?;
            }
        }
        Ok(())
    }

    /// Refuses settings by which practice would count as delivery.
    ///
    /// # Errors
    /// [`Code::BadDestination`] and [`Code::WrongSignature`].
    pub(crate) fn check_sending_settings(&self, settings: &Settings) -> Result<(), Problem> {
        if !settings.destination.is_empty() {
            let destination = destination(&settings.destination)?;
            if self.keyring().is_training(&destination.uploads) {
                let detail = "this is the training province; switch practice on instead";
                return Err(Problem::new(Code::BadDestination, detail));
            }
        }
        if !settings.destination_key.is_empty() {
            let key = PublicKey::from_text(&settings.destination_key)?;
            if self.keyring().is_training_key(&key) {
                let detail = "this is the key of the training province";
                return Err(Problem::new(Code::WrongSignature, detail));
            }
        }
        Ok(())
    }

    /// Notes where the training province is and with which key it signs, now and for ever.
    ///
    /// # Errors
    /// Where that cannot be kept; it is known in this run all the same.
    pub(crate) fn meet_training(&self) -> Result<(), Problem> {
        let Some(province) = self.host().sandbox() else {
            return Ok(());
        };
        let address = province.address().and_then(|it| destination(&it).ok());
        let key = (province.public_key()).and_then(|text| PublicKey::from_text(&text).ok());
        let address = address.map(|it| it.uploads);
        (self.keyring()).learn_training(&mut self.archive(), address, key)
    }

    /// An earlier version wrote the training province into the settings as if it were a destination.
    ///
    /// # Errors
    /// Where the settings cannot be kept.
    pub(super) fn part_practice_from_destination(&self) -> Result<(), Problem> {
        let mut settings = self.0.settings.get();
        let Ok(place) = destination(&settings.destination) else {
            return Ok(()); // nowhere
        };
        if self.keyring().is_training(&place.uploads) {
            settings.destination = String::new();
            settings.destination_key = String::new();
            settings.practice = true;
            self.0.settings.set(settings)?;
        }
        Ok(())
    }

    /// Takes what is on its way to the training province to the port where it runs now.
    ///
    /// # Errors
    /// What the outbox reports.
    pub(crate) fn bring_practice_along(&self) -> Result<(), Problem> {
        let Ok(place) = self.training_destination() else {
            return Ok(()); // there is none
        };
        for job in self.0.post.ledger.jobs()? {
            let is_elsewhere = job.destination != place;
            if !is_elsewhere || job.is_settled() || !self.keyring().is_practice(&job) {
                continue;
            }
            self.0.post.queue.remove(&job.key())?;
            let is_paused = is_paused(&job);
            let moved = Job::new(job.parcel, place.clone(), job.created_ms);
            let key = moved.key();
            self.0.post.queue.add(moved)?;
            if is_paused {
                self.0.post.queue.pause(&key)?;
            }
        }
        Ok(())
    }

    fn training_destination(&self) -> Result<Destination, Problem> {
        let province = self.host().sandbox();
        let address = province.and_then(|province| province.address());
        let never = || Problem::new(Code::BadDestination, "the training province never ran");
        destination(&address.ok_or_else(never)?)
    }

    /// Where packages go now.
    fn goes_to(&self) -> Result<Destination, Problem> {
        let settings = self.0.settings.get();
        if settings.practice {
            self.training_destination()
        } else {
            destination(&settings.destination)
        }
    }

    /// Queues a package, or wakes it: at one of the destinations it was sent to, or where packages go
    /// now.
    pub(crate) fn send_package(
        &self,
        record: &PackageRecord,
        to: Option<&str>,
    ) -> Result<(), Problem> {
        let place = match to {
            Some(_) => {
                let job = self.jobs_at(record, to)?.pop();
                let nothing = || Problem::new(Code::NotFound, "it was never sent there");
                job.ok_or_else(nothing)?.destination
            }
            None => self.goes_to()?,
        };
        let parcel = Parcel {
            digest: parse(&record.digest)?,
            bytes: record.bytes,
            name: format!("{}.tar", record.id),
        };
        let created_ms = u64::try_from(self.now_ms()).unwrap_or(0);
        let is_training = self.keyring().is_training(&place.uploads);
        let mut job = Job::new(parcel, place, created_ms);
        // Practice overtakes nothing.
        if record.emergency && !is_training {
            job.priority = Priority::Emergency;
        }
        let key = job.key();
        if let Some(known) = self.0.post.ledger.load(&key)? {
            let is_signed = matches!(known.state, State::Receipted(_));
            if is_signed && !is_training && self.keyring().is_practice(&known) {
                // An earlier version took the training province's word for it.
                self.0.post.ledger.remove(&key)?;
            } else if is_waiting(&known) {
                self.0.post.queue.pause(&key)?;
            }
        }
        self.0.post.queue.add(job)?;
        self.tell_record(record);
        Ok(())
    }

    /// Tries a job again now, whatever it waits for.
    fn wake(&self, job: Job) -> Result<(), Problem> {
        self.0.post.queue.pause(&job.key())?;
        Ok(self.0.post.queue.add(job)?)
    }

    /// Holds a package, at one destination or at all.
    pub(crate) fn pause_package(
        &self,
        record: &PackageRecord,
        to: Option<&str>,
    ) -> Result<(), Problem> {
        for job in self.jobs_at(record, to)? {
            self.0.post.queue.pause(&job.key())?;
        }
        self.tell_record(record);
        Ok(())
    }

    /// Takes a package out of the queue, at one destination or at all. It stays in the store and can
    /// be sent again; where it was signed for, it stays so.
    pub(crate) fn cancel_package(
        &self,
        record: &PackageRecord,
        to: Option<&str>,
    ) -> Result<(), Problem> {
        let jobs = self.jobs_at(record, to)?;
        let (signed, open): (Vec<Job>, Vec<Job>) =
            (jobs.into_iter()).partition(|job| matches!(job.state, State::Receipted(_)));
        if open.is_empty() && !signed.is_empty() {
            let detail = "the province holds it already";
            return Err(Problem::new(Code::BadRequest, detail));
        }
        for job in open {
            self.0.post.queue.remove(&job.key())?;
        }
        self.tell_record(record);
        Ok(())
    }

    fn jobs_at(&self, record: &PackageRecord, to: Option<&str>) -> Result<Vec<Job>, Problem> {
        let mut jobs = self.0.post.ledger.jobs_of(parse(&record.digest)?)?;
        jobs.retain(|job| to.is_none_or(|address| job.destination.uploads == address));
        Ok(jobs)
    }

    fn tell_record(&self, record: &PackageRecord) {
        if let Ok(package) = self.package_view(record) {
            self.events().tell(Event::Package(package));
        }
    }
}

fn destination(address: &str) -> Result<Destination, Problem> {
    Destination::parse(address)
        .map_err(|error| Problem::new(Code::BadDestination, error.to_string()))
}

fn is_waiting(job: &Job) -> bool {
    matches!(job.state, State::Waiting { .. })
}

fn is_paused(job: &Job) -> bool {
    let State::Waiting { reason, .. } = &job.state else {
        return false;
    };
    *reason == WaitReason::Paused
}

fn is_rejected(job: &Job) -> bool {
    let State::Waiting { reason, .. } = &job.state else {
        return false;
    };
    matches!(reason, WaitReason::ReceiptRejected(_))
}
