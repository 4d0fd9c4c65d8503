//! What can stop sending altogether, as opposed to a [`crate::Failure`], which only delays it.

use crate::StoreError;

/// Why sending was given up without a word about the package itself.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Progress could not be stored. Nothing is sent that could not be remembered.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The package at hand is not the one the job is for.
    #[error("the package has changed since it was sealed")]
    Changed,
    /// The package could not be read.
    #[error("the package could not be read: {0}")]
    Source(#[source] std::io::Error),
    /// Stopped on request; the job is stored and goes on from where it was.
    #[error(transparent)]
    Cancelled(#[from] units::Cancelled),
    /// The machine was told something it had not asked; a defect of the driver.
    #[error(transparent)]
    OutOfTurn(#[from] crate::OutOfTurn),
    /// The web client could not be set up: no certificates on this machine, or an unreadable one.
    #[error("secure connections cannot be set up: {0}")]
    Setup(String),
    /// Not a usable destination.
    #[error(transparent)]
    Destination(#[from] crate::DestinationError),
}
