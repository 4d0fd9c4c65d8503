//! `PATCH`: bytes come in, are synced, and only then acknowledged.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{ConnectInfo, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use futures_util::StreamExt as _;
use tokio::task::block_in_place;

use super::headers::{self, Checksum};
use super::{Refusal, broken, find, http_date, refuse, reply};
use crate::intake::Province;
use crate::line::Line;
use crate::mischief::AtOffset;
use crate::store::Appender;
use crate::uploads::Open;

/// Bytes after which what came is made to count, even within one request: a power cut costs no more.
const CHECKPOINT_BYTES: u64 = 16 << 20;

/// A sender that is silent for so long has lost its line; the upload must not stay locked by it.
const SILENCE: Duration = Duration::from_secs(30);

/// More than may be kept would come.
const NO_ROOM: Refusal = refuse(StatusCode::INSUFFICIENT_STORAGE, "there is no room for it");

/// tus 1.0.0, checksum extension.
const CHECKSUM_MISMATCH: u16 = 460;

pub(crate) async fn patch(
    State(province): State<Arc<Province>>,
    ConnectInfo(line): ConnectInfo<Line>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    headers::version(&headers)?;
    let kind = headers.get(header::CONTENT_TYPE);
    if kind.is_none_or(|kind| kind != "application/offset+octet-stream") {
        return Err(refuse(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "Content-Type: application/offset+octet-stream is needed",
        ));
    }
    let from = headers::number(&headers, "upload-offset")?
        .ok_or_else(|| refuse(StatusCode::BAD_REQUEST, "Upload-Offset is needed"))?;
    let checksum = Checksum::wanted(&headers)?;
    let (open, _) = find(&province, &id)?;
    let Ok(busy) = open.busy.try_lock() else {
        return Err(refuse(StatusCode::LOCKED, "another request writes to it"));
    };
    // Read again under the lock: the other request may just have ended.
    let (_, state) = find(&province, &id)?;
    if state.offset != from {
        return Err(refuse(
            StatusCode::CONFLICT,
            "Upload-Offset is not where it is",
        ));
    }
    let length = headers::number(&headers, "content-length")?;
    if length.is_some_and(|length| length > open.bytes - from) {
        return Err(refuse(
            StatusCode::PAYLOAD_TOO_LARGE,
            "more than Upload-Length",
        ));
    }
    if state.offset == open.bytes {
        return Ok(stored(&open));
    }
    // Said before the body is read, for who has no room need not take it.
    let room = block_in_place(|| province.has_room_for(length.unwrap_or(0)));
    if !room.map_err(|error| broken(&error))? {
        return Err(NO_ROOM);
    }
    let appender =
        block_in_place(|| province.store.append(&id, from)).map_err(|error| broken(&error))?;
    let receiving = Receiving {
        province: &province,
        open: &open,
        line: &line,
        appender,
        from,
        checksum,
    };
    receiving.run(body).await?;
    // Where this request ended, not where the next one is by then.
    let answer = stored(&open);
    let is_complete = open.state().offset == open.bytes;
    drop(busy);
    if is_complete {
        judge_aside(&province, &open);
    }
    Ok(answer)
}

/// Judges on a thread of its own, unless that is going on: a large package takes seconds, and the
/// sender has its 204.
pub(crate) fn judge_aside(province: &Arc<Province>, open: &Arc<Open>) {
    let Some(judge) = open.judge() else {
        return;
    };
    let province = province.clone();
    tokio::task::spawn_blocking(move || {
        // On a failing disk it stays complete, to be judged when somebody asks or at the next start.
        province.settle(&judge.0).is_ok()
    });
}

fn stored(open: &Open) -> Response {
    let state = open.state();
    reply(
        StatusCode::NO_CONTENT,
        &[
            ("upload-offset", &state.offset.to_string()),
            ("upload-expires", &http_date(state.expires_s)),
        ],
    )
}

struct Receiving<'a> {
    province: &'a Province,
    open: &'a Open,
    line: &'a Line,
    appender: Appender,
    from: u64,
    checksum: Option<Checksum>,
}

/// Why receiving ends.
enum End {
    /// The body is whole.
    Whole,
    /// The line broke, the sender fell silent or a fault was due.
    Broken,
    /// The script forgets the upload.
    Expired,
}

