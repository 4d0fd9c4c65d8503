//! ffmpeg as an outside judge: what we call normalised, its `ebur128` filter must call normalised.
//! Left out where there is no ffmpeg; CI has it.

#![allow(clippy::unwrap_used, reason = "the whole file is tests")]

#[path = "../examples/support/mod.rs"]
#[allow(dead_code)]
mod support;

use std::process::Command;

use audio::encode::{Format, Mp3Rate};
use audio::{MonoReading, Profile, measure, normalize, open};
use support::{ScratchFile, at_rest};
use units::{Dbtp, Lufs, Watch};

/// What ffmpeg says of a file: integrated loudness in LUFS and true peak in dBTP.
struct Verdict {
    integrated: f64,
    range: f64,
    true_peak: f64,
}

fn judge(path: &str) -> Verdict {
    let output = Command::new("ffmpeg")
        .args(["-hide_banner", "-nostats", "-i", path])
        .args([
            "-af",
            "ebur128=peak=true:dualmono=true:framelog=verbose",
            "-f",
            "null",
            "-",
        ])
        .output()
        .expect("ffmpeg runs");
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let summary = text.rsplit("Summary:").next().expect("a summary");
    let value = |label: &str| {
        let line = summary.lines().find(|line| line.trim().starts_with(label));
        let line = line.unwrap_or_else(|| panic!("no {label} in {text}"));
        let number = line.split_whitespace().nth(1).unwrap_or_default();
        number.parse().expect("a number")
    };
    Verdict {
        integrated: value("I:"),
        range: value("LRA:"),
        true_peak: value("Peak:"),
    }
}

fn is_there(tool: &str) -> bool {
    Command::new(tool).arg("-version").output().is_ok()
}

/// Ten seconds with the crest of speech: syllables of voice-like tones and of hiss, and some clicks.
/// At -16 LUFS its peaks reach -2 to -4 dBTP, so that higher targets need the limiter.
fn make(path: &str, rate_hz: u32, channels: u32) {
    let tone = "exp(-6*mod(t\\,0.23))*(0.3*sin(2*PI*150*t)+0.2*sin(2*PI*450*t+1)+0.15*sin(2*PI*1350*t+2)\
                +0.1*sin(2*PI*3100*t))*(0.15+0.85*gt(mod(t\\,3)\\,0.8))";
    let hiss = "0.08*(random(0)-0.5)*gt(mod(t\\,0.9)\\,0.7)+0.5*lt(mod(t\\,1.7)\\,0.0004)";
    let one = format!("{tone}+{hiss}");
    let expression = if channels == 1 {
        one
    } else {
        format!("{one}|0.6*({tone})")
    };
    let made = Command::new("ffmpeg")
        .args(["-v", "error", "-y", "-f", "lavfi", "-i"])
        .arg(format!("aevalsrc={expression}:s={rate_hz}:d=10"))
        .args(["-c:a", "pcm_s16le", path])
        .status();
    assert!(made.is_ok_and(|status| status.success()));
}

fn check(rate_hz: u32, channels: u32, format: Format, ending: &str, target: f64, ceiling: f64) {
    if !is_there("ffmpeg") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (source, result) = (path("in.wav"), path(&format!("out.{ending}")));
    make(&source, rate_hz, channels);

    let bytes = at_rest(&source).unwrap();
    let info = open(bytes.clone()).unwrap().info;
    let profile = Profile::custom(Lufs(target), Dbtp(ceiling));
    let encode_target = profile.encode_target(info.rate_hz, info.channels, Some(format));
    let mut out = ScratchFile::create(&result).unwrap();
    let done = normalize(bytes, &profile, &encode_target, &mut out, Watch::NONE).unwrap();

    let verdict = judge(&result);
    let case = format!(
        "{rate_hz} Hz, {channels} channels, {ending}: ffmpeg {} LUFS {} dBTP, we {:.2} LUFS {:.2} dBTP",
        verdict.integrated, verdict.true_peak, done.after.integrated.0, done.after.true_peak.0
    );

    assert!((verdict.integrated - target).abs() <= 0.2, "{case}");
    assert!(verdict.true_peak <= ceiling + 0.1, "{case}");
}

#[test]
fn normalised_wav_is_on_target_for_ffmpeg_at_every_rate() {
    for rate_hz in [
        8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 88_200, 96_000,
    ] {
        check(rate_hz, 1, Format::Wav { bits: 24 }, "wav", -11.0, -1.0);
        check(rate_hz, 2, Format::Wav { bits: 16 }, "wav", -16.0, -3.0);
    }
}

#[test]
fn normalised_flac_is_on_target_for_ffmpeg() {
    for rate_hz in [8_000, 44_100, 96_000] {
        check(rate_hz, 1, Format::Flac { bits: 16 }, "flac", -11.0, -1.5);
        check(rate_hz, 2, Format::Flac { bits: 24 }, "flac", -23.0, -1.0);
    }
}

#[test]
fn normalised_mp3_is_on_target_for_ffmpeg_at_every_rate() {
    for (rate_hz, kbps) in [
        (8_000, 32),
        (16_000, 48),
        (22_050, 64),
        (44_100, 128),
        (48_000, 192),
        (96_000, 128),
    ] {
        let format = Format::Mp3(Mp3Rate::Cbr { kbps });
        check(rate_hz, 1, format, "mp3", -12.0, -1.5);
        check(rate_hz, 2, format, "mp3", -13.0, -1.0);
    }
    check(
        48_000,
        2,
        Format::Mp3(Mp3Rate::Vbr { quality: 4 }),
        "mp3",
        -16.0,
        -1.0,
    );
}

#[test]
fn both_meters_read_the_same_file_alike() {
    if !is_there("ffmpeg") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("in.wav").to_str().unwrap().to_owned();
    for (rate_hz, channels) in [(8_000, 1), (44_100, 2), (96_000, 2)] {
        make(&path, rate_hz, channels);
        let ours = measure(at_rest(&path).unwrap(), MonoReading::DualMono, Watch::NONE).unwrap();
        let theirs = judge(&path);
        assert!((ours.integrated.0 - theirs.integrated).abs() <= 0.1);
        assert!(
            (ours.range_lu - theirs.range).abs() <= 0.3,
            "{} {}",
            ours.range_lu,
            theirs.range
        );
        assert!((ours.true_peak.0 - theirs.true_peak).abs() <= 0.3);
    }
}
