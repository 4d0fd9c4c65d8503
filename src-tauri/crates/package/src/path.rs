//! Names that mean the same file on every system, and what is wrong with those that do not.

use std::fmt;

use unicode_normalization::{UnicodeNormalization, is_nfc};

use crate::bag::PAYLOAD;
use crate::error::Error;
use crate::limits::{
    COMPONENT_BYTES_MAX, DEPTH_MAX, FOREIGN_COMPONENT_BYTES_MAX, FOREIGN_PATH_BYTES_MAX,
    PATH_BYTES_MAX,
};

/// A relative path with `/` between its parts that every system stores and shows alike: UTF-8 in
/// normal form C, no control or reserved characters, no reserved names, bounded length.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct PortablePath(String);

/// What is wrong with a path. The first group is dangerous anywhere; the second only not portable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum PathFault {
    /// Nothing at all, or an empty part (`a//b`, a trailing slash).
    #[error("a part of it is empty")]
    Empty,
    /// Begins with a slash.
    #[error("it is absolute")]
    Absolute,
    /// Has `.` or `..` as a part.
    #[error("it leaves its folder")]
    Traversal,
    /// Begins with `~`, which shells expand to a home folder.
    #[error("it begins with ~")]
    Home,
    /// Begins with a drive letter.
    #[error("it begins with a drive letter")]
    Drive,
    /// Has a backslash, which is a separator on some systems.
    #[error("it has a backslash")]
    Backslash,
    /// Has a control character or an invisible direction mark.
    #[error("it has a control character")]
    Control,
    /// Is not UTF-8.
    #[error("it is not UTF-8")]
    NotUtf8,
    /// Is longer than allowed, as a whole or in a part, or nested too deep.
    #[error("it is too long or too deep")]
    TooLong,
    /// Has one of `< > : " | ? *`.
    #[error("it has a character that is reserved on some systems")]
    Reserved,
    /// A part is a device name on Windows, such as `CON` or `nul.txt`.
    #[error("it is a device name on some systems")]
    Device,
    /// A part ends with a dot or a space, or begins with a space.
    #[error("it begins or ends with a space or ends with a dot")]
    Edge,
    /// Is not in Unicode normal form C.
    #[error("it is not in Unicode normal form C")]
    NormalForm,
}

impl PathFault {
    /// Whether following the path could touch something outside the package.
    #[must_use]
    pub const fn is_dangerous(self) -> bool {
        matches!(
            self,
            Self::Empty
                | Self::Absolute
                | Self::Traversal
                | Self::Home
                | Self::Drive
                | Self::Backslash
                | Self::Control
                | Self::NotUtf8
                | Self::TooLong
        )
    }
}

impl PortablePath {
    /// Takes `path` as it is, or says why not.
    ///
    /// # Errors
    /// [`Error::Path`] with the first fault found.
    pub fn new(path: &str) -> Result<Self, Error> {
        match fault_of(path.as_bytes(), &OURS) {
            None => Ok(Self(path.to_owned())),
            Some(fault) => Err(Error::Path {
                path: shown(path.as_bytes()),
                fault,
            }),
        }
    }

    /// The nearest portable name for one file (no folders) out of whatever a person typed: normal
    /// form C, forbidden characters become `_`, too long names are cut before their ending.
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        let clean: String = name
            .nfc()
            .map(|c| if is_allowed(c) && c != '/' { c } else { '_' })
            .collect();
        let clean = clean.trim_matches(' ').trim_end_matches(['.', ' ']);
        let (stem, ending) = match clean.rsplit_once('.') {
            Some((stem, ending)) if !stem.is_empty() && ending.len() <= 10 => {
                (stem, format!(".{ending}"))
            }
            _ => (clean, String::new()),
        };
        let mut stem = stem.trim_start_matches('~').to_owned();
        while stem.len() + ending.len() >= COMPONENT_BYTES_MAX {
            stem.pop();
        }
        let stem = stem.trim_end_matches([' ', '.']);
        let joined = format!("{stem}{ending}");
        if stem.is_empty() || Self::new(&joined).is_err() {
            // A device name, or nothing left: a leading underscore mends both.
            return Self(format!("_{joined}"));
        }
        Self(joined)
    }

    /// What this path has in common with every other that is the same file on some system: two with
    /// one key cannot stand in one package.
    #[must_use]
    pub fn clash_key(&self) -> String {
        clash_key(&self.0)
    }

    /// The path as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PortablePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How long and deep a path may be.
