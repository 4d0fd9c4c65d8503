//! The files of templates (JSON) and usual boards (TOML).

use serde::Deserialize;

use super::{Field, Label, Template};
use crate::Error;
use crate::deck::{
    BOARDS_MAX, Board, BoardFile, DECK_JSON_BYTES_MAX, Deck, DeckFile, Header, limit, malformed,
};

/// What a template file says it is.
const FORMAT: &str = "loa-template";
/// The newest version of template files.
const TEMPLATE_VERSION: u32 = 1;
/// Fields of a template: a form longer than this is no quick form.
const FIELDS_MAX: usize = 40;
/// Bytes of the list of boards.
const BOARDS_TOML_BYTES_MAX: usize = 1024 * 1024;

/// Reads a template of `assets/templates`.
///
/// # Errors
/// [`Error::Malformed`], [`Error::Version`], [`Error::Limit`] or [`Error::Invalid`].
pub fn template_from_json(json: &str) -> Result<Template, Error> {
    limit("template bytes", json.len(), DECK_JSON_BYTES_MAX)?;
    Header::check(json, FORMAT, TEMPLATE_VERSION)?;
    let file: TemplateFile = serde_json::from_str(json).map_err(malformed)?;
    limit("fields", file.fields.len(), FIELDS_MAX)?;
    let deck = Deck::from(file.deck);
    deck.validate()?;
    Ok(Template {
        key: file.key,
        title: file.title.into(),
        fields: file.fields.into_iter().map(Field::from).collect(),
        deck,
    })
}

/// Reads the list of usual boards, `assets/presets/boards.toml`.
///
/// # Errors
/// [`Error::Malformed`], [`Error::Limit`] or [`Error::Invalid`].
pub fn boards_from_toml(toml: &str) -> Result<Vec<Board>, Error> {
    limit("board list bytes", toml.len(), BOARDS_TOML_BYTES_MAX)?;
    let file: BoardsFile =
        toml::from_str(toml).map_err(|error| Error::Malformed(error.to_string()))?;
    limit("boards", file.board.len(), BOARDS_MAX)?;
    let boards: Vec<Board> = file
        .board
        .into_iter()
        .enumerate()
        .map(|(place, board)| board.into_board(place))
        .collect();
    boards.iter().try_for_each(Board::validate)?;
    Ok(boards)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BoardsFile {
    board: Vec<BoardFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TemplateFile {
    // Read by `Header` before; named here as unknown fields are refused.
    #[serde(rename = "format")]
    _format: String,
    #[serde(rename = "version")]
    _version: u32,
    key: String,
    title: LabelFile,
    fields: Vec<FieldFile>,
    deck: DeckFile,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LabelFile {
    vi: String,
    en: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FieldFile {
    name: String,
    label: LabelFile,
    sample: String,
}

impl From<LabelFile> for Label {
    fn from(file: LabelFile) -> Self {
        Self {
            vi: file.vi,
            en: file.en,
        }
    }
}

impl From<FieldFile> for Field {
    fn from(file: FieldFile) -> Self {
        Self {
            name: file.name,
            label: file.label.into(),
            sample: file.sample,
        }
    }
}
