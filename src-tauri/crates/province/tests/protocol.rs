//! tus 1.0 as the protocol says it, and what the province adds: receipts, refusals, one copy.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails here")]

mod support;

use std::io::Write as _;
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use package::{Stamp, Trust, Verdict};
use province::Config;
use support::{block_on, config, metadata, package, package_titled, request, start};
use units::Digest;

/// A PATCH that has sent only a part of what it promised.
fn begin(
    to: SocketAddr,
    path: &str,
    offset: u64,
    length: u64,
    more: &str,
    body: &[u8],
) -> TcpStream {
    let mut stream = TcpStream::connect(to).unwrap();
    let head = format!(
        "PATCH {path} HTTP/1.1\r\nHost: {to}\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: {offset}\r\n\
         Content-Type: application/offset+octet-stream\r\nContent-Length: {length}\r\n{more}\r\n"
    );
    stream.write_all(&[head.as_bytes(), body].concat()).unwrap();
    stream
}

#[test]
fn a_package_sent_in_pieces_gets_a_receipt_that_its_key_signed() {
    let folder = tempfile::tempdir().unwrap();
    let (running, client) = start(config(folder.path()));
    let tar = package(50_000);
    let digest = Digest::of(&tar);
    assert_eq!(client.get(&format!("/v1/packages/{digest}")).status, 404);
    let (path, resumed) = client.send(&tar, 20_000);
    assert!(resumed.is_empty());
    let receipt = client.receipt(digest);
    receipt
        .verify(&Trust::listed(vec![running.public_key()]))
        .unwrap();
    assert!(receipt.receipt.is_accepted());
    assert_eq!(receipt.receipt.digest, digest);
    assert_eq!(receipt.receipt.bytes, tar.len() as u64);
    assert_eq!(receipt.receipt.authority, "Tỉnh thử nghiệm");
    assert_eq!(client.head(&path).offset(), tar.len() as u64);
    let kept = std::fs::read(folder.path().join(format!("packages/{digest}.tar"))).unwrap();
    assert_eq!(kept, tar);
    let key = client.get("/v1/key").text();
    assert_eq!(key, running.public_key().to_text());
    assert_eq!(client.get("/.well-known/loa-province-key").text(), key);
    block_on(running.stop());
}

#[test]
fn a_training_province_says_so_on_its_page_in_its_words_and_in_each_receipt() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(province::public_key(folder.path()).unwrap(), None);
    let (running, client) = start(Config {
        clock: config(folder.path()).clock,
        ..Config::training(folder.path())
    });
    let tar = package(1_000);
    client.send(&tar, 1_000);
    let authority = client.receipt(Digest::of(&tar)).receipt.authority;
    assert!(authority.contains("TẬP"), "{authority}");
    let page = client.get("/").text();
    assert!(page.contains("Không gói nào ở đây đã tới tỉnh thật"));
    assert!(client.get("/v1/about").text().contains("\"training\":true"));
    let key = running.public_key();
    block_on(running.stop());
    // Known also where it does not run.
    assert_eq!(province::public_key(folder.path()).unwrap(), Some(key));
}

