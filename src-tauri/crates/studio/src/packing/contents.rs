//! What goes into a package, put together in one way for the window and for the terminal.

use std::collections::HashSet;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use archive::{Archive, Item, ItemFile};
use files::{Access, Draft, sweep_beside};
use package::{
    Approval, BoardCheck, Contents, Delivery, FileRef, Finding, Kind, PayloadFile, Person,
    PortablePath, Priority, Role, Sealed, SigningKey, Stamp, Subject, limits,
};
use units::{FileBytes, Id, ReadAt, Watch};

use super::lazy::Lazy;
use crate::commands::ROLE_DELIVERY;
use crate::facts::{self, ITEM_CHECKS, SlideCheck};
use crate::room;
use crate::settings::SettingsFile;
use crate::slides::plain;
use crate::wire::{self, Code, Problem};

/// Letters of an item's title in the name of its folder: with the longest name of a file it stays
/// within what a package takes.
const FOLDER_LETTERS_MAX: usize = 40;

/// Who made a package where nothing better is known.
const NOBODY: &str = "Loa Studio";

/// What stands on a package.
pub struct Cover {
    /// Its id.
    pub id: Id,
    /// When it is put together, in milliseconds since 1970.
    pub now_ms: i64,
    /// Minutes by which local time is ahead of UTC.
    pub utc_offset_minutes: i32,
    /// What people call it.
    pub title: String,
    /// The unit that made it.
    pub organisation: String,
    /// Who said it may go out; empty where nobody has.
    pub approved_by: String,
    /// Whether it overtakes others.
    pub emergency: bool,
}

/// A package being put together.
pub struct Packing {
    contents: Contents,
    has_items: bool,
    utc_offset_minutes: i32,
    emergency: bool,
}

/// The unit that works with this store, as its settings name it.
///
/// # Errors
/// Where the settings cannot be read.
pub fn organisation(store: Option<&Path>) -> Result<String, Problem> {
    Ok(match store {
        Some(store) => organisation_of(SettingsFile::open(store)?.get()),
        None => NOBODY.to_owned(),
    })
}

pub(super) fn organisation_of(settings: wire::Settings) -> String {
    let names = [settings.team, settings.place].map(|name| one_line(&name));
    (names.into_iter())
        .find(|name| !name.is_empty())
        .unwrap_or_else(|| NOBODY.to_owned())
}

impl Packing {
    /// An empty package.
    #[must_use]
    pub fn new(cover: Cover) -> Self {
        let created = stamp(cover.now_ms, cover.utc_offset_minutes);
        let approved_by = one_line(&cover.approved_by);
        Self {
            contents: Contents {
                package_id: cover.id,
                version: 1,
                created,
                title: one_line(&cover.title),
                language: "vi".to_owned(),
                organisation: cover.organisation,
                items: vec![],
                delivery: Delivery {
                    priority: if cover.emergency {
                        Priority::Emergency
                    } else {
                        Priority::Normal
                    },
                    approval: (!approved_by.is_empty()).then(|| Approval {
                        by: approved_by,
                        role: String::new(),
                        at: created,
                        document: None,
                    }),
                    ..Delivery::default()
                },
                files: vec![],
            },
            has_items: false,
            utc_offset_minutes: cover.utc_offset_minutes,
            emergency: cover.emergency,
        }
    }

