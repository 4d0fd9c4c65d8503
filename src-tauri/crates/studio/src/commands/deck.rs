//! Decks: templates, edits, pictures, export.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use board::deck::{Deck, Edit, Element, Fit, Frame, Kind, Slide};
use files::{Access, RunFolder, write_whole};
use units::{Id, Watch};

use crate::jobs::Order;
use crate::slides::{ArchiveImages, SlidePicture, all, plain};
use crate::translate::{self, parse};
use crate::wire::{
    self, ById, Code, EditDeck, ImportPicture, Job, JobKind, JobResult, NewDeck, Nothing, Problem,
    Template,
};
use crate::{Host, Studio};

pub fn boards<H: Host>(studio: &Studio<H>, _: Nothing) -> Result<Vec<wire::Board>, Problem> {
    let boards = studio.0.assets.boards().iter();
    Ok(boards.map(translate::deck::board_to_wire).collect())
}

pub fn templates<H: Host>(studio: &Studio<H>, _: Nothing) -> Result<Vec<Template>, Problem> {
    studio
        .0
        .assets
        .templates()
        .iter()
        .map(|template| {
            let deck = template.fill(studio.new_id()?, &BTreeMap::new())?;
            Ok(Template {
                name: template.key.clone(),
                title_vi: template.title.vi.clone(),
                title_en: template.title.en.clone(),
                slides: u32::try_from(deck.slides.len()).unwrap_or(u32::MAX),
                colour: deck
                    .slides
                    .first()
                    .map_or_else(String::new, |it| it.background.to_string()),
            })
        })
        .collect()
}

pub fn deck_create<H: Host>(studio: &Studio<H>, request: NewDeck) -> Result<wire::Deck, Problem> {
    let template = studio
        .0
        .assets
        .templates()
        .iter()
        .find(|it| it.key == request.template);
    let template = template
        .ok_or_else(|| Problem::new(Code::NotFound, format!("template {}", request.template)))?;
    let id = studio.new_id()?;
    let mut deck = template.fill(id, &BTreeMap::new())?;
    if !request.title.is_empty() {
        deck = deck.apply(&Edit::SetTitle(request.title))?.0;
    }
    studio.create_document(id, &deck)?;
    studio.deck_view(id)
}

pub fn deck<H: Host>(studio: &Studio<H>, request: ById) -> Result<wire::Deck, Problem> {
    studio.deck_view(parse(&request.id)?)
}

pub fn deck_edit<H: Host>(studio: &Studio<H>, request: EditDeck) -> Result<wire::Deck, Problem> {
    let id = parse(&request.id)?;
    let document = studio.deck_document(id)?;
    studio.change(&document, |document| {
        let edit = translate::deck::edit(document.value(), &request.edit, || studio.new_id())?;
        document.edit(edit, studio.now_ms())
    })?;
    studio.deck_view(id)
}

pub fn deck_undo<H: Host>(studio: &Studio<H>, request: ById) -> Result<wire::Deck, Problem> {
    let id = parse(&request.id)?;
    let document = studio.deck_document(id)?;
    studio.change(&document, |document| document.undo(studio.now_ms()))?;
    studio.deck_view(id)
}

pub fn deck_redo<H: Host>(studio: &Studio<H>, request: ById) -> Result<wire::Deck, Problem> {
    let id = parse(&request.id)?;
    let document = studio.deck_document(id)?;
    studio.change(&document, |document| document.redo(studio.now_ms()))?;
    studio.deck_view(id)
}

pub fn deck_picture<H: Host>(studio: &Studio<H>, request: ImportPicture) -> Result<Job, Problem> {
    let id: Id = parse(&request.deck)?;
    let slide: Id = parse(&request.slide)?;
    let path = studio.0.offers.path(&request.offer)?;
    let document = studio.deck_document(id)?;
    let order = studio.deck_order(JobKind::Import, id)?;
    let worker = studio.clone();
    studio.0.jobs.begin(order, move |watch| {
        let digest = worker.store_file(&path, watch)?;
        let element = Element {
            id: worker.new_id()?,
            frame: Frame::BOARD,
            kind: Kind::Image {
                digest,
                fit: Fit::Contain,
            },
        };
        worker.change(&document, |document| {
            let slide = document
                .value()
                .slide(slide)
                .ok_or_else(|| Problem::new(Code::NotFound, format!("slide {slide}")))?;
            let index = beneath_words(slide);
            document.edit(
                Edit::AddElement {
                    slide: slide.id,
                    index,
                    element,
                },
                worker.now_ms(),
            )
        })?;
        Ok(JobResult::ImageImported {
            image: digest.to_string(),
        })
    })
}

/// Where a picture goes that is as large as the board: above the areas of colour, beneath what is read.
fn beneath_words(slide: &Slide) -> usize {
    let is_read = |element: &Element| matches!(element.kind, Kind::Text(_) | Kind::Qr { .. });
    let first = slide.elements.iter().position(is_read);
    first.unwrap_or(slide.elements.len())
}

pub fn deck_export<H: Host>(studio: &Studio<H>, request: ById) -> Result<Job, Problem> {
    let id: Id = parse(&request.id)?;
    let order = studio.deck_order(JobKind::Export, id)?;
    let worker = studio.clone();
    studio.0.jobs.begin(order, move |watch| {
        let deck = worker.read_deck(id, |document| document.value().clone())?;
        Ok(JobResult::Exported {
            paths: worker.export_slides(&deck, watch)?,
        })
    })
}

