//! Judging what arrived: verify, keep or refuse, sign a receipt. The same package twice gives the
//! same receipt and one copy.
//!
//! A receipt is about the bytes that arrived and lies under their digest. What a sender announced
//! decides nothing: anybody can announce anything. Where something else arrived than was announced,
//! the upload is forgotten, so that its sender begins anew, and nobody else hears of it.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use package::{Limits, Reason, Receipt, Report, SignedReceipt, SigningKey, Verdict, verify_tar};
use units::{Digest, FileBytes, Watch};

use crate::config::Config;
use crate::mischief::Mischief;
use crate::store::{Inside, InsideFile, Store};
use crate::uploads::{Open, Phase, Uploads};

/// Reasons listed on a refusal; more helps nobody and bloats the receipt.
const REASONS_MAX: usize = 100;

/// Files listed on the page for one package.
const INSIDE_FILES_MAX: usize = 1_000;

/// Everything a province is.
pub(crate) struct Province {
    pub(crate) config: Config,
    pub(crate) store: Store,
    pub(crate) key: SigningKey,
    pub(crate) uploads: Uploads,
    pub(crate) mischief: Mischief,
    /// One judgement at a time: two copies of one package must meet.
    judging: Mutex<()>,
    /// One upload is let in at a time: two must not take the same last place.
    pub(crate) admitting: Mutex<()>,
}

impl Province {
    pub(crate) fn new(config: Config, store: Store, key: SigningKey) -> Self {
        Self {
            mischief: Mischief::new(config.faults.clone()),
            config,
            store,
            key,
            uploads: Uploads::default(),
            judging: Mutex::new(()),
            admitting: Mutex::new(()),
        }
    }

    pub(crate) fn now_s(&self) -> i64 {
        (self.config.clock)().unix_s()
    }

    /// Most bytes an upload may have.
    pub(crate) fn bytes_max(&self) -> u64 {
        let config = &self.config;
        config.upload_bytes_max.min(config.kept_bytes_max)
    }

    /// The moment so many seconds from now.
    pub(crate) fn in_s(&self, seconds: u64) -> i64 {
        let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
        self.now_s().saturating_add(seconds)
    }

    /// Forgets what has expired. A file that cannot be removed now is litter until the next start.
    pub(crate) fn sweep(&self) -> io::Result<()> {
        let expired = self.uploads.expired(self.now_s());
        expired.iter().try_for_each(|open| self.forget(open))
    }

    /// Forgets an upload. Its address answers with 410 for a while, where it is still in the list.
    pub(crate) fn forget(&self, open: &Open) -> io::Result<()> {
        open.set_expiry(self.in_s(self.config.upload_empty_lifetime_s));
        open.set_phase(Phase::Gone);
        self.store.forget(&open.id)
    }

    /// Takes up again what a stop or a power cut interrupted; gives uploads to be judged.
    pub(crate) fn recover(&self) -> io::Result<Vec<Arc<Open>>> {
        for digest in self.store.without_receipt()? {
            let path = self.store.package_path(digest);
            let (receipt, _) = self.judge(&path, None)?;
            // What was damaged since it was accepted stays for whoever mends the disk.
            if receipt.receipt.is_accepted() && receipt.receipt.digest == digest {
                self.store.put_receipt(&receipt)?;
            }
        }
        let complete = self.uploads.load(&self.store, self.now_s())?;
        self.sweep()?;
        Ok(complete)
    }

    /// Judges a complete upload. On an error of the disk it stays as it is, to be judged again at
    /// the next start.
    pub(crate) fn settle(&self, open: &Open) -> io::Result<()> {
        let _one = self.judging.lock().unwrap_or_else(PoisonError::into_inner);
        if open.state().phase != Phase::Under {
            return Ok(());
        }
        let path = self.store.bytes_path(&open.id);
        let digest = match self.known(open.declared) {
            // Whether the bytes really are that package no longer matters: we hold it.
            Some(receipt) => receipt.receipt.digest,
            None => {
                let (receipt, report) = self.judge(&path, open.declared)?;
                let digest = receipt.receipt.digest;
                if self.known(Some(digest)).is_none() {
                    self.take(&path, &receipt, &report)?;
                }
                digest
            }
        };
        if open.declared.is_some_and(|declared| declared != digest) {
            return self.forget(open);
        }
        let expires_s = self.in_s(self.config.upload_settled_lifetime_s);
        self.store.record(&open.record(expires_s, Some(digest)))?;
        self.store.drop_bytes(&open.id)?;
        open.set_expiry(expires_s);
        open.set_phase(Phase::Settled(digest));
        Ok(())
    }

