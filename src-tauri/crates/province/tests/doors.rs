//! Who is let in: by which name, how many, how much, and that nobody keeps the others out.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails here")]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use package::Stamp;
use province::{Config, Error};
use support::{Answer, Client, block_on, config, package, request, request_from, start};

/// A clock that is set by hand.
#[derive(Clone, Default)]
struct Clock(Arc<AtomicI64>);

impl Clock {
    fn pass(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::Relaxed);
    }

    fn set_in(&self, config: Config) -> Config {
        let now_s = self.0.clone();
        Config {
            clock: Arc::new(move || Stamp::from_unix(now_s.load(Ordering::Relaxed), 0)),
            ..config
        }
    }
}

fn begin(client: &Client, from: &str) -> Answer {
    let headers = [("Tus-Resumable", "1.0.0"), ("Upload-Length", "10")];
    request_from(from, client.0, "POST", "/v1/uploads", &headers).unwrap()
}

fn begun(client: &Client, from: &str) -> String {
    begin(client, from).headers["location"].clone()
}

fn is_forgotten(client: &Client, path: &str) -> bool {
    matches!(client.head(path).status, 404 | 410)
}

#[cfg(target_os = "linux")]
#[test]
fn one_sender_who_leaves_empty_uploads_keeps_nobody_else_out() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::default();
    let (_running, client) = start(clock.set_in(config(folder.path())));
    let of_one = 16;
    let first = begun(&client, "127.0.0.2");
    clock.pass(1);
    for _ in 1..of_one {
        assert_eq!(begin(&client, "127.0.0.2").status, 201);
    }
    for _ in 0..64 {
        let refused = begin(&client, "127.0.0.2");
        assert_eq!(refused.status, 429);
        assert!(refused.headers.contains_key("retry-after"));
    }
    assert_eq!(begin(&client, "127.0.0.1").status, 201);
    // Its own oldest makes room once it is idle.
    clock.pass(11 * 60);
    assert_eq!(begin(&client, "127.0.0.2").status, 201);
    assert!(is_forgotten(&client, &first));
}

#[cfg(target_os = "linux")]
#[test]
fn where_all_places_are_taken_the_idle_make_room_and_the_empty_ones_first() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::default();
    let (_running, client) = start(clock.set_in(Config {
        uploads_open_max: 3,
        uploads_per_sender_max: 2,
        ..config(folder.path())
    }));
    let part = begun(&client, "127.0.0.2");
    assert_eq!(client.patch(&part, 0, b"01234").unwrap().offset(), 5);
    clock.pass(60);
    let empty = begun(&client, "127.0.0.2");
    let other = begun(&client, "127.0.0.3");
    let refused = begin(&client, "127.0.0.4");
    assert_eq!(refused.status, 503);
    assert!(refused.headers.contains_key("retry-after"));
    clock.pass(10 * 60);
    assert_eq!(client.patch(&other, 0, b"0").unwrap().offset(), 1);
    let fourth = begun(&client, "127.0.0.4");
    assert!(is_forgotten(&client, &empty));
    assert_eq!(client.head(&part).offset(), 5);
    // Then the longest idle, and never one that is being sent.
    assert_eq!(client.patch(&fourth, 0, b"0").unwrap().offset(), 1);
    assert_eq!(begin(&client, "127.0.0.5").status, 201);
    assert!(is_forgotten(&client, &part));
    assert_eq!(begin(&client, "127.0.0.6").status, 503);
    assert_eq!(client.head(&other).offset(), 1);
}

#[test]
fn an_empty_upload_is_forgotten_in_minutes_and_a_begun_one_in_hours_also_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::default();
    let (running, client) = start(clock.set_in(config(folder.path())));
    let path = || client.create(10, "").unwrap().headers["location"].clone();
    let (empty, part) = (path(), path());
    assert_eq!(client.patch(&part, 0, b"01234").unwrap().offset(), 5);
    clock.pass(15 * 60 - 1);
    assert_eq!(client.head(&empty).status, 200);
    block_on(running.stop());
    let (_running, client) = start(clock.set_in(config(folder.path())));
    assert_eq!(client.head(&empty).status, 200);
    clock.pass(1);
    assert!(is_forgotten(&client, &empty));
    assert_eq!(client.head(&part).offset(), 5);
    clock.pass(12 * 3_600);
    assert!(is_forgotten(&client, &part));
}

