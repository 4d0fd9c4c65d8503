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
        asked_to_stop().await;
        cancel.cancel();
    });
    Some(runtime)
}

/// Waits for Ctrl-C, or for what a system says that shuts down.
async fn asked_to_stop() {
    let interrupted = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    if let Ok(mut terminated) =
        tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
    {
        tokio::select! {
            () = interrupted => {}
            _ = terminated.recv() => {}
        }
        return;
    }
    interrupted.await;
}

/// Prints an answer: as JSON, or in lines for people.
///
/// # Errors
/// Where standard output cannot be written to.
pub fn answer<T: serde::Serialize>(
    json: bool,
    value: &T,
    people: impl FnOnce(&T) -> String,
) -> Outcome {
    let text = if json {
        serde_json::to_string_pretty(value)?
    } else {
        people(value)
    };
    print(&text)
}

/// Prints a line or several, at once.
///
/// # Errors
/// Where standard output cannot be written to.
pub fn print(text: &str) -> Outcome {
    use std::io::Write as _;

    let mut out = std::io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        // Whoever reads (`| head`) has enough. The work is done, and its exit code stays what it is.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}

/// A path as text. Names that are no UTF-8 are shown as well as can be: an answer must not fail for
/// them when the work is done.
#[must_use]
pub fn shown(path: &std::path::Path) -> String {
    path.to_string_lossy().into_owned()
}
