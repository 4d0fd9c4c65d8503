//! Every codec and container against the sweep it was made from, and against ffmpeg's decoder.

#![allow(clippy::unwrap_used)] // helpers of tests are no tests to clippy

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use audio::{Opened, Planar, Source, open};
use proptest::prelude::{ProptestConfig, any, prop_assert, proptest};

/// The sweep of `tests/fixtures/audio/codecs/make.py`.
fn sweep(n: usize, total: usize, rate: f64, (low, high, level): (f64, f64, f64)) -> f64 {
    let (t, length) = (n as f64 / rate, total as f64 / rate);
    let phase = std::f64::consts::TAU * (low * t + (high - low) * t * t / (2.0 * length));
    let fade = (n as f64 / (0.02 * rate))
        .min((total - 1 - n) as f64 / (0.02 * rate))
        .min(1.0);
    level * fade * phase.sin()
}

const SWEEPS: [(f64, f64, f64); 2] = [(200.0, 3_000.0, 0.4), (2_500.0, 300.0, 0.3)];

fn fixture(name: &str) -> PathBuf {
    [
        env!("CARGO_MANIFEST_DIR"),
        "../../../tests/fixtures/audio/codecs",
        name,
    ]
    .iter()
    .collect()
}

#[allow(clippy::disallowed_methods)] // a test has to get its fixture from somewhere
fn open_fixture(name: &str) -> Opened {
    open(Arc::new(std::fs::read(fixture(name)).unwrap())).unwrap()
}

fn drain(opened: Opened) -> Vec<Vec<f32>> {
    let mut signal = opened.into_signal();
    let mut all = vec![Vec::new(); signal.channels()];
    let mut block = Planar::default();
    while signal.read(&mut block, 1_000).unwrap() > 0 {
        for (all, new) in all.iter_mut().zip(block.channels()) {
            all.extend_from_slice(new);
        }
    }
    all
}

fn ratio_db(pairs: impl Iterator<Item = (f64, f64)>) -> f64 {
    let (mut signal, mut error) = (0.0, 1e-30);
    for (wanted, found) in pairs {
        signal += wanted * wanted;
        error += (wanted - found) * (wanted - found);
    }
    10.0 * (signal / error).log10()
}

/// Channels, rate, frames of the source, frames found too many at the end, frames cut from the start,
/// and the ratio of sound to error in dB.
struct Case {
    name: &'static str,
    container: &'static str,
    codec: &'static str,
    channels: usize,
    rate_hz: u32,
    frames: usize,
    shift: usize,
    tail: usize,
    snr_db: f64,
}

