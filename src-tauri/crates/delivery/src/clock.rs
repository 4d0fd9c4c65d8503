//! Time and dice as ports: the system's own, and test versions that jump and are loaded.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Longest sleep without looking at the clock again, so that a machine that was asleep or whose
/// clock was set goes on within a second.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Knows the time and can wait.
pub trait Clock: Send + Sync {
    /// Unix milliseconds.
    fn now_ms(&self) -> u64;

    /// Waits until that time. Never longer than the wait was when it began, whatever is done to the
    /// clock meanwhile.
    fn sleep_until(&self, until_ms: u64) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;
}

/// A source of random numbers, uniform over `u32`.
pub trait Dice: Send + Sync {
    /// The next number.
    fn roll(&self) -> u32;
}

/// The clock on the wall.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now_ms(&self) -> u64 {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| {
                u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
            })
    }

    fn sleep_until(&self, until_ms: u64) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async move {
            let mut left = Duration::from_millis(until_ms.saturating_sub(self.now_ms()));
            while !left.is_zero() {
                let nap = left.min(LOOK_EVERY);
                tokio::time::sleep(nap).await;
                let by_wall = Duration::from_millis(until_ms.saturating_sub(self.now_ms()));
                left = (left - nap).min(by_wall);
            }
        })
    }
}

/// The operating system's random numbers.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemDice;

impl Dice for SystemDice {
    fn roll(&self) -> u32 {
        // Without random numbers every wait is the longest: slower, still right.
        getrandom::u32().unwrap_or(u32::MAX)
    }
}

/// A clock for tests: waiting makes the time come.
#[derive(Debug, Default)]
pub struct JumpingClock(AtomicU64);

impl JumpingClock {
    /// Begins at `now_ms`.
    #[must_use]
    pub fn new(now_ms: u64) -> Self {
        Self(AtomicU64::new(now_ms))
    }
}

impl Clock for JumpingClock {
    fn now_ms(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    fn sleep_until(&self, until_ms: u64) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        self.0.fetch_max(until_ms, Ordering::Relaxed);
        Box::pin(tokio::task::yield_now())
    }
}

/// Dice for tests: always the same.
#[derive(Clone, Copy, Debug, Default)]
pub struct FixedDice(pub u32);

impl Dice for FixedDice {
    fn roll(&self) -> u32 {
        self.0
    }
}
