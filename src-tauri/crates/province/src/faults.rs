//! Fault scripts: what shall go wrong, and when. The same script, the same faults.

use serde::Deserialize;

use crate::error::Error;

/// What shall go wrong, in order. Each fault happens once.
///
/// As a file:
/// ```toml
/// [[fault]]
/// kind = "cut"          # close the connection once this many bytes of an upload are stored
/// at_bytes = 100000
///
/// [[fault]]
/// kind = "status"       # answer the 3rd PATCH with 503 and do nothing
/// method = "PATCH"
/// request = 3
/// status = 503
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Script {
    /// The faults.
    pub faults: Vec<Fault>,
}

/// One thing that goes wrong, once.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Fault {
    /// Closes the connection in the middle of a PATCH, once this many bytes of the upload are stored.
    Cut {
        /// Offset in the upload.
        at_bytes: u64,
    },
    /// Stops reading in the middle of a PATCH at this offset, waits, then goes on.
    Stall {
        /// Offset in the upload.
        at_bytes: u64,
        /// How long.
        ms: u64,
    },
    /// Does the work of the k-th request of this method, then closes the connection without a reply.
    DropReply {
        /// `POST`, `PATCH`, `HEAD`, `GET` or `DELETE`.
        method: String,
        /// Counts from 1.
        request: u64,
    },
    /// Answers the k-th request of this method with this status and does nothing.
    Status {
        /// `POST`, `PATCH`, `HEAD`, `GET` or `DELETE`.
        method: String,
        /// Counts from 1.
        request: u64,
        /// Such as 409, 423, 500, 503.
        status: u16,
    },
    /// Signs the next receipt for another digest than the one that arrived.
    WrongDigest,
    /// Forgets an upload once this many bytes are stored: from then on it answers 410.
    Expire {
        /// Offset in the upload.
        at_bytes: u64,
    },
}

impl Script {
    /// Reads a script file.
    ///
    /// # Errors
    /// [`Error::Script`] with the line that is wrong.
    pub fn from_toml(text: &str) -> Result<Self, Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct File {
            #[serde(default)]
            fault: Vec<Fault>,
        }
        let file: File = toml::from_str(text).map_err(|error| Error::Script(error.to_string()))?;
        Ok(Self { faults: file.fault })
    }

    /// Cuts the line once at each of these offsets of an upload.
    #[must_use]
    pub fn cuts(offsets: &[u64]) -> Self {
        let cut = |&at_bytes| Fault::Cut { at_bytes };
        Self {
            faults: offsets.iter().map(cut).collect(),
        }
    }
}