    /// The receipt of a package we accepted earlier.
    fn known(&self, digest: Option<Digest>) -> Option<SignedReceipt> {
        self.store
            .receipt(digest?)
            .filter(|receipt| receipt.receipt.is_accepted())
    }

    /// Keeps an accepted package and writes its receipt, in this order; or only the refusal.
    fn take(&self, path: &Path, receipt: &SignedReceipt, report: &Report) -> io::Result<()> {
        if receipt.receipt.is_accepted() {
            self.store
                .keep(path, receipt.receipt.digest, &inside(report))?;
        }
        self.store.put_receipt(receipt)
    }

    fn verify(&self, path: &Path) -> io::Result<Report> {
        let bytes = FileBytes::new(File::open(path)?)?;
        let limits = Limits {
            bytes_max: self.config.upload_bytes_max,
            // A refusal names the digest of what arrived.
            refused_bytes_max: u64::MAX,
            faults_max: REASONS_MAX,
            ..Limits::default()
        };
        verify_tar(&bytes, &self.config.trust, limits, Watch::NONE).map_err(io::Error::other)
    }

    fn judge(&self, path: &Path, declared: Option<Digest>) -> io::Result<(SignedReceipt, Report)> {
        let report = self.verify(path)?;
        let arrived = report
            .digest
            .ok_or_else(|| io::Error::other("the bytes could not be read"))?;
        let mut reasons: Vec<Reason> = report
            .errors
            .iter()
            .map(|fault| Reason {
                code: fault.code.as_str().to_owned(),
                path: fault.path.clone(),
                detail: fault.detail.clone(),
            })
            .collect();
        // Told beside what is wrong with the bytes themselves. With nothing wrong it is no reason: they
        // are a good package, whoever announced them as what.
        if let Some(declared) = declared.filter(|declared| *declared != arrived)
            && !reasons.is_empty()
        {
            let reason = Reason {
                code: package::Code::DigestMismatch.as_str().to_owned(),
                path: String::new(),
                detail: format!("announced as {declared}, arrived as {arrived}"),
            };
            reasons.insert(0, reason);
        }
        let receipt = Receipt {
            package_id: report.package_id,
            package_version: report.package_version,
            digest: arrived,
            bytes: report.bytes,
            received_at: (self.config.clock)(),
            authority: self.config.name.clone(),
            verdict: if reasons.is_empty() {
                Verdict::Accepted
            } else {
                Verdict::Refused { reasons }
            },
        };
        Ok((receipt.sign(&self.key), report))
    }

    /// A receipt as it is handed out; for another digest where the script says so.
    pub(crate) fn hand_out(&self, receipt: SignedReceipt) -> SignedReceipt {
        if !self.mischief.wrong_digest() {
            return receipt;
        }
        let wrong = Receipt {
            digest: Digest::of(receipt.receipt.digest.as_bytes()),
            ..receipt.receipt
        };
        wrong.sign(&self.key)
    }
}

/// What the page shows of an accepted package.
fn inside(report: &Report) -> Inside {
    let files = report.payload().take(INSIDE_FILES_MAX);
    let key_id = report.signature.key_id;
    Inside {
        title: report.title.clone().unwrap_or_default(),
        created: report.created.map_or_else(String::new, |at| at.to_string()),
        key_id: key_id.map_or_else(String::new, |id| id.to_string()),
        files: files
            .map(|file| InsideFile {
                path: file.path["data/".len()..].to_owned(),
                bytes: file.bytes,
                offset: file.offset.unwrap_or_default(),
            })
            .collect(),
    }
}
