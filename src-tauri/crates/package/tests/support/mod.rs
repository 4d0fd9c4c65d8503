//! A small package to try things on, and ways to damage it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails here")]
#![allow(dead_code, reason = "each test file uses its own part of this")]

use std::sync::Arc;

use package::{
    Approval, BoardCheck, Contents, Delivery, FileRef, Finding, Item, Kind, Levels, Limits,
    MemoryTree, PayloadFile, Person, PortablePath, Priority, Report, Role, Sealed, SigningKey,
    Slot, Stamp, Subject, Target, Trust, seal, verify_folder, verify_tar,
};
use units::{Dbtp, Digest, Id, Lufs, Place, Watch};

pub fn key() -> SigningKey {
    SigningKey::generate([42; 32])
}

pub fn trust() -> Trust {
    Trust::listed(vec![key().public()])
}

pub fn stamp(text: &str) -> Stamp {
    text.parse().unwrap()
}

pub fn file(path: &str, bytes: &[u8]) -> PayloadFile {
    PayloadFile {
        path: PortablePath::new(path).unwrap(),
        bytes: Arc::new(bytes.to_vec()),
    }
}

/// Two files: a programme and a slide.
pub fn contents() -> Contents {
    let audio = b"ID3 not really sound";
    let item = Id::new(1_758_500_000_000, [7; 10]);
    let mut main = FileRef::plain(
        PortablePath::new("audio/bản tin sáng.mp3").unwrap(),
        "audio/mpeg",
        Role::Main,
    );
    main.digest_expected = Some(Digest::of(audio));
    main.duration_ms = Some(61_500);
    main.levels = Some(Levels {
        integrated: Lufs(-16.02),
        true_peak: Dbtp(-1.3),
        range_lu: Some(4.2),
        dual_mono: true,
        profile: Some("ip-loudspeaker".into()),
    });
    let mut slide = FileRef::plain(
        PortablePath::new("slides/01.png").unwrap(),
        "image/png",
        Role::Slide,
    );
    slide.pixels = Some((384, 192));
    slide.board = Some(BoardCheck {
        board: "P5 384×192".into(),
        pixels: (384, 192),
        dwell_ms: Some(8_000),
        findings: vec![Finding {
            code: "dwell-short".into(),
            severity: "warning".into(),
            measured: Some("8.0 s".into()),
            needed: Some("9.5 s".into()),
        }],
    });
    Contents {
        package_id: Id::new(1_758_500_000_000, [1; 10]),
        version: 1,
        created: stamp("2026-09-22T05:00:00+07:00"),
        title: "Bản tin sáng 22-09".into(),
        language: "vi".into(),
        organisation: "Ban Văn hoá – Thông tin".into(),
        items: vec![Item {
            id: item,
            kind: Kind::Audio,
            headline: "Lịch tiêm chủng".into(),
            summary: Some("Tiêm chủng từ thứ hai.".into()),
            body: Some("Một.\nHai.".into()),
            script: Some("Kính thưa bà con".into()),
            people: vec![Person {
                name: "Nguyễn Thị Đào".into(),
                role: "phát thanh viên".into(),
            }],
            place: Some(Place {
                code: "80".into(),
                label: "Phường Long An".into(),
                level_label: "phường".into(),
                valid_from: None,
                valid_until: None,
                predecessors: vec![],
            }),
            subjects: vec![Subject {
                code: Some("y-te".into()),
                name: "Y tế".into(),
            }],
            urgency: 5,
            valid_from: Some(stamp("2026-09-22T05:00:00+07:00")),
            valid_until: Some(stamp("2026-09-23T05:00:00+07:00")),
            created: Some(stamp("2026-09-21T15:00:00+07:00")),
            rights: Some("UBND phường".into()),
            digital_source: Some("humanEdits".into()),
            files: vec![main, slide],
        }],
        delivery: Delivery {
            priority: Priority::High,
            approval: Some(Approval {
                by: "Trần Văn Bình".into(),
                role: "Phó chủ tịch".into(),
                at: stamp("2026-09-21T16:00:00+07:00"),
                document: Some("12/QĐ".into()),
            }),
            targets: vec![Target {
                kind: "speaker".into(),
                code: "LA-01".into(),
                label: "Cụm loa khu phố 1".into(),
            }],
            schedule: vec![Slot {
                item,
                start: stamp("2026-09-22T05:30:00+07:00"),
                end: None,
                repeat: Some("FREQ=DAILY;COUNT=2".into()),
            }],
            valid_from: Some(stamp("2026-09-22T05:00:00+07:00")),
            valid_until: Some(stamp("2026-09-23T05:00:00+07:00")),
        },
        files: vec![
            file("slides/01.png", b"\x89PNG not really"),
            file("audio/bản tin sáng.mp3", audio),
        ],
    }
}

pub fn sealed(contents: &Contents) -> (Vec<u8>, Sealed) {
    let mut tar = Vec::new();
    let sealed = seal(contents, &key(), &mut tar, Watch::NONE).unwrap();
    (tar, sealed)
}

pub fn verify(tar: &[u8]) -> Report {
    verify_tar(&tar, &trust(), Limits::default(), Watch::NONE).unwrap()
}

pub fn verify_tree(tree: &MemoryTree) -> Report {
    verify_folder(tree, &trust(), Limits::default(), Watch::NONE).unwrap()
}

pub fn codes(report: &Report) -> Vec<&'static str> {
    let mut codes: Vec<_> = report.errors.iter().map(|one| one.code.as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

pub fn warnings(report: &Report) -> Vec<&'static str> {
    let mut codes: Vec<_> = report
        .warnings
        .iter()
        .map(|one| one.code.as_str())
        .collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

/// The package as a folder in memory, read by a tar reader that is not ours.
pub fn unpacked(tar: &[u8]) -> MemoryTree {
    use std::io::Read as _;
    let mut tree = MemoryTree::new();
    let mut archive = tar::Archive::new(tar);
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = String::from_utf8(entry.path_bytes().into_owned()).unwrap();
        let (_, inner) = path.split_once('/').unwrap();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        tree.file(inner, bytes);
    }
    tree
}
