//! demo, run, gen, deb, licences.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use crate::shell::{Outcome, cargo, command, output, root, run, target, tools};
use crate::{setup, ui};

/// The main job, end to end, in the terminal.
pub fn demo(arguments: &[String]) -> Outcome {
    setup::build()?;
    run(cargo().args(["build", "--quiet", "-p", "cli"]))?;
    run(command(target().join("debug/loa"))
        .arg("demo")
        .args(arguments))
}

/// Opens the app with the training province.
pub fn run_app(arguments: &[String]) -> Outcome {
    setup::window()?;
    ui::build()?;
    run(cargo()
        .args([
            "run",
            "--quiet",
            "-p",
            "loa-studio",
            "--features",
            "custom-protocol",
            "--",
            "--sandbox",
        ])
        .args(arguments))
}

/// Writes `ui/src/wire`. That it is up to date is a unit test of `studio`.
pub fn generate() -> Outcome {
    let mut generate = cargo();
    generate.args([
        "test",
        "--quiet",
        "-p",
        "studio",
        "--lib",
        "the_window_has_the_wire_of_today",
    ]);
    run(generate.env("LOA_WRITE_WIRE", "1"))
}

/// The bundler, of the same version as the library.
const TAURI_CLI: &str = "@tauri-apps/cli@2.12.5";

/// The .deb bundle.
pub fn deb() -> Outcome {
    setup::window()?;
    ui::build()?;
    // Not among the window's packages: only this chore needs it, and a lock would name binaries of
    // systems that a registry need not hold.
    let folder = tools().join("tauri");
    let tauri = folder.join("node_modules/.bin/tauri");
    if !tauri.is_file() {
        let mut npm = command("npm");
        npm.args(["install", "--no-audit", "--no-fund", "--prefix"]);
        run(npm.arg(&folder).arg(TAURI_CLI))?;
    }
    run(command(tauri).args(["build", "--bundles", "deb", "--features", "custom-protocol"]))?;
    println!("{}", target().join("release/bundle/deb").display());
    Ok(())
}

/// The page of third-party licences, from what cargo says of the tree.
pub fn licences() -> Outcome {
    let arguments = [
        "tree",
        "--workspace",
        "--edges",
        "normal",
        "--prefix",
        "none",
        "--format",
        "{l}\t{p}",
    ];
    let tree = output(cargo().args(arguments)).ok_or("cargo tree failed")?;
    let mut by_licence: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for line in tree.lines() {
        let Some((licence, package)) = line.split_once('\t') else {
            continue;
        };
        if package.contains("(/") {
            continue; // our own
        }
        by_licence
            .entry(licence)
            .or_default()
            .push(package.trim_end_matches(" (*)"));
    }
    let mut page = String::from(include_str!("licences_head.md"));
    for (licence, mut packages) in by_licence {
        packages.sort_unstable();
        packages.dedup();
        packages.retain(|package| !package.ends_with("(proc-macro)"));
        let licence = if licence.is_empty() {
            "not stated in the manifest"
        } else {
            licence
        };
        // Writing to a String cannot fail.
        write!(page, "\n## {licence}\n\n{}\n", packages.join(" · ")).unwrap_or_default();
    }
    fs::write(root().join("src-tauri/THIRD_PARTY_LICENCES.md"), page)
        .map_err(|error| error.to_string())
}
