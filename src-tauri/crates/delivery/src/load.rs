//! The package at hand: bytes whose digest is known.

use std::io;
use std::sync::Arc;

use units::{Digest, Digester, ReadAt, Watch};

use crate::{Error, Parcel};

/// Read at once while weighing; large enough that system calls do not count.
const BLOCK_BYTES: usize = 1024 * 1024;

/// The bytes of a package together with what they are called on the wire.
#[derive(Clone)]
pub struct Load {
    source: Arc<dyn ReadAt>,
    parcel: Parcel,
}

impl Load {
    /// Reads `source` once to learn its digest. Blocks: call it from a blocking thread.
    ///
    /// # Errors
    /// [`Error::Source`] where it cannot be read or is empty, [`Error::Cancelled`].
    pub fn weigh(
        source: Arc<dyn ReadAt>,
        name: impl Into<String>,
        watch: Watch<'_>,
    ) -> Result<Self, Error> {
        let parcel = Parcel {
            digest: digest_of(&*source, watch)?,
            bytes: source.len(),
            name: name.into(),
        };
        Self::vouched(source, parcel)
    }

    /// Reads the bytes anew: are they still those of the parcel? Blocks.
    ///
    /// # Errors
    /// [`Error::Source`].
    pub(crate) fn weigh_again(&self) -> Result<bool, Error> {
        Ok(digest_of(&*self.source, Watch::NONE)? == self.parcel.digest)
    }

    /// `source`, whose digest the caller has just computed: it was sealed a moment ago.
    ///
    /// # Errors
    /// [`Error::Changed`] where already the length is another one; [`Error::Source`] where it is
    /// empty, for no sealed package is.
    pub fn vouched(source: Arc<dyn ReadAt>, parcel: Parcel) -> Result<Self, Error> {
        if source.is_empty() {
            return Err(Error::Source(io::ErrorKind::UnexpectedEof.into()));
        }
        if source.len() != parcel.bytes {
            return Err(Error::Changed);
        }
        Ok(Self { source, parcel })
    }

    /// What it is called on the wire.
    #[must_use]
    pub fn parcel(&self) -> &Parcel {
        &self.parcel
    }

    /// The bytes.
    #[must_use]
    pub fn source(&self) -> Arc<dyn ReadAt> {
        Arc::clone(&self.source)
    }
}

fn digest_of(source: &dyn ReadAt, watch: Watch<'_>) -> Result<Digest, Error> {
    let bytes = source.len();
    let mut digester = Digester::new();
    let mut block = vec![0u8; BLOCK_BYTES];
    let mut at = 0;
    while at < bytes {
        watch.step(at, bytes)?;
        let left = usize::try_from(bytes - at).unwrap_or(usize::MAX);
        let part = &mut block[..left.min(BLOCK_BYTES)];
        source.read_exact_at(at, part).map_err(Error::Source)?;
        digester.update(part);
        at += part.len() as u64;
    }
    watch.step(bytes, bytes)?;
    Ok(digester.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_weighed_by_reading_it_once() {
        let bytes = vec![7u8; BLOCK_BYTES + 5];
        let load = Load::weigh(Arc::new(bytes.clone()), "a.tar", Watch::NONE).unwrap();
        assert_eq!(load.parcel().digest, Digest::of(&bytes));
        assert_eq!(load.parcel().bytes, bytes.len() as u64);
    }

    #[test]
    fn an_empty_file_is_no_package() {
        let load = Load::weigh(Arc::new(Vec::new()), "a.tar", Watch::NONE);
        assert!(matches!(load, Err(Error::Source(_))));
    }

    #[test]
    fn a_file_of_another_length_is_another_package() {
        let parcel = Parcel {
            digest: Digest::of(b"abc"),
            bytes: 3,
            name: "a.tar".into(),
        };
        let load = Load::vouched(Arc::new(b"abcd".to_vec()), parcel);
        assert!(matches!(load, Err(Error::Changed)));
    }
}
