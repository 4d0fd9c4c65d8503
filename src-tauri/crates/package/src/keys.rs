//! Signing keys, public keys and whom to trust. Ed25519 (RFC 8032), written in minisign's text form.
//!
//! Not here: where keys are kept and how they are made random; the host does both.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use blake2::digest::consts::U32;
use blake2::{Blake2b, Digest as _};
use ed25519_dalek::{Signer as _, VerifyingKey};

use crate::error::Error;

/// The first eight bytes of the SHA-256 of the public key. Shown as minisign shows it: the number
/// read little-endian, in sixteen capital hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId(pub(crate) [u8; 8]);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016X}", u64::from_le_bytes(self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

/// A key that signs. Never shown, never compared in the open; its bytes leave only through
/// [`SigningKey::to_bytes`] and [`SigningKey::to_text`].
#[derive(Clone)]
pub struct SigningKey(ed25519_dalek::SigningKey);

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.public().id())
    }
}

impl SigningKey {
    /// The key made of 32 random bytes from the operating system's generator.
    #[must_use]
    pub fn generate(random: [u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(&random))
    }

    /// The key with this seed, as [`SigningKey::to_bytes`] gave it.
    #[must_use]
    pub fn from_bytes(seed: [u8; 32]) -> Self {
        Self::generate(seed)
    }

    /// The 32 bytes that are the whole secret.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// The key as an unencrypted minisign secret-key file (key derivation `none`). Whoever writes
    /// it to disk restricts who may read it.
    #[must_use]
    pub fn to_text(&self) -> String {
        let id = self.public().id();
        let mut bytes = Vec::with_capacity(SECRET_BYTES);
        bytes.extend_from_slice(b"Ed\0\0B2");
        bytes.extend_from_slice(&[0; 32 + 8 + 8]);
        bytes.extend_from_slice(&id.0);
        bytes.extend_from_slice(&self.0.to_keypair_bytes());
        bytes.extend_from_slice(&checksum(&id, &self.0.to_keypair_bytes()));
        format!(
            "untrusted comment: minisign secret key {id}\n{}\n",
            STANDARD.encode(bytes)
        )
    }

    /// Reads an unencrypted minisign secret key.
    ///
    /// # Errors
    /// [`Error::Key`] where the text has another form, is encrypted or does not add up.
    pub fn from_text(text: &str) -> Result<Self, Error> {
        let bytes = key_line(text)?;
        if bytes.len() != SECRET_BYTES || &bytes[..2] != b"Ed" || &bytes[4..6] != b"B2" {
            return Err(Error::Key("not a minisign secret key"));
        }
        if bytes[2..4] != [0, 0] {
            return Err(Error::Key("it is locked with a passphrase"));
        }
        let id = KeyId(array(&bytes[54..62]));
        let pair: [u8; 64] = array(&bytes[62..126]);
        if bytes[126..] != checksum(&id, &pair) {
            return Err(Error::Key("its checksum is wrong"));
        }
        let key = ed25519_dalek::SigningKey::from_keypair_bytes(&pair)
            .map_err(|_| Error::Key("its halves do not belong together"))?;
        let key = Self(key);
        if key.public().id() != id {
            return Err(Error::Key("it was made by another program: its id differs"));
        }
        Ok(key)
    }

    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

/// A key that checks signatures.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.id())
    }
}

impl PublicKey {
    /// The key with these bytes.
    ///
    /// # Errors
    /// [`Error::Key`] where they are no point of the curve, or a weak one.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, Error> {
        let key = VerifyingKey::from_bytes(bytes).map_err(|_| Error::Key("not on the curve"))?;
        if key.is_weak() {
            return Err(Error::Key("a weak point of the curve"));
        }
        Ok(Self(key))
    }

    /// The 32 bytes.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// Its short name, found in signatures.
    #[must_use]
    pub fn id(&self) -> KeyId {
        KeyId(array(&units::Digest::of(self.0.as_bytes()).as_bytes()[..8]))
    }

    /// What two people read to each other to know they hold the same key: the first 128 bits of
    /// its SHA-256, in eight groups of four digits.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let digits = units::Digest::of(self.0.as_bytes()).to_string();
        let groups: Vec<&str> = (0..8).map(|group| &digits[group * 4..][..4]).collect();
        groups.join(" ")
    }

    /// The one line that minisign calls a public key (`RW…`).
    #[must_use]
    pub fn to_base64(&self) -> String {
        let mut bytes = b"Ed".to_vec();
        bytes.extend_from_slice(&self.id().0);
        bytes.extend_from_slice(self.0.as_bytes());
        STANDARD.encode(bytes)
    }

    /// The key as a minisign public-key file.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!(
            "untrusted comment: minisign public key {}\n{}\n",
            self.id(),
            self.to_base64()
        )
    }

    /// Reads a minisign public-key file or its one line.
    ///
    /// # Errors
    /// [`Error::Key`] where the text has another form or its id is not derived as ours are.
    pub fn from_text(text: &str) -> Result<Self, Error> {
        let bytes = key_line(text)?;
        if bytes.len() != 42 || &bytes[..2] != b"Ed" {
            return Err(Error::Key("not a minisign public key"));
        }
        let key = Self::from_bytes(&array(&bytes[10..]))?;
        if bytes[2..10] != key.id().0 {
            return Err(Error::Key("its id does not belong to it"));
        }
        Ok(key)
    }

    /// Whether `signature` is one of `message` by this key (strict: RFC 8032 §8.4 malleability and
    /// small-order points are refused).
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        let signature = ed25519_dalek::Signature::from_bytes(signature);
        self.0.verify_strict(message, &signature).is_ok()
    }
}

