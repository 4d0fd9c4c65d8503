//! The built `loa`, to be run and killed.

use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Where it lies: `LOA_BIN`, or beside the tests.
///
/// # Panics
/// Where it was not built: `cargo build -p cli`.
#[must_use]
pub fn loa_path() -> PathBuf {
    let beside = std::env::current_exe()
        .ok()
        .and_then(|test| Some(test.parent()?.parent()?.join("loa")));
    let path = std::env::var_os("LOA_BIN")
        .map(PathBuf::from)
        .or(beside)
        .unwrap_or_default();
    assert!(
        path.is_file(),
        "{} is not built; run cargo build -p cli",
        path.display()
    );
    path
}

/// A run of it, speaking English, quiet on both streams, in a home of its own.
#[must_use]
pub fn loa(home: &std::path::Path) -> Command {
    let mut command = Command::new(loa_path());
    command
        .env("LANG", "C")
        .env("HOME", home)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    command
}
