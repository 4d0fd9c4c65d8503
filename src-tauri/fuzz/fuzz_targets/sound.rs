//! Hostile sound files of any kind, through the whole way to 48 kHz.
//!
//! Run with `tests/fixtures/audio/codecs` as a corpus.
#![no_main]

use std::sync::Arc;

use audio::Planar;
use libfuzzer_sys::fuzz_target;

/// Much is made of little by codecs for silence; a run need not hear all of it.
const FRAMES_MAX: usize = 1 << 18;

fuzz_target!(|bytes: &[u8]| {
    let Ok(opened) = audio::open(Arc::new(bytes.to_vec())) else {
        return;
    };
    let Ok(mut signal) = audio::studio_signal(opened) else {
        return;
    };
    let mut block = Planar::default();
    let mut frames = 0;
    while let Ok(got @ 1..) = signal.read(&mut block, 4_096) {
        frames += got;
        if frames > FRAMES_MAX {
            break;
        }
    }
});
