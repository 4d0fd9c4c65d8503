//! An item of the archive as the terminal shows it.

use archive::{Item, ItemFile, Version};
use serde::Serialize;
use units::Day;

#[derive(Serialize)]
pub struct Shown {
    id: String,
    kind: &'static str,
    status: &'static str,
    title: String,
    body: String,
    tags: Vec<String>,
    place: Option<ShownPlace>,
    people: Vec<ShownPerson>,
    date: Option<String>,
    created_ms: i64,
    updated_ms: i64,
    duration_ms: Option<u64>,
    integrated_lufs: Option<f64>,
    true_peak_dbtp: Option<f64>,
    versions: Vec<ShownVersion>,
}

#[derive(Serialize)]
struct ShownPlace {
    code: String,
    name: String,
}

#[derive(Serialize)]
struct ShownPerson {
    name: String,
    role: String,
}

#[derive(Serialize)]
struct ShownVersion {
    number: u32,
    made_ms: i64,
    note: String,
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

/// For scripts.
pub fn shown(item: &Item) -> Shown {
    let metadata = &item.metadata;
    // JSON has no infinities: silence is null.
    let finite = |level: f64| level.is_finite().then_some(level);
    Shown {
        id: item.id.to_string(),
        kind: metadata.kind.code(),
        status: metadata.status.code(),
        title: metadata.title.clone(),
        body: metadata.body.clone(),
        tags: metadata.tags.clone(),
        place: metadata.place.as_ref().map(|it| ShownPlace {
            code: it.code.clone(),
            name: it.label.clone(),
        }),
        people: metadata
            .people
            .iter()
            .map(|it| ShownPerson {
                name: it.name.clone(),
                role: it.role.clone(),
            })
            .collect(),
        date: metadata.date.map(day),
        created_ms: item.created_ms,
        updated_ms: item.updated_ms,
        duration_ms: metadata.duration_ms,
        integrated_lufs: metadata.levels.and_then(|it| finite(it.integrated.value())),
        true_peak_dbtp: metadata.levels.and_then(|it| finite(it.true_peak.value())),
        versions: item.versions.iter().map(version).collect(),
    }
}

fn version(version: &Version) -> ShownVersion {
    let file = |it: &ItemFile| ShownFile {
        name: it.name.clone(),
        digest: it.digest.to_string(),
        media_type: it.media_type.clone(),
        bytes: it.bytes,
        role: it.role.clone(),
    };
    ShownVersion {
        number: version.number,
        made_ms: version.made_ms,
        note: version.note.clone(),
        files: version.files.iter().map(file).collect(),
    }
}

fn day(day: Day) -> String {
    format!("{:04}-{:02}-{:02}", day.year, day.month, day.day)
}

/// For people.
pub fn people(item: &Shown) -> Vec<String> {
    let mut lines = vec![format!(
        "{}  [{} · {}]  {}",
        item.title, item.kind, item.status, item.id
    )];
    let facts = [
        item.date.clone(),
        item.place.as_ref().map(|it| it.name.clone()),
        item.duration_ms
            .map(|ms| format!("{}:{:02}", ms / 60_000, ms / 1_000 % 60)),
        item.integrated_lufs.map(|it| format!("{it:.1} LUFS")),
        item.true_peak_dbtp.map(|it| format!("{it:.1} dBTP")),
    ];
    let facts: Vec<String> = facts.into_iter().flatten().collect();
    if !facts.is_empty() {
        lines.push(format!("  {}", facts.join(" · ")));
    }
    for person in &item.people {
        lines.push(format!("  {}: {}", person.role, person.name));
    }
    if !item.tags.is_empty() {
        lines.push(format!("  # {}", item.tags.join(", ")));
    }
    for version in &item.versions {
        for file in &version.files {
            let short = file.digest.get(..12).unwrap_or(&file.digest);
            lines.push(format!(
                "  v{}  {}  {} B  {short}…",
                version.number, file.name, file.bytes
            ));
        }
    }
    lines
}
