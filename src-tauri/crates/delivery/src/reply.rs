//! Reads what a tus server or a province answers. Pure, and trusting nothing: the fuzz target
//! `tus_reply` feeds it whatever comes to mind.
//!
//! tus 1.0.0 (protocol.md of tus/tus-resumable-upload-protocol); RFC 9110 for `Retry-After`.

use reqwest::Url;

use crate::destination::address;
use crate::{Failure, Held, Lie, Upload};

mod date;

/// The version of tus spoken.
pub const TUS_VERSION: &str = "1.0.0";

/// Longest body read. Receipts are a few hundred bytes; reasons of a refusal a few thousand.
pub const BODY_MAX_BYTES: usize = 64 * 1024;

/// Most of the reasons and receipts ever seen are far shorter than any of these values.
const HEADER_MAX_BYTES: usize = 2048;

/// An answer as it came, already within the bounds of header count and body size.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Names in any case, values as they came.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body, at most [`BODY_MAX_BYTES`].
    pub body: Vec<u8>,
}

/// What a server says it can do (`OPTIONS`). What is not said is not believed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Abilities {
    /// It checks pieces by SHA-256 where they carry one.
    pub checks_sha256: bool,
    /// It forgets an upload where it is told to (`DELETE`).
    pub terminates: bool,
    /// Largest upload it takes, in bytes.
    pub bytes_max: Option<u64>,
}

impl Answer {
    /// The one value of a header; `None` where it is missing, doubled with another value, overlong
    /// or not plain text: a header two readers could read differently is no header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self
            .headers
            .iter()
            .filter(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_slice());
        let first = values.next()?;
        if values.any(|value| value != first) || first.len() > HEADER_MAX_BYTES {
            return None;
        }
        let text = std::str::from_utf8(first).ok()?;
        Some(text.trim_matches([' ', '\t']))
    }

    /// A whole number as HTTP writes it: digits only.
    fn number(&self, name: &str) -> Option<u64> {
        digits(self.header(name)?)
    }

    fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// What `Retry-After` asks for in milliseconds. A date is taken relative to the server's own
    /// `Date`, for its clock and ours may differ.
    #[must_use]
    pub fn retry_after_ms(&self) -> Option<u64> {
        if let Some(seconds) = self.number("retry-after") {
            return Some(seconds.saturating_mul(1_000));
        }
        let then = date::unix_seconds(self.header("retry-after")?)?;
        let now = date::unix_seconds(self.header("date")?)?;
        let seconds = u64::try_from(then.saturating_sub(now)).unwrap_or(0);
        Some(seconds.saturating_mul(1_000))
    }
}

fn digits(text: &str) -> Option<u64> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

/// What an answer that is no success means.
#[must_use]
pub fn failure(answer: &Answer) -> Failure {
    let status = answer.status;
    match status {
        300..=399 => Failure::Redirected { status },
        401 | 403 | 407 => Failure::NotAllowed { status },
        404 | 410 => Failure::Gone,
        409 => Failure::Conflict,
        412 => Failure::Version,
        413 => Failure::TooLarge {
            bytes_max: answer.number("tus-max-size"),
        },
        423 => Failure::Locked,
        460 => Failure::Damaged,
        408 | 425 | 429 | 500..=599 => Failure::Busy {
            status,
            retry_after_ms: answer.retry_after_ms(),
        },
        _ => Failure::Status { status },
    }
}

/// A success that says it is tus.
fn success(answer: &Answer) -> Result<(), Failure> {
    if !answer.is_success() {
        return Err(failure(answer));
    }
    match answer.header("tus-resumable") {
        Some(TUS_VERSION) => Ok(()),
        _ => Err(Failure::Lie(Lie::NotTus)),
    }
}

