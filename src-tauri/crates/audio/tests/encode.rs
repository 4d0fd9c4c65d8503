//! What is written, judged by ffmpeg, ffprobe, flac and hound, and by our own decoder.

#![allow(clippy::unwrap_used)] // helpers of tests are no tests to clippy

mod support;

use std::io::Cursor;
use std::sync::Arc;

use audio::encode::{Format, Mp3Rate, Tags, Target, encoder};
use audio::{Error, Planar, convert, open};
use support::{drain, judge, ratio_db};
use units::Watch;

/// Something between a tone and noise, a little different per channel, with silence in the middle.
fn sound(rate_hz: u32, channels: usize, frames: usize) -> Planar {
    let mut state = 1u32;
    let mut noise = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(state >> 8) / f64::from(1u32 << 23) - 1.0
    };
    Planar::from_channels(
        (0..channels)
            .map(|channel| {
                let step =
                    std::f64::consts::TAU * (440.0 + 60.0 * channel as f64) / f64::from(rate_hz);
                (0..frames)
                    .map(|n| {
                        let quiet = (frames / 2..frames / 2 + frames / 10).contains(&n);
                        let value = 0.5 * (step * n as f64).sin() + 0.05 * noise();
                        if quiet { 0.0 } else { value as f32 }
                    })
                    .collect()
            })
            .collect(),
    )
}

fn encoded(target: &Target, sound: &Planar, block_frames: usize) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    let mut writer = encoder(target, &mut out).unwrap();
    for start in (0..sound.frames()).step_by(block_frames) {
        let end = sound.frames().min(start + block_frames);
        let part = sound
            .channels()
            .iter()
            .map(|c| c[start..end].to_vec())
            .collect();
        writer.write(&Planar::from_channels(part)).unwrap();
    }
    writer.finish().unwrap();
    out.into_inner()
}

fn decoded(bytes: Vec<u8>) -> Vec<Vec<f32>> {
    drain(&mut *open(Arc::new(bytes)).unwrap().into_signal())
}

/// The bytes as a file for an outside judge.
fn on_disk(bytes: &[u8], name: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    #[allow(clippy::disallowed_methods)] // the judges read files
    std::fs::write(&path, bytes).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (folder, path)
}

/// ffmpeg's samples as 32-bit integers.
fn by_ffmpeg(path: &str) -> Option<Vec<i32>> {
    let bytes = judge("ffmpeg", &["-v", "error", "-i", path, "-f", "s32le", "-"])?;
    Some(
        bytes
            .as_chunks::<4>()
            .0
            .iter()
            .map(|&raw| i32::from_le_bytes(raw))
            .collect(),
    )
}

fn probe(path: &str, entries: &str) -> Option<String> {
    let out = judge(
        "ffprobe",
        &[
            "-v",
            "error",
            "-show_entries",
            entries,
            "-of",
            "default=nw=1",
            path,
        ],
    )?;
    Some(String::from_utf8(out).unwrap())
}

/// Samples that lie on the grid of `bits`.
fn on_grid(sound: &Planar, bits: u32) -> Planar {
    let scale = (1u32 << (bits - 1)) as f32;
    Planar::from_channels(
        sound
            .channels()
            .iter()
            .map(|channel| {
                channel
                    .iter()
                    .map(|x| (x * scale).round() / scale)
                    .collect()
            })
            .collect(),
    )
}

