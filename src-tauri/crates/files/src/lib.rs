//! Files that last. The one place where a file gets its name, and the one that tidies up after
//! programs that were killed.
//!
//! What is written: a [`Draft`] under a temporary name beside its place, synced, renamed, then the
//! folder synced. What is swept: drafts and run folders, known as ours by their name *and* by a mark
//! (the lock a living writer holds, the mark file in a run folder), never through a link. What is
//! written in place ([`open_in_place`]): regular files only, never through a link.
//!
//! Not here: what is in the files, and where they lie.

#![forbid(unsafe_code)]

mod access;
mod draft;
mod folder;
mod links;
mod room;
mod run;
mod sweep;

pub use access::{may_read, may_write};
pub use draft::{Draft, create_new, is_draft_name, write_whole};
pub use folder::{create_folders, sync_folder};
pub use links::{has_link_below, open_in_place};
pub use room::{Shortage, available_bytes, block_bytes};
pub use run::{RunFolder, sweep_runs};
pub use sweep::{sweep_beside, sweep_folder};

/// Who may read what is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Access {
    /// The owner alone: all that lies in a store (0600, folders 0700).
    Owner,
    /// Whoever the system's usual settings let: what is put where a person asked for it.
    Usual,
}
