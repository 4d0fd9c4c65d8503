//! Uploads under way: who may write, how far each is, when it is forgotten.

use std::collections::BTreeMap;
use std::io;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use units::Digest;

use crate::store::{Store, Upload};

/// An upload in memory.
pub(crate) struct Open {
    pub(crate) id: String,
    pub(crate) bytes: u64,
    pub(crate) declared: Option<Digest>,
    sender: Option<IpAddr>,
    name: String,
    /// `Upload-Metadata` as it came.
    pub(crate) metadata: String,
    /// Set while it is being judged.
    judged_now: AtomicBool,
    /// Held by the one request that writes or settles; others hear 423.
    pub(crate) busy: tokio::sync::Mutex<()>,
    state: Mutex<State>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct State {
    /// Bytes safely on disk.
    pub(crate) offset: u64,
    /// When a byte last came, or it was begun or taken up again.
    touched_s: i64,
    pub(crate) expires_s: i64,
    pub(crate) phase: Phase,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Phase {
    /// Bytes are missing, or all came and are being judged.
    Under,
    /// Judged; the receipt lies under this digest.
    Settled(Digest),
    /// Forgotten: expired or ended by the sender.
    Gone,
}

impl Open {
    pub(crate) fn state(&self) -> State {
        *self.lock()
    }

    pub(crate) fn set_offset(&self, offset: u64, now_s: i64) {
        let mut state = self.lock();
        state.offset = offset;
        state.touched_s = now_s;
    }

    pub(crate) fn set_expiry(&self, expires_s: i64) {
        self.lock().expires_s = expires_s;
    }

    /// What is written down of it.
    pub(crate) fn record(&self, expires_s: i64, settled: Option<Digest>) -> Upload {
        Upload {
            id: self.id.clone(),
            bytes: self.bytes,
            declared: self.declared,
            name: self.name.clone(),
            metadata: self.metadata.clone(),
            expires_s,
            settled,
            sender: self.sender,
        }
    }

    /// Whether bytes are missing and nobody is sending any.
    fn is_unfinished(&self, state: State) -> bool {
        state.phase == Phase::Under && state.offset < self.bytes && self.busy.try_lock().is_ok()
    }

    pub(crate) fn set_phase(&self, phase: Phase) {
        self.lock().phase = phase;
    }

    /// The right to judge it, given back when dropped; `None` where somebody has it.
    pub(crate) fn judge(self: &Arc<Self>) -> Option<Judge> {
        let taken = self.judged_now.swap(true, Ordering::AcqRel);
        (!taken).then(|| Judge(Arc::clone(self)))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to judge an upload.
pub(crate) struct Judge(pub(crate) Arc<Open>);

impl Drop for Judge {
    fn drop(&mut self) {
        self.0.judged_now.store(false, Ordering::Release);
    }
}

/// All uploads by id.
#[derive(Default)]
pub(crate) struct Uploads(Mutex<BTreeMap<String, Arc<Open>>>);

impl Uploads {
    fn all(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Open>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes up what lies on disk. Gives those whose bytes are complete and not judged.
    pub(crate) fn load(&self, store: &Store, now_s: i64) -> io::Result<Vec<Arc<Open>>> {
        let mut complete = Vec::new();
        for (upload, offset) in store.uploads()? {
            let open = self.add(&upload, offset, now_s);
            if upload.settled.is_none() && offset == upload.bytes {
                complete.push(open);
            }
        }
        Ok(complete)
    }

    pub(crate) fn add(&self, upload: &Upload, offset: u64, now_s: i64) -> Arc<Open> {
        let open = Arc::new(Open {
            id: upload.id.clone(),
            bytes: upload.bytes,
            declared: upload.declared,
            sender: upload.sender,
            name: upload.name.clone(),
            metadata: upload.metadata.clone(),
            judged_now: AtomicBool::new(false),
            busy: tokio::sync::Mutex::new(()),
            state: Mutex::new(State {
                offset,
                touched_s: now_s,
                expires_s: upload.expires_s,
                phase: upload.settled.map_or(Phase::Under, Phase::Settled),
            }),
        });
        self.all().insert(upload.id.clone(), open.clone());
        open
    }

    pub(crate) fn get(&self, id: &str) -> Option<Arc<Open>> {
        self.all().get(id).cloned()
    }

    /// An unfinished upload of the same announced package: whoever lost the reply to a creation
    /// gets the same upload again instead of a second one.
    pub(crate) fn same(&self, declared: Digest, bytes: u64) -> Option<Arc<Open>> {
        let all = self.all();
        let mut under = all.values().filter(|one| one.state().phase == Phase::Under);
        under
            .find(|one| one.declared == Some(declared) && one.bytes == bytes)
            .cloned()
    }

    /// How many uploads are not settled: all, or those of one sender.
    pub(crate) fn open_count(&self, sender: Option<IpAddr>) -> usize {
        let all = self.all();
        all.values()
            .filter(|one| one.state().phase == Phase::Under)
            .filter(|one| sender.is_none() || one.sender == sender)
            .count()
    }

    /// Takes out of the list the unfinished upload, of all or of one sender, that makes room for
    /// another: idle since `idle_since_s`, an empty one first, else the longest idle.
    pub(crate) fn take_idle(&self, sender: Option<IpAddr>, idle_since_s: i64) -> Option<Arc<Open>> {
        let mut all = self.all();
        let idle = all.values().filter_map(|one| {
            let state = one.state();
            let is_meant = sender.is_none() || one.sender == sender;
            let is_idle = state.touched_s <= idle_since_s && one.is_unfinished(state);
            (is_meant && is_idle).then(|| (state.offset > 0, state.touched_s, one.id.clone()))
        });
        let (_, _, id) = idle.min()?;
        all.remove(&id)
    }

    /// The upload whose bytes are all here under this announced digest and have no verdict yet.
    pub(crate) fn unjudged(&self, digest: Digest) -> Option<Arc<Open>> {
        let all = self.all();
        let mut all = all.values();
        let found = all.find(|one| {
            let state = one.state();
            one.declared == Some(digest) && state.phase == Phase::Under && state.offset == one.bytes
        });
        found.cloned()
    }

    /// Those whose time has run out, taken out of the list unless they are in use.
    pub(crate) fn expired(&self, now_s: i64) -> Vec<Arc<Open>> {
        let mut out = Vec::new();
        self.all().retain(|_, one| {
            let state = one.state();
            let is_over = state.expires_s <= now_s
                && (state.phase != Phase::Under || one.is_unfinished(state));
            if is_over {
                out.push(one.clone());
            }
            !is_over
        });
        out
    }
}
