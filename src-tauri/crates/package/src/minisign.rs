//! Detached signatures in minisign's prehashed form, so that anyone can check them with a tool that
//! is not ours.
//!
//! Form (minisign 0.11, "Signature format"): the signature is Ed25519 over BLAKE2b-512 of the
//! message; a second one, over the first and the trusted comment, binds the comment.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use blake2::{Blake2b512, Digest as _};

use crate::error::Error;
use crate::keys::{KeyId, PublicKey, SigningKey};

/// A signature of some message, with the comment it vouches for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Signature {
    key_id: KeyId,
    signature: [u8; 64],
    trusted_comment: String,
    comment_signature: [u8; 64],
}

/// Bytes of a signature text: four lines, of which only the comment has a free length.
const TEXT_BYTES_MAX: usize = 4_096;

impl Signature {
    /// Signs `message` and `trusted_comment`. Line breaks in the comment become spaces.
    #[must_use]
    pub fn sign(key: &SigningKey, message: &[u8], trusted_comment: &str) -> Self {
        let trusted_comment = trusted_comment.replace(['\n', '\r'], " ");
        let signature = key.sign(&Blake2b512::digest(message));
        let comment_signature = key.sign(&bound(&signature, &trusted_comment));
        Self {
            key_id: key.public().id(),
            signature,
            trusted_comment,
            comment_signature,
        }
    }

    /// Which key is said to have signed.
    #[must_use]
    pub const fn key_id(&self) -> KeyId {
        self.key_id
    }

    /// The comment. Believe it only after [`Signature::verifies`].
    #[must_use]
    pub fn trusted_comment(&self) -> &str {
        &self.trusted_comment
    }

    /// The value of `name:value` in the tab-separated comment.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&str> {
        self.trusted_comment
            .split('\t')
            .find_map(|field| field.strip_prefix(name)?.strip_prefix(':'))
    }

    /// Whether `key` signed `message` and the comment.
    #[must_use]
    pub fn verifies(&self, key: &PublicKey, message: &[u8]) -> bool {
        key.id() == self.key_id
            && key.verifies(&Blake2b512::digest(message), &self.signature)
            && key.verifies(
                &bound(&self.signature, &self.trusted_comment),
                &self.comment_signature,
            )
    }

    /// The four lines of a `.minisig` file.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut bytes = b"ED".to_vec();
        bytes.extend_from_slice(&self.key_id.0);
        bytes.extend_from_slice(&self.signature);
        format!(
            "untrusted comment: signature from key {}\n{}\ntrusted comment: {}\n{}\n",
            self.key_id,
            STANDARD.encode(bytes),
            self.trusted_comment,
            STANDARD.encode(self.comment_signature)
        )
    }

    /// Reads a signature in exactly the form [`Signature::to_text`] writes. The untrusted comment
    /// is not covered by the signature, so it may say only what ours says: no byte is free.
    ///
    /// # Errors
    /// [`Error::SignatureForm`] where the text has another form.
    pub fn from_text(text: &str) -> Result<Self, Error> {
        let signature = Self::from_any_text(text)?;
        if signature.to_text() != text {
            return Err(Error::SignatureForm("it is not in our exact form"));
        }
        Ok(signature)
    }

    fn from_any_text(text: &str) -> Result<Self, Error> {
        if text.len() > TEXT_BYTES_MAX {
            return Err(Error::SignatureForm("too long"));
        }
        let mut lines = text.lines();
        let mut next = || lines.next().ok_or(Error::SignatureForm("too short"));
        if !next()?.starts_with("untrusted comment: ") {
            return Err(Error::SignatureForm("no untrusted comment"));
        }
        let bytes = decode(next()?)?;
        let comment = next()?
            .strip_prefix("trusted comment: ")
            .ok_or(Error::SignatureForm("no trusted comment"))?;
        let comment_signature = decode(next()?)?;
        if bytes.len() != 74 || !bytes.starts_with(b"ED") {
            return Err(Error::SignatureForm("not a prehashed signature"));
        }
        let mut key_id = KeyId([0; 8]);
        key_id.0.copy_from_slice(&bytes[2..10]);
        let mut signature = [0; 64];
        signature.copy_from_slice(&bytes[10..]);
        Ok(Self {
            key_id,
            signature,
            trusted_comment: comment.to_owned(),
            comment_signature: comment_signature
                .try_into()
                .map_err(|_| Error::SignatureForm("wrong length"))?,
        })
    }
}

fn bound(signature: &[u8; 64], comment: &str) -> Vec<u8> {
    [&signature[..], comment.as_bytes()].concat()
}

fn decode(line: &str) -> Result<Vec<u8>, Error> {
    STANDARD
        .decode(line)
        .map_err(|_| Error::SignatureForm("not in base64"))
}

#[cfg(test)]
mod tests {
    use super::Signature;
    use crate::keys::SigningKey;

    #[test]
    fn an_independent_minisign_accepts_what_we_sign() {
        let key = SigningKey::generate([9; 32]);
        let ours = Signature::sign(&key, b"xin chao", "timestamp:1\tfile:a");
        let public = minisign_verify::PublicKey::from_base64(&key.public().to_base64()).unwrap();
        let theirs = minisign_verify::Signature::decode(&ours.to_text()).unwrap();
        public.verify(b"xin chao", &theirs, false).unwrap();
        assert!(public.verify(b"xin chaO", &theirs, false).is_err());
    }

    #[test]
    fn every_changed_byte_of_a_signature_text_is_noticed() {
        let key = SigningKey::generate([9; 32]);
        let text = Signature::sign(&key, b"m", "timestamp:1\tpackage:x").to_text();
        for at in 0..text.len() {
            for bit in 0..8 {
                let mut bytes = text.clone().into_bytes();
                bytes[at] ^= 1 << bit;
                let accepted = String::from_utf8(bytes)
                    .ok()
                    .and_then(|text| Signature::from_text(&text).ok())
                    .is_some_and(|signature| signature.verifies(&key.public(), b"m"));
                assert!(!accepted, "byte {at} bit {bit}");
            }
        }
    }

    #[test]
    fn fields_of_the_comment_are_found_by_name() {
        let key = SigningKey::generate([9; 32]);
        let signature = Signature::sign(&key, b"m", "timestamp:1\tpackage:x\nversion:2");
        assert_eq!(signature.field("package"), Some("x version:2"));
        assert_eq!(signature.field("pack"), None);
    }
}
