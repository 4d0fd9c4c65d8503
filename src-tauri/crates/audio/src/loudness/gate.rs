//! From the energies of many windows to the two gated figures: integrated loudness (BS.1770-5
//! Annex 1) and loudness range (Tech 3342).

/// What BS.1770 adds so that 997 Hz at full scale in one channel reads −3.01.
const OFFSET_DB: f64 = -0.691;
/// Windows below this count nowhere.
pub const ABSOLUTE_GATE_LUFS: f64 = -70.0;
/// Below the mean of what passed the absolute gate, in LU: for loudness and for range.
const RELATIVE_GATE_LU: f64 = -10.0;
const RANGE_GATE_LU: f64 = -20.0;
/// The range lies between these two ranks of what passed.
const RANGE_LOW: f64 = 0.10;
const RANGE_HIGH: f64 = 0.95;

/// The loudness of a mean weighted square, in LUFS. Minus infinity for zero.
pub fn loudness(energy: f64) -> f64 {
    OFFSET_DB + 10.0 * energy.log10()
}

/// The mean weighted square of a loudness in LUFS.
pub fn energy(lufs: f64) -> f64 {
    10f64.powf((lufs - OFFSET_DB) / 10.0)
}

/// Energies of windows that passed the absolute gate.
#[derive(Clone, Debug)]
pub struct Gated {
    energies: Vec<f64>,
    gate: f64,
}

impl Gated {
    pub fn new() -> Self {
        Self {
            energies: Vec::new(),
            gate: energy(ABSOLUTE_GATE_LUFS),
        }
    }

    pub fn push(&mut self, energy: f64) {
        if energy > self.gate {
            self.energies.push(energy);
        }
    }

    fn mean_above(&self, gate: f64) -> Option<f64> {
        let (sum, count) = self
            .energies
            .iter()
            .filter(|&&energy| energy > gate)
            .fold((0.0, 0u64), |(sum, count), energy| {
                (sum + energy, count + 1)
            });
        (count > 0).then(|| sum / count as f64)
    }

    /// Integrated loudness in LUFS, minus infinity where nothing passed.
    pub fn integrated(&self) -> f64 {
        self.mean_above(0.0)
            .and_then(|mean| self.mean_above(mean * 10f64.powf(RELATIVE_GATE_LU / 10.0)))
            .map_or(f64::NEG_INFINITY, loudness)
    }

    /// Loudness range in LU, 0 where nothing passed.
    pub fn range_lu(mut self) -> f64 {
        let Some(mean) = self.mean_above(0.0) else {
            return 0.0;
        };
        let gate = mean * 10f64.powf(RANGE_GATE_LU / 10.0);
        self.energies.retain(|&energy| energy >= gate);
        self.energies.sort_by(f64::total_cmp);
        let Some(last) = self.energies.len().checked_sub(1) else {
            return 0.0;
        };
        let rank = |share: f64| self.energies[(last as f64 * share).round() as usize];
        loudness(rank(RANGE_HIGH)) - loudness(rank(RANGE_LOW))
    }
}

#[cfg(test)]
mod tests {
    use super::{Gated, energy, loudness};

    #[test]
    fn quiet_windows_do_not_pull_the_loudness_down() {
        let mut gated = Gated::new();
        for lufs in [-23.0, -23.0, -40.0, -80.0] {
            gated.push(energy(lufs));
        }
        assert!((gated.integrated() - -23.0).abs() < 1e-9);
    }

    #[test]
    fn silence_has_no_loudness_and_no_range() {
        let mut gated = Gated::new();
        gated.push(0.0);
        assert_eq!(gated.integrated(), f64::NEG_INFINITY);
        assert_eq!(gated.range_lu(), 0.0);
        assert_eq!(loudness(0.0), f64::NEG_INFINITY);
    }
}
