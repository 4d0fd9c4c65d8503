//! Renders every slide of a deck or template for every board to PNG files, prints the findings, and
//! says what it cost: `render DECK.json OUT_DIR [--no-checks]`. Pictures are looked for, by digest,
//! among the files beside the deck.

// An example is a host: it may touch files, clock and terminal.
#![allow(clippy::disallowed_methods, clippy::print_stdout)]

use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use board::{Fonts, Pictures, check, deck, draw, png, resolve, template_from_json};
use units::{Digest, Id};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file, out, rest @ ..] = arguments.as_slice() else {
        return Err("render DECK.json OUT_DIR [--no-checks]".into());
    };
    let checks = !rest.iter().any(|flag| flag == "--no-checks");
    let json = std::fs::read_to_string(file)?;
    let deck = if json.contains("\"loa-template\"") {
        template_from_json(&json)?.fill(Id::from_bytes([1; 16]), &BTreeMap::new())?
    } else {
        deck::deck_from_json(&json)?
    };
    let mut files: HashMap<Digest, Arc<[u8]>> = HashMap::new();
    for entry in std::fs::read_dir(
        Path::new(file)
            .canonicalize()?
            .parent()
            .ok_or("no folder")?,
    )? {
        let path = entry?.path();
        if path.is_file() {
            let bytes = std::fs::read(&path)?;
            files.insert(Digest::of(&bytes), bytes.into());
        }
    }
    std::fs::create_dir_all(out)?;
    let stem = Path::new(file)
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy();

    let start = Instant::now();
    let fonts = Fonts::bundled()?;
    let pictures = Pictures::new(&files);
    let ready = start.elapsed();
    let [mut resolving, mut drawing, mut writing] = [Duration::ZERO; 3];
    let mut count = 0;
    for board in &deck.boards {
        for slide in 0..deck.slides.len() {
            let start = Instant::now();
            let scene = resolve(&deck, slide, board, &fonts, &pictures)?;
            resolving += start.elapsed();
            let start = Instant::now();
            let frame = draw(&scene);
            drawing += start.elapsed();
            let start = Instant::now();
            let name = format!("{stem}-{}x{}-{slide}.png", board.width_px, board.height_px);
            let mut bytes = Vec::new();
            png(&frame, &mut bytes)?;
            std::fs::write(Path::new(out).join(name), bytes)?;
            writing += start.elapsed();
            count += 1;
        }
        // A measured run draws and writes only, as the tools it is compared with.
        if !checks {
            continue;
        }
        for finding in check(&deck, board, &fonts, &pictures)? {
            println!(
                "{}: slide {}: {} {} {:.2}/{:.2} {}",
                board.name,
                finding.slide,
                finding.severity.as_str(),
                finding.code.as_str(),
                finding.measured,
                finding.needed,
                finding.unit
            );
        }
    }
    println!(
        "{count} frames: fonts {ready:?}, resolve {resolving:?}, draw {drawing:?}, png {writing:?}"
    );
    Ok(())
}
