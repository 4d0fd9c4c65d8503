//! `loa serve`: the window in a browser of this machine. Loopback only, a token in the address.
//!
//! Not a web service: one person, one machine, for tests and for machines without WebKit.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{DefaultBodyLimit, Path as UrlPath, Query, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures_util::StreamExt as _;
use serde::Deserialize;
use serde_json::Value;
use studio::wire::{Code, Event, Problem};
use studio::{Host, Studio};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;
use tokio::sync::broadcast::error::RecvError;

use crate::uploads::Uploads;

/// Largest request that is JSON: a whole deck is far below.
const JSON_BYTES_MAX: usize = 8 << 20;

/// Largest file taken through the browser: three hours of 24-bit stereo.
const UPLOAD_BYTES_MAX: u64 = 4 << 30;

/// What pages of ours may do; the same as in `tauri.conf.json`, for a browser.
const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    font-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'";

struct Server<H: Host> {
    studio: Studio<H>,
    token: String,
    pages: PathBuf,
    uploads: Uploads,
}

type Shared<H> = State<Arc<Server<H>>>;

/// A server that listens.
pub struct Listening {
    /// The address to open, token included.
    pub url: String,
    /// Runs until the process ends.
    pub task: tokio::task::JoinHandle<std::io::Result<()>>,
}

/// Starts serving on loopback.
///
/// # Errors
/// Where the port is taken, or what earlier runs left cannot be removed.
pub async fn start<H: Host>(
    studio: Studio<H>,
    port: u16,
    token: String,
    pages: PathBuf,
) -> std::io::Result<Listening> {
    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await?;
    let address = listener.local_addr()?;
    let url = format!("http://{address}/?token={token}");
    let uploads = Uploads::open(studio.store().join("uploads"))?;
    let server = Arc::new(Server {
        studio,
        token,
        pages,
        uploads,
    });
    let router = Router::new()
        .route("/rpc/{name}", post(rpc::<H>))
        .route("/events", get(events::<H>))
        .route("/offer", post(offer::<H>))
        .route("/media/{*path}", get(media::<H>))
        .fallback(get(page::<H>))
        .layer(DefaultBodyLimit::max(JSON_BYTES_MAX))
        .with_state(server);
    let task = tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(Listening { url, task })
}

#[derive(Deserialize)]
struct Token {
    #[serde(default)]
    token: String,
    #[serde(default)]
    name: String,
}

/// Whether a request comes from our own page: the right token, and no other site's origin.
fn allowed<H: Host>(server: &Server<H>, headers: &HeaderMap, query: &str) -> bool {
    let from_header = headers
        .get("x-loa-token")
        .and_then(|value| value.to_str().ok());
    let token = from_header.unwrap_or(query);
    // Compared in full length always, so that time tells nothing.
    let same = token.len() == server.token.len()
        && token
            .bytes()
            .zip(server.token.bytes())
            .fold(0, |seen, (a, b)| seen | (a ^ b))
            == 0;
    let host = headers
        .get(header::HOST)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let is_loopback = host.starts_with("127.0.0.1:") || host.starts_with("localhost:");
    let origin = headers
        .get(header::ORIGIN)
        .and_then(|value| value.to_str().ok());
    same && is_loopback && origin.is_none_or(|origin| origin == format!("http://{host}"))
}

fn refuse(problem: &Problem) -> Response {
    let status = match problem.code {
        Code::Internal | Code::Io => StatusCode::INTERNAL_SERVER_ERROR,
        Code::NotFound => StatusCode::NOT_FOUND,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    (status, Json(problem)).into_response()
}

fn forbidden() -> Response {
    (
        StatusCode::FORBIDDEN,
        "open the address that loa serve printed",
    )
        .into_response()
}

/// Runs blocking work of the application off the threads that serve.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|error| Err(Problem::new(Code::Internal, error.to_string())))
}

async fn rpc<H: Host>(
    State(server): Shared<H>,
    UrlPath(name): UrlPath<String>,
    headers: HeaderMap,
    Json(request): Json<Value>,
) -> Response {
    if !allowed(&server, &headers, "") {
        return forbidden();
    }
    match blocking(move || server.studio.call(&name, request)).await {
        Ok(answer) => Json(answer).into_response(),
        Err(problem) => refuse(&problem),
    }
}

