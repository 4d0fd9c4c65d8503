//! Levels. Each scale is a type of its own, so that a peak is never compared with a loudness.

use std::fmt;

macro_rules! level {
    ($(#[$doc:meta])* $name:ident, $unit:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, PartialOrd, Debug, Default)]
        pub struct $name(pub f64);

        impl $name {
            /// The bare number.
            #[must_use]
            pub const fn value(self) -> f64 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:.1} {}", self.0, $unit)
            }
        }
    };
}

level!(
    /// Loudness relative to full scale (ITU-R BS.1770-5; EBU R 128). Minus infinity is silence.
    Lufs,
    "LUFS"
);
level!(
    /// True peak relative to full scale (ITU-R BS.1770-5 Annex 2).
    Dbtp,
    "dBTP"
);
level!(
    /// A gain or a difference of levels in decibel.
    Db,
    "dB"
);

impl Db {
    /// The factor on amplitudes: 10^(dB/20).
    #[must_use]
    pub fn factor(self) -> f64 {
        10f64.powf(self.0 / 20.0)
    }

    /// The gain in decibel of an amplitude factor.
    #[must_use]
    pub fn from_factor(factor: f64) -> Self {
        Self(20.0 * factor.log10())
    }
}

impl Dbtp {
    /// The amplitude, 1.0 being full scale.
    #[must_use]
    pub fn amplitude(self) -> f64 {
        Db(self.0).factor()
    }

    /// The level of an amplitude, 1.0 being full scale.
    #[must_use]
    pub fn from_amplitude(amplitude: f64) -> Self {
        Self(Db::from_factor(amplitude).0)
    }
}

#[cfg(test)]
mod tests {
    use super::{Db, Dbtp, Lufs};

    #[test]
    fn six_decibel_are_about_a_factor_of_two() {
        assert!((Db(6.0206).factor() - 2.0).abs() < 1e-4);
        assert!((Dbtp::from_amplitude(0.5).0 + 6.0206).abs() < 1e-4);
        assert_eq!(Lufs(-23.04).to_string(), "-23.0 LUFS");
    }
}
