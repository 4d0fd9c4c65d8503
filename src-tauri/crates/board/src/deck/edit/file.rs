//! Edits as JSON lines of the edit log. The log's own record carries version and checksum; a field
//! added here later must have a default, so that old logs replay.

use serde::{Deserialize, Serialize};

use super::super::file::{BoardFile, ElementFile, FrameFile, Hex, Key, SlideFile, malformed};
use super::super::limits::{DECK_JSON_BYTES_MAX, limit};
use super::Edit;
use crate::Error;

/// The edit on one line of JSON.
///
/// # Errors
/// [`Error::Malformed`] should the JSON writer refuse, which no edit makes it do.
pub fn edit_to_json(edit: &Edit) -> Result<String, Error> {
    serde_json::to_string(&EditFile::from(edit)).map_err(malformed)
}

/// Reads what [`edit_to_json`] wrote. Whether the edit fits a deck is for
/// [`Deck::apply`](crate::deck::Deck::apply) to say.
///
/// # Errors
/// [`Error::Malformed`] or [`Error::Limit`].
pub fn edit_from_json(json: &str) -> Result<Edit, Error> {
    limit("edit bytes", json.len(), DECK_JSON_BYTES_MAX)?;
    let file: EditFile = serde_json::from_str(json).map_err(malformed)?;
    Ok(file.into())
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum EditFile {
    SetTitle {
        title: String,
    },
    AddBoard {
        index: usize,
        board: BoardFile,
    },
    RemoveBoard {
        board: Key,
    },
    ChangeBoard {
        board: BoardFile,
    },
    AddSlide {
        index: usize,
        slide: SlideFile,
    },
    RemoveSlide {
        slide: Key,
    },
    MoveSlide {
        slide: Key,
        index: usize,
    },
    SetDuration {
        slide: Key,
        duration_ms: u32,
    },
    SetBackground {
        slide: Key,
        background: Hex,
    },
    AddElement {
        slide: Key,
        index: usize,
        element: ElementFile,
    },
    RemoveElement {
        slide: Key,
        element: Key,
    },
    MoveElement {
        slide: Key,
        element: Key,
        index: usize,
    },
    ChangeElement {
        slide: Key,
        element: ElementFile,
    },
    SetText {
        slide: Key,
        element: Key,
        text: String,
    },
    SetFrame {
        slide: Key,
        element: Key,
        frame: FrameFile,
    },
    All {
        edits: Vec<Self>,
    },
}

impl From<&Edit> for EditFile {
    fn from(edit: &Edit) -> Self {
        match edit {
            Edit::SetTitle(title) => Self::SetTitle {
                title: title.clone(),
            },
            Edit::AddBoard { index, board } => Self::AddBoard {
                index: *index,
                board: board.into(),
            },
            Edit::RemoveBoard { board } => Self::RemoveBoard { board: Key(*board) },
            Edit::ChangeBoard(board) => Self::ChangeBoard {
                board: board.into(),
            },
            Edit::AddSlide { index, slide } => Self::AddSlide {
                index: *index,
                slide: slide.into(),
            },
            Edit::RemoveSlide { slide } => Self::RemoveSlide { slide: Key(*slide) },
            Edit::MoveSlide { slide, index } => Self::MoveSlide {
                slide: Key(*slide),
                index: *index,
            },
            Edit::SetDuration { slide, duration_ms } => Self::SetDuration {
                slide: Key(*slide),
                duration_ms: *duration_ms,
            },
            Edit::SetBackground { slide, background } => Self::SetBackground {
                slide: Key(*slide),
                background: Hex(*background),
            },
            Edit::AddElement {
                slide,
                index,
                element,
            } => Self::AddElement {
                slide: Key(*slide),
                index: *index,
                element: element.into(),
            },
            Edit::RemoveElement { slide, element } => Self::RemoveElement {
                slide: Key(*slide),
                element: Key(*element),
            },
            Edit::MoveElement {
                slide,
                element,
                index,
            } => Self::MoveElement {
                slide: Key(*slide),
                element: Key(*element),
                index: *index,
            },
            Edit::ChangeElement { slide, element } => Self::ChangeElement {
                slide: Key(*slide),
                element: element.into(),
            },
            Edit::SetText {
                slide,
                element,
                text,
            } => Self::SetText {
                slide: Key(*slide),
                element: Key(*element),
                text: text.clone(),
            },
            Edit::SetFrame {
                slide,
                element,
                frame,
            } => Self::SetFrame {
                slide: Key(*slide),
                element: Key(*element),
                frame: (*frame).into(),
            },
            Edit::All(edits) => Self::All {
                edits: edits.iter().map(Self::from).collect(),
            },
        }
    }
}

impl From<EditFile> for Edit {
    fn from(file: EditFile) -> Self {
        match file {
            EditFile::SetTitle { title } => Self::SetTitle(title),
            EditFile::AddBoard { index, board } => Self::AddBoard {
                index,
                board: board.into_board(index),
            },
            EditFile::RemoveBoard { board } => Self::RemoveBoard { board: board.0 },
            EditFile::ChangeBoard { board } => Self::ChangeBoard(board.into_board(0)),
            EditFile::AddSlide { index, slide } => Self::AddSlide {
                index,
                slide: slide.into_slide(index),
            },
            EditFile::RemoveSlide { slide } => Self::RemoveSlide { slide: slide.0 },
            EditFile::MoveSlide { slide, index } => Self::MoveSlide {
                slide: slide.0,
                index,
            },
            EditFile::SetDuration { slide, duration_ms } => Self::SetDuration {
                slide: slide.0,
                duration_ms,
            },
            EditFile::SetBackground { slide, background } => Self::SetBackground {
                slide: slide.0,
                background: background.0,
            },
            EditFile::AddElement {
                slide,
                index,
                element,
            } => Self::AddElement {
                slide: slide.0,
                index,
                element: element.into_element(index),
            },
            EditFile::RemoveElement { slide, element } => Self::RemoveElement {
                slide: slide.0,
                element: element.0,
            },
            EditFile::MoveElement {
                slide,
                element,
                index,
            } => Self::MoveElement {
                slide: slide.0,
                element: element.0,
                index,
            },
            EditFile::ChangeElement { slide, element } => Self::ChangeElement {
                slide: slide.0,
                element: element.into_element(0),
            },
            EditFile::SetText {
                slide,
                element,
                text,
            } => Self::SetText {
                slide: slide.0,
                element: element.0,
                text,
            },
            EditFile::SetFrame {
                slide,
                element,
                frame,
            } => Self::SetFrame {
                slide: slide.0,
                element: element.0,
                frame: frame.into(),
            },
            EditFile::All { edits } => Self::All(edits.into_iter().map(Self::from).collect()),
        }
    }
}
