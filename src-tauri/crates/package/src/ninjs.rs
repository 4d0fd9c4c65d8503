//! `metadata/ninjs.json`: what the package says, in the words of IPTC ninjs 3.1, so that any
//! newsroom system can read it. The schema allows no keys but its own; the rest is in
//! `delivery.json`.

mod file;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use self::file::News;
use crate::contents::Contents;
use crate::delivery::SealedFile;
use crate::error::Error;

/// The bytes of the file. Ends with a line feed.
pub(crate) fn write(contents: &Contents, sealed: &[SealedFile]) -> Result<Vec<u8>, Error> {
    News::package(contents, sealed).to_bytes()
}

/// Whether the bytes are JSON that speaks of this package, or what is wrong.
pub(crate) fn check(bytes: &[u8], uri: &str) -> Result<(), String> {
    let found = file::uri_of(bytes)?;
    if found == uri {
        Ok(())
    } else {
        Err(format!("it speaks of {found:?}"))
    }
}

/// The name of an id as a URI (RFC 9562 §4).
pub(crate) fn uri(id: &str) -> String {
    format!("urn:uuid:{id}")
}

/// The name of a file by its digest (RFC 6920 §3).
fn digest_uri(file: &SealedFile) -> String {
    let digest = URL_SAFE_NO_PAD.encode(file.digest.as_bytes());
    format!("ni:///sha-256;{digest}")
}
