//! Paths that come from outside: asked for over HTTP, named by the window, names of files sent.
//!
//! One rule for all of them: what every system takes for the same place below the folder it is asked
//! of ([`PortablePath`]), and nothing hidden. So no drive, no `..` with either slash, no device and
//! no stream of Windows, also where this runs on another system.

use std::path::{Path, PathBuf};

use package::PortablePath;

use crate::wire::{Code, Problem};

/// The place of `path` below `folder`.
///
/// # Errors
/// [`Code::NotFound`] where `path` is no plain path below a folder; nothing was looked up then.
pub fn inside(folder: &Path, path: &str) -> Result<PathBuf, Problem> {
    let refused = |why: &str| Problem::new(Code::NotFound, format!("{path:?}: {why}"));
    let portable = PortablePath::new(path).map_err(|error| refused(&error.to_string()))?;
    if is_hidden(portable.as_str()) {
        return Err(refused("a part of it begins with a dot"));
    }
    Ok(folder.join(portable.as_str()))
}

/// The nearest name that [`inside`] takes, for a file that a person sent under `name`: its last part,
/// whichever slash stands before it.
#[must_use]
pub fn own_name(name: &str) -> PortablePath {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let portable = PortablePath::from_name(last);
    if is_hidden(portable.as_str()) {
        return PortablePath::from_name(&format!("_{portable}"));
    }
    portable
}

fn is_hidden(path: &str) -> bool {
    path.split('/').any(|part| part.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What leaves a folder, or means something else, on one system or the other.
    const HOSTILE: [&str; 34] = [
        "",
        "/",
        "/etc/passwd",
        "//server/share/a",
        "\\\\server\\share\\a",
        "\\\\?\\C:\\a",
        "\\\\.\\PhysicalDrive0",
        "..",
        "../a",
        "a/../../b",
        "..\\a",
        "a\\..\\..\\b",
        "a/..\\b",
        "\\a",
        "C:",
        "C:/",
        "C:a",
        "C:\\Windows\\win.ini",
        "a/C:/b",
        "a:b",
        "a.html::$DATA",
        "CON",
        "a/NUL",
        "COM1.txt",
        "lpt9",
        "aux.tar.gz",
        "a.",
        "a ",
        "a/b. /c",
        "a\0b",
        "a\nb",
        "a//b",
        ".env",
        "a/.git/config",
    ];

    #[test]
    fn no_path_from_outside_leaves_its_folder_in_the_manner_of_any_system() {
        let folder = Path::new("/store");
        for path in HOSTILE {
            let refused = inside(folder, path).unwrap_err();
            assert_eq!(refused.code, Code::NotFound, "{path:?}");
        }
        for path in [
            "index.html",
            "assets/index-B1x.js",
            "2026-11-23 05-30-07.125.wav",
        ] {
            assert_eq!(inside(folder, path).unwrap(), folder.join(path), "{path:?}");
        }
    }

    #[test]
    fn what_is_percent_encoded_is_a_name_like_any_other_and_leads_nowhere() {
        let folder = Path::new("/store");
        for path in ["%2e%2e/a", "a%2f..%2fb", "%5c%5cserver", "C%3a"] {
            let place = inside(folder, path).unwrap();
            assert!(place.starts_with(folder), "{place:?}");
            let parts = place.components().count();
            assert_eq!(parts, 2 + path.split('/').count(), "{place:?}");
        }
    }

    #[test]
    fn every_name_sent_becomes_one_that_stays_in_its_folder() {
        let folder = Path::new("/store");
        for name in HOSTILE {
            let own = own_name(name);
            let place = inside(folder, own.as_str()).unwrap();
            assert_eq!(place.parent(), Some(folder), "{name:?}: {place:?}");
        }
        for (name, own) in [
            ("C:\\fakepath\\bản tin.wav", "bản tin.wav"),
            ("/home/a/thu.wav", "thu.wav"),
            (".hidden.wav", "_.hidden.wav"),
            ("5:30.wav", "5_30.wav"),
            ("..", "_"),
        ] {
            assert_eq!(own_name(name).as_str(), own, "{name:?}");
        }
    }
}
