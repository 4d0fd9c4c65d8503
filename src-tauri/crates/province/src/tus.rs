//! tus 1.0.0 as a server: core, creation, expiration, checksum, termination.
//!
//! Source: tus resumable upload protocol 1.0.0. Beyond it: a package announced by its SHA-256
//! (`sha256` in Upload-Metadata, or Repr-Digest, RFC 9530) that is under way already gets the same
//! upload again, so a lost reply to a creation makes no second copy.

mod headers;
mod receive;

use std::sync::{Arc, PoisonError};

use axum::body::Body;
use axum::extract::{ConnectInfo, Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use headers::Announced;
pub(crate) use receive::{judge_aside, patch};

use crate::date::http_date;
use crate::intake::Province;
use crate::line::Line;
use crate::room::NoRoom;
use crate::store::Upload;
use crate::uploads::{Open, Phase, State as UploadState};

/// Where uploads are created; each lies below it.
pub(crate) const UPLOADS: &str = "/v1/uploads";

const VERSION: &str = "1.0.0";
const EXTENSIONS: &str = "creation,expiration,checksum,termination";
const ALGORITHMS: &str = "sha1,sha256";

/// What `Retry-After` asks of those for whom there is no room now, in seconds.
const RETRY_AFTER_S: &str = "60";

/// A reply that ends a request early, with a reason in words.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    reason: &'static str,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = (self.status, format!("{}\n", self.reason)).into_response();
        let headers = response.headers_mut();
        headers.insert("tus-resumable", HeaderValue::from_static(VERSION));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self.status == StatusCode::PRECONDITION_FAILED {
            headers.insert("tus-version", HeaderValue::from_static(VERSION));
        }
        if matches!(
            self.status,
            StatusCode::TOO_MANY_REQUESTS
                | StatusCode::SERVICE_UNAVAILABLE
                | StatusCode::INSUFFICIENT_STORAGE
        ) {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER_S));
        }
        response
    }
}

/// `OPTIONS`: what this server can do.
pub(crate) async fn options(State(province): State<Arc<Province>>) -> Response {
    let max = province.bytes_max().to_string();
    reply(
        StatusCode::NO_CONTENT,
        &[
            ("tus-version", VERSION),
            ("tus-extension", EXTENSIONS),
            ("tus-checksum-algorithm", ALGORITHMS),
            ("tus-max-size", &max),
        ],
    )
}

/// `POST`: makes an upload, or gives the one under way for the same package.
pub(crate) async fn create(
    State(province): State<Arc<Province>>,
    ConnectInfo(line): ConnectInfo<Line>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    headers::version(&headers)?;
    let bytes = headers::number(&headers, "upload-length")?
        .ok_or_else(|| refuse(StatusCode::BAD_REQUEST, "Upload-Length is needed"))?;
    if bytes > province.bytes_max() {
        return Err(refuse(
            StatusCode::PAYLOAD_TOO_LARGE,
            "more than Tus-Max-Size",
        ));
    }
    if bytes == 0 {
        return Err(refuse(
            StatusCode::BAD_REQUEST,
            "an empty upload is no package",
        ));
    }
    let announced = headers::announced(&headers)?;
    let open = tokio::task::block_in_place(|| begin(&province, &line, bytes, announced))?;
    Ok(created(&open))
}

/// The upload under way for the same package, or a new one where there is room.
fn begin(
    province: &Province,
    line: &Line,
    bytes: u64,
    announced: Announced,
) -> Result<Arc<Open>, Refusal> {
    let _one = province
        .admitting
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    province.sweep().map_err(|error| broken(&error))?;
    let same = announced
        .digest
        .and_then(|digest| province.uploads.same(digest, bytes));
    if let Some(open) = same {
        return Ok(open);
    }
    let admitted = province.admit(line.sender(), bytes);
    admitted.map_err(|error| broken(&error))?.map_err(no_room)?;
    let mut random = [0u8; 16];
    getrandom::fill(&mut random)
        .map_err(|_| refuse(StatusCode::INTERNAL_SERVER_ERROR, "no random bytes"))?;
    let upload = Upload {
        id: random.iter().map(|byte| format!("{byte:02x}")).collect(),
        bytes,
        declared: announced.digest,
        name: announced.name,
        metadata: announced.metadata,
        expires_s: province
            .in_s((province.config.upload_empty_lifetime_s).min(province.config.upload_lifetime_s)),
        settled: None,
        sender: Some(line.sender()),
    };
    let made = province.store.create(&upload);
    made.map_err(|error| broken(&error))?;
    Ok(province.uploads.add(&upload, 0, province.now_s()))
}

