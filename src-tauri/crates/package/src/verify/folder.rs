//! Reading a folder: every entry is judged before any is opened, tag files are held in memory,
//! payload is digested by the algorithms its manifests name.

use std::collections::BTreeMap;

use units::{Cancelled, Watch};

use super::digests::{Algorithm, Digesters, Digests};
use super::{Bag, Found, judge_path};
use crate::bag::{DELIVERY, INFO, PAYLOAD, SIGNATURES};
use crate::limits::{Limits, TAG_BYTES_MAX, TAGS_BYTES_MAX};
use crate::path::{clash_key, shown};
use crate::report::{Code, Faults};
use crate::tree::{Entry, EntryKind, Tree};

const PIECE_BYTES: usize = 256 << 10;

/// The bag and whether our profile is demanded; nothing where it cannot be read at all.
pub(super) fn read(
    tree: &dyn Tree,
    limits: Limits,
    faults: &mut Faults,
    watch: Watch<'_>,
) -> Result<Option<(Bag, bool)>, Cancelled> {
    let max = limits.files_max.saturating_mul(2).saturating_add(1);
    let entries = match tree.entries(max) {
        Ok(entries) => entries,
        Err(error) => {
            faults.error(Code::Unreadable, "", error.to_string());
            return Ok(None);
        }
    };
    if !within_limits(&entries, max, limits, faults) {
        return Ok(None);
    }
    let strict = claims_profile(tree, &entries);
    let mut bag = Bag::default();
    let files = sort_out(&entries, strict, &mut bag, faults);
    let total = files.values().map(|entry| entry.bytes).sum();
    let mut reader = Reader {
        tree,
        faults,
        watch,
        piece: vec![0; PIECE_BYTES],
        done: 0,
        total,
    };
    reader.keep_tags(&files, &mut bag)?;
    let algorithms = algorithms(&bag, strict);
    for (path, entry) in &files {
        if let Some(found) = reader.digest(path, entry, &algorithms)? {
            bag.files.insert(path.clone(), found);
        }
    }
    Ok(Some((bag, strict)))
}

fn within_limits(entries: &[Entry], max: usize, limits: Limits, faults: &mut Faults) -> bool {
    let files = entries.iter().filter(|entry| entry.kind == EntryKind::File);
    if entries.len() >= max || files.clone().count() > limits.files_max {
        let detail = format!("more than {} files", limits.files_max);
        faults.error(Code::LimitExceeded, "", detail);
        return false;
    }
    let bytes = files.fold(0u64, |sum, entry| sum.saturating_add(entry.bytes));
    if bytes > limits.bytes_max {
        let detail = format!("{bytes} bytes: more than {}", limits.bytes_max);
        faults.error(Code::LimitExceeded, "", detail);
        return false;
    }
    true
}

/// Whether the bag says, or shows by any file of ours, that it is a package of our profile. Taking
/// the claim away must not make it pass as a plain bag.
fn claims_profile(tree: &dyn Tree, entries: &[Entry]) -> bool {
    let traces = entries.iter().any(|entry| {
        entry.path == DELIVERY.as_bytes() || entry.path.starts_with(SIGNATURES.as_bytes())
    });
    traces || {
        let info = entries
            .iter()
            .find(|entry| entry.path == INFO.as_bytes() && entry.kind == EntryKind::File);
        info.filter(|entry| entry.bytes <= TAG_BYTES_MAX)
            .and_then(|entry| {
                let mut bytes = vec![0; usize::try_from(entry.bytes).ok()?];
                let file = tree.open(&entry.path).ok()?;
                file.read_exact_at(0, &mut bytes).ok()?;
                let id = crate::PROFILE_ID.as_bytes();
                Some(bytes.windows(id.len()).any(|window| window == id))
            })
            .unwrap_or(false)
    }
}

