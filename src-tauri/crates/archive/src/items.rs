//! Items in the index: adding, changing, reading. What is replaced goes into the history.

use rusqlite::{OptionalExtension as _, Row, Transaction, params};
use units::{Day, Dbtp, Digest, Id, Lufs};

use crate::item::at_most;
use crate::object::stored_bytes;
use crate::{
    Archive, Error, Item, ItemFile, Kind, Levels, Metadata, PastMetadata, Person, PlaceName,
    Status, Summary, Version, file, search,
};

/// Files of one version; a deck with its pictures stays far below.
const FILES_COUNT_MAX: usize = 10_000;

/// A note, name or role in bytes.
const LINE_BYTES_MAX: usize = 16 << 10;

impl Archive {
    /// Adds an item without versions.
    ///
    /// # Errors
    /// [`Error::Exists`], [`Error::TooLarge`], or what the index reports.
    pub fn add_item(&mut self, id: Id, metadata: &Metadata, now_ms: i64) -> Result<(), Error> {
        self.add_items([(id, metadata)], now_ms)
    }

    /// Adds many items at once: all of them or, on an error, none.
    ///
    /// # Errors
    /// As [`Archive::add_item`].
    pub fn add_items<'a>(
        &mut self,
        items: impl IntoIterator<Item = (Id, &'a Metadata)>,
        now_ms: i64,
    ) -> Result<(), Error> {
        let tx = self.write()?;
        for (id, metadata) in items {
            metadata.check()?;
            let added = tx
                .prepare_cached(
                    "INSERT OR IGNORE INTO item (id, kind, status, title, body, created_ms, updated_ms)
                     VALUES (?1, '', '', '', '', ?2, ?2)",
                )?
                .execute(params![id.as_bytes(), now_ms])?;
            if added == 0 {
                return Err(Error::Exists {
                    what: format!("item {id}"),
                });
            }
            let row = tx.last_insert_rowid();
            write_metadata(&tx, row, metadata, now_ms)?;
            search::index(&tx, row, metadata)?;
        }
        tx.commit()?;
        Ok(())
    }

    /// Replaces an item's metadata; the old ones stay in its history.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::TooLarge`], or what the index reports.
    pub fn update_item(&mut self, id: Id, metadata: &Metadata, now_ms: i64) -> Result<(), Error> {
        metadata.check()?;
        let tx = self.write()?;
        let row = row_of(&tx, id)?;
        let old = read_metadata(&tx, row)?;
        if old != *metadata {
            tx.execute(
                "INSERT INTO history (item, until_ms, metadata) VALUES (?1, ?2, ?3)",
                params![row, now_ms, file::write_metadata(&old)?],
            )?;
            write_metadata(&tx, row, metadata, now_ms)?;
            search::index(&tx, row, metadata)?;
        }
        tx.commit()?;
        Ok(())
    }

    /// Adds a version with these files, all of which must be in the store; returns its number.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the item or a file, [`Error::TooLarge`], or what the index reports.
    pub fn add_version(
        &mut self,
        id: Id,
        note: &str,
        files: &[ItemFile],
        now_ms: i64,
    ) -> Result<u32, Error> {
        at_most("the list of files", files.len(), FILES_COUNT_MAX)?;
        let lines = files.iter().flat_map(|f| [&f.name, &f.media_type, &f.role]);
        (lines.map(String::as_str).chain([note]))
            .try_for_each(|line| at_most("a note or name in bytes", line.len(), LINE_BYTES_MAX))?;
        let tx = self.write()?;
        let item = row_of(&tx, id)?;
        let number: u32 = tx.query_row(
            "INSERT INTO version (item, number, made_ms, note)
             VALUES (?1, (SELECT coalesce(max(number), 0) + 1 FROM version WHERE item = ?1), ?2, ?3)
             RETURNING number",
            params![item, now_ms, note],
            |row| row.get(0),
        )?;
        let version = tx.last_insert_rowid();
        for (position, file) in files.iter().enumerate() {
            stored_bytes(&tx, file.digest)?;
            tx.prepare_cached("INSERT INTO version_file VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
                .execute(params![
                    version,
                    position as i64,
                    file.digest.as_bytes(),
                    file.name,
                    file.media_type,
                    file.role
                ])?;
        }
        tx.execute(
            "UPDATE item SET updated_ms = ?2 WHERE row = ?1",
            params![item, now_ms],
        )?;
        tx.commit()?;
        Ok(number)
    }

    /// An item with all its versions; `None` where there is none.
    ///
    /// # Errors
    /// What the index reports.
    pub fn item(&self, id: Id) -> Result<Option<Item>, Error> {
        // One read transaction, so that metadata and versions are of one moment.
        let tx = self.db.unchecked_transaction()?;
        let found = tx
            .prepare_cached("SELECT row, created_ms, updated_ms FROM item WHERE id = ?1")?
            .query_row([id.as_bytes()], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })
            .optional()?;
        let Some((row, created_ms, updated_ms)) = found else {
            return Ok(None);
        };
        Ok(Some(Item {
            id,
            metadata: read_metadata(&tx, row)?,
            created_ms,
            updated_ms,
            versions: read_versions(&tx, row)?,
        }))
    }

