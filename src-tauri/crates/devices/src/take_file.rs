//! The file of a take: a broadcast WAV file that is whole but for its last half second at every
//! moment, whatever stops the program.

use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use audio::SampleFormat;
use audio::bext::Bext;
use audio::ports::{DeviceError, pack_24};
use audio::wav::Header;

use crate::lock;

/// What a take is written to: a file; in tests, one that fills up.
pub trait TakeFile: Write + Seek + Send {
    /// Cuts or lengthens it.
    fn set_len(&mut self, bytes: u64) -> io::Result<()>;
}

impl TakeFile for File {
    fn set_len(&mut self, bytes: u64) -> io::Result<()> {
        File::set_len(self, bytes)
    }
}

/// Writes samples behind a header and keeps the header true.
pub struct TakeWriter {
    file: Box<dyn TakeFile>,
    header: Header,
    data_bytes: u64,
    packed: Vec<u8>,
}

impl TakeWriter {
    /// Writes the header of a take that is still empty.
    pub fn new(
        mut file: Box<dyn TakeFile>,
        channels: usize,
        rate_hz: u32,
        bext: &Bext,
    ) -> Result<Self, DeviceError> {
        let mut bext = bext.clone();
        if bext.coding_history.is_empty() {
            let mode = if channels == 1 { "mono" } else { "stereo" };
            bext.coding_history = format!("A=PCM,F={rate_hz},W=24,M={mode},T=Loa Studio\r\n");
        }
        let header = Header::new(SampleFormat::I24, channels, rate_hz, &bext)
            .map_err(|error| DeviceError::Unsupported(error.to_string()))?;
        file.write_all(&header.bytes(0))?;
        Ok(Self {
            file,
            header,
            data_bytes: 0,
            packed: Vec::new(),
        })
    }

    /// Whole frames written.
    pub fn frames(&self) -> u64 {
        self.data_bytes / self.header.frame_bytes() as u64
    }

    /// Adds interleaved samples. After an error what was written before stays good.
    pub fn append(&mut self, samples: &[f32]) -> io::Result<()> {
        self.packed.clear();
        pack_24(samples, &mut self.packed);
        let mut rest = &self.packed[..];
        while !rest.is_empty() {
            match self.file.write(rest) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(put) => {
                    self.data_bytes += put as u64;
                    rest = &rest[put..];
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Writes the header again so that it tells of all whole frames so far.
    pub fn patch(&mut self) -> io::Result<()> {
        let whole = self.frames() * self.header.frame_bytes() as u64;
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(&self.header.bytes(whole))?;
        self.file.seek(SeekFrom::Start(self.header.len() as u64 + self.data_bytes))?;
        Ok(())
    }

    /// Cuts the file to whole frames and closes the header.
    pub fn finish(&mut self) -> io::Result<()> {
        self.data_bytes = self.frames() * self.header.frame_bytes() as u64;
        let end = self.header.len() as u64 + self.data_bytes;
        self.file.set_len(end)?;
        self.patch()?;
        // On a full disk there may be no room for the one byte that makes the chunk even; the file
        // opens without it.
        if self.data_bytes % 2 == 1 && self.file.write_all(&[0]).is_ok() {
            self.file.flush()?;
        }
        Ok(())
    }
}

/// Makes the new file of a take and the folder's entry for it lasting. A file that exists is never
/// written over.
pub fn create(path: &Path) -> Result<File, DeviceError> {
    let file = OpenOptions::new().write(true).create_new(true).open(path)?;
    sync_folder(path)?;
    Ok(file)
}

#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        Some(parent) => File::open(parent)?.sync_all(),
        None => File::open(".")?.sync_all(),
    }
}

/// Elsewhere folders cannot be opened as files; their systems keep entries in a journal.
#[cfg(not(unix))]
fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// Puts a file's data on the disk from a thread of its own, so that a slow disk never holds up the
/// thread that writes: what has been handed to the system survives the end of the program anyway.
pub struct Syncer {
    wake: Option<SyncSender<()>>,
    failed: Arc<Mutex<Option<io::Error>>>,
    thread: Option<JoinHandle<()>>,
}

impl Syncer {
    pub fn new(file: File) -> io::Result<Self> {
        let (wake, woken): (_, Receiver<()>) = sync_channel(1);
        let failed = Arc::new(Mutex::new(None));
        let told = Arc::clone(&failed);
        let thread = std::thread::Builder::new()
            .name("take sync".into())
            .spawn(move || {
                while woken.recv().is_ok() {
                    if let Err(error) = file.sync_data() {
                        lock(&told).get_or_insert(error);
                    }
                }
                if let Err(error) = file.sync_all() {
                    lock(&told).get_or_insert(error);
                }
            })?;
        Ok(Self {
            wake: Some(wake),
            failed,
            thread: Some(thread),
        })
    }

    /// Asks for a sync, unless one is waiting already; fails where an earlier one did.
    pub fn ask(&self) -> io::Result<()> {
        if let Some(error) = lock(&self.failed).take() {
            return Err(error);
        }
        // Full means that one is waiting; disconnected shows at the end.
        self.wake.as_ref().map_or(Ok(()), |wake| match wake.try_send(()) {
            Ok(()) | Err(_) => Ok(()),
        })
    }

    /// Waits until everything is on the disk.
    pub fn finish(mut self) -> io::Result<()> {
        self.wake = None;
        let joined = self.thread.take().map(JoinHandle::join);
        if matches!(joined, Some(Err(_))) {
            return Err(io::Error::other("the thread that syncs the take ended early"));
        }
        lock(&self.failed).take().map_or(Ok(()), Err)
    }
}
