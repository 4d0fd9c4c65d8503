//! What can befall a run, and how it is written down.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// Calls that reach the disk, and the errors they can fail with.
pub const CALLS: [(&str, &[&str]); 14] = [
    ("openat", &["EIO", "ENOSPC", "EROFS", "EACCES"]),
    ("read", &["EIO"]),
    ("pread64", &["EIO"]),
    ("write", &["EIO", "ENOSPC"]),
    ("pwrite64", &["EIO", "ENOSPC"]),
    ("fsync", &["EIO", "ENOSPC"]),
    ("fdatasync", &["EIO", "ENOSPC"]),
    ("rename", &["EIO", "ENOSPC", "EROFS", "EACCES"]),
    ("linkat", &["EIO", "ENOSPC", "EPERM"]),
    ("unlink", &["EIO", "EROFS", "EACCES"]),
    ("unlinkat", &["EIO", "EROFS", "EACCES"]),
    ("ftruncate", &["EIO", "ENOSPC"]),
    ("mkdir", &["EIO", "ENOSPC", "EROFS", "EACCES"]),
    ("flock", &["ENOLCK"]),
];

/// Calls before which there are kills only: were they to fail, no disk would be the matter.
pub const KILLED_AT_TOO: [&str; 4] = ["fcntl", "fchmod", "chmod", "rmdir"];

/// What befalls one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The call.
    pub call: Call,
    /// What it fails with; `None`: the program is killed before it.
    pub error: Option<String>,
    /// Whether all later ones fail as well.
    pub lasts: bool,
}

/// A call of a run. Each thread counts its calls for itself, so that a fault meets as many of them
/// as there are threads that come that far.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Call {
    /// Whether the count begins when a server is up, not with the program.
    pub is_late: bool,
    /// Its name.
    pub name: String,
    /// The how-manieth of that name, from 1.
    pub nth: u32,
}

/// What befalls one run.
#[derive(Clone, Debug, Default)]
pub enum Fate {
    /// Nothing.
    #[default]
    None,
    /// Its calls are written down; `true`: from when it is up.
    Watched(bool),
    /// A call fails, or is not lived to see.
    Struck(Fault),
    /// It is killed after so long.
    KilledAfter(Duration),
    /// A library stands between it and the system.
    Under(PathBuf),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let error = self.error.as_deref().unwrap_or("KILL");
        let lasts = if self.lasts { "+" } else { "" };
        let late = if self.call.is_late { "~" } else { "" };
        let Call { name, nth, .. } = &self.call;
        write!(f, "{late}{name}:{nth}{lasts}:{error}")
    }
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => write!(f, "nothing"),
            Self::Watched(_) => write!(f, "watched"),
            Self::Struck(fault) => write!(f, "{fault}"),
            Self::Under(library) => write!(f, "under {}", library.display()),
            Self::KilledAfter(wait) => write!(f, "after:{}us", wait.as_micros()),
        }
    }
}

impl Fate {
    /// What was written by `Display`, of what is drawn.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(wait) = text.strip_prefix("after:") {
            let wait = wait.strip_suffix("us")?.parse().ok()?;
            return Some(Self::KilledAfter(Duration::from_micros(wait)));
        }
        let mut parts = text.split(':');
        let (name, nth, error) = (parts.next()?, parts.next()?, parts.next()?);
        Some(Self::Struck(Fault {
            call: Call {
                is_late: name.starts_with('~'),
                name: name.trim_start_matches('~').to_owned(),
                nth: nth.trim_end_matches('+').parse().ok()?,
            },
            error: (error != "KILL").then(|| error.to_owned()),
            lasts: nth.ends_with('+'),
        }))
    }

    /// Whether the program does not live to its end.
    #[must_use]
    pub fn kills(&self) -> bool {
        match self {
            Self::Struck(fault) => fault.error.is_none(),
            Self::KilledAfter(_) => true,
            Self::None | Self::Watched(_) | Self::Under(_) => false,
        }
    }

    /// What `strace` is told, and whether it is to come when the program is up.
    #[must_use]
    pub fn traced(&self) -> Option<(bool, Vec<String>)> {
        let words = |words: &[String]| {
            words
                .iter()
                .flat_map(|it| ["-e".into(), it.clone()])
                .collect()
        };
        match self {
            Self::Watched(is_late) => {
                let calls = CALLS.iter().map(|(call, _)| *call).chain(KILLED_AT_TOO);
                let calls: Vec<&str> = calls.collect();
                Some((*is_late, words(&[format!("trace={}", calls.join(","))])))
            }
            Self::Struck(fault) => {
                let Call { name, nth, is_late } = &fault.call;
                let what = match &fault.error {
                    Some(error) => format!("error={error}"),
                    None => "signal=SIGKILL".to_owned(),
                };
                let lasts = if fault.lasts { "+" } else { "" };
                let inject = format!("inject={name}:{what}:when={nth}{lasts}");
                Some((*is_late, words(&[format!("trace={name}"), inject])))
            }
            Self::None | Self::KilledAfter(_) | Self::Under(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Fate;

    #[test]
    fn what_befell_a_run_is_read_as_it_was_written() {
        for text in [
            "openat:3:EIO",
            "~write:12+:ENOSPC",
            "fsync:1:KILL",
            "after:250us",
        ] {
            assert_eq!(Fate::parse(text).unwrap().to_string(), text);
        }
        assert!(Fate::parse("openat").is_none());
    }
}