    /// Metadata as they once were, newest first.
    ///
    /// # Errors
    /// [`Error::NotFound`], or what the index reports.
    pub fn history(&self, id: Id) -> Result<Vec<PastMetadata>, Error> {
        let tx = self.db.unchecked_transaction()?;
        let row = row_of(&tx, id)?;
        let mut statement = tx.prepare_cached(
            "SELECT until_ms, metadata FROM history WHERE item = ?1 ORDER BY row DESC",
        )?;
        let mut rows = statement.query([row])?;
        let mut past = Vec::new();
        while let Some(row) = rows.next()? {
            past.push(PastMetadata {
                until_ms: row.get(0)?,
                metadata: file::read_metadata(&row.get::<_, String>(1)?)?,
            });
        }
        Ok(past)
    }

    /// The items that use this media file in any version, oldest first.
    ///
    /// # Errors
    /// What the index reports.
    pub fn find_by_digest(&self, digest: Digest) -> Result<Vec<Id>, Error> {
        let mut statement = self.db.prepare_cached(
            "SELECT id FROM item WHERE row IN (
               SELECT v.item FROM version_file f JOIN version v ON v.row = f.version
               WHERE f.digest = ?1)
             ORDER BY row",
        )?;
        let ids = statement.query_map([digest.as_bytes()], |row| id_at(row, 0))?;
        Ok(ids.collect::<Result<_, _>>()?)
    }
}

fn row_of(tx: &Transaction<'_>, id: Id) -> Result<i64, Error> {
    tx.prepare_cached("SELECT row FROM item WHERE id = ?1")?
        .query_row([id.as_bytes()], |row| row.get(0))
        .optional()?
        .ok_or_else(|| Error::not_found("item", id))
}

