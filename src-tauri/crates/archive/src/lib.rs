//! The store on disk: one folder the user can copy.
//!
//! ```text
//! .loa-store           the mark: this folder is ours
//! loa.db               index: items, versions, search, packages, receipts, small state (SQLite, WAL)
//! objects/ab/cd/abcd…  media by SHA-256, written once, read-only, the same content stored once
//! objects/tmp/         what is being copied in; drafts that nobody holds are swept
//! documents/<id>/      one edit log per document under work: edits.log, snapshots, lock
//! ```
//!
//! An [`Archive`] is one connection. Open as many as are useful, in one process or several (`loa`
//! beside the window): SQLite lets one write at a time and makes the others wait up to ten seconds,
//! readers never wait. Reads take `&self`, writes `&mut self`; a write that returned `Ok` survives a
//! power cut. Copying media needs no connection: [`Objects`] is shared freely. A document's
//! [`Log`] has one writer at a time, and a second one is told so ([`Error::Locked`]).
//!
//! A store is opened only in a folder that is free or ours ([`Error::ForeignFolder`]), and is its
//! owner's alone. Where it cannot be written to (disk full, read-only, without locks) it opens for
//! reading, and [`Archive::unwritable`] says why.
//!
//! Not here: what an item means, when something is sent, clocks and dice. Times (milliseconds since
//! 1970, UTC) and ids come from the caller. Nothing here deletes what was acknowledged.

#![forbid(unsafe_code)]

mod archive;
mod audit;
mod change;
mod claim;
mod document;
mod error;
mod file;
mod fold;
mod index;
mod item;
mod items;
mod keep;
mod list;
mod log;
mod object;
mod outbox;
mod query;
mod rows;
mod schema;
mod search;
mod segment;
mod state;
mod tighten;

pub use archive::{Archive, Counts};
pub use audit::{AuditBudget, AuditReport, DocumentFault};
pub use change::Change;
pub use claim::claim;
pub use document::Document;
pub use error::{Error, Unwritable};
pub use fold::fold;
pub use item::{
    Item, ItemFile, Kind, Levels, Metadata, PastMetadata, Person, PlaceName, Status, Summary,
    Version,
};
pub use list::{Face, Facets, Filter, Listed, Page, Sort};
pub use log::{Log, LogContent, LogFault, Recovered, Snapshot, Torn};
pub use object::{Object, Objects, Staged, Stored};
pub use outbox::{Package, Receipt};
pub use query::{LastWord, Query};
pub use search::{Found, Hit};
pub use segment::Segment;