#[rustfmt::skip]
const CASES: &[Case] = &[
    Case { name: "lc.m4a",         container: "mp4",  codec: "aac",   channels: 2, rate_hz: 44_100, frames: 30_869, shift: 0, tail: 0, snr_db: 25.0 },
    // ADTS has nowhere to tell its 1,024 frames of priming, nor how full the last packet is; fragmented
    // MP4 has a place, but ffmpeg leaves it empty.
    Case { name: "fragmented.mp4", container: "mp4",  codec: "aac",   channels: 2, rate_hz: 44_100, frames: 30_869, shift: 1_024, tail: 875, snr_db: 25.0 },
    Case { name: "video.mp4",      container: "mp4",  codec: "aac",   channels: 1, rate_hz: 48_000, frames: 62_400, shift: 0, tail: 0, snr_db: 25.0 },
    Case { name: "lc.aac",         container: "aac",  codec: "aac",   channels: 2, rate_hz: 44_100, frames: 30_869, shift: 1_024, tail: 875, snr_db: 25.0 },
    Case { name: "cbr.mp3",        container: "mp3",  codec: "mp3",   channels: 2, rate_hz: 44_100, frames: 30_869, shift: 0, tail: 0, snr_db: 20.0 },
    Case { name: "vbr.mp3",        container: "mp3",  codec: "mp3",   channels: 2, rate_hz: 44_100, frames: 30_869, shift: 0, tail: 0, snr_db: 20.0 },
    Case { name: "low.mp3",        container: "mp3",  codec: "mp3",   channels: 1, rate_hz: 8_000,  frames: 4_000,  shift: 0, tail: 0, snr_db: 10.0 },
    Case { name: "vorbis.ogg",     container: "ogg",  codec: "vorbis",channels: 2, rate_hz: 44_100, frames: 30_869, shift: 0, tail: 0, snr_db: 12.0 },
    Case { name: "voice.opus",     container: "ogg",  codec: "opus",  channels: 1, rate_hz: 48_000, frames: 24_000, shift: 0, tail: 0, snr_db: 8.0 },
    Case { name: "stereo.opus",    container: "ogg",  codec: "opus",  channels: 2, rate_hz: 48_000, frames: 62_400, shift: 0, tail: 0, snr_db: 8.0 },
    Case { name: "alac.m4a",       container: "mp4",  codec: "alac",  channels: 2, rate_hz: 44_100, frames: 30_869, shift: 0, tail: 0, snr_db: 80.0 },
    Case { name: "16.flac",        container: "flac", codec: "flac",  channels: 2, rate_hz: 44_100, frames: 30_869, shift: 0, tail: 0, snr_db: 80.0 },
    Case { name: "24.flac",        container: "flac", codec: "flac",  channels: 1, rate_hz: 48_000, frames: 24_000, shift: 0, tail: 0, snr_db: 80.0 },
    Case { name: "16.aiff",        container: "aiff", codec: "pcm_s16be", channels: 1, rate_hz: 48_000, frames: 24_000, shift: 0, tail: 0, snr_db: 80.0 },
    Case { name: "24.aiff",        container: "aiff", codec: "pcm_s24be", channels: 1, rate_hz: 48_000, frames: 24_000, shift: 0, tail: 0, snr_db: 80.0 },
    Case { name: "sowt.aifc",      container: "aiff", codec: "pcm_s16le", channels: 1, rate_hz: 48_000, frames: 24_000, shift: 0, tail: 0, snr_db: 80.0 },
    // ADPCM comes in whole blocks, and ffmpeg tells no other length.
    Case { name: "ima.wav",        container: "wav",  codec: "adpcm_ima_wav", channels: 1, rate_hz: 48_000, frames: 24_000, shift: 0, tail: 492, snr_db: 25.0 },
    Case { name: "ms.wav",         container: "wav",  codec: "adpcm_ms", channels: 1, rate_hz: 48_000, frames: 24_000, shift: 0, tail: 432, snr_db: 25.0 },
    Case { name: "alaw.wav",       container: "wav",  codec: "pcm_alaw", channels: 1, rate_hz: 8_000, frames: 4_000, shift: 0, tail: 0, snr_db: 30.0 },
    Case { name: "mulaw.wav",      container: "wav",  codec: "pcm_mulaw", channels: 1, rate_hz: 8_000, frames: 4_000, shift: 0, tail: 0, snr_db: 30.0 },
];

