//! Folders: bags of every version in the wild, and bags made to deceive.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails here")]
#![allow(clippy::disallowed_methods, reason = "tests read fixtures from disk")]

mod support;

use std::path::Path;

use package::{Code, EntryKind, Limits, MemoryTree, SignatureState, verify_folder};
use support::{codes, contents, sealed, trust, unpacked, verify_tree, warnings};
use units::{Digest, Watch};

const DECLARATION: &str = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";

/// A plain bag of version 1.0 without tag manifest: the least that is valid.
fn plain(files: &[(&str, &str)]) -> MemoryTree {
    let mut tree = MemoryTree::new();
    tree.file("bagit.txt", DECLARATION);
    let mut manifest = String::new();
    for (path, text) in files {
        let path = format!("data/{path}");
        manifest += &format!("{}  {path}\n", Digest::of(text.as_bytes()));
        tree.file(path, *text);
    }
    tree.file("manifest-sha256.txt", manifest);
    tree
}

/// The plain bag with one more manifest line.
fn with_line(line: &str) -> MemoryTree {
    let mut tree = plain(&[("a", "x")]);
    let manifest = tree.read("manifest-sha256.txt").unwrap().to_vec();
    let manifest = String::from_utf8(manifest).unwrap() + line + "\n";
    tree.file("manifest-sha256.txt", manifest);
    tree
}

#[test]
fn a_plain_bag_is_valid_but_proves_no_origin() {
    let report = verify_tree(&plain(&[("a", "x"), ("empty", "")]));
    assert!(report.valid, "{:#?}", report.errors);
    assert_eq!(report.profile, None);
    assert_eq!(report.signature.state, SignatureState::Missing);
    assert_eq!(warnings(&report), ["manifest-missing"]);
}

#[test]
fn manifests_that_deceive_are_refused() {
    let x = Digest::of(b"x");
    for (line, code) in [
        (format!("{x}  ../outside"), "path-unsafe"),
        (format!("{x}  /etc/passwd"), "path-unsafe"),
        (format!("{x}  ~/x"), "path-unsafe"),
        (format!("{x}  C:\\x"), "path-unsafe"),
        (format!("{x}  data/../../x"), "path-unsafe"),
        (format!("{x}  data\\a"), "path-unsafe"),
        (format!("{x}  data/a%0Ab"), "path-unsafe"),
        (format!("{x}  data/{}", "x".repeat(256)), "path-unsafe"),
        (format!("{x}  bagit.txt"), "manifest-scope"),
        (format!("{x}  outside"), "manifest-scope"),
        (format!("{x}  data/a"), "manifest-duplicate"),
        (
            format!("{}  data/a", Digest::of(b"y")),
            "manifest-duplicate",
        ),
        (format!("{x}  data/not-there"), "file-missing"),
        ("abc  data/a".to_owned(), "manifest-line"),
        (x.to_string(), "manifest-line"),
    ] {
        let report = verify_tree(&with_line(&line));
        assert_eq!(codes(&report), [code], "{line}");
    }
}

#[test]
fn entries_that_are_no_plain_files_are_refused_unopened() {
    for (kind, path) in [
        (EntryKind::Link, "data/link"),
        (EntryKind::Special, "data/pipe"),
        (EntryKind::Link, "bag-info.txt"),
    ] {
        let mut tree = plain(&[("a", "x")]);
        tree.other(path, kind);
        assert_eq!(codes(&verify_tree(&tree)), ["special-file"], "{path}");
    }
    let mut tree = with_line(&format!("{}  data/sub", Digest::of(b"x")));
    tree.other("data/sub", EntryKind::Folder);
    assert_eq!(codes(&verify_tree(&tree)), ["manifest-scope"]);
}