async fn media<H: Host>(
    State(server): Shared<H>,
    UrlPath(path): UrlPath<String>,
    Query(token): Query<Token>,
    headers: HeaderMap,
    request: Request,
) -> Response {
    if !allowed(&server, &headers, &token.token) {
        return forbidden();
    }
    let query = request.uri().query().unwrap_or_default().to_owned();
    let range = headers
        .get(header::RANGE)
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned);
    let answer = blocking(move || {
        Ok(server
            .studio
            .media(&path, &query)?
            .answer(range.as_deref())?)
    });
    match answer.await {
        Ok(answer) => {
            let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
            let mut response = (status, Body::from(answer.body)).into_response();
            for (name, value) in answer.headers {
                if let Ok(value) = HeaderValue::from_str(&value) {
                    response
                        .headers_mut()
                        .insert(HeaderName::from_static(name), value);
                }
            }
            response
        }
        Err(problem) => refuse(&problem),
    }
}

async fn offer<H: Host>(
    State(server): Shared<H>,
    Query(token): Query<Token>,
    headers: HeaderMap,
    request: Request,
) -> Response {
    if !allowed(&server, &headers, &token.token) {
        return forbidden();
    }
    match take_upload(&server, &token.name, request).await {
        Ok(offer) => Json(offer).into_response(),
        Err(problem) => refuse(&problem),
    }
}

async fn take_upload<H: Host>(
    server: &Arc<Server<H>>,
    name: &str,
    request: Request,
) -> Result<studio::wire::Offer, Problem> {
    let mut random = [0; 8];
    crate::machine::random(&mut random)?;
    let own = format!("{:016x}", u64::from_le_bytes(random));
    let holder = Arc::clone(server);
    let folder = blocking(move || Ok(holder.uploads.place(&own)?)).await?;
    // Only the last part of the name, so that it cannot lead elsewhere.
    let name = Path::new(name).file_name().unwrap_or("tep".as_ref());
    let path = folder.join(name);
    if let Err(problem) = receive(&path, request).await {
        // A half file is of no use to anybody.
        tokio::fs::remove_dir_all(&folder).await.unwrap_or_default();
        return Err(problem);
    }
    let server = Arc::clone(server);
    blocking(move || server.studio.offer(&path)).await
}

async fn receive(path: &Path, request: Request) -> Result<(), Problem> {
    let mut file = tokio::fs::File::create_new(path).await?;
    let mut body = request.into_body().into_data_stream();
    let mut total = 0u64;
    while let Some(piece) = body.next().await {
        let piece: Bytes = piece.map_err(|error| Problem::new(Code::Io, error.to_string()))?;
        total += piece.len() as u64;
        if total > UPLOAD_BYTES_MAX {
            return Err(Problem::new(Code::TooLarge, "a file above 4 GiB"));
        }
        file.write_all(&piece).await?;
    }
    Ok(file.flush().await?)
}

async fn events<H: Host>(
    State(server): Shared<H>,
    Query(token): Query<Token>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    if !allowed(&server, &headers, &token.token) {
        return forbidden();
    }
    upgrade.on_upgrade(move |socket| tell(server.studio.events().listen(), socket))
}

async fn tell(mut events: tokio::sync::broadcast::Receiver<Event>, mut socket: WebSocket) {
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

/// The built window. Pages hold no secret, so they need no token; everything behind them does.
async fn page<H: Host>(State(server): Shared<H>, request: Request) -> Response {
    let path = request.uri().path().trim_start_matches('/').to_owned();
    let safe = path
        .split('/')
        .all(|part| !part.is_empty() && !part.starts_with('.'));
    let name = if path.is_empty() {
        "index.html".to_owned()
    } else {
        path
    };
    if !safe && name != "index.html" {
        return StatusCode::NOT_FOUND.into_response();
    }
    let content_type = match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("woff2") => "font/woff2",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("json") => "application/json",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    };
    match tokio::fs::read(server.pages.join(&name)).await {
        Ok(bytes) => {
            let headers = [
                (header::CONTENT_TYPE, content_type),
                (header::CONTENT_SECURITY_POLICY, CONTENT_POLICY),
                (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
                (header::REFERRER_POLICY, "no-referrer"),
                (header::CACHE_CONTROL, "no-store"),
            ];
            (headers, bytes).into_response()
        }
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}
