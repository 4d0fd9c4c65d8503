//! Deck files on disk: slides as PNG, checks as data.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use board::deck::{Board, Deck};
use board::{Fonts, Images, Pictures};
use files::{Access, write_whole};
use serde::Serialize;
use units::{Digest, Watch};

use crate::slides::file_names;
use crate::wire::{Code, Problem};

/// One finding of `loa check`. The names are a contract with scripts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DeckFinding {
    /// Name of the board.
    pub board: String,
    /// Stable code.
    pub code: String,
    /// `notice`, `warning` or `error`.
    pub severity: String,
    /// Number of the slide, from 1.
    pub slide: usize,
    /// Id of the element.
    pub element: Option<String>,
    /// What was measured.
    pub measured: f64,
    /// What is needed.
    pub needed: f64,
    /// Unit of both.
    pub unit: String,
    /// The characters, the font family or the word too long for its frame that it is about; empty
    /// otherwise.
    pub detail: String,
}

/// Pictures that lie beside a deck file, found by content.
pub(crate) struct FolderImages(HashMap<Digest, Arc<[u8]>>);

impl Images for FolderImages {
    fn get(&self, digest: &Digest) -> Option<Arc<[u8]>> {
        self.0.get(digest).cloned()
    }
}

/// Files looked at beside a deck; a team's folder holds dozens.
const FILES_MAX: usize = 1_000;

fn images_beside(path: &Path, deck: &Deck) -> FolderImages {
    let wanted = deck.pictures();
    let folder = path
        .parent()
        .filter(|it| !it.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let mut found = HashMap::new();
    if wanted.is_empty() {
        return FolderImages(found);
    }
    for entry in std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .take(FILES_MAX)
    {
        let size = entry
            .metadata()
            .map_or(0, |data| if data.is_file() { data.len() } else { 0 });
        if size == 0 || size > board::PICTURE_BYTES_MAX as u64 {
            continue;
        }
        if let Ok(bytes) = std::fs::read(entry.path()) {
            let digest = Digest::of(&bytes);
            if wanted.contains(&digest) {
                found.insert(digest, bytes.into());
            }
        }
    }
    FolderImages(found)
}

pub(crate) fn open(path: &Path) -> Result<(Deck, FolderImages), Problem> {
    if super::regular(path)? > board::deck::DECK_JSON_BYTES_MAX as u64 {
        return Err(Problem::new(Code::TooLarge, "a deck file above 32 MiB"));
    }
    let named = |problem: Problem| {
        let detail = format!("{}: {}", path.display(), problem.detail);
        Problem::new(problem.code, detail)
    };
    let bytes = std::fs::read(path).map_err(|error| Problem::on(path, error))?;
    let text = String::from_utf8(bytes)
        .map_err(|_| named(Problem::new(Code::Damaged, "no deck file: it is no UTF-8")))?;
    // Some editors of Windows put a byte order mark in front.
    let json = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let deck = board::deck::deck_from_json(json).map_err(|error| named(error.into()))?;
    let images = images_beside(path, &deck);
    Ok((deck, images))
}

/// The boards of this name, or all, each with its place in the deck.
fn boards<'a>(deck: &'a Deck, name: Option<&str>) -> Result<Vec<(usize, &'a Board)>, Problem> {
    let chosen: Vec<(usize, &Board)> = deck
        .boards
        .iter()
        .enumerate()
        .filter(|(_, board)| name.is_none_or(|name| board.name == name))
        .collect();
    if chosen.is_empty() {
        let names: Vec<&str> = deck
            .boards
            .iter()
            .map(|board| board.name.as_str())
            .collect();
        let detail = format!("the deck has no such board; there are {}", names.join(", "));
        return Err(Problem::new(Code::NotFound, detail));
    }
    Ok(chosen)
}