struct Room {
    bytes_max: usize,
    component_max: usize,
    parts_max: usize,
}

/// Below the payload folder of a package of ours.
const OURS: Room = Room {
    bytes_max: PATH_BYTES_MAX,
    component_max: COMPONENT_BYTES_MAX,
    parts_max: DEPTH_MAX - 1,
};

/// In a package of ours: tag files are shorter still than the payload with its folder.
const OURS_IN_BAG: Room = Room {
    bytes_max: PATH_BYTES_MAX + PAYLOAD.len(),
    component_max: COMPONENT_BYTES_MAX,
    parts_max: DEPTH_MAX,
};

/// In a bag from elsewhere.
const FOREIGN: Room = Room {
    bytes_max: FOREIGN_PATH_BYTES_MAX,
    component_max: FOREIGN_COMPONENT_BYTES_MAX,
    parts_max: DEPTH_MAX,
};

/// The gravest fault of a path in a package of ours, if any.
pub(crate) fn own_fault_of(path: &[u8]) -> Option<PathFault> {
    fault_of(path, &OURS_IN_BAG)
}

/// The gravest fault of a path in a bag from elsewhere.
pub(crate) fn foreign_fault_of(path: &[u8]) -> Option<PathFault> {
    fault_of(path, &FOREIGN)
}

fn fault_of(path: &[u8], room: &Room) -> Option<PathFault> {
    if path.is_empty() {
        return Some(PathFault::Empty);
    }
    let Ok(text) = std::str::from_utf8(path) else {
        return Some(PathFault::NotUtf8);
    };
    if text.starts_with('/') {
        return Some(PathFault::Absolute);
    }
    if text.starts_with('~') {
        return Some(PathFault::Home);
    }
    let bytes = text.as_bytes();
    if bytes.len() >= 2 && bytes[1] == b':' && bytes[0].is_ascii_alphabetic() {
        return Some(PathFault::Drive);
    }
    if text.len() > room.bytes_max || text.split('/').count() > room.parts_max {
        return Some(PathFault::TooLong);
    }
    let mut worst = None;
    for part in text.split('/') {
        match part_fault(part, room.component_max) {
            Some(fault) if fault.is_dangerous() => return Some(fault),
            Some(fault) => worst = worst.or(Some(fault)),
            None => {}
        }
    }
    worst.or_else(|| (!is_nfc(text)).then_some(PathFault::NormalForm))
}

fn part_fault(part: &str, component_max: usize) -> Option<PathFault> {
    if part.is_empty() {
        return Some(PathFault::Empty);
    }
    if part == "." || part == ".." {
        return Some(PathFault::Traversal);
    }
    if part.len() > component_max {
        return Some(PathFault::TooLong);
    }
    if part.contains('\\') {
        return Some(PathFault::Backslash);
    }
    if part.chars().any(is_control) {
        return Some(PathFault::Control);
    }
    if !part.chars().all(is_allowed) {
        return Some(PathFault::Reserved);
    }
    if part.starts_with(' ') || part.ends_with([' ', '.']) {
        return Some(PathFault::Edge);
    }
    is_device(part).then_some(PathFault::Device)
}

fn is_allowed(c: char) -> bool {
    !is_control(c) && !matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*' | '\\')
}