#[test]
fn every_codec_comes_back_in_its_length_and_place() {
    let mut faults = Vec::new();
    for case in CASES {
        let opened = open_fixture(case.name);
        let info = opened.info.clone();
        let found = drain(opened);
        let told = (info.container, info.codec, info.channels, info.rate_hz);
        let wanted = (case.container, case.codec, case.channels, case.rate_hz);
        if told != wanted {
            faults.push(format!("{}: {told:?}, not {wanted:?}", case.name));
        }
        let length = case.shift + case.frames + case.tail;
        let name = case.name;
        if found[0].len() != length || info.frames.is_some_and(|told| told != length as u64) {
            faults.push(format!(
                "{name}: {} frames, told {:?}, not {length}",
                found[0].len(),
                info.frames
            ));
        }
        for (channel, shape) in found
            .iter()
            .zip([SWEEPS[0], SWEEPS[usize::from(name != "stereo.opus")]])
        {
            let pairs = channel
                .iter()
                .skip(case.shift)
                .zip(0..case.frames)
                .map(|(&found, n)| {
                    (
                        sweep(n, case.frames, f64::from(case.rate_hz), shape),
                        f64::from(found),
                    )
                });
            let snr = ratio_db(pairs);
            println!("{name}: {snr:.1} dB");
            if snr < case.snr_db {
                faults.push(format!("{name}: {snr:.1} dB"));
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

/// ffmpeg's samples of a fixture, interleaved; `None` where there is no ffmpeg.
fn by_ffmpeg(case: &Case) -> Option<Vec<f32>> {
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error"]);
    if case.codec == "opus" {
        // ffmpeg's own decoder places low rates a sample and a half away from the reference decoder.
        command.args(["-c:a", "libopus"]);
    }
    let output = command
        .arg("-i")
        .arg(fixture(case.name))
        .args(["-map", "0:a", "-f", "f32le", "-"])
        .output()
        .ok()?;
    let (samples, _) = output.stdout.as_chunks::<4>();
    Some(samples.iter().map(|&raw| f32::from_le_bytes(raw)).collect())
}

#[test]
fn ffmpeg_hears_the_same_samples() {
    for case in CASES {
        let Some(wanted) = by_ffmpeg(case) else {
            return;
        };
        let found = drain(open_fixture(case.name));
        let pairs = wanted.iter().enumerate().filter_map(|(index, &wanted)| {
            let sample = found[index % case.channels].get(index / case.channels)?;
            Some((f64::from(wanted), f64::from(*sample)))
        });
        let snr = ratio_db(pairs);
        println!("{}: {snr:.1} dB", case.name);
        assert!(snr >= 85.0, "{}: {snr:.1} dB against ffmpeg", case.name);
    }
}

#[test]
fn what_is_no_sound_is_refused_as_unknown() {
    for bytes in [
        Vec::new(),
        b"hello".to_vec(),
        vec![0; 100_000],
        b"%PDF-1.7 no sound at all".repeat(1_000),
        include_bytes!("../Cargo.toml").to_vec(),
    ] {
        let refused = open(Arc::new(bytes)).err();
        assert!(
            matches!(refused, Some(audio::Error::UnknownFormat(_))),
            "{refused:?}"
        );
    }
}

#[test]
#[allow(clippy::disallowed_methods)] // a test has to get its fixture from somewhere
fn a_file_that_was_cut_off_gives_what_there_is() {
    // Ogg is read by whole pages, of a second here: less of it must be missing.
    for (name, kept) in [
        ("cbr.mp3", 0.6),
        ("16.flac", 0.6),
        ("lc.aac", 0.6),
        ("ima.wav", 0.6),
        ("stereo.opus", 0.9),
    ] {
        let mut bytes = std::fs::read(fixture(name)).unwrap();
        bytes.truncate((bytes.len() as f64 * kept) as usize);
        let found = drain(open(Arc::new(bytes)).unwrap_or_else(|e| panic!("{name}: {e}")));
        let case = CASES.iter().find(|case| case.name == name).unwrap();
        let share = found[0].len() as f64 / case.frames as f64;
        assert!((0.35..1.0).contains(&share), "{name}: {share:.2} of it");
    }
}

#[test]
fn plain_wav_takes_the_bulk_path_and_codecs_do_not() {
    assert!(matches!(open_fixture("alaw.wav").source, Source::Coded(_)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    #[allow(clippy::disallowed_methods)] // a test has to get its fixture from somewhere
    fn no_damage_to_any_file_breaks_a_decoder(
        which in 0..CASES.len(),
        hits in proptest::collection::vec((any::<u32>(), any::<u8>()), 1..20),
        kept in 0.05f64..1.2,
    ) {
        let mut bytes = std::fs::read(fixture(CASES[which].name)).unwrap();
        for (at, value) in hits {
            // Half of the hits go where the headers are.
            let reach = if at % 2 == 0 { bytes.len() } else { bytes.len().min(800) };
            bytes[at as usize % reach] = value;
        }
        bytes.truncate((bytes.len() as f64 * kept) as usize);
        let length = bytes.len();
        if let Ok(opened) = open(Arc::new(bytes)) {
            let mut signal = opened.into_signal();
            let mut block = Planar::default();
            let mut frames = 0;
            while let Ok(got @ 1..) = signal.read(&mut block, 4_096) {
                prop_assert!(block.channel_count() == signal.channels() && block.frames() == got);
                frames += got;
            }
            prop_assert!(frames <= 1_000 * length + 1_000_000);
        }
    }
}
