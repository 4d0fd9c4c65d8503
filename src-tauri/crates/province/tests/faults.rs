//! The province failing on request, being killed and started again: one copy, one receipt.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails here")]

mod support;

use std::time::Duration;

use package::Trust;
use province::{Fault, Script};
use support::{block_on, config, metadata, package, request, start, with_faults};
use units::Digest;

#[test]
fn a_line_cut_twice_resumes_at_exactly_those_offsets() {
    let folder = tempfile::tempdir().unwrap();
    let faults = Script::cuts(&[30_000, 70_001]);
    let (_running, client) = start(with_faults(folder.path(), faults));
    let tar = package(100_000);
    let (_, resumed) = client.send(&tar, usize::MAX);
    assert_eq!(resumed, [30_000, 70_001]);
    assert!(client.receipt(Digest::of(&tar)).receipt.is_accepted());
}

#[test]
fn a_dropped_reply_has_done_its_work() {
    let folder = tempfile::tempdir().unwrap();
    let drop_reply = |method: &str| Fault::DropReply {
        method: method.into(),
        request: 1,
    };
    let faults = Script {
        faults: vec![drop_reply("POST"), drop_reply("PATCH")],
    };
    let (_running, client) = start(with_faults(folder.path(), faults));
    let tar = package(5_000);
    assert!(client.create(tar.len() as u64, &metadata(&tar)).is_err());
    let again = client.create(tar.len() as u64, &metadata(&tar)).unwrap();
    let path = &again.headers["location"];
    assert!(client.patch(path, 0, &tar[..2_000]).is_err());
    assert_eq!(client.head(path).offset(), 2_000);
    let uploads = std::fs::read_dir(folder.path().join("uploads")).unwrap();
    let records = uploads.filter(|entry| {
        let name = entry.as_ref().unwrap().file_name();
        name.to_string_lossy().ends_with(".json")
    });
    assert_eq!(records.count(), 1);
}

#[test]
fn busy_and_broken_answers_come_when_the_script_says() {
    let folder = tempfile::tempdir().unwrap();
    let status = |request, status| Fault::Status {
        method: "PATCH".into(),
        request,
        status,
    };
    let faults = Script {
        faults: vec![
            status(1, 409),
            status(2, 423),
            status(3, 500),
            status(4, 503),
            Fault::Stall {
                at_bytes: 1_000,
                ms: 20,
            },
            Fault::WrongDigest,
        ],
    };
    let (running, client) = start(with_faults(folder.path(), faults));
    let tar = package(5_000);
    let digest = Digest::of(&tar);
    let answer = client.create(tar.len() as u64, &metadata(&tar)).unwrap();
    let path = &answer.headers["location"];
    for expected in [409, 423, 500, 503, 204] {
        assert_eq!(client.patch(path, 0, &tar).unwrap().status, expected);
    }
    let wrong = client.receipt(digest);
    let trust = Trust::listed(vec![running.public_key()]);
    wrong.verify(&trust).unwrap();
    assert_ne!(wrong.receipt.digest, digest);
    assert_eq!(client.receipt(digest).receipt.digest, digest);
}

#[test]
fn an_upload_the_script_forgets_is_gone_and_can_be_begun_again() {
    let folder = tempfile::tempdir().unwrap();
    let faults = Script {
        faults: vec![Fault::Expire { at_bytes: 2_000 }],
    };
    let (_running, client) = start(with_faults(folder.path(), faults));
    let tar = package(5_000);
    let answer = client.create(tar.len() as u64, &metadata(&tar)).unwrap();
    let path = &answer.headers["location"];
    assert!(client.patch(path, 0, &tar).is_err());
    assert_eq!(client.head(path).status, 410);
    client.send(&tar, 10_000);
    assert!(client.receipt(Digest::of(&tar)).receipt.is_accepted());
}

#[test]
fn a_province_dropped_in_the_middle_goes_on_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let tar = package(200_000);
    let digest = Digest::of(&tar);
    let (running, client) = start(with_faults(folder.path(), Script::cuts(&[90_000])));
    let key = running.public_key();
    let answer = client.create(tar.len() as u64, &metadata(&tar)).unwrap();
    let path = answer.headers["location"].clone();
    assert!(client.patch(&path, 0, &tar).is_err());
    drop(running);

    let (running, client) = start(config(folder.path()));
    assert_eq!(running.public_key(), key);
    // A line cut before its end: what was acknowledged is there, and never more than was sent.
    assert_eq!(client.head(&path).offset(), 90_000);
    assert_eq!(
        client.patch(&path, 90_000, &tar[90_000..]).unwrap().status,
        204
    );
    // Killed between the last byte and the verdict, or just after it: both end in one receipt.
    drop(running);
    let (running, client) = start(config(folder.path()));
    let receipt = client.receipt(digest);
    assert!(receipt.receipt.is_accepted());
    block_on(running.stop());
    let (_running, client) = start(config(folder.path()));
    assert_eq!(client.receipt(digest), receipt);
}