#[test]
fn the_same_package_twice_gives_the_same_receipt_and_one_copy() {
    let folder = tempfile::tempdir().unwrap();
    let (_running, client) = start(config(folder.path()));
    let tar = package(10_000);
    let digest = Digest::of(&tar);
    client.send(&tar, 4_000);
    let first = client.receipt(digest);
    let (path, _) = client.send(&tar, 9_000);
    // The second upload is settled once its bytes are gone.
    for _ in 0..500 {
        let bytes = path.rsplit('/').next().unwrap();
        if !folder.path().join(format!("uploads/{bytes}.bin")).exists() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    assert_eq!(client.receipt(digest), first);
    let kept = std::fs::read_dir(folder.path().join("packages")).unwrap();
    let tars = kept.filter(|entry| {
        let name = entry.as_ref().unwrap().file_name();
        name.to_string_lossy().ends_with(".tar")
    });
    assert_eq!(tars.count(), 1);
}

#[test]
fn options_say_what_the_server_can_do() {
    let folder = tempfile::tempdir().unwrap();
    let (_running, client) = start(config(folder.path()));
    let answer = request(client.0, "OPTIONS", "/v1/uploads", &[], b"").unwrap();
    assert_eq!(answer.status, 204);
    assert_eq!(answer.headers["tus-version"], "1.0.0");
    assert_eq!(answer.headers["tus-checksum-algorithm"], "sha1,sha256");
    for extension in ["creation", "expiration", "checksum", "termination"] {
        assert!(answer.headers["tus-extension"].contains(extension));
    }
    assert!(answer.headers.contains_key("tus-max-size"));
}

#[test]
fn requests_that_break_the_protocol_are_answered_as_it_says() {
    let folder = tempfile::tempdir().unwrap();
    let (_running, client) = start(Config {
        upload_bytes_max: 1_000_000,
        ..config(folder.path())
    });
    let tus = ("Tus-Resumable", "1.0.0");
    let post = |headers: &[(&str, &str)]| {
        let answer = request(client.0, "POST", "/v1/uploads", headers, b"").unwrap();
        answer.status
    };
    assert_eq!(post(&[("Upload-Length", "5")]), 412);
    assert_eq!(
        post(&[("Tus-Resumable", "0.2.2"), ("Upload-Length", "5")]),
        412
    );
    assert_eq!(post(&[tus]), 400);
    assert_eq!(post(&[tus, ("Upload-Length", "-5")]), 400);
    assert_eq!(post(&[tus, ("Upload-Length", "1000001")]), 413);
    assert_eq!(
        post(&[
            tus,
            ("Upload-Length", "5"),
            ("Upload-Metadata", "sha256 ***")
        ]),
        400
    );

    let path = client.create(10, "").unwrap().headers["location"].clone();
    let answer = client.head(&path);
    assert_eq!((answer.status, answer.offset()), (200, 0));
    assert_eq!(answer.headers["upload-length"], "10");
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert!(answer.headers["upload-expires"].ends_with(" GMT"));
    assert_eq!(client.patch(&path, 1, b"x").unwrap().status, 409);
    assert_eq!(client.patch(&path, 0, b"0123456789X").unwrap().status, 413);
    let kind = [tus, ("Upload-Offset", "0"), ("Content-Type", "text/plain")];
    let answer = request(client.0, "PATCH", &path, &kind, b"x").unwrap();
    assert_eq!(answer.status, 415);
    assert_eq!(client.patch(&path, 0, b"01234").unwrap().offset(), 5);
    assert_eq!(client.patch(&path, 0, b"01234").unwrap().status, 409);
    assert_eq!(client.head(&path).offset(), 5);
    assert_eq!(client.head("/v1/uploads/unknown").status, 404);
    assert_eq!(
        client.patch("/v1/uploads/../key", 0, b"x").unwrap().status,
        404
    );
    assert_eq!(client.delete(&path).status, 204);
    assert_eq!(client.head(&path).status, 410);
}

#[test]
fn a_piece_with_a_wrong_checksum_is_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let (_running, client) = start(config(folder.path()));
    let path = client.create(10, "").unwrap().headers["location"].clone();
    let good = format!(
        "sha256 {}",
        STANDARD.encode(Digest::of(b"01234").as_bytes())
    );
    let with = |checksum: &str, offset: u64, body: &[u8]| {
        let more = [("Upload-Checksum", checksum)];
        client.patch_with(&path, offset, body, &more).unwrap()
    };
    assert_eq!(with(&good, 0, b"01235").status, 460);
    assert_eq!(client.head(&path).offset(), 0);
    assert_eq!(with("md5 AAAA", 0, b"01234").status, 400);
    assert_eq!(with(&good, 0, b"01234").offset(), 5);
    // A piece that breaks off proves nothing and leaves nothing.
    let more = format!("Upload-Checksum: {good}\r\n");
    drop(begin(client.0, &path, 5, 5, &more, b"01"));
    for _ in 0..500 {
        if with(&good, 5, b"01234").status == 204 {
            return;
        }
        assert_eq!(client.head(&path).offset(), 5);
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("the broken piece still holds the upload");
}

/// A writer that has sent half of its ten bytes and holds the upload. One that came while the quick
/// one was just being answered is refused itself; then another takes its place.
fn hold(client: &support::Client, path: &str) -> TcpStream {
    for _ in 0..50 {
        let slow = begin(client.0, path, 0, 10, "", b"01234");
        for _ in 0..10 {
            std::thread::sleep(std::time::Duration::from_millis(20));
            if client.patch(path, 9, b"x").unwrap().status == 423 {
                return slow;
            }
        }
    }
    panic!("no writer ever holds the upload");
}

#[test]
fn metadata_come_back_as_they_were_said_also_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let said = "filename Z8OzaS50YXI=,relativePath bnVsbA==, is_confidential";
    let path = {
        let (running, client) = start(config(folder.path()));
        let path = client.create(10, said).unwrap().headers["location"].clone();
        assert_eq!(client.head(&path).headers["upload-metadata"], said);
        block_on(running.stop());
        path
    };
    let (_running, client) = start(config(folder.path()));
    assert_eq!(client.head(&path).headers["upload-metadata"], said);
    let plain = client.create(11, "").unwrap().headers["location"].clone();
    assert!(!client.head(&plain).headers.contains_key("upload-metadata"));
}

