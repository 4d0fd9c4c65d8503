//! What must hold after any run, whatever befell it.

use serde_json::Value;

use super::case::{Case, Ran, Whole, plainly};
use super::fate::Fate;
use super::layout;
use super::plan::Baseline;
use super::recorded;
use super::typed::verifies;
use super::words;
use super::world::World;

/// What is wrong with a run and what it left. `struck`: the calls that failed, as `strace` wrote them.
#[must_use]
pub fn at_once(
    world: &World,
    case: &Case,
    fate: &Fate,
    ran: &Ran,
    struck: &[&String],
    baseline: &Baseline,
) -> Vec<String> {
    let mut wrong = ran.wrong.clone();
    let is_killed = fate.kills();
    let ended = &ran.ended;
    // What no disk does, such as to fail a socket or an alarm between threads, may end it in any way.
    let is_disk = struck
        .iter()
        .all(|line| world.is_ours(line) && words::is_likely(line));
    let is_heard = !struck.iter().any(|line| world.is_for_errors(line));
    if ended.hung && is_disk {
        wrong.push("it hangs".to_owned());
    }
    if is_disk && ended.err.contains("panicked at") {
        let mut lines = ended.err.lines();
        let place = lines.find(|line| line.contains("panicked at"));
        let why = lines.next().unwrap_or_default();
        wrong.push(format!("it panics: {} {why}", place.unwrap_or_default()));
    }
    if is_disk && !is_killed && !ended.hung && !matches!(ended.code, Some(0 | 1)) {
        wrong.push(format!("it ends with {}: {}", ended.how, ended.err.trim()));
    }
    if let Fate::Struck(fault) = fate
        && let Some(error) = &fault.error
        && is_disk
        && is_heard
        && !struck.is_empty()
    {
        wrong.extend(words::wrong(world, error, struck, ran));
    }
    if world.digests("goc") != world.known.originals {
        wrong.push("an original was changed".to_owned());
    }
    wrong.extend(half(world, case, baseline));
    wrong.extend((case.check)(world, ran));
    wrong.extend(opens(world));
    wrong
}

/// What is wrong after the same was done once more and nothing befell it.
#[must_use]
pub fn after_all(world: &World, case: &Case, ran: &Ran, baseline: &Baseline) -> Vec<String> {
    let mut wrong = at_once(world, case, &Fate::None, ran, &[], baseline);
    if !ran.done {
        let problems = ran.problems.iter().map(Value::to_string);
        let why: Vec<String> = problems
            .chain([first_line(&ran.ended.err).to_owned()])
            .collect();
        wrong.push(format!("it is refused the next time: {}", why.join(" ")));
    }
    for name in world.files("ra") {
        if case.whole == Whole::Take && name.ends_with(".wav") {
            let take = std::fs::read(world.at("ra").join(&name)).unwrap_or_default();
            if !recorded::is_whole(&take) {
                wrong.push(format!("a take of {} bytes is not mended", take.len()));
            }
            continue;
        }
        if !baseline.made.contains_key(&name) {
            wrong.push(format!("litter ra/{name}"));
        }
    }
    let expected = baseline.made.keys();
    for name in expected.filter(|_| case.whole != Whole::Take) {
        if !world.at("ra").join(name).exists() {
            wrong.push(format!("ra/{name} is missing"));
        }
    }
    let folders: [(&str, &[&str], &[&str]); 6] = [
        ("kho", layout::STORE, layout::STORE_FOLDERS),
        ("kho2", layout::STORE, layout::STORE_FOLDERS),
        ("tinh", layout::PROVINCE, layout::PROVINCE_FOLDERS),
        ("gui", layout::STATE, &[]),
        ("khoa", layout::KEYS, &[]),
        ("tmp", &[], &[]),
    ];
    for (folder, files, empty) in folders {
        let names = world.files(folder);
        for name in layout::litter(&names, files, empty) {
            wrong.push(format!("litter {folder}/{name}"));
        }
        for name in names.iter().filter(|it| !layout::may_be_empty(it)) {
            let place = world.at(folder).join(name);
            if place
                .metadata()
                .is_ok_and(|it| it.is_file() && it.len() == 0)
            {
                wrong.push(format!("empty {folder}/{name}"));
            }
        }
    }
    wrong
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// Files that have a name and are not what they should be.
fn half(world: &World, case: &Case, baseline: &Baseline) -> Vec<String> {
    let mut wrong = Vec::new();
    for (name, digest) in world.digests("ra") {
        let place = format!("@ra/{name}");
        let is_hidden = name
            .rsplit('/')
            .next()
            .is_some_and(|it| it.starts_with('.'));
        let is_whole = match case.whole {
            Whole::Same => baseline.made.get(&name) == Some(&digest),
            Whole::Package => verifies(world, &place),
            Whole::Take => true,
        };
        if !is_hidden && !is_whole {
            wrong.push(format!("half of ra/{name}"));
        }
    }
    wrong
}

/// Whether the store opens, is sound, and has what it began with.
fn opens(world: &World) -> Vec<String> {
    let mut wrong = Vec::new();
    for store in ["kho", "kho2"] {
        if !world.at(store).join("loa.db").exists() {
            continue;
        }
        let place = format!("@{store}");
        let audit = plainly(world, &["archive", "audit", "--store", &place]);
        if !audit.done {
            let why = audit.ended.err.trim();
            wrong.push(format!("the audit of {store} fails: {why}"));
        }
    }
    let item = plainly(world, &["archive", "show", "--store", "@kho", "%item"]);
    if !item.done || !item.ended.out.contains("ban-tin.wav") {
        wrong.push("the first item is gone".to_owned());
    }
    wrong
}
