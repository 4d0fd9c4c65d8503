//! Copying the files of an item out of the archive: over nothing, and only what is still intact. An
//! export that was cut off goes on where it was: a file that is there whole counts as exported.

use std::collections::HashSet;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use archive::{Archive, ItemFile};
use files::{Access, Draft};
use package::PortablePath;
use serde::Serialize;
use studio::wire::{Code, Problem};
use units::{Digest, Digester, FileBytes, ReadAt as _, Watch};

use super::{find, open};
use crate::args;
use crate::bar::under_bar;
use crate::out::{done, shown};
use crate::{Outcome, refused};

/// Read at once while copying.
const BLOCK_BYTES: usize = 1 << 20;

#[derive(Serialize)]
struct Exported {
    files: Vec<String>,
}

pub fn export(task: &args::ArchiveExport, json: bool) -> Outcome {
    let archive = open(&task.item.store.store)?;
    let item = find(&archive, &task.item.item)?;
    let newest = item.versions.last();
    let files = newest.map(|it| it.files.as_slice()).unwrap_or_default();
    let mut taken = HashSet::new();
    let mut places = Vec::new();
    let mut missing = Vec::new();
    for file in files {
        let place = task.out.join(own_name(&file.name, &mut taken));
        files::sweep_beside(&place);
        // Before the first is written, so that a refusal leaves no half of an item.
        match place.symlink_metadata() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                missing.push((file, place.clone()));
            }
            Ok(about) if about.is_file() && under_bar(|watch| is_same(file, &place, watch))? => {}
            _ => {
                let detail = format!("{} is there already", place.display());
                return Err(refused(Problem::new(Code::BadRequest, detail)));
            }
        }
        places.push(place);
    }
    for (nth, (file, place)) in missing.iter().enumerate() {
        let copied = under_bar(|watch| copy(&archive, file, place, watch));
        if let Err(error) = copied {
            take_back(&missing[..nth]);
            return Err(error);
        }
    }
    let files = places.iter().map(|path| shown(path)).collect();
    done(json, &Exported { files }, |made| made.files.clone())
}

/// Half an item is of no use to whoever was refused the other half. These files were made just now,
/// over nothing; one that cannot be removed again stays, and is whole.
fn take_back(made: &[(&ItemFile, PathBuf)]) {
    for (_, place) in made {
        std::fs::remove_file(place).unwrap_or_default();
    }
}

/// The file's own name, made to fit any disk, with a number where another file has it.
fn own_name(name: &str, taken: &mut HashSet<String>) -> String {
    let mut own = studio::own_name(name);
    let mut nth = 1;
    while !taken.insert(own.clash_key()) {
        nth += 1;
        own = PortablePath::from_name(&format!("{nth}-{}", studio::own_name(name)));
    }
    own.as_str().to_owned()
}

/// Whether what lies at `place` is this file.
fn is_same(file: &ItemFile, place: &Path, watch: Watch<'_>) -> Result<bool, Problem> {
    let there = studio::tools::open_file(place)?;
    if there.len() != file.bytes {
        return Ok(false);
    }
    let digest = read(&there, place, watch, |_| Ok(()))?;
    Ok(digest == file.digest)
}

/// Reads a file to its end, handing on each block; its digest.
fn read(
    source: &FileBytes,
    path: &Path,
    watch: Watch<'_>,
    mut hand_on: impl FnMut(&[u8]) -> Result<(), Problem>,
) -> Result<Digest, Problem> {
    let mut digester = Digester::new();
    let mut block = vec![0; BLOCK_BYTES];
    let mut done = 0;
    loop {
        watch.step(done, source.len())?;
        let got = source.read_at(done, &mut block);
        let got = got.map_err(|error| Problem::on(path, error))?;
        if got == 0 {
            return Ok(digester.finish());
        }
        digester.update(&block[..got]);
        hand_on(&block[..got])?;
        done += got as u64;
    }
}

fn copy(archive: &Archive, file: &ItemFile, place: &Path, watch: Watch<'_>) -> Result<(), Problem> {
    let source = archive.open_object(file.digest)?;
    let failed = |error| Problem::on(place, error);
    let mut draft = Draft::beside(place, Access::Usual).map_err(failed)?;
    let path = archive.objects().path(file.digest);
    let digest = read(&source, &path, watch, |block| {
        draft.write_all(block).map_err(failed)
    })?;
    if digest != file.digest {
        let detail = format!("{}: media file {} has changed", file.name, file.digest);
        return Err(Problem::new(Code::StoreDamaged, detail));
    }
    draft.finish_new(place).map_err(failed)
}
