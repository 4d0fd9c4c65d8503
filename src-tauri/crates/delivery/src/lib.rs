//! Sends sealed packages until the province holds them: queue, resume, retry, and the proof.
//!
//! Four layers, each usable alone:
//!
//! - [`Machine`] decides. It is pure: an [`Event`] goes in, [`Effect`]s come out; time and dice are
//!   handed in. Every rule about what may be sent, asked or created twice lives there and is tested
//!   there.
//! - [`Transport`] talks. [`TusTransport`] speaks tus 1.0 over HTTP(S); replies are read by [`reply`],
//!   which trusts nothing.
//! - [`Store`] remembers. [`FolderStore`] keeps one small file per job, [`MemoryStore`] none.
//! - [`Sender`] drives one job, [`Queue`] several, by priority.
//!
//! "Delivered" is [`State::Receipted`], and that state holds a [`Proof`], which nothing but a
//! verified signature over the right digest can make. A server that gives no receipts (any plain tus
//! server) ends a job as [`State::Sent`], and no more is claimed.
//!
//! Not here: sealing and verifying packages (`package`), the place that receives them (`province`,
//! which shares no code with this crate), screens and words.

#![forbid(unsafe_code)]

mod backoff;
mod body;
mod clock;
mod destination;
mod error;
mod failure;
mod file;
mod folder;
mod job;
mod limit;
mod load;
mod machine;
mod pace;
mod proof;
mod queue;
pub mod reply;
mod send;
mod store;
mod transport;
mod tus;

pub use backoff::{Backoff, RETRY_AFTER_MAX_MS, WAIT_MAX_MS};
pub use clock::{Clock, Dice, FixedDice, JumpingClock, SystemClock, SystemDice};
pub use destination::{Destination, DestinationError};
pub use error::Error;
pub use failure::{Failure, Lie};
pub use folder::{FolderStore, Lost};
pub use job::{Job, JobKey, Parcel, Priority, State, WaitReason};
pub use limit::Limit;
pub use load::Load;
pub use machine::{ALTERED_MAX, Effect, Event, Machine, OutOfTurn};
pub use pace::{PIECE_MAX_BYTES, PIECE_MIN_BYTES, Pace};
pub use package::Reason;
pub use proof::{Proof, ReceiptFault};
pub use queue::{Queue, Sources};
pub use send::{Outcome, Patience, Sender};
pub use store::{Claimed, MemoryStore, Store, StoreError};
pub use transport::{Held, NoLine, Piece, Reply, Transport, Upload};
pub use tus::{Roots, Timeouts, TusTransport};
