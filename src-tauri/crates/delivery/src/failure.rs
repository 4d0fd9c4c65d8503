//! What can go wrong between here and the other side, sorted by what it means for the job.
//!
//! A failure never ends a job by itself; [`crate::Machine`] decides what follows from it.

use std::fmt;

/// Why one request did not do what it was meant to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// No connection, or it broke: refused, reset, no such host, no route.
    #[error("the line is down or broke")]
    Line,
    /// Connected, but nothing moved for too long.
    #[error("the other side stopped answering")]
    Stalled,
    /// The certificate of the other side is not trusted, expired, or for another name.
    #[error("the other side's certificate is not trusted")]
    Certificate,
    /// 409: the server's offset is another one than ours.
    #[error("the server's offset differs from ours")]
    Conflict,
    /// 423: an earlier request of ours is still being worked on.
    #[error("the upload is still locked by an earlier request")]
    Locked,
    /// 460: the piece arrived damaged and was thrown away.
    #[error("a piece arrived damaged")]
    Damaged,
    /// All of it was acknowledged, and something else than the package arrived.
    #[error("what arrived is not what was sent")]
    Altered,
    /// 404 or 410: the server does not know the upload, or no longer.
    #[error("the server no longer knows the upload")]
    Gone,
    /// 401 or 403.
    #[error("the server does not let us in (status {status})")]
    NotAllowed {
        /// The status.
        status: u16,
    },
    /// 413, or more than the server announced to take.
    #[error("the package is larger than the server takes")]
    TooLarge {
        /// The announced limit in bytes, where there is one.
        bytes_max: Option<u64>,
    },
    /// 412: the server speaks another version of tus.
    #[error("the server speaks another version of the protocol")]
    Version,
    /// 3xx. Never followed: packages go where they were sent, nowhere else.
    #[error("the server sends us elsewhere (status {status})")]
    Redirected {
        /// The status.
        status: u16,
    },
    /// 429 and 5xx: not now.
    #[error("the server cannot take it now (status {status})")]
    Busy {
        /// The status.
        status: u16,
        /// What `Retry-After` asked for, in milliseconds.
        retry_after_ms: Option<u64>,
    },
    /// Any other status.
    #[error("unexpected answer (status {status})")]
    Status {
        /// The status.
        status: u16,
    },
    /// An answer that cannot be true or is no answer of this protocol.
    #[error("the server's answer is not to be believed: {0}")]
    Lie(Lie),
    /// The package itself could not be read here.
    #[error("the package could not be read: {0}")]
    Source(String),
    /// The package at hand is not what was sealed.
    #[error("the package has changed since it was sealed")]
    Changed,
}

impl Failure {
    /// The words of [`Failure::code`], save those of a [`Lie`]. A new failure needs its word here, so
    /// that every table of sentences is checked for it.
    pub const CODES: [&'static str; 16] = [
        "line",
        "stalled",
        "certificate",
        "conflict",
        "locked",
        "damaged",
        "altered",
        "gone",
        "not-allowed",
        "too-large",
        "version",
        "redirected",
        "busy",
        "status",
        "source",
        "changed",
    ];

    /// A stable word for it, as job files, `--json` and the window's table of sentences use it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::Stalled => "stalled",
            Self::Certificate => "certificate",
            Self::Conflict => "conflict",
            Self::Locked => "locked",
            Self::Damaged => "damaged",
            Self::Altered => "altered",
            Self::Gone => "gone",
            Self::NotAllowed { .. } => "not-allowed",
            Self::TooLarge { .. } => "too-large",
            Self::Version => "version",
            Self::Redirected { .. } => "redirected",
            Self::Busy { .. } => "busy",
            Self::Status { .. } => "status",
            Self::Lie(lie) => lie.code(),
            Self::Source(_) => "source",
            Self::Changed => "changed",
        }
    }

    /// The status or limit that belongs to it, for people to read beside the sentence.
    #[must_use]
    pub fn detail(&self) -> String {
        match self {
            Self::NotAllowed { status }
            | Self::Redirected { status }
            | Self::Busy { status, .. }
            | Self::Status { status } => status.to_string(),
            Self::TooLarge {
                bytes_max: Some(bytes),
            } => bytes.to_string(),
            Self::Source(detail) => detail.clone(),
            _ => String::new(),
        }
    }

    /// The failure with this [`Failure::code`] and [`Failure::detail`]; a word from a later version
    /// of this crate becomes a plain [`Failure::Line`], which only means "try again".
    #[must_use]
    pub fn from_code(code: &str, detail: &str) -> Self {
        let status = detail.parse().unwrap_or(0);
        match code {
            "stalled" => Self::Stalled,
            "certificate" => Self::Certificate,
            "conflict" => Self::Conflict,
            "locked" => Self::Locked,
            "damaged" => Self::Damaged,
            "altered" => Self::Altered,
            "gone" => Self::Gone,
            "not-allowed" => Self::NotAllowed { status },
            "too-large" => Self::TooLarge {
                bytes_max: detail.parse().ok(),
            },
            "version" => Self::Version,
            "redirected" => Self::Redirected { status },
            "busy" => Self::Busy {
                status,
                retry_after_ms: None,
            },
            "status" => Self::Status { status },
            "source" => Self::Source(detail.to_owned()),
            "changed" => Self::Changed,
            _ => Lie::ALL
                .into_iter()
                .find(|lie| lie.code() == code)
                .map_or(Self::Line, Self::Lie),
        }
    }
}

/// In what way an answer cannot be true.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lie {
    /// A 2xx without `Tus-Resumable: 1.0.0`: a captive portal, or no tus server at all.
    NotTus,
    /// `Upload-Offset` is missing, doubled, or no number.
    OffsetUnreadable,
    /// `Upload-Offset` lies beyond what was ever sent, or beyond the end.
    OffsetBeyond,
    /// A piece was accepted, yet the offset did not move forward.
    OffsetBehind,
    /// `Upload-Length` is not the package's length: this is somebody else's upload.
    OtherLength,
    /// `Location` is missing, unreadable, too long, or leads to another host.
    Address,
    /// The answer is longer than any honest answer.
    TooLong,
    /// The answer's body is not what the interface describes.
    Unreadable,
}

impl Lie {
    /// Every one of them.
    pub const ALL: [Self; 8] = [
        Self::NotTus,
        Self::OffsetUnreadable,
        Self::OffsetBeyond,
        Self::OffsetBehind,
        Self::OtherLength,
        Self::Address,
        Self::TooLong,
        Self::Unreadable,
    ];

    /// A stable word for it.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NotTus => "not-tus",
            Self::OffsetUnreadable => "offset-unreadable",
            Self::OffsetBeyond => "offset-beyond",
            Self::OffsetBehind => "offset-behind",
            Self::OtherLength => "other-length",
            Self::Address => "address",
            Self::TooLong => "too-long",
            Self::Unreadable => "unreadable",
        }
    }
}

impl fmt::Display for Lie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotTus => "this is no tus server",
            Self::OffsetUnreadable => "the offset is unreadable",
            Self::OffsetBeyond => "the offset lies beyond what was sent",
            Self::OffsetBehind => "the offset did not move",
            Self::OtherLength => "the upload has another length",
            Self::Address => "the upload's address is unusable",
            Self::TooLong => "the answer is too long",
            Self::Unreadable => "the answer is unreadable",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Failure, Lie};

    #[test]
    fn every_word_is_read_back_as_the_failure_it_stands_for() {
        for code in Failure::CODES.into_iter().chain(Lie::ALL.map(Lie::code)) {
            assert_eq!(Failure::from_code(code, "7").code(), code);
        }
    }
}