/// Writes each slide for each board (or only for the one named) into `out`.
///
/// # Errors
/// Where the file is no deck or has no slide, or the folder cannot be written to.
pub fn render_deck(
    path: &Path,
    out: &Path,
    board: Option<&str>,
    watch: Watch<'_>,
) -> Result<Vec<PathBuf>, Problem> {
    let (deck, images) = open(path)?;
    let (fonts, pictures) = (Fonts::bundled()?, Pictures::new(&images));
    let boards = boards(&deck, board)?;
    if deck.slides.is_empty() {
        let detail = format!("{}: the deck has no slides", path.display());
        return Err(Problem::new(Code::Empty, detail));
    }
    let names = file_names(&deck);
    let total = (boards.len() * deck.slides.len()) as u64;
    let mut written = Vec::new();
    for (place, board) in boards {
        for (slide, name) in names[place].iter().enumerate() {
            watch.step(written.len() as u64, total)?;
            let scene = board::resolve(&deck, slide, board, &fonts, &pictures)?;
            let mut png = Vec::new();
            board::png(&board::draw(&scene), &mut png)?;
            let path = out.join(name);
            files::sweep_beside(&path);
            write_whole(&path, &png, Access::Usual).map_err(|error| Problem::on(&path, error))?;
            written.push(path);
        }
    }
    Ok(written)
}

/// Checks a deck on its boards, or only on the one named.
///
/// # Errors
/// Where the file is no deck.
pub fn check_deck(path: &Path, board: Option<&str>) -> Result<Vec<DeckFinding>, Problem> {
    let (deck, images) = open(path)?;
    let (fonts, pictures) = (Fonts::bundled()?, Pictures::new(&images));
    let mut findings = Vec::new();
    for (_, board) in boards(&deck, board)? {
        for finding in board::check(&deck, board, &fonts, &pictures)? {
            findings.push(DeckFinding {
                board: board.name.clone(),
                code: finding.code.as_str().to_owned(),
                severity: finding.severity.as_str().to_owned(),
                slide: finding.slide + 1,
                element: finding.element.map(|id| id.to_string()),
                measured: finding.measured,
                needed: finding.needed,
                unit: finding.unit.to_owned(),
                detail: finding.detail,
            });
        }
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use units::Watch;

    use super::{open, render_deck};
    use crate::wire::Code;

    #[cfg(unix)]
    #[test]
    fn what_a_killed_run_left_of_an_output_goes_with_the_next_run_and_nothing_else_does() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deck.json");
        std::fs::write(&path, DECK).unwrap();
        let out = folder.path().join("out");
        let made = render_deck(&path, &out, None, Watch::NONE).unwrap();
        let name = made[0].file_name().unwrap().to_str().unwrap();
        let (half, other) = (
            out.join(format!(".{name}.1-0.loa-draft")),
            out.join(".mine.png.1-0.loa-draft"),
        );
        std::fs::write(&half, "half").unwrap();
        std::fs::write(&other, "of another output").unwrap();
        render_deck(&path, &out, None, Watch::NONE).unwrap();
        assert!(!half.exists() && other.exists());
    }

    const DECK: &str = include_str!("../../../../../tests/fixtures/deck/v1/deck.json");

    #[test]
    fn a_deck_file_may_begin_with_a_byte_order_mark() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deck.json");
        std::fs::write(&path, format!("\u{feff}{DECK}")).unwrap();
        assert_eq!(open(&path).unwrap().0.slides.len(), 3);
    }

    #[test]
    fn boards_whose_names_are_one_on_a_disk_keep_their_pictures_apart() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deck.json");
        let mut deck = board::deck::deck_from_json(DECK).unwrap();
        for (board, name) in deck.boards.iter_mut().zip(["LED 1", "Led-1"]) {
            board.name = name.to_owned();
        }
        std::fs::write(&path, board::deck::deck_to_json(&deck).unwrap()).unwrap();
        let out = folder.path().join("out");
        let made = render_deck(&path, &out, None, Watch::NONE).unwrap();
        assert_eq!(made.len(), 6);
        assert_eq!(std::fs::read_dir(&out).unwrap().count(), 6);
        deck.slides.clear();
        std::fs::write(&path, board::deck::deck_to_json(&deck).unwrap()).unwrap();
        let refused = render_deck(&path, &out, None, Watch::NONE).unwrap_err();
        assert_eq!(refused.code, Code::Empty);
    }
}
