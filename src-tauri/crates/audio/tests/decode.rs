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
    Case { name: "surround.opus",  container: "ogg",  codec: "opus",  channels: 6, rate_hz: 48_000, frames: 24_000, shift: 0, tail: 0, snr_db: 8.0 },
    // Too high a rate for the field that MP4 has for it: only the codec tells.
    Case { name: "fine.m4a",       container: "mp4",  codec: "aac",   channels: 1, rate_hz: 96_000, frames: 19_200, shift: 0, tail: 0, snr_db: 25.0 },
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
        ("fragmented.mp4", 0.6),
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
#[allow(clippy::disallowed_methods)] // a test has to get its fixture from somewhere
fn silence_in_a_file_that_was_cut_off_is_not_taken_for_its_end() {
    const SILENT: usize = 40_000;
    const LOUD: usize = 20_000;
    // What the reader looks ahead, 32 KiB, may be given up.
    const KEPT: usize = SILENT + LOUD - 16_384;
    let mut bytes = std::fs::read(fixture("head.mov")).unwrap();
    bytes.extend([0; 2 * SILENT]);
    bytes.extend(1_000i16.to_le_bytes().repeat(LOUD));
    let found = drain(open(Arc::new(bytes)).unwrap());
    assert!(found[0].len() >= KEPT, "{}", found[0].len());
    assert!(found[0][..SILENT].iter().all(|&x| x == 0.0));
    assert!(found[0][SILENT..].iter().all(|&x| x > 0.0));
}

#[test]
#[allow(clippy::disallowed_methods)] // a test has to get its fixture from somewhere
fn an_mp4_file_that_was_cut_off_between_its_media_loses_none_of_them() {
    let mut bytes = std::fs::read(fixture("fragmented.mp4")).unwrap();
    let whole = drain(open(Arc::new(bytes.clone())).unwrap());
    bytes.extend(b"\0\0\x01\x20moof\0\0\0\x10mfhd");
    assert!(drain(open(Arc::new(bytes)).unwrap()) == whole);
}

#[test]
#[allow(clippy::disallowed_methods)] // a test has to get its fixture from somewhere
fn an_mp4_file_that_lost_its_tables_is_damaged_and_not_unknown() {
    let mut bytes = std::fs::read(fixture("lc.m4a")).unwrap();
    bytes.truncate(bytes.len() / 2); // they stand at its end
    let refused = open(Arc::new(bytes)).err();
    assert!(
        matches!(refused, Some(audio::Error::Damaged(_))),
        "{refused:?}"
    );
}

/// An MP3 fixture without its first frame, which tells the length, and how many frames follow that.
#[allow(clippy::disallowed_methods)] // a test has to get its fixture from somewhere
fn without_its_length(name: &str) -> (Vec<u8>, usize) {
    const KBPS: [usize; 15] = [
        0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320,
    ];
    let bytes = std::fs::read(fixture(name)).unwrap();
    let tag = bytes
        .windows(4)
        .position(|four| four == b"Xing" || four == b"Info")
        .unwrap();
    let start = tag - 36; // header and side information of MPEG-1 stereo
    let header = bytes[start + 2];
    let length = 144_000 * KBPS[usize::from(header >> 4)] / 44_100 + usize::from(header >> 1 & 1);
    let count = u32::from_be_bytes(bytes[tag + 8..tag + 12].try_into().unwrap());
    (bytes[start + length..].to_vec(), 1_152 * count as usize)
}

#[test]
fn an_mp3_stream_of_unknown_length_is_heard_to_its_end() {
    let (dense, one) = without_its_length("cbr.mp3");
    let (sparse, other) = without_its_length("vbr.mp3");
    // By the bit rate of its beginning the whole would be shorter.
    let opened = open(Arc::new([dense, sparse].concat())).unwrap();
    assert_eq!(opened.info.frames, None, "nothing tells it");
    assert_eq!(drain(opened)[0].len(), one + other);
}

#[test]
#[allow(clippy::disallowed_methods)] // a test has to get its fixture from somewhere
fn mp3_files_written_one_behind_the_other_are_all_heard() {
    let one = std::fs::read(fixture("cbr.mp3")).unwrap();
    let found = drain(open(Arc::new(one.repeat(3))).unwrap());
    let alone = drain(open(Arc::new(one)).unwrap());
    assert!(found[0].len() >= 3 * alone[0].len(), "{}", found[0].len());
    assert_eq!(found[0][..alone[0].len()], alone[0][..]);
}

#[test]
#[allow(clippy::disallowed_methods)] // a test has to get its fixture from somewhere
fn aac_that_cannot_be_decoded_is_refused_by_its_kind() {
    let bytes = std::fs::read(fixture("lc.m4a")).unwrap();
    let config = bytes
        .windows(2)
        .rposition(|two| two == [0x12, 0x10])
        .unwrap();
    // The same stream called 5.1, and called HE-AAC.
    for claim in [[0x12, 0x30], [0x2b, 0x92]] {
        let mut bytes = bytes.clone();
        bytes[config..config + 2].copy_from_slice(&claim);
        let refused = open(Arc::new(bytes)).err().unwrap();
        assert!(refused.to_string().contains("HE-AAC"), "{refused}");
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

/// The checksum of an Ogg page (RFC 3533, §6), its own field read as zero.
fn ogg_checksum(page: &[u8]) -> u32 {
    page.iter().enumerate().fold(0, |sum, (at, &byte)| {
        let byte = if (22..26).contains(&at) { 0 } else { byte };
        (0..8).fold(sum ^ u32::from(byte) << 24, |sum, _| {
            sum << 1 ^ if sum >> 31 == 1 { 0x04c1_1db7 } else { 0 }
        })
    })
}

#[test]
#[allow(clippy::disallowed_methods)] // a test has to get its fixture from somewhere
fn the_output_gain_of_an_opus_file_is_obeyed() {
    let mut bytes = std::fs::read(fixture("voice.opus")).unwrap();
    let plain = drain(open(Arc::new(bytes.clone())).unwrap());
    // The first page holds the header alone: 28 bytes of page, 19 of header, the gain at its 16th.
    bytes[28 + 16..28 + 18].copy_from_slice(&(-6i16 * 256).to_le_bytes());
    let checksum = ogg_checksum(&bytes[..28 + 19]);
    bytes[22..26].copy_from_slice(&checksum.to_le_bytes());
    let quiet = drain(open(Arc::new(bytes)).unwrap());
    assert_eq!(plain[0].len(), quiet[0].len());
    for (plain, quiet) in plain[0].iter().zip(&quiet[0]) {
        assert!((plain * 0.501_187 - quiet).abs() < 1e-6);
    }
}
