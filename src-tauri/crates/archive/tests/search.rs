//! Finding items by words.
#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

mod support;

use std::cell::RefCell;

use archive::{Filter, Kind, Metadata, Page, Person, Query, Sort, Status};
use proptest::prelude::*;
use support::{article, id, open};
use units::Day;

fn titles(archive: &archive::Archive, query: &Query) -> Vec<String> {
    let found = archive.search(query).unwrap();
    assert!(found.count as usize >= found.hits.len());
    found.hits.into_iter().map(|hit| hit.item.title).collect()
}

#[test]
fn words_are_found_with_and_without_marks_in_any_case() {
    let folder = tempfile::tempdir().unwrap();
    let mut archive = open(&folder);
    let body = "Trạm y tế xã tổ chức tiêm chủng cho trẻ trên đường Đê.";
    archive
        .add_item(id(1), &article("Lịch tháng 12", body), 1)
        .unwrap();
    archive
        .add_item(id(2), &article("Bóng đá", "Chung kết"), 1)
        .unwrap();
    for text in [
        "tiem chung",
        "tiêm chủng",
        "TIÊM CHỦNG",
        "tie\u{302}m chung",
        "duong de",
        "Đường đê",
    ] {
        assert_eq!(
            titles(&archive, &Query::new(text)),
            ["Lịch tháng 12"],
            "{text}"
        );
    }
    assert!(titles(&archive, &Query::new("tiem phong")).is_empty());
    assert_eq!(
        titles(&archive, &Query::as_typed("tiem chu")),
        ["Lịch tháng 12"]
    );
    assert!(titles(&archive, &Query::new("tiem chu")).is_empty());
}

#[test]
fn the_title_comes_before_the_text_and_what_is_written_just_so_before_both() {
    let folder = tempfile::tempdir().unwrap();
    let mut archive = open(&folder);
    archive.add_item(id(1), &article("Mã số", ""), 1).unwrap();
    archive.add_item(id(2), &article("Ma túy", ""), 1).unwrap();
    archive
        .add_item(id(3), &article("Chuyện", "có ma"), 1)
        .unwrap();
    archive.add_item(id(4), &article("Má tôi", ""), 1).unwrap();
    let mut tagged = article("Cây trồng", "");
    tagged.tags = vec!["mạ".to_owned()];
    archive.add_item(id(5), &tagged, 1).unwrap();
    assert_eq!(
        titles(&archive, &Query::new("mã")),
        ["Mã số", "Má tôi", "Ma túy", "Cây trồng", "Chuyện"]
    );
    assert_eq!(
        titles(&archive, &Query::new("ma")),
        ["Má tôi", "Ma túy", "Mã số", "Cây trồng", "Chuyện"]
    );
}

#[test]
fn what_was_found_stays_while_the_first_letter_of_the_next_word_is_typed() {
    let folder = tempfile::tempdir().unwrap();
    let mut archive = open(&folder);
    archive
        .add_item(id(1), &article("Tiêm chủng", ""), 1)
        .unwrap();
    archive
        .add_item(id(2), &article("Tiêm phòng ở xã", ""), 1)
        .unwrap();
    let typed = |text: &str| titles(&archive, &Query::as_typed(text));
    assert_eq!(typed("tiêm"), ["Tiêm phòng ở xã", "Tiêm chủng"]);
    assert_eq!(typed("tiêm c"), ["Tiêm phòng ở xã", "Tiêm chủng"]);
    assert_eq!(typed("tiêm ch"), ["Tiêm chủng"]);
    // A letter that is a word narrows; one that is ended must occur; one alone is looked for.
    assert_eq!(typed("tiêm o"), ["Tiêm phòng ở xã"]);
    assert!(typed("tiêm c ").is_empty());
    assert!(typed("c").is_empty());
    assert!(titles(&archive, &Query::new("tiêm c")).is_empty());
}

#[test]
fn people_tags_and_places_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let mut archive = open(&folder);
    let mut metadata = article("Phỏng vấn", "");
    metadata.people = vec![Person {
        name: "Đặng Thị Ươm".to_owned(),
        role: "trạm trưởng".to_owned(),
    }];
    metadata.tags = vec!["y tế".to_owned(), "phòng bệnh".to_owned()];
    archive.add_item(id(1), &metadata, 1).unwrap();
    for text in ["dang uom", "tram truong", "\"y tế\"", "phong benh"] {
        assert_eq!(titles(&archive, &Query::new(text)), ["Phỏng vấn"], "{text}");
    }
    // Words of neighbouring tags do not follow each other, with marks or without.
    assert!(titles(&archive, &Query::new("\"te phong\"")).is_empty());
    assert!(titles(&archive, &Query::new("\"tế phòng\"")).is_empty());
}

#[test]
fn an_item_is_found_by_its_new_words_and_no_more_by_its_old_ones() {
    let folder = tempfile::tempdir().unwrap();
    let mut archive = open(&folder);
    archive
        .add_item(id(1), &article("Bão số 3", "gió giật"), 1)
        .unwrap();
    archive
        .update_item(id(1), &article("Lũ lên", "nước tràn"), 2)
        .unwrap();
    assert!(titles(&archive, &Query::new("bao")).is_empty());
    assert!(titles(&archive, &Query::new("gió")).is_empty());
    assert_eq!(titles(&archive, &Query::new("nuoc tran")), ["Lũ lên"]);
}

