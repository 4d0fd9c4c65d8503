//! Edits: everything that may happen to a deck, each with its inverse. Undo is a list of inverses;
//! replaying the log from the last snapshot is crash recovery.

mod file;
#[cfg(test)]
mod tests;

use units::Id;

use super::limits::limit;
use super::{Board, Colour, Deck, Element, Frame, Kind, Slide};
use crate::Error;

pub use file::{edit_from_json, edit_to_json};

/// Edits in one [`Edit::All`]: laying out a full deck anew touches each slide a few times.
const EDITS_MAX: usize = 4_096;

/// One change of a deck. Indices count from 0 and say where the thing stands afterwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// Another title.
    SetTitle(String),
    /// One more board.
    AddBoard {
        /// Its place in the list.
        index: usize,
        /// The board.
        board: Board,
    },
    /// One board less; the last one stays.
    RemoveBoard {
        /// Which.
        board: Id,
    },
    /// The board of this id becomes this.
    ChangeBoard(Board),
    /// One more slide.
    AddSlide {
        /// Its place in the list.
        index: usize,
        /// The slide.
        slide: Slide,
    },
    /// One slide less.
    RemoveSlide {
        /// Which.
        slide: Id,
    },
    /// A slide moves to another place in playing order.
    MoveSlide {
        /// Which.
        slide: Id,
        /// Where it stands afterwards.
        index: usize,
    },
    /// How long a slide stands.
    SetDuration {
        /// Which.
        slide: Id,
        /// Milliseconds.
        duration_ms: u32,
    },
    /// What is behind everything on a slide.
    SetBackground {
        /// Which.
        slide: Id,
        /// The colour.
        background: Colour,
    },
    /// One more element.
    AddElement {
        /// On which slide.
        slide: Id,
        /// Its place from the bottom.
        index: usize,
        /// The element.
        element: Element,
    },
    /// One element less.
    RemoveElement {
        /// On which slide.
        slide: Id,
        /// Which.
        element: Id,
    },
    /// An element moves up or down among the others.
    MoveElement {
        /// On which slide.
        slide: Id,
        /// Which.
        element: Id,
        /// Its place from the bottom afterwards.
        index: usize,
    },
    /// The element of this id becomes this.
    ChangeElement {
        /// On which slide.
        slide: Id,
        /// What it becomes.
        element: Element,
    },
    /// Other words in a text or QR element.
    SetText {
        /// On which slide.
        slide: Id,
        /// Which.
        element: Id,
        /// The words.
        text: String,
    },
    /// Another place for an element.
    SetFrame {
        /// On which slide.
        slide: Id,
        /// Which.
        element: Id,
        /// The place.
        frame: Frame,
    },
    /// Several edits that are one to the person who undoes them, such as splitting a slide. Either
    /// all happen or none. Not nested.
    All(Vec<Edit>),
}

impl Deck {
    /// The deck after `edit`, and the edit that leads back: applying it gives this deck again.
    ///
    /// # Errors
    /// [`Error::BadEdit`] where the edit does not fit this deck, [`Error::Limit`] or
    /// [`Error::Invalid`] where the result would not be a deck. This deck is never changed.
    pub fn apply(&self, edit: &Edit) -> Result<(Self, Edit), Error> {
        let mut deck = self.clone();
        let inverse = deck.change_all(edit)?;
        deck.validate()?;
        Ok((deck, inverse))
    }

    fn change_all(&mut self, edit: &Edit) -> Result<Edit, Error> {
        let Edit::All(edits) = edit else {
            return self.change(edit);
        };
        limit("edits in one", edits.len(), EDITS_MAX)?;
        let mut inverses = Vec::with_capacity(edits.len());
        for edit in edits {
            inverses.push(self.change(edit)?);
        }
        inverses.reverse();
        Ok(Edit::All(inverses))
    }

