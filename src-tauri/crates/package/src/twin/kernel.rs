//! One message schedule, two chains of SHA-256 rounds, with the SHA instructions of x86-64.
//!
//! `SHA256RNDS2` takes four cycles but a new one may start every second cycle, so one chain leaves
//! half the unit idle; two chains fill it. `cargo run --release --example seal_cost -p package`
//! measures it. Unsafe only to call code compiled for a feature that was just found present.

#![allow(
    unsafe_code,
    reason = "calls code compiled for detected processor features"
)]

/// Proof that the processor has the instructions.
#[derive(Clone, Copy)]
pub(super) struct Kernel(());

#[cfg(not(target_arch = "x86_64"))]
impl Kernel {
    pub(super) const fn detect() -> Option<Self> {
        None
    }

    pub(super) fn compress(self, _a: &mut [u32; 8], _b: &mut [u32; 8], _blocks: &[[u8; 64]]) {
        // Never made on this processor.
    }
}

#[cfg(target_arch = "x86_64")]
impl Kernel {
    pub(super) fn detect() -> Option<Self> {
        (is_x86_feature_detected!("sha") && is_x86_feature_detected!("sse4.1")).then_some(Self(()))
    }

    /// Feeds the same blocks to both states.
    pub(super) fn compress(self, a: &mut [u32; 8], b: &mut [u32; 8], blocks: &[[u8; 64]]) {
        // SAFETY: a Kernel exists only where `detect` found both features.
        unsafe { x86::compress(a, b, blocks) }
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::{
        __m128i, _mm_add_epi32, _mm_alignr_epi8, _mm_extract_epi32, _mm_set_epi32, _mm_set_epi64x,
        _mm_sha256msg1_epu32, _mm_sha256msg2_epu32, _mm_sha256rnds2_epu32, _mm_shuffle_epi8,
        _mm_shuffle_epi32,
    };

    /// Round constants (FIPS 180-4 §4.2.2).
    #[rustfmt::skip]
    const K: [u32; 64] = [
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
        0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
        0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
        0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
    ];

    /// The state in the order the instructions want: words A, B, E, F and C, D, G, H.
    #[derive(Clone, Copy)]
    struct Chain {
        abef: __m128i,
        cdgh: __m128i,
    }

    #[target_feature(enable = "sha,sse4.1")]
    pub(super) fn compress(a: &mut [u32; 8], b: &mut [u32; 8], blocks: &[[u8; 64]]) {
        let (mut first, mut second) = (load(a), load(b));
        for block in blocks {
            let (first_start, second_start) = (first, second);
            let mut w = [
                words(block, 0),
                words(block, 1),
                words(block, 2),
                words(block, 3),
            ];
            for quarter in 0..16 {
                let now = w[quarter % 4];
                let keyed = _mm_add_epi32(now, constants(quarter));
                rounds(&mut first, keyed);
                rounds(&mut second, keyed);
                if quarter < 12 {
                    // W[t] = σ1(W[t−2]) + W[t−7] + σ0(W[t−15]) + W[t−16], four at a time.
                    let (w1, w2, w3) = (
                        w[(quarter + 1) % 4],
                        w[(quarter + 2) % 4],
                        w[(quarter + 3) % 4],
                    );
                    let partial =
                        _mm_add_epi32(_mm_sha256msg1_epu32(now, w1), _mm_alignr_epi8(w3, w2, 4));
                    w[quarter % 4] = _mm_sha256msg2_epu32(partial, w3);
                }
            }
            add(&mut first, first_start);
            add(&mut second, second_start);
        }
        store(first, a);
        store(second, b);
    }

    #[inline]
    #[target_feature(enable = "sha,sse4.1")]
    fn rounds(chain: &mut Chain, keyed: __m128i) {
        chain.cdgh = _mm_sha256rnds2_epu32(chain.cdgh, chain.abef, keyed);
        let upper = _mm_shuffle_epi32(keyed, 0x0e);
        chain.abef = _mm_sha256rnds2_epu32(chain.abef, chain.cdgh, upper);
    }

    #[inline]
    #[target_feature(enable = "sha,sse4.1")]
    fn add(chain: &mut Chain, start: Chain) {
        chain.abef = _mm_add_epi32(chain.abef, start.abef);
        chain.cdgh = _mm_add_epi32(chain.cdgh, start.cdgh);
    }

    #[inline]
    #[target_feature(enable = "sha,sse4.1")]
    fn constants(quarter: usize) -> __m128i {
        let k = &K[quarter * 4..quarter * 4 + 4];
        set(k[3], k[2], k[1], k[0])
    }

    /// Four big-endian words of the block.
    #[inline]
    #[target_feature(enable = "sha,sse4.1")]
    fn words(block: &[u8; 64], quarter: usize) -> __m128i {
        let half = |at: usize| {
            let mut bytes = [0u8; 8];
            bytes.copy_from_slice(&block[quarter * 16 + at..quarter * 16 + at + 8]);
            i64::from_le_bytes(bytes)
        };
        let swap = _mm_set_epi64x(0x0c0d_0e0f_0809_0a0b, 0x0405_0607_0001_0203);
        _mm_shuffle_epi8(_mm_set_epi64x(half(8), half(0)), swap)
    }

    #[inline]
    #[target_feature(enable = "sha,sse4.1")]
    fn load(s: &[u32; 8]) -> Chain {
        Chain {
            abef: set(s[0], s[1], s[4], s[5]),
            cdgh: set(s[2], s[3], s[6], s[7]),
        }
    }

    #[inline]
    #[target_feature(enable = "sha,sse4.1")]
    fn store(chain: Chain, s: &mut [u32; 8]) {
        s[0] = _mm_extract_epi32(chain.abef, 3).cast_unsigned();
        s[1] = _mm_extract_epi32(chain.abef, 2).cast_unsigned();
        s[4] = _mm_extract_epi32(chain.abef, 1).cast_unsigned();
        s[5] = _mm_extract_epi32(chain.abef, 0).cast_unsigned();
        s[2] = _mm_extract_epi32(chain.cdgh, 3).cast_unsigned();
        s[3] = _mm_extract_epi32(chain.cdgh, 2).cast_unsigned();
        s[6] = _mm_extract_epi32(chain.cdgh, 1).cast_unsigned();
        s[7] = _mm_extract_epi32(chain.cdgh, 0).cast_unsigned();
    }

    #[inline]
    #[target_feature(enable = "sha,sse4.1")]
    fn set(e3: u32, e2: u32, e1: u32, e0: u32) -> __m128i {
        _mm_set_epi32(
            e3.cast_signed(),
            e2.cast_signed(),
            e1.cast_signed(),
            e0.cast_signed(),
        )
    }
}
