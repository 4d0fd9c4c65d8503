//! RIFF WAVE, RF64 (EBU Tech 3306) and BW64 (ITU-R BS.2088): reading, writing, repairing.
//!
//! Own code rather than `hound`, because a recording that was cut off must open, long files need
//! 64-bit sizes, broadcast files need `bext`, and the bulk path wants samples by the block. `hound` is
//! the independent judge in this crate's tests.

mod chunks;
mod format;
mod header;
mod patch;
mod read;
mod take;

pub use header::Header;
pub use patch::{Repair, repair, write_loudness};
pub(crate) use read::open_pcm;
pub use take::{TAKE_ORIGINATOR, is_take, take_history};

/// Most chunks walked through in one file: real files have a dozen, a hostile one may have millions.
pub const CHUNKS_MAX: usize = 1_024;
/// What a 32-bit size field holds where the true size is in `ds64`, or not yet known.
const SIZE_ELSEWHERE: u32 = u32::MAX;
