//! The desk a package is sent from: whom its store trusts, and what is its training province.

use std::path::{Path, PathBuf};

use delivery::{Destination, Job, Load, State, Store, StoreError};
use package::PublicKey;
use studio::TrainingProvince as _;
use studio::wire::{Code, Problem, Settings};
use tokio::runtime::Handle;

use crate::machine::{Training, usual_store};
use crate::words::l;
use crate::{args, refused};

/// A desk.
pub(super) struct Desk {
    /// Its store.
    pub(super) store: PathBuf,
    settings: Option<Settings>,
    /// The key its training province signs with.
    pub(super) training_key: Option<PublicKey>,
    /// Where its training province is, or was last.
    training: Option<String>,
}

impl Desk {
    /// The desk whose package or outbox this is, else the one of this person.
    pub(super) fn of(task: &args::Send) -> Result<Self, Problem> {
        let outbox = task.state.as_deref();
        let store = store_around(&task.package.canonicalize().unwrap_or_default(), "packages")
            .or_else(|| store_around(&outbox?.join("any"), "outbox"))
            .unwrap_or_else(usual_store);
        let training = Training::new(store.join("training-province"), Handle::current());
        let key = training.public_key();
        Ok(Self {
            settings: studio::settings_of(&store)?,
            training_key: key.and_then(|text| PublicKey::from_text(&text).ok()),
            training: training.address(),
            store,
        })
    }

    /// Whether what is sent to `destination` is practice.
    pub(super) fn practises(&self, destination: &Destination) -> bool {
        self.training.as_ref() == Some(&destination.uploads)
    }

    /// The key a person pinned for `destination` in the settings.
    pub(super) fn pinned(&self, destination: &Destination) -> Option<PublicKey> {
        let settings = self.settings.as_ref()?;
        let chosen = Destination::parse(&settings.destination).ok()?;
        let key = PublicKey::from_text(&settings.destination_key).ok()?;
        (chosen == *destination).then_some(key)
    }

    /// What the training province signs counts at no other destination.
    pub(super) fn refuse_practice(
        &self,
        destination: &Destination,
        keys: &[PublicKey],
    ) -> anyhow::Result<()> {
        let is_training = |key: &PublicKey| self.training_key.as_ref() == Some(key);
        if self.practises(destination) || !keys.iter().any(is_training) {
            return Ok(());
        }
        let detail = l(
            "đây là khoá của tỉnh giả lập, chỉ để tập",
            "this is the key of the training province, which is for practice only",
        );
        Err(refused(Problem::new(Code::WrongSignature, detail)))
    }

    /// Forgets that the training province signed for a package at another destination, as earlier
    /// versions believed it could: the package is sent there as if for the first time.
    pub(super) fn forget_practice(
        &self,
        outbox: &dyn Store,
        load: &Load,
        destination: &Destination,
    ) -> Result<(), StoreError> {
        let key = Job::new(load.parcel().clone(), destination.clone(), 0).key();
        let signer = match outbox.load(&key)?.map(|job| job.state) {
            Some(State::Receipted(proof)) => Some(proof.receipt().key),
            _ => None,
        };
        if signer.is_some() && signer == self.training_key && !self.practises(destination) {
            outbox.remove(&key)?;
        }
        Ok(())
    }
}

/// The store in whose folder of this name `path` lies.
fn store_around(path: &Path, folder: &str) -> Option<PathBuf> {
    let folder = path.parent().filter(|it| it.ends_with(folder))?;
    let store = folder.parent()?;
    store.join("loa.db").is_file().then(|| store.to_owned())
}
