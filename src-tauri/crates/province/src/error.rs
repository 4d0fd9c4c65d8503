//! Why a province does not start.

use std::io;
use std::path::PathBuf;

/// Why a province does not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder or a file in it cannot be used.
    #[error("the folder {path} cannot be used")]
    Folder {
        /// Which one.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another province works on the folder.
    #[error("another province is using the folder {path}")]
    InUse {
        /// Which one.
        path: PathBuf,
    },
    /// The folder holds something, and nothing says that it is a province's.
    #[error("the folder {path} is not empty and not that of a province")]
    Foreign {
        /// Which one.
        path: PathBuf,
    },
    /// The address cannot be listened on.
    #[error("cannot listen on this address")]
    Address(#[source] io::Error),
    /// The key file holds no key.
    #[error("the key of the province cannot be read")]
    Key(#[from] package::Error),
    /// The fault script cannot be understood.
    #[error("the fault script cannot be understood: {0}")]
    Script(String),
    /// The system gave no random bytes.
    #[error("the system gives no random bytes")]
    Random,
}
