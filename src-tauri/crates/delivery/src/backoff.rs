//! How long to wait before the next try. Pure: dice and requests of the server are handed in.

/// First upper bound: a cut line is often back within a second.
const BASE_MS: u64 = 500;

/// Longest wait chosen here. A line that comes back is used within a minute.
pub const WAIT_MAX_MS: u64 = 60_000;

/// Longest wait a server may ask for by `Retry-After`: a mistaken or hostile server must not park
/// an emergency message for a day.
pub const RETRY_AFTER_MAX_MS: u64 = 10 * 60_000;

/// Counts failures in a row and turns them into waits: exponential, capped, full jitter (a random
/// time between nothing and the bound, so that a hundred communes cut off together do not come back
/// together).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backoff {
    failures: u32,
}

impl Backoff {
    /// Failures since the last progress.
    #[must_use]
    pub fn failures(&self) -> u32 {
        self.failures
    }

    /// Something moved forward.
    pub fn progressed(&mut self) {
        self.failures = 0;
    }

    /// Something failed: how long to wait, in milliseconds. `dice` is uniform over all `u32`. What a
    /// server asks for is the least, and the jitter comes on top: all whom it sent away with the same
    /// words must not come back in the same moment.
    pub fn failed(&mut self, dice: u32, retry_after_ms: Option<u64>) -> u64 {
        self.failures = self.failures.saturating_add(1);
        let wait = jitter(bound(self.failures), dice);
        match retry_after_ms {
            Some(asked) => asked.saturating_add(wait).min(RETRY_AFTER_MAX_MS),
            None => wait,
        }
    }

    /// How long to wait before asking again for a receipt that is being made, after `asked`
    /// questions: half to whole of the bound, for an answer is known to come.
    #[must_use]
    pub fn poll(asked: u32, dice: u32, retry_after_ms: Option<u64>) -> u64 {
        let half = bound(asked.saturating_add(1)) / 2;
        let wait = half / 2 + jitter(half / 2, dice);
        wait.max(retry_after_ms.unwrap_or(0).min(RETRY_AFTER_MAX_MS))
    }
}

/// 500 ms, 1 s, 2 s, … up to [`WAIT_MAX_MS`].
fn bound(failures: u32) -> u64 {
    let doublings = failures.saturating_sub(1).min(16);
    (BASE_MS << doublings).min(WAIT_MAX_MS)
}

/// Uniform in `0..=bound_ms`.
fn jitter(bound_ms: u64, dice: u32) -> u64 {
    ((u128::from(bound_ms + 1) * u128::from(dice)) >> 32) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{any, proptest};

    proptest! {
        #[test]
        fn a_wait_stays_under_its_caps(dice: Vec<u32>, asked in any::<Option<u64>>()) {
            let mut backoff = Backoff::default();
            for dice in dice {
                let wait = backoff.failed(dice, None);
                assert!(wait <= WAIT_MAX_MS);
                let wait = backoff.failed(dice, asked);
                assert!(wait <= RETRY_AFTER_MAX_MS);
                assert!(wait >= asked.unwrap_or(0).min(RETRY_AFTER_MAX_MS));
            }
        }
    }

    #[test]
    fn those_sent_away_with_the_same_words_do_not_come_back_together() {
        let waits =
            [0, u32::MAX / 2, u32::MAX].map(|dice| Backoff::default().failed(dice, Some(90_000)));
        assert_eq!(waits, [90_000, 90_250, 90_500]);
    }

    #[test]
    fn the_bound_doubles_from_half_a_second_to_a_minute() {
        let mut backoff = Backoff::default();
        let waits: Vec<u64> = (0..9).map(|_| backoff.failed(u32::MAX, None)).collect();
        assert_eq!(
            waits,
            [
                500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000
            ]
        );
        backoff.progressed();
        assert_eq!(backoff.failed(u32::MAX, None), 500);
        assert_eq!(backoff.failed(0, None), 0);
    }
}
