//! The queue as a whole, over a transport in memory.

use super::*;
use crate::transport::{Reply, Transport, Upload};
use crate::{FixedDice, Held, MemoryStore, Parcel, Piece, SystemClock};
use units::{Digest, Watch};

/// A plain server in memory that notes who was served, and holds one package back.
#[derive(Default)]
struct Memory {
    served: Mutex<Vec<String>>,
    ended: Mutex<Vec<String>>,
    holds: Option<&'static str>,
}

impl Transport for Memory {
    fn ask(&self, _digest: Digest) -> Reply<'_, Held> {
        Box::pin(async { Ok(Held::Unknown) })
    }

    fn create<'a>(&'a self, parcel: &'a Parcel, _alone: bool) -> Reply<'a, Upload> {
        Box::pin(async move {
            Ok(Upload {
                address: parcel.name.clone(),
                offset: 0,
                bytes: None,
            })
        })
    }

    fn find<'a>(&'a self, address: &'a str) -> Reply<'a, Upload> {
        Box::pin(async move {
            Ok(Upload {
                address: address.to_owned(),
                offset: 0,
                bytes: None,
            })
        })
    }

    fn put(&self, piece: Piece) -> Reply<'_, u64> {
        Box::pin(async move {
            let first = {
                let mut all = self.served.lock().unwrap();
                all.push(piece.address.clone());
                all.iter().filter(|name| **name == piece.address).count() == 1
            };
            if first && self.holds == Some(piece.address.as_str()) {
                std::future::pending::<()>().await;
            }
            Ok(piece.offset + piece.bytes)
        })
    }

    fn end<'a>(&'a self, address: &'a str) -> Reply<'a, ()> {
        Box::pin(async move {
            self.ended.lock().unwrap().push(address.to_owned());
            Ok(())
        })
    }
}

/// Something done while the bytes of a job are looked for.
type Meanwhile = Box<dyn FnOnce() + Send>;

struct World {
    store: MemoryStore,
    transport: Arc<Memory>,
    done: Cancel,
    settled: Mutex<Vec<String>>,
    expected: usize,
    meanwhile: Mutex<Option<Meanwhile>>,
}

impl Sources for World {
    fn load(&self, job: &Job) -> Result<Load, Error> {
        if let Some(act) = self.meanwhile.lock().unwrap().take() {
            act();
        }
        if job.parcel.name == "lost" {
            return Err(Error::Source(std::io::ErrorKind::NotFound.into()));
        }
        Load::weigh(
            Arc::new(job.parcel.name.clone().into_bytes()),
            job.parcel.name.clone(),
            Watch::NONE,
        )
    }

    fn sender(&self, _destination: &Destination) -> Result<Sender, Error> {
        let mut sender = Sender::new(
            Arc::new(self.store.clone()),
            self.transport.clone(),
            package::Trust::default(),
        );
        sender.dice = Arc::new(FixedDice(0));
        Ok(sender)
    }

    fn turned(&self, job: &Job) {
        let mut settled = self.settled.lock().unwrap();
        if job.is_settled() {
            settled.push(job.parcel.name.clone());
        }
        if settled.len() == self.expected {
            self.done.cancel();
        }
    }
}

fn job(name: &str, priority: Priority) -> Job {
    let parcel = Parcel {
        digest: Digest::of(name.as_bytes()),
        bytes: name.len() as u64,
        name: name.to_owned(),
    };
    let destination = Destination::parse("http://tus.example/files").unwrap();
    Job {
        priority,
        ..Job::new(parcel, destination, 1)
    }
}

fn world(expected: usize, holds: Option<&'static str>) -> (Queue, Arc<World>) {
    let store = MemoryStore::default();
    let world = Arc::new(World {
        store: store.clone(),
        transport: Arc::new(Memory {
            holds,
            ..Memory::default()
        }),
        done: Cancel::new(),
        settled: Mutex::default(),
        expected,
        meanwhile: Mutex::default(),
    });
    (Queue::new(Arc::new(store), Arc::new(SystemClock)), world)
}

