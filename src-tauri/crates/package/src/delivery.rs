//! `metadata/delivery.json`: approval, schedule, targets, validity, and what is known of each file.
//! Everything ninjs has no field for. Schema: `assets/schemas/delivery.json`.

mod file;

use units::Digest;

use self::file::DeliveryFile;
use crate::contents::Contents;
use crate::error::Error;

/// What a sealed file weighs and hashes to, in the order of the manifest.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SealedFile {
    /// Path inside the payload, without `data/`.
    pub path: String,
    /// Length in bytes.
    pub bytes: u64,
    /// SHA-256.
    pub digest: Digest,
}

/// What a verifier needs to know from the file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct DeliveryFacts {
    pub(crate) package_id: String,
    pub(crate) version: u32,
    pub(crate) created: String,
    pub(crate) title: String,
    /// Path without `data/`, bytes, digest in hexadecimal digits.
    pub(crate) files: Vec<(String, u64, String)>,
}

/// The bytes of the file. Ends with a line feed.
pub(crate) fn write(contents: &Contents, sealed: &[SealedFile]) -> Result<Vec<u8>, Error> {
    DeliveryFile::new(contents, sealed).to_bytes()
}

/// Reads the facts, or says what is wrong.
pub(crate) fn read(bytes: &[u8]) -> Result<DeliveryFacts, String> {
    DeliveryFile::read(bytes)
}
