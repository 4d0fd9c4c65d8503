//! What a verifier found: faults by stable codes, who signed, what is inside.

use std::fmt;

use units::{Digest, Id};

use crate::keys::{KeyId, PublicKey};
use crate::limits::FAULTS_MAX;
use crate::stamp::Stamp;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// Stable names of faults. The text form is a contract: never renamed, only added to.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        #[non_exhaustive]
        pub enum Code { $($(#[$doc])* $name,)* }

        impl Code {
            /// All codes, so that a table of sentences can be checked to be complete.
            pub const ALL: &'static [Code] = &[$(Code::$name,)*];

            /// The stable name.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Code::$name => $text,)* }
            }
        }
    };
}

codes! {
    /// No `bagit.txt`, or it cannot be understood.
    NotABag = "not-a-bag",
    /// A BagIt version outside 0.93 to 1.0.
    BagVersion = "bag-version",
    /// `bagit.txt` names an encoding that cannot be read, or a tag file breaks it.
    Encoding = "encoding",
    /// A byte-order mark where none belongs.
    ByteOrderMark = "byte-order-mark",
    /// The file is no tar, or its headers cannot be understood.
    NotATar = "not-a-tar",
    /// The tar ends in the middle of something.
    TarTruncated = "tar-truncated",
    /// The tar holds anything but plain files: links, devices, pipes, sparse or extended headers.
    TarEntryKind = "tar-entry-kind",
    /// Bytes in the tar other than the one form we write.
    NotCanonical = "not-canonical",
    /// The same name twice.
    DuplicateEntry = "duplicate-entry",
    /// A path that leads outside, or could somewhere.
    PathUnsafe = "path-unsafe",
    /// A path that does not mean the same file on every system.
    PathNotPortable = "path-not-portable",
    /// Two names that differ only in letter case or normal form.
    NameClash = "name-clash",
    /// A name was found only after changing its normal form.
    NameNormalForm = "name-normal-form",
    /// A link, device, pipe or socket in the folder.
    SpecialFile = "special-file",
    /// No payload manifest at all.
    ManifestMissing = "manifest-missing",
    /// A line of a manifest that cannot be understood.
    ManifestLine = "manifest-line",
    /// A manifest lists the same path twice.
    ManifestDuplicate = "manifest-duplicate",
    /// A manifest lists something it may not: tag files, folders, itself.
    ManifestScope = "manifest-scope",
    /// Digests of an algorithm nobody here knows.
    AlgorithmUnknown = "algorithm-unknown",
    /// Only digests that can be forged.
    AlgorithmWeak = "algorithm-weak",
    /// A listed file that is not there.
    FileMissing = "file-missing",
    /// A payload file no manifest lists.
    FileUnlisted = "file-unlisted",
    /// A tag file no tag manifest lists, where our profile wants all listed.
    TagUnlisted = "tag-unlisted",
    /// A file whose digest is not the listed one.
    DigestMismatch = "digest-mismatch",
    /// No folder `data`.
    PayloadMissing = "payload-missing",
    /// `Payload-Oxum` does not match what is there.
    OxumMismatch = "oxum-mismatch",
    /// `Payload-Oxum` cannot be understood.
    OxumForm = "oxum-form",
    /// A line of `bag-info.txt` that cannot be understood.
    BagInfoLine = "bag-info-line",
    /// `fetch.txt` where our profile forbids it, or a faulty line in it.
    Fetch = "fetch",
    /// A required part of our profile is missing.
    ProfileMissing = "profile-missing",
    /// A field of our profile is wrong, or two places disagree.
    ProfileField = "profile-field",
    /// `metadata/delivery.json` or `metadata/ninjs.json` cannot be understood.
    MetadataInvalid = "metadata-invalid",
    /// No signature.
    SignatureMissing = "signature-missing",
    /// A signature that cannot be understood.
    SignatureForm = "signature-form",
    /// A signature that is not one of this package by this key.
    SignatureWrong = "signature-wrong",
    /// A good signature by a key that is not on the trust list.
    SignatureUntrusted = "signature-untrusted",
    /// More files, bytes or depth than allowed.
    LimitExceeded = "limit-exceeded",
    /// The medium failed while reading.
    Unreadable = "unreadable",
    /// More faults than are listed.
    TooManyFaults = "too-many-faults",
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One thing that is wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// What kind of thing.
    pub code: Code,
    /// Where, as a path in the bag; empty where it concerns the whole.
    pub path: String,
    /// More, in English, for logs and experts.
    pub detail: String,
}

