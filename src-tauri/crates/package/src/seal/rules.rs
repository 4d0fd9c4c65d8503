//! What contents must be before a byte is written: our own verifier would refuse anything else.

use std::collections::{BTreeMap, BTreeSet};

use units::ReadAt;

use crate::bag::TAGS_COUNT;
use crate::contents::{Contents, Delivery, FileRef, Item};
use crate::delivery::SealedFile;
use crate::error::Error;
use crate::limits::{
    FILE_BYTES_MAX, FILES_MAX, LIST_MAX, PACKAGE_BYTES_MAX, TEXT_BYTES_MAX, TITLE_CHARS_MAX,
};
use crate::path::clash_key;
use crate::stamp::Stamp;
use crate::ustar;

/// Checks everything that can be checked without reading the payload. Gives the time of all tar
/// entries.
pub(super) fn check(contents: &Contents) -> Result<u64, Error> {
    let time_s = u64::try_from(contents.created.unix_s())
        .ok()
        .filter(|&time_s| time_s <= FILE_BYTES_MAX)
        .ok_or_else(|| wrong("created", "is outside what a tar can say"))?;
    if contents.version == 0 {
        return Err(wrong("version", "counts from 1"));
    }
    line("title", &contents.title)?;
    line("organisation", &contents.organisation)?;
    language(&contents.language)?;
    list("items", contents.items.len())?;
    contents.items.iter().try_for_each(item)?;
    let ids: BTreeSet<_> = contents.items.iter().map(|item| item.id).collect();
    if ids.len() < contents.items.len() {
        return Err(wrong("items", "has the same item twice"));
    }
    delivery(contents)?;
    files(contents)?;
    Ok(time_s)
}

/// Checks the digests that were approved against those that were sealed.
pub(super) fn check_digests(contents: &Contents, sealed: &[SealedFile]) -> Result<(), Error> {
    let found: BTreeMap<&str, _> = sealed
        .iter()
        .map(|file| (file.path.as_str(), file.digest))
        .collect();
    for file in uses(contents) {
        if let (Some(expected), Some(&found)) =
            (file.digest_expected, found.get(file.path.as_str()))
            && expected != found
        {
            return Err(Error::Changed {
                path: file.path.to_string(),
                expected,
                found,
            });
        }
    }
    Ok(())
}

fn uses(contents: &Contents) -> impl Iterator<Item = &FileRef> {
    contents.items.iter().flat_map(|item| &item.files)
}

fn files(contents: &Contents) -> Result<(), Error> {
    if contents.files.is_empty() {
        return Err(wrong("files", "is empty: nothing to deliver"));
    }
    if contents.files.len() > FILES_MAX - TAGS_COUNT {
        return Err(Error::TooMany {
            what: "files",
            max: (FILES_MAX - TAGS_COUNT) as u64,
        });
    }
    let mut seen = BTreeMap::new();
    let mut total = 0u64;
    for file in &contents.files {
        total = total.saturating_add(ustar::entry_bytes(file.bytes.len()));
        let path = file.path.as_str();
        if let Some(first) = seen.insert(clash_key(path), path) {
            return Err(Error::Clash {
                first: first.to_owned(),
                second: path.to_owned(),
            });
        }
    }
    if total > PACKAGE_BYTES_MAX {
        return Err(Error::TooLarge {
            path: String::new(),
            bytes: total,
            max: PACKAGE_BYTES_MAX,
        });
    }
    let used: BTreeSet<&str> = uses(contents).map(|file| file.path.as_str()).collect();
    let there: BTreeSet<&str> = contents
        .files
        .iter()
        .map(|file| file.path.as_str())
        .collect();
    if let Some(path) = used.difference(&there).next() {
        return Err(Error::Missing {
            path: (*path).to_owned(),
        });
    }
    if let Some(path) = there.difference(&used).next() {
        return Err(Error::Unreferenced {
            path: (*path).to_owned(),
        });
    }
    contents
        .files
        .iter()
        .try_for_each(|file| file_beside_folder(file.path.as_str(), &seen))
}

