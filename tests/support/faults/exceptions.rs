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
pub const EXCEPTIONS: &[Exception] = &[
    Exception {
        case: "*",
        finding: "it does not say which file",
        until: "errors of files that are the program's own name them, too",
    },
    Exception {
        case: "audit",
        finding: "it says \"damaged\" of",
        until: "a document that cannot be read is told from one that is damaged",
    },
    Exception {
        case: "pack",
        finding: "litter kho/packages",
        until: "a whole package whose row could not be written is taken up or taken away",
    },
    Exception {
        case: "province",
        finding: "it does not say that the disk is full",
        until: "the province's own folder says that its disk is full in our words",
    },
    Exception {
        case: "take",
        finding: "it does not say that the disk is full",
        until: "a failed sync of the index is told by what the system said",
    },
];

/// What a finding waits for, if anything.
#[must_use]
pub fn excused(case: &str, finding: &str) -> Option<&'static str> {
    let fits =
        |it: &&Exception| (it.case == "*" || it.case == case) && finding.contains(it.finding);
    EXCEPTIONS.iter().find(fits).map(|it| it.until)
}
