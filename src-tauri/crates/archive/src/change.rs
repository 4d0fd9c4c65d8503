//! Several writes that belong together: all of them or, on an error or a power cut, none.

use rusqlite::{Transaction, TransactionBehavior};

use crate::{Archive, Error};

/// Writes under way. Each of them is also a method of [`Archive`], where it stands alone.
pub struct Change<'a> {
    pub(crate) tx: Transaction<'a>,
}

impl Archive {
    /// Makes several writes at once: an item with its files, say, is never there without them.
    ///
    /// # Errors
    /// What `writes` returns, and then nothing was written; what the index reports.
    pub fn change<T, E: From<Error>>(
        &mut self,
        writes: impl FnOnce(&Change<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let change = Change { tx: self.write()? };
        let made = writes(&change)?;
        change.tx.commit().map_err(Error::from)?;
        Ok(made)
    }

    /// Refuses where the archive can only be read.
    pub(crate) fn check_writable(&self) -> Result<(), Error> {
        match self.unwritable {
            Some(why) => Err(Error::unwritable(&self.folder, why)),
            None => Ok(()),
        }
    }

    /// A transaction that has the write lock from the start, so that it cannot fail half way
    /// because somebody else wrote after it read.
    ///
    /// # Errors
    /// [`Error::NotWritable`] or [`Error::DiskFull`] where the archive can only be read; what the
    /// index reports.
    pub(crate) fn write(&mut self) -> Result<Transaction<'_>, Error> {
        self.check_writable()?;
        Ok(self
            .db
            .transaction_with_behavior(TransactionBehavior::Immediate)?)
    }
}
