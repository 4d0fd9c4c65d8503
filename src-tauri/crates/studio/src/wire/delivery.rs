//! Packages on their way to the province.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Where a package stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum PackageState {
    /// Sealed, not asked to be sent.
    Sealed,
    /// Waits for its turn.
    Queued,
    /// Under way.
    Sending,
    /// Waits before trying again.
    Waiting {
        /// Stable code, such as `line`, `busy`, `paused`.
        reason: String,
        /// When it tries again; `null` waits for a person.
        until_ms: Option<i64>,
    },
    /// All bytes arrived; no receipt yet.
    Sent,
    /// The province holds it and signed for it.
    Receipted,
    /// The province refused it.
    Refused {
        /// Its reasons.
        reasons: Vec<String>,
    },
}

/// A file of a package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PackageFile {
    /// Path within the package.
    pub path: String,
    /// Size.
    pub bytes: u64,
    /// Digest of its content.
    pub digest: String,
}

/// What the province signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Receipt {
    /// Number or name the province gave it.
    pub id: String,
    /// The package's own id.
    pub package_id: String,
    /// Its version.
    pub version: u32,
    /// Digest of the bytes received.
    pub digest: String,
    /// How many bytes.
    pub bytes: u64,
    /// When, by the province's clock.
    pub received_at: String,
    /// Who signed.
    pub authority: String,
    /// Key it was signed with.
    pub key_id: String,
    /// The signature, as text.
    pub signature: String,
    /// Whether we checked the signature and it holds.
    pub signature_valid: bool,
    /// The receipt exactly as received.
    pub raw: String,
}

/// Where a package stands at one destination.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Delivery {
    /// Address packages are uploaded to.
    pub destination: String,
    /// Whether that is the training province, or it signed for it: nothing was delivered then.
    pub practice: bool,
    /// Whether packages go there now.
    pub current: bool,
    /// Where it stands there.
    pub state: PackageState,
    /// Bytes handed to the line; where nothing is under way, those the province has acknowledged.
    pub offset_bytes: u64,
    /// Bytes a second, lately.
    pub bytes_per_s: Option<f64>,
    /// How often it was tried.
    pub attempts: u32,
    /// Offsets at which it went on after a cut.
    pub resumed_at: Vec<u64>,
    /// The receipt.
    pub receipt: Option<Receipt>,
}

/// A package.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Package {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Digest of the sealed bytes: its identity.
    pub digest: String,
    /// Size.
    pub bytes: u64,
    /// When it was sealed.
    pub created_ms: i64,
    /// Items inside.
    pub items: Vec<String>,
    /// Files inside.
    pub files: Vec<PackageFile>,
    /// Whether it overtakes others.
    pub emergency: bool,
    /// Where it stands on its way to a real province; practice does not count.
    pub state: PackageState,
    /// Where it stands at each destination it was sent to; the one that speaks for it first, practice
    /// last and at most once.
    pub deliveries: Vec<Delivery>,
}
