//! A bad line on loopback: a TCP proxy that delays, narrows, cuts, resets, swallows and forgets.
//!
//! One plan per connection, in the order in which connections come; after the last plan the line is
//! good. Plans come from hand or from a seed, so that a failing run can be run again. It knows
//! nothing of HTTP: what it does to bytes, real lines do too.

use std::collections::VecDeque;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// Passed on at once; small, so that cuts fall anywhere.
const BLOCK_BYTES: usize = 16 * 1024;

/// What befalls one connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// What happens to bytes from client to server.
    pub up: Way,
    /// What happens to bytes from server to client.
    pub down: Way,
    /// How the connection ends when one of the two is cut.
    pub end: End,
}

/// What happens to bytes in one direction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Way {
    /// Wait before each block.
    pub latency: Duration,
    /// Bytes per second; 0: as fast as it goes.
    pub bytes_per_second: u64,
    /// After so many bytes, `fate` strikes; `None`: never.
    pub good_bytes: Option<u64>,
    /// What then.
    pub fate: Fate,
}

/// What happens to a direction whose good bytes are used up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fate {
    /// The whole connection ends, as [`Plan::end`] says.
    #[default]
    Cut,
    /// Bytes are taken and lost, the connection stays: a black hole. With 0 good bytes downwards
    /// the request is delivered and the reply is not.
    Swallow,
    /// Nothing moves any more, the connection stays.
    Stall,
}

/// How a connection ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum End {
    /// RST: unread and unsent bytes are lost.
    #[default]
    Reset,
    /// FIN.
    Close,
    /// Refused at once: no byte ever passes.
    Refuse,
}

impl Plan {
    /// Cut by RST after `bytes` have gone up.
    #[must_use]
    pub fn cut_up(bytes: u64) -> Self {
        Self {
            up: Way::until(bytes, Fate::Cut),
            ..Self::default()
        }
    }

    /// All requests are delivered, no reply comes back.
    #[must_use]
    pub fn drop_replies() -> Self {
        Self {
            down: Way::until(0, Fate::Swallow),
            ..Self::default()
        }
    }

    /// After `bytes` have gone up nothing moves any more.
    #[must_use]
    pub fn stall_up(bytes: u64) -> Self {
        Self {
            up: Way::until(bytes, Fate::Stall),
            ..Self::default()
        }
    }

    /// `count` plans from a seed, with cuts within the first `bytes_max` bytes.
    #[must_use]
    pub fn seeded(seed: u64, count: usize, bytes_max: u64) -> Vec<Self> {
        let mut dice = Dice(seed);
        (0..count).map(|_| dice.plan(bytes_max)).collect()
    }
}

impl Way {
    /// Good for `bytes`, then `fate`.
    #[must_use]
    pub fn until(bytes: u64, fate: Fate) -> Self {
        Self {
            good_bytes: Some(bytes),
            fate,
            ..Self::default()
        }
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): small, and the same on every machine.
#[derive(Clone, Debug)]
pub struct Dice(pub u64);

impl Dice {
    /// The next number.
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.roll() % bound.max(1)
    }

    fn plan(&mut self, bytes_max: u64) -> Plan {
        let good = self.below(bytes_max);
        let mut plan = match self.below(8) {
            0..=2 => Plan::cut_up(good),
            3 => Plan {
                down: Way::until(self.below(400), Fate::Cut),
                ..Plan::default()
            },
            4 => Plan::drop_replies(),
            5 => Plan::stall_up(good),
            6 => Plan {
                end: End::Refuse,
                ..Plan::default()
            },
            _ => Plan::default(),
        };
        if plan.end != End::Refuse && self.below(2) == 0 {
            plan.end = End::Close;
        }
        plan.up.latency = Duration::from_micros(self.below(300));
        plan
    }
}

/// A running proxy; it ends when dropped, and its connections with it.
pub struct Proxy {
    address: SocketAddr,
    task: JoinHandle<()>,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    plans: Mutex<VecDeque<Plan>>,
    connections: AtomicU64,
    bytes_up: AtomicU64,
}

