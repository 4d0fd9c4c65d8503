//! Sealing: items of the archive become one signed package in the store.

use std::path::PathBuf;
use std::sync::Arc;

use archive::Item;
use package::{
    Approval, Contents, Delivery, FileRef, Kind, PayloadFile, Person, PortablePath, Priority, Role,
    Sealed, Stamp, Subject,
};
use serde::{Deserialize, Serialize};
use units::{Digest, Id, Watch};

use crate::commands::ROLE_DELIVERY;
use crate::slides::plain;
use crate::wire::{self, Code, NewPackage, Problem};
use crate::{Draft, Host, Studio};

/// What is remembered of a sealed package.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PackageRecord {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Digest of the file.
    pub digest: String,
    /// Length of the file.
    pub bytes: u64,
    /// When it was sealed.
    pub created_ms: i64,
    /// Items inside.
    pub items: Vec<String>,
    /// Files inside.
    pub files: Vec<wire::PackageFile>,
    /// Whether it overtakes others.
    pub emergency: bool,
}

/// Where packages are remembered.
pub const PACKAGE: &str = "package";

impl<H: Host> Studio<H> {
    /// Where a sealed package lies.
    pub(crate) fn package_path(&self, id: &str) -> PathBuf {
        self.store().join("packages").join(format!("{id}.tar"))
    }

    /// Seals items into a package. A failure leaves nothing behind.
    pub(crate) fn seal(
        &self,
        request: &NewPackage,
        watch: Watch<'_>,
    ) -> Result<PackageRecord, Problem> {
        let mut items = Vec::new();
        for id in &request.items {
            items.push(self.find_item(id)?);
        }
        let package_id = self.new_id()?;
        let contents = self.contents(package_id, request, &items)?;
        let place = self.package_path(&package_id.to_string());
        let mut draft = Draft::beside(&place)?;
        let sealed = package::seal(&contents, &self.0.key, &mut draft, watch)?;
        draft.finish(&place)?;
        let record = self.record(request, &sealed);
        self.archive().add_package(&archive::Package {
            id: package_id,
            digest: sealed.digest,
            path: format!("packages/{package_id}.tar"),
            bytes: sealed.bytes,
            created_ms: record.created_ms,
            items: items.iter().map(|item| item.id).collect(),
        })?;
        self.remember(PACKAGE, &record.id, &record)?;
        Ok(record)
    }

    fn record(&self, request: &NewPackage, sealed: &Sealed) -> PackageRecord {
        PackageRecord {
            id: sealed.package_id.to_string(),
            title: request.title.clone(),
            digest: sealed.digest.to_string(),
            bytes: sealed.bytes,
            created_ms: self.now_ms(),
            items: request.items.clone(),
            files: sealed
                .files
                .iter()
                .map(|file| wire::PackageFile {
                    path: file.path.clone(),
                    bytes: file.bytes,
                    digest: file.digest.to_string(),
                })
                .collect(),
            emergency: request.emergency,
        }
    }

    fn contents(
        &self,
        package_id: Id,
        request: &NewPackage,
        items: &[Item],
    ) -> Result<Contents, Problem> {
        let settings = self.0.settings.get();
        let now = self.stamp(self.now_ms());
        let mut contents = Contents {
            package_id,
            version: 1,
            created: now,
            title: request.title.clone(),
            language: "vi".to_owned(),
            organisation: [settings.team, settings.place, "Loa Studio".to_owned()]
                .into_iter()
                .find(|name| !name.is_empty())
                .unwrap_or_default(),
            items: vec![],
            delivery: Delivery {
                priority: if request.emergency {
                    Priority::Emergency
                } else {
                    Priority::Normal
                },
                approval: (!request.approved_by.is_empty()).then(|| Approval {
                    by: request.approved_by.clone(),
                    role: String::new(),
                    at: now,
                    document: None,
                }),
                ..Delivery::default()
            },
            files: vec![],
        };
        for (nth, item) in items.iter().enumerate() {
            self.add_item(&mut contents, nth + 1, item, request.emergency)?;
        }
        Ok(contents)
    }

