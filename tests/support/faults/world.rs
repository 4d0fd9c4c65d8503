//! The folder in which one run happens: originals, a store, places for what is made.
//!
//! One is made by the program itself; all runs begin with a copy of it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

use serde_json::{Value, json};
use tempfile::TempDir;
use units::Digest;

use super::fate::Fate;
use super::launch::Launch;
use super::recorded::Server;
use crate::programs::ask;
use crate::servers::Served;

/// What the copied store holds.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// An archived sound with a picture.
    pub item: String,
    /// A deck under work.
    pub deck: String,
    /// A programme under work, with one clip.
    pub programme: String,
    /// The sealed package `goc/goi.tar`.
    pub package: String,
    /// The files people gave, by name.
    pub originals: BTreeMap<String, Digest>,
}

/// A folder to run in.
pub struct World {
    folder: TempDir,
    /// Beside it: streams and notes of `strace`, which are not judged.
    notes: TempDir,
    /// What it began with.
    pub known: Known,
    /// What the program has acknowledged in it since.
    told: Mutex<Told>,
    /// What `loa record` hears; shared by all copies, started when first asked for.
    pub microphone: Arc<OnceLock<Server>>,
}

/// What was acknowledged, and so must be there at any later start.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// How often something was tried, for names that do not repeat.
    pub tries: u32,
    /// Titles of which the deck has one: the last acknowledged, or one whose answer never came.
    pub titles: Vec<String>,
    /// Titles to which undo leads back.
    pub before: Vec<String>,
    /// Items by id.
    pub items: Vec<String>,
    /// Packages by id.
    pub packages: Vec<String>,
    /// Clips by id.
    pub clips: Vec<String>,
    /// Where the world's province listens; 0: not chosen yet.
    pub port: u16,
}

impl World {
    /// The first one, made by the program.
    ///
    /// # Panics
    /// Where the program fails though nothing befell it.
    #[must_use]
    pub fn first() -> Self {
        let mut world = Self::empty(Known::default());
        for folder in ["goc", "ra", "tmp", "trang"] {
            fs::create_dir(world.at(folder)).expect("made");
        }
        let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/training");
        let copy = |name: &str| {
            fs::copy(assets.join(name), world.at("goc").join(name)).expect("copied");
        };
        copy("tram-y-te.jpg");
        fs::write(world.at("goc/ban-tin.wav"), sound(3)).expect("written");
        fs::write(world.at("goc/nhac.wav"), sound(2)).expect("written");
        fs::write(world.at("goc/bang.json"), deck(&assets)).expect("written");
        fs::write(world.at("trang/index.html"), "<!doctype html>").expect("written");
        world.known = world.fill();
        world.known.originals = world.digests("goc");
        world
    }

    fn fill(&self) -> Known {
        let home = self.root();
        let path = |name: &str| self.path(name);
        let (store, voice) = (path("kho"), path("goc/ban-tin.wav"));
        let picture = path("goc/tram-y-te.jpg");
        let add = ["archive", "add", "--store", &store, &voice, &picture];
        let item = text(&ask(home, &[&add[..], &["--title", "Nền"]].concat())["id"]);
        let package = path("goc/goi.tar");
        let seal = [
            "package", "seal", "--store", &store, "--out", &package, &item,
        ];
        let package = text(&ask(home, &seal)["digest"]);

        let mut served = Served::start(home, &self.at("trang"));
        let call = |name: &str, request: Value| served.call(name, &request).expect("an answer");
        let deck = call(
            "deck_create",
            json!({ "template": "plain-text", "title": "0" }),
        );
        let programme = call("programme_create", json!({ "title": "Sáng" }));
        let programme = text(&programme["id"]);
        let offer = served.offer("nhac.wav", &sound(2)).expect("an answer");
        let import = json!({ "programme": programme, "track": null, "position": null,
            "from": { "type": "offer", "id": offer["id"] } });
        let job = served.job("programme_import", &import).expect("an answer");
        assert_eq!(job["state"], "done", "{job}");
        served.stop();
        // What was offered goes at the next start.
        Served::start(home, &self.at("trang")).stop();
        Known {
            item,
            deck: text(&deck["id"]),
            programme,
            package,
            originals: BTreeMap::new(),
        }
    }

    /// Another one with the same content.
    ///
    /// # Panics
    /// Where the disk fails.
    #[must_use]
    pub fn copy(&self) -> Self {
        let mut copy = Self::empty(self.known.clone());
        copy.microphone = Arc::clone(&self.microphone);
        copy_folder(self.root(), copy.root()).expect("copied");
        copy
    }

    fn empty(known: Known) -> Self {
        Self {
            folder: tempfile::tempdir().expect("a folder"),
            notes: tempfile::tempdir().expect("a folder"),
            known,
            told: Mutex::new(Told {
                titles: vec!["0".to_owned()],
                ..Told::default()
            }),
            microphone: Arc::default(),
        }
    }

