//! Looking through a document for damage, while somebody may be writing to it.

use std::path::Path;

use super::open::lock;
use super::{Log, snapshots};
use crate::Error;

/// What is wrong with a document.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LogFault {
    /// Whether it opens all the same; else [`Log::recover`] gives what can be had.
    pub opens: bool,
    /// What exactly.
    pub detail: String,
}

impl Log {
    /// Reads all records and all snapshots. `None` where all are what was written, or where a newer
    /// version wrote them. Changes nothing.
    ///
    /// What the medium does not give is a fault as well.
    #[must_use]
    pub fn check(folder: &Path) -> Option<LogFault> {
        let fault = |opens, detail: String| Some(LogFault { opens, detail });
        let content = match Self::read(folder) {
            Ok(content) => content,
            Err(Error::NewerVersion { .. }) => return None,
            Err(error) => return fault(false, error.to_string()),
        };
        if content.torn.is_some() {
            // While somebody has it open, what follows the last record is being written; where a
            // medium takes no lock file, nobody writes. Read once more, lest it was just finished.
            let held = lock(folder);
            if matches!(held, Err(Error::Locked { .. })) {
                return None;
            }
            match Self::read(folder).map(|content| content.torn) {
                Ok(None) => {}
                Ok(Some(torn)) => {
                    let after = content.snapshot.number + content.edits.len() as u64;
                    let detail = format!("{} bytes after edit {after} make no edit", torn.bytes);
                    return fault(true, detail);
                }
                Err(error) => return fault(false, error.to_string()),
            }
        }
        let listed = match snapshots::list(folder) {
            Ok(listed) => listed,
            Err(error) => return fault(false, error.to_string()),
        };
        listed.into_iter().find_map(|(number, path)| {
            match snapshots::load(number, &path) {
                Ok(Some(_)) => None,
                // Gone: the writer has dropped an old one meanwhile.
                Ok(None) if !path.exists() => None,
                Ok(None) => fault(true, format!("{} is damaged", path.display())),
                Err(error) => fault(true, error.to_string()),
            }
        })
    }
}
