//! What sealing writes: always the same, understood by others, refused once changed.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails here")]
#![allow(
    clippy::disallowed_methods,
    reason = "tests read schemas, unpack packages and call judges that are not ours"
)]

mod support;

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use package::{Error, PayloadFile, PortablePath, Profile, SignatureState, SigningKey, Trust, seal};
use proptest::prelude::*;
use support::{codes, contents, file, key, sealed, trust, unpacked, verify, verify_tree};
use units::{Cancel, Digest, ReadAt, Watch};

fn repo(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../..")
        .join(path)
}

#[test]
fn what_we_seal_we_accept_as_tar_and_as_folder() {
    let (tar, sealed) = sealed(&contents());
    let report = verify(&tar);
    assert!(report.valid, "{:#?}", report.errors);
    assert!(report.warnings.is_empty(), "{:#?}", report.warnings);
    assert_eq!(report.profile, Some(Profile::Loa1));
    assert_eq!(report.digest, Some(sealed.digest));
    assert_eq!(report.digest, Some(Digest::of(&tar)));
    assert_eq!(sealed.bytes, tar.len() as u64);
    assert_eq!(report.package_id, Some(sealed.package_id));
    assert_eq!(report.package_version, Some(1));
    assert_eq!(report.title.as_deref(), Some("Bản tin sáng 22-09"));
    assert_eq!(report.signature.state, SignatureState::Trusted);
    assert_eq!(report.payload().count(), 2);
    let audio = report.payload().next().unwrap();
    let at = usize::try_from(audio.offset.unwrap()).unwrap();
    assert_eq!(&tar[at..at + 20], b"ID3 not really sound");

    let report = verify_tree(&unpacked(&tar));
    assert!(report.valid, "{:#?}", report.errors);
    assert_eq!(report.profile, Some(Profile::Loa1));
    assert_eq!(report.signature.state, SignatureState::Trusted);
}

#[test]
fn same_contents_same_bytes_whatever_the_order_of_files() {
    let (first, _) = sealed(&contents());
    let mut other = contents();
    other.files.reverse();
    assert_eq!(sealed(&other).0, first);
}

#[test]
fn every_changed_byte_of_a_sealed_package_is_refused() {
    let (tar, _) = sealed(&contents());
    let places: Vec<usize> = (0..tar.len()).collect();
    std::thread::scope(|scope| {
        for part in places.chunks(tar.len().div_ceil(2)) {
            let tar = &tar;
            scope.spawn(move || {
                let mut changed = tar.clone();
                for &at in part {
                    changed[at] ^= 1 << (at % 8);
                    assert!(!verify(&changed).valid, "byte {at} of {}", tar.len());
                    changed[at] = tar[at];
                }
            });
        }
    });
}

