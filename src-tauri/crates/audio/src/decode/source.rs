//! Bytes at rest, dressed as the seekable stream that symphonia reads from.

use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use symphonia::core::io::MediaSource;
use units::ReadAt;

/// Most zeros that are read: the packet in which the bytes end must be whole, no other.
const ZEROS_MAX: u64 = 1 << 20;

/// A reading position in some bytes, and in the zeros that stand for what is missing behind them.
pub(super) struct Bytes {
    bytes: Arc<dyn ReadAt>,
    length: u64,
    at: u64,
    in_zeros: Arc<AtomicBool>,
}

impl Bytes {
    /// These bytes up to `length` where one is given: cut there, or continued with zeros.
    pub(super) fn new(bytes: Arc<dyn ReadAt>, length: Option<u64>) -> Self {
        Self {
            length: length.unwrap_or(bytes.len()),
            bytes,
            at: 0,
            in_zeros: Arc::default(),
        }
    }

    /// Set once zeros were read in place of missing bytes: all that was read before was really there.
    pub(super) fn in_zeros(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.in_zeros)
    }
}

impl Read for Bytes {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let end = self.length.min(self.bytes.len().saturating_add(ZEROS_MAX));
        let left = usize::try_from(end.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let wanted = buffer.len().min(left);
        let buffer = &mut buffer[..wanted];
        let mut got = self.bytes.read_at(self.at, buffer)?;
        if got == 0 && wanted > 0 && self.at >= self.bytes.len() {
            self.in_zeros.store(true, Ordering::Relaxed);
            buffer.fill(0);
            got = wanted;
        }
        self.at += got as u64;
        Ok(got)
    }
}

impl Seek for Bytes {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.length.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = target.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

impl MediaSource for Bytes {
    fn is_seekable(&self) -> bool {
        true
    }

    fn byte_len(&self) -> Option<u64> {
        Some(self.length)
    }
}
