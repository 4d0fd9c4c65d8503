//! How large the next piece is. Pure.
//!
//! Large pieces are fast: each one costs a request, and on a good line the whole package could be
//! one. Small pieces are safe: a proxy that hoards a request until it is complete loses all of it
//! when the line breaks, and a server that checks a piece's digest throws a broken piece away.

/// Smallest piece: still moves on a line that breaks every few seconds at 64 kbit/s.
pub const PIECE_MIN_BYTES: u64 = 64 * 1024;

/// Largest piece. Beyond this a request costs nothing noticeable, and an acknowledged offset at
/// least every quarter of a gigabyte keeps a restart cheap.
pub const PIECE_MAX_BYTES: u64 = 256 * 1024 * 1024;

/// A first guess for a line nothing is known about: a broken first piece may be lost whole, and on a
/// good line six requests later pieces are as large as they get.
const PIECE_START_BYTES: u64 = 256 * 1024;

/// How long a piece should take: long against a round trip, short against a patience.
const TARGET_MS: u64 = 8_000;

/// Growth per piece, so that one lucky piece does not decide.
const GROWTH_MAX: u64 = 4;

/// Chooses sizes from how long pieces took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    bytes: u64,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            bytes: PIECE_START_BYTES,
        }
    }
}

impl Pace {
    /// The size of the next piece in bytes, [`PIECE_MIN_BYTES`] to [`PIECE_MAX_BYTES`].
    #[must_use]
    pub fn piece_bytes(&self) -> u64 {
        self.bytes
    }

    /// A piece of `bytes` went through in `took_ms`.
    pub fn went_through(&mut self, bytes: u64, took_ms: u64) {
        let ideal = u128::from(bytes) * u128::from(TARGET_MS) / u128::from(took_ms.max(1));
        let ideal = u64::try_from(ideal).unwrap_or(u64::MAX);
        // A short last piece says nothing against large ones.
        let floor = if bytes < self.bytes { self.bytes } else { 0 };
        let most = self.bytes.saturating_mul(GROWTH_MAX);
        self.bytes = ideal
            .max(floor)
            .min(most)
            .clamp(PIECE_MIN_BYTES, PIECE_MAX_BYTES);
    }

    /// A piece broke.
    pub fn broke(&mut self) {
        self.bytes = (self.bytes / 2).max(PIECE_MIN_BYTES);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{any, proptest};

    #[test]
    fn a_fast_line_soon_gets_large_pieces_and_a_breaking_one_small() {
        let mut pace = Pace::default();
        for _ in 0..6 {
            pace.went_through(pace.piece_bytes(), 20);
        }
        assert_eq!(pace.piece_bytes(), PIECE_MAX_BYTES);
        for _ in 0..20 {
            pace.broke();
        }
        assert_eq!(pace.piece_bytes(), PIECE_MIN_BYTES);
    }

    #[test]
    fn a_slow_line_gets_pieces_of_about_eight_seconds() {
        let mut pace = Pace::default();
        // 100 kB/s.
        pace.went_through(pace.piece_bytes(), pace.piece_bytes() / 100);
        assert!((800_000..801_000).contains(&pace.piece_bytes()));
    }

    proptest! {
        #[test]
        fn sizes_stay_within_bounds(steps in proptest::collection::vec(any::<(bool, u64, u64)>(), 0..50)) {
            let mut pace = Pace::default();
            for (broke, bytes, took) in steps {
                if broke { pace.broke() } else { pace.went_through(bytes, took) }
                assert!((PIECE_MIN_BYTES..=PIECE_MAX_BYTES).contains(&pace.piece_bytes()));
            }
        }
    }
}
