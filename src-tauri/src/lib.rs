//! The desktop host: one window, one command, dialogs and dropped files. Everything else is in
//! `studio`; the window asks for it by name through [`rpc`].

#![forbid(unsafe_code)]

mod host;
mod rpc;
mod window;

use std::path::PathBuf;

use anyhow::Context as _;
use cli::machine::{Training, assets, usual_store};
use studio::Studio;
use studio::wire::Problem;
use tauri::Manager as _;

use crate::host::Desktop;

/// Opens the program and runs until its window is closed.
///
/// # Errors
/// Where the archive cannot be opened or there is no display.
pub fn run() -> anyhow::Result<()> {
    // The toolkit would panic, and say less.
    anyhow::ensure!(
        has_display(),
        "there is no display to open a window on; `loa serve` shows the same in a browser"
    );
    let store = std::env::var_os("LOA_STORE").map_or_else(usual_store, PathBuf::from);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let training = Training::new(store.join("training-province"), runtime.handle().clone());
    let with_sandbox = std::env::args().any(|argument| argument == "--sandbox");
    let host = Desktop::new(training);
    let dialogs = host.dialogs();
    let studio = Studio::open(host, &store, &assets(), runtime.handle().clone())
        .with_context(|| store.display().to_string())?;
    if with_sandbox {
        studio.start_sandbox().context("training province")?;
    }
    let _inside = runtime.enter();
    tauri::Builder::default()
        .invoke_handler(tauri::generate_handler![rpc::rpc])
        .register_asynchronous_uri_scheme_protocol("loa", rpc::media)
        .setup(move |app| {
            dialogs.attach(app.handle().clone());
            app.manage(studio.clone());
            rpc::forward_events(app.handle().clone(), &studio);
            window::open(app, &studio)?;
            Ok(())
        })
        .run(tauri::generate_context!())
        .context("the window could not be opened")
}

/// Tells the person why the program did not start: in a box where there is a display, and on
/// standard error for whoever started it from a terminal.
#[allow(clippy::print_stderr)] // the only way left to say anything
pub fn report(error: &anyhow::Error) {
    // What it means and what to do, then what exactly happened.
    let told = match error.downcast_ref::<Problem>() {
        Some(problem) => format!("{}\n\n{error:#}", cli::sentence(problem.code)),
        None => format!("{error:#}"),
    };
    let printed: Vec<String> = told.lines().map(cli::plain).collect();
    eprintln!("Loa Studio: {}", printed.join("\n"));
    if has_display() {
        rfd::MessageDialog::new()
            .set_level(rfd::MessageLevel::Error)
            .set_title("Loa Studio")
            .set_description(told)
            .show();
    }
}

fn has_display() -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    cfg!(not(target_os = "linux")) || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")
}
