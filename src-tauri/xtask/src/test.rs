//! `cargo xtask test`: everything that must hold, the fast things first. CI calls exactly this.

use crate::shell::{Outcome, cargo, command, output, root, run, step, target, tools};
use crate::{chores, setup, ui};

/// Runs all checks, or with `--fast` those of the inner loop.
pub fn all(arguments: &[String]) -> Outcome {
    match arguments {
        [] => {
            fast()?;
            full()
        }
        [one] if one == "--fast" => fast(),
        _ => Err("test takes only --fast".to_owned()),
    }
}

/// Formatting, generated code, lints and tests of all that builds without the window.
fn fast() -> Outcome {
    step("set-up", || {
        setup::test()?;
        ui::install("ui")
    })?;
    step("formatting", || run_cargo(&["fmt", "--all", "--check"]))?;
    step("architecture", || {
        run_cargo(&["test", "-p", "tests", "--test", "architecture"])
    })?;
    step("generated code", || chores::generate(true))?;
    step("UI lints and types", || {
        ui::script("lint")?;
        ui::script("check")
    })?;
    step("UI unit tests", || ui::script("test"))?;
    step("unit and property tests", || {
        run_cargo(&[
            "test",
            "--workspace",
            "--exclude",
            "loa-studio",
            "--exclude",
            "tests",
            "--lib",
        ])
    })
}

/// What takes longer or needs a display, a sound server or other programs. The whole workspace is
/// named each time, so that all steps agree on features and nothing is built twice.
fn full() -> Outcome {
    step("UI build", || {
        ui::install("tests/e2e/tus")?;
        ui::build()
    })?;
    step("lints", || {
        let mut lints = cargo();
        lints
            .args(["clippy", "--workspace", "--all-targets", "--quiet"])
            .args(WINDOW);
        run(lints.args(["--", "-D", "warnings"]))
    })?;
    step("programs", || {
        run(cargo()
            .args(["build", "--workspace", "--bins"])
            .args(WINDOW))
    })?;
    step("integration tests and journeys", || {
        let mut tests = cargo();
        tests
            .args(["test", "--workspace", "--test", "*"])
            .args(WINDOW);
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

/// The window with its pages inside, as it is shipped.
const WINDOW: [&str; 2] = ["--features", "loa-studio/custom-protocol"];

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
    let binary = tools().join("bin/cargo-deny");
    if output(command(&binary).arg("--version")).is_none() {
        println!("Installing cargo-deny into {}", tools().display());
        run(cargo()
            .args([
                "install",
                "cargo-deny",
                "--version",
                "0.20.2",
                "--locked",
                "--quiet",
                "--root",
            ])
            .arg(tools())
            .env("CARGO_TARGET_DIR", tools().join("build")))?;
    }
    run(command(&binary).args(["--offline", "check", "licenses", "bans", "sources"]))
}