    fn add_item(
        &self,
        contents: &mut Contents,
        number: usize,
        item: &Item,
        emergency: bool,
    ) -> Result<(), Problem> {
        let metadata = &item.metadata;
        let files = item
            .versions
            .last()
            .map(|version| version.files.as_slice())
            .unwrap_or_default();
        // Items put in from outside have no roles; then all their files are what is delivered.
        let has_roles = files.iter().any(|file| file.role == ROLE_DELIVERY);
        let folder = format!("{number:02}-{}", plain(&metadata.title));
        let mut refs = Vec::new();
        for file in files
            .iter()
            .filter(|file| !has_roles || file.role == ROLE_DELIVERY)
        {
            let name = PortablePath::from_name(&file.name);
            let path = PortablePath::new(&format!("{folder}/{}", name.as_str()))?;
            contents.files.push(PayloadFile {
                path: path.clone(),
                bytes: Arc::new(self.objects().open_object(file.digest)?),
            });
            refs.push(self.file_ref(item, file, path)?);
        }
        if refs.is_empty() {
            let detail = format!("{} has no file to be sent", metadata.title);
            return Err(Problem::new(Code::Empty, detail));
        }
        let text = |wanted: bool| Some(metadata.body.clone()).filter(|it| wanted && !it.is_empty());
        let is_sound = metadata.kind == archive::Kind::Programme;
        contents.items.push(package::Item {
            id: item.id,
            kind: kind(metadata.kind),
            headline: metadata.title.clone(),
            summary: None,
            body: text(!is_sound),
            script: text(is_sound),
            people: metadata
                .people
                .iter()
                .map(|it| Person {
                    name: it.name.clone(),
                    role: it.role.clone(),
                })
                .collect(),
            place: metadata.place.as_ref().map(|place| units::Place {
                code: place.code.clone(),
                label: place.label.clone(),
                level_label: String::new(),
                valid_from: None,
                valid_until: None,
                predecessors: vec![],
            }),
            subjects: metadata
                .tags
                .iter()
                .map(|tag| Subject {
                    code: None,
                    name: tag.clone(),
                })
                .collect(),
            urgency: if emergency { 1 } else { 5 },
            valid_from: None,
            valid_until: None,
            created: Some(self.stamp(item.created_ms)),
            rights: None,
            digital_source: None,
            files: refs,
        });
        Ok(())
    }

    fn file_ref(
        &self,
        item: &Item,
        file: &archive::ItemFile,
        path: PortablePath,
    ) -> Result<FileRef, Problem> {
        let is_deck = item.metadata.kind == archive::Kind::Deck;
        let role = if is_deck { Role::Slide } else { Role::Main };
        let mut file_ref = FileRef::plain(path, &file.media_type, role);
        file_ref.digest_expected = Some(file.digest);
        if file.media_type.starts_with("audio/") {
            file_ref.duration_ms = item.metadata.duration_ms;
            file_ref.levels = self
                .item_levels(&item.id.to_string())?
                .and_then(|it| levels(&it));
        }
        if file.media_type == "image/png" {
            file_ref.pixels = self.png_size(file.digest);
        }
        Ok(file_ref)
    }

    fn stamp(&self, unix_ms: i64) -> Stamp {
        let offset = self.host().utc_offset_minutes();
        Stamp::from_unix(
            unix_ms.div_euclid(1_000),
            i16::try_from(offset).unwrap_or(0),
        )
    }

    /// Width and height from the header of a PNG (W3C PNG §11.2.1).
    fn png_size(&self, digest: Digest) -> Option<(u32, u32)> {
        use units::ReadAt as _;
        let mut head = [0u8; 24];
        self.objects()
            .open_object(digest)
            .ok()?
            .read_exact_at(0, &mut head)
            .ok()?;
        let number =
            |at: usize| u32::from_be_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
        Some((number(16), number(20)))
    }
}

fn kind(kind: archive::Kind) -> Kind {
    match kind {
        archive::Kind::Programme | archive::Kind::Segment | archive::Kind::Jingle => Kind::Audio,
        archive::Kind::Deck | archive::Kind::Slide => Kind::Deck,
        archive::Kind::Article => Kind::Article,
        archive::Kind::Photo => Kind::Picture,
        archive::Kind::Video => Kind::Video,
        archive::Kind::Document => Kind::Document,
    }
}

fn levels(levels: &wire::Levels) -> Option<package::Levels> {
    Some(package::Levels {
        integrated: units::Lufs(levels.integrated_lufs?),
        true_peak: units::Dbtp(levels.true_peak_dbtp?),
        range_lu: Some(levels.range_lu),
        dual_mono: levels.dual_mono,
        profile: None,
    })
}