/// Whose signatures count.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    keys: Vec<PublicKey>,
    anyone: bool,
}

impl Trust {
    /// Only these keys. A good signature by another one is a fault.
    #[must_use]
    pub fn listed(keys: Vec<PublicKey>) -> Self {
        Self {
            keys,
            anyone: false,
        }
    }

    /// Any key that signs what it says it signs; unlisted ones only bring a warning. It proves that
    /// nothing changed since sealing, not who sealed: for a sandbox, or for looking into a package.
    #[must_use]
    pub fn anyone() -> Self {
        Self {
            keys: Vec::new(),
            anyone: true,
        }
    }

    /// These keys are known; others only bring a warning.
    #[must_use]
    pub fn anyone_and(keys: Vec<PublicKey>) -> Self {
        Self { keys, anyone: true }
    }

    /// Adds a key.
    pub fn add(&mut self, key: PublicKey) {
        if !self.keys.contains(&key) {
            self.keys.push(key);
        }
    }

    /// The listed keys.
    #[must_use]
    pub fn keys(&self) -> &[PublicKey] {
        &self.keys
    }

    /// Whether this key is listed.
    #[must_use]
    pub fn knows(&self, key: &PublicKey) -> bool {
        self.keys.contains(key)
    }

    /// Whether unlisted keys are let through with a warning.
    #[must_use]
    pub const fn takes_anyone(&self) -> bool {
        self.anyone
    }
}

/// "Ed", derivation, checksum algorithm, salt 32, ops 8, mem 8, id 8, key pair 64, checksum 32.
const SECRET_BYTES: usize = 6 + 48 + 8 + 64 + 32;

fn checksum(id: &KeyId, pair: &[u8; 64]) -> [u8; 32] {
    let mut hash = Blake2b::<U32>::new();
    hash.update(b"Ed");
    hash.update(id.0);
    hash.update(pair);
    hash.finalize().into()
}

/// The base64 line of a key text with or without its comment line.
fn key_line(text: &str) -> Result<Vec<u8>, Error> {
    const KEY_TEXT_BYTES_MAX: usize = 4_096;
    if text.len() > KEY_TEXT_BYTES_MAX {
        return Err(Error::Key("too long"));
    }
    let line = text
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty() && !line.starts_with("untrusted comment:"))
        .ok_or(Error::Key("empty"))?;
    STANDARD
        .decode(line)
        .map_err(|_| Error::Key("not in base64"))
}

/// The bytes of a slice whose length the caller knows.
fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut out = [0; N];
    out.copy_from_slice(bytes);
    out
}

#[cfg(test)]
mod tests {
    use super::{PublicKey, SigningKey, Trust};

    #[test]
    fn keys_survive_their_text_form() {
        let key = SigningKey::generate([7; 32]);
        let again = SigningKey::from_text(&key.to_text()).unwrap();
        assert_eq!(again.to_bytes(), key.to_bytes());
        let public = PublicKey::from_text(&key.public().to_text()).unwrap();
        assert_eq!(public, key.public());
        assert_eq!(PublicKey::from_text(&public.to_base64()).unwrap(), public);
    }

    #[test]
    fn a_damaged_key_is_no_key() {
        let key = SigningKey::generate([7; 32]);
        let text = key.to_text();
        let line = text.lines().nth(1).unwrap();
        for at in [0, 90, 150, 200] {
            let mut damaged = line.as_bytes().to_vec();
            damaged[at] = if damaged[at] == b'A' { b'B' } else { b'A' };
            let damaged = String::from_utf8(damaged).unwrap();
            assert!(SigningKey::from_text(&damaged).is_err(), "{at}");
        }
        assert!(PublicKey::from_text("").is_err());
        assert!(PublicKey::from_bytes(&[0; 32]).is_err());
    }

    #[test]
    fn debug_output_never_shows_the_secret() {
        let key = SigningKey::generate([7; 32]);
        assert!(!format!("{key:?}").contains("7, 7"));
        assert_eq!(key.public().fingerprint().len(), 39);
        assert!(!Trust::listed(vec![]).knows(&key.public()));
    }
}
