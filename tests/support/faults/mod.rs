//! The disk fails at any call, or the program is killed at any call or moment: whatever was promised
//! holds, what is said is true, and nothing is left lying about.
//!
//! `LOA_FAULTS=long` runs all there is (`cargo xtask faults`), `LOA_FAULTS=short` a sample of it; without
//! either, a sample of the commands that need nothing beside them, as it fits into a
//! test. `LOA_FAULTS_SEED` draws another sample, `LOA_FAULTS_MOST` and `LOA_FAULTS_KILLS` say how many
//! faults and kills of each case; `LOA_FAULTS_ONLY="add"` runs one case,
//! `LOA_FAULTS_ONLY="add fsync:1:EIO"` repeats one run.

mod case;
mod driven;
mod exceptions;
mod fate;
mod judge;
mod launch;
mod layout;
mod media;
mod plan;
mod recorded;
mod report;
mod sent;
mod typed;
mod words;
mod world;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

pub use self::case::Case;
use self::fate::{Fate, Fault};
pub use self::media::table as media_table;
use self::plan::Baseline;
pub use self::report::Report;
pub use self::world::World;
use crate::dice::Dice;

/// What of all that could befall is tried.
#[derive(Clone, Debug)]
pub struct Extent {
    /// Faults of each case; `None`: all.
    pub faults: Option<usize>,
    /// Kills of each case.
    pub kills: usize,
    /// What is drawn.
    pub seed: u64,
    /// Only this case, or only this run of it.
    pub only: Option<(String, Option<String>)>,
    /// Whether also what needs a server, a microphone or the window's application.
    pub served: bool,
}

impl Extent {
    /// As the environment says.
    #[must_use]
    pub fn asked() -> Self {
        let text = |name: &str| std::env::var(name).ok().filter(|it| !it.is_empty());
        let number = |name: &str| text(name).and_then(|it| it.parse::<u64>().ok());
        let count = |name: &str| number(name).map(|it| it as usize);
        let is_long = text("LOA_FAULTS").is_some_and(|it| it == "long");
        Self {
            served: text("LOA_FAULTS").or(text("LOA_FAULTS_ONLY")).is_some(),
            faults: count("LOA_FAULTS_MOST").or((!is_long).then_some(FAULTS)),
            kills: count("LOA_FAULTS_KILLS").unwrap_or(if is_long { KILLS_LONG } else { KILLS }),
            seed: number("LOA_FAULTS_SEED").unwrap_or(0),
            only: text("LOA_FAULTS_ONLY").map(|it| match it.split_once(' ') {
                Some((case, run)) => (case.to_owned(), Some(run.to_owned())),
                None => (it, None),
            }),
        }
    }
}

/// A sample that fits into a test.
const FAULTS: usize = 9;
const KILLS: usize = 9;
const KILLS_LONG: usize = 300;

/// Kills in a row before an ordinary start.
const CHAIN_MAX: u64 = 5;

/// Runs side by side; most of the time they wait for the disk.
const LANES: usize = 3;

/// All cases.
pub fn cases() -> impl Iterator<Item = &'static Case> {
    typed::CASES
        .iter()
        .chain(recorded::CASES)
        .chain(sent::CASES)
        .chain(driven::CASES)
}

/// Tries what is asked for.
#[must_use]
pub fn run(extent: &Extent) -> Report {
    let report = Mutex::new(Report::new(extent.seed));
    let first = World::first();
    // Commands that end by themselves fit into any test run; those with a server beside them have hung
    // one run in three there, which is not understood yet.
    let known: Vec<&Case> = match extent.served {
        true => cases().collect(),
        false => typed::CASES.iter().collect(),
    };
    let chosen = known.into_iter().filter(|case| {
        let only = extent.only.as_ref();
        only.is_none_or(|(name, _)| name == case.name)
    });
    for case in chosen {
        let baseline = Baseline::of(case, &first);
        let chains = chains(case, &baseline, extent);
        let next = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..LANES {
                scope.spawn(|| {
                    while let Some(fates) = chains.get(next.fetch_add(1, Ordering::Relaxed)) {
                        chain(case, &first, &baseline, fates, &report);
                    }
                });
            }
        });
        let calls = baseline.calls.len();
        report.lock().expect("whole").close(case.name, calls);
    }
    report.into_inner().expect("whole")
}

