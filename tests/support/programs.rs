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

/// Runs `loa … --json`, which must succeed, and reads its answer.
///
/// # Panics
/// Where it fails, or answers with something else.
pub fn ask(home: &std::path::Path, arguments: &[&str]) -> serde_json::Value {
    let output = loa(home)
        .args(arguments)
        .arg("--json")
        .output()
        .expect("loa runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{arguments:?} ended with {:?}: {text}",
        output.status
    );
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {text}"))
}
