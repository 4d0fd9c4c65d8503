//! Hostile WAVE files: opened, read to the end, repaired; what was repaired must need no repair.
//!
//! Plain samples only, which is our own code; `sound` takes the codecs.
#![no_main]

use std::sync::{Arc, Once};

use audio::{Planar, Source};
use libfuzzer_sys::fuzz_target;
use units::ReadAt;

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
    if !matches!(bytes.get(..4), Some(b"RIFF" | b"RF64" | b"BW64")) {
        return;
    }
    if let Ok(Some(found)) = audio::wav::repair(&bytes) {
        let mut file = bytes.to_vec();
        file[..found.head.len()].copy_from_slice(&found.head);
        file.resize(usize::try_from(found.file_bytes).unwrap(), 0);
        assert_eq!(audio::wav::repair(&file).unwrap(), None);
    }
    let shared: Arc<dyn ReadAt> = Arc::new(bytes.to_vec());
    let Ok(opened) = audio::open(shared) else {
        return;
    };
    let Source::Pcm(pcm) = opened.source else {
        return;
    };
    let mut signal = pcm.signal();
    let mut block = Planar::default();
    let mut frames = 0;
    while let Ok(got @ 1..) = signal.read(&mut block, 4_096) {
        frames += got;
    }
    assert!(frames <= bytes.len());
});