#[test]
fn what_would_be_more_than_may_be_kept_is_refused_as_too_large_or_for_lack_of_room() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::default();
    let (_running, client) = start(clock.set_in(Config {
        kept_bytes_max: 100_000,
        ..config(folder.path())
    }));
    let create = |bytes| client.create(bytes, "").unwrap();
    assert_eq!(create(100_001).status, 413);
    let one = create(75_000).headers["location"].clone();
    let two = create(75_000).headers["location"].clone();
    assert_eq!(client.patch(&one, 0, &[7; 70_000]).unwrap().status, 204);
    let refused = client.patch(&two, 0, &[7; 70_000]).unwrap();
    assert_eq!(refused.status, 507);
    assert!(refused.headers.contains_key("retry-after"));
    assert_eq!(create(75_000).status, 507);
    // Also where no length is said beforehand.
    let chunked = [
        ("Tus-Resumable", "1.0.0"),
        ("Upload-Offset", "0"),
        ("Content-Type", "application/offset+octet-stream"),
        ("Transfer-Encoding", "chunked"),
    ];
    let body = [b"9c40\r\n".as_slice(), &[7; 40_000], b"\r\n0\r\n\r\n"].concat();
    let refused = request(client.0, "PATCH", &two, &chunked, &body).unwrap();
    assert_eq!(refused.status, 507);
    // What is idle makes room; what is deleted does so at once.
    assert_eq!(client.delete(&two).status, 204);
    clock.pass(11 * 60);
    let three = create(75_000).headers["location"].clone();
    assert!(is_forgotten(&client, &one));
    assert_eq!(client.patch(&three, 0, &[7; 70_000]).unwrap().status, 204);
    assert_eq!(client.delete(&three).status, 204);
    // A whole package as well: it stays, and counts.
    let tar = package(40_000);
    client.send(&tar, 100_000);
    assert!(
        client
            .receipt(units::Digest::of(&tar))
            .receipt
            .is_accepted()
    );
    assert_eq!(create(75_000).status, 507);
}

#[test]
fn a_disk_with_too_little_free_takes_nothing_more() {
    let folder = tempfile::tempdir().unwrap();
    let (_running, client) = start(Config {
        free_bytes_min: u64::MAX / 2,
        ..config(folder.path())
    });
    let refused = client.create(10, "").unwrap();
    assert_eq!(refused.status, 507);
    let uploads = std::fs::read_dir(folder.path().join("uploads")).unwrap();
    assert_eq!(uploads.count(), 0);
}

#[cfg(target_os = "linux")]
#[test]
fn one_sender_who_leaves_lines_open_keeps_nobody_else_out() {
    let folder = tempfile::tempdir().unwrap();
    let (_running, client) = start(config(folder.path()));
    let open = |_| {
        let mut line = std::net::TcpStream::connect(client.0).unwrap();
        // The province may have closed it already.
        std::io::Write::write_all(&mut line, b"GET / HTTP/1.1\r\n").unwrap_or_default();
        line
    };
    let lines: Vec<_> = (0..300).map(open).collect();
    let other = request_from("127.0.0.2", client.0, "GET", "/v1/about", &[]);
    assert_eq!(other.unwrap().status, 200);
    // All before it have been looked at.
    let is_open = |line: &std::net::TcpStream| {
        line.set_nonblocking(true).unwrap();
        let read = std::io::Read::read(&mut &*line, &mut [0]);
        read.is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock)
    };
    assert_eq!(lines.iter().filter(|line| is_open(line)).count(), 64);
}

#[test]
fn a_page_whose_name_points_here_gets_nothing_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (_running, client) = start(config(folder.path()));
    let port = client.0.port();
    let ask = |method: &str, path: &str, host: &str| {
        let headers = [
            ("Host", host),
            ("Tus-Resumable", "1.0.0"),
            ("Upload-Length", "10"),
        ];
        request(client.0, method, path, &headers, b"")
            .unwrap()
            .status
    };
    for evil in [
        format!("evil.example:{port}"),
        "evil.example".to_owned(),
        "127.0.0.1".to_owned(),
        "127.0.0.1:1".to_owned(),
        format!("192.168.1.7:{port}"),
    ] {
        for (method, path) in [
            ("GET", "/"),
            ("GET", "/v1/about"),
            ("OPTIONS", "/v1/uploads"),
            ("POST", "/v1/uploads"),
        ] {
            assert_eq!(ask(method, path, &evil), 403, "{method} {path} {evil}");
        }
        let absolute = format!("http://{evil}/v1/about");
        assert_eq!(ask("GET", &absolute, &client.0.to_string()), 403);
    }
    let uploads = std::fs::read_dir(folder.path().join("uploads")).unwrap();
    assert_eq!(uploads.count(), 0);
    assert_eq!(ask("GET", "/v1/about", &format!("localhost:{port}")), 200);
    assert_eq!(
        ask("POST", "/v1/uploads", &format!("127.0.0.1:{port}")),
        201
    );
}

#[test]
fn two_provinces_on_one_folder_and_one_on_a_foreign_folder_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let (_running, client) = start(config(folder.path()));
    let second = block_on(province::start(config(folder.path()))).err();
    assert!(matches!(second, Some(Error::InUse { .. })), "{second:?}");
    assert_eq!(client.get("/v1/about").status, 200);
    let foreign = tempfile::tempdir().unwrap();
    std::fs::write(foreign.path().join("mine.txt"), b"mine").unwrap();
    let refused = block_on(province::start(config(foreign.path()))).err();
    assert!(
        matches!(refused, Some(Error::Foreign { .. })),
        "{refused:?}"
    );
    assert_eq!(std::fs::read_dir(foreign.path()).unwrap().count(), 1);
}
