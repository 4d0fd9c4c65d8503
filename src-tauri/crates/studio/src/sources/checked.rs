//! Files of the cache: bytes in blocks, each with a checksum that also says what it belongs to.
//!
//! So a block that is not what was written there, of this sound, at this place, is noticed when it is
//! read, and never handed on. All numbers are little endian:
//!
//! ```text
//! magic 8 | digest of the original 32 | word of the content's own 8 | bytes 8 | 0 4 | CRC-32 of these 4
//! then for each 64 KiB, the last one shorter: the bytes | CRC-32 of magic, digest, number and bytes 4
//! ```

use std::fs::File;
use std::io::{self, BufWriter, Seek as _, SeekFrom, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use crc32fast::Hasher;
use files::Draft;
use units::{Digest, FileBytes, ReadAt};

/// Bytes with one checksum: read in order, each is read and summed once.
const BLOCK_BYTES: usize = 64 * 1024;

/// Magic, digest, word, length, nothing, checksum.
const HEADER_BYTES: usize = 64;

/// Bytes of a checksum.
const SUM_BYTES: usize = 4;

/// What a file is, and of which original.
#[derive(Clone, Copy)]
pub struct Identity {
    /// What kind of content, and in which version of its format.
    pub magic: [u8; 8],
    /// The original it was made from.
    pub digest: Digest,
}

impl Identity {
    fn header(&self, word: u64, bytes: u64) -> [u8; HEADER_BYTES] {
        let mut header = [0; HEADER_BYTES];
        header[..8].copy_from_slice(&self.magic);
        header[8..40].copy_from_slice(self.digest.as_bytes());
        header[40..48].copy_from_slice(&word.to_le_bytes());
        header[48..56].copy_from_slice(&bytes.to_le_bytes());
        let sum = crc32fast::hash(&header[..60]);
        header[60..].copy_from_slice(&sum.to_le_bytes());
        header
    }

    fn sum_of(&self, number: u64, block: &[u8]) -> [u8; SUM_BYTES] {
        let mut hasher = Hasher::new();
        hasher.update(&self.magic);
        hasher.update(self.digest.as_bytes());
        hasher.update(&number.to_le_bytes());
        hasher.update(block);
        hasher.finalize().to_le_bytes()
    }
}

/// A file being written.
pub struct CheckedDraft {
    out: BufWriter<Draft>,
    identity: Identity,
    block: Vec<u8>,
    blocks: u64,
    bytes: u64,
}

impl CheckedDraft {
    /// Begins a file in a fresh draft.
    ///
    /// # Errors
    /// What the medium reports.
    pub fn new(draft: Draft, identity: Identity) -> io::Result<Self> {
        let mut out = BufWriter::with_capacity(1 << 20, draft);
        // Its place; what stands there is known at the end.
        out.write_all(&[0; HEADER_BYTES])?;
        Ok(Self {
            out,
            identity,
            block: Vec::with_capacity(BLOCK_BYTES),
            blocks: 0,
            bytes: 0,
        })
    }

    /// Appends bytes.
    ///
    /// # Errors
    /// What the medium reports.
    pub fn write(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        self.bytes += bytes.len() as u64;
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(BLOCK_BYTES - self.block.len()));
            self.block.extend(now);
            bytes = later;
            if self.block.len() == BLOCK_BYTES {
                self.end_block()?;
            }
        }
        Ok(())
    }

    /// Ends the file and names it `place`. Where it cannot have that name, because something else has
    /// it or the folder takes no more, it is nameless and lasts as long as it is open.
    ///
    /// # Errors
    /// What the medium reports.
    pub fn finish(mut self, place: &Path, word: u64) -> io::Result<Checked> {
        if !self.block.is_empty() {
            self.end_block()?;
        }
        let header = self.identity.header(word, self.bytes);
        let mut draft = self
            .out
            .into_inner()
            .map_err(io::IntoInnerError::into_error)?;
        draft.seek(SeekFrom::Start(0))?;
        draft.write_all(&header)?;
        let file = File::open(draft.path())?;
        let checked = Checked::from_file(file, self.identity)?.ok_or_else(not_as_written)?;
        draft.finish(place).unwrap_or_default();
        Ok(checked)
    }

    fn end_block(&mut self) -> io::Result<()> {
        self.out.write_all(&self.block)?;
        let sum = self.identity.sum_of(self.blocks, &self.block);
        self.out.write_all(&sum)?;
        self.blocks += 1;
        self.block.clear();
        Ok(())
    }
}

/// A file whose every byte is checked before it is handed out.
pub struct Checked {
    file: FileBytes,
    identity: Identity,
    word: u64,
    bytes: u64,
    /// The block read last: whoever reads on in small steps finds it here.
    last: Mutex<(Option<u64>, Vec<u8>)>,
}

impl Checked {
    /// Opens a file. `None` where nothing of that identity is there, whatever lies in its place.
    pub fn open(place: &Path, identity: Identity) -> Option<Self> {
        Self::from_file(File::open(place).ok()?, identity)
            .ok()
            .flatten()
    }

    fn from_file(file: File, identity: Identity) -> io::Result<Option<Self>> {
        let file = FileBytes::new(file)?;
        let mut header = [0; HEADER_BYTES];
        file.read_exact_at(0, &mut header)?;
        let number = |at: usize| {
            let bytes: [u8; 8] = std::array::from_fn(|nth| header[at + nth]);
            u64::from_le_bytes(bytes)
        };
        let (word, bytes) = (number(40), number(48));
        let is_whole =
            header == identity.header(word, bytes) && length_of(bytes) == Some(file.len());
        Ok(is_whole.then(|| Self {
            file,
            identity,
            word,
            bytes,
            last: Mutex::default(),
        }))
    }

