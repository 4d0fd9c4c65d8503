//! What may lie in a store, in a province's folder and in a folder of `loa send`: written down once.
//! Anything else that is left after an ordinary start is litter.
//!
//! In a pattern `{id}` stands for a UUID, `{digest}` for a SHA-256, `{xx}` for two hex digits, `{n}`
//! for a number and `*` for any name that is not hidden.

/// A store, as `src-tauri/ARCHITECTURE.md` describes it.
pub const STORE: &[&str] = &[
    ".loa-store",
    "application.lock",
    "loa.db",
    "loa.db-wal",
    "loa.db-shm",
    "objects/{xx}/{xx}/{digest}",
    "documents/{id}/edits.log",
    "documents/{id}/snapshot-{n}",
    "documents/{id}/spare-{n}",
    "documents/{id}/torn-{n}-{n}",
    "documents/{id}/damaged-{n}-{n}",
    "documents/{id}/lock",
    "takes/*.wav",
    "takes/taken/*.wav",
    "packages/{id}.tar",
    "outbox/{digest}-*.json",
    "outbox/{digest}-*.lock",
    "keys/desk.key",
    "keys/desk.pub",
    "exports/*/*.png",
    "settings.json",
    "cache/pcm/{digest}.f32",
    "cache/peaks/{digest}.peaks",
];

/// Folders of a store that may be empty.
pub const STORE_FOLDERS: &[&str] = &[
    "objects/tmp",
    "objects/{xx}",
    "objects/{xx}/{xx}",
    "documents",
    "takes",
    "takes/taken",
    "packages",
    "outbox",
    "exports",
    "cache",
    "cache/pcm",
    "cache/peaks",
    "uploads",
];

/// A folder in which `loa send` remembers.
pub const STATE: &[&str] = &["{digest}-*.json", "{digest}-*.lock", "*.pub"];

/// A folder with a signing key.
pub const KEYS: &[&str] = &["*.key", "*.pub"];

/// The folder of a province.
pub const PROVINCE: &[&str] = &[
    ".loa-province",
    "key",
    "lock",
    "uploads/*.json",
    "uploads/*.offset",
    "packages/{digest}.tar",
    "packages/{digest}.json",
    "receipts/{digest}.json",
];

/// Folders of a province that may be empty.
pub const PROVINCE_FOLDERS: &[&str] = &["uploads", "packages", "receipts"];

/// Files that may be empty: what is locked, and an index's log at rest.
const EMPTY: [&str; 3] = ["lock", ".lock", "loa.db-wal"];

/// Whether a file may be empty.
#[must_use]
pub fn may_be_empty(name: &str) -> bool {
    EMPTY.iter().any(|ending| name.ends_with(ending))
}

/// Those of `names` that fit no pattern; a name that ends in `/` is that of an empty folder.
#[must_use]
pub fn litter(names: &[String], files: &[&str], folders: &[&str]) -> Vec<String> {
    let is_known = |name: &str| match name.strip_suffix('/') {
        Some(folder) => folders.iter().any(|pattern| fits(folder, pattern)),
        None => files.iter().any(|pattern| fits(name, pattern)),
    };
    let unknown = names.iter().filter(|name| !is_known(name));
    unknown.cloned().collect()
}

fn fits(path: &str, pattern: &str) -> bool {
    let (parts, patterns) = (path.split('/'), pattern.split('/'));
    parts.clone().count() == patterns.clone().count()
        && parts
            .zip(patterns)
            .all(|(part, pattern)| part_fits(part, pattern))
}

fn part_fits(part: &str, pattern: &str) -> bool {
    let Some(at) = pattern.find(['{', '*']) else {
        return part == pattern;
    };
    let Some(rest) = part.strip_prefix(&pattern[..at]) else {
        return false;
    };
    let hole = &pattern[at..];
    let hole_ends = if hole.starts_with('*') {
        1
    } else {
        hole.find('}').map_or(hole.len(), |end| end + 1)
    };
    let (hole, after) = hole.split_at(hole_ends);
    let ends = (0..=rest.len()).filter(|end| rest.is_char_boundary(*end));
    ends.into_iter()
        .any(|end| fills(&rest[..end], hole) && part_fits(&rest[end..], after))
}

fn fills(text: &str, hole: &str) -> bool {
    let is_hex = |text: &str| {
        text.bytes()
            .all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'))
    };
    match hole {
        "{digest}" => text.len() == 64 && is_hex(text),
        "{xx}" => text.len() == 2 && is_hex(text),
        "{id}" => text.len() == 36 && is_hex(&text.replace('-', "")),
        "{n}" => !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit()),
        _ => !text.is_empty() && !text.starts_with('.'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_written_down_is_litter() {
        let digest = "ab".repeat(32);
        let known = [
            "loa.db".to_owned(),
            format!("objects/ab/ab/{digest}"),
            "documents/0192f3a4-5b6c-7d8e-9fa0-b1c2d3e4f5a6/snapshot-00012".to_owned(),
            "takes/2026-11-23 05-30-07.123.wav".to_owned(),
            "objects/tmp/".to_owned(),
        ];
        assert!(litter(&known, STORE, STORE_FOLDERS).is_empty());
        let unknown = [
            "keys/.desk.key.1-0.loa-draft".to_owned(),
            "documents/.new-0192f3a4-5b6c-7d8e-9fa0-b1c2d3e4f5a6/".to_owned(),
            "documents/0192f3a4-5b6c-7d8e-9fa0-b1c2d3e4f5a6/".to_owned(),
            "objects/tmp/12".to_owned(),
            "packages/x.tar".to_owned(),
        ];
        assert_eq!(litter(&unknown, STORE, STORE_FOLDERS), unknown);
    }
}
