//! `cargo xtask bench`: user + system CPU seconds of our programs and of named peers on the same
//! material in one run, as ratios. Never a pass or fail.

use crate::shell::Outcome;

/// Runs the named benchmarks, or all.
pub fn run(names: &[String]) -> Outcome {
    Err(format!("not yet: {names:?}"))
}
