//! The digest algorithms of bags in the wild. We write SHA-256 alone.

use std::collections::BTreeMap;

use md5::Md5;
use sha1::Sha1;
use sha2::digest::DynDigest;
use sha2::{Sha224, Sha256, Sha384, Sha512};
use units::Digest;

/// An algorithm by its name in a manifest's file name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Algorithm {
    Md5,
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}

impl Algorithm {
    /// RFC 8493 §2.4: lower case without punctuation; older bags are less strict.
    pub(super) fn named(name: &str) -> Option<Self> {
        let name: String = name
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .map(|c| c.to_ascii_lowercase())
            .collect();
        Some(match name.as_str() {
            "md5" => Self::Md5,
            "sha1" => Self::Sha1,
            "sha224" => Self::Sha224,
            "sha256" => Self::Sha256,
            "sha384" => Self::Sha384,
            "sha512" => Self::Sha512,
            _ => return None,
        })
    }

    /// Whether two files with one digest can be made on purpose.
    pub(super) const fn is_weak(self) -> bool {
        matches!(self, Self::Md5 | Self::Sha1)
    }

    pub(super) const fn hex_digits(self) -> usize {
        match self {
            Self::Md5 => 32,
            Self::Sha1 => 40,
            Self::Sha224 => 56,
            Self::Sha256 => 64,
            Self::Sha384 => 96,
            Self::Sha512 => 128,
        }
    }

    fn digester(self) -> Box<dyn DynDigest> {
        match self {
            Self::Md5 => Box::new(Md5::default()),
            Self::Sha1 => Box::new(Sha1::default()),
            Self::Sha224 => Box::new(Sha224::default()),
            Self::Sha256 => Box::new(Sha256::default()),
            Self::Sha384 => Box::new(Sha384::default()),
            Self::Sha512 => Box::new(Sha512::default()),
        }
    }
}

/// Digests of one file.
#[derive(Default, Debug)]
pub(super) struct Digests(BTreeMap<Algorithm, Box<[u8]>>);

impl Digests {
    pub(super) fn of_sha256(digest: Digest) -> Self {
        let bytes: Box<[u8]> = digest.as_bytes()[..].into();
        Self(BTreeMap::from([(Algorithm::Sha256, bytes)]))
    }

    pub(super) fn sha256(&self) -> Option<Digest> {
        let bytes = self.0.get(&Algorithm::Sha256)?;
        Some(Digest::from_bytes(bytes[..].try_into().ok()?))
    }

    /// The digest in lower-case hexadecimal digits, if it was computed.
    pub(super) fn hex(&self, algorithm: Algorithm) -> Option<String> {
        use std::fmt::Write as _;
        let mut text = String::new();
        for byte in self.0.get(&algorithm)? {
            write!(text, "{byte:02x}").ok()?;
        }
        Some(text)
    }
}

/// Computes several digests in one pass.
pub(super) struct Digesters(Vec<(Algorithm, Box<dyn DynDigest>)>);

impl Digesters {
    pub(super) fn new(algorithms: &[Algorithm]) -> Self {
        let pairs = algorithms.iter().map(|&one| (one, one.digester()));
        Self(pairs.collect())
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        for (_, digester) in &mut self.0 {
            digester.update(bytes);
        }
    }

    pub(super) fn finish(self) -> Digests {
        let pairs = self.0.into_iter();
        Digests(
            pairs
                .map(|(one, digester)| (one, digester.finalize()))
                .collect(),
        )
    }
}
