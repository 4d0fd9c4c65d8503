//! The rules of BagIt 0.93 to 1.0 (RFC 8493), for any bag.

use std::collections::{BTreeMap, BTreeSet};

use unicode_normalization::UnicodeNormalization;

use super::digests::Algorithm;
use super::tags::{self, Declaration};
use super::{Bag, judge_path};
use crate::bag::{DECLARATION, INFO, PAYLOAD, field};
use crate::report::{Code, Faults, Report};

const FETCH: &str = "fetch.txt";

/// What `bag-info.txt` was called up to BagIt 0.95.
const INFO_BEFORE_0_96: &str = "package-info.txt";

/// Which kind of manifest.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Scope {
    Payload,
    Tags,
}

/// The scope and the algorithm's name of a manifest, by its file name.
pub(super) fn manifest_algorithm(path: &str) -> Option<(Scope, &str)> {
    let stem = path.strip_suffix(".txt")?;
    if path.contains('/') {
        return None;
    }
    if let Some(name) = stem.strip_prefix("tagmanifest-") {
        Some((Scope::Tags, name))
    } else {
        stem.strip_prefix("manifest-")
            .map(|name| (Scope::Payload, name))
    }
}

/// Whether the contents of a tag file matter to any rule; other tag files are only digested.
pub(super) fn is_read(path: &str) -> bool {
    use crate::bag::{DELIVERY, NINJS, SIGNATURES};
    matches!(
        path,
        DECLARATION | INFO | INFO_BEFORE_0_96 | FETCH | DELIVERY | NINJS
    ) || path.starts_with(SIGNATURES)
        || manifest_algorithm(path).is_some()
}

/// Applies all rules. Fills what the bag says about itself into the report.
pub(super) fn judge(bag: &Bag, strict: bool, faults: &mut Faults, report: &mut Report) {
    let Some(bytes) = bag.tags.get(DECLARATION) else {
        faults.error(Code::NotABag, DECLARATION, "is missing");
        return;
    };
    let Some(declaration) = tags::declaration(bytes, faults) else {
        return;
    };
    report.bagit_version = Some(declaration.version);
    let mut judge = Judge {
        bag,
        strict,
        declaration,
        faults,
        normal_names: None,
    };
    judge.payload_is_there();
    let listed = judge.manifests(Scope::Payload);
    judge.manifests(Scope::Tags);
    judge.info(report);
    judge.fetch(&listed);
}

struct Judge<'a> {
    bag: &'a Bag,
    strict: bool,
    declaration: Declaration,
    faults: &'a mut Faults,
    /// Names of the files by their normal form C, made when first needed.
    normal_names: Option<BTreeMap<String, String>>,
}

