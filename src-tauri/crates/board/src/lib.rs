//! Deck model, resolved scene, frames, legibility checks
