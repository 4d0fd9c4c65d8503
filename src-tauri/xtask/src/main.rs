//! The project's own chores, `cargo xtask <chore>`. Each does all its own set-up. No dependencies,
//! so that it builds in seconds on a bare machine.

#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr)] // a terminal program

mod bench;
mod chores;
mod faults;
mod fuzz;
mod setup;
mod shell;
mod test;
mod ui;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask <chore>

  demo [--audio FILE --deck FILE]   the main job, end to end, no display needed
  run                               opens the app with the training province beside it
  test [--fast]                     all checks; --fast leaves out the slow and outer ones
  gen                               writes ui/src/wire from Rust; a test compares
  bench [NAME…]                     speed as ratios against named peers, in one run
  fuzz [SECONDS] [TARGET…]          hostile bytes against the readers, five minutes each
  faults [--media] [--only CASE]    the disk fails at every call, kills at any moment
  deb                               builds the .deb bundle
  licences                          writes THIRD_PARTY_LICENCES.md from the dependency tree
  setup                             installs what the other chores need
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let rest = arguments.get(1..).unwrap_or_default();
    let outcome = match arguments.first().map(String::as_str) {
        Some("demo") => chores::demo(rest),
        Some("run") => chores::run_app(rest),
        Some("test") => test::all(rest),
        Some("gen") => chores::generate(),
        Some("bench") => bench::run_all(rest),
        Some("fuzz") => fuzz::run_all(rest),
        Some("faults") => faults::run_all(rest),
        Some("deb") => chores::deb(),
        Some("licences") => chores::licences(),
        Some("setup") => setup::everything(),
        _ => {
            print!("{HELP}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("xtask: {reason}");
            ExitCode::FAILURE
        }
    }
}
