//! Putting documents into the archive: what a person says of them, and the files made of them.

use archive::{ItemFile, Kind, Metadata, Person, PlaceName};
use board::deck::Deck;
use units::{Digest, Id, ReadAt as _, Watch};

use super::{MADE_FROM, ROLE_DELIVERY, ROLE_SOURCE, item};
use crate::commands::documents::{ARCHIVED, Archived};
use crate::documents::Model;
use crate::facts::{self, ITEM_CHECKS, ITEM_LEVELS, SlideCheck};
use crate::slides::{self, ArchiveImages, all, plain};
use crate::stage::Stage;
use crate::translate::{self, parse};
use crate::wire::{self, ById, Code, Event, Job, JobKind, JobResult, Problem, ToArchive};
use crate::{Host, Studio};

/// What a person wrote when a document was put in last, so that nobody writes it twice.
const WRITTEN: &str = "document-written";

pub fn document_to_archive<H: Host>(
    studio: &Studio<H>,
    request: ById,
) -> Result<ToArchive, Problem> {
    let id: Id = parse(&request.id)?;
    let known = studio.archive().document(id)?;
    let known = known.ok_or_else(|| Problem::new(Code::NotFound, format!("document {id}")))?;
    if let Some(written) = studio.recall(WRITTEN, &request.id)? {
        return Ok(written);
    }
    let is_deck = known.kind == Deck::KIND;
    let person = studio.0.settings.get().person;
    let role = if is_deck { "editor" } else { "announcer" };
    let new = ToArchive {
        id: request.id.clone(),
        body: String::new(),
        tags: vec![],
        people: if person.is_empty() {
            vec![]
        } else {
            vec![wire::Person {
                name: person,
                role: role.to_owned(),
            }]
        },
        status: wire::ItemStatus::Approved,
    };
    // Put in by a version that kept no note of it: what stands in the archive was written then.
    let Some(before) = studio.recall::<Archived>(ARCHIVED, &request.id)? else {
        return Ok(new);
    };
    let item = item(studio, ById { id: before.item })?;
    Ok(ToArchive {
        // The words of a deck are those of its slides, taken anew each time.
        body: if is_deck { String::new() } else { item.body },
        tags: item.tags,
        people: item.people,
        ..new
    })
}

pub fn document_archive<H: Host>(studio: &Studio<H>, request: ToArchive) -> Result<Job, Problem> {
    let id: Id = parse(&request.id)?;
    let known = studio.archive().document(id)?;
    let known = known.ok_or_else(|| Problem::new(Code::NotFound, format!("document {id}")))?;
    let is_deck = known.kind == Deck::KIND;
    let order = if is_deck {
        studio.deck_order(JobKind::Archive, id)?
    } else {
        studio.programme_order(JobKind::Archive, id)?
    };
    let worker = studio.clone();
    studio.0.jobs.begin(order, move |watch| {
        let made = if is_deck {
            worker.make_deck(id, watch)?
        } else {
            worker.make_programme(id, watch)?
        };
        let item = worker.put_in(id, &request, made)?;
        Ok(JobResult::Archived {
            item: item.to_string(),
        })
    })
}

/// What a document became: metadata known by themselves, and files.
struct Made {
    kind: Kind,
    title: String,
    text: String,
    revision: u64,
    duration_ms: u64,
    levels: Option<wire::Levels>,
    checks: Vec<SlideCheck>,
    files: Vec<ItemFile>,
}

impl<H: Host> Studio<H> {
    fn make_programme(&self, id: Id, watch: Watch<'_>) -> Result<Made, Problem> {
        let rendition = self.render(id, &self.0.settings.get().profile, watch)?;
        let programme = self.read_programme(id, |document| document.value().clone())?;
        let digest: Digest = parse(&rendition.digest)?;
        let format = self.0.assets.profile(&rendition.profile)?.format;
        let (ending, media_type) = match format {
            audio::encode::Format::Wav { .. } => ("wav", "audio/wav"),
            audio::encode::Format::Flac { .. } => ("flac", "audio/flac"),
            audio::encode::Format::Mp3(_) => ("mp3", "audio/mpeg"),
        };
        let name = format!("{}.{ending}", plain(&programme.title));
        let mut files = vec![file(digest, name, media_type, ROLE_DELIVERY)];
        files.push(self.keep_json("programme.json", &programme.to_json()?)?);
        for media in &programme.media {
            files.push(self.original(media.digest, &media.name)?);
        }
        Ok(Made {
            kind: Kind::Programme,
            title: programme.title.clone(),
            text: String::new(),
            revision: rendition.revision,
            duration_ms: (programme.length().seconds() * 1_000.0) as u64,
            levels: Some(rendition.report.after),
            checks: vec![],
            files,
        })
    }

