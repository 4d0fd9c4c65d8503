//! What can befall a case: its calls, watched once, and what is drawn from them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::{Duration, Instant};

use units::Digest;

use super::case::Case;
use super::fate::{CALLS, Call, Fate, Fault};
use super::world::World;
use crate::dice::Dice;

/// A case as it goes where nothing befalls it.
pub struct Baseline {
    /// What it makes in `ra`.
    pub made: BTreeMap<String, Digest>,
    /// Calls on files of the world.
    pub calls: BTreeSet<Call>,
    /// How long it takes.
    pub took: Duration,
}

impl Baseline {
    /// Runs a case twice in worlds of its own: as ever, and watched.
    ///
    /// # Panics
    /// Where it fails.
    #[must_use]
    pub fn of(case: &Case, first: &World) -> Self {
        let world = first.copy();
        let start = Instant::now();
        let ran = (case.run)(&world, &world.launch(Fate::None));
        let took = start.elapsed();
        assert!(ran.done, "{}: {ran:?}", case.name);
        let made = world.digests("ra");

        let mut seen = BTreeSet::new();
        for is_late in [false, true] {
            if is_late && !case.is_server {
                continue;
            }
            let world = first.copy();
            let launch = world.launch(Fate::Watched(is_late));
            let ran = (case.run)(&world, &launch);
            assert!(ran.done, "{}: {ran:?}", case.name);
            let lines = launch.calls(&ran.ended);
            seen.extend(calls(&lines, is_late, |line| world.is_ours(line)));
        }
        let calls = seen;
        Self { made, calls, took }
    }

    /// Every error that a call can fail with, once and from then on.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        for call in &self.calls {
            let errors = CALLS.iter().find(|(name, _)| *name == call.name);
            for error in errors.map(|(_, errors)| *errors).unwrap_or_default() {
                for lasts in [false, true] {
                    faults.push(Fault {
                        call: call.clone(),
                        error: Some((*error).to_owned()),
                        lasts,
                    });
                }
            }
        }
        faults
    }

    /// A kill: two of three at a call, one at a moment.
    #[must_use]
    pub fn kill(&self, dice: &mut Dice) -> Fate {
        let at = dice.below(self.calls.len() as u64 * 3 / 2) as usize;
        match self.calls.iter().nth(at) {
            Some(call) => Fate::Struck(Fault {
                call: call.clone(),
                error: None,
                lasts: false,
            }),
            None => {
                let longest = self.took.as_micros() as u64 * 11 / 10;
                Fate::KilledAfter(Duration::from_micros(dice.below(longest)))
            }
        }
    }
}

/// Calls on files of ours, without those that would hit the loader of the program as well: every
/// thread counts for itself, and the first one begins with the libraries.
fn calls(lines: &[String], is_late: bool, is_ours: impl Fn(&str) -> bool) -> BTreeSet<Call> {
    let mut counts: HashMap<(String, String), u32> = HashMap::new();
    let mut loaded: HashMap<String, u32> = HashMap::new();
    let mut calls = BTreeSet::new();
    let mut main = None;
    for line in lines {
        let Some((thread, name)) = begun(line) else {
            continue;
        };
        let is_main = main.get_or_insert_with(|| thread.clone()) == &thread;
        let nth = counts.entry((thread, name.clone())).or_default();
        *nth += 1;
        if is_ours(line) {
            let nth = *nth;
            calls.insert(Call { is_late, name, nth });
        } else if !is_late && is_main && line.contains(".so") {
            loaded.insert(name, *nth);
        }
    }
    calls.retain(|it| loaded.get(&it.name).is_none_or(|loaded| it.nth > *loaded));
    calls
}

/// Thread and call of a line that begins a call.
fn begun(line: &str) -> Option<(String, String)> {
    let (thread, rest) = line.split_once(' ')?;
    let (call, _) = rest.trim_start().split_once('(')?;
    let is_name = |text: &str| {
        text.bytes()
            .all(|it| it.is_ascii_alphanumeric() || it == b'_')
    };
    (is_name(call)).then(|| (thread.to_owned(), call.to_owned()))
}

/// The lines of a run on which something was struck.
#[must_use]
pub fn struck(lines: &[String]) -> Vec<&String> {
    let is_struck = |line: &&String| line.contains("(INJECTED)");
    lines.iter().filter(is_struck).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_goes_on_with_a_call_begins_none() {
        let of = |line: &str| begun(line).map(|(thread, call)| thread + " " + &call);
        assert_eq!(
            of("12  openat(AT_FDCWD, \"a\", O_RDONLY) = 3").as_deref(),
            Some("12 openat")
        );
        assert_eq!(of("12  <... openat resumed>) = 3"), None);
        assert_eq!(of("12 +++ exited with 0 +++"), None);
        assert_eq!(of("12 --- SIGINT {si_signo=SIGINT} ---"), None);
    }
}
