//! Files for the examples, which are small hosts.

use std::fs::{File, OpenOptions};
use std::io::{Read, Result, Seek, SeekFrom, Write};
use std::sync::Arc;

use audio::Scratch;
use units::{FileBytes, ReadAt};

#[allow(clippy::disallowed_methods, reason = "a host, if a small one")]
pub fn at_rest(path: &str) -> Result<Arc<dyn ReadAt>> {
    Ok(Arc::new(FileBytes::new(File::open(path)?)?))
}

/// A file that is written and then read.
pub struct ScratchFile(File);

#[allow(dead_code, reason = "not every example writes")]
impl ScratchFile {
    #[allow(clippy::disallowed_methods, reason = "a host, if a small one")]
    pub fn create(path: &str) -> Result<Self> {
        let mut options = OpenOptions::new();
        let options = options.read(true).write(true).create(true).truncate(true);
        Ok(Self(options.open(path)?))
    }
}

impl Read for ScratchFile {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        self.0.read(buffer)
    }
}

impl Write for ScratchFile {
    fn write(&mut self, buffer: &[u8]) -> Result<usize> {
        self.0.write(buffer)
    }

    fn flush(&mut self) -> Result<()> {
        self.0.flush()
    }
}

impl Seek for ScratchFile {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        self.0.seek(to)
    }
}

impl Scratch for ScratchFile {
    fn restart(&mut self) -> Result<()> {
        self.0.set_len(0)?;
        self.0.rewind()
    }

    fn written(&mut self) -> Result<Arc<dyn ReadAt>> {
        Ok(Arc::new(FileBytes::new(self.0.try_clone()?)?))
    }
}
