//! Commands on the archive: add, search, show, export, audit.

use std::path::{Path, PathBuf};

use archive::{Archive, AuditBudget, Item, ItemFile, Kind, Metadata, Query};
use serde::Serialize;
use studio::wire::{AuditReport, Code, Problem};
use units::{Digest, Id, Watch};

use crate::args::{self, Archive as Task};
use crate::bar::{answer, under_bar};
use crate::machine::{now_ms, random};
use crate::words::l;
use crate::{Outcome, refused};

pub fn archive(task: Task, json: bool) -> Outcome {
    match task {
        Task::Add(task) => add(&task, json),
        Task::Search(task) => search(&task, json),
        Task::Show(task) => show(&task, json),
        Task::Export(task) => export(&task, json),
        Task::Audit(task) => audit(&task, json),
    }
}

/// Opens an archive.
pub fn open(folder: &Path) -> anyhow::Result<Archive> {
    Archive::open(folder).map_err(|error| refused(error.into()))
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

#[derive(Serialize)]
struct Shown {
    id: String,
    kind: &'static str,
    status: &'static str,
    title: String,
    body: String,
    tags: Vec<String>,
    created_ms: i64,
    updated_ms: i64,
    duration_ms: Option<u64>,
    versions: Vec<ShownVersion>,
}

#[derive(Serialize)]
struct ShownVersion {
    number: u32,
    made_ms: i64,
    files: Vec<ShownFile>,
}

#[derive(Serialize)]
struct ShownFile {
    name: String,
    digest: String,
    media_type: String,
    bytes: u64,
    role: String,
}

fn shown(item: &Item) -> Shown {
    let file = |it: &ItemFile| ShownFile {
        name: it.name.clone(),
        digest: it.digest.to_string(),
        media_type: it.media_type.clone(),
        bytes: it.bytes,
        role: it.role.clone(),
    };
    Shown {
        id: item.id.to_string(),
        kind: item.metadata.kind.code(),
        status: item.metadata.status.code(),
        title: item.metadata.title.clone(),
        body: item.metadata.body.clone(),
        tags: item.metadata.tags.clone(),
        created_ms: item.created_ms,
        updated_ms: item.updated_ms,
        duration_ms: item.metadata.duration_ms,
        versions: item
            .versions
            .iter()
            .map(|it| ShownVersion {
                number: it.number,
                made_ms: it.made_ms,
                files: it.files.iter().map(file).collect(),
            })
            .collect(),
    }
}

fn people(item: &Shown) -> String {
    let mut lines = vec![format!(
        "{}  [{} · {}]  {}",
        item.title, item.kind, item.status, item.id
    )];
    for version in &item.versions {
        for file in &version.files {
            let short = file.digest.get(..12).unwrap_or(&file.digest);
            lines.push(format!(
                "  v{}  {}  {} B  {short}…",
                version.number, file.name, file.bytes
            ));
        }
    }
    lines.join("\n")
}

/// Media type by the ending of a name; only for people and packages, never for decisions.
fn media_type(path: &Path) -> &'static str {
    let ending = path
        .extension()
        .unwrap_or_default()
        .to_string_lossy()
        .to_ascii_lowercase();
    match ending.as_str() {
        "wav" | "bwf" => "audio/wav",
        "mp3" => "audio/mpeg",
        "flac" => "audio/flac",
        "m4a" | "aac" => "audio/mp4",
        "ogg" | "opus" => "audio/ogg",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "mp4" => "video/mp4",
        "txt" => "text/plain",
        "html" => "text/html",
        "json" => "application/json",
        "pdf" => "application/pdf",
        _ => "application/octet-stream",
    }
}

