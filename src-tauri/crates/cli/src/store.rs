//! Commands on the archive: add, search, show, export, audit, recover.

mod audit;
mod export;
mod recover;
mod show;

use std::path::Path;

use archive::{Archive, Item, ItemFile, Kind, Levels, Metadata, Person, PlaceName, Query};
use serde::Serialize;
use studio::wire::{Code, Problem};
use units::{Day, Dbtp, Id, Lufs};

use self::export::export;
use self::show::{people, shown};

use crate::args::{self, Archive as Task};
use crate::bar::under_bar;
use crate::machine::{now_ms, random};
use crate::out::{answer, done};
use crate::words::l;
use crate::{Outcome, refused};

pub fn archive(task: Task, json: bool) -> Outcome {
    match task {
        Task::Add(task) => add(&task, json),
        Task::Search(task) => search(&task, json),
        Task::Show(task) => show(&task, json),
        Task::Export(task) => export(&task, json),
        Task::Audit(task) => audit::audit(&task, json),
        Task::Recover(task) => recover::recover(&task, json),
    }
}

/// Opens an archive that is there: a slip in its name must not make an empty one.
pub fn open(folder: &Path) -> anyhow::Result<Archive> {
    if !folder.join("loa.db").exists() {
        let detail = format!("{}: no archive (loa.db)", folder.display());
        return Err(refused(Problem::new(Code::NotFound, detail)));
    }
    Archive::open(folder).map_err(problem)
}

/// Makes the folder ours before something of a store is put there without an archive: a key, an
/// outbox. One with other files in it is refused.
pub fn claim(folder: &Path) -> anyhow::Result<()> {
    archive::claim(folder).map_err(problem)
}

/// A new id.
pub fn new_id() -> anyhow::Result<Id> {
    let mut bytes = [0; 10];
    random(&mut bytes).map_err(refused)?;
    Ok(Id::new(u64::try_from(now_ms()).unwrap_or(0), bytes))
}

fn problem(error: archive::Error) -> anyhow::Error {
    refused(error.into())
}

/// Finds an item by its id.
pub fn find(archive: &Archive, id: &str) -> anyhow::Result<Item> {
    let missing = || refused(Problem::new(Code::NotFound, id.to_owned()));
    let parsed: Id = id.parse().map_err(|_| missing())?;
    archive.item(parsed).map_err(problem)?.ok_or_else(missing)
}

fn add(task: &args::ArchiveAdd, json: bool) -> Outcome {
    // All that can be refused is refused before anything is copied.
    let mut metadata = metadata(task)?;
    let mut archive = Archive::open(&task.store.store).map_err(problem)?;
    let mut files = Vec::new();
    let mut sounds = Vec::new();
    for path in &task.files {
        let stored = under_bar(|watch| Ok(archive.put_file(path, watch)?))?;
        let name = file_name(path);
        if let Some(levels) = under_bar(|watch| studio::measured(path, watch))? {
            sounds.push((stored.digest, levels));
        }
        files.push(ItemFile {
            digest: stored.digest,
            media_type: studio::media_type(&name).to_owned(),
            name,
            bytes: 0,
            role: "delivery".to_owned(),
        });
    }
    // Figures of several sounds are no figures of the item.
    if let [(_, only)] = &*sounds {
        metadata.duration_ms = Some(studio::duration_ms(only));
        metadata.levels =
            (only.integrated_lufs.zip(only.true_peak_dbtp)).map(|(integrated, true_peak)| Levels {
                integrated: Lufs(integrated),
                true_peak: Dbtp(true_peak),
            });
    }
    let (id, now_ms) = (new_id()?, now_ms());
    archive
        .change(|change| -> Result<(), Problem> {
            change.add_item(id, &metadata, now_ms)?;
            change.add_version(id, "", &files, now_ms)?;
            (sounds.iter()).try_for_each(|(sound, it)| studio::remember_levels(change, *sound, it))
        })
        .map_err(refused)?;
    let item = find(&archive, &id.to_string())?;
    done(json, &shown(&item), people)
}

