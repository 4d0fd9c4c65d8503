//! The JSON form of receipts, version 1. Schema: `assets/schemas/receipt.json`.

use serde::{Deserialize, Serialize};

use super::{Reason, Receipt, SignedReceipt, Verdict};
use crate::error::Error;
use crate::keys::PublicKey;
use crate::limits::LIST_MAX;
use crate::minisign::Signature;

const FORMAT: &str = "loa-receipt";
const FORMAT_VERSION: u32 = 1;

/// The signed part. The order of these fields is the canonical order.
#[derive(Serialize, Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub(super) struct ReceiptFile {
    format: String,
    format_version: u32,
    package_id: Option<String>,
    package_version: Option<u32>,
    digest: String,
    bytes: u64,
    received_at: String,
    authority: String,
    state: State,
    reasons: Vec<ReasonFile>,
}

#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum State {
    Accepted,
    Refused,
}

#[derive(Serialize, Deserialize, Clone)]
#[serde(deny_unknown_fields)]
struct ReasonFile {
    code: String,
    path: String,
    detail: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sealed {
    receipt: ReceiptFile,
    key_id: String,
    public_key: String,
    signature: String,
}

impl ReceiptFile {
    pub(super) fn new(receipt: &Receipt) -> Self {
        let (state, reasons) = match &receipt.verdict {
            Verdict::Accepted => (State::Accepted, &[][..]),
            Verdict::Refused { reasons } => (State::Refused, &reasons[..]),
        };
        Self {
            format: FORMAT.to_owned(),
            format_version: FORMAT_VERSION,
            package_id: receipt.package_id.map(|id| id.to_string()),
            package_version: receipt.package_version,
            digest: receipt.digest.to_string(),
            bytes: receipt.bytes,
            received_at: receipt.received_at.to_string(),
            authority: receipt.authority.clone(),
            state,
            reasons: reasons
                .iter()
                .map(|reason| ReasonFile {
                    code: reason.code.clone(),
                    path: reason.path.clone(),
                    detail: reason.detail.clone(),
                })
                .collect(),
        }
    }

    pub(super) fn canonical(&self) -> Vec<u8> {
        // Strings, numbers and lists of them: writing them to memory has no way to fail.
        serde_json::to_vec(self).unwrap_or_default()
    }

    pub(super) fn sealed(self, key: &PublicKey, signature: &Signature) -> String {
        let sealed = Sealed {
            receipt: self,
            key_id: key.id().to_string(),
            public_key: key.to_base64(),
            signature: signature.to_text(),
        };
        serde_json::to_string_pretty(&sealed).unwrap_or_default() + "\n"
    }

    pub(super) fn read(bytes: &[u8]) -> Result<SignedReceipt, Error> {
        let wrong = |what: &str| Error::ReceiptForm(what.to_owned());
        let sealed: Sealed =
            serde_json::from_slice(bytes).map_err(|error| Error::ReceiptForm(error.to_string()))?;
        let key = PublicKey::from_text(&sealed.public_key)?;
        if sealed.key_id != key.id().to_string() {
            return Err(wrong("the key id is not that of the key"));
        }
        let signature = Signature::from_text(&sealed.signature)?;
        let file = sealed.receipt;
        if file.format != FORMAT || file.format_version != FORMAT_VERSION {
            return Err(wrong("a format of another name or version"));
        }
        if file.reasons.len() > LIST_MAX {
            return Err(wrong("too many reasons"));
        }
        let verdict = match (file.state, file.reasons.is_empty()) {
            (State::Accepted, true) => Verdict::Accepted,
            (State::Refused, false) => Verdict::Refused {
                reasons: file.reasons.into_iter().map(Reason::from).collect(),
            },
            _ => return Err(wrong("state and reasons do not agree")),
        };
        let receipt = Receipt {
            package_id: file
                .package_id
                .map(|id| id.parse())
                .transpose()
                .map_err(|_| wrong("the package id is none"))?,
            package_version: file.package_version,
            digest: file
                .digest
                .parse()
                .map_err(|_| wrong("the digest is none"))?,
            bytes: file.bytes,
            received_at: file.received_at.parse()?,
            authority: file.authority,
            verdict,
        };
        Ok(SignedReceipt {
            receipt,
            key,
            signature,
        })
    }
}

impl From<ReasonFile> for Reason {
    fn from(file: ReasonFile) -> Self {
        Self {
            code: file.code,
            path: file.path,
            detail: file.detail,
        }
    }
}
