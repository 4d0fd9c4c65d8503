//! Lists of items by kind, status and day, without looking at words.

use std::collections::HashMap;

use rusqlite::types::Value;
use rusqlite::{Row, ToSql, params_from_iter};
use units::{Day, Digest, Id};

use crate::rows::{
    ASKED_AT_ONCE, SUMMARY, day_number, id_at, kind_at, marks, status_at, summary_at,
};
use crate::{Archive, Error, Kind, Query, Status, Summary};

/// Which items.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Filter {
    /// Only these kinds; empty for all.
    pub kinds: Vec<Kind>,
    /// Only these statuses; empty for all.
    pub statuses: Vec<Status>,
    /// Only items of this day or later.
    pub from: Option<Day>,
    /// Only items of this day or earlier.
    pub to: Option<Day>,
    /// Only items with exactly this tag.
    pub tag: Option<String>,
}

/// In which order.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Sort {
    /// Last changed first.
    #[default]
    Updated,
    /// Last added first.
    Added,
    /// Latest day first; without a day last.
    Day,
    /// By title as bytes; a language's own order is the window's business.
    Title,
}

/// Which part of a list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Page {
    /// Items to leave out at the start.
    pub offset: usize,
    /// Items wanted; at most [`Page::LIMIT_MAX`] are given.
    pub limit: usize,
}

impl Page {
    /// Rows in one answer; a window shows fifty.
    pub const LIMIT_MAX: usize = 10_000;
}

/// A part of a list.
#[derive(Clone, PartialEq, Debug)]
pub struct Listed {
    /// The items of the page.
    pub items: Vec<Summary>,
    /// How many items the whole list has.
    pub total: u64,
}

/// How many items there are of each sort; only those that occur.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Facets {
    /// By kind.
    pub kinds: Vec<(Kind, u64)>,
    /// By status.
    pub statuses: Vec<(Status, u64)>,
}

/// What an item is shown and heard by.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Face {
    /// The first picture of its newest version.
    pub picture: Option<Digest>,
    /// The first sound of its newest version.
    pub sound: Option<Digest>,
}

/// Conditions in SQL with their values.
pub(crate) struct Conditions {
    sql: Vec<String>,
    values: Vec<Value>,
}

impl Conditions {
    pub(crate) fn of(filter: &Filter) -> Self {
        let mut this = Self {
            sql: Vec::new(),
            values: Vec::new(),
        };
        let kinds = filter.kinds.iter().map(|kind| kind.code());
        this.any_of("item.kind", kinds.collect());
        let statuses = filter.statuses.iter().map(|status| status.code());
        this.any_of("item.status", statuses.collect());
        this.days(filter.from, filter.to);
        if let Some(tag) = &filter.tag {
            this.sql
                .push("item.row IN (SELECT item FROM tag WHERE tag = ?)".to_owned());
            this.values.push(tag.clone().into());
        }
        this
    }

    pub(crate) fn days_of(query: &Query) -> Self {
        let mut this = Self {
            sql: Vec::new(),
            values: Vec::new(),
        };
        this.days(query.from, query.to);
        this
    }

    fn any_of(&mut self, column: &str, codes: Vec<&'static str>) {
        if !codes.is_empty() {
            self.sql
                .push(format!("{column} IN ({})", marks(codes.len())));
            self.values
                .extend(codes.into_iter().map(|code| code.to_owned().into()));
        }
    }