fn metadata(task: &args::ArchiveAdd) -> anyhow::Result<Metadata> {
    let wrong = |detail: String| refused(Problem::new(Code::BadRequest, detail));
    let kind = Kind::from_code(&task.kind).ok_or_else(|| {
        let names: Vec<&str> = Kind::ALL.iter().map(|kind| kind.code()).collect();
        wrong(format!("--kind: {}", names.join(", ")))
    })?;
    let usual = || {
        let path = task.files.first().map(|path| path.file_stem());
        let stem = path.flatten().unwrap_or_default();
        stem.to_string_lossy().into_owned()
    };
    let person = |text: &String| {
        let (name, role) = text.split_once(':').unwrap_or((text, ""));
        Person {
            name: name.trim().to_owned(),
            role: role.trim().to_owned(),
        }
    };
    let date = task
        .date
        .as_deref()
        .map(|text| day(text).ok_or_else(|| wrong(format!("--date {text}: YYYY-MM-DD"))));
    Ok(Metadata {
        body: task.body.clone(),
        tags: task.tag.clone(),
        place: task.place.as_ref().map(|label| PlaceName {
            code: task.place_code.clone(),
            label: label.clone(),
        }),
        people: task.person.iter().map(person).collect(),
        date: date.transpose()?,
        ..Metadata::new(kind, task.title.clone().unwrap_or_else(usual))
    })
}

/// A day as `YYYY-MM-DD`, by the same reading as in packages.
fn day(text: &str) -> Option<Day> {
    text.parse::<package::Stamp>().err()?;
    let midnight: package::Stamp = format!("{text}T00:00:00Z").parse().ok()?;
    let mut parts = midnight.day();
    parts.retain(|c| c != '-');
    let number: u32 = parts.parse().ok()?;
    Some(Day {
        year: i16::try_from(number / 10_000).ok()?,
        month: u8::try_from(number / 100 % 100).ok()?,
        day: u8::try_from(number % 100).ok()?,
    })
}

fn file_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

#[derive(Serialize)]
struct Hits {
    total: u64,
    /// Whether there are no more than `total`.
    total_is_exact: bool,
    hits: Vec<ShownHit>,
}

#[derive(Serialize)]
struct ShownHit {
    id: String,
    kind: &'static str,
    title: String,
    snippet: String,
}

fn search(task: &args::ArchiveSearch, json: bool) -> Outcome {
    let archive = open(&task.store.store)?;
    let query = Query {
        limit: task.limit,
        ..Query::as_typed(task.text.join(" "))
    };
    let found = archive.search(&query).map_err(problem)?;
    let join = |segments: &[archive::Segment]| {
        segments
            .iter()
            .map(|it| {
                if it.hit {
                    format!("[{}]", it.text)
                } else {
                    it.text.clone()
                }
            })
            .collect::<String>()
    };
    let hits = Hits {
        total: found.count,
        total_is_exact: found.count_is_exact,
        hits: found
            .hits
            .iter()
            .map(|hit| ShownHit {
                id: hit.item.id.to_string(),
                kind: hit.item.kind.code(),
                title: hit.item.title.clone(),
                snippet: join(&hit.snippet),
            })
            .collect(),
    };
    answer(json, &hits, |found| {
        let rows = found
            .hits
            .iter()
            .map(|it| format!("{}  {:<10} {}  {}", it.id, it.kind, it.title, it.snippet));
        let more = if found.total_is_exact {
            ""
        } else {
            l("hơn ", "more than ")
        };
        let items = if found.total == 1 { "item" } else { "items" };
        let total = format!("{more}{} {}", found.total, l("mục", items));
        rows.chain([total]).collect()
    })
}

fn show(task: &args::ArchiveItem, json: bool) -> Outcome {
    let archive = open(&task.store.store)?;
    let item = find(&archive, &task.item)?;
    answer(json, &shown(&item), people)
}
