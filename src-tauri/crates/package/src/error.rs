//! What can go wrong while sealing, and while reading keys, signatures and receipts.
//!
//! Not here: what is wrong with a package somebody hands us. That is data: [`crate::Report`].

use std::io;

use units::{Cancelled, Digest};

use crate::path::PathFault;

/// Why a package was not sealed, or a key, signature, receipt or moment not read.
///
/// Whatever was written before the error is worthless: the caller drops it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Stopped on request.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// A name that would not survive on every system.
    #[error("the name {path:?} is not portable: {fault}")]
    Path {
        /// The name as it was given, cut to a readable length.
        path: String,
        /// What is wrong with it.
        fault: PathFault,
    },
    /// Two names that are one on some systems (equal, or equal but for case).
    #[error("the names {first:?} and {second:?} clash")]
    Clash {
        /// One name.
        first: String,
        /// The other.
        second: String,
    },
    /// More of something than a package may hold.
    #[error("too many {what}: a package holds at most {max}")]
    TooMany {
        /// What there is too much of, such as `files`.
        what: &'static str,
        /// The limit.
        max: u64,
    },
    /// A file larger than the archive form can say.
    #[error("{path} has {bytes} bytes: at most {max} fit")]
    TooLarge {
        /// Path in the payload.
        path: String,
        /// Its length.
        bytes: u64,
        /// The limit.
        max: u64,
    },
    /// An item speaks of a file that is not in the payload.
    #[error("an item refers to {path}, which is not among the files")]
    Missing {
        /// Path in the payload.
        path: String,
    },
    /// A file no item speaks of: nobody would know what it is for.
    #[error("no item refers to {path}")]
    Unreferenced {
        /// Path in the payload.
        path: String,
    },
    /// A file is no longer what was approved.
    #[error("{path} has changed: expected digest {expected}, found {found}")]
    Changed {
        /// Path in the payload.
        path: String,
        /// The digest that was approved.
        expected: Digest,
        /// The digest of the bytes read.
        found: Digest,
    },
    /// A file could not be read to its stated length.
    #[error("{path} could not be read")]
    Read {
        /// Path in the payload.
        path: String,
        /// What the medium said.
        source: io::Error,
    },
    /// The package could not be written.
    #[error("the package could not be written")]
    Write(#[source] io::Error),
    /// A field of the metadata that says nothing or too much.
    #[error("the field {field} {reason}")]
    Metadata {
        /// Which field.
        field: &'static str,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A text that is no key in minisign form.
    #[error("this is no key: {0}")]
    Key(&'static str),
    /// A text that is no signature in minisign form.
    #[error("this is no signature: {0}")]
    SignatureForm(&'static str),
    /// A text that is no receipt.
    #[error("this is no receipt: {0}")]
    ReceiptForm(String),
    /// A receipt that its authority did not sign.
    #[error("the receipt is not signed by a trusted key")]
    ReceiptSignature,
    /// A text that is no moment in the form of RFC 3339.
    #[error("this is no moment in RFC 3339 form: {0:?}")]
    Stamp(String),
}