#[tokio::test]
async fn all_jobs_are_sent_the_most_urgent_first() {
    let (queue, world) = world(3, None);
    queue.add(job("news", Priority::Normal)).unwrap();
    queue.add(job("storm", Priority::Emergency)).unwrap();
    queue.add(job("notice", Priority::Urgent)).unwrap();
    queue.run(world.clone(), &world.done).await.unwrap();
    assert_eq!(*world.settled.lock().unwrap(), ["storm", "notice", "news"]);
}

#[tokio::test]
async fn an_emergency_interrupts_what_is_being_sent_which_then_goes_on() {
    let (queue, world) = world(2, Some("long"));
    queue.add(job("long", Priority::Normal)).unwrap();
    let adds = async {
        while world.transport.served.lock().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
        queue.add(job("storm", Priority::Emergency)).unwrap();
    };
    let (ran, ()) = tokio::join!(queue.run(world.clone(), &world.done), adds);
    ran.unwrap();
    assert_eq!(*world.settled.lock().unwrap(), ["storm", "long"]);
}

#[tokio::test]
async fn a_job_without_bytes_waits_with_its_reason_and_holds_nobody_up() {
    let (queue, world) = world(1, None);
    queue.add(job("lost", Priority::Emergency)).unwrap();
    queue.add(job("news", Priority::Normal)).unwrap();
    queue.run(world.clone(), &world.done).await.unwrap();
    let lost = world
        .store
        .load(&job("lost", Priority::Normal).key())
        .unwrap()
        .unwrap();
    assert!(matches!(
        lost.state,
        State::Waiting {
            reason: WaitReason::Failure(Failure::Source(_)),
            until_ms: Some(_),
            ..
        }
    ));
}

#[tokio::test]
async fn a_job_paused_while_it_is_sent_stops_and_goes_on_when_added_again() {
    let (queue, world) = world(1, Some("long"));
    let key = job("long", Priority::Normal).key();
    queue.add(job("long", Priority::Normal)).unwrap();
    let orders = async {
        while world.transport.served.lock().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
        queue.pause(&key).unwrap();
        let paused = || {
            matches!(
                world.store.load(&key).unwrap().unwrap().state,
                State::Waiting {
                    reason: WaitReason::Paused,
                    ..
                }
            )
        };
        while !paused() {
            tokio::task::yield_now().await;
        }
        queue.add(job("long", Priority::Normal)).unwrap();
    };
    let (ran, ()) = tokio::join!(queue.run(world.clone(), &world.done), orders);
    ran.unwrap();
    assert_eq!(*world.settled.lock().unwrap(), ["long"]);
}

#[tokio::test]
async fn adding_the_same_package_twice_is_one_job_with_the_higher_priority() {
    let (queue, world) = world(1, None);
    queue.add(job("news", Priority::Normal)).unwrap();
    queue.add(job("news", Priority::Urgent)).unwrap();
    let jobs = world.store.jobs().unwrap();
    assert_eq!(jobs.len(), 1);
    assert_eq!(jobs[0].priority, Priority::Urgent);
}

#[tokio::test]
async fn a_job_removed_while_it_is_sent_does_not_come_back() {
    let (queue, world) = world(1, Some("long"));
    let key = job("long", Priority::Normal).key();
    queue.add(job("long", Priority::Normal)).unwrap();
    let orders = async {
        while world.transport.served.lock().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
        queue.remove(&key).unwrap();
        queue.add(job("news", Priority::Normal)).unwrap();
    };
    let (ran, ()) = tokio::join!(queue.run(world.clone(), &world.done), orders);
    ran.unwrap();
    assert_eq!(world.store.load(&key).unwrap(), None);
    assert_eq!(*world.settled.lock().unwrap(), ["news"]);
}

#[test]
fn a_receipt_that_came_before_a_job_was_removed_is_kept() {
    let (queue, world) = world(1, None);
    let sent = job("sent", Priority::Normal);
    let receipted = Job {
        state: State::Receipted(crate::proof::tests::proof(&sent.parcel)),
        ..sent
    };
    world.store.save(&receipted).unwrap();
    queue.remove(&receipted.key()).unwrap();
    assert_eq!(world.store.load(&receipted.key()).unwrap(), Some(receipted));
}

