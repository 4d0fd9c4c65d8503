//! The window's own part: npm packages, checks and the built `ui/dist`.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use crate::shell::{Outcome, command, root, run};

/// Installs the npm packages of `folder` exactly as its lock file says, unless they are there.
pub fn install(folder: &str) -> Outcome {
    let folder = root().join(folder);
    let lock = modified(&folder.join("package-lock.json"));
    let stamp = folder.join("node_modules/.package-lock.json");
    if lock.is_some() && modified(&stamp) >= lock {
        return Ok(());
    }
    run(command("npm")
        .args(["ci", "--no-audit", "--no-fund"])
        .current_dir(&folder))?;
    // npm keeps the lock's age; touch the stamp so that the next run need not install again.
    fs::File::options()
        .append(true)
        .open(&stamp)
        .and_then(|file| file.set_modified(SystemTime::now()))
        .map_err(|error| format!("{}: {error}", stamp.display()))
}

/// Runs a script of `ui/package.json`.
pub fn script(name: &str) -> Outcome {
    run(command("npm")
        .args(["run", "--silent", name])
        .current_dir(root().join("ui")))
}

/// Builds `ui/dist` where a source is newer than it.
pub fn build() -> Outcome {
    install("ui")?;
    let ui = root().join("ui");
    let built = modified(&ui.join("dist/index.html"));
    let sources = [
        "src",
        "public",
        "index.html",
        "vite.config.ts",
        "package-lock.json",
    ];
    let newest = sources
        .iter()
        .filter_map(|name| newest(&ui.join(name)))
        .max();
    if built.is_some() && built >= newest && ui.join("dist/assets").is_dir() {
        return Ok(());
    }
    script("build")
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|data| data.modified()).ok()
}

fn newest(path: &Path) -> Option<SystemTime> {
    let Ok(entries) = fs::read_dir(path) else {
        return modified(path);
    };
    entries
        .filter_map(Result::ok)
        .filter_map(|entry| newest(&entry.path()))
        .max()
}
