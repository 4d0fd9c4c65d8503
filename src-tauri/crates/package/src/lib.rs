//! Seals and verifies packages: BagIt 1.0 (RFC 8493) in a strict profile, with news metadata
//! (IPTC ninjs 3.1), delivery metadata, and an Ed25519 signature in minisign form, as one
//! uncompressed tar that is the same byte for byte whenever its contents are.
//!
//! ```text
//! Contents ── seal ──▶ tar ── verify_tar ──▶ Report      (digest of the tar = the package's identity)
//!                      └─ unpacked ── verify_folder ──▶ Report
//! SignedReceipt: what the receiving authority says about a digest
//! ```
//!
//! Not here: files, clocks and dice (handed in), where keys are kept, how packages travel, what a
//! recipient does with them. Nothing is ever unpacked to disk.

#![deny(unsafe_code)] // allowed only in the measured SIMD kernel, with its reason

mod bag;
mod contents;
mod delivery;
mod error;
mod keys;
pub mod limits;
mod minisign;
mod ninjs;
mod path;
mod receipt;
mod report;
mod seal;
mod stamp;
mod tree;
mod twin;
mod ustar;
mod verify;

pub use contents::{
    Approval, BoardCheck, Contents, Delivery, FileRef, Finding, Item, Kind, Levels, PayloadFile,
    Person, Priority, Role, Slot, Subject, Target,
};
pub use delivery::SealedFile;
pub use error::Error;
pub use keys::{KeyId, PublicKey, SigningKey, Trust};
pub use limits::Limits;
pub use minisign::Signature;
pub use path::{PathFault, PortablePath};
pub use receipt::{Reason, Receipt, SignedReceipt, Verdict};
pub use report::{Code, Fault, FoundFile, Profile, Report, SignatureState, SignatureStatus};
pub use seal::{Sealed, seal};
pub use stamp::Stamp;
pub use tree::{Entry, EntryKind, MemoryTree, Tree};
pub use verify::{look_over, verify_folder, verify_tar};

/// What a package of our profile says it is, in the field `BagIt-Profile-Identifier`.
pub const PROFILE_ID: &str = "urn:x-loa:package-profile:1";
