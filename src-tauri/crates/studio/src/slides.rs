//! Slides of decks as pixels and as checks, always through the one renderer.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use archive::Objects;
use board::deck::Deck;
use board::{Fonts, Images, Pictures};
use units::{Digest, Id, ReadAt as _, Watch};

use crate::facts::{SlideCheck, SlideFinding};
use crate::wire::{Code, Problem};
use crate::{Host, Studio};

/// Largest picture taken into memory; `board` refuses larger ones anyway.
const PICTURE_BYTES_MAX: u64 = board::PICTURE_BYTES_MAX as u64;

/// Pictures of the archive.
pub struct ArchiveImages(pub Objects);

impl Images for ArchiveImages {
    fn get(&self, digest: &Digest) -> Option<Arc<[u8]>> {
        let file = self.0.open_object(*digest).ok()?;
        if file.len() > PICTURE_BYTES_MAX {
            return None;
        }
        let mut bytes = vec![0; usize::try_from(file.len()).ok()?];
        file.read_exact_at(0, &mut bytes).ok()?;
        Some(bytes.into())
    }
}

/// One PNG of an exported deck.
pub struct SlidePicture {
    /// File name, such as `01-LED-P5.png`.
    pub name: String,
    /// The file.
    pub png: Vec<u8>,
    /// Which slide, from 0.
    pub slide: usize,
    /// Which board, from 0.
    pub board: usize,
}

/// A slide of a deck for one of its boards as PNG.
///
/// # Errors
/// What the renderer reports.
pub fn png(
    deck: &Deck,
    slide: usize,
    board: usize,
    fonts: &Fonts,
    pictures: &Pictures<'_>,
) -> Result<Vec<u8>, Problem> {
    let board = deck
        .boards
        .get(board)
        .ok_or_else(|| Problem::new(Code::NotFound, format!("board number {board}")))?;
    let scene = board::resolve(deck, slide, board, fonts, pictures)?;
    let mut png = Vec::new();
    board::png(&board::draw(&scene), &mut png)?;
    Ok(png)
}

/// All slides of a deck on all its boards.
///
/// # Errors
/// What the renderer reports.
pub fn all(
    deck: &Deck,
    fonts: &Fonts,
    images: &dyn Images,
    watch: Watch<'_>,
) -> Result<Vec<SlidePicture>, Problem> {
    let pictures = Pictures::new(images);
    let total = (deck.boards.len() * deck.slides.len()) as u64;
    let mut made = Vec::new();
    for (nth, board) in deck.boards.iter().enumerate() {
        for slide in 0..deck.slides.len() {
            watch.step(made.len() as u64, total)?;
            let png = png(deck, slide, nth, fonts, &pictures)?;
            let name = format!("{:02}-{}.png", slide + 1, plain(&board.name));
            made.push(SlidePicture {
                name,
                png,
                slide,
                board: nth,
            });
        }
    }
    keep_names_apart(&mut made);
    Ok(made)
}

/// What the checks find on each of these pictures, to go with them into a package.
///
/// # Errors
/// What the renderer reports.
pub fn checks(
    deck: &Deck,
    fonts: &Fonts,
    images: &dyn Images,
    made: &[SlidePicture],
) -> Result<Vec<SlideCheck>, Problem> {
    let pictures = Pictures::new(images);
    let mut checks = Vec::new();
    for (nth, board) in deck.boards.iter().enumerate() {
        let found = board::check(deck, board, fonts, &pictures)?;
        for picture in made.iter().filter(|picture| picture.board == nth) {
            let of_slide = found.iter().filter(|it| it.slide == picture.slide);
            checks.push(SlideCheck {
                file: picture.name.clone(),
                board: board.name.clone(),
                pixels: (board.width_px, board.height_px),
                dwell_ms: deck
                    .slides
                    .get(picture.slide)
                    .map_or(0, |slide| slide.duration_ms.into()),
                findings: of_slide.map(finding).collect(),
            });
        }
    }
    Ok(checks)
}

fn finding(found: &board::Finding) -> SlideFinding {
    let figure = |value: f64| format!("{value:.1} {}", found.unit);
    SlideFinding {
        code: found.code.as_str().to_owned(),
        severity: found.severity.as_str().to_owned(),
        measured: figure(found.measured),
        needed: figure(found.needed),
    }
}

/// A name that every file system takes: letters without marks, digits, hyphens.
#[must_use]
pub fn plain(name: &str) -> String {
    let folded = archive::fold(name);
    let mut plain: String = folded
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    while plain.contains("--") {
        plain = plain.replace("--", "-");
    }
    let plain = plain.trim_matches('-');
    if plain.is_empty() {
        "bang".to_owned()
    } else {
        plain.chars().take(60).collect()
    }
}

fn keep_names_apart(pictures: &mut [SlidePicture]) {
    let mut seen: HashMap<String, usize> = HashMap::new();
    for picture in pictures {
        let count = seen.entry(picture.name.clone()).or_default();
        *count += 1;
        if *count > 1 {
            picture.name = picture.name.replace(".png", &format!("-{count}.png"));
        }
    }
}

impl<H: Host> Studio<H> {
    /// The pixels of a slide as the window shows them: those of the export.
    pub(crate) fn slide_pixels(
        &self,
        deck: Id,
        slide: Id,
        board: usize,
    ) -> Result<Vec<u8>, Problem> {
        let deck = self.read_deck(deck, |document| document.value().clone())?;
        let place = deck
            .slides
            .iter()
            .position(|it| it.id == slide)
            .ok_or_else(|| Problem::new(Code::NotFound, format!("slide {slide}")))?;
        let images = ArchiveImages(self.objects().clone());
        png(
            &deck,
            place,
            board,
            self.0.assets.fonts(),
            &Pictures::new(&images),
        )
    }

    /// Where exported files of a document go: a folder of its own beside the archive's.
    pub(crate) fn export_folder(&self, title: &str) -> PathBuf {
        let folder = self.store().join("exports");
        let name = plain(title);
        (1..)
            .map(|nth| {
                if nth == 1 {
                    folder.join(&name)
                } else {
                    folder.join(format!("{name}-{nth}"))
                }
            })
            .find(|path| !path.exists())
            .unwrap_or(folder)
    }
}
