//! How long searching takes on the processor, to be read by a person: no assertion depends on time.
//!
//! `cargo test -p archive --release --test speed -- --ignored --nocapture`, rows by `ROWS`.
#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

mod support;

use std::time::{Duration, Instant};

use archive::{Kind, Metadata, Query, Status};
use support::{Dice, id, open};
use units::Day;

const ONSETS: &[&str] = &[
    "", "b", "c", "ch", "d", "đ", "g", "gi", "h", "kh", "l", "m", "n", "ng", "nh", "ph", "qu", "r",
    "s", "t", "th", "tr", "v", "x",
];
const RIMES: &[&str] = &[
    "a", "á", "à", "ạ", "an", "án", "anh", "ánh", "ao", "ăn", "ân", "ấp", "ây", "ế", "ên", "iêm",
    "iến", "in", "ong", "ô", "ốc", "ông", "ộng", "ơi", "ớn", "u", "ủng", "ung", "ươi", "ường",
    "ưu", "y", "ý", "yên",
];

/// A syllable, the common ones more often (about as Zipf says: rank grows as a power of chance).
fn syllable(dice: &mut Dice) -> String {
    let all = (ONSETS.len() * RIMES.len()) as f64;
    let chance = dice.roll(1 << 30) as f64 / (1u64 << 30) as f64;
    let rank = (all.powf(chance) - 1.0) as usize;
    // Ranks are scattered over onsets and rimes.
    let place = rank * 611 % (ONSETS.len() * RIMES.len());
    format!(
        "{}{}",
        ONSETS[place % ONSETS.len()],
        RIMES[place / ONSETS.len()]
    )
}

fn text(dice: &mut Dice, words: u64) -> String {
    let words: Vec<String> = (0..words).map(|_| syllable(dice)).collect();
    words.join(" ")
}

/// Time on the processor: other work on the machine does not count. Elsewhere than on Linux, zero.
fn on_processor() -> Duration {
    let times = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let ns = times.split(' ').next().and_then(|ns| ns.parse().ok());
    Duration::from_nanos(ns.unwrap_or(0))
}

#[test]
#[ignore = "fills a large archive; for a person to read"]
fn searching_a_large_archive() {
    let rows: u64 = std::env::var("ROWS").map_or(200_000, |rows| rows.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let mut archive = open(&folder);
    let mut dice = Dice(1);
    let begun = Instant::now();
    for batch in 0..rows / 10_000 {
        let items: Vec<Metadata> = (0..10_000)
            .map(|_| {
                let words = 60 + dice.roll(120);
                Metadata {
                    body: text(&mut dice, words),
                    status: Status::ALL[dice.roll(5) as usize],
                    tags: vec![text(&mut dice, 2)],
                    date: Some(Day {
                        year: 2020 + dice.roll(6) as i16,
                        month: 1 + dice.roll(12) as u8,
                        day: 1,
                    }),
                    ..Metadata::new(Kind::ALL[dice.roll(9) as usize], text(&mut dice, 8))
                }
            })
            .collect();
        let numbered = items
            .iter()
            .zip(0..)
            .map(|(item, n)| (id(batch * 10_000 + n), item));
        archive.add_items(numbered, 1).unwrap();
    }
    let size = std::fs::metadata(folder.path().join("loa.db"))
        .unwrap()
        .len();
    println!(
        "{rows} rows in {:.1?}, index {} MiB",
        begun.elapsed(),
        size >> 20
    );
    let mut common = Dice(9);
    let two: Vec<String> = (0..200).map(|_| text(&mut common, 2)).collect();
    let show = |name: &str, queries: &[Query]| {
        let mut times: Vec<_> = (queries.iter())
            .map(|query| {
                let begun = on_processor();
                let found = archive.search(query).unwrap();
                (on_processor() - begun, found.count)
            })
            .collect();
        times.sort_unstable();
        let at = |part: usize| times[(times.len() - 1) * part / 100];
        println!(
            "{name:<34} median {:>9.2?} 95% {:>9.2?} worst {:?}",
            at(50).0,
            at(95).0,
            at(100)
        );
    };
    let whole: Vec<Query> = two.iter().map(Query::new).collect();
    show("two words", &whole);
    let folded: Vec<Query> = two.iter().map(|t| Query::new(archive::fold(t))).collect();
    show("two words without marks", &folded);
    let typed: Vec<Query> = (two.iter().filter(|t| t.chars().count() > 5))
        .map(|t| Query::as_typed(t.chars().take(t.chars().count() - 1).collect::<String>()))
        .collect();
    show("two words, the last being typed", &typed);
    let one: Vec<Query> = two
        .iter()
        .filter_map(|t| t.split(' ').next())
        .map(Query::new)
        .collect();
    show("one word", &one);
    let prefixes: Vec<Query> = ["ng", "ch", "th", "tr", "ti", "an", "nga", "tru", "qu", "đi"]
        .map(Query::as_typed)
        .to_vec();
    show("two or three letters", &prefixes);
    let pairs: Vec<Query> = ["ng th", "th tr", "nga tru"].map(Query::as_typed).to_vec();
    show("a word and two letters", &pairs);
    let narrow: Vec<Query> = (whole.iter())
        .map(|query| Query {
            kinds: vec![Kind::Deck],
            statuses: vec![Status::Draft],
            ..query.clone()
        })
        .collect();
    show("two words of a kind and status", &narrow);
    let day = Some(Day {
        year: 2025,
        month: 3,
        day: 1,
    });
    let month: Vec<Query> = one
        .iter()
        .map(|query| Query {
            from: day,
            to: day,
            ..query.clone()
        })
        .collect();
    show("one word in one month", &month);
    show("nothing", &[Query::new("")]);
}
