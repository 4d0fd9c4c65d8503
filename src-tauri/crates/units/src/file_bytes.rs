//! A file as bytes at rest. Opening it stays with the caller: this crate opens nothing.

use std::borrow::Borrow;
use std::fs::File;
use std::io;

use crate::ReadAt;

/// An open file whose length is taken once: what grows later is not seen. The file is owned, or
/// lent by whoever goes on writing to it.
#[derive(Debug)]
pub struct FileBytes<F = File> {
    file: F,
    len: u64,
}

impl<F: Borrow<File>> FileBytes<F> {
    /// Reads from an open file.
    ///
    /// # Errors
    /// Whatever the system reports; `InvalidInput` where it is not a regular file.
    pub fn new(file: F) -> io::Result<Self> {
        let about = file.borrow().metadata()?;
        if !about.is_file() {
            let detail = "not a regular file";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, detail));
        }
        Ok(Self {
            file,
            len: about.len(),
        })
    }
}

impl<F: Borrow<File> + Send + Sync> ReadAt for FileBytes<F> {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.len.saturating_sub(offset);
        let wanted = usize::try_from(left).map_or(buffer.len(), |left| left.min(buffer.len()));
        if wanted == 0 {
            // Offsets that the system would refuse are past the end, which is no error here.
            return Ok(0);
        }
        read_at(self.file.borrow(), &mut buffer[..wanted], offset)
    }
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

/// On Windows this moves the file's own position, which nobody who reads by position looks at.
#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::FileBytes;
    use crate::ReadAt;

    #[test]
    fn a_file_reads_the_same_from_any_position_in_any_order() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"0123456789").unwrap();
        let bytes = FileBytes::new(&file).unwrap();
        let mut buffer = [0; 4];
        assert_eq!(bytes.read_at(8, &mut buffer).unwrap(), 2);
        assert_eq!(&buffer[..2], b"89");
        bytes.read_exact_at(2, &mut buffer).unwrap();
        assert_eq!(&buffer, b"2345");
        assert_eq!(bytes.read_at(u64::MAX, &mut buffer).unwrap(), 0);
    }

    #[test]
    fn what_is_written_later_is_not_seen_and_what_is_cut_off_is_missed() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"0123").unwrap();
        let bytes = FileBytes::new(file.try_clone().unwrap()).unwrap();
        file.write_all(b"4567").unwrap();
        let mut buffer = [0; 8];
        assert_eq!(bytes.len(), 4);
        assert_eq!(bytes.read_at(0, &mut buffer).unwrap(), 4);
        file.set_len(2).unwrap();
        assert!(bytes.read_exact_at(0, &mut buffer[..4]).is_err());
    }

    #[test]
    #[cfg(unix)]
    #[allow(clippy::disallowed_methods, reason = "a test is its own host")]
    fn what_is_no_regular_file_is_refused() {
        assert!(FileBytes::new(std::fs::File::open("/dev/null").unwrap()).is_err());
    }
}
