//! The JSON form of `delivery.json`, version 1.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{DeliveryFacts, SealedFile};
use crate::contents::{
    Approval, BoardCheck, Contents, FileRef, Item, Kind, Levels, Priority, Role, Slot, Target,
};
use crate::error::Error;
use crate::stamp::Stamp;

const FORMAT: &str = "loa-delivery";
const FORMAT_VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DeliveryFile {
    format: String,
    format_version: u32,
    package: PackageFile,
    priority: String,
    approval: Option<ApprovalFile>,
    validity: ValidityFile,
    targets: Vec<TargetFile>,
    schedule: Vec<SlotFile>,
    items: Vec<ItemFile>,
    files: Vec<FileFile>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PackageFile {
    id: String,
    version: u32,
    created: String,
    title: String,
    language: String,
    organisation: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ApprovalFile {
    by: String,
    role: String,
    at: String,
    document: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ValidityFile {
    from: Option<String>,
    until: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TargetFile {
    kind: String,
    code: String,
    label: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SlotFile {
    item: String,
    start: String,
    end: Option<String>,
    repeat: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ItemFile {
    id: String,
    kind: String,
    headline: String,
    validity: ValidityFile,
    files: Vec<UseFile>,
}

/// What an item says about a file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct UseFile {
    path: String,
    role: String,
    media_type: String,
    duration_ms: Option<u64>,
    pixels: Option<[u32; 2]>,
    levels: Option<LevelsFile>,
    board: Option<BoardFile>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LevelsFile {
    integrated_lufs: Option<f64>,
    true_peak_dbtp: Option<f64>,
    range_lu: Option<f64>,
    dual_mono: bool,
    profile: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct BoardFile {
    name: String,
    pixels: [u32; 2],
    dwell_ms: Option<u64>,
    findings: Vec<FindingFile>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FindingFile {
    code: String,
    severity: String,
    measured: Option<String>,
    needed: Option<String>,
}

/// A file of the payload, once.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileFile {
    path: String,
    bytes: u64,
    sha256: String,
}

impl DeliveryFile {
    pub(super) fn new(contents: &Contents, sealed: &[SealedFile]) -> Self {
        let delivery = &contents.delivery;
        Self {
            format: FORMAT.to_owned(),
            format_version: FORMAT_VERSION,
            package: PackageFile {
                id: contents.package_id.to_string(),
                version: contents.version,
                created: contents.created.to_string(),
                title: contents.title.clone(),
                language: contents.language.clone(),
                organisation: contents.organisation.clone(),
            },
            priority: match delivery.priority {
                Priority::Normal => "normal",
                Priority::High => "high",
                Priority::Emergency => "emergency",
            }
            .to_owned(),
            approval: delivery.approval.as_ref().map(approval),
            validity: validity(delivery.valid_from, delivery.valid_until),
            targets: delivery.targets.iter().map(target).collect(),
            schedule: delivery.schedule.iter().map(slot).collect(),
            items: contents.items.iter().map(item).collect(),
            files: sealed
                .iter()
                .map(|file| FileFile {
                    path: file.path.clone(),
                    bytes: file.bytes,
                    sha256: file.digest.to_string(),
                })
                .collect(),
        }
    }

    pub(super) fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        let mut bytes = serde_json::to_vec_pretty(self).map_err(|_| Error::Metadata {
            field: "delivery",
            reason: "cannot be written as JSON",
        })?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    pub(super) fn read(bytes: &[u8]) -> Result<DeliveryFacts, String> {
        let file: Self = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        if file.format != FORMAT || file.format_version != FORMAT_VERSION {
            return Err("a format of another name or version".to_owned());
        }
        let known: BTreeMap<&str, ()> = file
            .files
            .iter()
            .map(|entry| (entry.path.as_str(), ()))
            .collect();
        for used in file.items.iter().flat_map(|item| &item.files) {
            if !known.contains_key(used.path.as_str()) {
                return Err(format!("an item uses {:?}, which is not listed", used.path));
            }
        }
        let mut stamps = vec![Some(&file.package.created)];
        stamps.extend([file.validity.from.as_ref(), file.validity.until.as_ref()]);
        stamps.push(file.approval.as_ref().map(|approval| &approval.at));
        for slot in &file.schedule {
            stamps.extend([Some(&slot.start), slot.end.as_ref()]);
        }
        for stamp in stamps.into_iter().flatten() {
            stamp
                .parse::<Stamp>()
                .map_err(|error: Error| error.to_string())?;
        }
        Ok(DeliveryFacts {
            package_id: file.package.id,
            version: file.package.version,
            created: file.package.created,
            title: file.package.title,
            files: file
                .files
                .into_iter()
                .map(|entry| (entry.path, entry.bytes, entry.sha256))
                .collect(),
        })
    }
}

fn approval(approval: &Approval) -> ApprovalFile {
    ApprovalFile {
        by: approval.by.clone(),
        role: approval.role.clone(),
        at: approval.at.to_string(),
        document: approval.document.clone(),
    }
}

fn validity(from: Option<Stamp>, until: Option<Stamp>) -> ValidityFile {
    ValidityFile {
        from: from.map(|stamp| stamp.to_string()),
        until: until.map(|stamp| stamp.to_string()),
    }
}

fn target(target: &Target) -> TargetFile {
    TargetFile {
        kind: target.kind.clone(),
        code: target.code.clone(),
        label: target.label.clone(),
    }
}

fn slot(slot: &Slot) -> SlotFile {
    SlotFile {
        item: slot.item.to_string(),
        start: slot.start.to_string(),
        end: slot.end.map(|stamp| stamp.to_string()),
        repeat: slot.repeat.clone(),
    }
}

fn item(item: &Item) -> ItemFile {
    ItemFile {
        id: item.id.to_string(),
        kind: match item.kind {
            Kind::Article => "article",
            Kind::Audio => "audio",
            Kind::Deck => "deck",
            Kind::Picture => "picture",
            Kind::Video => "video",
            Kind::Document => "document",
        }
        .to_owned(),
        headline: item.headline.clone(),
        validity: validity(item.valid_from, item.valid_until),
        files: item.files.iter().map(file_use).collect(),
    }
}

fn file_use(file: &FileRef) -> UseFile {
    UseFile {
        path: file.path.as_str().to_owned(),
        role: match file.role {
            Role::Main => "main",
            Role::Slide => "slide",
            Role::Illustration => "illustration",
            Role::Source => "source",
            Role::Transcript => "transcript",
            Role::Attachment => "attachment",
        }
        .to_owned(),
        media_type: file.media_type.clone(),
        duration_ms: file.duration_ms,
        pixels: file.pixels.map(|(width, height)| [width, height]),
        levels: file.levels.as_ref().map(levels),
        board: file.board.as_ref().map(board),
    }
}

/// JSON has no infinities: silence is written as `null`.
fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

fn levels(levels: &Levels) -> LevelsFile {
    LevelsFile {
        integrated_lufs: finite(levels.integrated.value()),
        true_peak_dbtp: finite(levels.true_peak.value()),
        range_lu: levels.range_lu.and_then(finite),
        dual_mono: levels.dual_mono,
        profile: levels.profile.clone(),
    }
}

fn board(check: &BoardCheck) -> BoardFile {
    BoardFile {
        name: check.board.clone(),
        pixels: [check.pixels.0, check.pixels.1],
        dwell_ms: check.dwell_ms,
        findings: check
            .findings
            .iter()
            .map(|finding| FindingFile {
                code: finding.code.clone(),
                severity: finding.severity.clone(),
                measured: finding.measured.clone(),
                needed: finding.needed.clone(),
            })
            .collect(),
    }
}