/// What befalls a case, in rows: each row one world, an ordinary start at its end.
fn chains(case: &Case, baseline: &Baseline, extent: &Extent) -> Vec<Vec<Fate>> {
    if let Some((_, Some(run))) = &extent.only {
        let fates = run.split(',').filter_map(Fate::parse).collect();
        return vec![fates];
    }
    // Each case draws for itself, so that one that is run alone draws the same.
    let own = units::Digest::of(case.name.as_bytes()).to_string();
    let own = own[..8]
        .bytes()
        .fold(0u64, |sum, it| sum * 31 + u64::from(it));
    let mut dice = Dice::new(extent.seed.wrapping_add(own));
    let mut faults = baseline.faults();
    if let Some(most) = extent.faults {
        let mut drawn: Vec<Fault> = Vec::with_capacity(most);
        while drawn.len() < most && !faults.is_empty() {
            let at = dice.below(faults.len() as u64) as usize;
            drawn.push(faults.swap_remove(at));
        }
        faults = drawn;
    }
    let mut chains: Vec<Vec<Fate>> = faults
        .into_iter()
        .map(|fault| vec![Fate::Struck(fault)])
        .collect();
    let mut kills = extent.kills;
    while kills > 0 {
        let length = kills.min(1 + dice.below(CHAIN_MAX) as usize);
        chains.push((0..length).map(|_| baseline.kill(&mut dice)).collect());
        kills -= length;
    }
    chains
}

/// One world: what befalls it, one after the other, then an ordinary start.
fn chain(case: &Case, first: &World, baseline: &Baseline, fates: &[Fate], report: &Mutex<Report>) {
    let seen = tried(case, first, baseline, fates, report);
    let is_new = |words: &str| exceptions::excused(case.name, words).is_none();
    // What hangs on the order in which threads come is tried once more before it fails a run.
    let again = match seen.iter().any(|(_, words)| is_new(words)) {
        true => tried(case, first, baseline, fates, report),
        false => Vec::new(),
    };
    let mut report = report.lock().expect("whole");
    for (run, words) in seen {
        if is_new(&words) && !again.iter().any(|(_, other)| *other == words) {
            report.seen_once(case.name, &run, &words);
        } else {
            report.found(case.name, &run, std::iter::once(words));
        }
    }
}

/// One world through a row: what was found wrong, each with how to see it again.
fn tried(
    case: &Case,
    first: &World,
    baseline: &Baseline,
    fates: &[Fate],
    report: &Mutex<Report>,
) -> Vec<(String, String)> {
    let world = first.copy();
    let names: Vec<String> = fates.iter().map(Fate::to_string).collect();
    let name = names.join(",");
    let mut met = String::new();
    let mut seen = Vec::new();
    let mut found = |wrong: Vec<String>, met: &str| {
        let run = format!("{name}\"  # {met}");
        seen.extend(
            wrong
                .into_iter()
                .map(|it| (run.clone(), world.anonymous(&it))),
        );
    };
    for fate in fates {
        let launch = world.launch(fate.clone());
        let ran = (case.run)(&world, &launch);
        let lines = launch.calls(&ran.ended);
        let struck = plan::struck(&lines);
        met = struck
            .first()
            .map_or(String::new(), |it| world.anonymous(it));
        report.lock().expect("whole").ran(fate, !struck.is_empty());
        found(
            judge::at_once(&world, case, fate, &ran, &struck, baseline),
            &met,
        );
    }
    let ran = (case.run)(&world, &world.launch(Fate::None));
    found(judge::after_all(&world, case, &ran, baseline), &met);
    seen
}
