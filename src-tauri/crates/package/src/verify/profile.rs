//! The rules of our profile, version 1: which files, which fields, what agrees with what, who signed.

use std::collections::BTreeMap;

use units::{Digest, Id};

use super::Bag;
use super::tags;
use super::walk::TarFacts;
use crate::bag::{
    self, DECLARATION, DECLARATION_TEXT, DELIVERY, INFO, LISTED_TAGS, MANIFEST, NINJS, PAYLOAD,
    SIGNATURES, TAG_MANIFEST, field,
};
use crate::keys::{PublicKey, Trust};
use crate::minisign::Signature;
use crate::report::{Code, Faults, Profile, Report, SignatureState};
use crate::stamp::Stamp;
use crate::{delivery, ninjs};

/// What `bag-info.txt` says in our fields.
struct Info {
    id: Id,
    version: u32,
    created: Stamp,
    key: PublicKey,
    title: String,
}

pub(super) fn judge(
    bag: &Bag,
    tar: Option<&TarFacts>,
    trust: &Trust,
    faults: &mut Faults,
    report: &mut Report,
) {
    required_files(bag, faults);
    manifests(bag, faults);
    let Some(info) = info(bag, faults) else {
        signature_without_info(bag, faults, report);
        return;
    };
    report.profile = Some(Profile::Loa1);
    report.package_id = Some(info.id);
    report.package_version = Some(info.version);
    report.created = Some(info.created);
    report.title = Some(info.title.clone());
    metadata(bag, &info, faults);
    if let Some(tar) = tar {
        tar_agrees(tar, &info, faults);
    }
    signature(bag, &info, trust, faults, report);
}

/// Exactly our files, no more and no fewer.
fn required_files(bag: &Bag, faults: &mut Faults) {
    for path in LISTED_TAGS.iter().chain(&[TAG_MANIFEST]) {
        if !bag.files.contains_key(*path) {
            faults.error(Code::ProfileMissing, path, "is missing");
        }
    }
    if bag
        .tags
        .get(DECLARATION)
        .is_some_and(|bytes| bytes != DECLARATION_TEXT)
    {
        faults.error(Code::NotCanonical, DECLARATION, "is not word for word ours");
    }
    let known = |path: &str| {
        path.starts_with(PAYLOAD)
            || path.starts_with(SIGNATURES)
            || path == TAG_MANIFEST
            || LISTED_TAGS.contains(&path)
    };
    for path in bag.files.keys().filter(|path| !known(path)) {
        faults.error(Code::NotCanonical, path, "is no file of our profile");
    }
}

/// Manifests follow from the files; any other bytes are not ours.
fn manifests(bag: &Bag, faults: &mut Faults) {
    let digests = |paths: &mut dyn Iterator<Item = &str>| -> Vec<(String, Digest)> {
        paths
            .filter_map(|path| {
                let digest = bag.files.get(path)?.digests.sha256()?;
                Some((path.to_owned(), digest))
            })
            .collect()
    };
    let mut payload = bag.files.keys().map(String::as_str);
    let payload = digests(&mut payload.by_ref().filter(|path| path.starts_with(PAYLOAD)));
    let listed = digests(&mut LISTED_TAGS.into_iter());
    for (path, files) in [(MANIFEST, payload), (TAG_MANIFEST, listed)] {
        let lines = files.iter().map(|(path, digest)| (path.as_str(), *digest));
        let expected = bag::manifest(lines, "");
        if bag.tags.get(path).is_some_and(|bytes| *bytes != expected) {
            let detail = "is not what follows from the files";
            faults.error(Code::NotCanonical, path, detail);
        }
    }
}

fn info(bag: &Bag, faults: &mut Faults) -> Option<Info> {
    let text = std::str::from_utf8(bag.tags.get(INFO)?).ok()?;
    let mut values = BTreeMap::new();
    // Faults of single lines were reported by the general rules.
    for (label, value) in tags::info(INFO, text, &mut Faults::new(1)) {
        if values.insert(label.clone(), value).is_some() {
            faults.error(Code::ProfileField, INFO, format!("{label} is there twice"));
        }
    }
    let mut want = |label: &'static str| {
        let value = values.get(label).cloned();
        if value.is_none() {
            faults.error(Code::ProfileField, INFO, format!("{label} is missing"));
        }
        value
    };
    let profile = want(field::PROFILE);
    let (id, version) = (want(field::ID), want(field::VERSION));
    let (created, key) = (want(field::CREATED), want(field::KEY));
    let (title, date) = (want(field::TITLE), want(field::DATE));
    // Both are also what the general rules read.
    let (_, _) = (want(field::OXUM), want(field::ORGANISATION));
    let mut fail = |label: &str| {
        faults.error(Code::ProfileField, INFO, format!("{label} is wrong"));
    };
    if profile? != crate::PROFILE_ID {
        fail(field::PROFILE);
        return None;
    }
    let id = id?.strip_prefix("urn:uuid:").and_then(|id| id.parse().ok());
    let version = version?.parse().ok().filter(|&version| version > 0);
    let created: Option<Stamp> = created?.parse().ok();
    let key = PublicKey::from_text(&key?).ok();
    if created.map(Stamp::day) != Some(date?) {
        fail(field::DATE);
    }
    for (label, missing) in [
        (field::ID, id.is_none()),
        (field::VERSION, version.is_none()),
        (field::CREATED, created.is_none()),
        (field::KEY, key.is_none()),
    ] {
        if missing {
            fail(label);
        }
    }
    Some(Info {
        id: id?,
        version: version?,
        created: created?,
        key: key?,
        title: title?,
    })
}

