//! Two SHA-256 digests over one stream: that of the whole tar and that of the file now in it.
//!
//! File contents begin on a block of the tar (512 bytes), so both digests cut the bytes into the
//! same 64-byte blocks and share one message schedule. On processors with SHA instructions the two
//! chains of rounds then run side by side in the time of one: see [`kernel`]. Measured on a Zen 5:
//! sealing 2 GiB with both digests took 1.4 to 1.6 s of user time, `openssl dgst -sha256` with one 1.2 s.

mod kernel;

use sha2::block_api::compress256;
use units::Digest;

const BLOCK: usize = 64;

/// Initial hash value (FIPS 180-4 §5.3.3).
const START: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

/// Digests a stream, and parts of it on their own.
#[derive(Clone)]
pub(crate) struct Twin {
    whole: Sha,
    part: Option<Sha>,
    kernel: Option<kernel::Kernel>,
}

impl Twin {
    pub(crate) fn new() -> Self {
        Self {
            whole: Sha::new(),
            part: None,
            kernel: kernel::Kernel::detect(),
        }
    }

    /// From here on the bytes also belong to a part.
    pub(crate) fn begin_part(&mut self) {
        self.part = Some(Sha::new());
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        let Some(part) = &mut self.part else {
            return self.whole.update(bytes);
        };
        let mut rest = bytes;
        if let Some(kernel) = self.kernel
            && self.whole.held == 0
            && part.held == 0
        {
            let (blocks, tail) = bytes.as_chunks::<BLOCK>();
            kernel.compress(&mut self.whole.state, &mut part.state, blocks);
            let taken = (blocks.len() * BLOCK) as u64;
            self.whole.total += taken;
            part.total += taken;
            rest = tail;
        }
        self.whole.update(rest);
        part.update(rest);
    }

    /// Ends the part and gives its digest; the empty digest where none was begun.
    pub(crate) fn end_part(&mut self) -> Digest {
        self.part.take().unwrap_or_else(Sha::new).finish()
    }

    /// The digest of everything.
    pub(crate) fn finish(self) -> Digest {
        self.whole.finish()
    }
}

#[derive(Clone)]
struct Sha {
    state: [u32; 8],
    pending: [u8; BLOCK],
    held: usize,
    total: u64,
}

impl Sha {
    const fn new() -> Self {
        Self {
            state: START,
            pending: [0; BLOCK],
            held: 0,
            total: 0,
        }
    }

    fn update(&mut self, mut bytes: &[u8]) {
        self.total += bytes.len() as u64;
        if self.held > 0 {
            let take = bytes.len().min(BLOCK - self.held);
            self.pending[self.held..self.held + take].copy_from_slice(&bytes[..take]);
            self.held += take;
            bytes = &bytes[take..];
            if self.held < BLOCK {
                return;
            }
            compress256(&mut self.state, &[self.pending]);
            self.held = 0;
        }
        let (blocks, tail) = bytes.as_chunks::<BLOCK>();
        compress256(&mut self.state, blocks);
        self.pending[..tail.len()].copy_from_slice(tail);
        self.held = tail.len();
    }

    /// Padding: a one bit, zeros, the length in bits (FIPS 180-4 §5.1.1).
    fn finish(mut self) -> Digest {
        let bits = self.total.wrapping_mul(8);
        let mut end = [0u8; 2 * BLOCK];
        end[0] = 0x80;
        let fill = if self.held < 56 { 56 } else { 120 } - self.held;
        end[fill..fill + 8].copy_from_slice(&bits.to_be_bytes());
        self.update(&end[..fill + 8]);
        let mut bytes = [0u8; 32];
        for (out, word) in bytes.chunks_exact_mut(4).zip(self.state) {
            out.copy_from_slice(&word.to_be_bytes());
        }
        Digest::from_bytes(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::Twin;
    use proptest::prelude::*;
    use units::Digest;

    fn check(pieces: &[Vec<u8>], part_from: usize) {
        for kernel in [true, false] {
            let mut twin = Twin::new();
            if !kernel {
                twin.kernel = None;
            }
            for (index, piece) in pieces.iter().enumerate() {
                if index == part_from {
                    twin.begin_part();
                }
                twin.update(piece);
            }
            let part = pieces[part_from.min(pieces.len())..].concat();
            assert_eq!(twin.end_part(), Digest::of(&part));
            assert_eq!(twin.finish(), Digest::of(&pieces.concat()));
        }
    }

    #[test]
    fn lengths_around_the_block_and_its_padding_are_digested_right() {
        for length in 0..200 {
            check(&[vec![0xa5; 512], vec![0x5a; length]], 1);
        }
    }

    proptest! {
        #[test]
        fn both_digests_are_those_of_the_plain_algorithm(
            pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..700), 1..6),
            part_from in 0usize..6,
        ) {
            check(&pieces, part_from);
        }
    }
}
