//! Verifying: bytes or a folder in, a report out. Nothing is ever written or unpacked.

use units::{Cancelled, ReadAt, Watch};

use crate::keys::Trust;
use crate::limits::Limits;
use crate::report::Report;
use crate::tree::Tree;

/// Verifies a sealed package (our tar) in one pass. Our profile is demanded.
///
/// # Errors
/// [`Cancelled`]; everything that is wrong with the package itself is in the report.
pub fn verify_tar(
    bytes: &dyn ReadAt,
    trust: &Trust,
    limits: Limits,
    watch: Watch<'_>,
) -> Result<Report, Cancelled> {
    todo!()
}

/// Verifies an unpacked bag of BagIt 0.93 to 1.0. Our profile is demanded where the bag claims it
/// or shows any trace of it.
///
/// # Errors
/// [`Cancelled`]; everything that is wrong with the bag itself is in the report.
pub fn verify_folder(
    tree: &dyn Tree,
    trust: &Trust,
    limits: Limits,
    watch: Watch<'_>,
) -> Result<Report, Cancelled> {
    todo!()
}
