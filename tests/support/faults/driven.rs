//! Cases that drive `loa serve` as the window does. What it acknowledges is kept in mind and asked
//! for again at each later start.

use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::case::{Case, Ran, Whole, made_only};
use super::launch::Launch;
use super::world::World;
use crate::servers::Served;

/// How long a take runs.
const TAKE: Duration = Duration::from_millis(400);

/// All of them.
pub const CASES: &[Case] = &[
    case("serve", |world, launch| drive(world, launch, look_around)),
    case("edit", |world, launch| drive(world, launch, edit)),
    case("archive", |world, launch| drive(world, launch, archive)),
    case("import", |world, launch| drive(world, launch, import)),
    case("take", |world, launch| drive(world, launch, take)),
    case("pack", |world, launch| drive(world, launch, pack)),
    case("draw", |world, launch| drive(world, launch, draw)),
    case("produce", |world, launch| drive(world, launch, produce)),
];

const fn case(name: &'static str, run: fn(&World, &Launch) -> Ran) -> Case {
    Case {
        name,
        run,
        check: made_only,
        is_server: true,
        whole: Whole::Same,
    }
}

/// Starts it, asks for all that was ever acknowledged, does the work, ends it.
fn drive(world: &World, launch: &Launch, work: fn(&World, &Served, &mut Ran)) -> Ran {
    let (store, pages) = (world.at("kho"), world.at("trang"));
    let mut command = Served::command(launch.loa(world.root()), &store, &pages);
    let start = Instant::now();
    match Served::by(command.stdout(Stdio::piped())) {
        Err(mut child) => Ran {
            ended: launch.wait(&mut child),
            ..Ran::default()
        },
        Ok(mut served) => {
            launch.is_up(&served.child);
            let killer = launch.moment().map(|moment| {
                let left = moment.saturating_sub(start.elapsed());
                let kill = served.killer();
                std::thread::spawn(move || {
                    std::thread::sleep(left);
                    kill();
                })
            });
            let mut ran = Ran {
                done: true,
                ..Ran::default()
            };
            remembers(world, &served, &mut ran);
            work(world, &served, &mut ran);
            if let Some(killer) = killer {
                killer.join().expect("it kills");
            }
            served.interrupt();
            ran.ended = launch.wait(&mut served.child);
            ran.done &= ran.ended.code == Some(0);
            ran
        }
    }
}

/// Whether what was acknowledged is there.
fn remembers(world: &World, served: &Served, ran: &mut Ran) {
    let deck = ran.keep(served.call("deck", &json!({ "id": world.known.deck })));
    let mut told = world.told();
    if let Some(deck) = deck {
        let title = deck["title"].as_str().unwrap_or_default().to_owned();
        if !told.titles.contains(&title) {
            let told = told.titles.join(" or ");
            ran.wrong
                .push(format!("the deck is called {title}, not {told}"));
        }
        told.titles = vec![title];
    }
    for id in &told.items {
        if ran
            .keep(served.call("item", &json!({ "id": id })))
            .is_none()
        {
            let why = ran.problems.last().cloned();
            ran.wrong
                .extend(why.map(|why| format!("item {id} is gone: {why}")));
        }
    }
    let packages = ran.keep(served.call("packages", &json!({})));
    let clips = clips(world, served, ran);
    let mut look_for = |what: &str, wanted: &[String], all: Option<String>| {
        let lost = |id: &&String| all.as_ref().is_some_and(|all| !all.contains(id.as_str()));
        let lost = wanted.iter().filter(lost);
        ran.wrong
            .extend(lost.map(|id| format!("{what} {id} is gone")));
    };
    look_for("package", &told.packages, packages.map(|it| it.to_string()));
    look_for("clip", &told.clips, clips);
}

fn clips(world: &World, served: &Served, ran: &mut Ran) -> Option<String> {
    let request = json!({ "id": world.known.programme });
    let programme = ran.keep(served.call("programme", &request))?;
    Some(programme["tracks"].to_string())
}

fn look_around(world: &World, served: &Served, ran: &mut Ran) {
    let settings = ran.keep(served.call("app_state", &json!({})));
    if let Some(mut settings) = settings.map(|state| state["settings"].clone()) {
        settings["team"] = json!("Đài xã");
        let kept = ran.keep(served.call("settings_set", &settings));
        if kept.is_some_and(|kept| kept != settings) {
            ran.wrong.push("other settings were kept".to_owned());
        }
    }
    let search = json!({ "text": "nen", "kinds": [], "statuses": [], "offset": 0, "limit": 20 });
    for (name, request) in [
        ("home", json!({})),
        ("search", search),
        ("item", json!({ "id": world.known.item })),
    ] {
        ran.keep(served.call(name, &request));
    }
}