#[tokio::test]
async fn a_job_removed_and_added_at_once_is_sent_from_the_start() {
    let (queue, world) = world(1, Some("long"));
    let key = job("long", Priority::Normal).key();
    queue.add(job("long", Priority::Normal)).unwrap();
    let orders = async {
        while world.transport.served.lock().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
        queue.remove(&key).unwrap();
        queue.add(job("long", Priority::Normal)).unwrap();
    };
    let (ran, ()) = tokio::join!(queue.run(world.clone(), &world.done), orders);
    ran.unwrap();
    assert_eq!(*world.settled.lock().unwrap(), ["long"]);
}

#[tokio::test]
async fn a_refused_job_is_asked_for_again_when_somebody_adds_it_again() {
    let (queue, world) = world(1, None);
    let mut refused = job("news", Priority::Normal);
    refused.state = State::Refused { reasons: vec![] };
    world.store.save(&refused).unwrap();
    queue.add(job("news", Priority::Normal)).unwrap();
    queue.run(world.clone(), &world.done).await.unwrap();
    assert_eq!(*world.settled.lock().unwrap(), ["news"]);
}

/// A queue whose first look for bytes is interrupted by `act`.
async fn interrupted(
    expected: usize,
    first: Job,
    act: impl FnOnce(&Queue) + Send + 'static,
) -> Arc<World> {
    let (queue, world) = world(expected, None);
    queue.add(first).unwrap();
    let other = queue.clone();
    *world.meanwhile.lock().unwrap() = Some(Box::new(move || act(&other)));
    queue.run(world.clone(), &world.done).await.unwrap();
    world
}

#[tokio::test]
async fn a_job_paused_while_its_bytes_are_looked_for_is_not_sent() {
    let long = job("long", Priority::Normal);
    let key = long.key();
    let world = interrupted(1, long, move |queue| {
        queue.pause(&key).unwrap();
        queue.add(job("news", Priority::Normal)).unwrap();
    })
    .await;
    assert_eq!(*world.transport.served.lock().unwrap(), ["news"]);
}

#[tokio::test]
async fn a_job_removed_while_its_bytes_are_looked_for_does_not_come_back() {
    let (long, lost) = (job("long", Priority::Normal), job("lost", Priority::Normal));
    for gone in [long, lost] {
        let key = gone.key();
        let world = interrupted(1, gone, move |queue| {
            queue.remove(&key).unwrap();
            queue.add(job("news", Priority::Normal)).unwrap();
        })
        .await;
        assert_eq!(*world.transport.served.lock().unwrap(), ["news"]);
        assert_eq!(world.store.jobs().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn an_emergency_that_comes_while_bytes_are_looked_for_goes_first() {
    let world = interrupted(2, job("long", Priority::Normal), |queue| {
        queue.add(job("storm", Priority::Emergency)).unwrap();
    })
    .await;
    assert_eq!(*world.settled.lock().unwrap(), ["storm", "long"]);
}

#[tokio::test]
async fn the_other_side_may_forget_what_it_has_of_a_removed_job_but_not_a_whole_package() {
    let (queue, world) = world(1, None);
    let upload = |name: &str, state| Job {
        upload: Some(name.to_owned()),
        state,
        ..job(name, Priority::Normal)
    };
    let waits = State::Waiting {
        reason: WaitReason::Paused,
        until_ms: None,
        offset: 1,
    };
    for job in [
        upload("half", waits.clone()),
        upload("all", State::Sent),
        upload("again", waits),
        job("never begun", Priority::Normal),
    ] {
        world.store.save(&job).unwrap();
        queue.remove(&job.key()).unwrap();
    }
    queue.add(job("again", Priority::Normal)).unwrap();
    queue.run(world.clone(), &world.done).await.unwrap();
    while world.transport.ended.lock().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(*world.transport.ended.lock().unwrap(), ["half"]);
}