fn write_metadata(tx: &Transaction<'_>, row: i64, m: &Metadata, now_ms: i64) -> Result<(), Error> {
    tx.prepare_cached(
        "UPDATE item SET kind = ?2, status = ?3, title = ?4, body = ?5, place_code = ?6,
           place_label = ?7, day = ?8, duration_ms = ?9, integrated_lufs = ?10,
           true_peak_dbtp = ?11, updated_ms = ?12
         WHERE row = ?1",
    )?
    .execute(params![
        row,
        m.kind.code(),
        m.status.code(),
        m.title,
        m.body,
        m.place.as_ref().map(|place| &place.code),
        m.place.as_ref().map(|place| &place.label),
        m.date.map(day_number),
        m.duration_ms
            .map(|ms| i64::try_from(ms).unwrap_or(i64::MAX)),
        m.levels.map(|levels| levels.integrated.0),
        m.levels.map(|levels| levels.true_peak.0),
        now_ms,
    ])?;
    tx.prepare_cached("DELETE FROM tag WHERE item = ?1")?
        .execute([row])?;
    for (position, tag) in m.tags.iter().enumerate() {
        tx.prepare_cached("INSERT INTO tag VALUES (?1, ?2, ?3)")?
            .execute(params![row, position as i64, tag])?;
    }
    tx.prepare_cached("DELETE FROM person WHERE item = ?1")?
        .execute([row])?;
    for (position, person) in m.people.iter().enumerate() {
        tx.prepare_cached("INSERT INTO person VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![row, position as i64, person.name, person.role])?;
    }
    Ok(())
}

fn read_metadata(tx: &Transaction<'_>, row: i64) -> Result<Metadata, Error> {
    let mut metadata = tx
        .prepare_cached(
            "SELECT kind, status, title, body, place_code, place_label, day, duration_ms,
               integrated_lufs, true_peak_dbtp
             FROM item WHERE row = ?1",
        )?
        .query_row([row], |row| {
            let place: (Option<String>, Option<String>) = (row.get(4)?, row.get(5)?);
            let levels: (Option<f64>, Option<f64>) = (row.get(8)?, row.get(9)?);
            Ok(Metadata {
                kind: kind_at(row, 0)?,
                status: status_at(row, 1)?,
                title: row.get(2)?,
                body: row.get(3)?,
                tags: Vec::new(),
                place: (place.0.zip(place.1)).map(|(code, label)| PlaceName { code, label }),
                people: Vec::new(),
                date: row.get::<_, Option<i64>>(6)?.map(number_day),
                duration_ms: row.get::<_, Option<i64>>(7)?.map(i64::unsigned_abs),
                levels: (levels.0.zip(levels.1)).map(|(integrated, true_peak)| Levels {
                    integrated: Lufs(integrated),
                    true_peak: Dbtp(true_peak),
                }),
            })
        })?;
    metadata.tags = tx
        .prepare_cached("SELECT tag FROM tag WHERE item = ?1 ORDER BY position")?
        .query_map([row], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    metadata.people = tx
        .prepare_cached("SELECT name, role FROM person WHERE item = ?1 ORDER BY position")?
        .query_map([row], |row| {
            Ok(Person {
                name: row.get(0)?,
                role: row.get(1)?,
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(metadata)
}

fn read_versions(tx: &Transaction<'_>, item: i64) -> Result<Vec<Version>, Error> {
    let mut versions: Vec<(i64, Version)> = tx
        .prepare_cached(
            "SELECT row, number, made_ms, note FROM version WHERE item = ?1 ORDER BY number",
        )?
        .query_map([item], |row| {
            let version = Version {
                number: row.get(1)?,
                made_ms: row.get(2)?,
                note: row.get(3)?,
                files: Vec::new(),
            };
            Ok((row.get(0)?, version))
        })?
        .collect::<Result<_, _>>()?;
    for (row, version) in &mut versions {
        version.files = tx
            .prepare_cached(
                "SELECT f.digest, f.name, f.media_type, o.bytes, f.role
                 FROM version_file f JOIN object o ON o.digest = f.digest
                 WHERE f.version = ?1 ORDER BY f.position",
            )?
            .query_map([*row], |row| {
                Ok(ItemFile {
                    digest: Digest::from_bytes(row.get(0)?),
                    name: row.get(1)?,
                    media_type: row.get(2)?,
                    bytes: row.get::<_, i64>(3)?.unsigned_abs(),
                    role: row.get(4)?,
                })
            })?
            .collect::<Result<_, _>>()?;
    }
    Ok(versions.into_iter().map(|(_, version)| version).collect())
}

/// The columns that [`summary_at`] reads, of a table `item`.
pub(crate) const SUMMARY: &str = "item.id, item.kind, item.status, item.title, item.day, \
                                  item.duration_ms, item.created_ms, item.updated_ms";

pub(crate) fn summary_at(row: &Row<'_>) -> rusqlite::Result<Summary> {
    Ok(Summary {
        id: id_at(row, 0)?,
        kind: kind_at(row, 1)?,
        status: status_at(row, 2)?,
        title: row.get(3)?,
        date: row.get::<_, Option<i64>>(4)?.map(number_day),
        duration_ms: row.get::<_, Option<i64>>(5)?.map(i64::unsigned_abs),
        created_ms: row.get(6)?,
        updated_ms: row.get(7)?,
    })
}

pub(crate) fn id_at(row: &Row<'_>, column: usize) -> rusqlite::Result<Id> {
    Ok(Id::from_bytes(row.get(column)?))
}

/// A word that is no kind can only be damage: newer formats are refused on opening.
pub(crate) fn kind_at(row: &Row<'_>, column: usize) -> rusqlite::Result<Kind> {
    let code: String = row.get(column)?;
    Kind::from_code(&code).ok_or_else(|| unknown(column, &code))
}

pub(crate) fn status_at(row: &Row<'_>, column: usize) -> rusqlite::Result<Status> {
    let code: String = row.get(column)?;
    Status::from_code(&code).ok_or_else(|| unknown(column, &code))
}

fn unknown(column: usize, code: &str) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(
        column,
        rusqlite::types::Type::Text,
        format!("unknown word {code:?}").into(),
    )
}

/// yyyymmdd, so that days sort.
pub(crate) fn day_number(day: Day) -> i64 {
    i64::from(day.year) * 10_000 + i64::from(day.month) * 100 + i64::from(day.day)
}

/// The day of a yyyymmdd. Numbers that are none come from damage alone and give an odd day.
pub(crate) fn number_day(number: i64) -> Day {
    Day {
        year: i16::try_from(number.div_euclid(10_000)).unwrap_or(i16::MAX),
        month: u8::try_from(number.div_euclid(100).rem_euclid(100)).unwrap_or(0),
        day: u8::try_from(number.rem_euclid(100)).unwrap_or(0),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use units::{Day, Dbtp, Lufs};

    use crate::{Kind, Levels, Metadata, Person, PlaceName, Status};

    pub(crate) fn full_metadata() -> Metadata {
        Metadata {
            kind: Kind::Segment,
            status: Status::Review,
            title: "Lịch tiêm chủng tháng 12".to_owned(),
            body: "Trạm y tế mở cửa từ 7 giờ.".to_owned(),
            tags: vec!["y tế".to_owned(), "trẻ em".to_owned()],
            place: Some(PlaceName {
                code: "28870".to_owned(),
                label: "Xã Thạnh Phú".to_owned(),
            }),
            people: vec![Person {
                name: "Nguyễn Thị Đào".to_owned(),
                role: "người đọc".to_owned(),
            }],
            date: Some(Day {
                year: 2026,
                month: 11,
                day: 22,
            }),
            duration_ms: Some(84_000),
            levels: Some(Levels {
                integrated: Lufs(-23.0),
                true_peak: Dbtp(f64::NEG_INFINITY),
            }),
        }
    }
}
