//! Asking the system what it allows, without touching the file.

use std::io;
use std::path::Path;

/// Whether this process may read `path`. The file is not opened: on Unix, closing it again would
/// give up all locks that the process holds on it (POSIX, `fcntl`).
///
/// # Errors
/// What the system says to that: nothing there, no permission, a medium that fails.
#[cfg(unix)]
pub fn may_read(path: &Path) -> io::Result<()> {
    Ok(rustix::fs::access(path, rustix::fs::Access::READ_OK)?)
}

/// Whether this process may read `path`.
///
/// # Errors
/// What the system says to that: nothing there, no permission, a medium that fails.
#[cfg(not(unix))]
pub fn may_read(path: &Path) -> io::Result<()> {
    std::fs::File::open(path).map(drop)
}

/// Whether this process may write to `path`. As [`may_read`], the file is not opened.
///
/// # Errors
/// What the system says to that: nothing there, no permission, a medium that takes no writes.
#[cfg(unix)]
pub fn may_write(path: &Path) -> io::Result<()> {
    Ok(rustix::fs::access(path, rustix::fs::Access::WRITE_OK)?)
}

/// Whether this process may write to `path`.
///
/// # Errors
/// What the system says to that: nothing there, no permission, a medium that takes no writes.
#[cfg(not(unix))]
pub fn may_write(path: &Path) -> io::Result<()> {
    if std::fs::metadata(path)?.permissions().readonly() {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{may_read, may_write};

    #[test]
    fn what_is_there_may_be_read_and_what_is_not_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a");
        std::fs::write(&file, b"").unwrap();
        may_read(&file).unwrap();
        may_write(&file).unwrap();
        let error = may_read(&folder.path().join("b")).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::NotFound);
    }
}