fn add(task: &args::ArchiveAdd, json: bool) -> Outcome {
    let kind = Kind::from_code(&task.kind).ok_or_else(|| {
        let names: Vec<&str> = Kind::ALL.iter().map(|kind| kind.code()).collect();
        refused(Problem::new(
            Code::BadRequest,
            format!("--kind: {}", names.join(", ")),
        ))
    })?;
    let mut archive = open(&task.store.store)?;
    let mut files = Vec::new();
    for path in &task.files {
        let stored = under_bar(|watch| Ok(archive.put_file(path, watch)?))?;
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let media_type = media_type(path).to_owned();
        let role = "delivery".to_owned();
        files.push(ItemFile {
            digest: stored.digest,
            name,
            media_type,
            bytes: 0,
            role,
        });
    }
    let usual = || {
        task.files[0]
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned()
    };
    let mut metadata = Metadata::new(kind, task.title.clone().unwrap_or_else(usual));
    metadata.body.clone_from(&task.body);
    metadata.tags.clone_from(&task.tag);
    let id = new_id()?;
    archive.add_item(id, &metadata, now_ms()).map_err(problem)?;
    archive
        .add_version(id, "", &files, now_ms())
        .map_err(problem)?;
    let item = find(&archive, &id.to_string())?;
    answer(json, &shown(&item), people)
}

#[derive(Serialize)]
struct Hits {
    total: u64,
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
        ..Query::as_typed(&task.text)
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
        let total = format!("{} {}", found.total, l("mục", "items"));
        rows.chain([total]).collect::<Vec<_>>().join("\n")
    })
}

fn show(task: &args::ArchiveItem, json: bool) -> Outcome {
    let archive = open(&task.store.store)?;
    let item = find(&archive, &task.item)?;
    answer(json, &shown(&item), people)
}

#[derive(Serialize)]
struct Exported {
    files: Vec<PathBuf>,
}

fn export(task: &args::ArchiveExport, json: bool) -> Outcome {
    let archive = open(&task.item.store.store)?;
    let item = find(&archive, &task.item.item)?;
    let mut written = Vec::new();
    for file in item
        .versions
        .last()
        .map(|it| it.files.as_slice())
        .unwrap_or_default()
    {
        let name = Path::new(&file.name).file_name().unwrap_or_default();
        let place = task.out.join(name);
        if place.exists() {
            let detail = format!("{} is there already", place.display());
            return Err(refused(Problem::new(Code::BadRequest, detail)));
        }
        copy(&archive, file.digest, &place)?;
        written.push(place);
    }
    answer(json, &Exported { files: written }, |made| {
        made.files
            .iter()
            .map(|path| path.display().to_string())
            .collect::<Vec<_>>()
            .join("\n")
    })
}

fn copy(archive: &Archive, digest: Digest, place: &Path) -> Outcome {
    let path = archive.objects().path(digest);
    let mut draft = studio::Draft::beside(place)?;
    std::io::copy(&mut std::fs::File::open(path)?, &mut draft)?;
    draft.finish(place)?;
    Ok(())
}

fn audit(task: &args::Store, json: bool) -> Outcome {
    let mut archive = open(&task.store)?;
    let found =
        under_bar(|watch: Watch<'_>| Ok(archive.audit(now_ms(), AuditBudget::ALL, watch)?))?;
    let names = |digests: &[Digest]| digests.iter().map(ToString::to_string).collect();
    let report = AuditReport {
        checked: found.checked,
        intact: found.ok,
        missing: names(&found.missing),
        damaged: names(&found.damaged),
        orphans: found.orphans,
    };
    let whole = report.missing.is_empty() && report.damaged.is_empty();
    answer(json, &report, |it| {
        format!(
            "{} / {} {} · {} {} · {} {} · {} {}",
            it.intact,
            it.checked,
            l("tệp đúng", "files intact"),
            it.missing.len(),
            l("mất", "missing"),
            it.damaged.len(),
            l("hỏng", "damaged"),
            it.orphans.len(),
            l("tệp lạ", "orphans"),
        )
    })?;
    if whole {
        Ok(())
    } else {
        Err(refused(Problem::new(
            Code::StoreDamaged,
            "the audit found faults",
        )))
    }
}