#[test]
fn changes_behind_the_manifests_back_are_refused() {
    type Change = fn(&mut MemoryTree);
    let changes: [(&str, Change); 8] = [
        ("digest-mismatch", |t| {
            t.file("data/a", "y");
        }),
        ("file-missing", |t| {
            t.remove(b"data/a");
        }),
        ("file-unlisted", |t| {
            t.file("data/b", "y");
        }),
        ("manifest-missing", |t| {
            t.remove(b"manifest-sha256.txt");
        }),
        ("not-a-bag", |t| {
            t.remove(b"bagit.txt");
        }),
        ("oxum-mismatch", |t| {
            t.file("bag-info.txt", "Payload-Oxum: 2.1\n");
        }),
        ("oxum-form", |t| {
            t.file("bag-info.txt", "Payload-Oxum: many\n");
        }),
        ("algorithm-unknown", |t| {
            t.remove(b"manifest-sha256.txt");
            t.file("manifest-whirlpool.txt", "00  data/a\n");
        }),
    ];
    for (code, change) in changes {
        let mut tree = plain(&[("a", "x"), ("c", "z")]);
        change(&mut tree);
        let report = verify_tree(&tree);
        assert!(
            codes(&report).contains(&code),
            "{code}: {:?}",
            codes(&report)
        );
    }
}

#[test]
fn tag_manifests_are_held_to_their_scope() {
    for (line, code) in [
        (
            format!("{}  bagit.txt", Digest::of(DECLARATION.as_bytes())),
            None,
        ),
        (
            format!("{}  bagit.txt", Digest::of(b"")),
            Some("digest-mismatch"),
        ),
        (
            format!("{}  data/a", Digest::of(b"x")),
            Some("manifest-scope"),
        ),
        (
            format!("{}  tagmanifest-sha256.txt", Digest::of(b"")),
            Some("manifest-scope"),
        ),
    ] {
        let mut tree = plain(&[("a", "x")]);
        tree.file("tagmanifest-sha256.txt", line + "\n");
        let report = verify_tree(&tree);
        assert_eq!(codes(&report), code.into_iter().collect::<Vec<_>>());
        assert!(report.has(Code::TagUnlisted));
    }
}

#[test]
fn names_in_another_normal_form_are_found_and_doubted() {
    let mut tree = plain(&[("ba\u{309}n", "x")]);
    let manifest = tree.read("manifest-sha256.txt").unwrap().to_vec();
    let manifest = String::from_utf8(manifest).unwrap();
    tree.file("manifest-sha256.txt", manifest.replace("ba\u{309}n", "bản"));
    let report = verify_tree(&tree);
    assert!(report.valid, "{:#?}", report.errors);
    assert!(report.has(Code::NameNormalForm));
    let both = verify_tree(&plain(&[("a", "x"), ("A", "y")]));
    assert!(both.has(Code::NameClash));
}

#[test]
fn a_fetch_list_is_doubted_in_any_bag_and_refused_in_ours() {
    let mut tree = plain(&[("a", "x")]);
    tree.file("fetch.txt", "https://example.org/a 1 data/a\n");
    assert!(verify_tree(&tree).has(Code::Fetch));
    tree.file("fetch.txt", "https://example.org/a 1 data/../../a\n");
    assert_eq!(codes(&verify_tree(&tree)), ["path-unsafe"]);
    tree.file("fetch.txt", "nonsense\n");
    assert_eq!(codes(&verify_tree(&tree)), ["fetch"]);
    // A file that no manifest vouches for may come from anywhere.
    tree.file("fetch.txt", "https://example.org/b 1 data/b\n");
    assert_eq!(codes(&verify_tree(&tree)), ["fetch"]);
    let (tar, _) = sealed(&contents());
    let mut ours = unpacked(&tar);
    ours.file("fetch.txt", "https://example.org/a 1 data/a\n");
    assert!(codes(&verify_tree(&ours)).contains(&"fetch"));
}

