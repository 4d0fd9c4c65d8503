//! The file of a take: a broadcast WAV file that is whole but for its last half second at every
//! moment, whatever stops the program.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use audio::SampleFormat;
use audio::bext::Bext;
use audio::ports::{DeviceError, RecordRequest, pack_24};
use audio::wav::{Header, TAKE_ORIGINATOR, take_history};
use files::Access;

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
        if bext.originator.is_empty() {
            bext.originator = TAKE_ORIGINATOR.into();
        }
        if bext.coding_history.is_empty() {
            bext.coding_history = take_history(rate_hz, channels);
        }
        if bext.time_reference == 0 {
            let begun_s = second_of_day(&bext.origination_time).unwrap_or(0);
            bext.time_reference = begun_s * u64::from(rate_hz);
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
        self.file
            .seek(SeekFrom::Start(self.header.len() as u64 + self.data_bytes))?;
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

/// The second of the day that an `hh:mm:ss` tells: editors put takes in their place by it.
fn second_of_day(time: &str) -> Option<u64> {
    let mut parts = time.split(':').map(str::parse::<u64>);
    let (hour, minute, second) = (
        parts.next()?.ok()?,
        parts.next()?.ok()?,
        parts.next()?.ok()?,
    );
    (hour < 24 && minute < 60 && second < 61).then(|| (hour * 60 + minute) * 60 + second)
}

/// Makes the new file of a take and the folder's entry for it lasting, and marks it as being written
/// until it is closed or the program ends in whatever way. A file that exists is never written over.
pub fn create(request: &RecordRequest) -> Result<File, DeviceError> {
    let access = if request.private {
        Access::Owner
    } else {
        Access::Usual
    };
    let file = files::create_new(&request.path, access)?;
    // Waits for one that has just found the empty file. Elsewhere a lock would keep others from
    // playing the take, and they cannot open it for writing anyway. Where a medium knows no locks,
    // the time of the last change tells.
    if cfg!(unix) {
        file.lock().unwrap_or_default();
    }
    Ok(file)
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
        self.wake
            .as_ref()
            .map_or(Ok(()), |wake| match wake.try_send(()) {
                Ok(()) | Err(_) => Ok(()),
            })
    }

    /// Waits until everything is on the disk.
    pub fn finish(mut self) -> io::Result<()> {
        self.wake = None;
        let joined = self.thread.take().map(JoinHandle::join);
        if matches!(joined, Some(Err(_))) {
            return Err(io::Error::other(
                "the thread that syncs the take ended early",
            ));
        }
        lock(&self.failed).take().map_or(Ok(()), Err)
    }
}

#[cfg(test)]
pub mod tests {
    use std::io::{self, Cursor, Seek, SeekFrom, Write};
    use std::sync::{Arc, Mutex};

    use audio::bext::Bext;
    use audio::{Planar, open};

    use super::{TakeFile, TakeWriter};
    use crate::lock;

    /// A file on a disk with room for `room` bytes.
    #[derive(Clone)]
    pub struct SmallDisk {
        pub bytes: Arc<Mutex<Cursor<Vec<u8>>>>,
        pub room: u64,
    }

    impl SmallDisk {
        pub fn new(room: u64) -> Self {
            Self {
                bytes: Arc::default(),
                room,
            }
        }

        pub fn content(&self) -> Vec<u8> {
            lock(&self.bytes).get_ref().clone()
        }
    }

    impl Write for SmallDisk {
        fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
            let mut file = lock(&self.bytes);
            let left = self.room.saturating_sub(file.position()) as usize;
            if left == 0 && !buffer.is_empty() {
                return Err(io::ErrorKind::StorageFull.into());
            }
            file.write(&buffer[..left.min(buffer.len())])
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Seek for SmallDisk {
        fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
            lock(&self.bytes).seek(to)
        }
    }

    impl TakeFile for SmallDisk {
        fn set_len(&mut self, bytes: u64) -> io::Result<()> {
            lock(&self.bytes).get_mut().resize(bytes as usize, 0);
            Ok(())
        }
    }

    fn samples(bytes: Vec<u8>) -> Vec<f32> {
        let mut signal = open(Arc::new(bytes)).unwrap().into_signal();
        let mut block = Planar::default();
        let mut all = Vec::new();
        while signal.read(&mut block, 1_000).unwrap() > 0 {
            all.extend_from_slice(block.channel(0));
        }
        all
    }

    #[test]
    fn a_take_is_whole_after_each_patch_and_at_its_end() {
        let disk = SmallDisk::new(u64::MAX);
        let file = Box::new(disk.clone());
        let mut writer = TakeWriter::new(file, 1, 48_000, &Bext::default()).unwrap();
        assert_eq!(samples(disk.content()), Vec::<f32>::new());
        for part in 1..4u64 {
            writer.append(&[0.5; 333]).unwrap();
            writer.patch().unwrap();
            assert_eq!(samples(disk.content()), vec![0.5; 333 * part as usize]);
        }
        writer.append(&[-0.5; 2]).unwrap();
        writer.finish().unwrap();
        assert_eq!(writer.frames(), 1_001);
        assert_eq!(samples(disk.content())[999..], [-0.5, -0.5]);
        assert_eq!(disk.content().len() % 2, 0, "chunks are of even length");
    }

    #[test]
    fn a_take_says_at_which_sample_of_the_day_it_begins() {
        for (time, seconds) in [("05:30:07", 19_807), ("", 0), ("99:00:00", 0)] {
            let disk = SmallDisk::new(u64::MAX);
            let bext = Bext {
                origination_time: time.into(),
                ..Bext::default()
            };
            TakeWriter::new(Box::new(disk.clone()), 1, 44_100, &bext).unwrap();
            let told = open(Arc::new(disk.content())).unwrap().info.bext.unwrap();
            assert_eq!(told.time_reference, seconds * 44_100, "{time:?}");
        }
    }

    #[test]
    fn on_a_full_disk_the_whole_frames_that_fitted_are_kept() {
        for room in 2_000..2_012 {
            let disk = SmallDisk::new(room);
            let file = Box::new(disk.clone());
            let mut writer = TakeWriter::new(file, 2, 48_000, &Bext::default()).unwrap();
            let error = writer.append(&[0.25; 2_000]).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::StorageFull);
            writer.finish().unwrap();
            assert!(writer.frames() > 100);
            assert_eq!(
                samples(disk.content()),
                vec![0.25; writer.frames() as usize]
            );
        }
    }
}
