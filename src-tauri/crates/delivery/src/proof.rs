//! The one thing that makes a package "delivered": a receipt whose signature, digest and length were
//! checked. Nothing else in this crate can make a [`Proof`].

use package::{Reason, SignedReceipt, Trust, Verdict};
use units::Digest;

use crate::Parcel;

/// Why something is no receipt for a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptFault {
    /// Not a receipt at all.
    #[error("this is no receipt")]
    Unreadable,
    /// Signed by nobody we trust.
    #[error("signed with a key that is not trusted")]
    UnknownKey,
    /// The signature does not fit the text.
    #[error("the signature is wrong")]
    BadSignature,
    /// A good receipt for another package.
    #[error("the receipt is for another package")]
    OtherPackage,
    /// The digest fits but the length does not; one of the two sides is mistaken.
    #[error("the receipt states another length")]
    OtherLength,
}

impl ReceiptFault {
    /// Every one of them.
    pub const ALL: [Self; 5] = [
        Self::Unreadable,
        Self::UnknownKey,
        Self::BadSignature,
        Self::OtherPackage,
        Self::OtherLength,
    ];

    /// A stable word for it.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Unreadable => "receipt-unreadable",
            Self::UnknownKey => "receipt-unknown-key",
            Self::BadSignature => "receipt-bad-signature",
            Self::OtherPackage => "receipt-other-package",
            Self::OtherLength => "receipt-other-length",
        }
    }
}

/// An accepting receipt that was verified for a parcel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof(Box<SignedReceipt>);

/// What a verified receipt means for the parcel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Checked {
    Accepted(Proof),
    Refused(Vec<Reason>),
    /// Refused, but what is spoken of are not the bytes of the parcel.
    Altered,
}

impl Proof {
    /// Checks `receipt`, the bytes as they came, against `parcel`. Only listed keys count: a trust
    /// that takes anyone is good enough to look into a package, not to call it delivered.
    pub(crate) fn check(
        receipt: &[u8],
        parcel: &Parcel,
        trust: &Trust,
    ) -> Result<Checked, ReceiptFault> {
        let signed = SignedReceipt::from_json(receipt).map_err(|_| ReceiptFault::Unreadable)?;
        if !trust.knows(&signed.key) {
            return Err(ReceiptFault::UnknownKey);
        }
        signed
            .verify(trust)
            .map_err(|_| ReceiptFault::BadSignature)?;
        let same_digest = signed.receipt.digest == parcel.digest;
        let same_length = signed.receipt.bytes == parcel.bytes;
        match &signed.receipt.verdict {
            Verdict::Refused { reasons } if same_digest && same_length => {
                Ok(Checked::Refused(reasons.clone()))
            }
            Verdict::Refused { .. } => Ok(Checked::Altered),
            Verdict::Accepted if !same_digest => Err(ReceiptFault::OtherPackage),
            Verdict::Accepted if !same_length => Err(ReceiptFault::OtherLength),
            Verdict::Accepted => Ok(Checked::Accepted(Self(Box::new(signed)))),
        }
    }

    /// Takes a proof back out of our own job file, where only a checked one was ever written. Anybody
    /// may verify it again against the keys trusted by then.
    pub(crate) fn stored(signed: SignedReceipt) -> Self {
        Self(Box::new(signed))
    }

    /// The package it is for.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.0.receipt.digest
    }

    /// The receipt with its signature.
    #[must_use]
    pub fn receipt(&self) -> &SignedReceipt {
        &self.0
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use package::{Receipt, SigningKey};

    pub(crate) fn key(seed: u8) -> SigningKey {
        SigningKey::generate([seed; 32])
    }

    pub(crate) fn trust() -> Trust {
        Trust::listed(vec![key(1).public()])
    }

    pub(crate) fn receipt(parcel: &Parcel, verdict: Verdict) -> Receipt {
        Receipt {
            package_id: None,
            package_version: None,
            digest: parcel.digest,
            bytes: parcel.bytes,
            received_at: "2026-09-22T05:00:00+07:00".parse().unwrap(),
            authority: "Tỉnh thử nghiệm".into(),
            verdict,
        }
    }

    pub(crate) fn proof(parcel: &Parcel) -> Proof {
        Proof(Box::new(receipt(parcel, Verdict::Accepted).sign(&key(1))))
    }

    fn parcel() -> Parcel {
        Parcel {
            digest: Digest::of(b"tar"),
            bytes: 3,
            name: "a.tar".into(),
        }
    }

    fn fault(signed: &SignedReceipt, trust: &Trust) -> ReceiptFault {
        Proof::check(signed.to_json().as_bytes(), &parcel(), trust).unwrap_err()
    }

    #[test]
    fn a_good_receipt_for_this_package_is_a_proof() {
        let signed = receipt(&parcel(), Verdict::Accepted).sign(&key(1));
        let checked = Proof::check(signed.to_json().as_bytes(), &parcel(), &trust()).unwrap();
        assert_eq!(checked, Checked::Accepted(Proof(Box::new(signed))));
    }

    #[test]
    fn a_signed_refusal_brings_its_reasons_and_no_proof() {
        let reasons = vec![Reason {
            code: "loudness".into(),
            path: "data/a.wav".into(),
            detail: "-9 LUFS".into(),
        }];
        let verdict = Verdict::Refused {
            reasons: reasons.clone(),
        };
        let signed = receipt(&parcel(), verdict).sign(&key(1));
        let checked = Proof::check(signed.to_json().as_bytes(), &parcel(), &trust()).unwrap();
        assert_eq!(checked, Checked::Refused(reasons));
    }

    #[test]
    fn a_receipt_by_a_stranger_is_none_even_where_anyone_is_trusted() {
        let signed = receipt(&parcel(), Verdict::Accepted).sign(&key(2));
        assert_eq!(fault(&signed, &trust()), ReceiptFault::UnknownKey);
        assert_eq!(fault(&signed, &Trust::anyone()), ReceiptFault::UnknownKey);
    }

    #[test]
    fn a_receipt_for_other_bytes_is_none_for_these() {
        let mut other = parcel();
        other.digest = Digest::of(b"other");
        let signed = receipt(&other, Verdict::Accepted).sign(&key(1));
        assert_eq!(fault(&signed, &trust()), ReceiptFault::OtherPackage);
        let mut other = parcel();
        other.bytes = 4;
        let signed = receipt(&other, Verdict::Accepted).sign(&key(1));
        assert_eq!(fault(&signed, &trust()), ReceiptFault::OtherLength);
    }

    #[test]
    fn a_changed_receipt_is_none() {
        let mut signed = receipt(&parcel(), Verdict::Accepted).sign(&key(1));
        signed.receipt.authority = "Ai đó".into();
        assert_eq!(fault(&signed, &trust()), ReceiptFault::BadSignature);
        assert_eq!(
            Proof::check(b"<html>", &parcel(), &trust()).unwrap_err(),
            ReceiptFault::Unreadable
        );
    }
}
