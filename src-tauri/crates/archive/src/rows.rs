//! Items as rows of the index: writing and reading them inside somebody's transaction.

use rusqlite::{Row, Transaction, params};
use units::{Day, Dbtp, Digest, Id, Lufs};

use crate::{Error, ItemFile, Kind, Levels, Metadata, Person, PlaceName, Status, Summary, Version};

pub(crate) fn write_metadata(
    tx: &Transaction<'_>,
    row: i64,
    m: &Metadata,
    now_ms: i64,
) -> Result<(), Error> {
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

pub(crate) fn read_metadata(tx: &Transaction<'_>, row: i64) -> Result<Metadata, Error> {
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

pub(crate) fn read_versions(tx: &Transaction<'_>, item: i64) -> Result<Vec<Version>, Error> {
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

/// Values asked for in one statement; SQLite takes thirty thousand.
pub(crate) const ASKED_AT_ONCE: usize = 1_000;

/// So many question marks, for the values of an `IN`.
pub(crate) fn marks(count: usize) -> String {
    vec!["?"; count].join(", ")
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
