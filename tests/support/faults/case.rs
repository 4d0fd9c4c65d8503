//! What a case is: something people do with the program, and how one sees that it was done.

use std::fs;

use serde_json::Value;

use super::fate::Fate;
use super::launch::{Ended, Launch};
use super::world::World;
use crate::programs::ask;

/// Something people do.
pub struct Case {
    /// What it is called in reports and behind `--only`.
    pub name: &'static str,
    /// Does it once.
    pub run: fn(&World, &Launch) -> Ran,
    /// Looks for what is wrong though it was said to be done, and for what was done though it was
    /// refused.
    pub check: fn(&World, &Ran) -> Vec<String>,
    /// Whether it is a server, which can be struck when it is up.
    pub is_server: bool,
    /// How a file in `ra` is known to be whole.
    pub whole: Whole,
}

/// How a finished file is told from half of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whole {
    /// It is the same each time.
    Same,
    /// It is a package that verifies.
    Package,
    /// It is a take: under whatever name, mended by the next one where it was cut off.
    Take,
}

/// How it went.
#[derive(Clone, Debug, Default)]
pub struct Ran {
    /// The end of the process that something befell.
    pub ended: Ended,
    /// Whether all that was asked is said to be done.
    pub done: bool,
    /// Problems it answered over HTTP.
    pub problems: Vec<Value>,
    /// What was found wrong underway.
    pub wrong: Vec<String>,
}

impl Ran {
    /// Keeps the answer to a request: a value, a problem, or nothing where the line broke.
    pub fn keep(&mut self, answer: Option<Value>) -> Option<Value> {
        let Some(answer) = answer else {
            self.done = false;
            return None;
        };
        if answer["state"] == "running" {
            self.wrong.push("a job does not end".to_owned());
        }
        let problem = if answer["state"] == "failed" {
            answer["problem"].clone()
        } else if answer["code"].is_string() && answer["detail"].is_string() {
            answer.clone()
        } else {
            return Some(answer);
        };
        self.done = false;
        self.problems.push(problem);
        None
    }
}

/// Runs what was typed to its end. `@` before a word makes it a place in the world, `%item` the item.
#[must_use]
pub fn typed(world: &World, launch: &Launch, words: &[&str]) -> Ran {
    let words = words.iter().map(|word| match word.strip_prefix('@') {
        Some(place) => world.path(place),
        None if *word == "%item" => world.known.item.clone(),
        None => (*word).to_owned(),
    });
    let mut command = launch.loa(world.root());
    let ended = launch.run(command.args(words).arg("--json"));
    Ran {
        done: ended.code == Some(0),
        ended,
        ..Ran::default()
    }
}

/// What the program says where nothing befalls it.
#[must_use]
pub fn plainly(world: &World, words: &[&str]) -> Ran {
    typed(world, &world.launch(Fate::None), words)
}

/// Nothing more to look at than what is made.
#[must_use]
pub fn made_only(_: &World, _: &Ran) -> Vec<String> {
    vec![]
}

/// Whether what was searched for was found, where it says so.
#[must_use]
pub fn found(_: &World, ran: &Ran) -> Vec<String> {
    let says_more = ran.ended.out.contains("Nền");
    if ran.done && !ran.ended.out.is_empty() && !says_more {
        return vec![format!("exit 0 without the item: {}", ran.ended.out)];
    }
    vec![]
}

/// Whether the item `Mới` is in the store exactly when it was said to be.
#[must_use]
pub fn added(world: &World, ran: &Ran) -> Vec<String> {
    added_to(world, ran, "kho")
}

/// The same for a store that was not there before.
#[must_use]
pub fn added_anew(world: &World, ran: &Ran) -> Vec<String> {
    if !ran.done && !world.at("kho2/loa.db").exists() {
        return vec![];
    }
    added_to(world, ran, "kho2")
}

fn added_to(world: &World, ran: &Ran, store: &str) -> Vec<String> {
    let store = world.path(store);
    let hits = plainly(world, &["archive", "search", "--store", &store, "Mới"]);
    let hits: Value = serde_json::from_str(&hits.ended.out).unwrap_or_default();
    let ids = hits["hits"].as_array().cloned().unwrap_or_default();
    let mut wrong = Vec::new();
    if ran.done && ids.is_empty() {
        wrong.push("exit 0, but the item is not there".to_owned());
    }
    if ran.ended.code == Some(1) && !ids.is_empty() {
        wrong.push("refused, but the item is there".to_owned());
    }
    let mut wanted: Vec<String> = ["goc/nhac.wav", "goc/tram-y-te.jpg"]
        .iter()
        .filter_map(|name| fs::read(world.at(name)).ok())
        .map(|bytes| units::Digest::of(&bytes).to_string())
        .collect();
    wanted.sort();
    for id in ids.iter().filter_map(|hit| hit["id"].as_str()) {
        let item = ask(world.root(), &["archive", "show", "--store", &store, id]);
        let files = item["versions"][0]["files"].as_array().cloned();
        let files = files.unwrap_or_default();
        let mut digests: Vec<String> = files
            .iter()
            .filter_map(|file| Some(file["digest"].as_str()?.to_owned()))
            .collect();
        digests.sort();
        if digests != wanted {
            wrong.push(format!("the item has other files: {digests:?}"));
        }
    }
    wrong
}
