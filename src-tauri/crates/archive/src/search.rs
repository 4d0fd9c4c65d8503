//! Finding items by words: results as one types, from a million items, in bounded time.
//!
//! The index holds the words without marks, and once more with marks. A search runs in tiers, best
//! first: written just so in the title, in the title, written just so anywhere, in tags, people and
//! place, in the text. Within a tier the newest come first. Each tier stops after as many rows as
//! are wanted, so that a common word costs no more than a rare one; statistics over all rows (BM25)
//! would.

use std::collections::HashSet;

use rusqlite::{ToSql, Transaction, params, params_from_iter};
use units::Day;

use crate::fold::{fold, lower_marked, words};
use crate::list::Conditions;
use crate::query::Terms;
use crate::rows::{SUMMARY, summary_at};
use crate::segment::{highlight, snippet};
use crate::{Archive, Error, Filter, Metadata, Page, Query, Segment, Sort, Summary};

/// Counting stops here: "more than a thousand" says as much as a number.
const COUNT_MAX: u64 = 1_000;

/// In a longer span most rows lie within: looking at each costs less than naming the months.
const MONTHS_MAX: i32 = 36;

/// Between the parts of the column with marks, so that no quoted phrase spans two of them. A word
/// nobody writes.
const GAP: &str = "xqgapqx";

/// An item that was found.
#[derive(Clone, PartialEq, Debug)]
pub struct Hit {
    /// The item.
    pub item: Summary,
    /// Its title, with what was found marked.
    pub title: Vec<Segment>,
    /// The stretch of its text that shows best why it was found; its beginning where the words are
    /// elsewhere; empty where it has no text.
    pub snippet: Vec<Segment>,
}

/// What a search found.
#[derive(Clone, PartialEq, Debug)]
pub struct Found {
    /// The hits of the page, best first.
    pub hits: Vec<Hit>,
    /// How many items there are, counted up to 1,000.
    pub count: u64,
    /// Whether `count` is all of them.
    pub count_is_exact: bool,
}

impl Archive {
    /// Finds items that have all words of the query in title, tags, people, place or text.
    ///
    /// # Errors
    /// What the index reports; no text is an error.
    pub fn search(&self, query: &Query) -> Result<Found, Error> {
        let mut terms = Terms::of(query);
        if terms.is_empty() {
            return self.everything(query);
        }
        let found = self.find(query, &terms)?;
        // Between "tiêm" and "tiêm ch" what was found must not vanish for the length of one letter.
        if found.count == 0 && terms.drop_begun() {
            return self.find(query, &terms);
        }
        Ok(found)
    }

    fn find(&self, query: &Query, terms: &Terms) -> Result<Found, Error> {
        let days = Conditions::days_of(query);
        let limit = query.limit.min(Query::LIMIT_MAX);
        let wanted = limit + query.offset.min(Query::OFFSET_MAX);
        let facets = facets(query);
        let anywhere = format!(
            "{{title rest body}} : ({}){facets}",
            terms.expression(false)
        );

        // One read transaction: all tiers see the same rows.
        let tx = self.db.unchecked_transaction()?;
        let count = count(&tx, &anywhere, &days)?;
        let mut seen = HashSet::new();
        let mut rows = Vec::new();
        for tier in tiers(terms, &facets) {
            if rows.len() >= wanted || (count <= COUNT_MAX && rows.len() as u64 == count) {
                break;
            }
            for row in matches(&tx, &tier, &days, wanted)? {
                if seen.insert(row) {
                    rows.push(row);
                }
            }
        }
        let hits = (rows.into_iter().take(wanted))
            .skip(wanted - limit)
            .map(|row| hit(&tx, row, terms))
            .collect::<Result<_, _>>()?;
        Ok(Found {
            hits,
            count: count.min(COUNT_MAX),
            count_is_exact: count <= COUNT_MAX,
        })
    }

    fn everything(&self, query: &Query) -> Result<Found, Error> {
        let filter = Filter {
            kinds: query.kinds.clone(),
            statuses: query.statuses.clone(),
            from: query.from,
            to: query.to,
            tag: None,
        };
        let page = Page {
            offset: query.offset,
            limit: query.limit.min(Query::LIMIT_MAX),
        };
        let listed = self.list(&filter, Sort::Added, page)?;
        let nothing = Terms::of(&Query::new(""));
        let hits = listed.items.into_iter().map(|item| {
            let body: String = self
                .db
                .prepare_cached("SELECT body FROM item WHERE id = ?1")?
                .query_row([item.id.as_bytes()], |row| row.get(0))?;
            Ok(Hit {
                title: highlight(&item.title, &nothing),
                snippet: snippet(&body, &nothing),
                item,
            })
        });
        Ok(Found {
            hits: hits.collect::<Result<_, Error>>()?,
            count: listed.total,
            count_is_exact: true,
        })
    }
}

/// The expressions to try, best first. Each finds all that those of its kind before it find.
fn tiers(terms: &Terms, facets: &str) -> Vec<String> {
    let folded = terms.expression(false);
    let marked = terms.expression(true);
    let tier = |columns: &str, terms: &str| format!("{{{columns}}} : ({terms}){facets}");
    let mut tiers = Vec::new();
    if terms.has_marks() {
        tiers.push(tier("title_marked", &marked));
    }
    tiers.push(tier("title", &folded));
    if terms.has_marks() {
        tiers.push(tier("title_marked text_marked", &marked));
    }
    tiers.push(tier("title rest", &folded));
    tiers.push(tier("title rest body", &folded));
    tiers
}

