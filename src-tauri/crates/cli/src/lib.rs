//! `loa`: every action from a terminal, and `serve` for a browser. Also what both hosts share: the
//! clock, dice, devices and training province of a real machine.

#![forbid(unsafe_code)]

pub mod machine;

mod args;
mod bar;
mod demo;
mod files;
mod findings;
mod help;
mod host;
mod out;
mod packages;
mod send;
mod serve;
mod sound;
mod stop;
mod store;
mod words;

pub use out::plain;
pub use words::sentence;

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use clap::error::ErrorKind;
use clap::{CommandFactory as _, FromArgMatches as _};
use studio::wire::Problem;

use crate::args::{Args, Task};

/// Why a command did not do what it was asked for: refused with a sentence, exit code 1.
pub type Outcome = anyhow::Result<()>;

/// How long the end of the program waits for calls under way.
const PATIENCE: Duration = Duration::from_secs(3);

/// Runs the program with the arguments of the process. Exit codes: 0 done, 1 refused, stopped or
/// failed with a sentence on standard error, 2 wrong usage.
#[must_use]
pub fn main() -> ExitCode {
    let matches = help::spoken(Args::command()).try_get_matches();
    let args = match matches.and_then(|matches| Args::from_arg_matches(&matches)) {
        Ok(args) => args,
        Err(error) => return ExitCode::from(told(error)),
    };
    match run(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            words::complain(&error);
            ExitCode::FAILURE
        }
    }
}

/// Help or version, which were asked for, or what was typed wrong; with the exit code.
fn told(error: clap::Error) -> u8 {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => match out::page(&error) {
            Ok(()) => 0,
            Err(error) => {
                words::complain(&anyhow::Error::new(error).context("standard output"));
                1
            }
        },
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            // On standard error; where nobody listens there, nobody is told.
            out::page(&error).unwrap_or_default();
            2
        }
        _ => {
            out::say_lines(help::mistake(error).lines());
            2
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
        Task::Serve(task) => block_on(host::serve(task, json)),
        Task::Demo(task) => demo::run(&task, json),
    }
}

fn block_on(work: impl Future<Output = Outcome>) -> Outcome {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("no runtime")?;
    let outcome = runtime.block_on(work);
    // A call that blocks (a slow disk, a dialog) must not keep the program from ending.
    runtime.shutdown_timeout(PATIENCE);
    outcome
}

/// A problem as an error of this program.
fn refused(problem: Problem) -> anyhow::Error {
    anyhow::Error::new(problem)
}
