//! One way of putting packages together: the window and the terminal seal the same, with all that is
//! known of each file; and nothing of an item is left behind because of its names.

use std::path::{Path, PathBuf};

use package::{Limits, Trust, verify_tar};
use serde_json::Value;
use tests::programs::{ask, loa};
use units::{ReadAt as _, Watch};

/// `metadata/delivery.json` of a package that must be valid.
fn delivery(tar: &Path) -> Value {
    let bytes = std::fs::read(tar).expect("the package is there");
    let report = verify_tar(&bytes, &Trust::anyone(), Limits::default(), Watch::NONE)
        .expect("nobody stops it");
    assert!(report.valid, "{:#?}", report.errors);
    let file = report
        .files
        .iter()
        .find(|file| file.path == "metadata/delivery.json")
        .expect("it has one");
    let mut text = vec![0; usize::try_from(file.bytes).expect("small")];
    bytes
        .read_exact_at(file.offset.expect("in a tar"), &mut text)
        .expect("it lies there");
    serde_json::from_slice(&text).expect("JSON")
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

#[test]
fn the_terminal_seals_what_the_window_seals_with_levels_and_board_checks_of_each_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let home = folder.path();
    let out = home.join("viec");
    let demo = loa(home)
        .args(["demo", "--out"])
        .arg(&out)
        .output()
        .expect("loa runs");
    assert!(demo.status.success(), "{demo:?}");
    let store = out.join("kho");
    let sealed: Vec<PathBuf> = std::fs::read_dir(store.join("packages"))
        .expect("packages are there")
        .map(|entry| entry.expect("readable").path())
        .collect();
    let window = delivery(&sealed[0]);
    let items = window["items"].as_array().expect("items");
    let (audio, deck) = (&items[0], &items[1]);
    let loudness = audio["files"][0]["levels"]["integrated_lufs"].as_f64();
    assert!(
        loudness.is_some_and(|it| (it + 16.0).abs() <= 0.2),
        "{audio}"
    );
    assert!(audio["files"][0]["duration_ms"].as_u64() > Some(1_000));
    let slides = deck["files"].as_array().expect("slides");
    assert!(slides.len() >= 4);
    for slide in slides {
        assert_eq!(slide["board"]["pixels"], slide["pixels"], "{slide}");
        assert!(slide["board"]["dwell_ms"].as_u64() > Some(0));
    }
    // The last slide of the sample deck stands too briefly on purpose.
    let of_last = slides
        .iter()
        .filter(|slide| text(&slide["path"]).contains("/04-"));
    for slide in of_last {
        let findings = slide["board"]["findings"].as_array().expect("findings");
        assert!(findings.iter().any(|it| it["code"] == "dwell-time"));
    }

    let (store, tar) = (store.to_string_lossy(), home.join("goi.tar"));
    let place = tar.to_string_lossy();
    let (first, second) = (text(&audio["id"]), text(&deck["id"]));
    let arguments = [
        "package", "seal", "--store", &store, "--out", &place, first, second,
    ];
    ask(home, &arguments);
    let terminal = delivery(&tar);
    for part in ["items", "files"] {
        assert_eq!(terminal[part], window[part], "{part}");
    }
    assert_eq!(
        terminal["package"]["organisation"],
        window["package"]["organisation"]
    );
}

