//! Whose folder it is: a store lies in a folder that was empty or is ours, and nowhere else.
//!
//! A store carries a mark. Stores of versions that made none are known by their index, or, where
//! there is none yet, by consisting of nothing but what those versions put there.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use files::{Access, Draft};
use units::Digest;

use crate::error::OnPath;
use crate::{Error, Objects, index, tighten};

/// The file that makes a folder a store.
const MARK: &str = ".loa-store";

/// What stands in the mark. A later format has another number and the same first words.
const MARK_TEXT: &str =
    "Loa Studio store, format 1\nThis folder and what is in it belong to Loa Studio.\n";

/// How every mark begins, whatever its format.
const MARK_BEGIN: &str = "Loa Studio store, format ";

/// A longer file is no mark of ours.
const MARK_BYTES_MAX: u64 = 1 << 10;

/// The index of a store.
pub(crate) const INDEX: &str = "loa.db";

/// Folders that the program makes in a store.
pub(crate) const FOLDERS: &[&str] = &[
    "objects",
    "documents",
    "takes",
    "packages",
    "outbox",
    "keys",
    "exports",
    "cache",
    "uploads",
    "province",
    "training-province",
];

/// Files that the program makes in a store.
pub(crate) const FILES: &[&str] = &[
    MARK,
    INDEX,
    "loa.db-wal",
    "loa.db-shm",
    "loa.db-journal",
    "settings.json",
    "settings.unreadable.json",
    "application.lock",
];

/// What systems put into folders and onto media by themselves. A folder with nothing else is empty.
const OF_SYSTEMS: &[&str] = &[
    "lost+found",
    ".ds_store",
    ".fseventsd",
    ".spotlight-v100",
    ".temporaryitems",
    ".trashes",
    "thumbs.db",
    "desktop.ini",
    "system volume information",
    "$recycle.bin",
    ".directory",
];

/// Most names that a refusal lists.
const NAMES_SHOWN_MAX: usize = 3;

/// What a folder is to us.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Standing {
    /// It carries the mark.
    Marked,
    /// A store of a version that made no mark; its index still has to say whose it is.
    Unmarked,
    /// Nothing of anybody's is in it, or it does not exist.
    Free,
}

/// Makes `folder` ours, for what the program keeps in a store before there is an archive in it: a
/// key, an outbox. The archive opens there later.
///
/// # Errors
/// [`Error::ForeignFolder`] and [`Error::NotAnArchive`] where it holds what is not ours;
/// [`Error::DiskFull`], [`Error::NotWritable`] and what else the medium reports.
pub fn claim(folder: &Path) -> Result<(), Error> {
    match judge(folder)? {
        Standing::Marked => Ok(()),
        Standing::Free => begin(folder),
        Standing::Unmarked => {
            index::check_owner(&folder.join(INDEX))?;
            tighten::all(folder);
            mark(folder)
        }
    }
}

/// What `folder` is to us; looks only.
pub(crate) fn judge(folder: &Path) -> Result<Standing, Error> {
    if is_marked(folder)? {
        return Ok(Standing::Marked);
    }
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Standing::Free),
        entries => entries.on("list", folder)?,
    };
    let mut names = Vec::new();
    for entry in entries {
        let name = entry.on("list", folder)?.file_name();
        if !is_of_system(&name) && !files::is_draft_name(&name) {
            names.push(name);
        }
    }
    if names.is_empty() {
        return Ok(Standing::Free);
    }
    if is_longer_than_nothing(&folder.join(INDEX)) {
        return Ok(Standing::Unmarked);
    }
    let is_ours = |name: &OsStr| FOLDERS.iter().chain(FILES).any(|ours| *ours == name);
    let mut foreign: Vec<String> = (names.iter().filter(|name| !is_ours(name)))
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    if foreign.is_empty() && is_made_by_us(folder) {
        return Ok(Standing::Unmarked);
    }
    // Another process may have begun a store here since the mark was looked for.
    if is_marked(folder)? {
        return Ok(Standing::Marked);
    }
    if foreign.is_empty() {
        foreign.extend(names.iter().map(|name| name.to_string_lossy().into_owned()));
    }
    foreign.sort_unstable();
    foreign.truncate(NAMES_SHOWN_MAX);
    Err(Error::ForeignFolder {
        path: folder.to_owned(),
        found: foreign,
    })
}

/// Begins a store in a folder that is free.
pub(crate) fn begin(folder: &Path) -> Result<(), Error> {
    files::create_folders(folder, Access::Owner).on("create", folder)?;
    tighten::top(folder);
    mark(folder)
}

