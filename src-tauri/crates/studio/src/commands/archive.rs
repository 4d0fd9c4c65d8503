//! The archive: putting documents in, finding and opening items, auditing.

use std::path::Path;
use std::time::Instant;

use archive::{
    AuditBudget, Filter, ItemFile, Kind, LastWord, Metadata, Page, Person, PlaceName, Query, Sort,
    Summary,
};
use audio::programme::Programme;
use board::deck::Deck;
use units::{Digest, Id, Watch};

use super::documents::{ARCHIVED, Archived};
use crate::documents::Model;
use crate::facts::{self, ITEM_CHECKS, ITEM_LEVELS, SlideCheck};
use crate::jobs::Order;
use crate::slides::{self, ArchiveImages, all, plain};
use crate::stage::Stage;
use crate::translate::{self, parse};
use crate::wire::{
    self, AuditReport, ById, ChangeItem, Code, Event, Item, Job, JobKind, JobResult, Marked,
    Nothing, Problem, SearchPage, SearchRequest, ToArchive,
};
use crate::{Host, Studio};

/// Which document an item was made from.
const MADE_FROM: &str = "item-document";

/// What a person wrote when a document was put in last, so that nobody writes it twice.
const WRITTEN: &str = "document-written";

/// Most rows a search answers with.
const HITS_MAX: u32 = 200;

/// A file ready for broadcast or board.
pub(crate) const ROLE_DELIVERY: &str = "delivery";

/// What it was made from.
const ROLE_SOURCE: &str = "source";

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
    let item = self::item(studio, ById { id: before.item })?;
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

pub fn search<H: Host>(studio: &Studio<H>, request: SearchRequest) -> Result<SearchPage, Problem> {
    let archive = studio.archive();
    let kinds: Vec<Kind> = request
        .kinds
        .iter()
        .map(|kind| translate::archive::kind_from_wire(*kind))
        .collect();
    let statuses: Vec<_> = request
        .statuses
        .iter()
        .map(|it| translate::archive::status_from_wire(*it))
        .collect();
    let (limit, offset) = (
        request.limit.min(HITS_MAX) as usize,
        request.offset as usize,
    );
    let start = Instant::now();
    let mut hits = Vec::new();
    let total = if request.text.trim().is_empty() {
        let filter = Filter {
            kinds,
            statuses,
            ..Filter::default()
        };
        let listed = archive.list(&filter, Sort::Updated, Page { offset, limit })?;
        let faces = archive.faces(&ids(listed.items.iter()))?;
        for summary in &listed.items {
            let title = vec![Marked {
                text: summary.title.clone(),
                hit: false,
            }];
            let face = faces.get(&summary.id).copied().unwrap_or_default();
            hits.push(translate::archive::hit(summary, title, vec![], face));
        }
        listed.total
    } else {
        let query = Query {
            last_word: LastWord::Prefix,
            kinds,
            statuses,
            limit,
            offset,
            ..Query::new(request.text)
        };
        let found = archive.search(&query)?;
        let faces = archive.faces(&ids(found.hits.iter().map(|hit| &hit.item)))?;
        for hit in &found.hits {
            let (title, snippet) = (
                translate::archive::marked(&hit.title),
                translate::archive::marked(&hit.snippet),
            );
            let face = faces.get(&hit.item.id).copied().unwrap_or_default();
            hits.push(translate::archive::hit(&hit.item, title, snippet, face));
        }
        found.count
    };
    let took_ms = start.elapsed().as_secs_f64() * 1_000.0;
    let (kinds, statuses) = translate::archive::facets(&archive.facets(&Filter::default())?);
    Ok(SearchPage {
        hits,
        total,
        took_ms,
        kinds,
        statuses,
    })
}

fn ids<'a>(items: impl Iterator<Item = &'a Summary>) -> Vec<Id> {
    items.map(|item| item.id).collect()
}

pub fn item<H: Host>(studio: &Studio<H>, request: ById) -> Result<Item, Problem> {
    let item = studio.find_item(&request.id)?;
    let document = studio.recall(MADE_FROM, &request.id)?;
    let levels = facts::item_levels(&studio.archive(), &request.id)?;
    Ok(translate::archive::item(&item, document, levels))
}

pub fn item_change<H: Host>(studio: &Studio<H>, request: ChangeItem) -> Result<Item, Problem> {
    let item = studio.find_item(&request.id)?;
    let mut metadata = item.metadata;
    metadata.title = request.title.unwrap_or(metadata.title);
    metadata.body = request.body.unwrap_or(metadata.body);
    metadata.tags = request.tags.unwrap_or(metadata.tags);
    if let Some(status) = request.status {
        metadata.status = translate::archive::status_from_wire(status);
    }
    let now_ms = studio.now_ms();
    studio.archive().update_item(item.id, &metadata, now_ms)?;
    studio.events().tell(Event::Archive);
    self::item(studio, ById { id: request.id })
}

