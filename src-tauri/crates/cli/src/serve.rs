//! `loa serve`: the window in a browser of this machine. Loopback only, a token in the address.
//!
//! Not a web service: one person, one machine, for tests and for machines without WebKit.
//!
//! ```text
//! lines ─▶ door: Host ─┬─▶ page
//!                      └─▶ door: token ─▶ rpc, media, offer, events
//! ```

mod door;
mod events;
mod lines;
mod page;
mod uploads;

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Path as UrlPath, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures_util::StreamExt as _;
use serde_json::Value;
use studio::wire::{Code, Problem};
use studio::{Host, Studio, schema};
use tokio::net::TcpListener;

use self::uploads::Uploads;

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
    /// Runs until it is aborted.
    pub task: tokio::task::JoinHandle<Infallible>,
    end: Box<dyn FnOnce() + Send>,
}

impl Listening {
    /// Lets nobody in any more, and ends what is under way.
    pub fn end(self) {
        self.task.abort();
        (self.end)();
    }
}

/// Starts serving on loopback.
///
/// # Errors
/// Where the port is taken.
pub async fn start<H: Host>(
    studio: Studio<H>,
    port: u16,
    token: String,
    pages: PathBuf,
) -> std::io::Result<Listening> {
    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await?;
    let address = listener.local_addr()?;
    let url = format!("http://{address}/?token={token}");
    let uploads = Uploads::open(studio.store().to_owned());
    let server = Arc::new(Server {
        studio,
        token,
        pages,
        uploads,
    });
    let task = tokio::spawn(lines::serve(listener, router(Arc::clone(&server))));
    let end = Box::new(move || {
        server.studio.wind_up();
        server.uploads.end();
    });
    Ok(Listening { url, task, end })
}

fn router<H: Host>(server: Arc<Server<H>>) -> Router {
    let owner = from_fn_with_state(Arc::clone(&server), door::for_the_owner::<H>);
    Router::new()
        .route("/rpc/{name}", post(rpc::<H>))
        .route("/events", get(events::events::<H>))
        .route("/offer", post(uploads::offer::<H>))
        .route("/media/{*path}", get(media::<H>))
        // All that is declared above, before anything of it is looked at.
        .route_layer(owner)
        .fallback(get(page::page::<H>))
        .layer(from_fn(door::for_this_machine))
        // Each has a limit of its own.
        .layer(DefaultBodyLimit::disable())
        .with_state(server)
}

fn refuse(problem: &Problem) -> Response {
    let status = match problem.code {
        Code::Internal | Code::Io => StatusCode::INTERNAL_SERVER_ERROR,
        Code::NotFound => StatusCode::NOT_FOUND,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    (status, Json(problem)).into_response()
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
    request: Request,
) -> Response {
    match call(server, name, request.into_body()).await {
        Ok(answer) => Json(answer).into_response(),
        Err(problem) => refuse(&problem),
    }
}

async fn call<H: Host>(server: Arc<Server<H>>, name: String, body: Body) -> Result<Value, Problem> {
    let limit = schema::limit(&name)?;
    let text = text_of(body, limit.bytes_max).await?;
    blocking(move || server.studio.call(&name, limit.read(&text)?)).await
}

/// A body as far as it may go.
async fn text_of(body: Body, bytes_max: usize) -> Result<Vec<u8>, Problem> {
    let mut text = Vec::new();
    let mut pieces = body.into_data_stream();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|error| Problem::new(Code::Io, error.to_string()))?;
        if text.len() + piece.len() > bytes_max {
            let detail = format!("a request of more than {bytes_max} bytes");
            return Err(Problem::new(Code::TooLarge, detail));
        }
        text.extend_from_slice(&piece);
    }
    Ok(text)
}

async fn media<H: Host>(
    State(server): Shared<H>,
    UrlPath(path): UrlPath<String>,
    request: Request,
) -> Response {
    let query = request.uri().query().unwrap_or_default().to_owned();
    let range = request
        .headers()
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