/// Gives a folder that is known as ours the mark.
pub(crate) fn mark(folder: &Path) -> Result<(), Error> {
    let place = folder.join(MARK);
    let made = Draft::beside(&place, Access::Owner).and_then(|mut draft| {
        draft.write_all(MARK_TEXT.as_bytes())?;
        draft.finish_new(&place)
    });
    match made {
        // Another process was quicker.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        made => made.on("write", &place),
    }
}

/// Whether `folder` carries a mark; one of a newer version is refused.
fn is_marked(folder: &Path) -> Result<bool, Error> {
    let path = folder.join(MARK);
    let about = match fs::symlink_metadata(&path) {
        Ok(about) => about,
        Err(error) if is_absence(&error) => return Ok(false),
        Err(error) => return Err(Error::io("look at", &path, error)),
    };
    if !about.is_file() || about.len() > MARK_BYTES_MAX {
        return Ok(false);
    }
    let text = fs::read(&path).on("read", &path)?;
    let text = String::from_utf8_lossy(&text);
    let Some(format) = text.strip_prefix(MARK_BEGIN) else {
        return Ok(false);
    };
    let format = format.split('\n').next().unwrap_or_default();
    match format.trim_end().parse() {
        Ok(1) => Ok(true),
        Ok(found) => Err(Error::NewerVersion {
            path,
            found,
            known: 1,
        }),
        Err(_) => Ok(false),
    }
}

/// Nothing is there: neither the file nor, perhaps, the folder.
fn is_absence(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

fn is_of_system(name: &OsStr) -> bool {
    let name = name.to_string_lossy().to_lowercase();
    OF_SYSTEMS.contains(&name.as_str()) || name.starts_with("._") || name.starts_with(".trash-")
}

fn is_longer_than_nothing(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|about| about.is_file() && about.len() > 0)
}

/// Whether a folder in which every name is one of ours holds anything that nobody else makes.
fn is_made_by_us(folder: &Path) -> bool {
    let is_file =
        |name: &str| fs::symlink_metadata(folder.join(name)).is_ok_and(|about| about.is_file());
    let is_key = |name: &str| {
        is_file(name)
            && fs::read(folder.join(name)).is_ok_and(|text| {
                text.starts_with(b"untrusted comment:") // minisign
            })
    };
    is_file(INDEX)
        || [
            "keys/desk.key",
            "keys/desk.pub",
            "province/key",
            "training-province/key",
        ]
        .into_iter()
        .any(is_key)
        || holds(&folder.join("outbox"), is_of_outbox)
        || is_file("settings.json") && is_settings(&folder.join("settings.json"))
        || !Objects::none_in(&folder.join("objects")) && holds_media(&folder.join("objects"))
}

fn holds(folder: &Path, is_wanted: impl Fn(&str) -> bool) -> bool {
    fs::read_dir(folder).is_ok_and(|entries| {
        entries
            .flatten()
            .any(|entry| is_wanted(&entry.file_name().to_string_lossy()))
    })
}

/// `DIGEST-PLACE.json` is a package on its way, `PLACE.pub` the key of a destination.
fn is_of_outbox(name: &str) -> bool {
    let is_hex = |text: &str| text.len() >= 8 && text.bytes().all(|it| it.is_ascii_hexdigit());
    match name.rsplit_once('.') {
        Some((stem, "json" | "lock")) => stem
            .split_once('-')
            .is_some_and(|(digest, place)| digest.parse::<Digest>().is_ok() && is_hex(place)),
        Some((stem, "pub")) => is_hex(stem),
        _ => false,
    }
}

fn is_settings(path: &Path) -> bool {
    let value = fs::read(path).map(|text| serde_json::from_slice::<serde_json::Value>(&text));
    matches!(value, Ok(Ok(serde_json::Value::Object(_))))
}

/// Whether media lie in a folder as we lay them: `ab/cd/abcd…`.
fn holds_media(objects: &Path) -> bool {
    let is_short = |name: &str| name.len() == 2 && name.bytes().all(|it| it.is_ascii_hexdigit());
    let below = |folder: &Path| fs::read_dir(folder).into_iter().flatten().flatten();
    below(objects)
        .filter(|entry| is_short(&entry.file_name().to_string_lossy()))
        .flat_map(|outer| below(&outer.path()))
        .flat_map(|inner| below(&inner.path()))
        .any(|file| file.file_name().to_string_lossy().parse::<Digest>().is_ok())
}
