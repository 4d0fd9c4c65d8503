//! Verifying: bytes or a folder in, a report out. Nothing is ever written or unpacked.
//!
//! A tar or a folder is first brought into one [`Bag`]: its files with their digests, and its tag
//! files in memory. Then the rules of RFC 8493 are applied, then those of our profile.

mod digests;
mod folder;
mod profile;
mod rules;
mod tags;
mod walk;

use std::collections::{BTreeMap, BTreeSet};

use units::{Cancelled, ReadAt, Watch};

use self::digests::Digests;
use self::walk::Payload;
use crate::keys::Trust;
use crate::limits::Limits;
use crate::report::{Code, Fault, Faults, FoundFile, Report};
use crate::tree::Tree;

/// What was found, before it is judged.
#[derive(Default)]
struct Bag {
    /// Files by path.
    files: BTreeMap<String, Found>,
    /// Folders by path; empty for tars, which name none.
    folders: BTreeSet<String>,
    /// Contents of the tag files.
    tags: BTreeMap<String, Vec<u8>>,
}

/// A file, before it is judged.
struct Found {
    bytes: u64,
    digests: Digests,
}

/// Verifies a sealed package (our tar). Our profile is demanded. `watch` counts bytes.
///
/// A package beyond [`Limits::refused_bytes_max`] is looked over first; any other is read once.
///
/// # Errors
/// [`Cancelled`]; everything that is wrong with the package itself is in the report.
pub fn verify_tar(
    bytes: &dyn ReadAt,
    trust: &Trust,
    limits: Limits,
    watch: Watch<'_>,
) -> Result<Report, Cancelled> {
    if bytes.len() > limits.refused_bytes_max {
        let seen = judge_tar(bytes, trust, limits, Payload::Skipped, Watch::NONE)?;
        if !seen.valid {
            return Ok(seen);
        }
    }
    judge_tar(bytes, trust, limits, Payload::Read, watch)
}

/// What is wrong with a tar as far as its headers and tag files tell: all but the payload, which is
/// taken to be what the manifest lists. For whoever is about to read a large file for another reason.
#[must_use]
pub fn look_over(bytes: &dyn ReadAt, limits: Limits) -> Vec<Fault> {
    let trust = Trust::anyone();
    match judge_tar(bytes, &trust, limits, Payload::Skipped, Watch::NONE) {
        Ok(report) => report.errors,
        Err(Cancelled) => Vec::new(), // nobody can: this watch has no switch
    }
}

fn judge_tar(
    bytes: &dyn ReadAt,
    trust: &Trust,
    limits: Limits,
    payload: Payload,
    watch: Watch<'_>,
) -> Result<Report, Cancelled> {
    let mut faults = Faults::new(limits.faults_max);
    let mut report = Report {
        bytes: bytes.len(),
        ..Report::default()
    };
    let walked = walk::walk(bytes, limits, payload, &mut faults, watch)?;
    report.digest = walked.digest;
    report.files = walked.order;
    if let Some(facts) = walked.facts {
        rules::judge(&walked.bag, true, &mut faults, &mut report);
        profile::judge(&walked.bag, Some(&facts), trust, &mut faults, &mut report);
    }
    faults.finish(&mut report);
    Ok(report)
}

/// Verifies an unpacked bag of BagIt 0.93 to 1.0. Our profile is demanded where the bag claims it
/// or shows any trace of it. `watch` counts bytes.
///
/// A plain bag can be valid without a signature: then [`Report::profile`] is `None`, and nothing is
/// proven about who made it.
///
/// # Errors
/// [`Cancelled`]; everything that is wrong with the bag itself is in the report.
pub fn verify_folder(
    tree: &dyn Tree,
    trust: &Trust,
    limits: Limits,
    watch: Watch<'_>,
) -> Result<Report, Cancelled> {
    let mut faults = Faults::new(limits.faults_max);
    let mut report = Report::default();
    if let Some((bag, strict)) = folder::read(tree, limits, &mut faults, watch)? {
        report.bytes = bag.files.values().map(|file| file.bytes).sum();
        report.files = bag
            .files
            .iter()
            .map(|(path, file)| FoundFile {
                path: path.clone(),
                bytes: file.bytes,
                digest: file.digests.sha256(),
                offset: None,
            })
            .collect();
        rules::judge(&bag, strict, &mut faults, &mut report);
        if strict {
            profile::judge(&bag, None, trust, &mut faults, &mut report);
        }
    }
    faults.finish(&mut report);
    Ok(report)
}

/// Judges a path by the rules for bags from elsewhere, and by ours where `strict`. True where it
/// may be used as a key.
fn judge_path(path: &[u8], strict: bool, faults: &mut Faults) -> bool {
    let fault = if strict {
        crate::path::own_fault_of(path)
    } else {
        crate::path::foreign_fault_of(path)
    };
    let Some(fault) = fault else { return true };
    let shown = crate::path::shown(path);
    if fault.is_dangerous() {
        faults.error(Code::PathUnsafe, &shown, fault.to_string());
        return false;
    }
    faults.doubt(strict, Code::PathNotPortable, &shown, &fault.to_string());
    true
}
