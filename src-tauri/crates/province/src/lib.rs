//! The sandbox of the provincial system: takes packages over tus 1.0, verifies them on arrival,
//! signs receipts, shows what came, and fails on request.
//!
//! It stands in for a system we cannot test against, so it shares no code with `delivery`: what the
//! two have in common is the protocol and the package crate.
//!
//! Not here: anything a production intake needs beyond one machine and one folder.

mod config;
mod error;
mod faults;

pub use config::{Clock, Config};
pub use error::Error;
pub use faults::{Fault, Script};

use std::net::SocketAddr;

use package::PublicKey;

/// A province at work. Dropping it stops it at once, as a power cut would.
pub struct Running {
    address: SocketAddr,
    key: PublicKey,
}

impl Running {
    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The page people look at, such as `http://127.0.0.1:41234`, without a final slash.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where packages are created: the address to hand to `delivery`.
    #[must_use]
    pub fn upload_url(&self) -> String {
        format!("{}/v1/uploads", self.url())
    }

    /// The key that signs its receipts.
    #[must_use]
    pub const fn public_key(&self) -> PublicKey {
        self.key
    }

    /// Stops listening and waits until open requests have ended.
    pub async fn stop(self) {
        todo!()
    }
}

/// Starts a province on its folder; what lay there before is taken up again.
///
/// # Errors
/// [`Error`] where the folder cannot be used or the address is taken.
pub async fn start(config: Config) -> Result<Running, Error> {
    todo!()
}