impl<H: Host> Studio<H> {
    /// Takes a deck file in as a new document, with the pictures that lie beside it.
    ///
    /// # Errors
    /// Where it is no deck.
    pub fn import_deck(&self, path: &Path) -> Result<wire::Deck, Problem> {
        let (mut deck, pictures) = crate::tools::open_deck(path)?;
        for digest in deck.pictures() {
            if let Some(bytes) = board::Images::get(&pictures, &digest) {
                self.store_bytes(&bytes)?;
            }
        }
        deck.id = self.new_id()?;
        self.create_document(deck.id, &deck)?;
        self.deck_view(deck.id)
    }

    pub(crate) fn deck_view(&self, id: Id) -> Result<wire::Deck, Problem> {
        self.read_deck(id, |document| {
            let deck = document.value();
            wire::Deck {
                id: id.to_string(),
                title: deck.title.clone(),
                revision: document.revision(),
                saved_ms: document.saved_ms(),
                boards: deck
                    .boards
                    .iter()
                    .map(translate::deck::board_to_wire)
                    .collect(),
                slides: deck
                    .slides
                    .iter()
                    .map(translate::deck::slide_to_wire)
                    .collect(),
                undo: document.undo_code(),
                redo: document.redo_code(),
            }
        })
    }

    pub(crate) fn deck_order(&self, kind: JobKind, id: Id) -> Result<Order, Problem> {
        let title = self.read_deck(id, |document| document.value().title.clone())?;
        Ok(Order {
            id: self.new_id()?.to_string(),
            kind,
            title,
            subject: Some(id.to_string()),
            now_ms: self.now_ms(),
        })
    }

    /// Writes all slides into a folder of their own, which is there once it is complete.
    fn export_slides(&self, deck: &Deck, watch: Watch<'_>) -> Result<Vec<String>, Problem> {
        let images = ArchiveImages(self.objects().clone());
        let pictures = all(deck, self.0.assets.fonts(), &images, watch)?;
        let exports = self.store().join("exports");
        let written = || -> io::Result<PathBuf> {
            let run = RunFolder::create(&exports)?;
            let made = run.path().join("slides");
            for picture in &pictures {
                write_whole(&made.join(&picture.name), &picture.png, Access::Owner)?;
            }
            let folder = free_name(&exports, &plain(&deck.title));
            std::fs::rename(made, &folder)?;
            files::sync_folder(&exports)?;
            Ok(folder)
        };
        let folder = written().map_err(|error| Problem::on(&exports, error))?;
        let path = |picture: SlidePicture| folder.join(picture.name).display().to_string();
        Ok(pictures.into_iter().map(path).collect())
    }
}

/// `name` in `folder`, with a number behind it where that is taken.
fn free_name(folder: &Path, name: &str) -> PathBuf {
    let first = std::iter::once(name.to_owned());
    let numbered = (2u64..).map(|nth| format!("{name}-{nth}"));
    let mut names = first.chain(numbered).map(|name| folder.join(name));
    let is_free = |path: &PathBuf| path.symlink_metadata().is_err();
    names.find(is_free).unwrap_or_else(|| folder.join(name))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use serde_json::json;

    use super::beneath_words;
    use crate::bench;
    use crate::wire::{self, JobState};

    #[test]
    fn an_export_is_a_folder_that_is_there_once_it_is_complete() {
        let store = tempfile::tempdir().unwrap();
        let studio = bench::open(store.path(), bench::no_microphone());
        let deck = json!({ "template": "vaccination", "title": "Tiêm chủng" });
        let deck: wire::Deck = studio.ask("deck_create", deck).unwrap();
        let export = || studio.finish("deck_export", json!({ "id": deck.id })).state;
        let exports = store.path().join("exports");
        // A file that stands in the way of the folder.
        fs::write(&exports, "").unwrap();
        assert_eq!(export(), JobState::Failed);
        fs::remove_file(&exports).unwrap();
        for folders in [vec!["tiem-chung"], vec!["tiem-chung", "tiem-chung-2"]] {
            assert_eq!(export(), JobState::Done);
            let entries = fs::read_dir(&exports).unwrap().flatten();
            let mut names: Vec<_> = entries.map(|it| it.file_name()).collect();
            names.sort();
            assert_eq!(names, folders);
        }
        let slides = fs::read_dir(exports.join("tiem-chung")).unwrap().count();
        assert_eq!(slides, deck.slides.len() * deck.boards.len());
    }

    #[test]
    fn a_picture_that_comes_in_covers_no_words() {
        let file = include_str!("../../../../../tests/fixtures/deck/v1/deck.json");
        let deck = board::deck::deck_from_json(file).unwrap();
        for slide in &deck.slides {
            let (below, above) = slide.elements.split_at(beneath_words(slide));
            let is_read = |element: &super::Element| {
                matches!(element.kind, super::Kind::Text(_) | super::Kind::Qr { .. })
            };
            assert!(!below.iter().any(is_read));
            assert!(above.first().is_none_or(is_read));
        }
        let mut empty = deck.slides[0].clone();
        empty.elements.clear();
        assert_eq!(beneath_words(&empty), 0);
    }
}
