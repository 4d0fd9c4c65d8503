//! How fast the line may be filled: a bucket shared by all that use it. Time is handed in.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// What may go out at once after a silence: half a second's worth.
const BURST_US: u64 = 500_000;

/// A second in microseconds.
const SECOND_US: u64 = 1_000_000;

/// Parts of a second's worth that go out together; small ones stop promptly and share fairly.
const SLICES_PER_SECOND: u64 = 8;

/// Largest slice in bytes where there is no limit, smallest where there is one.
const SLICE_MAX_BYTES: u64 = 512 * 1024;
const SLICE_MIN_BYTES: u64 = 256;

/// A limit in bytes per second that may be changed at any time, also while sending.
#[derive(Debug, Default)]
pub struct Limit {
    /// 0: none.
    bytes_per_second: AtomicU64,
    /// The time at which what was taken so far will have gone out, in microseconds.
    free_at_us: Mutex<u64>,
}

impl Limit {
    /// None.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// `kilobytes` (of 1000 bytes) per second; `None` or 0: no limit.
    #[must_use]
    pub fn kilobytes_per_second(kilobytes: Option<u64>) -> Self {
        let limit = Self::none();
        limit.set(kilobytes);
        limit
    }

    /// Changes it, from the next slice on.
    pub fn set(&self, kilobytes_per_second: Option<u64>) {
        let bytes = kilobytes_per_second.unwrap_or(0).saturating_mul(1_000);
        self.bytes_per_second.store(bytes, Ordering::Relaxed);
    }

    /// How many bytes are best handed out together, 256 to 524288.
    #[must_use]
    pub fn slice_bytes(&self) -> usize {
        let slice = match self.bytes_per_second.load(Ordering::Relaxed) {
            0 => SLICE_MAX_BYTES,
            rate => (rate / SLICES_PER_SECOND).clamp(SLICE_MIN_BYTES, SLICE_MAX_BYTES),
        };
        usize::try_from(slice).unwrap_or(usize::MAX)
    }

    /// Takes `bytes` at `now_us` (any clock that never goes back): how many microseconds to wait
    /// before they go out.
    #[must_use]
    pub fn take(&self, bytes: u64, now_us: u64) -> u64 {
        let rate = self.bytes_per_second.load(Ordering::Relaxed);
        if rate == 0 {
            return 0;
        }
        let cost_us = u128::from(bytes) * u128::from(SECOND_US) / u128::from(rate);
        let cost_us = u64::try_from(cost_us).unwrap_or(u64::MAX);
        let mut free_at_us = self
            .free_at_us
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let begin_us = (*free_at_us).max(now_us.saturating_sub(BURST_US));
        *free_at_us = begin_us.saturating_add(cost_us);
        begin_us.saturating_sub(now_us)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{prop, proptest};

    proptest! {
        #[test]
        fn over_any_time_no_more_goes_out_than_the_rate_and_one_burst(
            sizes in prop::collection::vec(1u64..4_000, 1..200),
            idle_us in prop::collection::vec(0u64..400_000, 200),
        ) {
            let limit = Limit::kilobytes_per_second(Some(10));
            let begin_us = 10 * SECOND_US;
            let (mut now_us, mut out) = (begin_us, 0u64);
            for (size, idle) in sizes.iter().zip(idle_us) {
                now_us += idle;
                now_us += limit.take(*size, now_us);
                out += size;
                // The last slice may still be on its way.
                let allowed = (now_us - begin_us + BURST_US) * 10_000 / SECOND_US + 4_000;
                assert!(out <= allowed, "{out} bytes by {now_us}");
            }
        }
    }

    #[test]
    fn without_a_limit_nothing_waits() {
        assert_eq!(Limit::none().take(u64::MAX, 0), 0);
        assert_eq!(Limit::kilobytes_per_second(Some(0)).take(1 << 40, 0), 0);
    }

    #[test]
    fn a_limit_may_be_lifted_while_sending() {
        let limit = Limit::kilobytes_per_second(Some(1));
        assert!(limit.take(10_000, 0) == 0 && limit.take(1, 0) > 9_000_000);
        limit.set(None);
        assert_eq!(limit.take(1, 0), 0);
    }
}
