//! All that happens, to whoever has the token.

use std::sync::Arc;

use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use studio::Host;
use studio::wire::Event;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use super::Server;

/// Listeners say nothing but that they are there.
const MESSAGE_BYTES_MAX: usize = 4 << 10;

/// Opens the stream.
pub async fn events<H: Host>(
    State(server): State<Arc<Server<H>>>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let upgrade = upgrade
        .max_message_size(MESSAGE_BYTES_MAX)
        .max_frame_size(MESSAGE_BYTES_MAX);
    upgrade.on_upgrade(move |socket| tell(server.studio.events().listen(), socket))
}

async fn tell(mut events: Receiver<Event>, mut socket: WebSocket) {
    loop {
        tokio::select! {
            event = events.recv() => {
                let event = match event {
                    Ok(event) => event,
                    // Whoever fell behind asks for the state anew, which a new connection does.
                    Err(RecvError::Lagged(_) | RecvError::Closed) => return,
                };
                let Ok(text) = serde_json::to_string(&event) else { continue };
                if socket.send(Message::Text(text.into())).await.is_err() {
                    return;
                }
            }
            message = socket.recv() => match message {
                Some(Ok(Message::Close(_))) | Some(Err(_)) | None => return,
                Some(Ok(_)) => {}
            },
        }
    }
}