    fn change(&mut self, edit: &Edit) -> Result<Edit, Error> {
        Ok(match edit {
            Edit::SetTitle(title) => {
                Edit::SetTitle(std::mem::replace(&mut self.title, title.clone()))
            }
            Edit::AddBoard { index, board } => {
                insert(&mut self.boards, *index, board.clone())?;
                Edit::RemoveBoard { board: board.id }
            }
            Edit::RemoveBoard { board } => {
                let index = find(&self.boards, *board)?;
                let board = self.boards.remove(index);
                Edit::AddBoard { index, board }
            }
            Edit::ChangeBoard(board) => {
                let index = find(&self.boards, board.id)?;
                Edit::ChangeBoard(std::mem::replace(&mut self.boards[index], board.clone()))
            }
            Edit::AddSlide { index, slide } => {
                insert(&mut self.slides, *index, slide.clone())?;
                Edit::RemoveSlide { slide: slide.id }
            }
            Edit::RemoveSlide { slide } => {
                let index = find(&self.slides, *slide)?;
                let slide = self.slides.remove(index);
                Edit::AddSlide { index, slide }
            }
            Edit::MoveSlide { slide, index } => Edit::MoveSlide {
                slide: *slide,
                index: shift(&mut self.slides, *slide, *index)?,
            },
            Edit::SetDuration { slide, duration_ms } => Edit::SetDuration {
                slide: *slide,
                duration_ms: std::mem::replace(
                    &mut self.slide_mut(*slide)?.duration_ms,
                    *duration_ms,
                ),
            },
            Edit::SetBackground { slide, background } => Edit::SetBackground {
                slide: *slide,
                background: std::mem::replace(&mut self.slide_mut(*slide)?.background, *background),
            },
            Edit::AddElement {
                slide,
                index,
                element,
            } => {
                insert(
                    &mut self.slide_mut(*slide)?.elements,
                    *index,
                    element.clone(),
                )?;
                Edit::RemoveElement {
                    slide: *slide,
                    element: element.id,
                }
            }
            Edit::RemoveElement { slide, element } => {
                let elements = &mut self.slide_mut(*slide)?.elements;
                let index = find(elements, *element)?;
                let element = elements.remove(index);
                Edit::AddElement {
                    slide: *slide,
                    index,
                    element,
                }
            }
            Edit::MoveElement {
                slide,
                element,
                index,
            } => Edit::MoveElement {
                slide: *slide,
                element: *element,
                index: shift(&mut self.slide_mut(*slide)?.elements, *element, *index)?,
            },
            Edit::ChangeElement { slide, element } => {
                let place = self.element_mut(*slide, element.id)?;
                Edit::ChangeElement {
                    slide: *slide,
                    element: std::mem::replace(place, element.clone()),
                }
            }
            Edit::SetText {
                slide,
                element,
                text,
            } => {
                let place = match &mut self.element_mut(*slide, *element)?.kind {
                    Kind::Text(place) => &mut place.text,
                    Kind::Qr { text: place } => place,
                    Kind::Image { .. } | Kind::Rect { .. } | Kind::Line { .. } => {
                        return Err(Error::BadEdit(format!("element {element} has no text")));
                    }
                };
                Edit::SetText {
                    slide: *slide,
                    element: *element,
                    text: std::mem::replace(place, text.clone()),
                }
            }
            Edit::SetFrame {
                slide,
                element,
                frame,
            } => {
                let place = &mut self.element_mut(*slide, *element)?.frame;
                Edit::SetFrame {
                    slide: *slide,
                    element: *element,
                    frame: std::mem::replace(place, *frame),
                }
            }
            Edit::All(_) => return Err(Error::BadEdit("a list of edits within a list".into())),
        })
    }

    fn slide_mut(&mut self, id: Id) -> Result<&mut Slide, Error> {
        let index = find(&self.slides, id)?;
        Ok(&mut self.slides[index])
    }

    fn element_mut(&mut self, slide: Id, id: Id) -> Result<&mut Element, Error> {
        let elements = &mut self.slide_mut(slide)?.elements;
        let index = find(elements, id)?;
        Ok(&mut elements[index])
    }
}

/// What is found by its id in a list.
trait Named {
    const WHAT: &'static str;
    fn id(&self) -> Id;
}

impl Named for Board {
    const WHAT: &'static str = "board";
    fn id(&self) -> Id {
        self.id
    }
}

impl Named for Slide {
    const WHAT: &'static str = "slide";
    fn id(&self) -> Id {
        self.id
    }
}

impl Named for Element {
    const WHAT: &'static str = "element";
    fn id(&self) -> Id {
        self.id
    }
}

fn find<T: Named>(list: &[T], id: Id) -> Result<usize, Error> {
    list.iter()
        .position(|item| item.id() == id)
        .ok_or_else(|| Error::BadEdit(format!("there is no {} {id}", T::WHAT)))
}

fn insert<T: Named>(list: &mut Vec<T>, index: usize, item: T) -> Result<(), Error> {
    if list.iter().any(|other| other.id() == item.id()) {
        return Err(Error::BadEdit(format!(
            "there is a {} {} already",
            T::WHAT,
            item.id()
        )));
    }
    if index > list.len() {
        return Err(Error::BadEdit(format!(
            "there is no place {index} among {} of kind {}",
            list.len(),
            T::WHAT
        )));
    }
    list.insert(index, item);
    Ok(())
}

/// Moves the item of this id to `index` and says where it stood.
fn shift<T: Named>(list: &mut Vec<T>, id: Id, index: usize) -> Result<usize, Error> {
    let from = find(list, id)?;
    if index >= list.len() {
        return Err(Error::BadEdit(format!(
            "there is no place {index} among {} of kind {}",
            list.len(),
            T::WHAT
        )));
    }
    let item = list.remove(from);
    list.insert(index, item);
    Ok(from)
}
