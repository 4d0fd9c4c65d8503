//! Installs what a bare Debian 12 or Ubuntu machine with Rust and Node lacks.
//!
//! Not for other systems: there it says what is needed and lets the build speak.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use crate::shell::{Outcome, cargo, command, output, run, tools};

/// What it takes to build the programs without a window.
const BUILD: &[&str] = &[
    "build-essential",
    "pkg-config",
    "cmake",
    "nasm",
    "libasound2-dev",
];

/// What it takes to build and open the window.
const WINDOW: &[&str] = &["libwebkit2gtk-4.1-dev"];

/// What it takes to run all tests: peers to be measured against, a display, a sound server.
const TEST: &[&str] = &[
    "xvfb",
    "webkit2gtk-driver",
    "dbus",
    "pulseaudio",
    "pulseaudio-utils",
    "libasound2-plugins",
    "chromium",
    "ffmpeg",
    "flac",
    "sox",
    "espeak-ng",
    "python3-venv",
    "minisign",
    "curl",
    "libxml2-utils",
];

/// What it takes to let a disk fail: one to watch and one to fill, and something to record from.
const FAULTS: &[&str] = &[
    "strace",
    "e2fsprogs",
    "mount",
    "pulseaudio",
    "pulseaudio-utils",
    "libasound2-plugins",
];

/// What benchmarks compare with.
const BENCH: &[&str] = &["librsvg2-bin", "mpg123", "time", "openssl", "bc"];

/// For the demo: the headless programs.
pub fn build() -> Outcome {
    packages(&[BUILD])
}

/// For the window.
pub fn window() -> Outcome {
    packages(&[BUILD, WINDOW])
}

/// For all tests.
pub fn test() -> Outcome {
    packages(&[BUILD, WINDOW, TEST, FAULTS])?;
    bagit()
}

/// For the harness of faults.
pub fn faults() -> Outcome {
    packages(&[BUILD, FAULTS])
}

/// For benchmarks.
pub fn bench() -> Outcome {
    packages(&[BUILD, TEST, FAULTS, BENCH])
}

/// All of it.
pub fn everything() -> Outcome {
    packages(&[BUILD, WINDOW, TEST, FAULTS, BENCH])?;
    bagit()
}

fn packages(groups: &[&[&str]]) -> Outcome {
    let wanted: BTreeSet<&str> = groups.concat().into_iter().collect();
    let system = fs::read_to_string("/etc/os-release").unwrap_or_default();
    if !system.contains("debian") {
        println!("Not a Debian or Ubuntu system; these must be there: {wanted:?}");
        return Ok(());
    }
    let listing = output(command("dpkg-query").args(["-W", "-f=${Package} ${db:Status-Status}\n"]))
        .unwrap_or_default();
    let installed: BTreeSet<&str> = listing
        .lines()
        .filter_map(|line| line.strip_suffix(" installed"))
        .collect();
    let missing: Vec<&str> = wanted.difference(&installed).copied().collect();
    if missing.is_empty() {
        return Ok(());
    }
    println!("Installing {}", missing.join(" "));
    let is_root = output(command("id").arg("-u")).is_some_and(|id| id.trim() == "0");
    let apt = |arguments: &[&str]| {
        let mut apt = if is_root {
            command("apt-get")
        } else {
            let mut sudo = command("sudo");
            sudo.args(["--preserve-env=DEBIAN_FRONTEND", "apt-get"]);
            sudo
        };
        apt.env("DEBIAN_FRONTEND", "noninteractive")
            .args(["-o", "DPkg::Lock::Timeout=600", "-qq", "-y"])
            .args(arguments);
        run(&mut apt)
    };
    apt(&["update"])?;
    apt(&[&["install", "--no-install-recommends"], missing.as_slice()].concat())
}

/// The Library of Congress's own `bagit`, in a virtual environment of ours: Debian has no package.
fn bagit() -> Outcome {
    let folder = tools().join("venv");
    let python = folder.join("bin/python");
    let works = output(command(&python).args(["-c", "import bagit"])).is_some();
    if works {
        return Ok(());
    }
    println!("Installing Python bagit into {}", folder.display());
    run(command("python3").args(["-m", "venv"]).arg(&folder))?;
    run(command(&python).args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "setuptools<81",
        "bagit==1.9.0",
    ]))
}

/// A program of cargo's registry, built once and kept with the tools; where it lies.
pub fn cargo_tool(name: &str, version: &str) -> Result<PathBuf, String> {
    let binary = tools().join("bin").join(name);
    let found = output(command(&binary).arg("--version")).unwrap_or_default();
    if !found.split_whitespace().any(|word| word == version) {
        println!("Installing {name} {version} into {}", tools().display());
        let mut install = cargo();
        install.args(["install", name, "--version", version, "--locked", "--quiet"]);
        install.arg("--force").arg("--root").arg(tools());
        run(install.env("CARGO_TARGET_DIR", tools().join("build")))?;
    }
    Ok(binary)
}
