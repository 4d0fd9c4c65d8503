//! A file read by position, for the engines that never open files themselves.

use std::fs::File;
use std::io;
use std::path::Path;

use units::ReadAt;

/// An open file whose length is taken once, on opening: what grows later is not seen.
#[derive(Debug)]
pub struct FileBytes {
    file: File,
    len: u64,
}

impl FileBytes {
    /// Opens `path` for reading.
    ///
    /// # Errors
    /// Whatever the system reports; `InvalidInput` where it is not a regular file.
    pub fn open(path: &Path) -> io::Result<Self> {
        Self::new(File::open(path)?)
    }

    /// Reads from an open file.
    ///
    /// # Errors
    /// Whatever the system reports; `InvalidInput` where it is not a regular file.
    pub fn new(file: File) -> io::Result<Self> {
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "not a regular file",
            ));
        }
        Ok(Self {
            file,
            len: metadata.len(),
        })
    }
}

impl ReadAt for FileBytes {
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
        read_at(&self.file, &mut buffer[..wanted], offset)
    }
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}

/// Fills `buffer` from `offset` without moving the file's own position (on Windows it moves).
pub(crate) fn read_exact(file: &File, mut buffer: &mut [u8], mut offset: u64) -> io::Result<()> {
    while !buffer.is_empty() {
        match read_at(file, buffer, offset) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(got) => {
                buffer = &mut buffer[got..];
                offset += got as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::FileBytes;
    use units::ReadAt;

    #[test]
    fn a_file_reads_the_same_from_any_position_in_any_order() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, b"0123456789").unwrap();
        let bytes = FileBytes::open(&path).unwrap();
        let mut buffer = [0; 4];
        assert_eq!(bytes.read_at(8, &mut buffer).unwrap(), 2);
        assert_eq!(&buffer[..2], b"89");
        bytes.read_exact_at(2, &mut buffer).unwrap();
        assert_eq!(&buffer, b"2345");
        assert_eq!(bytes.read_at(u64::MAX, &mut buffer).unwrap(), 0);
        assert!(FileBytes::open(folder.path()).is_err());
    }
}
