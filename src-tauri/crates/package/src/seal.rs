//! Sealing: contents in, one tar out, in a single pass over the bytes.

use std::io::Write;

use units::{Digest, Id, Watch};

use crate::contents::Contents;
use crate::delivery::SealedFile;
use crate::error::Error;
use crate::keys::{KeyId, SigningKey};

/// What was sealed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sealed {
    /// Id of the package.
    pub package_id: Id,
    /// Version of the package.
    pub version: u32,
    /// SHA-256 of the whole tar: the package's identity and idempotency key.
    pub digest: Digest,
    /// Bytes of the tar.
    pub bytes: u64,
    /// Which key signed.
    pub key_id: KeyId,
    /// The payload, sorted by path.
    pub files: Vec<SealedFile>,
}

/// Writes the package to `out`. Each payload byte is read once. `watch` counts payload bytes.
///
/// # Errors
/// Any [`Error`]; what `out` then holds is worthless and the caller drops it.
pub fn seal(
    contents: &Contents,
    key: &SigningKey,
    out: &mut dyn Write,
    watch: Watch<'_>,
) -> Result<Sealed, Error> {
    todo!()
}
