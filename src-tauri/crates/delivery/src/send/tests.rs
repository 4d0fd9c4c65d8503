//! The driver against a transport with a mind of its own: what it stores, when it stops.

use super::*;
use crate::proof::tests::{key, receipt, trust};
use crate::transport::{NoLine, Reply};
use crate::{FixedDice, JumpingClock, MemoryStore, StoreError, Upload, WaitReason};
use std::sync::Mutex;
use units::{Digest, Watch};

/// A province in memory. `failures` come first.
#[derive(Default)]
struct Memory {
    bytes: Mutex<Vec<u8>>,
    failures: Mutex<Vec<Failure>>,
    uploads: Mutex<u32>,
    receipt: Mutex<Option<Vec<u8>>>,
    hangs: bool,
}

impl Memory {
    async fn fail(&self) -> Result<(), Failure> {
        if self.hangs {
            std::future::pending::<()>().await;
        }
        self.failures.lock().unwrap().pop().map_or(Ok(()), Err)
    }
}

impl Transport for Memory {
    fn ask(&self, _digest: Digest) -> Reply<'_, Held> {
        Box::pin(async {
            self.fail().await?;
            let receipt = self.receipt.lock().unwrap().clone();
            let all = !self.bytes.lock().unwrap().is_empty();
            Ok(receipt.filter(|_| all).map_or(Held::Unknown, Held::Receipt))
        })
    }

    fn create<'a>(&'a self, _parcel: &'a Parcel, _alone: bool) -> Reply<'a, Upload> {
        Box::pin(async {
            self.fail().await?;
            *self.uploads.lock().unwrap() += 1;
            Ok(Upload {
                address: "memory".into(),
                offset: 0,
                bytes: None,
            })
        })
    }

    fn find<'a>(&'a self, address: &'a str) -> Reply<'a, Upload> {
        Box::pin(async move {
            self.fail().await?;
            Ok(Upload {
                address: address.to_owned(),
                offset: self.bytes.lock().unwrap().len() as u64,
                bytes: None,
            })
        })
    }

    fn put(&self, piece: Piece) -> Reply<'_, u64> {
        Box::pin(async move {
            self.fail().await?;
            let mut part = vec![0; usize::try_from(piece.bytes).unwrap()];
            piece.source.read_exact_at(piece.offset, &mut part).unwrap();
            let mut bytes = self.bytes.lock().unwrap();
            bytes.extend_from_slice(&part);
            Ok(bytes.len() as u64)
        })
    }

    fn end<'a>(&'a self, _address: &'a str) -> Reply<'a, ()> {
        Box::pin(async { Ok(()) })
    }
}

fn load() -> Load {
    Load::weigh(Arc::new(b"xin chao".to_vec()), "a.tar", Watch::NONE).unwrap()
}

fn destination() -> Destination {
    Destination::parse("http://tinh.example").unwrap()
}

fn sender(transport: Arc<dyn Transport>) -> Sender {
    let mut sender = Sender::new(Arc::new(MemoryStore::default()), transport, trust());
    sender.clock = Arc::new(JumpingClock::new(1_000));
    sender.dice = Arc::new(FixedDice(u32::MAX));
    sender
}

fn accepted(seed: u8) -> Mutex<Option<Vec<u8>>> {
    let receipt = receipt(load().parcel(), package::Verdict::Accepted).sign(&key(seed));
    Mutex::new(Some(receipt.to_json().into_bytes()))
}

async fn send(sender: &Sender) -> Outcome {
    sender
        .send(&load(), &destination(), Arc::new(()), &Cancel::new())
        .await
        .unwrap()
}

#[tokio::test]
async fn a_signed_receipt_ends_as_receipted_and_sending_again_changes_nothing() {
    let province = Arc::new(Memory {
        receipt: accepted(1),
        ..Memory::default()
    });
    let sender = sender(province.clone());
    let outcome = send(&sender).await;
    assert!(outcome.is_delivered());
    assert_eq!(outcome.offset_bytes, 8);
    assert_eq!(send(&sender).await, outcome);
    assert_eq!(*province.uploads.lock().unwrap(), 1);
    assert_eq!(*province.bytes.lock().unwrap(), b"xin chao");
}

#[tokio::test]
async fn a_receipt_by_a_stranger_never_ends_as_receipted() {
    let province = Arc::new(Memory {
        receipt: accepted(2),
        ..Memory::default()
    });
    let outcome = send(&sender(province)).await;
    assert!(!outcome.is_delivered());
    assert!(matches!(
        outcome.state,
        State::Waiting {
            reason: WaitReason::ReceiptRejected(crate::ReceiptFault::UnknownKey),
            ..
        }
    ));
}

/// Bytes on a disk that flips a bit once they have been read for the first time.
struct Flips(std::sync::atomic::AtomicU64);

