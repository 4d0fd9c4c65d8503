//! Small things to remember for others, by namespace and key: the delivery queue above all. Each
//! call is one durable commit.

use std::collections::HashMap;

use rusqlite::{OptionalExtension as _, params, params_from_iter};

use crate::item::at_most;
use crate::rows::{ASKED_AT_ONCE, marks};
use crate::{Archive, Change, Error};

/// A namespace or key in bytes.
const KEY_BYTES_MAX: usize = 1 << 10;

/// One value; state is small, media are objects.
const VALUE_BYTES_MAX: usize = 16 << 20;

impl Change<'_> {
    /// Remembers `value` (JSON by custom; not looked at), in place of an older one.
    ///
    /// # Errors
    /// [`Error::TooLarge`], or what the index reports; then the older value stands.
    pub fn state_put(&self, namespace: &str, key: &str, value: &str) -> Result<(), Error> {
        at_most("a namespace in bytes", namespace.len(), KEY_BYTES_MAX)?;
        at_most("a key in bytes", key.len(), KEY_BYTES_MAX)?;
        at_most("a value in bytes", value.len(), VALUE_BYTES_MAX)?;
        self.tx
            .prepare_cached(
                "INSERT INTO state VALUES (?1, ?2, ?3)
                 ON CONFLICT (namespace, key) DO UPDATE SET value = excluded.value",
            )?
            .execute(params![namespace, key, value])?;
        Ok(())
    }
}

impl Archive {
    /// As [`Change::state_put`].
    ///
    /// # Errors
    /// As [`Change::state_put`].
    pub fn state_put(&mut self, namespace: &str, key: &str, value: &str) -> Result<(), Error> {
        self.change(|change| change.state_put(namespace, key, value))
    }

    /// What was remembered.
    ///
    /// # Errors
    /// What the index reports.
    pub fn state_get(&self, namespace: &str, key: &str) -> Result<Option<String>, Error> {
        Ok(self
            .db
            .prepare_cached("SELECT value FROM state WHERE namespace = ?1 AND key = ?2")?
            .query_row([namespace, key], |row| row.get(0))
            .optional()?)
    }

    /// What was remembered under any of these keys; those without are left out.
    ///
    /// # Errors
    /// What the index reports.
    pub fn state_get_all(
        &self,
        namespace: &str,
        keys: &[String],
    ) -> Result<HashMap<String, String>, Error> {
        let mut found = HashMap::new();
        for keys in keys.chunks(ASKED_AT_ONCE) {
            let sql = format!(
                "SELECT key, value FROM state WHERE namespace = ? AND key IN ({})",
                marks(keys.len())
            );
            let wanted = std::iter::once(namespace).chain(keys.iter().map(String::as_str));
            let mut statement = self.db.prepare(&sql)?;
            let rows = statement.query_map(params_from_iter(wanted), |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?;
            for row in rows {
                let (key, value) = row?;
                found.insert(key, value);
            }
        }
        Ok(found)
    }

    /// All keys and values of a namespace, by key.
    ///
    /// # Errors
    /// What the index reports.
    pub fn state_list(&self, namespace: &str) -> Result<Vec<(String, String)>, Error> {
        let mut statement = self
            .db
            .prepare_cached("SELECT key, value FROM state WHERE namespace = ?1 ORDER BY key")?;
        let rows = statement.query_map([namespace], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Forgets a key; says whether there was one.
    ///
    /// # Errors
    /// What the index reports.
    pub fn state_delete(&mut self, namespace: &str, key: &str) -> Result<bool, Error> {
        let tx = self.write()?;
        let gone = tx
            .prepare_cached("DELETE FROM state WHERE namespace = ?1 AND key = ?2")?
            .execute([namespace, key])?;
        tx.commit()?;
        Ok(gone > 0)
    }
}