#[test]
fn a_post_may_stand_for_methods_that_a_proxy_does_not_let_through() {
    let folder = tempfile::tempdir().unwrap();
    let (_running, client) = start(config(folder.path()));
    let path = client.create(10, "").unwrap().headers["location"].clone();
    let post = |method: &str, body: &[u8]| {
        let headers = [
            ("Tus-Resumable", "1.0.0"),
            ("Upload-Offset", "0"),
            ("Content-Type", "application/offset+octet-stream"),
            ("X-HTTP-Method-Override", method),
        ];
        request(client.0, "POST", &path, &headers, body).unwrap()
    };
    assert_eq!(post("PATCH", b"01234").offset(), 5);
    assert_eq!(post("HEAD", b"").offset(), 5);
    assert_eq!(post("GET", b"").status, 405);
    assert_eq!(post("DELETE", b"").status, 204);
    assert_eq!(client.head(&path).status, 410);
}

#[test]
fn a_second_writer_hears_423_and_harms_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (_running, client) = start(config(folder.path()));
    let path = client.create(10, "").unwrap().headers["location"].clone();
    let slow = hold(&client, &path);
    assert_eq!(client.delete(&path).status, 423);
    drop(slow);
    // What came before the line broke counts, once that request has ended.
    for _ in 0..500 {
        let answer = client.patch(&path, 5, b"56789").unwrap();
        if answer.status == 204 {
            assert_eq!(answer.offset(), 10);
            return;
        }
        assert!(matches!(answer.status, 409 | 423), "{}", answer.status);
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("the broken piece still holds the upload");
}

#[test]
fn a_lost_reply_to_a_creation_makes_no_second_upload() {
    let folder = tempfile::tempdir().unwrap();
    let (_running, client) = start(config(folder.path()));
    let tar = package(1_000);
    let first = client.create(tar.len() as u64, &metadata(&tar)).unwrap();
    let again = client.create(tar.len() as u64, &metadata(&tar)).unwrap();
    assert_eq!(first.headers["location"], again.headers["location"]);
    let other = client.create(tar.len() as u64, "").unwrap();
    assert_ne!(first.headers["location"], other.headers["location"]);
}

#[test]
fn uploads_that_nobody_continues_are_forgotten_and_only_so_many_are_open() {
    let folder = tempfile::tempdir().unwrap();
    let now_s = Arc::new(AtomicI64::new(1_000));
    let clock = now_s.clone();
    let (_running, client) = start(Config {
        uploads_open_max: 2,
        upload_lifetime_s: 100,
        clock: Arc::new(move || Stamp::from_unix(clock.load(Ordering::Relaxed), 0)),
        ..config(folder.path())
    });
    let path = client.create(10, "").unwrap().headers["location"].clone();
    assert_eq!(client.create(10, "").unwrap().status, 201);
    assert_eq!(client.create(10, "").unwrap().status, 503);
    now_s.store(1_050, Ordering::Relaxed);
    assert_eq!(client.patch(&path, 0, b"01234").unwrap().offset(), 5);
    now_s.store(1_140, Ordering::Relaxed);
    assert_eq!(client.head(&path).offset(), 5);
    assert_eq!(client.create(10, "").unwrap().status, 201);
    now_s.store(1_151, Ordering::Relaxed);
    assert_eq!(client.head(&path).status, 410);
    assert_eq!(client.patch(&path, 5, b"56789").unwrap().status, 410);
}

