//! What the tests of the store share.
#![allow(dead_code, reason = "each test file uses a part")]

use std::path::Path;
use std::process::{Child, Command, Stdio};

use archive::{Archive, Kind, Metadata};
use units::Id;

pub fn id(number: u64) -> Id {
    let mut random = [0; 10];
    random[2..].copy_from_slice(&number.to_be_bytes());
    Id::new(1_700_000_000_000, random)
}

pub fn open(folder: &tempfile::TempDir) -> Archive {
    Archive::open(folder.path()).expect("the archive opens")
}

pub fn article(title: &str, body: &str) -> Metadata {
    Metadata {
        body: body.to_owned(),
        ..Metadata::new(Kind::Article, title)
    }
}

/// A stream of numbers that a seed repeats (splitmix64).
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % below
    }
}

/// Runs one `#[ignore]`d test of this file as a process of its own, which can be killed.
pub fn child(test: &str, folder: &Path, wrapper: &[&str]) -> Child {
    let program = std::env::current_exe().expect("a test has a path");
    let mut command = match wrapper {
        [] => Command::new(program),
        [first, rest @ ..] => {
            let mut command = Command::new(first);
            command.args(rest).arg(program);
            command
        }
    };
    command
        .args([
            "--exact",
            test,
            "--ignored",
            "--nocapture",
            "--test-threads=1",
        ])
        .env("ARCHIVE_TEST_FOLDER", folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the test starts itself")
}

pub fn child_folder() -> Option<std::path::PathBuf> {
    std::env::var_os("ARCHIVE_TEST_FOLDER").map(Into::into)
}