/// `a` and `a/b` cannot both be there.
fn file_beside_folder(path: &str, seen: &BTreeMap<String, &str>) -> Result<(), Error> {
    for (at, _) in path.match_indices('/') {
        if let Some(file) = seen.get(&clash_key(&path[..at])) {
            return Err(Error::Clash {
                first: (*file).to_owned(),
                second: path.to_owned(),
            });
        }
    }
    Ok(())
}

fn item(item: &Item) -> Result<(), Error> {
    line("headline", &item.headline)?;
    for text in [&item.summary, &item.body, &item.script]
        .into_iter()
        .flatten()
    {
        if text.len() > TEXT_BYTES_MAX {
            return Err(wrong("text", "is too long"));
        }
    }
    if !(1..=9).contains(&item.urgency) {
        return Err(wrong("urgency", "is from 1 to 9"));
    }
    list("people", item.people.len())?;
    list("subjects", item.subjects.len())?;
    for person in &item.people {
        line("name", &person.name)?;
    }
    for subject in &item.subjects {
        line("subject", &subject.name)?;
    }
    if let Some(code) = &item.digital_source
        && (code.is_empty() || !code.bytes().all(|byte| byte.is_ascii_alphanumeric()))
    {
        return Err(wrong("digital source", "is no code of the scheme"));
    }
    order(item.valid_from, item.valid_until)?;
    item.files.iter().try_for_each(file_ref)
}

fn file_ref(file: &FileRef) -> Result<(), Error> {
    let is_token = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte))
    };
    // RFC 6838 §4.2; parameters have no use here.
    match file.media_type.split_once('/') {
        Some((kind, subtype)) if is_token(kind) && is_token(subtype) => Ok(()),
        _ => Err(wrong("media type", "is not of the form type/subtype")),
    }
}

fn delivery(contents: &Contents) -> Result<(), Error> {
    let Delivery {
        approval,
        targets,
        schedule,
        valid_from,
        valid_until,
        ..
    } = &contents.delivery;
    if let Some(approval) = approval {
        line("approved by", &approval.by)?;
    }
    list("targets", targets.len())?;
    list("schedule", schedule.len())?;
    for target in targets {
        line("target", &target.code)?;
    }
    for slot in schedule {
        if !contents.items.iter().any(|item| item.id == slot.item) {
            return Err(wrong("schedule", "speaks of an item that is not there"));
        }
        order(Some(slot.start), slot.end)?;
    }
    order(*valid_from, *valid_until)
}

fn order(from: Option<Stamp>, until: Option<Stamp>) -> Result<(), Error> {
    match (from, until) {
        (Some(from), Some(until)) if from.unix_s() >= until.unix_s() => {
            Err(wrong("validity", "ends before it begins"))
        }
        _ => Ok(()),
    }
}

/// One line of text for people.
fn line(field: &'static str, text: &str) -> Result<(), Error> {
    if text.trim().is_empty() {
        return Err(wrong(field, "is empty"));
    }
    if text.chars().count() > TITLE_CHARS_MAX {
        return Err(wrong(field, "is too long"));
    }
    if text.chars().any(char::is_control) || text.trim() != text {
        return Err(wrong(field, "has line breaks or spaces at an end"));
    }
    Ok(())
}

/// A language tag by its shape (BCP 47: parts of one to eight letters or digits).
fn language(tag: &str) -> Result<(), Error> {
    let part = |part: &str| {
        (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    if tag.len() <= 35 && tag.split('-').all(part) {
        Ok(())
    } else {
        Err(wrong("language", "is no language tag"))
    }
}

fn list(what: &'static str, count: usize) -> Result<(), Error> {
    if count > LIST_MAX {
        return Err(Error::TooMany {
            what,
            max: LIST_MAX as u64,
        });
    }
    Ok(())
}

const fn wrong(field: &'static str, reason: &'static str) -> Error {
    Error::Metadata { field, reason }
}
