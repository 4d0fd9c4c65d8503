//! SHA-256, the one digest of the project: archive, bag, wire and receipt share it.

use std::fmt;
use std::io::{self, Read, Write};
use std::str::FromStr;

use sha2::{Digest as _, Sha256};

/// A SHA-256 digest (FIPS 180-4). Shown and parsed as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

/// Why a text is not a digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a SHA-256 digest is 64 hexadecimal digits")]
pub struct DigestError;

impl Digest {
    /// The digest with these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The digest of `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The first eight digits, for people to compare by eye; never a key.
    #[must_use]
    pub fn short(&self) -> String {
        self.to_string()[..8].to_owned()
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

impl FromStr for Digest {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Self, DigestError> {
        let text = text.as_bytes();
        if text.len() != 64 {
            return Err(DigestError);
        }
        let mut bytes = [0u8; 32];
        for (byte, pair) in bytes.iter_mut().zip(text.chunks_exact(2)) {
            *byte = (nibble(pair[0])? << 4) | nibble(pair[1])?;
        }
        Ok(Self(bytes))
    }
}

fn nibble(digit: u8) -> Result<u8, DigestError> {
    match digit {
        b'0'..=b'9' => Ok(digit - b'0'),
        b'a'..=b'f' => Ok(digit - b'a' + 10),
        b'A'..=b'F' => Ok(digit - b'A' + 10),
        _ => Err(DigestError),
    }
}

/// Computes a digest from pieces.
#[derive(Clone, Default)]
pub struct Digester(Sha256);

impl Digester {
    /// An empty digester.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in the next piece.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of all pieces so far.
    #[must_use]
    pub fn finish(self) -> Digest {
        Digest(self.0.finalize().into())
    }
}

/// Digests what is read through it, so that copying and hashing is one pass.
pub struct DigestingReader<R> {
    inner: R,
    digester: Digester,
    bytes: u64,
}

impl<R: Read> DigestingReader<R> {
    /// Wraps `inner`.
    pub fn new(inner: R) -> Self {
        Self {
            inner,
            digester: Digester::new(),
            bytes: 0,
        }
    }

    /// The digest and the number of bytes read so far.
    #[must_use]
    pub fn finish(self) -> (Digest, u64) {
        (self.digester.finish(), self.bytes)
    }
}

impl<R: Read> Read for DigestingReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let got = self.inner.read(buffer)?;
        self.digester.update(&buffer[..got]);
        self.bytes += got as u64;
        Ok(got)
    }
}

/// Digests what is written through it.
pub struct DigestingWriter<W> {
    inner: W,
    digester: Digester,
    bytes: u64,
}

impl<W: Write> DigestingWriter<W> {
    /// Wraps `inner`.
    pub fn new(inner: W) -> Self {
        Self {
            inner,
            digester: Digester::new(),
            bytes: 0,
        }
    }

    /// The writer, the digest and the number of bytes written so far.
    #[must_use]
    pub fn finish(self) -> (W, Digest, u64) {
        (self.inner, self.digester.finish(), self.bytes)
    }
}

impl<W: Write> Write for DigestingWriter<W> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let put = self.inner.write(buffer)?;
        self.digester.update(&buffer[..put]);
        self.bytes += put as u64;
        Ok(put)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_of_abc_is_the_published_one() {
        // FIPS 180-4, example of appendix B.1.
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(Digest::of(b"abc").to_string(), expected);
        assert_eq!(expected.parse::<Digest>().unwrap(), Digest::of(b"abc"));
        assert_eq!(
            expected.to_uppercase().parse::<Digest>().unwrap(),
            Digest::of(b"abc")
        );
    }

    #[test]
    fn a_text_of_wrong_length_or_digits_is_no_digest() {
        assert!("".parse::<Digest>().is_err());
        assert!("z".repeat(64).parse::<Digest>().is_err());
        assert!("a".repeat(63).parse::<Digest>().is_err());
    }

    #[test]
    fn reading_and_writing_through_give_the_same_digest() {
        let mut reader = DigestingReader::new(&b"xin chao"[..]);
        let mut writer = DigestingWriter::new(Vec::new());
        std::io::copy(&mut reader, &mut writer).unwrap();
        let (copy, written, count) = writer.finish();
        assert_eq!(copy, b"xin chao");
        assert_eq!((written, count), reader.finish());
    }
}