#[test]
fn kinds_statuses_and_days_narrow_a_search() {
    let folder = tempfile::tempdir().unwrap();
    let mut archive = open(&folder);
    let day = |day| {
        Some(Day {
            year: 2026,
            month: 11,
            day,
        })
    };
    for (number, kind, status, date) in [
        (1, Kind::Article, Status::Draft, day(1)),
        (2, Kind::Deck, Status::Draft, day(2)),
        (3, Kind::Deck, Status::Delivered, day(3)),
        (4, Kind::Photo, Status::Delivered, None),
    ] {
        let metadata = Metadata {
            status,
            date,
            ..Metadata::new(kind, format!("mưa {number}"))
        };
        archive.add_item(id(number), &metadata, 1).unwrap();
    }
    let all = Query::new("mua");
    let decks = Query {
        kinds: vec![Kind::Deck],
        ..all.clone()
    };
    assert_eq!(titles(&archive, &all), ["mưa 4", "mưa 3", "mưa 2", "mưa 1"]);
    assert_eq!(titles(&archive, &decks), ["mưa 3", "mưa 2"]);
    let drafts = Query {
        statuses: vec![Status::Draft],
        ..decks
    };
    assert_eq!(titles(&archive, &drafts), ["mưa 2"]);
    let early = Query {
        to: day(2),
        kinds: vec![Kind::Deck, Kind::Article],
        ..all.clone()
    };
    assert_eq!(titles(&archive, &early), ["mưa 2", "mưa 1"]);
    let late = Query {
        from: day(3),
        ..Query::new("")
    };
    assert_eq!(titles(&archive, &late), ["mưa 3"]);
    let span = |from, to| Query {
        from: Some(from),
        to: Some(to),
        ..all.clone()
    };
    let november = Day {
        year: 2026,
        month: 11,
        day: 2,
    };
    let next_year = Day {
        year: 2027,
        ..november
    };
    let long_ago = Day {
        year: 1990,
        ..november
    };
    assert_eq!(titles(&archive, &span(november, november)), ["mưa 2"]);
    assert_eq!(
        titles(&archive, &span(november, next_year)),
        ["mưa 3", "mưa 2"]
    );
    assert_eq!(
        titles(&archive, &span(long_ago, november)),
        ["mưa 2", "mưa 1"]
    );
    assert!(titles(&archive, &span(next_year, november)).is_empty());
    let page = Query {
        limit: 2,
        offset: 1,
        ..all
    };
    assert_eq!(titles(&archive, &page), ["mưa 3", "mưa 2"]);
    // Words of the facets are no words of the text.
    assert!(titles(&archive, &Query::new("kinddeck")).is_empty());

    let listed = archive
        .list(
            &Filter::default(),
            Sort::Day,
            Page {
                offset: 0,
                limit: 2,
            },
        )
        .unwrap();
    assert_eq!((listed.total, listed.items[0].title.as_str()), (4, "mưa 3"));
    let facets = archive.facets(&Filter::default()).unwrap();
    let kinds = [(Kind::Deck, 2), (Kind::Article, 1), (Kind::Photo, 1)];
    assert_eq!(facets.kinds, kinds);
    assert_eq!(
        facets.statuses,
        [(Status::Draft, 2), (Status::Delivered, 2)]
    );
}

#[test]
fn counting_stops_where_a_number_says_nothing_any_more() {
    let folder = tempfile::tempdir().unwrap();
    let mut archive = open(&folder);
    let metadata = article("tin", "");
    archive
        .add_items((0..1_200).map(|n| (id(n), &metadata)), 1)
        .unwrap();
    let found = archive.search(&Query::new("tin")).unwrap();
    assert_eq!(
        (found.hits.len(), found.count, found.count_is_exact),
        (20, 1_000, false)
    );
    let deep = Query {
        offset: 1_190,
        ..Query::new("tin")
    };
    assert_eq!(archive.search(&deep).unwrap().hits.len(), 10);
}

thread_local! {
    /// One archive for all cases: making one costs more than searching it.
    static ARCHIVE: RefCell<(tempfile::TempDir, archive::Archive, u64)> = {
        let folder = tempfile::tempdir().unwrap();
        let mut archive = open(&folder);
        archive.add_item(id(0), &article("a b", "c d e"), 1).unwrap();
        RefCell::new((folder, archive, 0))
    };
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn no_text_is_an_error(text in prop_oneof![
        any::<String>(),
        "[\"'*:^(){}+\\- a-bANDORTE]{0,30}",
    ]) {
        ARCHIVE.with_borrow(|(_, archive, _)| {
            for query in [Query::new(text.clone()), Query::as_typed(text.clone())] {
                prop_assert!(archive.search(&query).is_ok());
            }
            Ok(())
        })?;
    }

    #[test]
    fn an_item_is_found_by_any_of_its_words_in_any_form(
        words in proptest::collection::vec("[a-zđàảãạăằẵặâầẫậèẻẽẹêềễệìỉĩịòỏõọôồỗộơờỡợùủũụưừữựỳỷỹỵ]{1,7}", 1..8),
        pick in any::<prop::sample::Index>(),
    ) {
        ARCHIVE.with_borrow_mut(|(_, archive, last)| {
            *last += 1;
            archive.add_item(id(*last), &article("x", &words.join(" ")), 1).unwrap();
            let word = pick.get(&words);
            for text in [word.clone(), word.to_uppercase(), archive::fold(word)] {
                let query = Query { limit: Query::LIMIT_MAX, ..Query::new(text) };
                let found = archive.search(&query).unwrap();
                prop_assert!(found.hits.iter().any(|hit| hit.item.id == id(*last)));
            }
            Ok(())
        })?;
    }
}