    /// The word that was given with the content.
    pub fn word(&self) -> u64 {
        self.word
    }

    /// All bytes.
    ///
    /// # Errors
    /// As [`ReadAt::read_at`].
    pub fn all(&self) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; usize::try_from(self.bytes).map_err(io::Error::other)?];
        self.read_exact_at(0, &mut bytes)?;
        Ok(bytes)
    }

    fn read_block(&self, number: u64, block: &mut Vec<u8>) -> io::Result<()> {
        let start = number * BLOCK_BYTES as u64;
        let length = (self.bytes - start).min(BLOCK_BYTES as u64) as usize;
        let place = HEADER_BYTES as u64 + start + number * SUM_BYTES as u64;
        block.resize(length + SUM_BYTES, 0);
        self.file.read_exact_at(place, block)?;
        if self.identity.sum_of(number, &block[..length]) != block[length..] {
            return Err(not_as_written());
        }
        block.truncate(length);
        Ok(())
    }
}

impl ReadAt for Checked {
    fn len(&self) -> u64 {
        self.bytes
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        if offset >= self.bytes || buffer.is_empty() {
            return Ok(0);
        }
        let number = offset / BLOCK_BYTES as u64;
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let (known, block) = &mut *last;
        if *known != Some(number) {
            *known = None;
            self.read_block(number, block)?;
            *known = Some(number);
        }
        let from = &block[(offset % BLOCK_BYTES as u64) as usize..];
        let got = from.len().min(buffer.len());
        buffer[..got].copy_from_slice(&from[..got]);
        Ok(got)
    }
}

/// Length of a file that holds so many bytes.
fn length_of(bytes: u64) -> Option<u64> {
    let sums = bytes
        .div_ceil(BLOCK_BYTES as u64)
        .checked_mul(SUM_BYTES as u64)?;
    bytes.checked_add(sums)?.checked_add(HEADER_BYTES as u64)
}

fn not_as_written() -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        "a file of the cache is not as it was written",
    )
}

#[cfg(test)]
mod tests {
    use files::Access;

    use super::*;

    const IDENTITY: Identity = Identity {
        magic: *b"LOATEST1",
        digest: Digest::from_bytes([7; 32]),
    };

    fn content(length: usize) -> Vec<u8> {
        (0..length).map(|n| (n * 31 % 251) as u8).collect()
    }

    fn make(place: &Path, identity: Identity, bytes: &[u8]) -> Checked {
        let draft = Draft::beside(place, Access::Owner).unwrap();
        let mut draft = CheckedDraft::new(draft, identity).unwrap();
        bytes.chunks(999).for_each(|it| draft.write(it).unwrap());
        draft.finish(place, 2).unwrap()
    }

    fn read(place: &Path, identity: Identity) -> Option<Vec<u8>> {
        Checked::open(place, identity)?.all().ok()
    }

    #[test]
    fn what_was_written_is_read_from_anywhere() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("a");
        for length in [0, 1, BLOCK_BYTES, BLOCK_BYTES + 1, 3 * BLOCK_BYTES - 5] {
            let bytes = content(length);
            assert_eq!(make(&place, IDENTITY, &bytes).all().unwrap(), bytes);
            let file = Checked::open(&place, IDENTITY).unwrap();
            assert_eq!((file.word(), file.len()), (2, length as u64));
            let mut some = [0; 10];
            let middle = length / 2;
            let got = file.read_at(middle as u64, &mut some).unwrap();
            assert_eq!(some[..got], bytes[middle..(middle + got)]);
            assert_eq!(file.read_at(length as u64, &mut some).unwrap(), 0);
        }
    }

    #[test]
    fn no_flipped_bit_and_no_other_length_is_ever_read() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("a");
        make(&place, IDENTITY, &content(700));
        let whole = std::fs::read(&place).unwrap();
        for bit in 0..whole.len() * 8 {
            let mut wrong = whole.clone();
            wrong[bit / 8] ^= 1 << (bit % 8);
            std::fs::write(&place, &wrong).unwrap();
            assert_eq!(read(&place, IDENTITY), None, "bit {bit}");
        }
        for length in 0..whole.len() {
            std::fs::write(&place, &whole[..length]).unwrap();
            assert_eq!(read(&place, IDENTITY), None, "length {length}");
        }
        std::fs::write(&place, [&whole[..], b"0"].concat()).unwrap();
        assert_eq!(read(&place, IDENTITY), None);
    }

    #[test]
    fn a_block_of_another_place_or_file_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("a");
        let mut other = IDENTITY;
        other.digest = Digest::from_bytes([8; 32]);
        make(&place, other, &content(2 * BLOCK_BYTES));
        let theirs = std::fs::read(&place).unwrap();
        assert_eq!(read(&place, IDENTITY), None, "the file of another sound");
        make(&place, IDENTITY, &content(2 * BLOCK_BYTES));
        let ours = std::fs::read(&place).unwrap();
        let second = HEADER_BYTES + BLOCK_BYTES + SUM_BYTES;
        let header = &ours[..HEADER_BYTES];
        for wrong in [
            [header, &theirs[HEADER_BYTES..]].concat(),
            [header, &ours[second..], &ours[HEADER_BYTES..second]].concat(),
        ] {
            std::fs::write(&place, wrong).unwrap();
            assert_eq!(read(&place, IDENTITY), None);
        }
    }

    #[test]
    fn content_whose_name_is_taken_by_a_folder_is_there_all_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("a");
        std::fs::create_dir(&place).unwrap();
        let bytes = content(100_000);
        assert_eq!(make(&place, IDENTITY, &bytes).all().unwrap(), bytes);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
