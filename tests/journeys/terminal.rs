//! The terminal's contract: the names of fields that scripts read, exit codes, and reasons.

use std::path::{Path, PathBuf};

use serde_json::Value;
use tests::programs::{ask, loa};

fn assets(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../assets")
        .join(name);
    path.to_string_lossy().into_owned()
}

/// What a command ends with, and what it says on standard error.
fn fail(home: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let output = loa(home)
        .args(arguments)
        .stderr(std::process::Stdio::piped())
        .output()
        .expect("loa runs");
    (
        output.status.code(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

fn has(value: &Value, names: &[&str]) {
    for name in names {
        assert!(value.get(name).is_some(), "{name} is missing in {value}");
    }
}

const LEVELS: [&str; 9] = [
    "integrated_lufs",
    "range_lu",
    "true_peak_dbtp",
    "max_momentary_lufs",
    "max_short_term_lufs",
    "duration_s",
    "sample_rate_hz",
    "channels",
    "dual_mono",
];

fn place(home: &Path, name: &str) -> (PathBuf, String) {
    let path = home.join(name);
    let text = path.to_string_lossy().into_owned();
    (path, text)
}

#[test]
fn sound_commands_keep_the_names_of_their_fields() {
    let folder = tempfile::tempdir().expect("a folder");
    let home = folder.path();
    let voice = assets("training/ban-tin.wav");
    let measured = ask(home, &["measure", &voice]);
    has(&measured, &LEVELS);
    assert_eq!(measured["dual_mono"], true);
    let plain = ask(home, &["measure", "--plain-mono", &voice]);
    let loudness = |value: &Value| value["integrated_lufs"].as_f64().expect("sound");
    assert!(
        (loudness(&measured) - loudness(&plain) - 3.01).abs() < 0.02,
        "one channel, not two"
    );

    let (_, out) = place(home, "phat.mp3");
    let made = ask(
        home,
        &["normalize", &voice, &out, "--profile", "loudspeaker"],
    );
    has(
        &made,
        &["before", "after", "gain_db", "limited_db_max", "warnings"],
    );
    has(&made["after"], &LEVELS);
    assert!((loudness(&made["after"]) + 16.0).abs() <= 0.2, "{made}");
    assert!((loudness(&ask(home, &["measure", &out])) + 16.0).abs() <= 0.2);

    let (_, wav) = place(home, "own.wav");
    let own = ask(
        home,
        &[
            "normalize",
            &voice,
            &wav,
            "--target",
            "-20",
            "--ceiling",
            "-3",
        ],
    );
    assert!((loudness(&own["after"]) + 20.0).abs() <= 0.2, "{own}");
    assert_eq!(own["after"]["channels"], 1, "as the input's");

    let (flac, name) = place(home, "doi.flac");
    ask(
        home,
        &[
            "convert",
            &voice,
            &name,
            "--rate",
            "48000",
            "--channels",
            "2",
        ],
    );
    assert!(std::fs::read(&flac).expect("written").starts_with(b"fLaC"));
    let (dat, name) = place(home, "song.dat");
    ask(home, &["peaks", &voice, &name]);
    assert_eq!(
        std::fs::read(&dat).expect("written")[..4],
        2i32.to_le_bytes()
    );
}

#[test]
fn slides_are_drawn_to_the_pixel_and_checked_as_data() {
    let folder = tempfile::tempdir().expect("a folder");
    let (home, deck) = (folder.path(), assets("training/deck.json"));
    let (out, name) = place(home, "anh");
    let made = ask(
        home,
        &["render", &deck, "--out", &name, "--board", "LED P5 320×160"],
    );
    let files = made["files"].as_array().expect("files");
    assert_eq!(
        files.len(),
        std::fs::read_dir(&out).expect("a folder").count()
    );
    let png = std::fs::read(files[0].as_str().expect("a path")).expect("written");
    assert_eq!(
        png[16..24],
        [0, 0, 1, 64, 0, 0, 0, 160],
        "320 by 160 pixels"
    );
    let checked = ask(home, &["check", &deck]);
    let findings = checked["findings"].as_array().expect("findings");
    has(
        &findings[0],
        &["code", "severity", "slide", "element", "measured", "needed"],
    );
}

#[test]
fn the_archive_finds_what_was_put_in_and_gives_it_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let home = folder.path();
    let (_, store) = place(home, "kho");
    let voice = assets("training/ban-tin.wav");
    let title = [
        "--title",
        "Lịch tiêm chủng",
        "--kind",
        "segment",
        "--tag",
        "y tế",
    ];
    let added = ask(
        home,
        &[&["archive", "add", "--store", &store, &voice][..], &title].concat(),
    );
    let id = added["id"].as_str().expect("an id").to_owned();
    for words in ["tiem chung", "tiêm chủng", "TIÊM CHỦNG", "lich tie"] {
        let found = ask(home, &["archive", "search", "--store", &store, words]);
        assert_eq!(found["hits"][0]["id"], id.as_str(), "{words}");
    }
    assert_eq!(
        ask(home, &["archive", "show", "--store", &store, &id])["title"],
        "Lịch tiêm chủng"
    );
    let (out, name) = place(home, "ra");
    ask(
        home,
        &["archive", "export", "--store", &store, &id, "--out", &name],
    );
    let original = std::fs::read(&voice).expect("there");
    assert_eq!(
        std::fs::read(out.join("ban-tin.wav")).expect("written"),
        original
    );
    let audit = ask(home, &["archive", "audit", "--store", &store]);
    assert_eq!(
        (&audit["checked"], &audit["intact"]),
        (&1.into(), &1.into())
    );

    let (tar, package) = place(home, "goi.tar");
    let sealed = ask(
        home,
        &["package", "seal", "--out", &package, "--store", &store, &id],
    );
    has(&sealed, &["path", "package_id", "digest", "bytes", "files"]);
    let verified = ask(home, &["package", "verify", &package]);
    has(
        &verified,
        &["valid", "profile", "errors", "warnings", "signature"],
    );
    assert_eq!(verified["digest"], sealed["digest"]);
    let mut bytes = std::fs::read(&tar).expect("there");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&tar, bytes).expect("written");
    let (code, reason) = fail(home, &["package", "verify", &package]);
    assert_eq!(code, Some(1), "{reason}");
}

#[test]
fn an_export_that_was_cut_off_is_finished_by_the_next_one_and_goes_over_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let home = folder.path();
    let (_, store) = place(home, "kho");
    let (voice, picture) = (
        assets("training/ban-tin.wav"),
        assets("training/tram-y-te.jpg"),
    );
    let added = ask(
        home,
        &["archive", "add", "--store", &store, &voice, &picture],
    );
    let id = added["id"].as_str().expect("an id");
    let (out, name) = place(home, "ra");
    let export = ["archive", "export", "--store", &store, id, "--out", &name];
    ask(home, &export);
    std::fs::remove_file(out.join("tram-y-te.jpg")).expect("it is there");
    // What a killed export left of the file it was at.
    let half = out.join(".tram-y-te.jpg.4194304-0.loa-draft");
    std::fs::write(&half, b"half").expect("written");
    let made = ask(home, &export);
    assert_eq!(made["files"].as_array().map(Vec::len), Some(2));
    assert_eq!(
        std::fs::read(out.join("tram-y-te.jpg")).expect("there"),
        std::fs::read(&picture).expect("there")
    );
    assert!(!half.exists());

    std::fs::write(out.join("ban-tin.wav"), b"mine").expect("written");
    let (code, reason) = fail(home, &export);
    assert_eq!(code, Some(1), "{reason}");
    assert_eq!(
        std::fs::read(out.join("ban-tin.wav")).expect("there"),
        b"mine"
    );
}

