//! Large packages: what is refused by its headers or tag files is not read to its end.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails here")]

mod support;

use std::sync::atomic::{AtomicU64, Ordering};

use package::{Limits, Report, look_over, verify_tar};
use support::{codes, contents, sealed, trust};
use units::{ReadAt, Watch};

/// What may be read of a package that is refused: headers and tag files.
const READ_BYTES_MAX: u64 = 1 << 20;

/// A file with holes: pieces of bytes, zeros between them. Counts what is read of it.
struct Holes {
    bytes: u64,
    pieces: Vec<(u64, Vec<u8>)>,
    read: AtomicU64,
}

impl Holes {
    fn new(bytes: u64, pieces: Vec<(u64, Vec<u8>)>) -> Self {
        Self {
            bytes,
            pieces,
            read: AtomicU64::new(0),
        }
    }

    fn read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }
}

impl ReadAt for Holes {
    fn len(&self) -> u64 {
        self.bytes
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> std::io::Result<usize> {
        let left = self.bytes.saturating_sub(offset);
        let got = buffer.len().min(usize::try_from(left).unwrap());
        let buffer = &mut buffer[..got];
        buffer.fill(0);
        for (at, piece) in &self.pieces {
            let from = offset.max(*at);
            let to = (offset + got as u64).min(at + piece.len() as u64);
            if from < to {
                let part = &piece[(from - at) as usize..(to - at) as usize];
                buffer[(from - offset) as usize..(to - offset) as usize].copy_from_slice(part);
            }
        }
        self.read.fetch_add(got as u64, Ordering::Relaxed);
        Ok(got)
    }
}

fn header(name: &str, bytes: u64) -> Vec<u8> {
    let mut block = vec![0u8; 512];
    block[..name.len()].copy_from_slice(name.as_bytes());
    block[100..108].copy_from_slice(b"0000644\0");
    block[108..116].copy_from_slice(b"0000000\0");
    block[116..124].copy_from_slice(b"0000000\0");
    block[124..136].copy_from_slice(format!("{bytes:011o}\0").as_bytes());
    block[136..148].copy_from_slice(b"15063544220\0");
    block[148..156].copy_from_slice(b"        ");
    block[156] = b'0';
    block[257..265].copy_from_slice(b"ustar\x0000");
    let sum: u64 = block.iter().map(|&byte| u64::from(byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    block
}

/// A sealed package with seven more payload files of 8 GiB of nothing each.
fn swollen() -> Holes {
    const FILE_BYTES: u64 = 0o77_777_777_000;
    let (tar, _) = sealed(&contents());
    let folder = std::str::from_utf8(&tar[..100])
        .unwrap()
        .split('/')
        .next()
        .unwrap();
    let cut = tar.len() - 1_024;
    let mut pieces = vec![(0, tar[..cut].to_vec())];
    let mut at = cut as u64;
    for number in 0..7 {
        pieces.push((at, header(&format!("{folder}/data/x{number}"), FILE_BYTES)));
        at += 512 + FILE_BYTES;
    }
    Holes::new(at + 1_024, pieces)
}

fn verify(bytes: &dyn ReadAt, refused_bytes_max: u64) -> Report {
    let limits = Limits {
        refused_bytes_max,
        ..Limits::default()
    };
    verify_tar(bytes, &trust(), limits, Watch::NONE).unwrap()
}

#[test]
fn a_hole_of_64_gib_is_refused_unread() {
    let folder = "f";
    let largest = header(&format!("{folder}/data/x"), 0o77_777_777_777);
    for (file, code) in [
        (Holes::new(64 << 30, vec![]), "not-canonical"),
        (
            Holes::new(64 << 30, vec![(0, vec![b'a'; 512])]),
            "not-a-tar",
        ),
        (Holes::new(64 << 30, vec![(0, largest)]), "not-canonical"),
        (swollen(), "file-unlisted"),
    ] {
        let report = verify(&file, Limits::default().refused_bytes_max);
        assert!(codes(&report).contains(&code), "{:?}", codes(&report));
        assert_eq!(report.digest, None);
        assert_eq!(report.bytes, file.bytes);
        assert!(file.read() < READ_BYTES_MAX, "{} bytes read", file.read());
        let before = file.read();
        assert!(!look_over(&file, Limits::default()).is_empty());
        assert!(file.read() - before < READ_BYTES_MAX);
    }
}

#[test]
fn a_large_package_that_is_good_is_looked_over_and_then_read() {
    let (tar, sealed) = sealed(&contents());
    assert!(look_over(&tar, Limits::default()).is_empty());
    let once = Holes::new(tar.len() as u64, vec![(0, tar.clone())]);
    let report = verify(&once, u64::MAX);
    assert!(report.valid && once.read() == tar.len() as u64);
    let twice = Holes::new(tar.len() as u64, vec![(0, tar)]);
    assert_eq!(verify(&twice, 0), report);
    assert_eq!(report.digest, Some(sealed.digest));
    assert!(twice.read() < 2 * twice.bytes, "the payload is read once");
}

#[test]
fn whatever_bit_is_flipped_a_look_beforehand_changes_no_verdict() {
    let (tar, _) = sealed(&contents());
    for at in (0..tar.len()).step_by(37) {
        let mut flipped = tar.clone();
        flipped[at] ^= 1 << (at % 8);
        let (plain, looked) = (verify(&flipped, u64::MAX), verify(&flipped, 0));
        assert!(!plain.valid && !looked.valid, "byte {at}");
    }
}
