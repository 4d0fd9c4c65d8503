//! The documents that are open: opened when first asked for, kept open while the program runs.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use audio::programme::Programme;
use board::deck::Deck;
use units::Id;

use super::{Document, Model};
use crate::wire::Problem;

/// A document that several commands may ask for at once; each waits its turn.
pub type Shared<M> = Arc<Mutex<Document<M>>>;

/// Open documents of one kind.
struct Shelf<M: Model>(Mutex<HashMap<Id, Shared<M>>>);

impl<M: Model> Default for Shelf<M> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<M: Model> Shelf<M> {
    fn get(
        &self,
        id: Id,
        open: impl FnOnce() -> Result<Document<M>, Problem>,
    ) -> Result<Shared<M>, Problem> {
        let mut shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(document) = shelf.get(&id) {
            return Ok(Arc::clone(document));
        }
        let document = Arc::new(Mutex::new(open()?));
        shelf.insert(id, Arc::clone(&document));
        Ok(document)
    }

    fn open_one(&self, id: Id) -> Option<Shared<M>> {
        let shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shelf.get(&id).map(Arc::clone)
    }

    fn keep_whole(&self, id: Id) -> Result<(), Problem> {
        match self.open_one(id) {
            Some(document) => document
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .keep_whole(),
            None => Ok(()),
        }
    }

    fn forget(&self, id: Id) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&id);
    }
}

/// All open documents.
#[derive(Default)]
pub struct Documents {
    programmes: Shelf<Programme>,
    decks: Shelf<Deck>,
}

impl Documents {
    /// A programme, opened by `open` where it is not yet.
    ///
    /// # Errors
    /// Whatever `open` reports.
    pub fn programme(
        &self,
        id: Id,
        open: impl FnOnce() -> Result<Document<Programme>, Problem>,
    ) -> Result<Shared<Programme>, Problem> {
        self.programmes.get(id, open)
    }

    /// A deck, opened by `open` where it is not yet.
    ///
    /// # Errors
    /// Whatever `open` reports.
    pub fn deck(
        &self,
        id: Id,
        open: impl FnOnce() -> Result<Document<Deck>, Problem>,
    ) -> Result<Shared<Deck>, Problem> {
        self.decks.get(id, open)
    }

    /// Keeps a document that is open as it is in memory, for when what lies on disk is damaged.
    ///
    /// # Errors
    /// What the disk reports.
    pub fn keep_whole(&self, id: Id) -> Result<(), Problem> {
        self.programmes.keep_whole(id)?;
        self.decks.keep_whole(id)
    }

    /// Closes a document.
    pub fn close(&self, id: Id) {
        self.programmes.forget(id);
        self.decks.forget(id);
    }
}
