//! The sandbox of the provincial system: takes packages over tus 1.0, verifies them on arrival,
//! signs receipts, shows what came, and fails on request.
//!
//! It stands in for a system we cannot test against, so it shares no code with `delivery`: what the
//! two have in common is the protocol and the package crate. Its interface is written down in
//! `assets/schemas/province-openapi.yaml`.
//!
//! ```text
//! POST, HEAD, PATCH, DELETE /v1/uploads  ─▶ uploads/  ── all bytes ──▶ judged ─▶ packages/ + receipts/
//! GET /v1/packages/{digest}              ◀─ receipt | verifying | unknown
//! GET /                                  ◀─ what arrived, with players and pictures
//! ```
//!
//! Not here: anything a production intake needs beyond one machine and one folder: accounts, TLS
//! (a reverse proxy does it), several writers.

#![forbid(unsafe_code)]

mod config;
mod date;
mod error;
mod faults;
mod host;
mod intake;
mod line;
mod mischief;
mod room;
mod store;
mod tus;
mod uploads;
mod web;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Request, State};
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, options, patch};
use package::PublicKey;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

pub use config::{Clock, Config};
pub use error::Error;
pub use faults::{Fault, Script};

use crate::host::Hosts;
use crate::intake::Province;
use crate::line::Line;

/// Threads: one writes while one answers.
const WORKERS: usize = 2;

/// How long a stop waits for requests under way.
const STOP_PATIENCE: Duration = Duration::from_secs(3);

/// A province at work. Dropping it stops it at once, as a power cut would: requests under way are
/// not answered, and what was not acknowledged may be lost.
pub struct Running {
    address: SocketAddr,
    province: Arc<Province>,
    /// Held for its drop.
    #[expect(dead_code, reason = "what matters is when it is dropped")]
    power: Power,
    stop: Option<oneshot::Sender<()>>,
    ended: oneshot::Receiver<()>,
}

impl Running {
    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The page people look at, such as `http://127.0.0.1:41234`, without a final slash.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where packages are created: the address to hand to `delivery`.
    #[must_use]
    pub fn upload_url(&self) -> String {
        upload_url(self.address)
    }

    /// The key that signs its receipts.
    #[must_use]
    pub fn public_key(&self) -> PublicKey {
        self.province.key.public()
    }

    /// More faults, behind those still due.
    pub fn add_faults(&self, script: Script) {
        self.province.mischief.add(script);
    }

    /// Stops listening, waits a short while until requests under way have ended, and lets the
    /// folder go.
    pub async fn stop(mut self) {
        if let Some(stop) = self.stop.take()
            && stop.send(()).is_ok()
        {
            // Either it ended or its time is up; both lead to the same.
            let ended = tokio::time::timeout(STOP_PATIENCE, &mut self.ended).await;
            debug_assert!(ended.is_ok() || ended.is_err());
        }
    }
}

/// Where packages are created at a province that listens at `address`.
#[must_use]
pub fn upload_url(address: SocketAddr) -> String {
    format!("http://{address}{}", tus::UPLOADS)
}

/// A runtime of its own, so that switching it off takes every connection down too.
struct Power(Option<Runtime>);

impl Drop for Power {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            // Unlike a plain drop this is allowed inside another runtime.
            runtime.shutdown_background();
        }
    }
}

/// The key that signs the receipts of the province on `folder`, running or not; `None` where it
/// never ran.
///
/// # Errors
/// [`Error`] where the file of its key cannot be read or is none.
pub fn public_key(folder: &Path) -> Result<Option<PublicKey>, Error> {
    Ok(store::stored_key(folder)?.map(|key| key.public()))
}

/// Starts a province on its folder; what lay there before is taken up again.
///
/// # Errors
/// [`Error`] where the folder cannot be used or the address is taken.
pub async fn start(config: Config) -> Result<Running, Error> {
    let address = config.address;
    let folder = config.folder.clone();
    let failed = |source| Error::Folder {
        path: folder.clone(),
        source,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .thread_name("province")
        .enable_all()
        .build()
        .map_err(failed)?;
    let handle = runtime.handle().clone();
    let power = Power(Some(runtime));
    // Recovery reads whole packages: off the caller's threads.
    let opened = handle.spawn_blocking(move || open(config)).await;
    let (province, complete) = match opened {
        Ok(opened) => opened?,
        Err(panic) => return Err(failed(std::io::Error::other(panic))),
    };
    let listening = handle.spawn(line::listen(address)).await;
    let (lines, address) = match listening {
        Ok(listening) => listening.map_err(Error::Address)?,
        Err(panic) => return Err(Error::Address(std::io::Error::other(panic))),
    };
    {
        let _inside = handle.enter();
        complete
            .iter()
            .for_each(|open| tus::judge_aside(&province, open));
    }
    let (stop, stopped) = oneshot::channel::<()>();
    let (end, ended) = oneshot::channel::<()>();
    let service = router(province.clone(), address).into_make_service_with_connect_info::<Line>();
    handle.spawn(async move {
        let asked = async move {
            // A sender dropped without a word is a stop as well.
            let word = stopped.await;
            debug_assert!(word.is_ok() || word.is_err());
        };
        let served = axum::serve(lines, service)
            .with_graceful_shutdown(asked)
            .await;
        end.send(()).is_ok() && served.is_ok()
    });
    Ok(Running {
        address,
        province,
        power,
        stop: Some(stop),
        ended,
    })
}

type Opened = (Arc<Province>, Vec<Arc<uploads::Open>>);

fn open(config: Config) -> Result<Opened, Error> {
    let folder = config.folder.clone();
    let store = store::Store::open(&folder)?;
    let key = store.key()?;
    let province = Province::new(config, store, key);
    let complete = province.recover().map_err(|source| Error::Folder {
        path: folder,
        source,
    })?;
    Ok((Arc::new(province), complete))
}

fn router(province: Arc<Province>, address: SocketAddr) -> Router {
    let hosts = Arc::new(Hosts {
        address,
        named: province.config.hosts.clone(),
    });
    let one = format!("{}/{{id}}", tus::UPLOADS);
    Router::new()
        .route("/", get(web::index))
        .route("/style.css", get(web::style))
        .route("/v1/about", get(web::about))
        .route("/v1/key", get(web::key))
        .route("/.well-known/loa-province-key", get(web::key))
        .route("/v1/packages/{digest}", get(web::receipt))
        .route("/v1/packages/{digest}/files/{index}", get(web::file))
        .route(tus::UPLOADS, options(tus::options).post(tus::create))
        .route(
            &one,
            patch(tus::patch)
                .post(tus::overridden)
                .head(tus::head)
                .delete(tus::terminate)
                .options(tus::options),
        )
        // The limit is Upload-Length, checked where bytes are written.
        .layer(DefaultBodyLimit::disable())
        .layer(middleware::from_fn_with_state(province.clone(), mischief_layer))
        .layer(middleware::from_fn_with_state(hosts, host::layer))
        .with_state(province)
}

/// Lets happen to whole requests what the script says.
async fn mischief_layer(
    State(province): State<Arc<Province>>,
    ConnectInfo(line): ConnectInfo<Line>,
    request: Request,
    next: Next,
) -> Response {
    match province.mischief.request(request.method().as_str()) {
        mischief::Request::Serve => next.run(request).await,
        mischief::Request::Status(status) => StatusCode::from_u16(status)
            .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
            .into_response(),
        mischief::Request::DropReply => {
            let response = next.run(request).await;
            line.cut();
            response
        }
    }
}
