//! The one window: its size, and what happens to files dropped on it.

use std::path::PathBuf;

use studio::Studio;
use studio::wire::Event;
use tauri::{App, DragDropEvent, WebviewUrl, WebviewWindowBuilder, WindowEvent};

use crate::host::Desktop;

/// Opens the window.
///
/// # Errors
/// Where the system has no web view or no display.
pub fn open(app: &App, studio: &Studio<Desktop>) -> tauri::Result<()> {
    let window = WebviewWindowBuilder::new(app, "main", WebviewUrl::App("index.html".into()))
        .title("Loa Studio")
        .inner_size(1440.0, 900.0)
        .min_inner_size(1024.0, 640.0)
        .build()?;
    let studio = studio.clone();
    window.on_window_event(move |event| {
        if let WindowEvent::DragDrop(DragDropEvent::Drop { paths, .. }) = event {
            offer(&studio, paths.clone());
        }
    });
    Ok(())
}

/// Looks at dropped files off the window's thread and tells the window what they are.
fn offer(studio: &Studio<Desktop>, paths: Vec<PathBuf>) {
    let studio = studio.clone();
    tauri::async_runtime::spawn_blocking(move || {
        let (mut offers, mut problems) = (vec![], vec![]);
        for path in &paths {
            match studio.offer(path) {
                Ok(offer) => offers.push(offer),
                Err(problem) => problems.push(problem),
            }
        }
        studio.events().tell(Event::Offered { offers, problems });
    });
}