    /// Its top folder, which is also the home of what runs in it.
    #[must_use]
    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    /// What was acknowledged so far.
    ///
    /// # Panics
    /// Where a check panicked before.
    pub fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().expect("whole")
    }

    /// A place in it.
    #[must_use]
    pub fn at(&self, name: &str) -> PathBuf {
        self.root().join(name)
    }

    /// A place in it, to be typed.
    #[must_use]
    pub fn path(&self, name: &str) -> String {
        self.at(name).to_string_lossy().into_owned()
    }

    /// A way to start the program that keeps its notes beside this world.
    #[must_use]
    pub fn launch(&self, fate: Fate) -> Launch {
        Launch::new(fate, self.notes.path())
    }

    /// One that keeps its notes apart from those of [`World::launch`].
    ///
    /// # Panics
    /// Where the disk fails.
    #[must_use]
    pub fn launch_beside(&self, fate: Fate) -> Launch {
        let beside = self.notes.path().join("beside");
        fs::create_dir_all(&beside).expect("made");
        Launch::new(fate, &beside)
    }

    /// Whether a line of `strace` is about a file of this world, or about its streams.
    #[must_use]
    pub fn is_ours(&self, line: &str) -> bool {
        let notes = self.notes.path().to_string_lossy();
        line.contains(&self.path("")) || line.contains(notes.as_ref())
    }

    /// Whether it is about the stream for errors, so that nothing can be said.
    #[must_use]
    pub fn is_for_errors(&self, line: &str) -> bool {
        let stream = self.notes.path().join("err");
        line.contains(stream.to_string_lossy().as_ref())
    }

    /// A text without what is different in each world, so that the same finding reads the same.
    #[must_use]
    pub fn anonymous(&self, text: &str) -> String {
        let notes = self.notes.path().to_string_lossy().into_owned();
        let text = text.replace(&self.path(""), "").replace(&notes, "");
        let mut out = String::with_capacity(text.len());
        // Numbers, ids and digests: one mark for a run of hex digits that holds a figure.
        for part in text.split_inclusive(|c: char| !c.is_ascii_alphanumeric()) {
            let word = part.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
            let is_hex = word.bytes().all(|it| it.is_ascii_hexdigit());
            let is_number = word.bytes().any(|it| it.is_ascii_digit()) && is_hex;
            if is_number || (is_hex && word.len() > 6) {
                out.push('#');
                out.push_str(&part[word.len()..]);
            } else {
                out.push_str(part);
            }
        }
        out
    }

    /// Files below a folder, by path in that folder; folders without content end in `/`.
    #[must_use]
    pub fn files(&self, folder: &str) -> Vec<String> {
        let top = self.at(folder);
        let mut found = Vec::new();
        list(&top, &top, &mut found);
        found.sort();
        found
    }

    /// Digests of all files below a folder.
    #[must_use]
    pub fn digests(&self, folder: &str) -> BTreeMap<String, Digest> {
        let top = self.at(folder);
        let digest = |name: &String| Some(Digest::of(&fs::read(top.join(name)).ok()?));
        let files = self.files(folder).into_iter();
        files
            .filter_map(|name| digest(&name).map(|digest| (name, digest)))
            .collect()
    }
}

fn list(top: &Path, folder: &Path, found: &mut Vec<String>) {
    let entries: Vec<_> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .collect();
    let name = |path: &Path| {
        let below = path.strip_prefix(top).unwrap_or(path);
        below.to_string_lossy().into_owned()
    };
    if entries.is_empty() && folder != top {
        found.push(name(folder) + "/");
    }
    for entry in entries {
        let path = entry.path();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            list(top, &path, found);
        } else {
            found.push(name(&path));
        }
    }
}

/// Copies a folder with all that is in it.
///
/// # Errors
/// What the disk reports.
pub fn copy_folder(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let place = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &place)?;
        } else {
            fs::copy(entry.path(), place)?;
        }
    }
    Ok(())
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

/// The first two slides of the deck to practise with, for one board: quickly drawn.
fn deck(assets: &Path) -> String {
    let text = fs::read_to_string(assets.join("deck.json")).expect("read");
    let mut deck: Value = serde_json::from_str(&text).expect("JSON");
    for list in ["slides", "boards"] {
        let wanted = if list == "slides" { 2 } else { 1 };
        deck[list].as_array_mut().expect("a list").truncate(wanted);
    }
    deck.to_string()
}

/// A voice of sorts as WAV: 16 bit, one channel, 16 kHz.
fn sound(seconds: u32) -> Vec<u8> {
    const RATE: u32 = 16_000;
    let samples = (0..seconds * RATE).map(|at| {
        let time = f64::from(at) / f64::from(RATE);
        let loudness = 0.2 * (1.0 + (time * 4.4 * std::f64::consts::TAU).sin());
        (loudness * (time * 220.0 * std::f64::consts::TAU).sin() * 32_767.0) as i16
    });
    let data: Vec<u8> = samples.flat_map(i16::to_le_bytes).collect();
    let bytes = u32::try_from(data.len()).expect("short");
    let mut wav = Vec::with_capacity(data.len() + 44);
    wav.extend(b"RIFF");
    wav.extend((bytes + 36).to_le_bytes());
    wav.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    wav.extend(RATE.to_le_bytes());
    wav.extend((RATE * 2).to_le_bytes());
    wav.extend(b"\x02\0\x10\0data");
    wav.extend(bytes.to_le_bytes());
    wav.extend(data);
    wav
}
