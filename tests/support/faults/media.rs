//! Bad ground: a full disk of 16 MB, one mounted read-only, one without locks. What each command
//! makes of it, as a table. Mounts, and so needs root.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::case::{Case, Ran};
use super::fate::Fate;
use super::plan::Baseline;
use super::world::World;
use super::{cases, judge, words};

/// What a folder lies on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ground {
    Full,
    ReadOnly,
    NoLocks,
}

const GROUNDS: [(Ground, &str, &str); 3] = [
    (Ground::Full, "full", "ENOSPC"),
    (Ground::ReadOnly, "read-only", "EROFS"),
    (Ground::NoLocks, "without locks", "ENOLCK"),
];

/// Which folder of a case lies there. The others lie on good ground.
const PLACES: [(&str, &[&str]); 5] = [
    (
        "kho",
        &[
            "add", "search", "show", "audit", "export", "seal", "serve", "edit", "archive",
            "import", "take", "pack", "draw", "produce",
        ],
    ),
    (
        "ra",
        &[
            "export",
            "seal",
            "render",
            "convert",
            "normalize",
            "peaks",
            "record",
        ],
    ),
    ("goc", &["measure", "check", "verify", "convert"]),
    ("gui", &["send"]),
    ("tinh", &["province"]),
];

/// Commands that only read must work on any ground.
const READERS: [&str; 7] = [
    "search", "show", "audit", "export", "measure", "check", "verify",
];

/// A disk of 16 MB in a file.
struct Disk {
    image: TempDir,
    place: PathBuf,
}

/// The table in Markdown, and what was found wrong; `only`: of this case.
///
/// # Errors
/// Where this machine does not mount.
///
/// # Panics
/// Where a case fails on good ground.
pub fn table(only: Option<&str>) -> Result<(String, Vec<String>), String> {
    let disk = Disk::mount()?;
    let first = World::first();
    let mut wrong = Vec::new();
    let mut text = "| on it | command |".to_owned();
    for (_, name, _) in GROUNDS {
        write!(text, " {name} |").unwrap_or_default();
    }
    text.push_str("\n|---|---|---|---|---|\n");
    for (folder, names) in PLACES {
        for name in names
            .iter()
            .filter(|name| only.is_none_or(|only| only == **name))
        {
            let case = cases().find(|case| case.name == *name).expect("a case");
            let baseline = Baseline::of(case, &first);
            write!(text, "| {folder} | {name} |").unwrap_or_default();
            for (ground, word, error) in GROUNDS {
                let tried = Tried {
                    case,
                    folder,
                    ground,
                    error,
                };
                let (cell, found) = tried.on(&disk, &first, &baseline)?;
                write!(text, " {cell} |").unwrap_or_default();
                let found = found.into_iter();
                wrong.extend(found.map(|it| format!("{folder} {word}, {name}: {it}")));
            }
            text.push('\n');
        }
    }
    Ok((text, wrong))
}

struct Tried<'a> {
    case: &'a Case,
    folder: &'a str,
    ground: Ground,
    error: &'a str,
}

impl Tried<'_> {
    fn on(
        &self,
        disk: &Disk,
        first: &World,
        baseline: &Baseline,
    ) -> Result<(String, Vec<String>), String> {
        let world = first.copy();
        let bound = disk.bind(&world, self.folder)?;
        let mut fate = Fate::None;
        match self.ground {
            Ground::Full => disk.fill(),
            Ground::ReadOnly => mount(&["-o", "remount,bind,ro"], &bound.0)?,
            Ground::NoLocks => {
                fate = Fate::Under(disk.without_locks()?);
            }
        }
        let ran = (self.case.run)(&world, &world.launch(fate));
        let mut wrong = words::wrong(&world, self.error, &[], &ran);
        let is_reader = READERS.contains(&self.case.name) && self.folder != "ra";
        if !ran.done && (is_reader || self.ground == Ground::NoLocks) {
            wrong.push("it does not work".to_owned());
        }
        match self.ground {
            Ground::Full => fs::remove_file(disk.filler()).map_err(|it| it.to_string())?,
            Ground::ReadOnly => mount(&["-o", "remount,bind,rw"], &bound.0)?,
            Ground::NoLocks => {}
        }
        wrong.extend(judge::at_once(
            &world,
            self.case,
            &Fate::None,
            &ran,
            &[],
            baseline,
        ));
        let again = (self.case.run)(&world, &world.launch(Fate::None));
        wrong.extend(judge::after_all(&world, self.case, &again, baseline));
        let wrong = wrong.iter().map(|it| world.anonymous(it)).collect();
        Ok((world.anonymous(&cell(&ran)), wrong))
    }
}