impl Proxy {
    /// Listens on a free loopback port in front of `target`.
    ///
    /// # Errors
    /// Where no port can be had.
    pub async fn start(
        target: SocketAddr,
        plans: impl IntoIterator<Item = Plan>,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            plans: Mutex::new(plans.into_iter().collect()),
            ..Shared::default()
        });
        let task = tokio::spawn(accept(listener, target, Arc::clone(&shared)));
        Ok(Self {
            address,
            task,
            shared,
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Plans not used yet.
    #[must_use]
    pub fn plans_left(&self) -> usize {
        self.shared.plans().len()
    }

    /// Connections taken so far.
    #[must_use]
    pub fn connections(&self) -> u64 {
        self.shared.connections.load(Ordering::Relaxed)
    }

    /// Bytes passed on to the server so far.
    #[must_use]
    pub fn bytes_up(&self) -> u64 {
        self.shared.bytes_up.load(Ordering::Relaxed)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Shared {
    fn plans(&self) -> std::sync::MutexGuard<'_, VecDeque<Plan>> {
        self.plans.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn accept(listener: TcpListener, target: SocketAddr, shared: Arc<Shared>) {
    let mut connections = tokio::task::JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        shared.connections.fetch_add(1, Ordering::Relaxed);
        let plan = shared.plans().pop_front().unwrap_or_default();
        connections.spawn(relay(client, target, plan, Arc::clone(&shared)));
        while connections.try_join_next().is_some() {}
    }
}

/// How one direction came to its end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Over {
    /// The sender had no more to say.
    Finished,
    /// The plan, or either end, cut it.
    Cut,
}

async fn relay(mut client: TcpStream, target: SocketAddr, plan: Plan, shared: Arc<Shared>) {
    if plan.end == End::Refuse {
        reset(&client);
        return;
    }
    let Ok(mut server) = TcpStream::connect(target).await else {
        return;
    };
    let over = {
        let (from_client, to_client) = client.split();
        let (from_server, to_server) = server.split();
        let nobody = AtomicU64::new(0);
        let up = pass(from_client, to_server, &plan.up, &shared.bytes_up);
        let down = pass(from_server, to_client, &plan.down, &nobody);
        tokio::pin!(up, down);
        // A finished direction is half-closed and the other goes on; a cut takes both.
        tokio::select! {
            over = &mut up => if over == Over::Finished { down.await } else { over },
            over = &mut down => if over == Over::Finished { up.await } else { over },
        }
    };
    if over == Over::Cut && plan.end == End::Reset {
        reset(&client);
        reset(&server);
    }
}

/// The connection will end by RST when dropped.
fn reset(stream: &TcpStream) {
    // Where the other end was faster, it is reset already.
    drop(stream.set_zero_linger());
}

async fn pass(mut from: ReadHalf<'_>, mut to: WriteHalf<'_>, way: &Way, count: &AtomicU64) -> Over {
    let mut block = vec![0u8; BLOCK_BYTES];
    let mut good = way.good_bytes.unwrap_or(u64::MAX);
    loop {
        if good == 0 {
            match way.fate {
                Fate::Cut => return Over::Cut,
                Fate::Stall => std::future::pending::<()>().await,
                Fate::Swallow => {}
            }
        }
        let got = match from.read(&mut block).await {
            Ok(0) => {
                // The other end may have gone already.
                drop(to.shutdown().await);
                return Over::Finished;
            }
            Ok(got) => got,
            Err(_gone) => return Over::Cut,
        };
        let kept = got.min(usize::try_from(good).unwrap_or(usize::MAX));
        good -= kept as u64;
        way.slow_down(kept).await;
        if to.write_all(&block[..kept]).await.is_err() {
            return Over::Cut;
        }
        count.fetch_add(kept as u64, Ordering::Relaxed);
    }
}

impl Way {
    async fn slow_down(&self, bytes: usize) {
        let mut pause = self.latency;
        if self.bytes_per_second > 0 {
            pause += Duration::from_secs_f64(bytes as f64 / self.bytes_per_second as f64);
        }
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
    }
}
