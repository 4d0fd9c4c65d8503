//! Bags: whatever a tar or a folder holds, verifying neither panics nor lets a changed package pass.
#![no_main]

use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use package::{
    Contents, Delivery, EntryKind, FileRef, Item, Kind, Limits, MemoryTree, PayloadFile,
    PortablePath, Role, SigningKey, Trust, seal, verify_folder, verify_tar,
};
use units::{Id, Watch};

static SEALED: LazyLock<Vec<u8>> = LazyLock::new(sealed);

fuzz_target!(|data: &[u8]| {
    let Some((&how, rest)) = data.split_first() else {
        return;
    };
    match how % 3 {
        0 => tar(rest),
        1 => changed(rest),
        _ => folder(rest),
    }
});

fn valid(tar: &[u8]) -> bool {
    let report = verify_tar(&tar, &Trust::anyone(), Limits::default(), Watch::NONE);
    report.is_ok_and(|report| report.valid)
}

fn tar(bytes: &[u8]) {
    assert!(!valid(bytes), "nobody signed this");
}

/// Changes of a good package: three bytes of position and one of new value each.
fn changed(bytes: &[u8]) {
    let mut tar = SEALED.clone();
    for edit in bytes.chunks_exact(4) {
        let at = u32::from_le_bytes([edit[0], edit[1], edit[2], 0]) as usize % tar.len();
        tar[at] = edit[3];
    }
    assert_eq!(valid(&tar), tar == *SEALED);
}

/// Files as length of name, name, length, bytes; the first byte chooses version and encoding.
fn folder(bytes: &[u8]) {
    let Some((&how, mut rest)) = bytes.split_first() else {
        return;
    };
    let version = ["1.0", "0.97", "0.93"][usize::from(how % 3)];
    let encoding = ["UTF-8", "UTF-16", "ISO-8859-1"][usize::from(how / 3 % 3)];
    let mut tree = MemoryTree::new();
    tree.file(
        "bagit.txt",
        format!("BagIt-Version: {version}\nTag-File-Character-Encoding: {encoding}\n"),
    );
    let names = [
        "manifest-md5.txt",
        "manifest-sha256.txt",
        "tagmanifest-sha256.txt",
        "bag-info.txt",
        "fetch.txt",
        "metadata/delivery.json",
        "metadata/ninjs.json",
        "data/a",
    ];
    while let [name_len, tail @ ..] = rest {
        let (name, tail): (Vec<u8>, &[u8]) = match names.get(usize::from(*name_len)) {
            Some(name) => (name.as_bytes().to_vec(), tail),
            None => {
                let take = usize::from(name_len % 64).min(tail.len());
                (tail[..take].to_vec(), &tail[take..])
            }
        };
        let [kind, length, tail @ ..] = tail else { break };
        let take = usize::from(*length).min(tail.len());
        match kind % 8 {
            0 => tree.other(&name, EntryKind::Link),
            1 => tree.other(&name, EntryKind::Folder),
            2 => tree.other(&name, EntryKind::Special),
            _ => tree.file(&name, &tail[..take]),
        };
        rest = &tail[take..];
    }
    let limits = Limits::default();
    let report = verify_folder(&tree, &Trust::anyone(), limits, Watch::NONE);
    let passed_as_ours = report.is_ok_and(|report| report.valid && report.profile.is_some());
    assert!(!passed_as_ours, "nobody signed this");
}

fn sealed() -> Vec<u8> {
    let path = PortablePath::new("a.mp3").expect("a portable name");
    let contents = Contents {
        package_id: Id::new(1, [1; 10]),
        version: 1,
        created: "2026-09-22T05:00:00Z".parse().expect("a moment"),
        title: "t".into(),
        language: "vi".into(),
        organisation: "o".into(),
        items: vec![Item::plain(Id::new(2, [2; 10]), Kind::Audio, "h", vec![FileRef::plain(path.clone(), "audio/mpeg", Role::Main)])],
        delivery: Delivery::default(),
        files: vec![PayloadFile {
            path,
            bytes: Arc::new(vec![7; 100]),
        }],
    };
    let mut tar = Vec::new();
    seal(&contents, &SigningKey::generate([1; 32]), &mut tar, Watch::NONE).expect("sealed");
    tar
}
