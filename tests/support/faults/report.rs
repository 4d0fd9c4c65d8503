//! What came of it: figures, and findings with how to see each of them again.

use std::collections::BTreeMap;
use std::fmt;

use super::exceptions;
use super::fate::Fate;

/// Runs shown for each finding.
const SHOWN: usize = 3;

/// What came of all runs.
#[derive(Debug, Default)]
pub struct Report {
    seed: u64,
    /// Runs to which something was to befall.
    runs: usize,
    /// Calls that failed.
    faults: usize,
    /// Kills.
    kills: usize,
    /// By case and words: the runs in which it was seen.
    findings: BTreeMap<(String, String), Vec<String>>,
}

impl Report {
    /// One without a run.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            ..Self::default()
        }
    }

    /// Counts a run.
    pub fn ran(&mut self, fate: &Fate, was_struck: bool) {
        self.runs += 1;
        if fate.kills() {
            self.kills += 1;
        } else if was_struck {
            self.faults += 1;
        }
    }

    /// Keeps what was found wrong in a run.
    pub fn found(&mut self, case: &str, run: &str, wrong: impl Iterator<Item = String>) {
        for words in wrong {
            let seen = self.findings.entry((case.to_owned(), words)).or_default();
            seen.push(run.to_owned());
        }
    }

    /// Says what was seen in a run and not in the same run tried again.
    #[allow(clippy::print_stderr)] // for whoever waits
    pub fn seen_once(&self, case: &str, run: &str, words: &str) {
        eprintln!("{case}: seen once and not again: {words}\n    LOA_FAULTS_ONLY=\"{case} {run}");
    }

    /// Says how far it is, for long runs.
    #[allow(clippy::print_stderr)] // for whoever waits
    pub fn close(&self, case: &str, calls: usize) {
        eprintln!("{case}: {calls} calls; so far {}", self.figures());
    }

    fn figures(&self) -> String {
        let findings = self.findings.len();
        format!(
            "{} runs, {} calls failed, {} kills, {findings} findings",
            self.runs, self.faults, self.kills
        )
    }

    /// Findings that nobody waits for.
    #[must_use]
    pub fn unexcused(&self) -> usize {
        let is_new = |(case, words): &&(String, String)| exceptions::excused(case, words).is_none();
        self.findings.keys().filter(is_new).count()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for ((case, words), runs) in &self.findings {
            let waits = exceptions::excused(case, words);
            let waits = waits.map_or(String::new(), |until| format!(" [waits for: {until}]"));
            writeln!(f, "{case}: {words} ({} times){waits}", runs.len())?;
            for run in runs.iter().take(SHOWN) {
                writeln!(f, "    LOA_FAULTS_ONLY=\"{case} {run}")?;
            }
        }
        writeln!(f, "seed {}: {}", self.seed, self.figures())
    }
}
