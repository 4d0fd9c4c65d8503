//! The K-weighting filter of BS.1770-5 for any rate, laid out so that several samples come out at once.
//!
//! Not here: the loop that runs it (`kernel`).

use std::f64::consts::PI;

/// Order of the filter, both stages together: it looks back on so many inputs and outputs.
pub const ORDER: usize = 4;
/// The longest step of the recursion, in samples.
const STEP_MAX: usize = 8;

/// The filter, sample by sample and as steps of four and of eight samples.
///
/// A recursion runs one sample after the other; written out for several, only the sums over the
/// previous outputs wait for each other, and all lanes of a vector are busy.
#[derive(Clone, Debug)]
pub struct Steps {
    /// Numerator and denominator of both stages multiplied out; `a[0]` is 1.
    pub b: [f64; ORDER + 1],
    pub a: [f64; ORDER + 1],
    pub four: Columns<4>,
    pub eight: Columns<8>,
}

/// One step: `W` outputs as sums of the inputs under and before them and of the outputs before.
#[derive(Clone, Debug)]
pub struct Columns<const W: usize> {
    /// What the inputs n−4 … n+W−1 add to the outputs n … n+W−1; the rest of the array is not used.
    pub from_input: [[f64; W]; STEP_MAX + ORDER],
    /// What the outputs n−4 … n−1 add to them.
    pub from_output: [[f64; W]; ORDER],
}

impl Steps {
    /// The filter for this rate.
    pub fn new(rate_hz: u32) -> Self {
        let (b, a) = coefficients(f64::from(rate_hz));
        Self {
            b,
            a,
            four: Columns::new(&b, &a),
            eight: Columns::new(&b, &a),
        }
    }
}

impl<const W: usize> Columns<W> {
    /// Each column is what the recursion answers to a single 1 in one place.
    fn new(b: &[f64; ORDER + 1], a: &[f64; ORDER + 1]) -> Self {
        let answer = |x: [f64; STEP_MAX + ORDER], mut y: [f64; STEP_MAX + ORDER]| {
            for n in ORDER..W + ORDER {
                y[n] = (0..=ORDER).map(|k| b[k] * x[n - k]).sum::<f64>()
                    - (1..=ORDER).map(|k| a[k] * y[n - k]).sum::<f64>();
            }
            std::array::from_fn(|k| y[ORDER + k])
        };
        let nothing = [0.0; STEP_MAX + ORDER];
        let one = |place: usize| {
            let mut values = nothing;
            values[place] = 1.0;
            values
        };
        Self {
            from_input: std::array::from_fn(|place| answer(one(place), nothing)),
            from_output: std::array::from_fn(|place| answer(nothing, one(place))),
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