const fn no_room(why: NoRoom) -> Refusal {
    match why {
        NoRoom::Sender => refuse(
            StatusCode::TOO_MANY_REQUESTS,
            "too many uploads of this sender are open",
        ),
        NoRoom::Uploads => refuse(StatusCode::SERVICE_UNAVAILABLE, "too many uploads are open"),
        NoRoom::Never => refuse(StatusCode::PAYLOAD_TOO_LARGE, "more than is ever kept"),
        NoRoom::Bytes => refuse(StatusCode::INSUFFICIENT_STORAGE, "there is no room for it"),
    }
}

fn created(open: &Open) -> Response {
    let state = open.state();
    reply(
        StatusCode::CREATED,
        &[
            ("location", &format!("{UPLOADS}/{}", open.id)),
            ("upload-offset", &state.offset.to_string()),
            ("upload-expires", &http_date(state.expires_s)),
        ],
    )
}

/// `HEAD`: how far an upload is.
pub(crate) async fn head(
    State(province): State<Arc<Province>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    headers::version(&headers)?;
    let (open, state) = find(&province, &id)?;
    let offset = state.offset.to_string();
    let (length, expires) = (open.bytes.to_string(), http_date(state.expires_s));
    let mut out = vec![
        ("upload-offset", offset.as_str()),
        ("upload-length", &length),
        ("upload-expires", &expires),
    ];
    if !open.metadata.is_empty() {
        out.push(("upload-metadata", &open.metadata));
    }
    Ok(reply(StatusCode::OK, &out))
}

/// `POST` to an upload, for senders behind a proxy that lets no other method through: what
/// `X-HTTP-Method-Override` says (tus 1.0.0, core).
pub(crate) async fn overridden(
    province: State<Arc<Province>>,
    line: ConnectInfo<Line>,
    id: Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let method = headers.get("x-http-method-override");
    match method.map_or(&b""[..], |method| method.as_bytes()) {
        b"PATCH" => patch(province, line, id, headers, body).await,
        b"HEAD" => head(province, id, headers).await,
        b"DELETE" => terminate(province, id, headers).await,
        _ => Err(refuse(
            StatusCode::METHOD_NOT_ALLOWED,
            "POST to an upload needs X-HTTP-Method-Override",
        )),
    }
}

/// `DELETE`: ends an upload. What was judged stays.
pub(crate) async fn terminate(
    State(province): State<Arc<Province>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    headers::version(&headers)?;
    let (open, state) = find(&province, &id)?;
    let Ok(_busy) = open.busy.try_lock() else {
        return Err(refuse(StatusCode::LOCKED, "another request writes to it"));
    };
    if state.phase == Phase::Under && state.offset == open.bytes {
        return Err(refuse(
            StatusCode::LOCKED,
            "it is complete and being judged",
        ));
    }
    province.forget(&open).map_err(|error| broken(&error))?;
    Ok(reply(StatusCode::NO_CONTENT, &[]))
}

/// The upload, unless it is unknown (404) or forgotten (410).
fn find(province: &Province, id: &str) -> Result<(Arc<Open>, UploadState), Refusal> {
    let open = province
        .uploads
        .get(id)
        .ok_or_else(|| refuse(StatusCode::NOT_FOUND, "there is no such upload"))?;
    let state = open.state();
    let is_judging = state.phase == Phase::Under && state.offset == open.bytes;
    let is_over = state.expires_s <= province.now_s() && !is_judging;
    if state.phase == Phase::Gone || is_over {
        return Err(refuse(StatusCode::GONE, "this upload is forgotten"));
    }
    Ok((open, state))
}

/// An answer with the headers every answer of tus has.
fn reply(status: StatusCode, headers: &[(&'static str, &str)]) -> Response {
    let mut response = status.into_response();
    let out = response.headers_mut();
    out.insert("tus-resumable", HeaderValue::from_static(VERSION));
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_str(value) {
            out.insert(HeaderName::from_static(name), value);
        }
    }
    response
}

pub(crate) const fn refuse(status: StatusCode, reason: &'static str) -> Refusal {
    Refusal { status, reason }
}

/// The disk failed. The sender asks again and loses nothing that was acknowledged.
fn broken(error: &std::io::Error) -> Refusal {
    if error.kind() == std::io::ErrorKind::StorageFull {
        refuse(StatusCode::INSUFFICIENT_STORAGE, "the disk is full")
    } else {
        refuse(StatusCode::INTERNAL_SERVER_ERROR, "the disk failed")
    }
}
