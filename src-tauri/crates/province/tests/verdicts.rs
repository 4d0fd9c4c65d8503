//! What a verdict is about: the bytes that arrived, whoever announced them as what.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails here")]

mod support;

use std::time::Duration;

use support::{Client, block_on, config, metadata, package, request, start};
use units::Digest;

/// Sends `bytes` as an upload announced by `said`, and waits until the upload is forgotten. Nobody
/// who asks for `announced` meanwhile hears that it is refused.
fn send_other(client: &Client, bytes: &[u8], said: &str, announced: Digest) -> String {
    let answer = client.create(bytes.len() as u64, said).unwrap();
    let path = answer.headers["location"].clone();
    let offset = answer.offset();
    client
        .patch(&path, offset, &bytes[offset as usize..])
        .unwrap();
    for _ in 0..500 {
        let asked = client.get(&format!("/v1/packages/{announced}"));
        assert!(matches!(asked.status, 202 | 404), "{}", asked.text());
        if client.head(&path).status == 410 {
            return path;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("what is not what was announced is still kept");
}

#[test]
fn bytes_damaged_on_the_way_are_refused_under_their_own_digest_and_the_right_ones_taken_later() {
    let folder = tempfile::tempdir().unwrap();
    let (_running, client) = start(config(folder.path()));
    let tar = package(3_000);
    let digest = Digest::of(&tar);
    let mut damaged = tar.clone();
    damaged[1_500] ^= 4;
    send_other(&client, &damaged, &metadata(&tar), digest);
    assert!(!client.receipt(Digest::of(&damaged)).receipt.is_accepted());
    assert_eq!(client.get(&format!("/v1/packages/{digest}")).status, 404);
    client.send(&tar, 1_000);
    assert!(client.receipt(digest).receipt.is_accepted());
}

#[test]
fn anybody_who_announces_a_digest_for_other_bytes_says_nothing_about_it() {
    let folder = tempfile::tempdir().unwrap();
    let (running, client) = start(config(folder.path()));
    let tar = package(3_000);
    let digest = Digest::of(&tar);
    let junk = vec![b'x'; tar.len()];
    send_other(&client, &junk, &metadata(&tar), digest);
    block_on(running.stop());
    // Nor after a restart.
    let (_running, client) = start(config(folder.path()));
    assert_eq!(client.get(&format!("/v1/packages/{digest}")).status, 404);
    client.send(&tar, 1_000);
    let accepted = client.receipt(digest);
    assert!(accepted.receipt.is_accepted());
    // Once it was taken, nothing that comes under its name changes that.
    let answer = client.create(junk.len() as u64, &metadata(&tar)).unwrap();
    client.patch(&answer.headers["location"], 0, &junk).unwrap();
    for _ in 0..20 {
        assert_eq!(client.receipt(digest), accepted);
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_good_package_announced_as_another_is_taken_as_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let (_running, client) = start(config(folder.path()));
    let (tar, other) = (package(3_000), Digest::of(b"other"));
    let said = metadata(b"other");
    send_other(&client, &tar, &said, other);
    assert!(client.receipt(Digest::of(&tar)).receipt.is_accepted());
    assert_eq!(client.get(&format!("/v1/packages/{other}")).status, 404);
}

#[test]
fn two_senders_of_one_upload_each_hear_where_their_own_piece_ended() {
    let folder = tempfile::tempdir().unwrap();
    let (_running, client) = start(config(folder.path()));
    let tar = package(200_000);
    let length = tar.len() as u64;
    let join = || {
        let answer = client.create(length, &metadata(&tar)).unwrap();
        answer.headers["location"].clone()
    };
    let (one, two) = (join(), join());
    assert_eq!(one, two);
    std::thread::scope(|scope| {
        for step in [7_000, 11_000] {
            let (path, tar, to) = (one.clone(), &tar, client.0);
            scope.spawn(move || {
                let client = Client(to);
                let head = [("Tus-Resumable", "1.0.0")];
                loop {
                    let head = request(to, "HEAD", &path, &head, b"").unwrap();
                    if head.status != 200 || head.offset() == length {
                        return;
                    }
                    let at = head.offset() as usize;
                    let piece = &tar[at..tar.len().min(at + step)];
                    let answer = client.patch(&path, at as u64, piece).unwrap();
                    if answer.status == 204 {
                        assert_eq!(answer.offset(), (at + piece.len()) as u64);
                    } else {
                        assert!(matches!(answer.status, 409 | 423), "{}", answer.status);
                    }
                }
            });
        }
    });
    assert!(client.receipt(Digest::of(&tar)).receipt.is_accepted());
}