#[test]
fn files_of_one_name_and_of_long_names_are_all_sealed_and_all_given_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let home = folder.path();
    let long = format!("{}.txt", "bản tin của xã ".repeat(6).trim_end());
    let mut files = Vec::new();
    for (place, name) in [
        ("a", "tin.txt"),
        ("b", "tin.txt"),
        ("b", "TIN.TXT"),
        ("c", &long),
    ] {
        let path = home.join(place).join(name);
        std::fs::create_dir_all(home.join(place)).expect("a folder");
        std::fs::write(&path, path.to_string_lossy().as_bytes()).expect("written");
        files.push(path.to_string_lossy().into_owned());
    }
    let store = home.join("kho").to_string_lossy().into_owned();
    let title = "Công tác tiêm chủng mở rộng cho trẻ em dưới năm tuổi của toàn xã";
    let mut add = vec!["archive", "add", "--store", &store, "--title", title];
    add.extend(files.iter().map(String::as_str));
    let item = ask(home, &add);
    let id = text(&item["id"]);

    let tar = home.join("goi.tar");
    let place = tar.to_string_lossy();
    // Named twice, it is in once.
    ask(
        home,
        &[
            "package", "seal", "--store", &store, "--out", &place, id, id,
        ],
    );
    let sealed = delivery(&tar);
    assert_eq!(sealed["files"].as_array().map(Vec::len), Some(4));
    assert_eq!(sealed["items"].as_array().map(Vec::len), Some(1));

    let out = home.join("ra").to_string_lossy().into_owned();
    let export = ["archive", "export", "--store", &store, id, "--out", &out];
    let given = ask(home, &export);
    let given = given["files"].as_array().expect("files");
    for (path, file) in files.iter().zip(given) {
        let back = std::fs::read_to_string(text(file)).expect("written");
        assert_eq!(&back, path);
    }
    // Never over anything else, and not by halves.
    std::fs::remove_file(text(&given[0])).expect("there");
    std::fs::write(text(&given[1]), "mine").expect("written");
    let again = loa(home).args(export).output().expect("loa runs");
    assert_eq!(again.status.code(), Some(1));
    assert!(!Path::new(text(&given[0])).exists());

    // Files from anywhere keep apart as well, and a package is never written over one of them.
    let mut seal = vec!["package", "seal", "--out", &place];
    seal.extend(files.iter().map(String::as_str));
    ask(home, &seal);
    assert_eq!(delivery(&tar)["files"].as_array().map(Vec::len), Some(4));
    let own = loa(home)
        .args(["package", "seal", "--out", &files[0], &files[0]])
        .output()
        .expect("loa runs");
    assert_eq!(own.status.code(), Some(1));
    assert_eq!(
        std::fs::read_to_string(&files[0]).expect("still there"),
        files[0]
    );
}

#[test]
fn what_the_archive_gives_out_is_what_was_put_in_or_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let home = folder.path();
    let place = |name: &str| home.join(name).to_string_lossy().into_owned();
    let (store, source) = (place("kho"), place("tin.txt"));
    std::fs::write(&source, "tin của xã").expect("written");
    let about = [
        "--place",
        "Xã Thạnh Phú",
        "--place-code",
        "28870",
        "--person",
        "Đào: người đọc",
        "--date",
        "2026-11-22",
    ];
    let add = [&["archive", "add", "--store", &store, &source], &about[..]].concat();
    let item = ask(home, &add);
    let id = text(&item["id"]);
    let shown = ask(home, &["archive", "show", "--store", &store, id]);
    assert_eq!(shown["place"]["name"], "Xã Thạnh Phú");
    assert_eq!(shown["people"][0]["role"], "người đọc");
    assert_eq!(shown["date"], "2026-11-22");

    let digest = text(&item["versions"][0]["files"][0]["digest"]);
    let media = Path::new(&store)
        .join("objects")
        .join(&digest[..2])
        .join(&digest[2..4])
        .join(digest);
    std::fs::remove_file(&media).expect("it lies there");
    std::fs::write(&media, "tin của xa~").expect("written");
    let out = place("ra");
    let export = ["archive", "export", "--store", &store, id, "--out", &out];
    let failed = loa(home).args(export).output().expect("loa runs");
    assert_eq!(failed.status.code(), Some(1), "{failed:?}");
    assert_eq!(std::fs::read_dir(&out).map_or(0, Iterator::count), 0);

    // A slip in the name of the archive makes no empty one.
    let typo = place("kh");
    let search = ["archive", "search", "--store", &typo, "tin"];
    let missing = loa(home).args(search).output().expect("loa runs");
    assert_eq!(missing.status.code(), Some(1));
    assert!(!Path::new(&typo).exists());
}
