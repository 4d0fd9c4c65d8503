//! Progress on a terminal; nothing in a pipe. A wish to stop ends the work cleanly.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use studio::wire::Problem;
use units::Watch;

use crate::stop;

/// Grains of a bar.
const GRAINS: u64 = 1_000;

/// Runs long work under a bar. Whoever asks it to stop has it undo what it had begun.
///
/// # Errors
/// What the work refuses with.
pub fn under_bar<T>(work: impl FnOnce(Watch<'_>) -> Result<T, Problem>) -> anyhow::Result<T> {
    let bar = ProgressBar::with_draw_target(Some(GRAINS), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{bar:40.green/dim} {percent:>3} %  {eta}") {
        bar.set_style(style);
    }
    let cancel = stop::switch();
    let tell = |done: u64, total: u64| {
        if total > 0 {
            bar.set_position((u128::from(done) * u128::from(GRAINS) / u128::from(total)) as u64);
        }
    };
    let outcome = work(Watch::new(&tell, &cancel));
    bar.finish_and_clear();
    outcome.map_err(crate::refused)
}