    fn make_deck(&self, id: Id, watch: Watch<'_>) -> Result<Made, Problem> {
        let (deck, revision) = self.read_deck(id, |document| {
            (document.value().clone(), document.revision())
        })?;
        let images = ArchiveImages(self.objects().clone());
        let drawing = Stage::of(watch, 0.0, 0.9);
        let pictures = all(
            &deck,
            self.0.assets.fonts(),
            &images,
            watch.telling(&drawing),
        )?;
        let checks = slides::checks(&deck, self.0.assets.fonts(), &images, &pictures)?;
        let mut files = Vec::new();
        for picture in pictures {
            let digest = self.store_bytes(&picture.png)?;
            files.push(file(digest, picture.name, "image/png", ROLE_DELIVERY));
        }
        files.push(self.keep_json("deck.json", &deck.to_json()?)?);
        for digest in deck.pictures() {
            files.push(self.original(digest, &digest.short())?);
        }
        Ok(Made {
            kind: Kind::Deck,
            title: deck.title.clone(),
            text: words_of(&deck),
            revision,
            duration_ms: deck.duration_ms(),
            levels: None,
            checks,
            files,
        })
    }

    /// What a document was made from, under a name that says what it is.
    fn original(&self, digest: Digest, name: &str) -> Result<ItemFile, Problem> {
        let mut head = [0; 16];
        // What is missing is told by the audit; here it keeps the name it had.
        let read = match self.objects().open_object(digest) {
            Ok(bytes) => bytes.read_at(0, &mut head)?,
            Err(_) => 0,
        };
        let name = facts::named_by_content(name, &head[..read]);
        let media_type = facts::media_type(&name);
        Ok(file(digest, name, media_type, ROLE_SOURCE))
    }

    fn keep_json(&self, name: &str, text: &str) -> Result<ItemFile, Problem> {
        let digest = self.store_bytes(text.as_bytes())?;
        Ok(file(
            digest,
            name.to_owned(),
            "application/json",
            ROLE_SOURCE,
        ))
    }

    /// A new item, or a new version of the one this document made before.
    fn put_in(&self, document: Id, request: &ToArchive, made: Made) -> Result<Id, Problem> {
        let key = document.to_string();
        let before: Option<Archived> = self.recall(ARCHIVED, &key)?;
        let settings = self.0.settings.get();
        let now_ms = self.now_ms();
        let metadata = Metadata {
            kind: made.kind,
            status: translate::archive::status_from_wire(request.status),
            title: made.title,
            body: if request.body.is_empty() {
                made.text
            } else {
                request.body.clone()
            },
            tags: request.tags.clone(),
            place: Some(PlaceName {
                code: settings.place_code,
                label: settings.place,
            })
            .filter(|place| !place.label.is_empty()),
            people: request
                .people
                .iter()
                .map(|it| Person {
                    name: it.name.clone(),
                    role: it.role.clone(),
                })
                .collect(),
            date: None,
            duration_ms: Some(made.duration_ms),
            levels: made.levels.as_ref().and_then(translate::archive::levels),
        };
        let known = before.and_then(|before| parse::<Id>(&before.item).ok());
        let item = known.map_or_else(|| self.new_id(), Ok)?;
        let archived = Archived {
            item: item.to_string(),
            revision: made.revision,
        };
        // Killed half way, the document would be put in a second time.
        self.archive().change(|change| -> Result<(), Problem> {
            if known.is_some() {
                change.update_item(item, &metadata, now_ms)?;
            } else {
                change.add_item(item, &metadata, now_ms)?;
            }
            change.add_version(item, "", &made.files, now_ms)?;
            facts::remember(change, MADE_FROM, &archived.item, &key)?;
            facts::remember(change, ITEM_LEVELS, &archived.item, &made.levels)?;
            facts::remember(change, ITEM_CHECKS, &archived.item, &made.checks)?;
            facts::remember(change, WRITTEN, &key, request)?;
            facts::remember(change, ARCHIVED, &key, &archived)
        })?;
        self.events().tell(Event::Archive);
        self.events().tell(Event::Documents);
        Ok(item)
    }
}

fn file(digest: Digest, name: String, media_type: &str, role: &str) -> ItemFile {
    ItemFile {
        digest,
        name,
        media_type: media_type.to_owned(),
        bytes: 0,
        role: role.to_owned(),
    }
}

/// The words on all slides, to be found by.
fn words_of(deck: &Deck) -> String {
    let texts = deck
        .slides
        .iter()
        .flat_map(|slide| &slide.elements)
        .filter_map(|element| match &element.kind {
            board::deck::Kind::Text(text) => Some(text.text.as_str()),
            _ => None,
        });
    texts.collect::<Vec<_>>().join("\n")
}