impl Receiving<'_> {
    async fn run(mut self, body: Body) -> Result<(), Refusal> {
        let end = self.receive(body).await?;
        if matches!(end, End::Expired) {
            self.line.cut();
            block_in_place(|| self.province.forget(self.open)).map_err(|error| broken(&error))?;
            return Err(refuse(StatusCode::GONE, "this upload is forgotten"));
        }
        if let Some(checksum) = self.checksum.take() {
            // A part of what a checksum covers proves nothing.
            let whole = matches!(end, End::Whole);
            if !(whole && checksum.holds()) {
                block_in_place(|| self.appender.take_back(self.from))
                    .map_err(|error| broken(&error))?;
                let status = StatusCode::from_u16(CHECKSUM_MISMATCH)
                    .unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
                return Err(refuse(status, "Upload-Checksum does not match"));
            }
        }
        self.checkpoint()?;
        match end {
            End::Whole => Ok(()),
            _ => Err(refuse(StatusCode::REQUEST_TIMEOUT, "the line broke")),
        }
    }

    async fn receive(&mut self, body: Body) -> Result<End, Refusal> {
        let mut body = body.into_data_stream();
        let mut unsafe_since = self.from;
        loop {
            // Also before the first byte: a fault may be due just here.
            if let Some(end) = self.fault().await {
                return Ok(end);
            }
            let Ok(next) = tokio::time::timeout(SILENCE, body.next()).await else {
                return Ok(End::Broken);
            };
            let mut piece = match next {
                None => return Ok(End::Whole),
                Some(Err(_)) => return Ok(End::Broken),
                Some(Ok(piece)) => piece,
            };
            if piece.len() as u64 > self.open.bytes - self.appender.at() {
                // Without a Content-Length this shows only now. What fits was sent in order.
                return Err(refuse(
                    StatusCode::PAYLOAD_TOO_LARGE,
                    "more than Upload-Length",
                ));
            }
            // Without a Content-Length nobody has looked yet; with one, another may have been quicker.
            let kept = self.province.store.usage().bytes();
            if kept.saturating_add(piece.len() as u64) > self.province.config.kept_bytes_max {
                self.keep_what_came()?;
                return Err(NO_ROOM);
            }
            while !piece.is_empty() {
                let take = self.until_fault(piece.len());
                let part = piece.split_to(take);
                if let Some(checksum) = &mut self.checksum {
                    checksum.update(&part);
                }
                block_in_place(|| self.appender.write(&part)).map_err(|error| broken(&error))?;
                if !piece.is_empty()
                    && let Some(end) = self.fault().await
                {
                    return Ok(end);
                }
            }
            if self.checksum.is_none() && self.appender.at() - unsafe_since >= CHECKPOINT_BYTES {
                self.checkpoint()?;
                unsafe_since = self.appender.at();
            }
        }
    }

    /// How many of `bytes` come before the next fault.
    fn until_fault(&self, bytes: usize) -> usize {
        let at = self.appender.at();
        let next = self.province.mischief.next_offset(at + 1);
        next.and_then(|next| usize::try_from(next - at).ok())
            .map_or(bytes, |until| until.min(bytes))
    }

    /// Lets happen what is due at this offset.
    async fn fault(&self) -> Option<End> {
        while let Some(fault) = self.province.mischief.take_at(self.appender.at()) {
            match fault {
                AtOffset::Stall(ms) => tokio::time::sleep(Duration::from_millis(ms)).await,
                AtOffset::Expire => return Some(End::Expired),
                AtOffset::Cut => {
                    self.line.cut();
                    return Some(End::Broken);
                }
            }
        }
        None
    }

    /// Before a refusal: what came without a checksum counts.
    fn keep_what_came(&mut self) -> Result<(), Refusal> {
        match self.checksum {
            Some(_) => Ok(()),
            None => self.checkpoint(),
        }
    }

    fn checkpoint(&mut self) -> Result<(), Refusal> {
        let offset =
            block_in_place(|| self.appender.checkpoint()).map_err(|error| broken(&error))?;
        self.open.set_offset(offset, self.province.now_s());
        self.extend()
    }

    /// Puts off the expiry. What is promised is what is written down, so not for every small step.
    fn extend(&self) -> Result<(), Refusal> {
        let expires_s = (self.province).in_s(self.province.config.upload_lifetime_s);
        let step_s = self.province.config.upload_lifetime_s / 24;
        let gained_s = expires_s.saturating_sub(self.open.state().expires_s);
        if u64::try_from(gained_s).is_ok_and(|gained_s| gained_s > step_s) {
            block_in_place(|| {
                self.province
                    .store
                    .record(&self.open.record(expires_s, None))
            })
            .map_err(|error| broken(&error))?;
            self.open.set_expiry(expires_s);
        }
        Ok(())
    }
}
