//! `cargo xtask faults`: every command while the disk fails at each of its calls and kills come at
//! any moment; with `--media`, every command on bad ground. A sample of the former is part of `test`.

use crate::setup;
use crate::shell::{Outcome, cargo, run, step, target};

/// Runs all there is, some hours, or what is asked for: `--media`; `--only CASE` or `--only "CASE RUN"`;
/// `--seed N` with `--most FAULTS` and `--kills N` of each case.
pub fn run_all(arguments: &[String]) -> Outcome {
    let mut tests = cargo();
    tests.args(["test", "--quiet", "-p", "tests", "--test", "faults", "--"]);
    tests.args(["--nocapture", "--test-threads", "1"]);
    tests.env("LOA_BIN", target().join("debug/loa"));
    tests.env("LOA_FAULTS", "long");
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or(format!("{word} takes a value"));
        match word.as_str() {
            "--media" => tests.env("LOA_FAULTS", "media"),
            "--only" => tests.env("LOA_FAULTS_ONLY", value()?),
            "--seed" => tests.env("LOA_FAULTS_SEED", value()?),
            "--most" => tests.env("LOA_FAULTS_MOST", value()?),
            "--kills" => tests.env("LOA_FAULTS_KILLS", value()?),
            _ => {
                let known = "--media, --only CASE, --seed N, --most FAULTS, --kills N";
                return Err(format!("faults takes {known}"));
            }
        };
    }
    setup::faults()?;
    run(cargo().args(["build", "--quiet", "-p", "cli"]))?;
    step("faults", || run(&mut tests))
}