impl Judge<'_> {
    fn is_1_0(&self) -> bool {
        self.declaration.version >= (1, 0)
    }

    fn text(&mut self, path: &str) -> Option<String> {
        let bytes = self.bag.tags.get(path)?;
        tags::decode(path, bytes, self.declaration.encoding, self.faults)
    }

    fn payload_is_there(&mut self) {
        let below = |path: &String| path.starts_with(PAYLOAD);
        if !self.bag.files.keys().any(below) && !self.bag.folders.contains("data") {
            self.faults
                .error(Code::PayloadMissing, "data", "there is no payload folder");
        }
    }

    /// Checks all manifests of a scope; gives the paths they all list (before 1.0, any of them).
    fn manifests(&mut self, scope: Scope) -> BTreeSet<String> {
        let mut known = Vec::new();
        let mut unknown = false;
        let paths: Vec<String> = self.bag.tags.keys().cloned().collect();
        for path in &paths {
            let Some((found, name)) = manifest_algorithm(path) else {
                continue;
            };
            if found != scope {
                continue;
            }
            match Algorithm::named(name) {
                Some(algorithm) => known.push((path.clone(), algorithm)),
                None => {
                    unknown = true;
                    let detail = "names an unknown algorithm";
                    self.faults
                        .doubt(self.strict, Code::AlgorithmUnknown, path, detail);
                }
            }
        }
        if known.is_empty() {
            self.no_manifest(scope, unknown);
            return BTreeSet::new();
        }
        if known.iter().all(|(_, algorithm)| algorithm.is_weak()) {
            let detail = "all digests can be forged";
            self.faults
                .doubt(self.strict, Code::AlgorithmWeak, &known[0].0, detail);
        }
        let mut listings = Vec::new();
        for (path, algorithm) in known {
            listings.push(self.listing(scope, &path, algorithm));
        }
        self.all_listed(scope, &listings);
        let together: fn(&BTreeSet<String>, &BTreeSet<String>) -> BTreeSet<String> =
            if self.is_1_0() {
                |a, b| a & b
            } else {
                |a, b| a | b
            };
        (listings.into_iter())
            .reduce(|all, one| together(&all, &one))
            .unwrap_or_default()
    }

    fn no_manifest(&mut self, scope: Scope, unknown: bool) {
        match (scope, unknown) {
            (Scope::Payload, true) => {
                let detail = "no manifest has a known algorithm";
                self.faults.error(Code::AlgorithmUnknown, "", detail);
            }
            (Scope::Payload, false) => {
                self.faults
                    .error(Code::ManifestMissing, "", "there is no payload manifest");
            }
            (Scope::Tags, _) => {
                let detail = "there is no tag manifest: nothing guards the tag files";
                self.faults
                    .doubt(self.strict, Code::ManifestMissing, "", detail);
            }
        }
    }

    /// Checks one manifest line by line; gives the paths it lists.
    fn listing(&mut self, scope: Scope, file: &str, algorithm: Algorithm) -> BTreeSet<String> {
        let mut listed: BTreeMap<String, String> = BTreeMap::new();
        let Some(text) = self.text(file) else {
            return BTreeSet::new();
        };
        let version = self.declaration.version;
        for line in tags::manifest(file, &text, algorithm, version, self.faults) {
            if self.faults.is_full() {
                break;
            }
            if !judge_path(line.path.as_bytes(), self.strict, self.faults) {
                continue;
            }
            if !self.in_scope(scope, file, &line.path) {
                continue;
            }
            if let Some(first) = listed.get(&line.path) {
                let same = *first == line.digest;
                if self.is_1_0() || !same {
                    let detail = format!("{file} lists it twice");
                    self.faults
                        .error(Code::ManifestDuplicate, &line.path, detail);
                } else {
                    let detail = format!("{file} lists it twice with the same digest");
                    self.faults
                        .warn(Code::ManifestDuplicate, &line.path, detail);
                }
                continue;
            }
            let actual = self.compare(&line.path, &line.digest, algorithm, file);
            listed.insert(actual, line.digest);
        }
        listed.into_keys().collect()
    }

    fn in_scope(&mut self, scope: Scope, file: &str, path: &str) -> bool {
        let is_payload = path.starts_with(PAYLOAD);
        let detail = match scope {
            Scope::Payload if !is_payload => "lists what is not payload",
            Scope::Tags if is_payload => "lists payload",
            Scope::Tags if matches!(manifest_algorithm(path), Some((Scope::Tags, _))) => {
                "lists a tag manifest"
            }
            _ if self.bag.folders.contains(path) => "lists a folder",
            _ => return true,
        };
        let detail = format!("{file} {detail}");
        self.faults.error(Code::ManifestScope, path, detail);
        false
    }

    fn normal_names(&mut self) -> &BTreeMap<String, String> {
        let files = &self.bag.files;
        self.normal_names.get_or_insert_with(|| {
            let names = files.keys();
            names
                .map(|name| (name.nfc().collect(), name.clone()))
                .collect()
        })
    }

    /// Compares a listed digest with the file's; gives the name under which the file was found.
    fn compare(&mut self, path: &str, digest: &str, algorithm: Algorithm, file: &str) -> String {
        let mut actual = path.to_owned();
        if !self.bag.files.contains_key(path) {
            let normal: String = path.nfc().collect();
            match self.normal_names().get(&normal).cloned() {
                Some(other) if !self.strict => {
                    actual = other;
                    let detail = "is listed in another normal form";
                    self.faults.warn(Code::NameNormalForm, path, detail);
                }
                _ => {
                    let detail = format!("{file} lists it");
                    self.faults.error(Code::FileMissing, path, detail);
                    return actual;
                }
            }
        }
        let found = self.bag.files.get(&actual);
        let hex = found.and_then(|found| found.digests.hex(algorithm));
        if hex.as_deref() != Some(digest) {
            let detail = format!("{file} says {digest}, found {}", hex.unwrap_or_default());
            self.faults.error(Code::DigestMismatch, path, detail);
        }
        actual
    }

    /// RFC 8493 §3: every payload file in every payload manifest; before 1.0, in one of them.
    fn all_listed(&mut self, scope: Scope, listings: &[BTreeSet<String>]) {
        for path in self.bag.files.keys() {
            let is_payload = path.starts_with(PAYLOAD);
            if is_payload != (scope == Scope::Payload) {
                continue;
            }
            let times = listings.iter().filter(|one| one.contains(path)).count();
            match scope {
                Scope::Payload if times == 0 || (self.is_1_0() && times < listings.len()) => {
                    let detail = "is not in every manifest it must be in";
                    self.faults.error(Code::FileUnlisted, path, detail);
                }
                Scope::Tags if times == 0 && !is_own_guard(path) => {
                    let detail = "is in no tag manifest";
                    self.faults
                        .doubt(self.strict, Code::TagUnlisted, path, detail);
                }
                _ => {}
            }
        }
    }

    fn info(&mut self, report: &mut Report) {
        let file = if self.declaration.version <= (0, 95) {
            INFO_BEFORE_0_96
        } else {
            INFO
        };
        let Some(text) = self.text(file) else { return };
        let fields = tags::info(file, &text, self.faults);
        let value = |label: &str| {
            fields
                .iter()
                .find(|(name, _)| name.eq_ignore_ascii_case(label))
                .map(|(_, value)| value.as_str())
        };
        report.title = value(field::TITLE).map(str::to_owned);
        let Some(oxum) = value(field::OXUM) else {
            return;
        };
        let Some((bytes, count)) = oxum
            .split_once('.')
            .and_then(|(bytes, count)| Some((bytes.parse().ok()?, count.parse().ok()?)))
        else {
            self.faults
                .error(Code::OxumForm, file, "is not of the form bytes.files");
            return;
        };
        let payload = || {
            let files = self.bag.files.iter();
            files.filter(|(path, _)| path.starts_with(PAYLOAD))
        };
        let found: (u64, usize) = (
            payload().map(|(_, file)| file.bytes).sum(),
            payload().count(),
        );
        if (bytes, count) != found {
            let detail = format!("says {bytes}.{count}, found {}.{}", found.0, found.1);
            self.faults.error(Code::OxumMismatch, file, detail);
        }
    }

    /// RFC 8493 §2.2.3: only payload, and only what every payload manifest lists.
    fn fetch(&mut self, listed: &BTreeSet<String>) {
        let Some(text) = self.text(FETCH) else { return };
        let detail = "holds files that are somewhere else";
        self.faults.doubt(self.strict, Code::Fetch, FETCH, detail);
        let version = self.declaration.version;
        for path in tags::fetch(FETCH, &text, version, self.faults) {
            if !judge_path(path.as_bytes(), self.strict, self.faults) {
                continue;
            }
            if !path.starts_with(PAYLOAD) {
                self.faults
                    .error(Code::Fetch, &path, "is not in the payload folder");
            } else if !listed.contains(&path) {
                let detail = "is not in every manifest it must be in";
                self.faults.error(Code::Fetch, &path, detail);
            }
        }
    }
}

/// Tag manifests and signatures guard the others and are listed by nobody.
fn is_own_guard(path: &str) -> bool {
    matches!(manifest_algorithm(path), Some((Scope::Tags, _)))
        || path.starts_with(crate::bag::SIGNATURES)
}
