//! The three ways the window and the application talk: one command, one stream of events, one
//! protocol for pixels and sound.

#![allow(clippy::let_underscore_must_use)] // in what the command macro writes, not in ours

use studio::Studio;
use studio::wire::{Code, Problem};
use tauri::http::{Request, Response, StatusCode, header};
use tauri::{
    AppHandle, Emitter as _, Manager as _, Runtime, State, UriSchemeContext, UriSchemeResponder,
};

use crate::host::Desktop;

/// Calls a command of the application by its name.
///
/// # Errors
/// What the command refuses with.
#[tauri::command]
pub async fn rpc(
    studio: State<'_, Studio<Desktop>>,
    name: String,
    request: serde_json::Value,
) -> Result<serde_json::Value, Problem> {
    let studio = studio.inner().clone();
    tauri::async_runtime::spawn_blocking(move || studio.call(&name, request))
        .await
        .unwrap_or_else(|error| Err(Problem::new(Code::Internal, error.to_string())))
}

/// Answers `loa://localhost/<path>`: slides, peaks, stored sound.
pub fn media<R: Runtime>(
    context: UriSchemeContext<'_, R>,
    request: Request<Vec<u8>>,
    responder: UriSchemeResponder,
) {
    let studio = context
        .app_handle()
        .state::<Studio<Desktop>>()
        .inner()
        .clone();
    tauri::async_runtime::spawn_blocking(move || {
        let path = request.uri().path().trim_start_matches('/').to_owned();
        let query = request.uri().query().unwrap_or_default();
        let range = request
            .headers()
            .get(header::RANGE)
            .and_then(|value| value.to_str().ok());
        let answer = studio
            .media(&path, query)
            .and_then(|media| media.answer(range).map_err(Problem::from));
        responder.respond(match answer {
            Ok(answer) => {
                let mut response = Response::builder().status(answer.status);
                for (name, value) in answer.headers {
                    response = response.header(name, value);
                }
                response
                    // The page has another origin than this protocol; only our window can ask.
                    .header(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")
                    .body(answer.body)
                    .unwrap_or_default()
            }
            Err(problem) => {
                let status = match problem.code {
                    Code::NotFound => StatusCode::NOT_FOUND,
                    _ => StatusCode::INTERNAL_SERVER_ERROR,
                };
                Response::builder()
                    .status(status)
                    .header(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")
                    .body(problem.detail.into_bytes())
                    .unwrap_or_default()
            }
        });
    });
}

/// Hands all that happens on to the window.
pub fn forward_events(app: AppHandle, studio: &Studio<Desktop>) {
    let mut events = studio.events().listen();
    tauri::async_runtime::spawn(async move {
        loop {
            match events.recv().await {
                // A window that is just closing hears nothing more.
                Ok(event) => app.emit("loa", &event).unwrap_or_default(),
                // Whoever fell behind reads anew; silence would leave it waiting for ever.
                Err(tokio::sync::broadcast::error::RecvError::Lagged(_)) => {
                    app.emit("loa-gap", ()).unwrap_or_default();
                }
                Err(tokio::sync::broadcast::error::RecvError::Closed) => return,
            }
        }
    });
}
