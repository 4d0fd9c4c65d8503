//! `cargo xtask fuzz`: the targets of `src-tauri/fuzz`, each for a while, from the fixtures on.
//!
//! What a run learns is kept under the target folder and taken up by the next one. Not part of `test`:
//! it takes as long as it is given.

use std::fs;

use crate::setup;
use crate::shell::{Outcome, command, root, run, step, target};

/// Targets and the folders their runs start from.
const TARGETS: [(&str, &[&str]); 5] = [
    ("wav", &["tests/fixtures/audio/codecs"]),
    ("sound", &["tests/fixtures/audio/codecs"]),
    ("deck", &["tests/fixtures/deck", "assets/templates"]),
    ("bag", &["tests/fixtures/bags"]),
    ("tus_reply", &[]),
];

/// How long each target runs unless told otherwise.
const SECONDS: u64 = 300;

/// One input may take this long; all of them are small.
const INPUT_SECONDS_MAX: u64 = 25;

/// Runs the named targets, or all; a number says how many seconds each.
pub fn run_all(arguments: &[String]) -> Outcome {
    let seconds = arguments.iter().find_map(|word| word.parse().ok());
    let names: Vec<&String> = arguments
        .iter()
        .filter(|word| word.parse::<u64>().is_err())
        .collect();
    if let Some(unknown) = names
        .iter()
        .find(|name| TARGETS.iter().all(|(target, _)| target != *name))
    {
        return Err(format!("there is no fuzz target {unknown}"));
    }
    setup::build()?;
    let cargo_fuzz = setup::cargo_tool("cargo-fuzz", "0.13.1")?;
    for (name, seeds) in TARGETS {
        if !names.is_empty() && names.iter().all(|wanted| *wanted != name) {
            continue;
        }
        let corpus = target().join("fuzz/corpus").join(name);
        let found = target().join("fuzz/artifacts").join(name);
        for folder in [&corpus, &found] {
            fs::create_dir_all(folder).map_err(|error| error.to_string())?;
        }
        let mut fuzz = command(&cargo_fuzz);
        // The sanitisers are switched on by flags that the stable compiler keeps to itself.
        fuzz.env("RUSTC_BOOTSTRAP", "1");
        fuzz.args(["run", "--fuzz-dir", "src-tauri/fuzz", "--target-dir"]);
        fuzz.arg(target().join("fuzz")).arg(name).arg(corpus);
        fuzz.args(seeds.iter().map(|seed| root().join(seed)));
        fuzz.arg("--")
            .arg(format!("-max_total_time={}", seconds.unwrap_or(SECONDS)));
        fuzz.arg(format!("-timeout={INPUT_SECONDS_MAX}"));
        fuzz.arg(format!("-artifact_prefix={}/", found.display()));
        fuzz.args(["-print_final_stats=1", "-close_fd_mask=0"]);
        step(&format!("fuzz {name}"), || run(&mut fuzz))?;
    }
    Ok(())
}
