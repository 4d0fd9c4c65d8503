//! The archive: putting documents in, finding and opening items, auditing.

mod put;

use std::path::Path;
use std::time::Instant;

use archive::{AuditBudget, Filter, Kind, LastWord, Page, Query, Sort, Summary};
use audio::programme::Programme;
use board::deck::Deck;
use units::{Digest, Id, Watch};

use crate::documents::Model;
use crate::facts;
use crate::jobs::Order;
use crate::translate::{self, parse};
use crate::wire::{
    self, ById, ChangeItem, Code, Event, Item, Job, JobKind, JobResult, Marked, Nothing, Problem,
    SearchPage, SearchRequest,
};
use crate::{Host, Studio};

pub use put::*;

/// Which document an item was made from.
const MADE_FROM: &str = "item-document";

/// Most rows a search answers with.
const HITS_MAX: u32 = 200;

/// A file ready for broadcast or board.
pub(crate) const ROLE_DELIVERY: &str = "delivery";

/// What it was made from.
const ROLE_SOURCE: &str = "source";

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
    let (total, total_is_exact) = if request.text.trim().is_empty() {
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
        (listed.total, true)
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
        (found.count, found.count_is_exact)
    };
    let (kinds, statuses) = translate::archive::facets(&archive.facets(&Filter::default())?);
    let took_ms = start.elapsed().as_secs_f64() * 1_000.0;
    Ok(SearchPage {
        hits,
        total,
        total_is_exact,
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
        Ok(JobResult::Audited(translate::archive::audit_to_wire(
            &archive, &report,
        )?))
    })
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
        // The document is there by now; without this note the next opening makes another copy of it.
        let noted = self.remember(MADE_FROM, item, &id.to_string());
        noted.unwrap_or_default();
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
        file.read_exact_at(0, &mut bytes)
            .map_err(|error| Problem::on(&self.objects().path(digest), error))?;
        String::from_utf8(bytes).map_err(|_| Problem::new(Code::Damaged, "a document is no text"))
    }
}
