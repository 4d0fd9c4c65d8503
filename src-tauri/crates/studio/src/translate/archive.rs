//! Items of the archive to the wire and back.

use archive::{Archive, AuditReport, Face, Facets, Item, Kind, Segment, Status, Summary};
use units::{Dbtp, Digest, Lufs};

use crate::wire::{self, ItemKind, ItemStatus, KindCount, Marked, Problem, StatusCount};

/// A kind, to the wire. Slides are shown as part of decks.
#[must_use]
pub const fn kind_to_wire(kind: Kind) -> ItemKind {
    match kind {
        Kind::Programme => ItemKind::Programme,
        Kind::Segment => ItemKind::Segment,
        Kind::Jingle => ItemKind::Jingle,
        Kind::Deck | Kind::Slide => ItemKind::Deck,
        Kind::Article => ItemKind::Article,
        Kind::Photo => ItemKind::Photo,
        Kind::Video => ItemKind::Video,
        Kind::Document => ItemKind::Document,
    }
}

/// A kind, from the wire.
#[must_use]
pub const fn kind_from_wire(kind: ItemKind) -> Kind {
    match kind {
        ItemKind::Programme => Kind::Programme,
        ItemKind::Segment => Kind::Segment,
        ItemKind::Jingle => Kind::Jingle,
        ItemKind::Deck => Kind::Deck,
        ItemKind::Article => Kind::Article,
        ItemKind::Photo => Kind::Photo,
        ItemKind::Video => Kind::Video,
        ItemKind::Document => Kind::Document,
    }
}

/// A status, to the wire. What is sent but not signed for is still only approved.
#[must_use]
pub const fn status_to_wire(status: Status) -> ItemStatus {
    match status {
        Status::Draft => ItemStatus::Draft,
        Status::Review => ItemStatus::Review,
        Status::Approved | Status::Sent => ItemStatus::Approved,
        Status::Delivered => ItemStatus::Delivered,
    }
}

/// A status, from the wire.
#[must_use]
pub const fn status_from_wire(status: ItemStatus) -> Status {
    match status {
        ItemStatus::Draft => Status::Draft,
        ItemStatus::Review => Status::Review,
        ItemStatus::Approved => Status::Approved,
        ItemStatus::Delivered => Status::Delivered,
    }
}

/// Marked text.
#[must_use]
pub fn marked(segments: &[Segment]) -> Vec<Marked> {
    segments
        .iter()
        .map(|it| Marked {
            text: it.text.clone(),
            hit: it.hit,
        })
        .collect()
}

/// Counts by kind and by status.
#[must_use]
pub fn facets(facets: &Facets) -> (Vec<KindCount>, Vec<StatusCount>) {
    let mut kinds: Vec<KindCount> = Vec::new();
    for (kind, count) in &facets.kinds {
        let kind = kind_to_wire(*kind);
        match kinds.iter_mut().find(|it| it.kind == kind) {
            Some(it) => it.count += count,
            None => kinds.push(KindCount {
                kind,
                count: *count,
            }),
        }
    }
    let mut statuses: Vec<StatusCount> = Vec::new();
    for (status, count) in &facets.statuses {
        let status = status_to_wire(*status);
        match statuses.iter_mut().find(|it| it.status == status) {
            Some(it) => it.count += count,
            None => statuses.push(StatusCount {
                status,
                count: *count,
            }),
        }
    }
    (kinds, statuses)
}

/// A row of a list; `title` and `snippet` are marked by the search, or plain.
#[must_use]
pub fn hit(summary: &Summary, title: Vec<Marked>, snippet: Vec<Marked>, face: Face) -> wire::Hit {
    wire::Hit {
        id: summary.id.to_string(),
        kind: kind_to_wire(summary.kind),
        status: status_to_wire(summary.status),
        title,
        snippet,
        updated_ms: summary.updated_ms,
        duration_ms: summary.duration_ms,
        picture: face.picture.map(|digest| digest.to_string()),
        sound: face.sound.map(|digest| digest.to_string()),
    }
}

/// An item, whole.
#[must_use]
pub fn item(item: &Item, document: Option<String>, levels: Option<wire::Levels>) -> wire::Item {
    let metadata = &item.metadata;
    wire::Item {
        id: item.id.to_string(),
        kind: kind_to_wire(metadata.kind),
        title: metadata.title.clone(),
        body: metadata.body.clone(),
        tags: metadata.tags.clone(),
        place: metadata.place.as_ref().map(|place| place.label.clone()),
        people: metadata
            .people
            .iter()
            .map(|it| wire::Person {
                name: it.name.clone(),
                role: it.role.clone(),
            })
            .collect(),
        status: status_to_wire(metadata.status),
        created_ms: item.created_ms,
        updated_ms: item.updated_ms,
        duration_ms: metadata.duration_ms,
        levels,
        document,
        versions: item.versions.iter().map(version).collect(),
    }
}

fn version(version: &archive::Version) -> wire::ItemVersion {
    wire::ItemVersion {
        number: version.number,
        created_ms: version.made_ms,
        note: version.note.clone(),
        files: version
            .files
            .iter()
            .map(|file| wire::ItemFile {
                digest: file.digest.to_string(),
                name: file.name.clone(),
                media_type: file.media_type.clone(),
                bytes: file.bytes,
            })
            .collect(),
    }
}

/// The two figures the archive keeps to sort by.
#[must_use]
pub fn levels(levels: &wire::Levels) -> Option<archive::Levels> {
    Some(archive::Levels {
        integrated: Lufs(levels.integrated_lufs?),
        true_peak: Dbtp(levels.true_peak_dbtp?),
    })
}

/// What an audit of `archive` found, to the wire.
///
/// # Errors
/// What the index reports.
pub fn audit_to_wire(
    archive: &Archive,
    report: &AuditReport,
) -> Result<wire::AuditReport, Problem> {
    let names = |digests: &[Digest]| digests.iter().map(ToString::to_string).collect();
    let mut document_faults = Vec::new();
    for found in &report.document_faults {
        let document = archive.document(found.id)?;
        document_faults.push(wire::DocumentFault {
            id: found.id.to_string(),
            title: document.map(|it| it.title).unwrap_or_default(),
            opens: found.fault.opens,
            detail: found.fault.detail.clone(),
        });
    }
    Ok(wire::AuditReport {
        checked: report.checked,
        intact: report.ok,
        missing: names(&report.missing),
        damaged: names(&report.damaged),
        unreadable: (report.unreadable.iter())
            .map(|(digest, why)| format!("{digest} ({why})"))
            .collect(),
        orphans: report.orphans.clone(),
        documents: report.documents,
        document_faults,
        not_remembered: report.not_remembered,
    })
}