/// Control characters, and the marks that make a name read other than it is stored (Unicode
/// TR 36 §3.1: bidirectional overrides; zero-width characters; the byte-order mark).
fn is_control(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Device names of Windows ("Naming Files, Paths, and Namespaces"), with or without an ending.
fn is_device(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or(part).trim_end();
    let upper = stem.to_uppercase();
    match upper.as_str() {
        "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$" => true,
        other => {
            let mut chars = other.chars();
            let head: String = chars.by_ref().take(3).collect();
            let rest: String = chars.collect();
            matches!(head.as_str(), "COM" | "LPT")
                && matches!(
                    rest.as_str(),
                    "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "¹" | "²" | "³"
                )
        }
    }
}

/// What two names have in common that are one file on some system: normal form and letter case
/// removed.
pub(crate) fn clash_key(path: &str) -> String {
    path.nfkc().flat_map(char::to_lowercase).nfc().collect()
}

/// A path for people: never more than a line, never a control character.
pub(crate) fn shown(path: &[u8]) -> String {
    const SHOWN_CHARS_MAX: usize = 200;
    let text = String::from_utf8_lossy(&path[..path.len().min(SHOWN_CHARS_MAX * 4)]);
    text.chars()
        .take(SHOWN_CHARS_MAX)
        .map(|c| if is_control(c) { '\u{fffd}' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fault(path: &str) -> Option<PathFault> {
        fault_of(path.as_bytes(), &OURS)
    }

    #[test]
    fn names_people_use_are_portable() {
        for name in [
            "bản tin sáng 22-09.mp3",
            "bảng/trang 1.png",
            "a",
            ".hidden",
            "communal.txt",
        ] {
            assert_eq!(fault(name), None, "{name}");
        }
    }

    #[test]
    fn each_hostile_name_is_called_by_its_fault() {
        for (name, expected) in [
            ("", PathFault::Empty),
            ("a//b", PathFault::Empty),
            ("a/", PathFault::Empty),
            ("/etc/passwd", PathFault::Absolute),
            ("../x", PathFault::Traversal),
            ("a/../../x", PathFault::Traversal),
            ("./x", PathFault::Traversal),
            ("~/x", PathFault::Home),
            ("~root", PathFault::Home),
            ("c:/x", PathFault::Drive),
            ("C:x", PathFault::Drive),
            ("a\\b", PathFault::Backslash),
            ("a\nb", PathFault::Control),
            ("a\0b", PathFault::Control),
            ("gpj.\u{202e}exe", PathFault::Control),
            ("a\u{200b}b", PathFault::Control),
            ("what?", PathFault::Reserved),
            ("ab:stream", PathFault::Reserved),
            ("CON", PathFault::Device),
            ("x/nul.txt", PathFault::Device),
            ("Com1.tar.gz", PathFault::Device),
            ("LPT²", PathFault::Device),
            ("end.", PathFault::Edge),
            ("end ", PathFault::Edge),
            (" start", PathFault::Edge),
            ("be\u{302}", PathFault::NormalForm),
        ] {
            assert_eq!(fault(name), Some(expected), "{name:?}");
        }
        assert_eq!(fault(&"a".repeat(101)), Some(PathFault::TooLong));
        assert_eq!(fault(&"a/".repeat(40)), Some(PathFault::TooLong));
        assert_eq!(fault_of(b"\xff", &OURS), Some(PathFault::NotUtf8));
    }

    #[test]
    fn names_that_differ_in_case_or_normal_form_clash() {
        assert_eq!(clash_key("Bản Tin.MP3"), clash_key("ba\u{309}n tin.mp3"));
        assert_ne!(clash_key("bản"), clash_key("ban"));
    }

    proptest! {
        #[test]
        fn any_text_becomes_a_portable_name(name in "\\PC{0,300}|[a-z.~ /\\\\:*]{0,20}|(?i)(con|nul|com1)(\\.[a-z]{0,3})?") {
            let path = PortablePath::from_name(&name);
            prop_assert!(PortablePath::new(path.as_str()).is_ok(), "{:?} -> {:?}", name, path);
            prop_assert!(!path.as_str().contains('/'));
        }
    }
}
