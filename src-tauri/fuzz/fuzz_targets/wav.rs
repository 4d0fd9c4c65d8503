//! Hostile WAVE files: opened, read to the end, repaired; what was repaired must need no repair.
//!
//! Plain samples only, which is our own code; `sound` takes the codecs.
#![no_main]

use std::sync::Arc;

use audio::{Planar, Source};
use libfuzzer_sys::fuzz_target;
use units::ReadAt;

fuzz_target!(|bytes: &[u8]| {
    if !matches!(bytes.get(..4), Some(b"RIFF" | b"RF64" | b"BW64")) {
        return;
    }
    if let Ok(Some(found)) = audio::wav::repair(bytes) {
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
