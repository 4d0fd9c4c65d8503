//! Receipts: what an authority signs when a package arrived, accepted or refused.
//!
//! The crate holds them because both ends need them and share nothing else.

mod file;

use units::{Digest, Id};

use self::file::ReceiptFile;
use crate::error::Error;
use crate::keys::{PublicKey, SigningKey, Trust};
use crate::limits::RECEIPT_BYTES_MAX;
use crate::minisign::Signature;
use crate::stamp::Stamp;

/// What an authority says about one upload.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Receipt {
    /// Id of the package; `None` where the bytes were too broken to say.
    pub package_id: Option<Id>,
    /// Version of the package.
    pub package_version: Option<u32>,
    /// SHA-256 of the bytes that arrived.
    pub digest: Digest,
    /// How many bytes arrived.
    pub bytes: u64,
    /// When the authority had checked them.
    pub received_at: Stamp,
    /// The authority's name.
    pub authority: String,
    /// What it decided.
    pub verdict: Verdict,
}

/// What the authority decided.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// It has the package and will keep it.
    Accepted,
    /// It does not take the package.
    Refused {
        /// Why; at least one.
        reasons: Vec<Reason>,
    },
}

/// One reason of a refusal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reason {
    /// Stable code: one of [`crate::Code`] or a word of the authority's own.
    pub code: String,
    /// The file it concerns; empty where it is the whole.
    pub path: String,
    /// More, in words.
    pub detail: String,
}

/// A receipt with its signature and the key that made it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SignedReceipt {
    /// What is said. Believe it only after [`SignedReceipt::verify`].
    pub receipt: Receipt,
    /// The key that is said to have signed.
    pub key: PublicKey,
    /// The signature over [`Receipt::canonical`].
    pub signature: Signature,
}

impl Receipt {
    /// The bytes that are signed: JSON with fixed order of fields and no spaces.
    #[must_use]
    pub fn canonical(&self) -> Vec<u8> {
        ReceiptFile::new(self).canonical()
    }

    /// Signs the receipt.
    #[must_use]
    pub fn sign(self, key: &SigningKey) -> SignedReceipt {
        let comment = format!(
            "timestamp:{}\tfile:receipt.json\tdigest:{}\thashed",
            self.received_at.unix_s(),
            self.digest
        );
        SignedReceipt {
            signature: Signature::sign(key, &self.canonical(), &comment),
            key: key.public(),
            receipt: self,
        }
    }

    /// Whether the package was accepted.
    #[must_use]
    pub const fn is_accepted(&self) -> bool {
        matches!(self.verdict, Verdict::Accepted)
    }
}

impl SignedReceipt {
    /// Whether a trusted key signed exactly this receipt.
    ///
    /// # Errors
    /// [`Error::ReceiptSignature`] where the signature is wrong or its key not trusted.
    pub fn verify(&self, trust: &Trust) -> Result<(), Error> {
        let trusted = trust.knows(&self.key) || trust.takes_anyone();
        if trusted
            && self
                .signature
                .verifies(&self.key, &self.receipt.canonical())
        {
            Ok(())
        } else {
            Err(Error::ReceiptSignature)
        }
    }

    /// The receipt as a JSON file, for the wire and for the archive.
    #[must_use]
    pub fn to_json(&self) -> String {
        ReceiptFile::new(&self.receipt).sealed(&self.key, &self.signature)
    }

    /// Reads a receipt file. Unknown fields are refused: they would not be covered by the signature.
    ///
    /// # Errors
    /// [`Error::ReceiptForm`] where the bytes are no receipt of a known version.
    pub fn from_json(bytes: &[u8]) -> Result<Self, Error> {
        if bytes.len() > RECEIPT_BYTES_MAX {
            return Err(Error::ReceiptForm("too long".to_owned()));
        }
        ReceiptFile::read(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn receipt(verdict: Verdict) -> Receipt {
        Receipt {
            package_id: Some(Id::new(1, [2; 10])),
            package_version: Some(3),
            digest: Digest::of(b"tar"),
            bytes: 4,
            received_at: "2026-09-22T05:00:00+07:00".parse().unwrap(),
            authority: "Tỉnh thử nghiệm".into(),
            verdict,
        }
    }

    #[test]
    fn a_receipt_survives_json_and_still_verifies() {
        let key = SigningKey::generate([1; 32]);
        let trust = Trust::listed(vec![key.public()]);
        let reasons = vec![Reason {
            code: "digest-mismatch".into(),
            path: "data/ảnh.png".into(),
            detail: "\"quoted\"".into(),
        }];
        for verdict in [Verdict::Accepted, Verdict::Refused { reasons }] {
            let signed = receipt(verdict).sign(&key);
            let again = SignedReceipt::from_json(signed.to_json().as_bytes()).unwrap();
            assert_eq!(again, signed);
            again.verify(&trust).unwrap();
        }
    }

    #[test]
    fn no_changed_byte_of_a_receipt_verifies() {
        let key = SigningKey::generate([1; 32]);
        let trust = Trust::listed(vec![key.public()]);
        let signed = receipt(Verdict::Accepted).sign(&key);
        let json = signed.to_json().into_bytes();
        for at in 0..json.len() {
            let mut changed = json.clone();
            changed[at] ^= 0x04;
            if let Ok(read) = SignedReceipt::from_json(&changed) {
                // White space and letter case of a digest may change without changing the meaning.
                let same = read.receipt == signed.receipt;
                assert!(same || read.verify(&trust).is_err(), "byte {at}");
            }
        }
    }

    #[test]
    fn a_receipt_by_another_key_is_not_believed() {
        let key = SigningKey::generate([1; 32]);
        let signed = receipt(Verdict::Accepted).sign(&key);
        let other = SigningKey::generate([2; 32]).public();
        assert!(signed.verify(&Trust::listed(vec![other])).is_err());
        assert!(signed.verify(&Trust::default()).is_err());
        assert!(signed.verify(&Trust::anyone()).is_ok());
        let stolen = SignedReceipt {
            key: other,
            ..signed
        };
        assert!(stolen.verify(&Trust::anyone()).is_err());
    }

    #[test]
    fn a_refusal_without_a_reason_is_no_receipt() {
        let key = SigningKey::generate([1; 32]);
        let signed = receipt(Verdict::Refused { reasons: vec![] }).sign(&key);
        assert!(SignedReceipt::from_json(signed.to_json().as_bytes()).is_err());
        assert!(SignedReceipt::from_json(b"{}").is_err());
    }
}