#[test]
fn refusals_have_a_sentence_and_the_right_exit_code() {
    let folder = tempfile::tempdir().expect("a folder");
    let home = folder.path();
    let (silence, name) = place(home, "im.wav");
    let (_, out) = place(home, "ra.wav");
    std::fs::write(&silence, b"this is no sound").expect("written");
    let (code, reason) = fail(home, &["measure", &name]);
    assert_eq!(code, Some(1));
    assert!(reason.contains("no format that can be read"), "{reason}");
    let (code, reason) = fail(home, &["normalize", &name, &out]);
    assert_eq!((code, reason.is_empty()), (Some(1), false));
    assert!(
        !home.join("ra.wav").exists(),
        "nothing is left of a failed work"
    );
    assert_eq!(fail(home, &["measure", "/no/such/file.wav"]).0, Some(1));
    assert_eq!(fail(home, &["measure"]).0, Some(2));
    assert_eq!(fail(home, &["sing"]).0, Some(2));
    assert_eq!(fail(home, &["--help"]).0, Some(0));
    let (newer, name) = place(home, "moi.json");
    std::fs::write(&newer, br#"{"format":"loa-deck","version":99,"title":"t"}"#).expect("written");
    let (code, reason) = fail(home, &["check", &name]);
    assert_eq!(code, Some(1));
    assert!(
        reason.contains("A newer version made this file"),
        "{reason}"
    );
    let vietnamese = loa(home)
        .env("LANG", "vi_VN.UTF-8")
        .arg("--help")
        .output()
        .expect("loa runs");
    assert!(String::from_utf8_lossy(&vietnamese.stdout).contains("Đo âm lượng"));
}

#[test]
fn the_demo_reports_in_vietnamese_and_ends_with_a_verified_receipt_after_two_cuts() {
    let folder = tempfile::tempdir().expect("a folder");
    let home = folder.path();
    let (out, name) = place(home, "viec");
    let run = loa(home)
        .env("LC_ALL", "en_US.UTF-8")
        .args(["demo", "--out", &name])
        .output()
        .expect("loa runs");
    let report = String::from_utf8_lossy(&run.stdout).into_owned();
    assert!(run.status.success(), "{report}");
    for words in [
        "Âm lượng",
        "Đỉnh thực",
        "trang 4: trang hiện quá ngắn để đọc hết: 6.0 s (cần 11.0)",
        "đứt mạng 2 lần",
        "chữ ký đúng · mã băm khớp",
    ] {
        assert!(report.contains(words), "{words:?} is missing in {report}");
    }
    assert!(!report.contains("Loudness"), "{report}");
    let receipt = std::fs::read_to_string(out.join("bien-nhan.json")).expect("there");
    assert!(serde_json::from_str::<Value>(&receipt).is_ok());
}
