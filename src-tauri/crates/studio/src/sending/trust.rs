//! Whose receipts count, and where: one key per destination. What the training province signs counts
//! for nothing but practice, at whatever address it is shown.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use archive::Archive;
use delivery::{Destination, Job, State};
use package::{PublicKey, Trust};

use crate::wire::Problem;

/// Where the addresses of the training province are remembered, and its keys: both may be others
/// tomorrow, and what was practised yesterday is practice still.
const TRAINING_ADDRESS: &str = "training-address";
const TRAINING_KEY: &str = "training-key";
const TAKEN_BACK: &str = "taken-back";

/// Where the pinned key of each destination is remembered: a package on its way to an earlier one is
/// judged by the key of that one.
const PINNED_KEY: &str = "pinned-key";

/// The keys of all destinations.
#[derive(Debug, Default)]
pub struct Keyring(Mutex<Keys>);

#[derive(Debug, Default)]
struct Keys {
    training_addresses: BTreeSet<String>,
    training: Vec<PublicKey>,
    pinned: HashMap<String, PublicKey>,
}

impl Keyring {
    /// Takes up what `archive` remembers.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn recall(&self, archive: &Archive) -> Result<(), Problem> {
        let mut keys = self.keys();
        for (address, _) in archive.state_list(TRAINING_ADDRESS)? {
            keys.training_addresses.insert(address);
        }
        for (text, _) in archive.state_list(TRAINING_KEY)? {
            keys.training.extend(PublicKey::from_text(&text).ok());
        }
        for (address, text) in archive.state_list(PINNED_KEY)? {
            let key = PublicKey::from_text(&text).ok();
            keys.pinned.extend(key.map(|key| (address, key)));
        }
        Ok(())
    }

    /// From now on `address` and `key` are the training province's.
    ///
    /// # Errors
    /// Where `archive` cannot keep that; it is known in this run all the same.
    pub fn learn_training(
        &self,
        archive: &mut Archive,
        address: Option<String>,
        key: Option<PublicKey>,
    ) -> Result<(), Problem> {
        let mut keys = self.keys();
        let address = address.filter(|it| keys.training_addresses.insert(it.clone()));
        let key = key.filter(|key| !keys.training.contains(key));
        keys.training.extend(key);
        drop(keys);
        if address.is_none() && key.is_none() {
            return Ok(());
        }
        Ok(archive.change(|change| {
            if let Some(address) = &address {
                change.state_put(TRAINING_ADDRESS, address, "")?;
            }
            key.map_or(Ok(()), |key| {
                change.state_put(TRAINING_KEY, &key.to_base64(), "")
            })
        })?)
    }

    /// From now on receipts of `destination` count where `key` signed them; without one, none does.
    ///
    /// # Errors
    /// Where `archive` cannot keep that; then the older pin stands.
    pub fn pin(
        &self,
        archive: &mut Archive,
        destination: &Destination,
        key: Option<PublicKey>,
    ) -> Result<(), Problem> {
        let address = &destination.uploads;
        if self.keys().pinned.get(address) == key.as_ref() {
            return Ok(());
        }
        match &key {
            Some(key) => archive.state_put(PINNED_KEY, address, &key.to_base64())?,
            None => archive.state_delete(PINNED_KEY, address).map(|_| ())?,
        }
        let mut keys = self.keys();
        match key {
            Some(key) => keys.pinned.insert(address.clone(), key),
            None => keys.pinned.remove(address),
        };
        Ok(())
    }

    /// Keys of the training province of which [`Keyring::taken_back`] was not said yet.
    ///
    /// # Errors
    /// Where `archive` cannot be read.
    pub fn not_taken_back(&self, archive: &Archive) -> Result<Vec<PublicKey>, Problem> {
        let known = archive.state_list(TRAINING_KEY)?;
        let open = known.iter().filter(|(_, state)| state != TAKEN_BACK);
        Ok(open
            .filter_map(|(text, _)| PublicKey::from_text(text).ok())
            .collect())
    }

    /// Nothing that these keys signed counts as a delivery any more.
    ///
    /// # Errors
    /// Where `archive` cannot keep that.
    pub fn taken_back(&self, archive: &mut Archive, keys: &[PublicKey]) -> Result<(), Problem> {
        Ok(archive.change(|change| {
            keys.iter()
                .try_for_each(|key| change.state_put(TRAINING_KEY, &key.to_base64(), TAKEN_BACK))
        })?)
    }

    /// Whose receipts count for what is sent to `destination`.
    pub fn trust(&self, destination: &Destination) -> Trust {
        let keys = self.keys();
        if keys.training_addresses.contains(&destination.uploads) {
            return Trust::listed(keys.training.clone());
        }
        let pinned = keys.pinned.get(&destination.uploads);
        let counts = pinned.filter(|key| !keys.training.contains(key));
        Trust::listed(counts.copied().into_iter().collect())
    }

    /// Whether the training province ran at this upload address, now or at any time.
    pub fn is_training(&self, address: &str) -> bool {
        self.keys().training_addresses.contains(address)
    }

    /// Whether the training province signs with this key, or did.
    pub fn is_training_key(&self, key: &PublicKey) -> bool {
        self.keys().training.contains(key)
    }

    /// Whether a job is practice: for the training province, or signed for by it. Before there were
    /// keys by destination, its receipts were taken at any address.
    pub fn is_practice(&self, job: &Job) -> bool {
        let signer = match &job.state {
            State::Receipted(proof) => Some(proof.receipt().key),
            _ => None,
        };
        self.is_training(&job.destination.uploads)
            || signer.is_some_and(|key| self.is_training_key(&key))
    }

    fn keys(&self) -> MutexGuard<'_, Keys> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
