//! `loa` as another program runs it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// Far more than any of this takes; a command that waits for what never comes is found out by it.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The program in `home`, speaking `language`.
pub fn loa(home: &Path, language: &str) -> Command {
    program(Command::new(env!("CARGO_BIN_EXE_loa")), home, language)
}

/// The same, begun by a line of the shell in which `"$@"` is the program and what follows.
pub fn loa_by(shell: &str, home: &Path) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", shell, "sh", env!("CARGO_BIN_EXE_loa")]);
    program(command, home, "C")
}

fn program(mut command: Command, home: &Path, language: &str) -> Command {
    command
        .env("LC_ALL", language)
        .env("HOME", home)
        .current_dir(home)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Runs it, and ends it where it does not end by itself.
pub fn run(command: &mut Command) -> Output {
    let mut child = command.spawn().unwrap();
    until(|| child.try_wait().unwrap().is_some(), "it hangs");
    child.wait_with_output().unwrap()
}

/// Waits until something is so.
///
/// # Panics
/// Where it never is.
pub fn until(mut is_so: impl FnMut() -> bool, else_say: &str) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < PATIENCE, "{else_say}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

pub fn asset(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../assets")
        .join(name)
}