/// Kinds, statuses and months are words of the index too, so that a common word of a rare kind or of
/// one month is quick. The days themselves are looked at in each row that is left.
fn facets(query: &Query) -> String {
    let kinds = query.kinds.iter().map(|kind| kind_word(kind.code()));
    let statuses = query.statuses.iter().map(|s| status_word(s.code()));
    let any_of = |words: Vec<String>| match words.as_slice() {
        [] => String::new(),
        words => format!(" AND {{facets}} : (\"{}\")", words.join("\" OR \"")),
    };
    any_of(kinds.collect()) + &any_of(statuses.collect()) + &any_of(months(query))
}

/// The words of all months of the query's span; none where it is open, empty or too long to help.
fn months(query: &Query) -> Vec<String> {
    let (Some(from), Some(to)) = (query.from, query.to) else {
        return Vec::new();
    };
    let count = |day: Day| i32::from(day.year) * 12 + i32::from(day.month) - 1;
    let (from, to) = (count(from), count(to));
    if to < from || to - from >= MONTHS_MAX {
        return Vec::new();
    }
    (from..=to)
        .map(|month| month_word(month.div_euclid(12), month.rem_euclid(12) + 1))
        .collect()
}

fn kind_word(code: &str) -> String {
    format!("kind{code}")
}

fn month_word(year: i32, month: i32) -> String {
    format!("month{year:04}{month:02}")
}

fn status_word(code: &str) -> String {
    format!("status{code}")
}

/// The part of a statement from FROM on: rows that match and lie within the days.
fn source(days: &Conditions) -> String {
    if days.is_empty() {
        return "FROM search WHERE search MATCH ?".to_owned();
    }
    format!(
        "FROM search CROSS JOIN item ON item.row = search.rowid WHERE search MATCH ? AND {}",
        days.sql()
    )
}

fn values<'a>(tier: &'a &'a str, days: &'a Conditions) -> impl Iterator<Item = &'a dyn ToSql> {
    std::iter::once(tier as &dyn ToSql).chain(days.values())
}

fn matches(
    tx: &Transaction<'_>,
    tier: &str,
    days: &Conditions,
    limit: usize,
) -> Result<Vec<i64>, Error> {
    let mut statement = tx.prepare_cached(&format!(
        "SELECT search.rowid {} ORDER BY search.rowid DESC LIMIT {limit}",
        source(days)
    ))?;
    let rows = statement.query_map(params_from_iter(values(&tier, days)), |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn count(tx: &Transaction<'_>, tier: &str, days: &Conditions) -> Result<u64, Error> {
    let mut statement = tx.prepare_cached(&format!(
        "SELECT count(*) FROM (SELECT search.rowid {} LIMIT {})",
        source(days),
        COUNT_MAX + 1
    ))?;
    let count: i64 =
        statement.query_row(params_from_iter(values(&tier, days)), |row| row.get(0))?;
    Ok(count.unsigned_abs())
}

fn hit(tx: &Transaction<'_>, row: i64, terms: &Terms) -> Result<Hit, Error> {
    let (item, body) = tx
        .prepare_cached(&format!(
            "SELECT {SUMMARY}, item.body FROM item WHERE row = ?1"
        ))?
        .query_row([row], |row| {
            Ok((summary_at(row)?, row.get::<_, String>(8)?))
        })?;
    Ok(Hit {
        title: highlight(&item.title, terms),
        snippet: snippet(&body, terms),
        item,
    })
}

/// Puts an item's words into the index in place of those it had.
pub(crate) fn index(tx: &Transaction<'_>, row: i64, metadata: &Metadata) -> Result<(), Error> {
    let people = metadata.people.iter().flat_map(|p| [&p.name, &p.role]);
    let place = metadata.place.iter().flat_map(|p| [&p.code, &p.label]);
    let rest: Vec<&str> = (metadata.tags.iter().chain(people).chain(place))
        .map(String::as_str)
        .collect();
    let rest = rest.join(&format!(" {GAP} "));
    let marked = format!("{rest} {GAP} {}", metadata.body);
    let month = (metadata.date).map(|day| month_word(day.year.into(), day.month.into()));
    tx.prepare_cached(
        "INSERT OR REPLACE INTO search
           (rowid, title, rest, body, title_marked, text_marked, facets)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![
        row,
        rewrite(&metadata.title, fold),
        rewrite(&rest, fold),
        rewrite(&metadata.body, fold),
        rewrite(&metadata.title, lower_marked),
        rewrite(&marked, lower_marked),
        format!(
            "{} {} {}",
            kind_word(metadata.kind.code()),
            status_word(metadata.status.code()),
            month.unwrap_or_default()
        ),
    ])?;
    Ok(())
}

/// The words of a text, each rewritten, one space between: what is indexed is cut into words by
/// the same hand as what is typed.
fn rewrite(text: &str, each: impl Fn(&str) -> String) -> String {
    let mut out = String::with_capacity(text.len());
    for (_, word) in words(text) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(&each(word));
    }
    out
}
