//! The port to the other side, and a null version that is always off the line.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use units::{Digest, Progress, ReadAt};

use crate::{Failure, Limit, Parcel};

/// A reply on its way.
pub type Reply<'a, T> = Pin<Box<dyn Future<Output = Result<T, Failure>> + Send + 'a>>;

/// The answer to "do you hold digest X?", not yet believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Held {
    /// The bytes of what claims to be a receipt.
    Receipt(Vec<u8>),
    /// It holds the bytes and is still looking at them.
    Pending {
        /// What `Retry-After` asked for, in milliseconds.
        retry_after_ms: Option<u64>,
    },
    /// It does not hold it.
    Unknown,
}

/// What a server says about an upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Its address.
    pub address: String,
    /// Bytes the server has.
    pub offset: u64,
    /// The length it expects, where it says so.
    pub bytes: Option<u64>,
}

/// A piece to be sent.
#[derive(Clone)]
pub struct Piece {
    /// The upload.
    pub address: String,
    /// Position of the piece in the package.
    pub offset: u64,
    /// At most this many bytes; a transport may send fewer.
    pub bytes: u64,
    /// The whole package.
    pub source: Arc<dyn ReadAt>,
    /// Shared by all that use the same line.
    pub limit: Arc<Limit>,
    /// Hears the position in the package up to which bytes were handed to the line, and the length
    /// of the package.
    pub progress: Arc<dyn Progress>,
}

/// Talks to one destination. Dropping a reply's future stops the request promptly.
pub trait Transport: Send + Sync {
    /// Asks whether the other side holds a package. Never called where the destination gives no
    /// receipts.
    fn ask(&self, digest: Digest) -> Reply<'_, Held>;

    /// Creates an upload for a package; `alone`: without saying for which, so that the other side
    /// cannot join it to one that somebody else began.
    fn create<'a>(&'a self, parcel: &'a Parcel, alone: bool) -> Reply<'a, Upload>;

    /// Asks how much of an upload the server has.
    fn find<'a>(&'a self, address: &'a str) -> Reply<'a, Upload>;

    /// Sends a piece; the new offset.
    fn put(&self, piece: Piece) -> Reply<'_, u64>;

    /// Tells the other side that nothing more will come for an upload, so that it need not be kept.
    /// Where that cannot be told, nothing happens.
    fn end<'a>(&'a self, address: &'a str) -> Reply<'a, ()>;
}

/// The null transport: the line is down, always.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoLine;

impl Transport for NoLine {
    fn ask(&self, _digest: Digest) -> Reply<'_, Held> {
        Box::pin(async { Err(Failure::Line) })
    }

    fn create<'a>(&'a self, _parcel: &'a Parcel, _alone: bool) -> Reply<'a, Upload> {
        Box::pin(async { Err(Failure::Line) })
    }

    fn find<'a>(&'a self, _address: &'a str) -> Reply<'a, Upload> {
        Box::pin(async { Err(Failure::Line) })
    }

    fn put(&self, _piece: Piece) -> Reply<'_, u64> {
        Box::pin(async { Err(Failure::Line) })
    }

    fn end<'a>(&'a self, _address: &'a str) -> Reply<'a, ()> {
        Box::pin(async { Err(Failure::Line) })
    }
}
