//! Reading the headers of tus requests.

use axum::http::{HeaderMap, StatusCode};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};
use units::Digest;

use super::{Refusal, VERSION, refuse};

/// Bytes of Upload-Metadata: a name, a type and a digest are under one kilobyte.
const METADATA_BYTES_MAX: usize = 4_096;

/// Characters of an announced file name that are kept.
const NAME_CHARS_MAX: usize = 200;

/// What the sender says about the package before sending it.
#[derive(Default, PartialEq, Eq, Debug)]
pub(super) struct Announced {
    pub(super) name: String,
    pub(super) digest: Option<Digest>,
    /// `Upload-Metadata` as it came.
    pub(super) metadata: String,
}

/// Refuses other versions of the protocol.
pub(super) fn version(headers: &HeaderMap) -> Result<(), Refusal> {
    match headers.get("tus-resumable") {
        Some(version) if version == VERSION => Ok(()),
        _ => Err(refuse(
            StatusCode::PRECONDITION_FAILED,
            "Tus-Resumable: 1.0.0 is needed",
        )),
    }
}

/// A header that is a whole number.
pub(super) fn number(headers: &HeaderMap, name: &'static str) -> Result<Option<u64>, Refusal> {
    let Some(value) = headers.get(name) else {
        return Ok(None);
    };
    let text = value.to_str().unwrap_or_default();
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(refuse(StatusCode::BAD_REQUEST, "a number is no number"));
    }
    text.parse()
        .map(Some)
        .map_err(|_| refuse(StatusCode::PAYLOAD_TOO_LARGE, "a number is too large"))
}

/// Name and digest from Upload-Metadata and Repr-Digest.
pub(super) fn announced(headers: &HeaderMap) -> Result<Announced, Refusal> {
    let bad = |reason| refuse(StatusCode::BAD_REQUEST, reason);
    let mut out = Announced::default();
    if let Some(value) = headers.get("upload-metadata") {
        let text = value
            .to_str()
            .ok()
            .filter(|text| text.len() <= METADATA_BYTES_MAX)
            .ok_or_else(|| bad("Upload-Metadata is too long or not ASCII"))?;
        text.clone_into(&mut out.metadata);
        for pair in text.split(',').filter(|pair| !pair.trim().is_empty()) {
            let (key, value) = pair.trim().split_once(' ').unwrap_or((pair.trim(), ""));
            let value = STANDARD
                .decode(value.trim())
                .map_err(|_| bad("a value of Upload-Metadata is not base64"))?;
            let value = String::from_utf8_lossy(&value);
            match key {
                "filename" => out.name = value.chars().take(NAME_CHARS_MAX).collect(),
                "sha256" => {
                    let digest = value.parse();
                    out.digest = Some(digest.map_err(|_| bad("sha256 is no digest"))?);
                }
                _ => {}
            }
        }
    }
    if let Some(digest) = repr_digest(headers) {
        if out.digest.is_some_and(|other| other != digest) {
            return Err(bad("Repr-Digest and sha256 differ"));
        }
        out.digest = Some(digest);
    }
    Ok(out)
}

/// `Repr-Digest: sha-256=:base64:` (RFC 9530 §3); other algorithms are not ours to judge.
fn repr_digest(headers: &HeaderMap) -> Option<Digest> {
    let text = headers.get("repr-digest")?.to_str().ok()?;
    let value = text
        .split(',')
        .find_map(|part| part.trim().strip_prefix("sha-256=:")?.strip_suffix(':'))?;
    let bytes: [u8; 32] = STANDARD.decode(value).ok()?.try_into().ok()?;
    Some(Digest::from_bytes(bytes))
}

/// The checksum of one PATCH, as it is computed and as it should be.
pub(super) enum Checksum {
    Sha1(Sha1, Vec<u8>),
    Sha256(Sha256, Vec<u8>),
}

impl Checksum {
    /// `Upload-Checksum: algorithm base64`; an unknown algorithm is refused, not ignored.
    pub(super) fn wanted(headers: &HeaderMap) -> Result<Option<Self>, Refusal> {
        let Some(value) = headers.get("upload-checksum") else {
            return Ok(None);
        };
        let bad = || refuse(StatusCode::BAD_REQUEST, "Upload-Checksum cannot be checked");
        let (algorithm, value) = value
            .to_str()
            .ok()
            .and_then(|text| text.split_once(' '))
            .ok_or_else(bad)?;
        let expected = STANDARD.decode(value.trim()).map_err(|_| bad())?;
        match (algorithm, expected.len()) {
            ("sha1", 20) => Ok(Some(Self::Sha1(Sha1::new(), expected))),
            ("sha256", 32) => Ok(Some(Self::Sha256(Sha256::new(), expected))),
            _ => Err(bad()),
        }
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha1(digester, _) => digester.update(bytes),
            Self::Sha256(digester, _) => digester.update(bytes),
        }
    }

    pub(super) fn holds(self) -> bool {
        match self {
            Self::Sha1(digester, expected) => digester.finalize()[..] == expected,
            Self::Sha256(digester, expected) => digester.finalize()[..] == expected,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let pairs = pairs.iter();
        pairs
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect()
    }

    #[test]
    fn what_the_sender_announces_is_read_from_both_headers() {
        let digest = Digest::of(b"x");
        let encoded = STANDARD.encode(digest.to_string());
        let metadata = format!("filename eC50YXI=, other,sha256 {encoded}");
        let repr = format!("sha-256=:{}:", STANDARD.encode(digest.as_bytes()));
        let both = headers(&[("upload-metadata", &metadata), ("repr-digest", &repr)]);
        let read = announced(&both).unwrap();
        assert_eq!((read.name.as_str(), read.digest), ("x.tar", Some(digest)));
        let other = format!("sha-256=:{}:", STANDARD.encode([0; 32]));
        let differ = headers(&[("upload-metadata", &metadata), ("repr-digest", &other)]);
        assert!(announced(&differ).is_err());
        for wrong in ["sha256 eA==", "filename *"] {
            assert!(announced(&headers(&[("upload-metadata", wrong)])).is_err());
        }
    }

    #[test]
    fn numbers_are_digits_and_nothing_else() {
        assert_eq!(number(&headers(&[("a", "12")]), "a").unwrap(), Some(12));
        for wrong in ["-1", "+1", "1.5", "", "99999999999999999999"] {
            assert!(number(&headers(&[("a", wrong)]), "a").is_err(), "{wrong}");
        }
    }

    #[test]
    fn checksums_of_unknown_algorithms_are_refused() {
        for wrong in ["md5 AAAA", "sha1", "sha1 AAAA", "crc32 AAAA"] {
            assert!(Checksum::wanted(&headers(&[("upload-checksum", wrong)])).is_err());
        }
        // RFC 3174, test 1.
        let good = headers(&[("upload-checksum", "sha1 qZk+NkcGgWq6PiVxeFDCbJzQ2J0=")]);
        let mut checksum = Checksum::wanted(&good).unwrap().unwrap();
        checksum.update(b"abc");
        assert!(checksum.holds());
    }
}
