//! Positions and lengths on the timeline.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};

/// The rate at which everything inside the studio runs.
pub const SAMPLE_RATE_HZ: u32 = 48_000;

/// A position or length in samples at [`SAMPLE_RATE_HZ`]. Signed, so that differences are exact.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Samples(pub i64);

impl Samples {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// The nearest whole sample to `seconds`.
    #[must_use]
    pub fn from_seconds(seconds: f64) -> Self {
        // `as` saturates and maps NaN to 0, which is what a bad number deserves here.
        Self((seconds * f64::from(SAMPLE_RATE_HZ)).round() as i64)
    }

    /// The length in seconds.
    #[must_use]
    pub fn seconds(self) -> f64 {
        self.0 as f64 / f64::from(SAMPLE_RATE_HZ)
    }
}

impl Add for Samples {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for Samples {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl Neg for Samples {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl AddAssign for Samples {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl SubAssign for Samples {
    fn sub_assign(&mut self, other: Self) {
        self.0 -= other.0;
    }
}

impl Sum for Samples {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, Add::add)
    }
}

impl fmt::Display for Samples {
    /// Hours, minutes, seconds and milliseconds, as a transport shows them: `00:01:38.420`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let ms = self.0.unsigned_abs() * 1_000 / u64::from(SAMPLE_RATE_HZ);
        let (s, ms) = (ms / 1_000, ms % 1_000);
        write!(
            f,
            "{sign}{:02}:{:02}:{:02}.{ms:03}",
            s / 3_600,
            s / 60 % 60,
            s % 60
        )
    }
}

#[cfg(test)]
mod tests {
    use super::Samples;

    #[test]
    fn a_position_shows_as_a_transport_shows_it() {
        assert_eq!(Samples::from_seconds(98.42).to_string(), "00:01:38.420");
        assert_eq!((-Samples::from_seconds(1.0)).to_string(), "-00:00:01.000");
    }

    #[test]
    fn seconds_that_are_no_number_become_zero() {
        assert_eq!(Samples::from_seconds(f64::NAN), Samples::ZERO);
    }
}
