//! What `src-tauri/ARCHITECTURE.md` promises, as far as a machine can check it: the order of crates,
//! who may use which library, and what must not stand in which text.
//!
//! Not for behaviour; that is tested where it lives.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Crates that compute and nothing else: no file, clock, environment or thread of their own.
const PURE: [&str; 4] = ["units", "audio", "board", "package"];

/// Crates whose models know nothing of any file format outside a `file` module.
const ENGINES: [&str; 6] = ["units", "audio", "board", "archive", "package", "delivery"];

/// No hand-written Rust file may grow past this; most should be half of it.
const LINES_MAX: usize = 450;

/// Files that are longer; they may only shrink.
const LONG_FILES: [(&str, usize); 1] = [("board/src/deck/file.rs", 580)];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("tests lies in the root")
        .to_owned()
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// All files below `folder` that end in `.{extension}`, path and text.
fn files(folder: &str, extension: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)
            .into_iter()
            .flatten()
            .filter_map(Result::ok)
        {
            let path = entry.path();
            let name = entry.file_name();
            if path.is_dir()
                && name != "node_modules"
                && name != "fuzz"
                && name != "target"
                && name != "dist"
            {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == extension) {
                let text = fs::read_to_string(&path).unwrap_or_default();
                found.push((path, text));
            }
        }
    }
    found.sort();
    found
}

/// What cargo says of our own crates: name → names of direct dependencies that ship.
fn crates() -> BTreeMap<String, Vec<String>> {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--no-deps",
            "--offline",
        ])
        .current_dir(root())
        .output()
        .expect("cargo metadata runs");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo metadata is JSON");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let packages = metadata["packages"].as_array().cloned().unwrap_or_default();
    packages
        .iter()
        .map(|package| {
            let dependencies = package["dependencies"]
                .as_array()
                .cloned()
                .unwrap_or_default();
            let shipped = dependencies.iter().filter(|it| it["kind"] != "dev");
            (
                text(&package["name"]),
                shipped.map(|it| text(&it["name"])).collect(),
            )
        })
        .collect()
}

