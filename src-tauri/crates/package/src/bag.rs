//! The words of a bag of ours: names of files and fields, and the texts that follow from contents.
//! Sealing writes them, verifying derives them again.

use units::Id;

use crate::contents::Contents;
use crate::delivery::SealedFile;
use crate::keys::PublicKey;

pub(crate) const DECLARATION: &str = "bagit.txt";
pub(crate) const DECLARATION_TEXT: &[u8] =
    b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
pub(crate) const INFO: &str = "bag-info.txt";
pub(crate) const MANIFEST: &str = "manifest-sha256.txt";
pub(crate) const DELIVERY: &str = "metadata/delivery.json";
pub(crate) const NINJS: &str = "metadata/ninjs.json";
pub(crate) const TAG_MANIFEST: &str = "tagmanifest-sha256.txt";
pub(crate) const SIGNATURES: &str = "signatures/";
pub(crate) const PAYLOAD: &str = "data/";

/// Tag files that the tag manifest lists, sorted.
pub(crate) const LISTED_TAGS: [&str; 5] = [INFO, DECLARATION, MANIFEST, DELIVERY, NINJS];

/// Files of a bag that are no payload: those, the tag manifest and the signature.
pub(crate) const TAGS_COUNT: usize = LISTED_TAGS.len() + 2;

/// Fields of `bag-info.txt`.
pub(crate) mod field {
    pub(crate) const ORGANISATION: &str = "Source-Organization";
    pub(crate) const TITLE: &str = "External-Description";
    pub(crate) const ID: &str = "External-Identifier";
    pub(crate) const DATE: &str = "Bagging-Date";
    pub(crate) const OXUM: &str = "Payload-Oxum";
    pub(crate) const PROFILE: &str = "BagIt-Profile-Identifier";
    pub(crate) const VERSION: &str = "Loa-Package-Version";
    pub(crate) const CREATED: &str = "Loa-Created";
    pub(crate) const KEY: &str = "Loa-Signing-Key";
}

/// The one folder at the top of the tar.
pub(crate) fn folder_name(id: Id, version: u32) -> String {
    format!("loa-{id}-v{version}")
}

/// The path of the signature by a key.
pub(crate) fn signature_path(key: &PublicKey) -> String {
    format!("{SIGNATURES}{}.minisig", key.id())
}

/// The comment that binds the signature to this package.
pub(crate) fn trusted_comment(id: Id, version: u32, created_s: i64, key: &PublicKey) -> String {
    format!(
        "timestamp:{created_s}\tfile:{TAG_MANIFEST}\tpackage:{id}\tversion:{version}\tkey:{}\thashed",
        key.id()
    )
}

/// `bag-info.txt`.
pub(crate) fn info(contents: &Contents, sealed: &[SealedFile], key: &PublicKey) -> Vec<u8> {
    let bytes: u64 = sealed.iter().map(|file| file.bytes).sum();
    let fields = [
        (field::ORGANISATION, contents.organisation.clone()),
        (field::TITLE, contents.title.clone()),
        (
            field::ID,
            crate::ninjs::uri(&contents.package_id.to_string()),
        ),
        (field::VERSION, contents.version.to_string()),
        (field::CREATED, contents.created.to_string()),
        (field::DATE, contents.created.day()),
        (field::OXUM, format!("{bytes}.{}", sealed.len())),
        (field::PROFILE, crate::PROFILE_ID.to_owned()),
        (field::KEY, key.to_base64()),
    ];
    let mut text = String::new();
    for (label, value) in fields {
        text.push_str(&format!("{label}: {value}\n"));
    }
    text.into_bytes()
}

/// A manifest: `digest`, two spaces, path; sorted by path.
pub(crate) fn manifest<'a>(
    files: impl IntoIterator<Item = (&'a str, units::Digest)>,
    prefix: &str,
) -> Vec<u8> {
    let mut text = String::new();
    for (path, digest) in files {
        text.push_str(&format!("{digest}  {prefix}{path}\n"));
    }
    text.into_bytes()
}