/// Reads the answer to `OPTIONS`. A server that does not know the question has no extras.
///
/// # Errors
/// [`Failure::Version`] where it speaks only other versions; [`Failure::Busy`] and the like.
pub fn abilities(answer: &Answer) -> Result<Abilities, Failure> {
    match answer.status {
        200..=299 => {}
        404 | 405 | 501 => return Ok(Abilities::default()),
        _ => return Err(failure(answer)),
    }
    if let Some(versions) = answer.header("tus-version")
        && !lists(versions, TUS_VERSION)
    {
        return Err(Failure::Version);
    }
    let extends = |word| {
        let extensions = answer.header("tus-extension");
        extensions.is_some_and(|extensions| lists(extensions, word))
    };
    let sha256 = answer
        .header("tus-checksum-algorithm")
        .is_some_and(|algorithms| lists(algorithms, "sha256"));
    Ok(Abilities {
        checks_sha256: extends("checksum") && sha256,
        terminates: extends("termination"),
        bytes_max: answer.number("tus-max-size"),
    })
}

fn lists(list: &str, word: &str) -> bool {
    list.split(',')
        .any(|entry| entry.trim().eq_ignore_ascii_case(word))
}

/// Reads the answer to `HEAD` for the upload at `address`.
///
/// # Errors
/// What the status means, or a [`Lie`].
pub fn found(answer: &Answer, address: &str) -> Result<Upload, Failure> {
    success(answer)?;
    Ok(Upload {
        address: address.to_owned(),
        offset: offset(answer)?,
        bytes: answer.number("upload-length"),
    })
}

/// Reads the answer to `PATCH`: the new offset.
///
/// # Errors
/// What the status means, or a [`Lie`].
pub fn stored(answer: &Answer) -> Result<u64, Failure> {
    success(answer)?;
    offset(answer)
}

/// Reads the answer to `DELETE`: the server has forgotten the upload, now or long ago.
///
/// # Errors
/// What the status means, or a [`Lie`].
pub fn ended(answer: &Answer) -> Result<(), Failure> {
    match answer.status {
        404 | 410 => Ok(()),
        _ => success(answer),
    }
}

fn offset(answer: &Answer) -> Result<u64, Failure> {
    answer
        .number("upload-offset")
        .ok_or(Failure::Lie(Lie::OffsetUnreadable))
}

/// Reads the answer to the creating `POST` at `endpoint`.
///
/// The address may be relative. It must stay on the host the package was meant for; scheme and port
/// are ours, for a server behind a proxy is often wrong about them, and https must not become http.
///
/// # Errors
/// What the status means, or a [`Lie`].
pub fn created(answer: &Answer, endpoint: &str) -> Result<Upload, Failure> {
    // A 404 here speaks of the endpoint: no upload is gone, for there was none.
    if matches!(answer.status, 404 | 410) {
        return Err(Failure::Status {
            status: answer.status,
        });
    }
    success(answer)?;
    let lie = Failure::Lie(Lie::Address);
    let endpoint = Url::parse(endpoint).map_err(|_| lie.clone())?;
    let location = answer.header("location").filter(|text| !text.is_empty());
    let location = location.ok_or_else(|| lie.clone())?;
    let target = endpoint.join(location).map_err(|_| lie.clone())?;
    let target = address(target.as_str()).map_err(|_| lie.clone())?;
    if target.host_str() != endpoint.host_str() {
        return Err(lie);
    }
    let mut ours = endpoint;
    ours.set_path(target.path());
    ours.set_query(target.query());
    ours.set_fragment(None);
    let offset = match answer.header("upload-offset") {
        Some(text) => digits(text).ok_or(Failure::Lie(Lie::OffsetUnreadable))?,
        None => 0,
    };
    Ok(Upload {
        address: ours.into(),
        offset,
        bytes: answer.number("upload-length"),
    })
}

/// Reads the answer to "do you hold digest X?".
///
/// # Errors
/// What the status means, or a [`Lie`].
pub fn held(answer: &Answer) -> Result<Held, Failure> {
    match answer.status {
        200 if answer.body.is_empty() => Err(Failure::Lie(Lie::Unreadable)),
        200 => Ok(Held::Receipt(answer.body.clone())),
        202 => Ok(Held::Pending {
            retry_after_ms: answer.retry_after_ms(),
        }),
        404 | 410 => Ok(Held::Unknown),
        _ => Err(failure(answer)),
    }
}

#[cfg(test)]
mod tests;