fn metadata(bag: &Bag, info: &Info, faults: &mut Faults) {
    if let Some(bytes) = bag.tags.get(NINJS)
        && let Err(detail) = ninjs::check(bytes, &ninjs::uri(&info.id.to_string()))
    {
        faults.error(Code::MetadataInvalid, NINJS, detail);
    }
    let Some(bytes) = bag.tags.get(DELIVERY) else {
        return;
    };
    let facts = match delivery::read(bytes) {
        Ok(facts) => facts,
        Err(detail) => return faults.error(Code::MetadataInvalid, DELIVERY, detail),
    };
    let same = facts.package_id == info.id.to_string()
        && facts.version == info.version
        && facts.created == info.created.to_string()
        && facts.title == info.title;
    if !same {
        let detail = "speaks of another package than bag-info.txt";
        faults.error(Code::ProfileField, DELIVERY, detail);
    }
    let listed = facts
        .files
        .iter()
        .map(|(path, bytes, digest)| (format!("{PAYLOAD}{path}"), *bytes, digest.clone()));
    let found = bag
        .files
        .iter()
        .filter(|(path, _)| path.starts_with(PAYLOAD));
    let found = found.map(|(path, file)| {
        let digest = file.digests.sha256().map(|digest| digest.to_string());
        (path.clone(), file.bytes, digest.unwrap_or_default())
    });
    if !listed.eq(found) {
        let detail = "does not list the files of the payload";
        faults.error(Code::ProfileField, DELIVERY, detail);
    }
}

fn tar_agrees(tar: &TarFacts, info: &Info, faults: &mut Faults) {
    if tar.folder != bag::folder_name(info.id, info.version) {
        let detail = "the folder in the tar does not bear the package's name";
        faults.error(Code::NotCanonical, &tar.folder, detail);
    }
    if i64::try_from(tar.time_s) != Ok(info.created.unix_s()) {
        let detail = "the times in the tar are not when the package was made";
        faults.error(Code::NotCanonical, &tar.folder, detail);
    }
}

/// Without fields to compare with, a signature proves nothing; say at least whether there is one.
fn signature_without_info(bag: &Bag, faults: &mut Faults, report: &mut Report) {
    if signatures(bag).next().is_none() {
        faults.error(Code::SignatureMissing, SIGNATURES, "there is no signature");
    } else {
        report.signature.state = SignatureState::Wrong;
        let detail = "there is nothing to compare the signature with";
        faults.error(Code::SignatureWrong, SIGNATURES, detail);
    }
}

fn signatures(bag: &Bag) -> impl Iterator<Item = &String> {
    bag.files.keys().filter(|path| path.starts_with(SIGNATURES))
}

fn signature(bag: &Bag, info: &Info, trust: &Trust, faults: &mut Faults, report: &mut Report) {
    let path = bag::signature_path(&info.key);
    for other in signatures(bag).filter(|other| **other != path) {
        let detail = "is not the signature by the key of the package";
        faults.error(Code::NotCanonical, other, detail);
    }
    let status = &mut report.signature;
    let Some(bytes) = bag.tags.get(&path) else {
        return faults.error(Code::SignatureMissing, &path, "there is no signature");
    };
    status.state = SignatureState::Wrong;
    let signature = std::str::from_utf8(bytes)
        .map_err(|_| "it is not UTF-8".to_owned())
        .and_then(|text| Signature::from_text(text).map_err(|error| error.to_string()));
    let signature = match signature {
        Ok(signature) => signature,
        Err(detail) => return faults.error(Code::SignatureForm, &path, detail),
    };
    status.key_id = Some(signature.key_id());
    let comment = bag::trusted_comment(info.id, info.version, info.created.unix_s(), &info.key);
    let message = bag.tags.get(TAG_MANIFEST).map_or(&[][..], Vec::as_slice);
    if !signature.verifies(&info.key, message) || signature.trusted_comment() != comment {
        let detail = "it is not a signature of this package by its key";
        return faults.error(Code::SignatureWrong, &path, detail);
    }
    status.key = Some(info.key);
    status.signed_at = Some(info.created);
    status.state = SignatureState::Trusted;
    if !trust.knows(&info.key) {
        status.state = SignatureState::Untrusted;
        let detail = format!("key {} is not on the trust list", info.key.id());
        let strict = !trust.takes_anyone();
        faults.doubt(strict, Code::SignatureUntrusted, &path, &detail);
    }
}
