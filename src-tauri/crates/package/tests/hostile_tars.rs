//! Tars made to hurt whoever unpacks them: each is refused, and called by its fault.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails here")]

mod support;

use package::{Limits, verify_tar};
use proptest::prelude::*;
use support::{codes, contents, sealed, trust, verify};
use units::{ReadAt, Watch};

/// The name of the one folder in a sealed tar.
fn folder(tar: &[u8]) -> String {
    let name = std::str::from_utf8(&tar[..100]).unwrap();
    name.split('/').next().unwrap().to_owned()
}

/// A header with any name, kind and length, whose checksum holds.
fn header(name: &[u8], kind: u8, size: &[u8; 12]) -> Vec<u8> {
    let mut block = vec![0u8; 512];
    let (prefix, name) = match name.len() {
        0..=100 => (&b""[..], name),
        length => (&name[..length - 101], &name[length - 100..]),
    };
    block[..name.len()].copy_from_slice(name);
    block[100..108].copy_from_slice(b"0000644\0");
    block[108..116].copy_from_slice(b"0000000\0");
    block[116..124].copy_from_slice(b"0000000\0");
    block[124..136].copy_from_slice(size);
    block[136..148].copy_from_slice(b"15063544220\0");
    block[148..156].copy_from_slice(b"        ");
    block[156] = kind;
    block[257..265].copy_from_slice(b"ustar\x0000");
    block[345..345 + prefix.len()].copy_from_slice(prefix);
    let sum: u64 = block.iter().map(|&byte| u64::from(byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    block
}

fn entry(name: &str, kind: u8, bytes: &[u8]) -> Vec<u8> {
    let size = format!("{:011o}\0", bytes.len());
    let mut out = header(name.as_bytes(), kind, size.as_bytes().try_into().unwrap());
    out.extend_from_slice(bytes);
    out.resize(out.len().next_multiple_of(512), 0);
    out
}

/// A good package with one more entry before its end.
fn with(extra: impl Fn(&str) -> Vec<u8>) -> Vec<u8> {
    let (mut tar, _) = sealed(&contents());
    let extra = extra(&folder(&tar));
    let end = tar.len() - 1024;
    tar.splice(end..end, extra);
    tar
}

#[test]
fn entries_that_lead_outside_are_refused() {
    for name in [
        "../evil",
        "/etc/cron.d/evil",
        "~/evil",
        "C:/evil",
        "FOLDER/../../evil",
        "FOLDER/data/../../evil",
        "FOLDER/data/~",
        "FOLDER//evil",
        "FOLDER/data\\..\\evil",
        "FOLDER/data/a\u{202e}gpj.exe",
        "FOLDER/./data/x",
    ] {
        let tar = with(|folder| entry(&name.replace("FOLDER", folder), b'0', b"x"));
        let report = verify(&tar);
        let expected = if name.ends_with("/~") {
            "file-unlisted"
        } else {
            "path-unsafe"
        };
        assert!(
            codes(&report).contains(&expected),
            "{name}: {:?}",
            codes(&report)
        );
    }
    let beside = verify(&with(|_| entry("elsewhere/x", b'0', b"x")));
    assert!(codes(&beside).contains(&"not-canonical"));
}

#[test]
fn entries_that_are_no_plain_files_are_refused() {
    for kind in [
        b'\0', b'1', b'2', b'3', b'4', b'5', b'6', b'7', b'x', b'g', b'L', b'K', b'S', b'Z',
    ] {
        let tar = with(|folder| entry(&format!("{folder}/data/x"), kind, b""));
        let report = verify(&tar);
        assert_eq!(codes(&report), ["tar-entry-kind"], "{}", kind as char);
    }
    // The classic: a link out of the folder, then a file through it.
    let tar = with(|folder| {
        let link = entry(&format!("{folder}/data/out"), b'2', b"");
        [link, entry(&format!("{folder}/data/out/evil"), b'0', b"x")].concat()
    });
    assert!(codes(&verify(&tar)).contains(&"tar-entry-kind"));
}

#[test]
fn names_that_clash_or_repeat_are_refused() {
    for (name, code) in [
        ("data/slides/01.png", "duplicate-entry"),
        ("bag-info.txt", "duplicate-entry"),
        ("data/Slides/01.PNG", "name-clash"),
        ("Bag-Info.txt", "name-clash"),
        ("data/audio/ba\u{309}n tin sáng.mp3", "path-not-portable"),
        ("data/nul.txt", "path-not-portable"),
        ("data/slides", "name-clash"),
        ("data/slides/01.png/below", "name-clash"),
        ("DATA/Slides/01.PNG/below", "name-clash"),
        ("data/dot.", "path-not-portable"),
        ("data/what?", "path-not-portable"),
    ] {
        let tar = with(|folder| entry(&format!("{folder}/{name}"), b'0', b"x"));
        let report = verify(&tar);
        assert!(
            codes(&report).contains(&code),
            "{name}: {:?}",
            codes(&report)
        );
    }
}

#[test]
fn lengths_that_lie_are_refused_before_memory_is_taken() {
    for size in [
        b"77777777777\0",
        b"00000002000\0",
        b"\x80\0\0\0\0\0\0\0\0\0\x10\0",
        b"-0000000001\0",
        b"           \0",
        b"0000000000 \0",
    ] {
        let tar = with(|folder| header(format!("{folder}/big.txt").as_bytes(), b'0', size));
        assert!(!verify(&tar).valid, "{size:?}");
    }
}

#[test]
fn bytes_that_are_no_tar_are_called_that() {
    for bytes in [&b""[..], b"PK\x03\x04", &[0x1f, 0x8b, 8, 0], &[b'a'; 5_000]] {
        assert!(
            codes(&verify(bytes)).contains(&"not-a-tar"),
            "{}",
            bytes.len()
        );
    }
    assert!(!verify(&[0; 1024]).valid);
    assert!(!verify(&[0; 10_240]).valid);
}

/// A tar without end, made up while it is read: no limit of ours may be reached by memory first.
struct Endless {
    entry: Vec<u8>,
    bytes: u64,
}

impl ReadAt for Endless {
    fn len(&self) -> u64 {
        self.bytes
    }
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> std::io::Result<usize> {
        let left = self.bytes.saturating_sub(offset);
        let got = buffer.len().min(usize::try_from(left).unwrap());
        for (index, byte) in buffer[..got].iter_mut().enumerate() {
            let at = (offset + index as u64) % self.entry.len() as u64;
            *byte = self.entry[at as usize];
        }
        Ok(got)
    }
}

#[test]
fn a_hundred_thousand_bad_entries_end_in_a_short_report() {
    let bomb = Endless {
        entry: entry("f/data/x", b'0', b""),
        bytes: 512 * 200_000,
    };
    let report = verify_tar(&bomb, &trust(), Limits::default(), Watch::NONE).unwrap();
    assert!(report.has(package::Code::TooManyFaults));
    assert!(report.errors.len() <= 1_002);
    assert!(report.digest.is_some());
}

#[test]
fn a_package_over_the_limit_is_refused_unread() {
    let bomb = Endless {
        entry: vec![0; 512],
        bytes: u64::MAX / 4,
    };
    let report = verify_tar(&bomb, &trust(), Limits::default(), Watch::NONE).unwrap();
    assert_eq!(codes(&report), ["limit-exceeded"]);
    assert_eq!(report.digest, None);
}

#[test]
fn a_package_of_another_version_cannot_wear_this_signature() {
    let (first, _) = sealed(&contents());
    let mut newer = contents();
    newer.version = 2;
    let (mut second, _) = sealed(&newer);
    // The signature is the last file: one block of header, one of text, two of zeros.
    let end = second.len() - 1024;
    second[end - 512..end].copy_from_slice(&first[end - 512..end]);
    assert_eq!(codes(&verify(&second)), ["signature-wrong"]);
}

#[test]
fn a_package_without_its_signature_is_refused() {
    let (mut tar, _) = sealed(&contents());
    let end = tar.len() - 1024;
    tar.drain(end - 1024..end);
    assert_eq!(codes(&verify(&tar)), ["signature-missing"]);
}

#[test]
fn files_in_another_order_or_with_other_times_are_not_ours() {
    let tar = with(|folder| entry(&format!("{folder}/data/zzz"), b'0', b"late"));
    let codes = codes(&verify(&tar));
    assert!(codes.contains(&"not-canonical") && codes.contains(&"file-unlisted"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]
    #[test]
    fn no_bytes_whatever_make_the_verifier_panic(bytes in prop::collection::vec(any::<u8>(), 0..4_096)) {
        prop_assert!(!verify(&bytes).valid);
    }

    #[test]
    fn no_entry_whatever_makes_the_verifier_panic(
        name in prop::collection::vec(any::<u8>(), 1..200),
        kind in any::<u8>(),
        size in any::<[u8; 12]>(),
    ) {
        let tar = with(|_| header(&name, kind, &size));
        prop_assert!(!verify(&tar).valid);
    }
}