#[test]
fn our_profile_cannot_be_taken_off_to_pass_as_a_plain_bag() {
    let (tar, _) = sealed(&contents());
    let signature = format!("signatures/{}.minisig", support::key().public().id());
    let info =
        |tree: &MemoryTree| String::from_utf8(tree.read("bag-info.txt").unwrap().to_vec()).unwrap();
    type Change<'a> = &'a dyn Fn(&mut MemoryTree);
    let changes: [(&str, &str, Change<'_>); 6] = [
        ("no signature", "signature-missing", &|t| {
            t.remove(signature.as_bytes());
        }),
        ("tag manifest deleted", "profile-missing", &|t| {
            t.remove(b"tagmanifest-sha256.txt");
        }),
        ("title changed", "digest-mismatch", &|t| {
            let text = info(t).replace("sáng", "chiều");
            t.file("bag-info.txt", text);
        }),
        ("profile line deleted", "profile-field", &|t| {
            let text = info(t).replace("BagIt-Profile-Identifier", "X");
            t.file("bag-info.txt", text);
        }),
        ("unlisted tag file", "tag-unlisted", &|t| {
            t.file("note.txt", "x");
        }),
        ("second signature", "not-canonical", &|t| {
            t.file("signatures/other.minisig", "x");
        }),
    ];
    for (name, code, change) in changes {
        let mut tree = unpacked(&tar);
        change(&mut tree);
        let report = verify_tree(&tree);
        assert!(
            codes(&report).contains(&code),
            "{name}: {:?}",
            codes(&report)
        );
    }
}

#[test]
fn too_many_files_are_refused_before_any_is_opened() {
    let names: Vec<String> = (0..30).map(|index| index.to_string()).collect();
    let files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "")).collect();
    let limits = Limits {
        files_max: 20,
        ..Limits::default()
    };
    let report = verify_folder(&plain(&files), &trust(), limits, Watch::NONE).unwrap();
    assert_eq!(codes(&report), ["limit-exceeded"]);
    assert!(report.files.is_empty());
}

#[test]
fn the_size_of_the_payload_is_read_from_the_file_of_the_bags_version() {
    for (version, name, lies) in [
        ("0.93", "package-info.txt", true),
        ("0.95", "package-info.txt", true),
        ("0.95", "bag-info.txt", false),
        ("0.96", "bag-info.txt", true),
        ("1.0", "package-info.txt", false),
    ] {
        let mut tree = plain(&[("a", "x")]);
        tree.file("bagit.txt", DECLARATION.replace("1.0", version));
        tree.file(name, "Payload-Oxum: 2.1\n");
        let found = codes(&verify_tree(&tree));
        assert_eq!(found == ["oxum-mismatch"], lies, "{version} {name}");
        assert_eq!(found.is_empty(), !lies, "{version} {name}");
    }
}

#[test]
fn a_declaration_alone_is_no_bag() {
    let mut tree = MemoryTree::new();
    tree.file("bagit.txt", DECLARATION);
    let report = verify_tree(&tree);
    assert!(report.has(Code::PayloadMissing) && report.has(Code::ManifestMissing));
}

/// Every case in `tests/fixtures/bags`: a folder `bag` and the codes it must give.
#[test]
fn the_bags_kept_as_fixtures_give_the_codes_they_gave() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fixtures/bags");
    let mut cases = 0;
    for entry in std::fs::read_dir(root).unwrap() {
        let case = entry.unwrap().path();
        if !case.is_dir() {
            continue;
        }
        let mut tree = MemoryTree::new();
        load(&case.join("bag"), "", &mut tree);
        let report = verify_tree(&tree);
        let mut found = format!("valid: {}\n", report.valid);
        found += &format!("errors: {}\n", codes(&report).join(" "));
        found += &format!("warnings: {}\n", warnings(&report).join(" "));
        let expected = std::fs::read_to_string(case.join("expected.txt")).unwrap_or_default();
        assert_eq!(found, expected, "{}", case.display());
        cases += 1;
    }
    assert!(cases >= 10, "only {cases} fixtures found");
}

fn load(folder: &Path, prefix: &str, tree: &mut MemoryTree) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{prefix}{}", entry.file_name().to_str().unwrap());
        if entry.path().is_dir() {
            tree.other(&path, EntryKind::Folder);
            load(&entry.path(), &format!("{path}/"), tree);
        } else {
            tree.file(&path, std::fs::read(entry.path()).unwrap());
        }
    }
}
