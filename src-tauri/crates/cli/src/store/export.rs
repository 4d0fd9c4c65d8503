//! Copying the files of an item out of the archive: over nothing, and only what is still intact.

use std::collections::HashSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use archive::{Archive, ItemFile};
use files::{Access, Draft};
use package::PortablePath;
use serde::Serialize;
use studio::wire::{Code, Problem};
use units::{Digester, ReadAt as _, Watch};

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
    for file in files {
        let place = task.out.join(own_name(&file.name, &mut taken));
        // Before the first is written, so that a refusal leaves no half of an item.
        if place.symlink_metadata().is_ok() {
            let detail = format!("{} is there already", place.display());
            return Err(refused(Problem::new(Code::BadRequest, detail)));
        }
        places.push(place);
    }
    for (nth, (file, place)) in files.iter().zip(&places).enumerate() {
        let copied = under_bar(|watch| copy(&archive, file, place, watch));
        if let Err(error) = copied {
            take_back(&places[..nth]);
            return Err(error);
        }
    }
    let files = places.iter().map(|path| shown(path)).collect();
    done(json, &Exported { files }, |made| made.files.clone())
}

/// Half an item is of no use, and its names would be in the way of the whole. These files were made
/// just now, over nothing; one that cannot be removed again stays, and is whole.
fn take_back(places: &[PathBuf]) {
    for place in places {
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

fn copy(archive: &Archive, file: &ItemFile, place: &Path, watch: Watch<'_>) -> Result<(), Problem> {
    let source = archive.open_object(file.digest)?;
    files::sweep_beside(place);
    let on_place = |error| Problem::on(place, error);
    let mut draft = Draft::beside(place, Access::Usual).map_err(on_place)?;
    let mut digester = Digester::new();
    let mut block = vec![0; BLOCK_BYTES];
    let mut done = 0;
    loop {
        watch.step(done, source.len())?;
        let got = source.read_at(done, &mut block)?;
        if got == 0 {
            break;
        }
        digester.update(&block[..got]);
        draft.write_all(&block[..got]).map_err(on_place)?;
        done += got as u64;
    }
    if digester.finish() != file.digest {
        let detail = format!("{}: media file {} has changed", file.name, file.digest);
        return Err(Problem::new(Code::StoreDamaged, detail));
    }
    draft.finish_new(place).map_err(on_place)
}