/// Which rules the package says it keeps.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Profile {
    /// Ours, version 1: [`crate::PROFILE_ID`].
    Loa1,
}

/// What is known about the signature.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SignatureStatus {
    /// The outcome.
    pub state: SignatureState,
    /// Which key is said to have signed.
    pub key_id: Option<KeyId>,
    /// The key itself, once the signature was found good.
    pub key: Option<PublicKey>,
    /// When it was signed, as the signature says, once found good.
    pub signed_at: Option<Stamp>,
}

/// Outcome of checking the signature.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum SignatureState {
    /// There is none.
    #[default]
    Missing,
    /// There is one and it does not hold.
    Wrong,
    /// It holds, by a key nobody listed.
    Untrusted,
    /// It holds, by a listed key.
    Trusted,
}

/// A file found in the package.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FoundFile {
    /// Path in the bag, such as `data/a.mp3`.
    pub path: String,
    /// Length in bytes.
    pub bytes: u64,
    /// Its SHA-256, where it was computed.
    pub digest: Option<Digest>,
    /// Where its bytes begin in the tar; `None` in a folder.
    pub offset: Option<u64>,
}

/// What a verifier found.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Report {
    /// Whether there are no errors. Warnings do not count.
    pub valid: bool,
    /// The rules it says it keeps; `None` for a plain bag, which proves nothing about its origin.
    pub profile: Option<Profile>,
    /// The BagIt version it declares.
    pub bagit_version: Option<(u16, u16)>,
    /// What makes it invalid.
    pub errors: Vec<Fault>,
    /// What is odd.
    pub warnings: Vec<Fault>,
    /// Who signed.
    pub signature: SignatureStatus,
    /// Id of the package, from `bag-info.txt`.
    pub package_id: Option<Id>,
    /// Version of the package.
    pub package_version: Option<u32>,
    /// When it was sealed, as it says.
    pub created: Option<Stamp>,
    /// Its title.
    pub title: Option<String>,
    /// SHA-256 of the whole tar: identity and idempotency key. `None` for a folder.
    pub digest: Option<Digest>,
    /// Bytes of the tar, or of all files of a folder.
    pub bytes: u64,
    /// All files, in the order found.
    pub files: Vec<FoundFile>,
}

impl Report {
    /// Whether an error or warning has this code.
    #[must_use]
    pub fn has(&self, code: Code) -> bool {
        self.errors
            .iter()
            .chain(&self.warnings)
            .any(|fault| fault.code == code)
    }

    /// The payload: files under `data/`.
    pub fn payload(&self) -> impl Iterator<Item = &FoundFile> {
        self.files
            .iter()
            .filter(|file| file.path.starts_with("data/"))
    }
}

/// Collects faults up to a limit.
#[derive(Debug)]
pub(crate) struct Faults {
    pub(crate) errors: Vec<Fault>,
    pub(crate) warnings: Vec<Fault>,
    max: usize,
    overflowed: bool,
}

impl Faults {
    pub(crate) fn new(max: usize) -> Self {
        Self {
            errors: Vec::new(),
            warnings: Vec::new(),
            max: max.clamp(1, FAULTS_MAX),
            overflowed: false,
        }
    }

    pub(crate) fn error(&mut self, code: Code, path: &str, detail: impl Into<String>) {
        if self.errors.len() >= self.max {
            self.overflowed = true;
            return;
        }
        self.errors.push(fault(code, path, detail.into()));
    }

    pub(crate) fn warn(&mut self, code: Code, path: &str, detail: impl Into<String>) {
        if self.warnings.len() < self.max {
            self.warnings.push(fault(code, path, detail.into()));
        }
    }

    /// An error where the rules are ours, else a warning.
    pub(crate) fn doubt(&mut self, strict: bool, code: Code, path: &str, detail: &str) {
        if strict {
            self.error(code, path, detail);
        } else {
            self.warn(code, path, detail);
        }
    }

    /// Whether going on would tell nothing more.
    pub(crate) const fn is_full(&self) -> bool {
        self.overflowed
    }

    pub(crate) fn finish(mut self, report: &mut Report) {
        if self.overflowed {
            let detail = format!("only the first {} are listed", self.max);
            self.errors.push(fault(Code::TooManyFaults, "", detail));
        }
        report.valid = self.errors.is_empty();
        report.errors = self.errors;
        report.warnings = self.warnings;
    }
}

fn fault(code: Code, path: &str, detail: String) -> Fault {
    Fault {
        code,
        path: crate::path::shown(path.as_bytes()),
        detail,
    }
}
