//! Reading bytes at rest by position, so that pure crates can work on files they never open.

use std::io;
use std::sync::Arc;

/// A finished, immutable run of bytes that can be read anywhere without moving a cursor.
///
/// Hosts implement it for files (`pread`); tests use byte vectors. Reading a block into a small
/// reused buffer costs about what a memory map costs and, unlike a map, cannot raise a signal when
/// somebody shortens the file.
pub trait ReadAt: Send + Sync {
    /// Length in bytes.
    fn len(&self) -> u64;

    /// Whether there is nothing to read.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Reads up to `buffer.len()` bytes from `offset`; returns 0 only at or past the end.
    ///
    /// # Errors
    /// Whatever the medium reports.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize>;

    /// Fills `buffer` from `offset` or fails with [`io::ErrorKind::UnexpectedEof`].
    ///
    /// # Errors
    /// Whatever the medium reports; `UnexpectedEof` where the bytes end too early.
    fn read_exact_at(&self, mut offset: u64, mut buffer: &mut [u8]) -> io::Result<()> {
        while !buffer.is_empty() {
            let got = match self.read_at(offset, buffer) {
                Ok(got) => got,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if got == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            offset += got as u64;
            buffer = &mut buffer[got..];
        }
        Ok(())
    }
}

impl ReadAt for [u8] {
    fn len(&self) -> u64 {
        <[u8]>::len(self) as u64
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let start = usize::try_from(offset)
            .unwrap_or(usize::MAX)
            .min(<[u8]>::len(self));
        let got = buffer.len().min(<[u8]>::len(self) - start);
        buffer[..got].copy_from_slice(&self[start..start + got]);
        Ok(got)
    }
}

impl ReadAt for Vec<u8> {
    fn len(&self) -> u64 {
        self.as_slice().len() as u64
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.as_slice().read_at(offset, buffer)
    }
}

impl<T: ReadAt + ?Sized> ReadAt for Arc<T> {
    fn len(&self) -> u64 {
        (**self).len()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        (**self).read_at(offset, buffer)
    }
}

impl<T: ReadAt + ?Sized> ReadAt for &T {
    fn len(&self) -> u64 {
        (**self).len()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        (**self).read_at(offset, buffer)
    }
}

#[cfg(test)]
mod tests {
    use super::ReadAt;

    #[test]
    fn reading_past_the_end_gives_nothing_and_exact_reading_fails() {
        let bytes = vec![1u8, 2, 3];
        let mut buffer = [0u8; 4];
        assert_eq!(bytes.read_at(1, &mut buffer).unwrap(), 2);
        assert_eq!(&buffer[..2], &[2, 3]);
        assert_eq!(bytes.read_at(u64::MAX, &mut buffer).unwrap(), 0);
        assert!(bytes.read_exact_at(1, &mut buffer).is_err());
    }
}