    /// Adds what is delivered of an item: the files of its newest version that have that role, or
    /// all where none has. An item that is in already is in once.
    ///
    /// # Errors
    /// [`Code::Empty`] where it has no file; what the archive reports.
    pub fn add_item(&mut self, archive: &Archive, item: &Item) -> Result<(), Problem> {
        if self.contents.items.iter().any(|it| it.id == item.id) {
            return Ok(());
        }
        let metadata = &item.metadata;
        let files = delivered(item);
        if files.is_empty() {
            let detail = format!("{} has no file to be sent", metadata.title);
            return Err(Problem::new(Code::Empty, detail));
        }
        let letters: String = plain(&metadata.title)
            .chars()
            .take(FOLDER_LETTERS_MAX)
            .collect();
        let number = self.contents.items.len() + 1;
        let folder = format!("{number:02}-{}/", letters.trim_end_matches('-'));
        let checks: Vec<SlideCheck> =
            facts::recall(archive, ITEM_CHECKS, &item.id.to_string())?.unwrap_or_default();
        let sounds = files.iter().filter(|file| is_sound(file)).count();
        let mut names = HashSet::new();
        let mut refs = Vec::new();
        for file in files {
            let path = own_path(&folder, &file.name, &mut names)?;
            let object = archive.open_object(file.digest)?;
            let role = match metadata.kind {
                archive::Kind::Deck | archive::Kind::Slide => Role::Slide,
                _ => Role::Main,
            };
            let mut file_ref = FileRef::plain(path.clone(), &file.media_type, role);
            file_ref.digest_expected = Some(file.digest);
            if is_sound(file) {
                let found = facts::levels_of(archive, item, file, sounds == 1)?;
                add_levels(&mut file_ref, found.as_ref());
                if sounds == 1 {
                    file_ref.duration_ms = file_ref.duration_ms.or(metadata.duration_ms);
                }
            }
            file_ref.pixels = pixels(&object, &file.media_type);
            let check = checks.iter().find(|check| check.file == file.name);
            file_ref.board = check.map(board_check);
            let (objects, digest) = (archive.objects().clone(), file.digest);
            let open = move || objects.open_object(digest).map_err(io::Error::other);
            let bytes = Arc::new(Lazy::new(object.len(), open));
            self.contents.files.push(PayloadFile { path, bytes });
            refs.push(file_ref);
        }
        self.has_items = true;
        let made = self.item(item, refs);
        self.contents.items.push(made);
        Ok(())
    }

    /// Adds files from anywhere, as one document.
    ///
    /// # Errors
    /// What the system reports of a file.
    pub fn add_files(
        &mut self,
        id: Id,
        paths: &[PathBuf],
        watch: Watch<'_>,
    ) -> Result<(), Problem> {
        let mut names = HashSet::new();
        let mut refs = Vec::new();
        for path in paths {
            let file = crate::tools::open_file(path)?;
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let media_type = facts::media_type(&name);
            let place = own_path("", &name, &mut names)?;
            let mut file_ref = FileRef::plain(place.clone(), media_type, Role::Main);
            add_levels(&mut file_ref, facts::measured(path, watch)?.as_ref());
            file_ref.pixels = pixels(&file, media_type);
            let again = path.clone();
            let open = move || File::open(&again).and_then(FileBytes::new);
            let bytes = Arc::new(Lazy::new(file.len(), open));
            self.contents.files.push(PayloadFile { path: place, bytes });
            refs.push(file_ref);
        }
        let headline = self.contents.title.clone();
        let item = package::Item::plain(id, Kind::Document, headline, refs);
        self.contents.items.push(item);
        Ok(())
    }

    /// Seals it under the name `place`. A failure leaves nothing behind.
    ///
    /// # Errors
    /// What does not go into a package; what the disk reports.
    pub fn seal(
        &self,
        key: &SigningKey,
        place: &Path,
        access: Access,
        watch: Watch<'_>,
    ) -> Result<Sealed, Problem> {
        let (draft, sealed) = self.seal_draft(key, place, access, watch)?;
        let finished = draft.finish(place);
        finished.map_err(|error| Problem::on(place, error))?;
        Ok(sealed)
    }

    /// Seals it into a draft, still to be named.
    pub(super) fn seal_draft(
        &self,
        key: &SigningKey,
        place: &Path,
        access: Access,
        watch: Watch<'_>,
    ) -> Result<(Draft, Sealed), Problem> {
        sweep_beside(place);
        // What is in it, without the little that stands around it.
        let needed = self.contents.files.iter().map(|it| it.bytes.len()).sum();
        room::check(needed, place)?;
        let mut draft = Draft::beside(place, access).map_err(|error| Problem::on(place, error))?;
        let sealed = package::seal(&self.contents, key, &mut draft, watch);
        let sealed = sealed.map_err(|error| {
            let problem = match error {
                package::Error::Write(error) => Problem::on(place, error),
                // What an item refers to lies in the store, and nobody has another original of it.
                package::Error::Changed { .. } if self.has_items => {
                    Problem::new(Code::StoreDamaged, error.to_string())
                }
                error => error.into(),
            };
            let written = draft.file().metadata().map_or(0, |it| it.len());
            room::told(problem, needed, place, written)
        })?;
        Ok((draft, sealed))
    }