#[test]
fn what_is_no_good_package_is_refused_with_signed_reasons() {
    let folder = tempfile::tempdir().unwrap();
    let (running, client) = start(config(folder.path()));
    let trust = Trust::listed(vec![running.public_key()]);
    let mut broken = package(5_000);
    broken[2_000] ^= 1;
    for (bytes, code) in [
        (b"no tar at all".to_vec(), "not-a-tar"),
        (broken, "digest-mismatch"),
    ] {
        client.send(&bytes, 10_000);
        let receipt = client.receipt(Digest::of(&bytes));
        receipt.verify(&trust).unwrap();
        let Verdict::Refused { reasons } = receipt.receipt.verdict else {
            panic!("accepted");
        };
        assert!(
            reasons.iter().any(|reason| reason.code == code),
            "{reasons:?}"
        );
    }
    let kept = std::fs::read_dir(folder.path().join("packages")).unwrap();
    assert_eq!(kept.count(), 0);
}

#[test]
fn the_page_shows_what_came_and_nothing_that_came_can_harm_it() {
    let folder = tempfile::tempdir().unwrap();
    let (_running, client) = start(config(folder.path()));
    let title = "<script>alert(1)</script>";
    let tar = package_titled(title, 9_000);
    let digest = Digest::of(&tar);
    client.send(&tar, 100_000);
    assert!(client.receipt(digest).receipt.is_accepted());
    let page = client.get("/");
    assert_eq!(page.status, 200);
    let policy = &page.headers["content-security-policy"];
    assert!(policy.starts_with("default-src 'none'"));
    let html = page.text();
    assert!(html.contains("&lt;script&gt;") && !html.contains("<script"));
    assert!(html.contains("<audio") && html.contains("<img"));

    let file = |index: usize, headers: &[(&str, &str)]| {
        let path = format!("/v1/packages/{digest}/files/{index}");
        request(client.0, "GET", &path, headers, b"").unwrap()
    };
    let sound = file(0, &[]);
    assert_eq!(sound.headers["content-type"], "audio/mpeg");
    assert_eq!(sound.headers["x-content-type-options"], "nosniff");
    assert_eq!(sound.body.len(), 9_000);
    let part = file(0, &[("Range", "bytes=7-9")]);
    assert_eq!((part.status, part.body), (206, sound.body[7..10].to_vec()));
    assert_eq!(file(0, &[("Range", "bytes=9000-")]).status, 416);
    assert_eq!(file(1, &[]).headers["content-type"], "image/png");
    let page = file(2, &[]);
    assert_eq!(page.headers["content-type"], "application/octet-stream");
    assert_eq!(page.headers["content-disposition"], "attachment");
    assert_eq!(file(99, &[]).status, 404);
    assert_eq!(client.get("/v1/packages/..%2f..%2fkey/files/0").status, 404);
    assert_eq!(client.get("/v1/packages/xyz").status, 400);
}

#[test]
fn the_published_interface_has_no_comma_that_yaml_takes_for_its_own() {
    let place = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../assets/schemas/province-openapi.yaml");
    let text = std::fs::read_to_string(place).unwrap();
    // Within braces a comma ends a value, and the rest became a key nobody knows.
    let bare = |line: &&str| {
        let after = line.split_once("{ description: ").map(|(_, after)| after);
        after.is_some_and(|after| !after.starts_with('"'))
    };
    assert_eq!(text.lines().find(bare), None);
    for path in [
        "/v1/uploads:",
        "/v1/uploads/{id}:",
        "/v1/packages/{digest}:",
        "/v1/key:",
    ] {
        assert!(text.contains(path), "{path}");
    }
}