pub fn item_open<H: Host>(studio: &Studio<H>, request: ById) -> Result<wire::Document, Problem> {
    let document: Option<String> = studio.recall(MADE_FROM, &request.id)?;
    let id = match document {
        Some(id) => {
            // Whoever opens it wants to see it again.
            studio.bring_back(&id)?;
            id
        }
        None => studio.make_anew(&request.id)?,
    };
    let all = super::documents(studio, wire::ListDocuments { kind: None })?;
    all.into_iter()
        .find(|document| document.id == id)
        .ok_or_else(|| Problem::new(Code::NotFound, format!("document {id}")))
}

pub fn audit<H: Host>(studio: &Studio<H>, _: Nothing) -> Result<Job, Problem> {
    let order = Order {
        id: studio.new_id()?.to_string(),
        kind: JobKind::Audit,
        title: String::new(),
        subject: None,
        now_ms: studio.now_ms(),
    };
    let worker = studio.clone();
    studio.0.jobs.begin(order, move |watch| {
        // A connection of its own: the window goes on working meanwhile.
        let mut archive = worker.archive().another()?;
        let report = archive.audit(worker.now_ms(), AuditBudget::ALL, watch)?;
        let names = |digests: &[Digest]| digests.iter().map(ToString::to_string).collect();
        Ok(JobResult::Audited(AuditReport {
            checked: report.checked,
            intact: report.ok,
            missing: names(&report.missing),
            damaged: names(&report.damaged),
            orphans: report.orphans,
        }))
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
    pub(crate) fn find_item(&self, id: &str) -> Result<archive::Item, Problem> {
        let item = self.archive().item(parse(id)?)?;
        item.ok_or_else(|| Problem::new(Code::NotFound, format!("item {id}")))
    }

    /// Puts bytes into the archive. Copying and syncing keep nobody else from it.
    pub(crate) fn store_bytes(&self, bytes: &[u8]) -> Result<Digest, Problem> {
        let staged = self
            .objects()
            .stage(bytes, bytes.len() as u64, Watch::NONE)?;
        Ok(self.archive().keep(staged)?.digest)
    }

    /// Puts a file into the archive; the file itself is not touched.
    pub(crate) fn store_file(&self, path: &Path, watch: Watch<'_>) -> Result<Digest, Problem> {
        let staged = self.objects().stage_file(path, watch)?;
        Ok(self.archive().keep(staged)?.digest)
    }

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
            files.push(file(
                media.digest,
                media.name.clone(),
                "audio/*",
                ROLE_SOURCE,
            ));
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
            files.push(file(
                digest,
                format!("{}.img", digest.short()),
                "image/*",
                ROLE_SOURCE,
            ));
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

    /// A document made again from the source file of an item whose document is gone.
    fn make_anew(&self, item: &str) -> Result<String, Problem> {
        let found = self.find_item(item)?;
        let files = found
            .versions
            .last()
            .map(|version| version.files.as_slice())
            .unwrap_or_default();
        let source = |name: &str| {
            files
                .iter()
                .find(|it| it.role == ROLE_SOURCE && it.name == name)
        };
        let id = self.new_id()?;
        if let Some(file) = source("programme.json") {
            let mut programme = Programme::from_json(&self.read_text(file.digest)?)?;
            programme.id = id;
            self.create_document(id, &programme)?;
        } else if let Some(file) = source("deck.json") {
            let mut deck = Deck::from_json(&self.read_text(file.digest)?)?;
            deck.id = id;
            self.create_document(id, &deck)?;
        } else {
            return Err(Problem::new(
                Code::NotFound,
                "the item was not made from a document",
            ));
        }
        self.remember(MADE_FROM, item, &id.to_string())?;
        Ok(id.to_string())
    }

    fn read_text(&self, digest: Digest) -> Result<String, Problem> {
        use units::ReadAt as _;
        let file = self.objects().open_object(digest)?;
        let length = usize::try_from(file.len()).unwrap_or(usize::MAX);
        if length > board::deck::DECK_JSON_BYTES_MAX {
            return Err(Problem::new(Code::TooLarge, "a document above 32 MiB"));
        }
        let mut bytes = vec![0; length];
        file.read_exact_at(0, &mut bytes)?;
        String::from_utf8(bytes).map_err(|_| Problem::new(Code::Damaged, "a document is no text"))
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
