//! How long the checks of a deck take: `cargo run --release -p board --example check_cost -- DECK.json…`
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a measuring program reads files and the clock; the crate itself does not"
)]

use std::time::Instant;

use board::deck::deck_from_json;
use board::{Fonts, Pictures, check, resolve};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (fonts, pictures) = (Fonts::bundled()?, Pictures::new(()));
    for path in std::env::args().skip(1) {
        let deck = deck_from_json(&std::fs::read_to_string(&path)?)?;
        let start = Instant::now();
        for slide in 0..deck.slides.len() {
            resolve(&deck, slide, &deck.boards[0], &fonts, &pictures)?;
        }
        let resolved = start.elapsed();
        let start = Instant::now();
        let findings = check(&deck, &deck.boards[0], &fonts, &pictures)?;
        let (resolve_ms, check_ms) = (resolved.as_millis(), start.elapsed().as_millis());
        println!(
            "{path}: resolve {resolve_ms} ms, check {check_ms} ms, {} findings",
            findings.len()
        );
    }
    Ok(())
}
