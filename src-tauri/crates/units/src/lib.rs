//! Shared vocabulary of all crates: what a position, a level, a digest, an id and a place are,
//! how long work reports and is stopped, and how bytes at rest are read.
//!
//! Not here: anything that computes, stores or sends. No serde, no files, no clock.

#![forbid(unsafe_code)]

mod bytes;
mod digest;
mod file_bytes;
mod id;
mod level;
mod place;
mod position;
mod watch;

pub use bytes::ReadAt;
pub use digest::{Digest, DigestError, Digester, DigestingReader, DigestingWriter};
pub use file_bytes::FileBytes;
pub use id::{Id, IdError};
pub use level::{Db, Dbtp, Lufs};
pub use place::{Day, Place};
pub use position::{SAMPLE_RATE_HZ, Samples};
pub use watch::{Cancel, Cancelled, Progress, Watch};
