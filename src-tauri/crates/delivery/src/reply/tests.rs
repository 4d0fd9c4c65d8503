//! What servers answer, and what nonsense looks like an answer.

use super::*;
use proptest::prelude::{any, proptest};

const ENDPOINT: &str = "https://tinh.example:8443/v1/uploads";

fn answer(status: u16, headers: &[(&str, &str)]) -> Answer {
    let tus = ("Tus-Resumable", TUS_VERSION);
    Answer {
        status,
        headers: std::iter::once(&tus)
            .chain(headers)
            .map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec()))
            .collect(),
        body: Vec::new(),
    }
}

fn lie<T: std::fmt::Debug>(result: Result<T, Failure>) -> Lie {
    match result {
        Err(Failure::Lie(lie)) => lie,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_offset_is_digits_and_nothing_else() {
    for text in [
        "",
        "+5",
        "-5",
        "5 5",
        "0x10",
        "1e3",
        "18446744073709551616",
        "٣",
    ] {
        let answer = answer(204, &[("Upload-Offset", text)]);
        assert_eq!(lie(stored(&answer)), Lie::OffsetUnreadable, "{text}");
    }
    assert_eq!(stored(&answer(204, &[("upload-offset", " 12 ")])), Ok(12));
}

#[test]
fn two_offsets_that_differ_are_none() {
    let two = answer(204, &[("Upload-Offset", "1"), ("Upload-Offset", "2")]);
    assert_eq!(lie(stored(&two)), Lie::OffsetUnreadable);
    let same = answer(204, &[("Upload-Offset", "1"), ("Upload-Offset", "1")]);
    assert_eq!(stored(&same), Ok(1));
}

#[test]
fn a_captive_portal_is_not_taken_for_a_server() {
    let mut portal = answer(200, &[("Upload-Offset", "5")]);
    portal.headers.remove(0);
    assert_eq!(lie(found(&portal, "")), Lie::NotTus);
    let redirect = answer(302, &[("Location", "http://portal.example")]);
    assert_eq!(
        found(&redirect, ""),
        Err(Failure::Redirected { status: 302 })
    );
}

#[test]
fn an_address_stays_on_its_host_and_keeps_scheme_and_port() {
    for (location, expected) in [
        ("/v1/uploads/7", "https://tinh.example:8443/v1/uploads/7"),
        (
            "uploads/7?a=b#c",
            "https://tinh.example:8443/v1/uploads/7?a=b",
        ),
        ("http://tinh.example/x", "https://tinh.example:8443/x"),
    ] {
        let made = created(&answer(201, &[("Location", location)]), ENDPOINT).unwrap();
        assert_eq!(made.address, expected);
    }
    let long = "/".repeat(3_000);
    for location in [
        "http://evil.example/x",
        "//evil.example/x",
        "https://tinh.example:8443@evil.example/",
        "https://user:word@tinh.example:8443/x",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "",
        long.as_str(),
    ] {
        let made = created(&answer(201, &[("Location", location)]), ENDPOINT);
        assert_eq!(lie(made), Lie::Address, "{location}");
    }
    assert_eq!(lie(created(&answer(201, &[]), ENDPOINT)), Lie::Address);
}

#[test]
fn a_missing_endpoint_is_no_lost_upload() {
    let made = created(&answer(404, &[]), ENDPOINT);
    assert_eq!(made, Err(Failure::Status { status: 404 }));
}

#[test]
fn only_announced_abilities_are_believed() {
    // What the official Node server says: no checksum, though it takes the header without a word.
    let node = answer(
        204,
        &[
            ("Tus-Version", "1.0.0"),
            (
                "Tus-Extension",
                "creation,creation-with-upload,creation-defer-length,termination,expiration",
            ),
        ],
    );
    let node = abilities(&node).unwrap();
    assert!(!node.checks_sha256 && node.terminates);
    let both = answer(
        204,
        &[
            ("Tus-Version", "1.0.0,0.2.2"),
            ("Tus-Extension", "creation, checksum"),
            ("Tus-Checksum-Algorithm", "sha1,SHA256"),
            ("Tus-Max-Size", "5"),
        ],
    );
    assert_eq!(
        abilities(&both),
        Ok(Abilities {
            checks_sha256: true,
            terminates: false,
            bytes_max: Some(5)
        })
    );
    let old = answer(204, &[("Tus-Version", "0.2.2")]);
    assert_eq!(abilities(&old), Err(Failure::Version));
    assert_eq!(abilities(&answer(405, &[])), Ok(Abilities::default()));
    assert!(abilities(&answer(500, &[])).is_err());
}

#[test]
fn an_upload_is_ended_where_the_server_forgets_it_or_has_long_done_so() {
    assert_eq!(ended(&answer(204, &[])), Ok(()));
    assert_eq!(ended(&answer(410, &[])), Ok(()));
    assert_eq!(ended(&answer(423, &[])), Err(Failure::Locked));
}

#[test]
fn retry_after_is_seconds_or_a_date_by_the_servers_own_clock() {
    let seconds = answer(503, &[("Retry-After", "120")]);
    assert_eq!(seconds.retry_after_ms(), Some(120_000));
    let date = answer(
        503,
        &[
            ("Date", "Sun, 06 Nov 1994 08:49:37 GMT"),
            ("Retry-After", "Sun, 06 Nov 1994 08:50:07 GMT"),
        ],
    );
    assert_eq!(date.retry_after_ms(), Some(30_000));
    let past = answer(
        503,
        &[
            ("Date", "Sun, 06 Nov 1994 08:49:37 GMT"),
            ("Retry-After", "Sun, 06 Nov 1994 08:00:00 GMT"),
        ],
    );
    assert_eq!(past.retry_after_ms(), Some(0));
    let alone = answer(503, &[("Retry-After", "Sun, 06 Nov 1994 08:50:07 GMT")]);
    assert_eq!(alone.retry_after_ms(), None);
}

#[test]
fn the_question_for_a_digest_has_three_answers() {
    assert_eq!(held(&answer(404, &[])), Ok(Held::Unknown));
    assert_eq!(
        held(&answer(202, &[("Retry-After", "1")])),
        Ok(Held::Pending {
            retry_after_ms: Some(1_000)
        })
    );
    assert_eq!(lie(held(&answer(200, &[]))), Lie::Unreadable);
    assert!(held(&answer(500, &[])).is_err());
}

proptest! {
    #[test]
    fn no_answer_breaks_the_reader(
        status: u16,
        headers in proptest::collection::vec((
            proptest::sample::select(vec![
                "upload-offset", "location", "retry-after", "date", "tus-extension",
                "tus-version", "upload-length", "tus-max-size", "tus-resumable",
            ]),
            any::<Vec<u8>>(),
        ), 0..8),
        body: Vec<u8>,
    ) {
        let answer = Answer {
            status,
            headers: headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
            body,
        };
        drop((failure(&answer), stored(&answer), held(&answer), abilities(&answer), ended(&answer)));
        if let Ok(made) = created(&answer, ENDPOINT) {
            assert!(made.address.starts_with("https://tinh.example:8443/"));
        }
        drop(found(&answer, ENDPOINT));
    }
}