#[test]
fn a_package_in_place_without_its_receipt_gets_one_at_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let tar = package(5_000);
    let digest = Digest::of(&tar);
    let (running, client) = start(config(folder.path()));
    client.send(&tar, 10_000);
    client.receipt(digest);
    block_on(running.stop());
    std::fs::remove_file(folder.path().join(format!("receipts/{digest}.json"))).unwrap();
    let (_running, client) = start(config(folder.path()));
    assert!(client.receipt(digest).receipt.is_accepted());
}

#[test]
fn bytes_that_were_moved_into_place_before_the_power_went_need_not_come_again() {
    let folder = tempfile::tempdir().unwrap();
    let tar = package(5_000);
    let (running, client) = start(config(folder.path()));
    let (path, _) = client.send(&tar, 10_000);
    client.receipt(Digest::of(&tar));
    let id = path.rsplit('/').next().unwrap();
    let record = folder.path().join(format!("uploads/{id}.json"));
    let settled = format!("\"settled\": \"{}\"", Digest::of(&tar));
    let mut text = String::new();
    while !text.contains(&settled) {
        std::thread::sleep(Duration::from_millis(5));
        text = std::fs::read_to_string(&record).unwrap();
    }
    block_on(running.stop());
    // As it stands between moving the package and noting what became of the upload.
    std::fs::write(&record, text.replace(&settled, "\"settled\": null")).unwrap();
    let (_running, client) = start(config(folder.path()));
    assert_eq!(client.head(&path).offset(), tar.len() as u64);
    assert!(client.receipt(Digest::of(&tar)).receipt.is_accepted());
}

#[test]
fn a_verdict_that_could_not_be_written_is_given_when_somebody_asks_again() {
    let folder = tempfile::tempdir().unwrap();
    let (_running, client) = start(config(folder.path()));
    let tar = package(5_000);
    let receipts = folder.path().join("receipts");
    std::fs::remove_dir(&receipts).unwrap();
    client.send(&tar, 10_000);
    let asked = client.get(&format!("/v1/packages/{}", Digest::of(&tar)));
    assert_eq!(asked.status, 202);
    std::fs::create_dir(&receipts).unwrap();
    assert!(client.receipt(Digest::of(&tar)).receipt.is_accepted());
}

#[test]
fn one_folder_serves_one_province_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let (_running, client) = start(config(folder.path()));
    assert!(block_on(province::start(config(folder.path()))).is_err());
    assert_eq!(client.get("/v1/about").status, 200);
}

#[test]
fn twenty_seeds_of_mischief_each_end_in_one_copy_and_one_receipt() {
    for seed in 0..20 {
        let folder = tempfile::tempdir().unwrap();
        let tar = package(60_000 + seed as usize);
        let digest = Digest::of(&tar);
        let faults = Script::seeded(seed, tar.len() as u64, 8);
        let (_running, client) = start(with_faults(folder.path(), faults));
        client.send(&tar, 7_000 + 1_000 * seed as usize);
        let receipt = client.receipt(digest);
        assert!(receipt.receipt.is_accepted(), "seed {seed}");
        let kept = folder.path().join(format!("packages/{digest}.tar"));
        assert_eq!(std::fs::read(kept).unwrap(), tar, "seed {seed}");
    }
}

#[test]
fn a_hostile_request_costs_no_more_than_an_answer() {
    let folder = tempfile::tempdir().unwrap();
    let (_running, client) = start(config(folder.path()));
    let long = "a".repeat(1 << 20);
    for (name, value) in [("Upload-Metadata", long.as_str()), ("X", long.as_str())] {
        let headers = [
            ("Tus-Resumable", "1.0.0"),
            ("Upload-Length", "5"),
            (name, value),
        ];
        if let Ok(answer) = request(client.0, "POST", "/v1/uploads", &headers, b"") {
            assert!(
                (400..500).contains(&answer.status),
                "{name}: {}",
                answer.status
            );
        }
    }
    std::thread::sleep(Duration::from_millis(1));
    assert_eq!(client.get("/v1/about").status, 200);
}