#[test]
fn a_package_cut_off_or_lengthened_anywhere_is_refused() {
    let (tar, _) = sealed(&contents());
    for end in (0..tar.len()).step_by(97) {
        let report = verify(&tar[..end]);
        assert!(!report.valid, "cut at {end}");
        assert_eq!(report.digest, Some(Digest::of(&tar[..end])), "cut at {end}");
    }
    for more in [1, 511, 512, 1024, 10_240] {
        let longer = [tar.clone(), vec![0; more]].concat();
        assert_eq!(codes(&verify(&longer)), ["not-canonical"], "{more} more");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_change_of_any_byte_of_any_package_is_refused(
        sizes in prop::collection::vec(0usize..3_000, 1..5),
        at in any::<prop::sample::Index>(),
        flip in 1u8..,
    ) {
        let mut contents = contents();
        for (index, size) in sizes.into_iter().enumerate() {
            let path = format!("thêm/{index}.bin");
            contents.files.push(file(&path, &vec![index as u8; size]));
            let path = PortablePath::new(&path).unwrap();
            contents.items[0].files.push(package::FileRef::plain(
                path, "application/octet-stream", package::Role::Attachment,
            ));
        }
        let (mut tar, _) = sealed(&contents);
        prop_assert!(verify(&tar).valid);
        let at = at.index(tar.len());
        tar[at] ^= flip;
        prop_assert!(!verify(&tar).valid, "byte {}", at);
    }
}

#[test]
fn a_package_by_another_key_is_not_trusted_and_not_taken_for_ours() {
    let mut tar = Vec::new();
    let stranger = SigningKey::generate([1; 32]);
    seal(&contents(), &stranger, &mut tar, Watch::NONE).unwrap();
    let report = verify(&tar);
    assert_eq!(codes(&report), ["signature-untrusted"]);
    assert_eq!(report.signature.state, SignatureState::Untrusted);
    let open = Trust::anyone_and(vec![key().public()]);
    let report = package::verify_tar(&tar, &open, Default::default(), Watch::NONE).unwrap();
    assert!(report.valid && report.has(package::Code::SignatureUntrusted));
}

#[test]
fn a_file_that_is_no_longer_what_was_approved_is_not_sealed() {
    let mut changed = contents();
    changed.files[1] = file("audio/bản tin sáng.mp3", b"ID3 not really sounD");
    let error = seal(&changed, &key(), &mut Vec::new(), Watch::NONE).unwrap_err();
    assert!(matches!(error, Error::Changed { .. }), "{error}");
}

/// Says it is longer than it is, as a file does that somebody shortens.
struct Short;
impl ReadAt for Short {
    fn len(&self) -> u64 {
        100
    }
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> std::io::Result<usize> {
        vec![1u8; 50].read_at(offset, buffer)
    }
}

#[test]
fn a_file_that_ends_early_is_not_sealed() {
    let mut short = contents();
    short.files[0].bytes = Arc::new(Short);
    let error = seal(&short, &key(), &mut Vec::new(), Watch::NONE).unwrap_err();
    assert!(matches!(error, Error::Read { .. }), "{error}");
}

#[test]
fn a_full_disk_and_a_cancelled_job_are_errors_and_not_packages() {
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let error = seal(&contents(), &key(), &mut Full, Watch::NONE).unwrap_err();
    assert!(matches!(error, Error::Write(_)), "{error}");
    let cancel = Cancel::new();
    cancel.cancel();
    let watch = Watch::new(&(), &cancel);
    let error = seal(&contents(), &key(), &mut Vec::new(), watch).unwrap_err();
    assert!(matches!(error, Error::Cancelled(_)), "{error}");
}

#[test]
fn contents_that_contradict_themselves_are_not_sealed() {
    type Change = fn(&mut package::Contents);
    let changes: [(&str, Change); 13] = [
        ("no file", |c| c.files.clear()),
        ("file missing", |c| drop(c.files.pop())),
        ("file without an item", |c| c.files.push(file("x", b""))),
        ("names equal but for case", |c| {
            c.files.push(file("Slides/01.PNG", b""))
        }),
        ("file beside folder", |c| c.files.push(file("audio", b""))),
        ("version nought", |c| c.version = 0),
        ("title of two lines", |c| {
            c.title = "a\nLoa-Package-Version: 9".into()
        }),
        ("no headline", |c| c.items[0].headline = " ".into()),
        ("an item twice", |c| c.items.push(c.items[0].clone())),
        ("urgency ten", |c| c.items[0].urgency = 10),
        ("language", |c| c.language = "tiếng Việt".into()),
        ("ends before it begins", |c| {
            c.delivery.valid_until = c.delivery.valid_from
        }),
        ("slot of no item", |c| c.items[0].id = c.package_id),
    ];
    for (name, change) in changes {
        let mut contents = contents();
        change(&mut contents);
        let result = seal(&contents, &key(), &mut Vec::new(), Watch::NONE);
        assert!(result.is_err(), "{name}");
    }
}

#[test]
fn the_metadata_keep_to_their_schemas() {
    let (tar, _) = sealed(&contents());
    let tree = unpacked(&tar);
    for (path, schema) in [
        (
            "metadata/ninjs.json",
            "tests/fixtures/ninjs/ninjs-schema_3.1.json",
        ),
        ("metadata/delivery.json", "assets/schemas/delivery.json"),
    ] {
        // The schema of places refers to GeoJSON, which we do not write: nothing is fetched for it.
        let schema = std::fs::read_to_string(repo(schema)).unwrap().replace(
            r#""$ref": "https://geojson.org/schema/GeoJSON.json#""#,
            r#""type": "object""#,
        );
        let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
        let validator = jsonschema::options()
            .should_validate_formats(true)
            .build(&schema)
            .unwrap();
        let instance: serde_json::Value = serde_json::from_slice(tree.read(path).unwrap()).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&instance)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{path}: {errors:#?}");
    }
}

#[test]
fn receipts_keep_to_their_schema() {
    let (_, sealed) = sealed(&contents());
    let receipt = package::Receipt {
        package_id: Some(sealed.package_id),
        package_version: Some(1),
        digest: sealed.digest,
        bytes: sealed.bytes,
        received_at: support::stamp("2026-09-22T05:00:01+07:00"),
        authority: "Tỉnh thử nghiệm".into(),
        verdict: package::Verdict::Accepted,
    };
    let schema = std::fs::read_to_string(repo("assets/schemas/receipt.json")).unwrap();
    let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
    let instance = serde_json::from_str(&receipt.sign(&key()).to_json()).unwrap();
    assert!(
        jsonschema::validator_for(&schema)
            .unwrap()
            .is_valid(&instance)
    );
}

#[test]
fn python_bagit_accepts_what_we_seal() {
    let has_bagit = Command::new("python3")
        .args(["-c", "import bagit"])
        .output();
    if !has_bagit.is_ok_and(|output| output.status.success()) {
        eprintln!("python bagit is not here: not asked");
        return;
    }
    let (tar, sealed) = sealed(&contents());
    let folder = tempfile::tempdir().unwrap();
    tar::Archive::new(&tar[..]).unpack(folder.path()).unwrap();
    let bag = folder.path().join(format!("loa-{}-v1", sealed.package_id));
    let output = Command::new("python3")
        .args(["-m", "bagit", "--validate"])
        .arg(&bag)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(bag.join("data/audio/bản tin sáng.mp3").is_file());
    std::fs::write(bag.join("data/slides/01.png"), "x").unwrap();
    let output = Command::new("python3")
        .args(["-m", "bagit", "--validate"])
        .arg(&bag)
        .output()
        .unwrap();
    assert!(!output.status.success());
}

#[test]
fn an_independent_minisign_accepts_the_signature_of_a_package() {
    let (tar, _) = sealed(&contents());
    let tree = unpacked(&tar);
    let path = format!("signatures/{}.minisig", key().public().id());
    let text = std::str::from_utf8(tree.read(&path).unwrap()).unwrap();
    let signature = minisign_verify::Signature::decode(text).unwrap();
    let public = minisign_verify::PublicKey::decode(&key().public().to_text()).unwrap();
    let message = tree.read("tagmanifest-sha256.txt").unwrap();
    public.verify(message, &signature, false).unwrap();
    assert!(signature.trusted_comment().contains("version:1\tkey:"));
}

#[test]
fn the_package_of_version_1_kept_since_it_was_first_written_still_opens() {
    let tar = std::fs::read(repo("tests/fixtures/bags/sealed-v1.tar")).unwrap();
    let report = verify(&tar);
    assert!(report.valid, "{:#?}", report.errors);
    // Same inputs, same bytes: sealing the same contents today gives the same file.
    assert_eq!(sealed(&contents()).0, tar);
}

fn with_empty_files(count: usize) -> package::Contents {
    let mut many = contents();
    for index in 0..count {
        let path = PortablePath::new(&format!("nhiều/{index}")).unwrap();
        many.items[0].files.push(package::FileRef::plain(
            path.clone(),
            "text/plain",
            package::Role::Attachment,
        ));
        many.files.push(PayloadFile {
            path,
            bytes: Arc::new(Vec::new()),
        });
    }
    many
}

#[test]
fn what_is_as_deep_as_may_be_is_sealed_and_accepted_and_nothing_deeper() {
    let mut deep = contents();
    let path = "d/".repeat(package::limits::DEPTH_MAX - 2) + "x";
    deep.files[0].path = PortablePath::new(&path).unwrap();
    deep.items[0].files[1].path = deep.files[0].path.clone();
    let report = verify(&sealed(&deep).0);
    assert!(report.valid, "{:#?}", report.errors);
    assert!(PortablePath::new(&format!("d/{path}")).is_err());
}

#[test]
fn tag_files_count_towards_the_limit_when_sealing_and_when_verifying() {
    let (tar, _) = sealed(&with_empty_files(10));
    // Ten and the two that stand in the contents, and seven tag files.
    for (files_max, is_enough) in [(19, true), (18, false)] {
        let limits = package::Limits {
            files_max,
            ..Default::default()
        };
        let report = package::verify_tar(&tar, &trust(), limits, Watch::NONE).unwrap();
        assert_eq!(report.valid, is_enough, "{files_max}");
    }
    let many = with_empty_files(package::limits::FILES_MAX - 2 - 7 + 1);
    let error = seal(&many, &key(), &mut Vec::new(), Watch::NONE).unwrap_err();
    assert!(matches!(error, Error::TooMany { .. }), "{error}");
}

#[test]
fn a_thousand_small_and_empty_files_are_sealed_and_accepted() {
    let (tar, _) = sealed(&with_empty_files(1_000));
    let report = verify(&tar);
    assert!(report.valid, "{:#?}", report.errors);
    assert_eq!(report.payload().count(), 1_002);
    let trust = trust();
    let limits = package::Limits {
        files_max: 1_000,
        ..Default::default()
    };
    let report = package::verify_tar(&tar, &trust, limits, Watch::NONE).unwrap();
    assert!(report.has(package::Code::LimitExceeded));
}