    fn days(&mut self, from: Option<Day>, to: Option<Day>) {
        for (day, operator) in [(from, ">="), (to, "<=")] {
            if let Some(day) = day {
                self.sql.push(format!("item.day {operator} ?"));
                self.values.push(day_number(day).into());
            }
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.sql.is_empty()
    }

    /// The conditions after a `WHERE`.
    pub(crate) fn sql(&self) -> String {
        if self.sql.is_empty() {
            return "TRUE".to_owned();
        }
        self.sql.join(" AND ")
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &dyn ToSql> {
        self.values.iter().map(|value| value as &dyn ToSql)
    }
}

impl Archive {
    /// A page of the items that `filter` lets through.
    ///
    /// # Errors
    /// What the index reports.
    pub fn list(&self, filter: &Filter, sort: Sort, page: Page) -> Result<Listed, Error> {
        let conditions = Conditions::of(filter);
        let order = match sort {
            Sort::Updated => "item.updated_ms DESC, item.row DESC",
            Sort::Added => "item.row DESC",
            Sort::Day => "item.day DESC, item.row DESC",
            Sort::Title => "item.title, item.row",
        };
        let tx = self.db.unchecked_transaction()?;
        let total: i64 = tx
            .prepare_cached(&format!(
                "SELECT count(*) FROM item WHERE {}",
                conditions.sql()
            ))?
            .query_row(params_from_iter(conditions.values()), |row| row.get(0))?;
        let sql = format!(
            "SELECT {SUMMARY} FROM item WHERE {} ORDER BY {order} LIMIT {} OFFSET {}",
            conditions.sql(),
            page.limit.min(Page::LIMIT_MAX),
            page.offset,
        );
        let mut statement = tx.prepare(&sql)?;
        let items = statement.query_map(params_from_iter(conditions.values()), summary_at)?;
        Ok(Listed {
            items: items.collect::<Result<_, _>>()?,
            total: total.unsigned_abs(),
        })
    }

    /// What these items are shown and heard by. Items that are not there are left out.
    ///
    /// # Errors
    /// What the index reports.
    pub fn faces(&self, items: &[Id]) -> Result<HashMap<Id, Face>, Error> {
        let first = |kind: &str| {
            format!(
                "(SELECT digest FROM version_file
                  WHERE version = newest.row AND substr(media_type, 1, 6) = '{kind}/'
                  ORDER BY position LIMIT 1)"
            )
        };
        let mut faces = HashMap::new();
        for items in items.chunks(ASKED_AT_ONCE) {
            let mut statement = self.db.prepare(&format!(
                "SELECT item.id, {}, {} FROM item LEFT JOIN version AS newest
                   ON newest.item = item.row AND newest.number =
                     (SELECT max(number) FROM version WHERE item = item.row)
                 WHERE item.id IN ({})",
                first("image"),
                first("audio"),
                marks(items.len())
            ))?;
            let digest_at = |row: &Row<'_>, column| {
                Ok::<_, rusqlite::Error>(row.get::<_, Option<_>>(column)?.map(Digest::from_bytes))
            };
            let ids = items.iter().map(Id::as_bytes);
            let rows = statement.query_map(params_from_iter(ids), |row| {
                let (picture, sound) = (digest_at(row, 1)?, digest_at(row, 2)?);
                Ok((id_at(row, 0)?, Face { picture, sound }))
            })?;
            for row in rows {
                let (id, face) = row?;
                faces.insert(id, face);
            }
        }
        Ok(faces)
    }

    /// How many items that `filter` lets through there are of each kind and status.
    ///
    /// # Errors
    /// What the index reports.
    pub fn facets(&self, filter: &Filter) -> Result<Facets, Error> {
        let conditions = Conditions::of(filter);
        let mut statement = self.db.prepare_cached(&format!(
            "SELECT kind, status, count(*) FROM item WHERE {} GROUP BY kind, status",
            conditions.sql()
        ))?;
        let mut rows = statement.query(params_from_iter(conditions.values()))?;
        let mut facets = Facets::default();
        while let Some(row) = rows.next()? {
            let count = row.get::<_, i64>(2)?.unsigned_abs();
            add(&mut facets.kinds, kind_at(row, 0)?, count);
            add(&mut facets.statuses, status_at(row, 1)?, count);
        }
        facets.kinds.sort_unstable();
        facets.statuses.sort_unstable();
        Ok(facets)
    }
}

fn add<T: PartialEq>(counts: &mut Vec<(T, u64)>, of: T, count: u64) {
    match counts.iter_mut().find(|(each, _)| *each == of) {
        Some((_, sum)) => *sum += count,
        None => counts.push((of, count)),
    }
}
