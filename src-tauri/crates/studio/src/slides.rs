//! Slides of decks as pixels and as checks, always through the one renderer.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

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

/// Bytes of pixels kept between looks at decks: two photos of a phone decoded, and dozens at board size.
const OPEN_BYTES_MAX: usize = 96 * 1024 * 1024;
/// Pictures nobody looked at for so long are let go of.
const UNUSED_MS: i64 = 120_000;

/// Pictures of the decks being worked on: preview and checks share them, so that a letter typed does
/// not decode a photo anew.
pub struct OpenPictures {
    pictures: Pictures<'static>,
    used_ms: AtomicI64,
}

impl OpenPictures {
    /// Pictures of the archive; none is read yet.
    pub fn of(objects: Objects) -> Self {
        Self {
            pictures: Pictures::keeping(ArchiveImages(objects), OPEN_BYTES_MAX),
            used_ms: AtomicI64::new(i64::MAX),
        }
    }

    /// The pictures, in use at this moment.
    pub fn at(&self, now_ms: i64) -> &Pictures<'static> {
        self.used_ms.store(now_ms, Ordering::Relaxed);
        &self.pictures
    }

    /// Lets go of them where they have not been used for a while. The program asks with whatever it
    /// does: there is no thread that waits for it.
    pub fn sweep(&self, now_ms: i64) {
        const ORDER: Ordering = Ordering::Relaxed;
        let used_ms = self.used_ms.load(ORDER);
        if now_ms.saturating_sub(used_ms) <= UNUSED_MS {
            return;
        }
        // Unless somebody looks at this very moment, or another call has done it.
        let swept = self
            .used_ms
            .compare_exchange(used_ms, i64::MAX, ORDER, ORDER);
        if swept.is_ok() {
            self.pictures.forget();
        }
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
    for (board, names) in file_names(deck).into_iter().enumerate() {
        for (slide, name) in names.into_iter().enumerate() {
            watch.step(made.len() as u64, total)?;
            let png = png(deck, slide, board, fonts, &pictures)?;
            made.push(SlidePicture {
                name,
                png,
                slide,
                board,
            });
        }
    }
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

/// The file names of all slides, by board and then by slide. Sorted they are in playing order, and no
/// two are one, whatever the boards are called: "LED 1" and "Led-1" are both `led-1` on a disk.
#[must_use]
pub fn file_names(deck: &Deck) -> Vec<Vec<String>> {
    let slides = deck.slides.len();
    let digits = slides.to_string().len().max(2);
    let mut taken = HashSet::new();
    let mut names = Vec::with_capacity(deck.boards.len());
    for board in &deck.boards {
        let plain = plain(&board.name);
        let mut stem = plain.clone();
        for nth in 2.. {
            if taken.insert(stem.clone()) {
                break;
            }
            stem = format!("{plain}-{nth}");
        }
        let name = |slide| format!("{slide:0digits$}-{stem}.png");
        names.push((1..=slides).map(name).collect());
    }
    names
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
        let fonts = self.0.assets.fonts();
        png(&deck, place, board, fonts, self.open_pictures())
    }

    /// The pictures of decks being worked on.
    pub(crate) fn open_pictures(&self) -> &Pictures<'static> {
        self.0.pictures.at(self.now_ms())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::path::Path;

    use archive::Archive;
    use board::{Fonts, check};
    use units::Watch;

    use super::{OpenPictures, UNUSED_MS, file_names};

    fn deck(boards: &[&str], slides: usize) -> board::deck::Deck {
        let board = |name: &&str| {
            format!(
                r#"{{"name":"{name}","width_px":64,"height_px":32,"pitch_mm":10,
                "viewing_distance_m":15,"audience":"road"}}"#
            )
        };
        let boards: Vec<String> = boards.iter().map(board).collect();
        let slide = r##"{"duration_ms":5000,"background":"#000000","elements":[]}"##;
        let json = format!(
            r#"{{"format":"loa-deck","version":1,"title":"t","boards":[{}],"slides":[{}]}}"#,
            boards.join(","),
            vec![slide; slides].join(",")
        );
        board::deck::deck_from_json(&json).unwrap()
    }

    #[test]
    fn no_two_slides_get_one_file_whatever_the_boards_are_called() {
        let deck = deck(&["LED 1", "Led-1", "LED 1 2", "lêd 1", "!!", "??"], 3);
        let names: Vec<String> = file_names(&deck).into_iter().flatten().collect();
        assert_eq!((names.len(), names[0].as_str()), (18, "01-led-1.png"));
        assert_eq!(names.iter().collect::<HashSet<_>>().len(), 18, "{names:?}");
    }

    #[test]
    fn pictures_stay_while_a_deck_is_worked_on_and_go_when_nobody_looks_any_more() {
        let fixture = Path::new(env!("CARGO_MANIFEST_DIR"));
        let fixture = fixture.join("../../../tests/fixtures/deck/picture");
        let folder = tempfile::tempdir().unwrap();
        let mut archive = Archive::open(folder.path()).unwrap();
        for name in ["photo.png", "alpha.png"] {
            let file = archive
                .objects()
                .stage_file(&fixture.join(name), Watch::NONE);
            archive.keep(file.unwrap()).unwrap();
        }
        let deck = std::fs::read_to_string(fixture.join("deck.json")).unwrap();
        let deck = board::deck::deck_from_json(&deck).unwrap();
        let fonts = Fonts::bundled().unwrap();
        let open = OpenPictures::of(archive.objects().clone());
        let lost = |now_ms| {
            let found = check(&deck, &deck.boards[0], &fonts, open.at(now_ms)).unwrap();
            let lost = found
                .iter()
                .filter(|it| it.code.as_str() == "image-missing");
            lost.count()
        };
        open.sweep(i64::MAX);
        assert_eq!(lost(1_000), 0);
        // From here on whatever is read anew is missing.
        std::fs::remove_dir_all(folder.path().join("objects")).unwrap();
        open.sweep(1_000 + UNUSED_MS);
        assert_eq!(lost(2_000), 0);
        open.sweep(2_000 + UNUSED_MS);
        assert_eq!(lost(3_000), 0, "looked at since");
        open.sweep(3_001 + UNUSED_MS);
        assert_eq!(lost(4_000), 3);
    }

    #[test]
    fn sorted_by_name_slides_play_in_order_beyond_a_hundred() {
        let deck = deck(&["LED"], 200);
        let names = file_names(&deck).remove(0);
        assert!(names.is_sorted(), "{names:?}");
        assert_eq!(names[199], "200-led.png");
    }
}
