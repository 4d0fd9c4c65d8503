//! Progress on a terminal; nothing in a pipe. Ctrl-C stops the work cleanly.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use studio::wire::Problem;
use units::{Cancel, Watch};

use crate::Outcome;

/// Grains of a bar.
const GRAINS: u64 = 1_000;

/// Runs long work under a bar. Ctrl-C asks it to stop, and it undoes what it had begun.
///
/// # Errors
/// What the work refuses with.
pub fn under_bar<T>(work: impl FnOnce(Watch<'_>) -> Result<T, Problem>) -> anyhow::Result<T> {
    let bar = ProgressBar::with_draw_target(Some(GRAINS), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{bar:40.green/dim} {percent:>3} %  {eta}") {
        bar.set_style(style);
    }
    let cancel = Cancel::new();
    let _listening = listen(&cancel);
    let tell = |done: u64, total: u64| {
        if total > 0 {
            bar.set_position((u128::from(done) * u128::from(GRAINS) / u128::from(total)) as u64);
        }
    };
    let outcome = work(Watch::new(&tell, &cancel));
    bar.finish_and_clear();
    outcome.map_err(crate::refused)
}

/// Switches `cancel` on at Ctrl-C for as long as the answer lives.
fn listen(cancel: &Cancel) -> Option<tokio::runtime::Runtime> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .ok()?;
    let cancel = cancel.clone();
    runtime.spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            cancel.cancel();
        }
    });
    Some(runtime)
}

/// Prints an answer: as JSON, or in lines for people.
///
/// # Errors
/// Where standard output is closed.
pub fn answer<T: serde::Serialize>(
    json: bool,
    value: &T,
    people: impl FnOnce(&T) -> String,
) -> Outcome {
    use std::io::Write as _;

    let text = if json {
        serde_json::to_string_pretty(value)?
    } else {
        people(value)
    };
    writeln!(std::io::stdout(), "{text}")?;
    Ok(())
}