impl units::ReadAt for Flips {
    fn len(&self) -> u64 {
        8
    }
    fn read_at(&self, offset: u64, out: &mut [u8]) -> std::io::Result<usize> {
        let reads = self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let bytes: &[u8] = if reads == 0 {
            b"xin chao"
        } else {
            b"xin cha\x6e"
        };
        bytes.to_vec().read_at(offset, out)
    }
}

#[tokio::test]
async fn a_package_that_changed_on_our_own_disk_is_not_sent_again_and_that_is_said_at_once() {
    let arrived = Parcel {
        digest: Digest::of(b"xin cha\x6e"),
        ..load().parcel().clone()
    };
    let reason = package::Reason {
        code: "digest-mismatch".into(),
        path: String::new(),
        detail: String::new(),
    };
    let refused = package::Verdict::Refused {
        reasons: vec![reason],
    };
    let refused = receipt(&arrived, refused).sign(&key(1));
    let province = Arc::new(Memory {
        receipt: Mutex::new(Some(refused.to_json().into_bytes())),
        ..Memory::default()
    });
    let sender = sender(province.clone());
    let load = Load::weigh(Arc::new(Flips(0.into())), "a.tar", Watch::NONE).unwrap();
    let outcome = sender
        .send(&load, &destination(), Arc::new(()), &Cancel::new())
        .await
        .unwrap();
    let State::Waiting { reason, .. } = &outcome.state else {
        panic!("{outcome:?}");
    };
    assert_eq!(*reason, WaitReason::Failure(Failure::Changed));
    assert_eq!(*province.uploads.lock().unwrap(), 1);
}

#[tokio::test]
async fn failures_on_the_way_are_tried_again_without_a_second_upload() {
    let province = Arc::new(Memory {
        receipt: accepted(1),
        failures: Mutex::new(vec![
            Failure::Locked,
            Failure::Line,
            Failure::Conflict,
            Failure::Stalled,
        ]),
        ..Memory::default()
    });
    let outcome = send(&sender(province.clone())).await;
    assert!(outcome.is_delivered());
    assert_eq!(outcome.attempts, 5);
    assert_eq!(*province.uploads.lock().unwrap(), 1);
}

#[tokio::test]
async fn without_a_line_patience_ends_and_the_job_stays() {
    let sender = sender(Arc::new(NoLine));
    let outcome = send(&sender).await;
    assert_eq!(outcome.attempts, 15);
    assert!(matches!(
        outcome.state,
        State::Waiting {
            reason: WaitReason::Failure(Failure::Line),
            ..
        }
    ));
    assert_eq!(sender.store.jobs().unwrap().len(), 1);
}

#[tokio::test]
async fn no_receipt_in_time_ends_as_sent() {
    let outcome = send(&sender(Arc::new(Memory::default()))).await;
    assert_eq!(outcome.state, State::Sent);
    assert!(!outcome.is_delivered());
}

#[tokio::test]
async fn stopping_pauses_the_job_though_the_line_hangs() {
    let province = Arc::new(Memory {
        hangs: true,
        ..Memory::default()
    });
    let sender = sender(province);
    let cancel = Cancel::new();
    cancel.cancel();
    let outcome = sender
        .send(&load(), &destination(), Arc::new(()), &cancel)
        .await
        .unwrap();
    assert!(matches!(
        outcome.state,
        State::Waiting {
            reason: WaitReason::Paused,
            until_ms: None,
            ..
        }
    ));
}

/// A disk that is full.
struct Full(MemoryStore);

impl Store for Full {
    fn jobs(&self) -> Result<Vec<Job>, StoreError> {
        self.0.jobs()
    }
    fn load(&self, key: &crate::JobKey) -> Result<Option<Job>, StoreError> {
        self.0.load(key)
    }
    fn save(&self, _job: &Job) -> Result<(), StoreError> {
        Err(std::io::Error::from(std::io::ErrorKind::StorageFull).into())
    }
    fn remove(&self, key: &crate::JobKey) -> Result<(), StoreError> {
        self.0.remove(key)
    }
    fn claim(&self, key: &crate::JobKey) -> Result<crate::Claimed, StoreError> {
        self.0.claim(key)
    }
}

#[tokio::test]
async fn what_cannot_be_stored_is_not_sent() {
    let province = Arc::new(Memory::default());
    let mut sender = sender(province.clone());
    sender.store = Arc::new(Full(MemoryStore::default()));
    let sent = sender
        .send(&load(), &destination(), Arc::new(()), &Cancel::new())
        .await;
    assert!(matches!(sent, Err(Error::Store(StoreError::Io(_)))));
    assert!(province.bytes.lock().unwrap().is_empty());
    assert_eq!(*province.uploads.lock().unwrap(), 0);
}
