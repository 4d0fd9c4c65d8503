//! What is known to fail and is being mended. Empty, or each with what is to be mended.

/// A finding that does not fail the run yet.
pub struct Exception {
    /// The case, or `*`.
    pub case: &'static str,
    /// Part of what is said of the finding.
    pub finding: &'static str,
    /// What is to be mended.
    pub until: &'static str,
}

/// All of them.
pub const EXCEPTIONS: &[Exception] = &[];

/// What a finding waits for, if anything.
#[must_use]
pub fn excused(case: &str, finding: &str) -> Option<&'static str> {
    let fits =
        |it: &&Exception| (it.case == "*" || it.case == case) && finding.contains(it.finding);
    EXCEPTIONS.iter().find(fits).map(|it| it.until)
}
