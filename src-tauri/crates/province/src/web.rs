//! What is asked with `GET`: receipts, the key, the page of what arrived and the files on it.
//!
//! Everything that came in a package is hostile here: text is escaped, file types come from a short
//! list and never from the package, nothing may be framed, scripted or sniffed.

mod page;
mod range;

use std::io::{self, SeekFrom};
use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};
use tokio_util::io::ReaderStream;
use units::Digest;

use crate::intake::Province;
use crate::tus;

/// Bytes sent at a time.
const PIECE_BYTES: usize = 256 << 10;

const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; media-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// `GET /v1/packages/{digest}`: do you hold this?
pub(crate) async fn receipt(
    State(province): State<Arc<Province>>,
    Path(digest): Path<String>,
) -> Response {
    let Ok(digest) = digest.parse::<Digest>() else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    // Before the receipt, for an upload is settled only after its receipt lies there.
    let unjudged = province.uploads.unjudged(digest);
    let is_judging = unjudged.is_some();
    if let Some(open) = unjudged {
        // Where the disk failed the first time, it is judged now.
        tus::judge_aside(&province, &open);
    }
    match province.store.receipt(digest) {
        // Sent again after a refusal: the old answer is not the one that is coming.
        Some(receipt) if receipt.receipt.is_accepted() || !is_judging => plain(
            StatusCode::OK,
            "application/json",
            province.hand_out(receipt).to_json(),
        ),
        _ if is_judging => {
            (StatusCode::ACCEPTED, Json(json!({"state": "verifying"}))).into_response()
        }
        _ => (StatusCode::NOT_FOUND, Json(json!({"state": "unknown"}))).into_response(),
    }
}

/// `GET /v1/key`: the key that signs receipts, as a minisign public-key file.
pub(crate) async fn key(State(province): State<Arc<Province>>) -> Response {
    let text = province.key.public().to_text();
    plain(StatusCode::OK, "text/plain; charset=utf-8", text)
}

/// `GET /v1/about`: who this is.
pub(crate) async fn about(State(province): State<Arc<Province>>) -> Response {
    let key = province.key.public();
    Json(json!({
        "name": province.config.name,
        "training": province.config.training,
        "key_id": key.id().to_string(),
        "public_key": key.to_base64(),
        "fingerprint": key.fingerprint(),
        "package_profile": package::PROFILE_ID,
        "upload_bytes_max": province.bytes_max(),
    }))
    .into_response()
}

/// `GET /`: what arrived.
pub(crate) async fn index(State(province): State<Arc<Province>>) -> Response {
    match tokio::task::block_in_place(|| page::html(&province)) {
        Ok(html) => plain(StatusCode::OK, "text/html; charset=utf-8", html),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// `GET /style.css`
pub(crate) async fn style() -> Response {
    plain(
        StatusCode::OK,
        "text/css; charset=utf-8",
        include_str!("web/style.css").to_owned(),
    )
}

fn plain(status: StatusCode, kind: &'static str, body: String) -> Response {
    let mut response = (status, body).into_response();
    guard(response.headers_mut(), kind);
    response
}

fn guard(headers: &mut HeaderMap, kind: &'static str) {
    for (name, value) in [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert(
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    );
}

/// What a file may be shown as, by the ending of its name; anything else is only downloaded.
/// Nothing that can hold a script is in the list.
pub(crate) fn media_type(path: &str) -> Option<&'static str> {
    let ending = path.rsplit_once('.')?.1.to_ascii_lowercase();
    Some(match ending.as_str() {
        "mp3" => "audio/mpeg",
        "wav" => "audio/wav",
        "flac" => "audio/flac",
        "ogg" | "opus" => "audio/ogg",
        "m4a" => "audio/mp4",
        "mp4" => "video/mp4",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "txt" => "text/plain; charset=utf-8",
        _ => return None,
    })
}

/// `GET /v1/packages/{digest}/files/{index}`: one file of an accepted package, out of the tar.
pub(crate) async fn file(
    State(province): State<Arc<Province>>,
    Path((digest, index)): Path<(String, usize)>,
    headers: HeaderMap,
) -> Response {
    match open_file(&province, &digest, index, &headers).await {
        Ok(Some(response)) => response,
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn open_file(
    province: &Province,
    digest: &str,
    index: usize,
    headers: &HeaderMap,
) -> io::Result<Option<Response>> {
    let Ok(digest) = digest.parse::<Digest>() else {
        return Ok(None);
    };
    let Some(inside) = province.store.inside(digest) else {
        return Ok(None);
    };
    let Some(file) = inside.files.get(index) else {
        return Ok(None);
    };
    let asked = headers
        .get(header::RANGE)
        .and_then(|value| value.to_str().ok());
    let (status, from, to) = match asked.map(|text| range::parse(text, file.bytes)) {
        None | Some(range::Range::All) => (StatusCode::OK, 0, file.bytes),
        Some(range::Range::Part { from, to }) => (StatusCode::PARTIAL_CONTENT, from, to),
        Some(range::Range::Outside) => {
            let all = format!("bytes */{}", file.bytes);
            let response = (
                StatusCode::RANGE_NOT_SATISFIABLE,
                [(header::CONTENT_RANGE, all)],
            );
            return Ok(Some(response.into_response()));
        }
    };
    let mut tar = tokio::fs::File::open(province.store.package_path(digest)).await?;
    tar.seek(SeekFrom::Start(file.offset.saturating_add(from)))
        .await?;
    let body = ReaderStream::with_capacity(tar.take(to - from), PIECE_BYTES);
    let mut response = (status, Body::from_stream(body)).into_response();
    let out = response.headers_mut();
    let kind = media_type(&file.path);
    guard(out, kind.unwrap_or("application/octet-stream"));
    if kind.is_none() {
        let value = HeaderValue::from_static("attachment");
        out.insert(header::CONTENT_DISPOSITION, value);
    }
    out.insert(header::CONTENT_LENGTH, HeaderValue::from(to - from));
    out.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if status == StatusCode::PARTIAL_CONTENT {
        let text = format!("bytes {from}-{}/{}", to.saturating_sub(1), file.bytes);
        if let Ok(value) = HeaderValue::from_str(&text) {
            out.insert(header::CONTENT_RANGE, value);
        }
    }
    Ok(Some(response))
}
