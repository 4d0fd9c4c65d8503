//! Files for the examples, which are small hosts.

use std::fs::{File, OpenOptions};
use std::io::{Read, Result, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use audio::Scratch;
use units::ReadAt;

/// A file that is read by position.
pub struct AtRest(File, u64);

#[allow(clippy::disallowed_methods, reason = "a host, if a small one")]
pub fn at_rest(path: &str) -> Result<Arc<dyn ReadAt>> {
    let file = File::open(path)?;
    let bytes = file.metadata()?.len();
    Ok(Arc::new(AtRest(file, bytes)))
}

impl ReadAt for AtRest {
    fn len(&self) -> u64 {
        self.1
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize> {
        self.0.read_at(buffer, offset)
    }
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
        let bytes = self.0.metadata()?.len();
        Ok(Arc::new(AtRest(self.0.try_clone()?, bytes)))
    }
}
