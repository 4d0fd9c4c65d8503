//! What several tests of this crate need.

#![allow(dead_code)] // no test needs all of it
#![allow(clippy::unwrap_used)] // helpers of tests are no tests to clippy

use std::io;
use std::path::PathBuf;
use std::process::Command;

use audio::{Planar, Signal};
use units::ReadAt;

/// A huge file of zeros, with some bytes here and there.
pub struct Sparse {
    length: u64,
    pieces: Vec<(u64, Vec<u8>)>,
}

impl Sparse {
    pub fn new(length: u64) -> Self {
        Self {
            length,
            pieces: Vec::new(),
        }
    }

    pub fn with(mut self, at: u64, bytes: Vec<u8>) -> Self {
        self.pieces.push((at, bytes));
        self
    }
}

impl ReadAt for Sparse {
    fn len(&self) -> u64 {
        self.length
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.length.saturating_sub(offset)).unwrap_or(usize::MAX);
        let buffer_length = buffer.len().min(left);
        let buffer = &mut buffer[..buffer_length];
        buffer.fill(0);
        for (at, bytes) in &self.pieces {
            for (n, &byte) in bytes.iter().enumerate() {
                if let Some(place) = (at + n as u64)
                    .checked_sub(offset)
                    .and_then(|place| buffer.get_mut(place as usize))
                {
                    *place = byte;
                }
            }
        }
        Ok(buffer.len())
    }
}

/// All of a signal.
pub fn drain(signal: &mut dyn Signal) -> Vec<Vec<f32>> {
    let mut all = vec![Vec::new(); signal.channels()];
    let mut block = Planar::default();
    while signal.read(&mut block, 1_000).unwrap() > 0 {
        for (all, new) in all.iter_mut().zip(block.channels()) {
            all.extend_from_slice(new);
        }
    }
    all
}

/// The ratio of sound to error in dB.
pub fn ratio_db(pairs: impl Iterator<Item = (f64, f64)>) -> f64 {
    let (mut signal, mut error) = (0.0, 1e-30);
    for (wanted, found) in pairs {
        signal += wanted * wanted;
        error += (wanted - found) * (wanted - found);
    }
    10.0 * (signal / error).log10()
}

/// Runs an outside judge; `None` where it is not installed. CI installs them all.
pub fn judge(program: &str, arguments: &[&str]) -> Option<Vec<u8>> {
    let output = Command::new(program).args(arguments).output().ok()?;
    assert!(
        output.status.success(),
        "{program} {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Some(output.stdout)
}

/// A folder of fixtures at the root of the project.
pub fn fixtures(folder: &str) -> PathBuf {
    [
        env!("CARGO_MANIFEST_DIR"),
        "../../../tests/fixtures/audio",
        folder,
    ]
    .iter()
    .collect()
}
