//! `loa`: every action from a terminal, and `serve` for a browser. Also what both hosts share: the
//! clock, dice, devices and training province of a real machine.

#![forbid(unsafe_code)]

pub mod machine;

mod args;
mod bar;
mod demo;
mod files;
mod host;
mod packages;
mod send;
mod serve;
mod sound;
mod store;
mod words;

pub use words::sentence;

use std::process::ExitCode;

use anyhow::Context as _;
use clap::Parser as _;
use clap::error::ErrorKind;
use studio::wire::Problem;

use crate::args::{Args, Task};

/// Why a command did not do what it was asked for: refused with a sentence, exit code 1.
pub type Outcome = anyhow::Result<()>;

/// Runs the program with the arguments of the process. Exit codes: 0 done, 1 refused or failed with
/// a sentence on standard error, 2 wrong usage.
#[must_use]
pub fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            // Help and version go to standard output and are no failure.
            let is_answer = matches!(
                error.kind(),
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
            );
            error.print().unwrap_or_default();
            return ExitCode::from(if is_answer { 0 } else { 2 });
        }
    };
    match run(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            words::complain(&error);
            ExitCode::FAILURE
        }
    }
}

fn run(args: Args) -> Outcome {
    let json = args.json;
    match args.task {
        Task::Measure(task) => files::measure(&task, json),
        Task::Normalize(task) => files::normalize(&task, json),
        Task::Convert(task) => files::convert(&task, json),
        Task::Peaks(task) => files::peaks(&task, json),
        Task::Mix(task) => files::mix(&task, json),
        Task::Render(task) => files::render(&task, json),
        Task::Check(task) => files::check(&task, json),
        Task::Devices => sound::devices(json),
        Task::Record(task) => sound::record(&task, json),
        Task::Archive(task) => store::archive(task, json),
        Task::Package(task) => packages::package(task, json),
        Task::Send(task) => block_on(send::send(&task, json)),
        Task::Province(task) => block_on(send::province(&task, json)),
        Task::Serve(task) => block_on(host::serve(task)),
        Task::Demo(task) => demo::run(&task),
    }
}

fn block_on(work: impl Future<Output = Outcome>) -> Outcome {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("no runtime")?
        .block_on(work)
}

/// A problem as an error of this program.
fn refused(problem: Problem) -> anyhow::Error {
    anyhow::Error::new(problem)
}
