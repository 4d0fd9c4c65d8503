//! Measures the sound files named on the command line: `cargo xtask bench` times this engine alone.

mod support;

use audio::{Error, MonoReading, measure};
use support::at_rest;
use units::Watch;

#[allow(clippy::print_stdout, reason = "its only output")]
fn main() -> Result<(), Error> {
    for path in std::env::args().skip(1) {
        let levels = measure(at_rest(&path)?, MonoReading::DualMono, Watch::NONE)?;
        println!(
            "{path}: {:.3} LUFS, LRA {:.3} LU, {:.3} dBTP, max M {:.3}, max S {:.3}, {:.3} s",
            levels.integrated.0,
            levels.range_lu,
            levels.true_peak.0,
            levels.max_momentary.0,
            levels.max_short_term.0,
            levels.duration_s
        );
    }
    Ok(())
}
