//! The limits on packages, each with its reason. Sealing and verifying share them, so that nothing
//! we seal is refused by our own verifier.

/// Files in one package, its tag files included. A morning's programme has tens; a hundred thousand
/// is a disk image.
pub const FILES_MAX: usize = 100_000;

/// Bytes of one payload file: what eleven octal digits of a ustar header can say (8 GiB − 1).
pub const FILE_BYTES_MAX: u64 = 0o77_777_777_777;

/// Bytes of one whole package, headers and tag files included: 64 GiB, a day of video. More is a mistake or an attack.
pub const PACKAGE_BYTES_MAX: u64 = 64 << 30;

/// Bytes of one tag file held in memory: a manifest of [`FILES_MAX`] lines of the longest name.
pub const TAG_BYTES_MAX: u64 = 32 << 20;

/// Bytes of all tag files held in memory together: manifests of the common algorithms, doubled.
pub const TAGS_BYTES_MAX: u64 = 96 << 20;

/// Bytes of one line of a tag file. The longest honest ones are manifest lines (about 700 bytes)
/// and folded descriptions.
pub const LINE_BYTES_MAX: usize = 64 << 10;

/// Fields of one `bag-info.txt`. Bags of large libraries have some dozens, repeated ones included.
pub const INFO_FIELDS_MAX: usize = 10_000;

/// Faults of one report. Beyond that a list helps nobody and costs memory.
pub const FAULTS_MAX: usize = 1_000;

/// Bytes of one path component: the name field of a ustar header (POSIX.1-2017, pax, ustar).
pub const COMPONENT_BYTES_MAX: usize = 100;

/// Bytes of a path inside the payload: with the bag's name and `data/` it must still split into the
/// 155 + 100 bytes of a ustar header, and stay under 260 characters on Windows.
pub const PATH_BYTES_MAX: usize = 150;

/// Bytes of a path a foreign bag may use: the longest most file systems can hold as one name.
pub const FOREIGN_PATH_BYTES_MAX: usize = 4_096;

/// Bytes of one name in a foreign bag: `NAME_MAX` of the common file systems.
pub const FOREIGN_COMPONENT_BYTES_MAX: usize = 255;

/// Parts of a path in a bag, `data` and the file's name included: recursion-free, but nobody nests
/// deeper on purpose.
pub const DEPTH_MAX: usize = 32;

/// Characters of a title or headline: what fits on a screen; longer text is a body.
pub const TITLE_CHARS_MAX: usize = 500;

/// Bytes of one body or script: an hour of reading is under 100 kB.
pub const TEXT_BYTES_MAX: usize = 1 << 20;

/// Items, people, subjects, targets or schedule lines in one list.
pub const LIST_MAX: usize = 10_000;

/// Bytes of a receipt: a thousand reasons at a few hundred bytes.
pub const RECEIPT_BYTES_MAX: usize = 1 << 20;

/// Bytes of a package that is read to its end although its structure shows already that it is refused:
/// two seconds of a plain disk. A tar of 64 GiB may be a hole on the disk and cost its maker nothing.
pub const REFUSED_BYTES_MAX: u64 = 256 << 20;

/// How much a verifier may be asked to chew. The default is the constants above.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most bytes of the whole package.
    pub bytes_max: u64,
    /// A larger package is looked over first: its headers, its tag files, its signature. Where those
    /// are refused, its payload is not read and the report has no digest.
    pub refused_bytes_max: u64,
    /// Most files.
    pub files_max: usize,
    /// Most faults listed.
    pub faults_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes_max: PACKAGE_BYTES_MAX,
            refused_bytes_max: REFUSED_BYTES_MAX,
            files_max: FILES_MAX,
            faults_max: FAULTS_MAX,
        }
    }
}
