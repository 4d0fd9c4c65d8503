//! The small files of the store as JSON.

use std::net::IpAddr;

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use units::Digest;

/// An upload as announced, and what became of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Upload {
    /// 32 hexadecimal digits.
    pub(crate) id: String,
    /// How many bytes it will have.
    pub(crate) bytes: u64,
    /// The digest the sender announced.
    pub(crate) declared: Option<Digest>,
    /// The file name the sender announced; only ever shown.
    pub(crate) name: String,
    /// `Upload-Metadata` as it came, to be given back (tus 1.0.0, creation).
    pub(crate) metadata: String,
    /// When it is forgotten unless more comes.
    pub(crate) expires_s: i64,
    /// The digest under which the receipt lies, once all came and was judged.
    pub(crate) settled: Option<Digest>,
    /// Who began it, as [`crate::line::Line::sender`] has it.
    pub(crate) sender: Option<IpAddr>,
}

/// What lies in an accepted package.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Inside {
    pub(crate) title: String,
    pub(crate) created: String,
    pub(crate) key_id: String,
    pub(crate) files: Vec<InsideFile>,
}

/// A file in an accepted package.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct InsideFile {
    /// Path below `data/`.
    pub(crate) path: String,
    pub(crate) bytes: u64,
    /// Where it begins in the tar.
    pub(crate) offset: u64,
}

#[derive(Serialize, Deserialize)]
struct UploadFile {
    id: String,
    bytes: u64,
    declared: Option<String>,
    name: String,
    #[serde(default)]
    metadata: String,
    expires_s: i64,
    settled: Option<String>,
    #[serde(default)]
    sender: Option<IpAddr>,
}

impl Upload {
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        bytes(&UploadFile {
            id: self.id.clone(),
            bytes: self.bytes,
            declared: self.declared.map(|digest| digest.to_string()),
            name: self.name.clone(),
            metadata: self.metadata.clone(),
            expires_s: self.expires_s,
            settled: self.settled.map(|digest| digest.to_string()),
            sender: self.sender,
        })
    }

    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let file: UploadFile = read(bytes)?;
        let digest = |text: Option<String>| text.map(|text| text.parse()).transpose().ok();
        Some(Self {
            id: file.id,
            bytes: file.bytes,
            declared: digest(file.declared)?,
            name: file.name,
            metadata: file.metadata,
            expires_s: file.expires_s,
            settled: digest(file.settled)?,
            sender: file.sender,
        })
    }
}

impl Inside {
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        bytes(self)
    }

    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        read(bytes)
    }
}

fn bytes(value: &impl Serialize) -> Vec<u8> {
    // Strings and numbers: writing them to memory has no way to fail.
    serde_json::to_vec_pretty(value).unwrap_or_default()
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    serde_json::from_slice(bytes).ok()
}
