//! Hostile sound files of any kind, through the whole way to 48 kHz.
//!
//! Run with `tests/fixtures/audio/codecs` as a corpus.
#![no_main]

use std::sync::{Arc, Once};

use audio::Planar;
use libfuzzer_sys::fuzz_target;

/// Much is made of little by codecs for silence; a run need not hear all of it.
const FRAMES_MAX: usize = 1 << 18;

/// libfuzzer's hook ends the run at any panic. Panics of symphonia are caught inside `audio` and are
/// errors to its callers; whatever leaves the target still ends the run. Only our own are printed.
fn let_caught_panics_pass() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        std::panic::set_hook(Box::new(|panic| {
            if panic
                .location()
                .is_none_or(|at| !at.file().contains("symphonia"))
            {
                eprintln!("{panic}");
            }
        }));
    });
}

fuzz_target!(|bytes: &[u8]| {
    let_caught_panics_pass();
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
