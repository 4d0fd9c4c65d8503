//! Whatever befalls the cache, what is heard and seen is what the original holds.

use std::fs;
use std::path::{Path, PathBuf};

use archive::Archive;
use audio::encode::{Format, Target};
use audio::{Planar, Sources as _};
use units::{Digest, Watch};

use crate::sources::Sources;
use crate::wire::{Code, Problem};

/// Frames of a second at 44.1 kHz: sound that has to be decoded.
const FRAMES: usize = 44_100;

struct Store {
    folder: tempfile::TempDir,
    sources: Sources,
}

impl Store {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let archive = Archive::open(folder.path()).unwrap();
        let sources = Sources::new(folder.path(), archive.objects().clone());
        Self { folder, sources }
    }

    /// A tone of this many radians a sample, in the archive.
    fn tone(&self, step: f32) -> Digest {
        let mut out = std::io::Cursor::new(Vec::new());
        let target = Target::new(Format::Wav { bits: 16 }, 44_100, 2);
        let mut encoder = audio::encode::encoder(&target, &mut out).unwrap();
        let wave = |gain: f32| {
            (0..FRAMES)
                .map(|n| gain * (n as f32 * step).sin())
                .collect()
        };
        let block = Planar::from_channels(vec![wave(0.5), wave(0.3)]);
        encoder.write(&block).unwrap();
        encoder.finish().unwrap();
        let mut archive = Archive::open(self.folder.path()).unwrap();
        archive
            .put(&out.into_inner()[..], Watch::NONE)
            .unwrap()
            .digest
    }

    fn file(&self, kind: &str, digest: Digest) -> PathBuf {
        let ending = if kind == "pcm" { "f32" } else { "peaks" };
        let cache = self.folder.path().join("cache").join(kind);
        cache.join(format!("{digest}.{ending}"))
    }

    /// All that is heard and seen of a sound, by a program that has just begun.
    fn all_of(&self, digest: Digest) -> (Vec<Vec<f32>>, Vec<u8>) {
        let archive = Archive::open(self.folder.path()).unwrap();
        let sources = Sources::new(self.folder.path(), archive.objects().clone());
        let peaks = sources.peaks(digest).unwrap().to_bytes();
        (heard(&*sources.open(&digest).unwrap(), 0), peaks)
    }
}

/// The source from `frame` on, read in steps as a mix does.
fn heard(source: &dyn audio::StudioSource, frame: u64) -> Vec<Vec<f32>> {
    let mut all = vec![Vec::new(), Vec::new()];
    let mut block = Planar::default();
    let mut at = frame;
    while at < source.frames() {
        let frames = (source.frames() - at).min(1_000);
        source.read(at, &mut block, frames as usize).unwrap();
        for (all, channel) in all.iter_mut().zip(block.channels()) {
            all.extend(channel);
        }
        at += frames;
    }
    all
}

fn flip(place: &Path, byte: usize) {
    let mut bytes = fs::read(place).unwrap();
    let byte = byte.min(bytes.len() - 1);
    bytes[byte] ^= 0x10;
    fs::write(place, bytes).unwrap();
}

#[test]
fn a_damaged_cache_is_heard_and_seen_like_an_empty_one_and_is_whole_again_afterwards() {
    let store = Store::new();
    let (digest, other) = (store.tone(0.1), store.tone(0.23));
    let whole = store.all_of(digest);
    assert_ne!(store.all_of(other), whole);
    for kind in ["pcm", "peaks"] {
        let (place, others) = (store.file(kind, digest), store.file(kind, other));
        let length = fs::metadata(&place).unwrap().len() as usize;
        let made = fs::read(&place).unwrap();
        let check = |what: &str| {
            assert!(store.all_of(digest) == whole, "{kind}: {what}");
            assert!(fs::read(&place).unwrap() == made, "{kind} after {what}");
        };
        for byte in [
            0,
            7,
            8,
            40,
            41,
            48,
            56,
            60,
            64,
            70,
            length / 2,
            length - 5,
            length - 1,
        ] {
            flip(&place, byte);
            check(&format!("a bit of byte {byte}"));
        }
        for left in [0, 1, 63, 64, length / 2, length - 1] {
            fs::write(&place, &made[..left]).unwrap();
            check(&format!("{left} bytes left"));
        }
        fs::write(&place, [&made[..], b"more"].concat()).unwrap();
        check("more bytes");
        fs::copy(&others, &place).unwrap();
        check("the file of another sound");
        // What the version before wrote: believed by its first bytes alone.
        fs::write(&place, b"LOAPCM01\x02\0\0\0\0\0\0\0garbage!").unwrap();
        check("an older format");
        #[cfg(unix)]
        {
            fs::remove_file(&place).unwrap();
            std::os::unix::fs::symlink("/nowhere/at/all", &place).unwrap();
            check("a link to nowhere");
        }
        fs::remove_file(&place).unwrap();
        fs::create_dir(&place).unwrap();
        assert!(
            store.all_of(digest) == whole,
            "{kind}: a folder in its place"
        );
        fs::remove_dir(&place).unwrap();
        check("a folder in its place");
    }
}

#[test]
fn damage_that_comes_while_a_sound_is_read_is_not_heard() {
    let store = Store::new();
    let digest = store.tone(0.1);
    let (whole, _) = store.all_of(digest);
    let place = store.file("pcm", digest);
    let length = fs::metadata(&place).unwrap().len() as usize;
    let shorten = |place: &Path| {
        let file = fs::File::options().write(true).open(place).unwrap();
        file.set_len(length as u64 / 3).unwrap();
    };
    let damages: [&dyn Fn(&Path); 2] = [&shorten, &|place: &Path| flip(place, length - 100)];
    for damage in damages {
        let source = store.sources.open(&digest).unwrap();
        let mut block = Planar::default();
        source.read(0, &mut block, 1_000).unwrap();
        damage(&place);
        assert!(heard(&*source, 0) == whole);
        assert!(store.all_of(digest).0 == whole);
    }
}

#[test]
fn a_copy_in_the_store_that_is_damaged_is_told_as_the_stores_and_by_its_name() {
    let store = Store::new();
    let digest = store.tone(0.1);
    store.all_of(digest);
    let original = store.sources.objects.path(digest);
    let source = store.sources.open(&digest).unwrap();
    let place = store.file("pcm", digest);
    flip(&place, 200_000);
    // The original is damaged as well: what is left of it is no sound.
    fs::remove_file(&original).unwrap();
    fs::write(&original, b"").unwrap();
    let mut block = Planar::default();
    let frames = source.frames() as usize;
    // It is still open, and was whole when it was opened.
    source.read(0, &mut block, frames).unwrap();
    drop(source);
    flip(&place, 200_000);
    let Err(refused) = store.sources.open(&digest) else {
        panic!("there is no sound in it");
    };
    let problem = Problem::from(refused);
    assert_eq!(problem.code, Code::StoreDamaged, "{}", problem.detail);
    assert!(problem.detail.contains(&digest.to_string()));
}
