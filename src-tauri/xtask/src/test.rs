//! `cargo xtask test`: everything that must hold, the fast things first. CI calls exactly this.

use crate::shell::{Outcome, cargo, command, root, run, step, target, tools};
use crate::{setup, ui};

/// Runs all checks, or with `--fast` those of the inner loop.
pub fn all(arguments: &[String]) -> Outcome {
    match arguments {
        [] => full(),
        [one] if one == "--fast" => fast(),
        _ => Err("test takes only --fast".to_owned()),
    }
}

/// What needs no display, no sound server and no window: under two minutes where little changed.
fn fast() -> Outcome {
    const WITHOUT_WINDOW: [&str; 3] = ["--workspace", "--exclude", "loa-studio"];
    prepare()?;
    window_checks()?;
    step("lints", || lints(&WITHOUT_WINDOW))?;
    step("unit and property tests", || {
        run(cargo()
            .arg("test")
            .args(WITHOUT_WINDOW)
            .args(["--exclude", "tests", "--lib"]))
    })?;
    step("architecture", || {
        run(cargo()
            .arg("test")
            .args(WITHOUT_WINDOW)
            .args(["--test", "architecture"]))
    })
}

/// Everything. Each step of cargo names the same packages, features and targets, so that nothing is
/// built twice.
fn full() -> Outcome {
    /// The window with its pages inside, as it is shipped.
    const ALL: [&str; 3] = ["--workspace", "--features", "loa-studio/custom-protocol"];
    prepare()?;
    window_checks()?;
    step("UI build", || {
        ui::install("tests/e2e/tus")?;
        ui::build()
    })?;
    step("lints", || lints(&ALL))?;
    step("programs and tests: build", || {
        run(cargo().args(["build", "--all-targets"]).args(ALL))
    })?;
    step("unit, property and integration tests, journeys", || {
        let mut tests = cargo();
        tests.args(["test", "--all-targets"]).args(ALL);
        tests.env("LOA_BIN", target().join("debug/loa"));
        run(with_python(&mut tests))
    })?;
    step("browser tests", || {
        run(command("npm")
            .args(["run", "--silent", "e2e"])
            .current_dir(root().join("ui"))
            .env("LOA_BIN", target().join("debug/loa")))
    })?;
    step("window: smoke run under Xvfb", || {
        run(command("node")
            .arg("tests/e2e/window.mjs")
            .env("LOA_STUDIO_BIN", target().join("debug/loa-studio")))
    })?;
    step("licences and sources", deny)
}

fn prepare() -> Outcome {
    step("set-up", || {
        setup::test()?;
        ui::install("ui")
    })?;
    step("formatting", || run_cargo(&["fmt", "--all", "--check"]))
}

fn window_checks() -> Outcome {
    step("UI lints and types", || {
        ui::script("lint")?;
        ui::script("check")
    })?;
    step("UI unit tests", || ui::script("test"))
}

fn lints(packages: &[&str]) -> Outcome {
    let mut clippy = cargo();
    clippy
        .args(["clippy", "--all-targets", "--quiet"])
        .args(packages);
    run(clippy.args(["--", "-D", "warnings"]))
}

fn run_cargo(arguments: &[&str]) -> Outcome {
    run(cargo().args(arguments))
}

/// Puts the Python that has `bagit` first on the path.
fn with_python(command: &mut std::process::Command) -> &mut std::process::Command {
    let path = std::env::var("PATH").unwrap_or_default();
    command.env(
        "PATH",
        format!("{}:{path}", tools().join("venv/bin").display()),
    )
}

/// cargo-deny on licences, bans and sources. Advisories need a database from outside; they are
/// checked where that can be reached (`cargo deny check advisories`).
fn deny() -> Outcome {
    let binary = setup::cargo_tool("cargo-deny", "0.20.2")?;
    // It looks at the crates of all systems; those of others were not needed for any build here.
    run(cargo().args(["fetch", "--locked", "--quiet"]))?;
    run(command(&binary).args(["--offline", "check", "licenses", "bans", "sources"]))
}