/// Judges every entry; gives the plain files that may be opened, by path.
fn sort_out<'a>(
    entries: &'a [Entry],
    strict: bool,
    bag: &mut Bag,
    faults: &mut Faults,
) -> BTreeMap<String, &'a Entry> {
    let mut files = BTreeMap::new();
    let mut clashes = BTreeMap::new();
    for entry in entries {
        if !judge_path(&entry.path, strict, faults) {
            continue;
        }
        let Ok(path) = String::from_utf8(entry.path.clone()) else {
            continue;
        };
        match entry.kind {
            EntryKind::Folder => {
                bag.folders.insert(path);
            }
            EntryKind::Link => {
                faults.error(Code::SpecialFile, &path, "is a symbolic link");
            }
            EntryKind::Special => {
                faults.error(Code::SpecialFile, &path, "is a device, pipe or socket");
            }
            EntryKind::File => {
                if let Some(first) = clashes.insert(clash_key(&path), path.clone()) {
                    let detail = format!("cannot stand beside {first:?} on every system");
                    faults.doubt(strict, Code::NameClash, &path, &detail);
                }
                files.insert(path, entry);
            }
        }
    }
    files
}

/// The algorithms of all manifests; SHA-256 too where our profile is demanded.
fn algorithms(bag: &Bag, strict: bool) -> Vec<Algorithm> {
    let mut out: Vec<Algorithm> = bag
        .tags
        .keys()
        .filter_map(|path| super::rules::manifest_algorithm(path))
        .filter_map(|(_, name)| Algorithm::named(name))
        .collect();
    if strict {
        out.push(Algorithm::Sha256);
    }
    out.sort_unstable();
    out.dedup();
    out
}

struct Reader<'a> {
    tree: &'a dyn Tree,
    faults: &'a mut Faults,
    watch: Watch<'a>,
    piece: Vec<u8>,
    done: u64,
    total: u64,
}

impl Reader<'_> {
    fn keep_tags(
        &mut self,
        files: &BTreeMap<String, &Entry>,
        bag: &mut Bag,
    ) -> Result<(), Cancelled> {
        let mut kept_bytes = 0u64;
        for (path, entry) in files {
            if path.starts_with(PAYLOAD) || !super::rules::is_read(path) {
                continue;
            }
            kept_bytes = kept_bytes.saturating_add(entry.bytes);
            if entry.bytes > TAG_BYTES_MAX || kept_bytes > TAGS_BYTES_MAX {
                self.faults
                    .error(Code::LimitExceeded, path, "is too long for a tag file");
                continue;
            }
            self.watch.step(self.done, self.total)?;
            let mut bytes = vec![0; entry.bytes as usize];
            let read = self
                .tree
                .open(&entry.path)
                .and_then(|file| file.read_exact_at(0, &mut bytes));
            match read {
                Ok(()) => {
                    bag.tags.insert(path.clone(), bytes);
                }
                Err(error) => self.faults.error(Code::Unreadable, path, error.to_string()),
            }
        }
        Ok(())
    }

    fn digest(
        &mut self,
        path: &str,
        entry: &Entry,
        algorithms: &[Algorithm],
    ) -> Result<Option<Found>, Cancelled> {
        let file = match self.tree.open(&entry.path) {
            Ok(file) => file,
            Err(error) => {
                let shown = shown(path.as_bytes());
                self.faults
                    .error(Code::Unreadable, &shown, error.to_string());
                return Ok(None);
            }
        };
        let mut digesters = Digesters::new(algorithms);
        let mut at = 0;
        loop {
            self.watch.step(self.done, self.total)?;
            match file.read_at(at, &mut self.piece) {
                Ok(0) => break,
                Ok(got) => {
                    digesters.update(&self.piece[..got]);
                    at += got as u64;
                    self.done += got as u64;
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.faults.error(Code::Unreadable, path, error.to_string());
                    return Ok(None);
                }
            }
            // A file that grows while it is read must not keep us here for ever.
            if at > entry.bytes {
                self.faults
                    .error(Code::Unreadable, path, "grows while it is read");
                return Ok(None);
            }
        }
        let digests: Digests = digesters.finish();
        Ok(Some(Found { bytes: at, digests }))
    }
}