/// Four titles, one step back, one forth.
fn edit(world: &World, served: &Served, ran: &mut Ran) {
    for step in 0..6 {
        let (command, title, request) = {
            let mut told = world.told();
            told.tries += 1;
            let id = &world.known.deck;
            let title = match step {
                4 => told.before.pop().unwrap_or_default(),
                5 => told.before.last().cloned().unwrap_or_default(),
                _ => told.tries.to_string(),
            };
            let edit = json!({ "type": "set-title", "title": title });
            match step {
                4 => ("deck_undo", Some(title), json!({ "id": id })),
                5 => ("deck_redo", None, json!({ "id": id })),
                _ => ("deck_edit", Some(title), json!({ "id": id, "edit": edit })),
            }
        };
        let answer = served.call(command, &request);
        let broken = answer.is_none();
        let kept = ran.keep(answer).map(|deck| deck["title"].clone());
        let mut told = world.told();
        match kept.as_ref().and_then(Value::as_str) {
            Some(now) => {
                if title.as_ref().is_some_and(|title| title != now) {
                    ran.wrong
                        .push(format!("{command} led to {now}, not {title:?}"));
                }
                if step < 4 {
                    let last = told.titles[0].clone();
                    told.before.push(last);
                }
                told.titles = vec![now.to_owned()];
            }
            None if broken => {
                told.titles.extend(title);
                // What redo leads to is known to the program alone.
                let before = told.before.clone();
                told.titles.extend(before);
                return;
            }
            None => {
                drop(told);
                refused_means_undone(world, served, ran);
                return;
            }
        }
    }
}

/// An edit that was refused is not done.
fn refused_means_undone(world: &World, served: &Served, ran: &mut Ran) {
    let deck = served.call("deck", &json!({ "id": world.known.deck }));
    let Some(title) = deck.as_ref().and_then(|deck| deck["title"].as_str()) else {
        return;
    };
    let told = world.told();
    if !told.titles.iter().any(|it| it == title) {
        let told = told.titles.join(" or ");
        ran.wrong
            .push(format!("an edit was refused and done: {title}, not {told}"));
    }
}

fn archive(world: &World, served: &Served, ran: &mut Ran) {
    let request = json!({ "id": world.known.deck, "body": "", "tags": ["y tế"], "people": [],
        "status": "approved" });
    let job = ran.keep(served.job("document_archive", &request));
    let item = job.and_then(|job| Some(job["result"]["item"].as_str()?.to_owned()));
    world.told().items.extend(item);
}

fn import(world: &World, served: &Served, ran: &mut Ran) {
    let bytes = std::fs::read(world.at("goc/ban-tin.wav")).unwrap_or_default();
    let Some(offer) = ran.keep(served.offer("ban-tin.wav", &bytes)) else {
        return;
    };
    let request = json!({ "programme": world.known.programme, "track": null, "position": null,
        "from": { "type": "offer", "id": offer["id"] } });
    laid(world, ran, served.job("programme_import", &request));
}

fn take(world: &World, served: &Served, ran: &mut Ran) {
    let request = json!({ "programme": world.known.programme, "track": null, "position": null,
        "device": null });
    if ran.keep(served.call("record_start", &request)).is_some() {
        std::thread::sleep(TAKE);
        laid(world, ran, served.job("record_stop", &json!({})));
    }
}

fn laid(world: &World, ran: &mut Ran, job: Option<Value>) {
    let job = ran.keep(job);
    let clip = job.and_then(|job| Some(job["result"]["clip"].as_str()?.to_owned()));
    world.told().clips.extend(clip);
}

fn pack(world: &World, served: &Served, ran: &mut Ran) {
    let request = json!({ "title": "Sáng", "items": [world.known.item], "emergency": false,
        "approved_by": "Người duyệt", "send": false });
    let job = ran.keep(served.job("package_create", &request));
    let package = job.and_then(|job| Some(job["result"]["package"].as_str()?.to_owned()));
    world.told().packages.extend(package);
    if let Some(all) = ran.keep(served.call("packages", &json!({}))) {
        let known = all["packages"].as_array().map_or(0, Vec::len);
        let there = world.files("kho/packages");
        let there = there.iter().filter(|name| name.ends_with(".tar")).count();
        if known != there {
            ran.wrong.push(format!(
                "litter kho/packages: {there} packages, {known} known"
            ));
        }
    }
}

fn draw(world: &World, served: &Served, ran: &mut Ran) {
    ran.keep(served.job("deck_export", &json!({ "id": world.known.deck })));
}

fn produce(world: &World, served: &Served, ran: &mut Ran) {
    let request = json!({ "id": world.known.programme, "profile": null });
    ran.keep(served.job("programme_render", &request));
}