/// Exit code and sentence; what a window is told, where it is one that asks.
fn cell(ran: &Ran) -> String {
    if ran.done {
        let aside = ran.ended.err.trim();
        return format!("done {aside}").trim_end().replace(['\n', '|'], " ");
    }
    let problems = ran.problems.iter().map(|problem| {
        let text = |name: &str| problem[name].as_str().unwrap_or_default().to_owned();
        format!("`{}` {}", text("code"), text("detail"))
    });
    let mut said: Vec<String> = problems.collect();
    said.dedup();
    if said.is_empty() {
        said.push(format!("{}: {}", ran.ended.how, ran.ended.err.trim()));
    }
    said.join("; ").replace(['\n', '|'], " ")
}

impl Disk {
    fn mount() -> Result<Self, String> {
        let image = tempfile::tempdir().map_err(|error| error.to_string())?;
        let (file, place) = (image.path().join("disk"), image.path().join("on"));
        let made = File::create(&file).and_then(|file| file.set_len(16 << 20));
        made.and_then(|()| fs::create_dir(&place))
            .map_err(|error| error.to_string())?;
        let path = file.to_string_lossy().into_owned();
        let has_loops = run("mkfs.ext4", &["-q", "-m", "0", &path])
            .and_then(|()| mount(&["-o", "loop", &path], &place));
        if has_loops.is_err() {
            mount(&["-t", "tmpfs", "-o", "size=16m", "disk"], &place)?;
        }
        Ok(Self { image, place })
    }

    /// Puts a folder of the world on the disk.
    fn bind(&self, world: &World, folder: &str) -> Result<Bound, String> {
        let (there, here) = (self.place.join("world"), world.at(folder));
        if there.exists() {
            fs::remove_dir_all(&there).map_err(|error| error.to_string())?;
        }
        fs::create_dir_all(&here).map_err(|error| error.to_string())?;
        super::world::copy_folder(&here, &there).map_err(|error| error.to_string())?;
        mount(&["--bind", &there.to_string_lossy()], &here)?;
        Ok(Bound(here))
    }

    /// The library that refuses all locks, built on first use.
    fn without_locks(&self) -> Result<PathBuf, String> {
        let library = self.image.path().join("nolocks.so");
        if !library.exists() {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("support/faults");
            let source = folder.join("nolocks.c").to_string_lossy().into_owned();
            let built = library.to_string_lossy().into_owned();
            run(
                "cc",
                &["-O1", "-shared", "-fPIC", "-o", &built, &source, "-ldl"],
            )?;
        }
        Ok(library)
    }

    fn filler(&self) -> PathBuf {
        self.place.join("filler")
    }

    /// Leaves no byte.
    fn fill(&self) {
        let mut filler = File::create(self.filler()).expect("made");
        for block in [&[7u8; 65_536][..], &[7; 512], &[7]] {
            while filler.write_all(block).is_ok() {}
        }
        // What could not be written is no loss.
        filler.sync_all().ok();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        run("umount", &[&self.place.to_string_lossy()]).ok();
    }
}

/// A mounted folder; unmounted when dropped.
struct Bound(PathBuf);

impl Drop for Bound {
    fn drop(&mut self) {
        run("umount", &["-l", &self.0.to_string_lossy()]).ok();
    }
}

fn mount(how: &[&str], place: &Path) -> Result<(), String> {
    let place = place.to_string_lossy();
    run("mount", &[how, &[place.as_ref()]].concat())
}

fn run(program: &str, arguments: &[&str]) -> Result<(), String> {
    let output = Command::new(program)
        .args(arguments)
        .output()
        .map_err(|error| format!("{program}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let why = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(format!("{program} {}: {}", arguments.join(" "), why.trim()))
}