#[test]
fn wav_and_flac_are_exact_for_us_and_for_ffmpeg() {
    for bits in [16, 24] {
        for (rate_hz, channels) in [
            (8_000, 1),
            (44_100, 2),
            (48_000, 1),
            (96_000, 2),
            (192_000, 2),
        ] {
            for frames in [1, 15, 4_095, 4_096, 4_097, 30_001] {
                let sound = on_grid(&sound(rate_hz, channels, frames), bits);
                for format in [Format::Wav { bits }, Format::Flac { bits }] {
                    let mut target = Target::new(format, rate_hz, channels);
                    target.dither = false;
                    let bytes = encoded(&target, &sound, 1_000);
                    let opened = open(Arc::new(bytes.clone())).unwrap();
                    assert_eq!(opened.info.frames, Some(frames as u64));
                    assert_eq!(opened.info.bits, Some(bits));
                    let found = drain(&mut *opened.into_signal());
                    assert!(
                        found == sound.channels(),
                        "{format:?} {rate_hz} {channels} {frames}"
                    );
                    if frames == 30_001 {
                        let flac = matches!(format, Format::Flac { .. });
                        let (_folder, path) =
                            on_disk(&bytes, if flac { "a.flac" } else { "a.wav" });
                        if flac {
                            judge("flac", &["-t", "-s", "-w", &path]);
                        }
                        let Some(theirs) = by_ffmpeg(&path) else {
                            continue;
                        };
                        assert_eq!(theirs.len(), frames * channels);
                        for (index, &value) in theirs.iter().enumerate() {
                            let ours = found[index % channels][index / channels];
                            assert_eq!(f64::from(value), f64::from(ours) * 2_147_483_648.0);
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn flac_of_noise_silence_and_full_scale_comes_back() {
    let mut parts = Vec::new();
    for n in 0..60_000u32 {
        let hash = n
            .wrapping_mul(2_654_435_761)
            .rotate_left(15)
            .wrapping_mul(2_246_822_519);
        parts.push(match n / 10_000 {
            0 | 3 => 0.0,
            1 => f64::from(hash.cast_signed()) / 2_147_483_648.0,
            2 => {
                if n % 2 == 0 {
                    -1.0
                } else {
                    1.0
                }
            }
            4 => 1e-6 * f64::from(n % 3),
            _ => f64::from(hash.cast_signed() >> 4) / 2_147_483_648.0,
        } as f32);
    }
    let sound = Planar::from_channels(vec![parts.clone(), parts.into_iter().rev().collect()]);
    for bits in [16, 24] {
        let target = Target::new(Format::Flac { bits }, 48_000, 2);
        let flac = encoded(&target, &sound, 7_777);
        let wav = encoded(&Target::new(Format::Wav { bits }, 48_000, 2), &sound, 999);
        let (_folder, path) = on_disk(&flac, "a.flac");
        judge("flac", &["-t", "-s", "-w", &path]);
        assert!(
            flac.len() < wav.len(),
            "{} bytes for {}",
            flac.len(),
            wav.len()
        );
        let (ours, theirs) = (decoded(flac), decoded(wav));
        for (ours, theirs) in ours.iter().zip(&theirs) {
            let first = ours.iter().zip(theirs).position(|(a, b)| a != b);
            assert_eq!(first, None, "{bits} bits");
        }
        assert!(ours == theirs, "{bits} bits");
    }
}

#[test]
fn the_same_sound_gives_the_same_bytes_in_blocks_of_any_size() {
    let sound = sound(48_000, 2, 20_000);
    for format in [
        Format::Wav { bits: 16 },
        Format::Flac { bits: 24 },
        Format::Mp3(Mp3Rate::Cbr { kbps: 128 }),
    ] {
        let target = Target::new(format, 48_000, 2);
        assert!(
            encoded(&target, &sound, 20_000) == encoded(&target, &sound, 333),
            "{format:?}"
        );
    }
}

#[test]
fn hound_reads_our_wav_and_ffprobe_its_origin() {
    let mut target = Target::new(Format::Wav { bits: 24 }, 48_000, 1);
    target.tags.title = Some("Tiêm chủng".into());
    target.tags.date = Some("2026-11-23T05:30:00+07:00".into());
    let bytes = encoded(&target, &sound(48_000, 1, 1_001), 500);
    let reader = hound::WavReader::new(Cursor::new(&bytes)).unwrap();
    assert_eq!(reader.duration(), 1_001);
    let bext = open(Arc::new(bytes.clone())).unwrap().info.bext.unwrap();
    assert_eq!(
        (&*bext.origination_date, &*bext.origination_time),
        ("2026-11-23", "05:30:00")
    );
    let (_folder, path) = on_disk(&bytes, "a.wav");
    if let Some(told) = probe(&path, "format_tags") {
        assert!(told.contains("Tiêm chủng"), "{told}");
        assert!(told.contains("W=24,M=mono"), "{told}");
    }
}

#[test]
fn mp3_comes_back_in_its_length_and_place_at_every_rate() {
    for rate_hz in [
        8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000,
    ] {
        for channels in [1, 2] {
            for (rate, frames) in [
                (Mp3Rate::Cbr { kbps: 64 }, 20_000),
                // Too low for LAME to leave room for its own first frame, at most rates.
                (Mp3Rate::Cbr { kbps: 32 }, 20_000),
                (Mp3Rate::Cbr { kbps: 48 }, 1_151),
                (Mp3Rate::Vbr { quality: 2 }, 12_345),
            ] {
                let sound = sound(rate_hz, channels, frames);
                let target = Target::new(Format::Mp3(rate), rate_hz, channels);
                let bytes = encoded(&target, &sound, 4_000);
                let name = format!("{rate_hz} Hz, {channels} channels, {rate:?}");
                let opened = open(Arc::new(bytes.clone())).unwrap();
                assert_eq!(opened.info.frames, Some(frames as u64), "{name}");
                let found = drain(&mut *opened.into_signal());
                assert_eq!(found[0].len(), frames, "{name}");
                let pairs = sound.channel(0).iter().zip(&found[0]);
                // LAME's filter takes the noise of the test sound away, the tone stays in place.
                let snr = ratio_db(pairs.map(|(&a, &b)| (f64::from(a), f64::from(b))));
                assert!(snr > 8.0, "{name}: {snr:.1} dB");
                if channels == 2 {
                    continue; // one judgement a rate is enough, each takes a process
                }
                let (_folder, path) = on_disk(&bytes, "a.mp3");
                if let Some(theirs) = by_ffmpeg(&path) {
                    assert_eq!(theirs.len(), frames * channels, "{name}: ffmpeg's length");
                }
            }
        }
    }
}

#[test]
fn mp3_keeps_the_level_at_every_bit_rate() {
    let step = std::f64::consts::TAU * 997.0 / 48_000.0;
    let tone = (0..48_000).map(|n| (0.5 * (step * f64::from(n)).sin()) as f32);
    let tone = Planar::from_channels(vec![tone.collect()]);
    let level = |x: &[f32]| {
        let middle = &x[12_000..36_000];
        let squares: f64 = middle.iter().map(|x| f64::from(*x).powi(2)).sum();
        10.0 * (squares / middle.len() as f64).log10()
    };
    let wanted = level(tone.channel(0));
    let constant = [48, 64, 96, 128, 160, 192, 224, 256, 320].map(|kbps| Mp3Rate::Cbr { kbps });
    let rates = constant
        .into_iter()
        .chain([2, 5].map(|quality| Mp3Rate::Vbr { quality }));
    for rate in rates {
        let target = Target::new(Format::Mp3(rate), 48_000, 1);
        let found = level(&decoded(encoded(&target, &tone, 16_384))[0]);
        assert!(
            (found - wanted).abs() < 0.05,
            "{rate:?}: {found} dB for {wanted} dB"
        );
    }
}

#[test]
fn the_low_bandwidth_profile_is_plain_mpeg_2_at_48_kbit() {
    let target = Target::new(Format::Mp3(Mp3Rate::Cbr { kbps: 48 }), 24_000, 1);
    let bytes = encoded(&target, &sound(24_000, 1, 240_000), 16_384);
    let at = bytes
        .windows(2)
        .position(|w| w[0] == 0xff && w[1] & 0xe0 == 0xe0)
        .unwrap();
    // Version bits 10 (MPEG-2), layer bits 01 (III).
    assert_eq!(bytes[at + 1] >> 1 & 0xf, 0b1001);
    // A constant rate is told by "Info", a variable one by "Xing".
    assert!(bytes[at..at + 64].windows(4).any(|w| w == b"Info"));
    let (_folder, path) = on_disk(&bytes, "a.mp3");
    if let Some(told) = probe(&path, "stream=codec_name,sample_rate,channels,bit_rate") {
        for wanted in [
            "codec_name=mp3",
            "sample_rate=24000",
            "channels=1",
            "bit_rate=48000",
        ] {
            assert!(told.contains(wanted), "{told}");
        }
    }
}

#[test]
fn words_are_found_by_others_in_mp3_and_flac() {
    let tags = Tags {
        title: Some("Bản tin sáng".into()),
        artist: Some("Đài xã".into()),
        album: Some("Chương trình".into()),
        date: Some("2026-11-23".into()),
        comment: Some("Ghi chú: ngập".into()),
    };
    for (format, name) in [
        (Format::Mp3(Mp3Rate::Cbr { kbps: 64 }), "a.mp3"),
        (Format::Flac { bits: 16 }, "a.flac"),
    ] {
        let mut target = Target::new(format, 48_000, 1);
        target.tags = tags.clone();
        let (_folder, path) = on_disk(&encoded(&target, &sound(48_000, 1, 48_000), 9_999), name);
        if let Some(told) = probe(&path, "format_tags") {
            for word in [
                "Bản tin sáng",
                "Đài xã",
                "Chương trình",
                "2026-11-23",
                "Ghi chú: ngập",
            ] {
                assert!(told.contains(word), "{name}: {told}");
            }
        }
    }
}

#[test]
fn what_cannot_be_written_is_refused() {
    let refused = |format, rate_hz, channels| {
        let mut out = Cursor::new(Vec::new());
        let target = Target::new(format, rate_hz, channels);
        let refused = encoder(&target, &mut out).err();
        assert!(
            matches!(
                refused,
                Some(Error::UnsupportedTarget(_) | Error::Limit { .. })
            ),
            "{format:?} {rate_hz} {channels}"
        );
    };
    refused(Format::Wav { bits: 8 }, 48_000, 1);
    refused(Format::Wav { bits: 24 }, 48_000, 6);
    refused(Format::Wav { bits: 24 }, 5, 1);
    refused(Format::Wav { bits: 24 }, 800_000, 1);
    refused(Format::Flac { bits: 32 }, 48_000, 1);
    refused(Format::Flac { bits: 24 }, 768_000, 1);
    refused(Format::Mp3(Mp3Rate::Cbr { kbps: 128 }), 96_000, 2);
    refused(Format::Mp3(Mp3Rate::Cbr { kbps: 127 }), 48_000, 2);
    refused(Format::Mp3(Mp3Rate::Cbr { kbps: 320 }), 24_000, 2);
    refused(Format::Mp3(Mp3Rate::Vbr { quality: 10 }), 48_000, 2);
}

#[test]
fn converting_between_lossless_formats_changes_no_sample() {
    let sound = on_grid(&sound(44_100, 2, 25_000), 16);
    let mut target = Target::new(Format::Wav { bits: 16 }, 44_100, 2);
    target.dither = false;
    let wav = encoded(&target, &sound, 25_000);
    for format in [
        Format::Flac { bits: 16 },
        Format::Flac { bits: 24 },
        Format::Wav { bits: 24 },
    ] {
        let mut out = Cursor::new(Vec::new());
        let target = Target::new(format, 44_100, 2);
        convert(Arc::new(wav.clone()), &target, &mut out, Watch::NONE).unwrap();
        assert!(decoded(out.into_inner()) == sound.channels(), "{format:?}");
    }
}

#[test]
fn converting_changes_rate_channels_and_format_at_once() {
    let wav = encoded(
        &Target::new(Format::Wav { bits: 24 }, 44_100, 2),
        &sound(44_100, 2, 44_100),
        44_100,
    );
    let mut out = Cursor::new(Vec::new());
    let target = Target::new(Format::Mp3(Mp3Rate::Cbr { kbps: 48 }), 24_000, 1);
    convert(Arc::new(wav.clone()), &target, &mut out, Watch::NONE).unwrap();
    let opened = open(Arc::new(out.into_inner())).unwrap();
    assert_eq!(
        (
            opened.info.channels,
            opened.info.rate_hz,
            opened.info.frames
        ),
        (1, 24_000, Some(24_000))
    );
    let cancel = units::Cancel::new();
    cancel.cancel();
    let mut out = Cursor::new(Vec::new());
    let stopped = convert(Arc::new(wav), &target, &mut out, Watch::new(&(), &cancel));
    assert!(matches!(stopped, Err(Error::Cancelled(_))));
}

#[test]
fn samples_beyond_all_sense_end_neither_lame_nor_the_file() {
    for channels in [1, 2] {
        let mut sound = sound(44_100, channels, 20_000);
        let wild = [f32::NAN, f32::INFINITY, -1e38, 3e38];
        for channel in sound.channels_mut() {
            for (at, wild) in wild.into_iter().cycle().enumerate().take(400) {
                channel[5_000 + 20 * at] = wild;
            }
        }
        let format = Format::Mp3(Mp3Rate::Cbr { kbps: 128 });
        let bytes = encoded(&Target::new(format, 44_100, channels), &sound, 4_000);
        let found = drain(&mut *open(Arc::new(bytes)).unwrap().into_signal());
        assert_eq!(found[0].len(), 20_000);
        assert!(found.iter().flatten().all(|x| x.is_finite()));
    }
}