/// The members in the order of the root manifest, by crate name.
fn members() -> Vec<String> {
    let manifest: toml::Value = toml::from_str(&read("Cargo.toml")).expect("Cargo.toml parses");
    let members = manifest["workspace"]["members"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    members
        .iter()
        .filter_map(toml::Value::as_str)
        .map(|path| match path {
            "." => "loa-studio".to_owned(),
            path => path.rsplit('/').next().unwrap_or(path).to_owned(),
        })
        .collect()
}

#[test]
fn a_crate_depends_only_on_crates_above_it_in_the_members_list() {
    let order = members();
    let place = |name: &str| order.iter().position(|member| member == name);
    let crates = crates();
    assert_eq!(
        crates.len(),
        order.len(),
        "every crate is a member and every member a crate"
    );
    for (name, dependencies) in &crates {
        let own = place(name).unwrap_or_else(|| panic!("{name} is not in the members list"));
        for dependency in dependencies {
            if let Some(other) = place(dependency) {
                assert!(
                    other < own,
                    "{name} depends on {dependency}, which stands below it"
                );
            }
        }
    }
}

#[test]
fn sibling_engines_never_meet() {
    let crates = crates();
    let allowed = [("delivery", "package")];
    for engine in ["audio", "board", "archive", "package", "delivery"] {
        for other in [
            "audio", "board", "archive", "package", "delivery", "devices", "province",
        ] {
            let meets = crates[engine].iter().any(|dependency| dependency == other);
            assert!(
                !meets || allowed.contains(&(engine, other)),
                "{engine} depends on {other}"
            );
        }
    }
}

#[test]
fn each_outside_library_has_one_door() {
    let doors: [(&str, &[&str]); 8] = [
        ("tauri", &["loa-studio"]),
        ("wry", &["loa-studio"]),
        ("rfd", &["loa-studio"]),
        ("cpal", &["devices"]),
        ("rusqlite", &["archive"]),
        ("reqwest", &["delivery"]),
        ("axum", &["province", "cli"]),
        ("ts-rs", &["studio"]),
    ];
    for (name, dependencies) in crates() {
        for (library, allowed) in doors {
            let uses = dependencies.iter().any(|dependency| dependency == library);
            assert!(
                !uses || allowed.contains(&name.as_str()),
                "{name} must not use {library}"
            );
        }
    }
}

#[test]
fn the_province_and_the_application_do_not_know_each_other() {
    let crates = crates();
    let province = &crates["province"];
    assert!(
        province
            .iter()
            .all(|name| !["delivery", "studio", "archive"].contains(&name.as_str()))
    );
    assert!(
        crates["studio"]
            .iter()
            .all(|name| name != "province" && name != "devices")
    );
    assert!(crates["tests"].iter().all(|name| name != "loa-studio"));
    assert!(
        crates["xtask"].is_empty(),
        "xtask builds on a bare machine in seconds"
    );
}

#[test]
fn pure_crates_are_kept_from_files_clocks_and_threads() {
    for name in PURE {
        let rules = read(&format!("src-tauri/crates/{name}/clippy.toml"));
        for method in [
            "std::fs::File::open",
            "std::time::SystemTime::now",
            "std::thread::spawn",
        ] {
            assert!(
                rules.contains(method),
                "{name}/clippy.toml does not forbid {method}"
            );
        }
    }
}

#[test]
fn engine_models_know_no_file_format() {
    for name in ENGINES {
        for (path, text) in files(&format!("src-tauri/crates/{name}/src"), "rs") {
            let is_file_module = path.iter().any(|part| part == "file" || part == "file.rs");
            let derives = text.lines().any(|line| {
                let line = line.trim();
                line.starts_with("#[derive(") && line.contains("Serialize")
                    || line.starts_with("#[derive(") && line.contains("Deserialize")
            });
            assert!(
                is_file_module || !derives,
                "{} derives serde",
                path.display()
            );
        }
    }
}

#[test]
fn unsafe_code_is_forbidden_or_states_its_reason() {
    for name in members()
        .iter()
        .filter(|name| !["tests", "xtask", "loa-studio"].contains(&name.as_str()))
    {
        let text = read(&format!("src-tauri/crates/{name}/src/lib.rs"));
        let allowed = matches!(name.as_str(), "audio" | "devices" | "package");
        let wanted = if allowed {
            "(unsafe_code)]"
        } else {
            "#![forbid(unsafe_code)]"
        };
        assert!(text.contains(wanted), "{name} does not say {wanted}");
    }
}

#[test]
fn files_stay_small() {
    for (path, text) in files("src-tauri", "rs") {
        let lines = text.lines().count();
        let known = LONG_FILES.iter().find(|(name, _)| path.ends_with(name));
        let most = known.map_or(LINES_MAX, |(_, most)| *most);
        assert!(
            lines <= most,
            "{} has {lines} lines, more than {most}",
            path.display()
        );
    }
}

#[test]
fn every_module_says_what_it_is_for() {
    for (path, text) in files("src-tauri/crates", "rs") {
        let first = text
            .lines()
            .find(|line| !line.trim().is_empty())
            .unwrap_or_default();
        // A `tests` module belongs to the file beside it, which says what both are for.
        let is_tests = path.ends_with("tests.rs");
        let documented = is_tests || first.starts_with("//!") || first.starts_with("#!");
        assert!(documented, "{} does not open with //!", path.display());
    }
}

#[test]
fn the_content_policy_lets_no_script_in_from_data_or_blob() {
    let config: Value = serde_json::from_str(&read("tauri.conf.json")).expect("config is JSON");
    let policy = config["app"]["security"]["csp"]
        .as_str()
        .expect("a policy is set")
        .to_owned();
    let rules: BTreeMap<&str, &str> = policy
        .split(';')
        .filter_map(|rule| rule.trim().split_once(' '))
        .collect();
    assert_eq!(rules["script-src"], "'self'");
    // Nothing of ours comes from there, so nothing else needs to.
    assert!(!policy.contains("data:") && !policy.contains("blob:"));
    assert_eq!(rules["default-src"], "'none'");
    assert_eq!(rules["object-src"], "'none'");
    for forbidden in ["beforeDevCommand", "beforeBuildCommand"] {
        assert!(
            config["build"].get(forbidden).is_none(),
            "xtask does what {forbidden} would"
        );
    }
}

#[test]
fn the_window_may_ask_the_system_for_nothing_but_events() {
    for (path, text) in files("src-tauri/capabilities", "json") {
        let capability: Value = serde_json::from_str(&text).expect("a capability is JSON");
        for permission in capability["permissions"].as_array().into_iter().flatten() {
            let name = permission.as_str().unwrap_or_default();
            assert!(
                matches!(
                    name,
                    "core:event:allow-listen" | "core:event:allow-unlisten"
                ),
                "{} grants {name}",
                path.display()
            );
        }
    }
    let manifest = read("ui/package.json");
    assert!(
        !manifest.contains("@tauri-apps/plugin"),
        "no plugin reaches out from JavaScript"
    );
}

#[test]
fn no_file_names_a_registry_host() {
    let hosts = [
        ["crates", "io"].join("."),
        ["npmjs", "org"].join("."),
        ["pypi", "org"].join("."),
    ];
    for name in [
        "ui/package-lock.json",
        "tests/e2e/tus/package-lock.json",
        "README.md",
    ] {
        let text = fs::read_to_string(root().join(name)).unwrap_or_default();
        for host in &hosts {
            assert!(!text.contains(host.as_str()), "{name} names {host}");
        }
    }
}
