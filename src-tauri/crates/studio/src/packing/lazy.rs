//! A file that is opened when its turn comes and closed behind its last byte: a package may hold more
//! files than a system lets one program keep open.

use std::io;
use std::sync::{Mutex, PoisonError};

use units::{FileBytes, ReadAt};

/// Opens the file.
type Open = Box<dyn Fn() -> io::Result<FileBytes> + Send + Sync>;

/// Such a file, as long as it was when it was first looked at.
pub(super) struct Lazy {
    open: Open,
    len: u64,
    at_hand: Mutex<Option<FileBytes>>,
}

impl Lazy {
    /// The file of so many bytes that `open` opens.
    pub(super) fn new(
        len: u64,
        open: impl Fn() -> io::Result<FileBytes> + Send + Sync + 'static,
    ) -> Self {
        Self {
            open: Box::new(open),
            len,
            at_hand: Mutex::default(),
        }
    }
}

impl ReadAt for Lazy {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let mut at_hand = self.at_hand.lock().unwrap_or_else(PoisonError::into_inner);
        let file = match at_hand.take() {
            Some(file) => file,
            None => (self.open)()?,
        };
        let got = file.read_at(offset, buffer)?;
        if got > 0 && offset.saturating_add(got as u64) < self.len {
            *at_hand = Some(file);
        }
        Ok(got)
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn a_file_is_opened_once_for_all_of_it_and_closed_behind_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, b"0123456789").unwrap();
        let opened = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&opened);
        let lazy = Lazy::new(10, move || {
            count.fetch_add(1, Ordering::Relaxed);
            FileBytes::new(File::open(&path)?)
        });
        let is_open = || lazy.at_hand.lock().unwrap().is_some();
        let mut piece = [0; 4];
        assert_eq!((lazy.len(), is_open()), (10, false));
        for (offset, open) in [(0, true), (4, true), (8, false)] {
            let got = lazy.read_at(offset, &mut piece).unwrap();
            assert_eq!(piece[..got], b"0123456789"[offset as usize..][..got]);
            assert_eq!(is_open(), open, "{offset}");
        }
        assert_eq!(opened.load(Ordering::Relaxed), 1);
    }
}