    fn item(&self, item: &Item, files: Vec<FileRef>) -> package::Item {
        let metadata = &item.metadata;
        let kind = kind(metadata.kind);
        let headline = match one_line(&metadata.title) {
            title if title.is_empty() => self.contents.title.clone(),
            title => title,
        };
        let text = |wanted: bool| Some(metadata.body.clone()).filter(|it| wanted && !it.is_empty());
        let is_read_aloud = kind == Kind::Audio;
        package::Item {
            body: text(!is_read_aloud),
            script: text(is_read_aloud),
            people: metadata
                .people
                .iter()
                .map(|it| Person {
                    name: one_line(&it.name),
                    role: it.role.clone(),
                })
                .filter(|it| !it.name.is_empty())
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
                    name: one_line(tag),
                })
                .filter(|it| !it.name.is_empty())
                .collect(),
            urgency: if self.emergency { 1 } else { 5 },
            created: Some(stamp(item.created_ms, self.utc_offset_minutes)),
            ..package::Item::plain(item.id, kind, headline, files)
        }
    }
}

/// Items put in from outside have no roles; then all their files are what is delivered.
fn delivered(item: &Item) -> Vec<&ItemFile> {
    let newest = item.versions.last();
    let files = newest
        .map(|version| version.files.as_slice())
        .unwrap_or_default();
    let has_roles = files.iter().any(|file| file.role == ROLE_DELIVERY);
    files
        .iter()
        .filter(|file| !has_roles || file.role == ROLE_DELIVERY)
        .collect()
}

/// A place in the package that no other file of this folder has.
fn own_path(
    folder: &str,
    name: &str,
    names: &mut HashSet<String>,
) -> Result<PortablePath, Problem> {
    let mut own = PortablePath::from_name(name);
    let mut nth = 1;
    while !names.insert(own.clash_key()) {
        nth += 1;
        own = PortablePath::from_name(&format!("{nth}-{name}"));
    }
    Ok(PortablePath::new(&format!("{folder}{own}"))?)
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

fn is_sound(file: &ItemFile) -> bool {
    file.media_type.starts_with("audio/")
}

fn add_levels(file: &mut FileRef, levels: Option<&wire::Levels>) {
    file.duration_ms = levels.map(facts::duration_ms);
    file.levels = levels.and_then(|levels| {
        Some(package::Levels {
            integrated: units::Lufs(levels.integrated_lufs?),
            true_peak: units::Dbtp(levels.true_peak_dbtp?),
            range_lu: Some(levels.range_lu),
            dual_mono: levels.dual_mono,
            profile: None,
        })
    });
}

fn board_check(check: &SlideCheck) -> BoardCheck {
    BoardCheck {
        board: check.board.clone(),
        pixels: check.pixels,
        dwell_ms: Some(check.dwell_ms),
        findings: check
            .findings
            .iter()
            .map(|finding| Finding {
                code: finding.code.clone(),
                severity: finding.severity.clone(),
                measured: Some(finding.measured.clone()),
                needed: Some(finding.needed.clone()),
            })
            .collect(),
    }
}

/// Width and height from the header of a PNG (W3C PNG §11.2.1).
fn pixels(bytes: &dyn ReadAt, media_type: &str) -> Option<(u32, u32)> {
    let mut head = [0u8; 24];
    if media_type != "image/png" || bytes.read_exact_at(0, &mut head).is_err() {
        return None;
    }
    let number =
        |at: usize| u32::from_be_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
    head.starts_with(b"\x89PNG\r\n\x1a\n")
        .then(|| (number(16), number(20)))
}

fn stamp(unix_ms: i64, utc_offset_minutes: i32) -> Stamp {
    Stamp::from_unix(
        unix_ms.div_euclid(1_000),
        i16::try_from(utc_offset_minutes).unwrap_or(0),
    )
}

/// A text on one line without space at its ends, and no longer than a line of a package may be.
fn one_line(text: &str) -> String {
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect();
    let line: String = words
        .join(" ")
        .chars()
        .take(limits::TITLE_CHARS_MAX)
        .collect();
    line.trim_end().to_owned()
}
