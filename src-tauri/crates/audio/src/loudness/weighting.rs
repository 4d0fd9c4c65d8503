//! The K-weighting filter of BS.1770-5 for any rate, laid out so that four samples come out at once.
//!
//! Not here: the loop that runs it (`kernel`).

use std::f64::consts::PI;

/// Samples that one step of the recursion yields.
pub const STEP: usize = 4;

/// The filter as one step: four outputs as sums of eight inputs and the four outputs before.
///
/// A recursion runs one sample after the other; written out for four samples, only the sums over the
/// previous outputs wait for each other, and all lanes of a vector are busy.
#[derive(Clone, Debug)]
pub struct Steps {
    /// Numerator and denominator of both stages multiplied out; `a[0]` is 1.
    pub b: [f64; 5],
    pub a: [f64; 5],
    /// What the inputs n−4 … n+3 add to the outputs n … n+3.
    pub from_input: [[f64; STEP]; 2 * STEP],
    /// What the outputs n−4 … n−1 add to the outputs n … n+3.
    pub from_output: [[f64; STEP]; STEP],
}

impl Steps {
    /// The filter for this rate.
    pub fn new(rate_hz: u32) -> Self {
        let (b, a) = coefficients(f64::from(rate_hz));
        // Each column is what the recursion answers to a single 1 in that place.
        let answer = |place: usize| {
            let mut x = [0.0; 2 * STEP];
            let mut y = [0.0; 2 * STEP];
            if place < 2 * STEP {
                x[place] = 1.0;
            } else {
                y[place - 2 * STEP] = 1.0;
            }
            for n in STEP..2 * STEP {
                y[n] = (0..5).map(|k| b[k] * x[n - k]).sum::<f64>()
                    - (1..5).map(|k| a[k] * y[n - k]).sum::<f64>();
            }
            std::array::from_fn(|k| y[STEP + k])
        };
        Self {
            b,
            a,
            from_input: std::array::from_fn(answer),
            from_output: std::array::from_fn(|k| answer(2 * STEP + k)),
        }
    }
}

/// Both stages multiplied out.
///
/// BS.1770-5 gives coefficients for 48 kHz only and asks for the same response elsewhere. These are
/// its analogue prototypes, found by inverting the bilinear transform, as all meters in use have them
/// (Brecht De Man, "Evaluation of implementations of the EBU R128 loudness measurement", AES 2018).
fn coefficients(rate_hz: f64) -> ([f64; 5], [f64; 5]) {
    let shelf = {
        let (frequency_hz, gain_db, q) = (
            1_681.974_450_955_533,
            3.999_843_853_973_347,
            0.707_175_236_955_419_6,
        );
        let k = (PI * frequency_hz / rate_hz).tan();
        let high = 10f64.powf(gain_db / 20.0);
        let band = high.powf(0.499_666_774_154_541_6);
        let a0 = 1.0 + k / q + k * k;
        (
            [
                (high + band * k / q + k * k) / a0,
                2.0 * (k * k - high) / a0,
                (high - band * k / q + k * k) / a0,
            ],
            [1.0, 2.0 * (k * k - 1.0) / a0, (1.0 - k / q + k * k) / a0],
        )
    };
    let high_pass = {
        let (frequency_hz, q) = (38.135_470_876_024_44, 0.500_327_037_323_877_3);
        let k = (PI * frequency_hz / rate_hz).tan();
        let a0 = 1.0 + k / q + k * k;
        (
            [1.0, -2.0, 1.0],
            [1.0, 2.0 * (k * k - 1.0) / a0, (1.0 - k / q + k * k) / a0],
        )
    };
    (product(shelf.0, high_pass.0), product(shelf.1, high_pass.1))
}

fn product(p: [f64; 3], q: [f64; 3]) -> [f64; 5] {
    let mut out = [0.0; 5];
    for (i, p) in p.iter().enumerate() {
        for (j, q) in q.iter().enumerate() {
            out[i + j] += p * q;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{coefficients, product};

    #[test]
    fn at_48_khz_the_coefficients_are_those_printed_in_the_standard() {
        let (b, a) = coefficients(48_000.0);
        let printed_b = product(
            [
                1.535_124_859_586_97,
                -2.691_696_189_406_38,
                1.198_392_810_852_85,
            ],
            [1.0, -2.0, 1.0],
        );
        let printed_a = product(
            [1.0, -1.690_659_293_182_41, 0.732_480_774_215_85],
            [1.0, -1.990_047_454_833_98, 0.990_072_250_366_21],
        );
        for k in 0..5 {
            assert!((b[k] - printed_b[k]).abs() < 1e-9);
            assert!((a[k] - printed_a[k]).abs() < 1e-9);
        }
    }
}
