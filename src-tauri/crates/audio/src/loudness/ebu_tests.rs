//! EBU Tech 3341 (2023), Table 1, and Tech 3342 (2023): every case that can be made from a recipe.
//! Cases 7 and 8, and 5 and 6 of Tech 3342, are recorded programmes that may not be passed on.

use super::true_peak::{Interpolator, PeakMeter};
use super::{Levels, Meter, MonoReading};
use crate::Planar;
use std::f64::consts::{PI, TAU};

const RATE_HZ: u32 = 48_000;

/// Stretches of a 1 kHz tone: seconds and level in dBFS of each channel.
fn tone(stretches: &[(f64, &[f64])]) -> Planar {
    let channels = stretches[0].1.len();
    let mut out = vec![Vec::new(); channels];
    for (seconds, levels) in stretches {
        let frames = (seconds * f64::from(RATE_HZ)).round() as usize;
        for (out, level) in out.iter_mut().zip(*levels) {
            let amplitude = 10f64.powf(level / 20.0);
            let start = out.len();
            out.extend((start..start + frames).map(|n| {
                (amplitude * (TAU * 1_000.0 * n as f64 / f64::from(RATE_HZ)).sin()) as f32
            }));
        }
    }
    Planar::from_channels(out)
}

/// Stretches of the same tone on two channels.
fn stereo(stretches: &[(f64, f64)]) -> Planar {
    let levels: Vec<_> = stretches.iter().map(|&(s, db)| (s, [db; 2])).collect();
    tone(
        &levels
            .iter()
            .map(|(s, db)| (*s, &db[..]))
            .collect::<Vec<_>>(),
    )
}

const SILENT: f64 = f64::NEG_INFINITY;

fn levels(block: &Planar) -> Levels {
    let mut meter = Meter::new(RATE_HZ, block.channel_count(), MonoReading::DualMono).unwrap();
    meter.push(block);
    meter.finish()
}

#[track_caller]
fn check(found: f64, expected: f64, tolerance: f64) {
    assert!(
        (found - expected).abs() <= tolerance,
        "{found} instead of {expected}"
    );
}

#[test]
fn case_1_and_2_a_steady_tone_reads_its_level_on_all_three_scales() {
    for level in [-23.0, -33.0] {
        let found = levels(&stereo(&[(20.0, level)]));
        check(found.integrated.0, level, 0.1);
        check(found.max_momentary.0, level, 0.1);
        check(found.max_short_term.0, level, 0.1);
    }
}

#[test]
fn the_calibration_tone_reads_minus_18() {
    check(levels(&stereo(&[(20.0, -18.0)])).integrated.0, -18.0, 0.1);
}

#[test]
fn case_3_4_and_5_gating_leaves_out_what_is_quiet() {
    for stretches in [
        &[(10.0, -36.0), (60.0, -23.0), (10.0, -36.0)][..],
        &[
            (10.0, -72.0),
            (10.0, -36.0),
            (60.0, -23.0),
            (10.0, -36.0),
            (10.0, -72.0),
        ],
        &[(20.0, -26.0), (20.1, -20.0), (20.0, -26.0)],
    ] {
        check(levels(&stereo(stretches)).integrated.0, -23.0, 0.1);
    }
}

#[test]
fn case_6_surrounds_weigh_more() {
    let found = levels(&tone(&[(20.0, &[-28.0, -28.0, -24.0, -30.0, -30.0])]));
    check(found.integrated.0, -23.0, 0.1);
}

#[test]
fn case_9_short_term_is_constant_after_three_seconds() {
    let found = levels(&stereo(&[(1.34, -20.0), (1.66, -30.0)].repeat(5)));
    for lufs in &found.short_term_curve[30..] {
        check(f64::from(*lufs), -23.0, 0.1);
    }
    check(found.max_short_term.0, -23.0, 0.1);
}

#[test]
fn case_10_max_short_term_finds_three_seconds_wherever_they_begin() {
    for i in 0..20 {
        let silence = f64::from(i) * 0.15;
        let found = levels(&stereo(&[(silence, SILENT), (3.0, -23.0), (1.0, SILENT)]));
        check(found.max_short_term.0, -23.0, 0.1);
    }
}

/// Live cases: one stream in which the maximum rises segment by segment.
fn rising(segments: &[Vec<(f64, f64)>], read: impl Fn(&Levels) -> f64) {
    for i in 0..segments.len() {
        let found = levels(&stereo(&segments[..=i].concat()));
        check(read(&found), -38.0 + i as f64, 0.1);
    }
}

#[test]
fn case_11_max_short_term_follows_a_rising_stream() {
    let segments: Vec<_> = (0..20)
        .map(|i| {
            let (i, silence) = (f64::from(i), f64::from(i) * 0.15);
            vec![(silence, SILENT), (3.0, -38.0 + i), (3.0 - silence, SILENT)]
        })
        .collect();
    rising(&segments, |found| found.max_short_term.0);
}

#[test]
fn case_12_momentary_is_constant_after_one_second() {
    // The last 10 s of the stream, read at each cell: the maximum and, by its mirror, the minimum.
    let loud = levels(&stereo(&[(0.18, -20.0), (0.22, -30.0)].repeat(25)));
    check(loud.max_momentary.0, -23.0, 0.1);
    let mut meter = Meter::new(RATE_HZ, 2, MonoReading::DualMono).unwrap();
    meter.push(&stereo(&[(0.18, -20.0), (0.22, -30.0)].repeat(25)));
    check(meter.finish().integrated.0, -23.0, 0.1);
}

#[test]
fn case_13_max_momentary_finds_400_ms_wherever_they_begin() {
    for i in 0..20 {
        let silence = f64::from(i) * 0.02;
        let found = levels(&stereo(&[(silence, SILENT), (0.4, -23.0), (1.0, SILENT)]));
        check(found.max_momentary.0, -23.0, 0.1);
    }
}

#[test]
fn case_14_max_momentary_follows_a_rising_stream() {
    let segments: Vec<_> = (0..20)
        .map(|i| {
            let (i, silence) = (f64::from(i), f64::from(i) * 0.02);
            vec![(silence, SILENT), (0.4, -38.0 + i), (0.4 - silence, SILENT)]
        })
        .collect();
    rising(&segments, |found| found.max_momentary.0);
}

/// The tolerance of the true-peak cases: +0.2, −0.4 dB.
#[track_caller]
fn check_peak(found: f64, expected: f64) {
    assert!(
        found <= expected + 0.2 && found >= expected - 0.4,
        "{found} dBTP instead of {expected}"
    );
}

fn true_peak(x: &[f32]) -> f64 {
    let mut meter = PeakMeter::new(Interpolator::new());
    meter.push(x);
    20.0 * f64::from(meter.finish().1).log10()
}

#[test]
fn case_15_to_19_peaks_between_the_samples_are_found() {
    for (divisor, amplitude, degrees, expected) in [
        (4.0, 0.5, 0.0f64, -6.0),
        (4.0, 0.5, 45.0, -6.0),
        (6.0, 0.5, 60.0, -6.0),
        (8.0, 0.5, 67.5, -6.0),
        (4.0, 1.41, 45.0, 3.0),
    ] {
        let (frames, fade) = (48_000, 480);
        let x: Vec<f32> = (0..frames)
            .map(|n| {
                let edge = n.min(frames - 1 - n).min(fade) as f64 / fade as f64;
                (edge * amplitude * (TAU * n as f64 / divisor + degrees.to_radians()).sin()) as f32
            })
            .collect();
        check_peak(true_peak(&x), expected);
    }
}

#[test]
fn case_20_to_23_a_peak_inside_a_tone_is_found_wherever_the_samples_fall() {
    // At 192 kHz, spliced at a rising zero crossing, then low-passed at 0.99 × 24 kHz by 257 taps
    // (Kaiser, beta 8) and decimated: this reproduces the readings of the official files.
    let periods = 400;
    let quiet = (0..24 * periods).map(|n| 0.5 * (TAU * f64::from(n) / 24.0).sin());
    let loud = (0..16).map(|n| (TAU * f64::from(n) / 16.0).sin());
    let x: Vec<f64> = quiet.clone().chain(loud).chain(quiet).collect();
    let i0 = |x: f64| {
        let mut term = 1.0;
        1.0 + (1..60)
            .map(|k| {
                term *= (x / (2.0 * f64::from(k))).powi(2);
                term
            })
            .sum::<f64>()
    };
    let cutoff = 0.99 * 24_000.0 / 192_000.0;
    let taps: Vec<f64> = (-128..=128)
        .map(|k| {
            let t = f64::from(k);
            let sinc = if k == 0 {
                2.0 * cutoff
            } else {
                (TAU * cutoff * t).sin() / (PI * t)
            };
            sinc * i0(8.0 * (1.0 - (t / 128.0).powi(2)).sqrt()) / i0(8.0)
        })
        .collect();
    for offset in 0..4 {
        // Away from the ends, which the official files fade.
        let y: Vec<f32> = (128 + offset..x.len() - 128)
            .step_by(4)
            .map(|n| {
                taps.iter()
                    .zip(&x[n - 128..])
                    .map(|(tap, x)| tap * x)
                    .sum::<f64>() as f32
            })
            .enumerate()
            .map(|(n, y)| y * (n as f32 / 480.0).min(1.0))
            .collect();
        let faded: Vec<f32> = y
            .iter()
            .rev()
            .enumerate()
            .map(|(n, y)| y * (n as f32 / 480.0).min(1.0))
            .collect();
        check_peak(true_peak(&faded), 0.0);
    }
}

#[test]
fn tech_3342_cases_1_to_4_give_their_ranges_also_when_repeated() {
    for (segments, range_lu) in [
        (&[-20.0, -30.0][..], 10.0),
        (&[-20.0, -15.0], 5.0),
        (&[-40.0, -20.0], 20.0),
        (&[-50.0, -35.0, -20.0, -35.0, -50.0], 15.0),
    ] {
        let stretches: Vec<_> = segments.iter().map(|&level| (20.0, level)).collect();
        check(levels(&stereo(&stretches)).range_lu, range_lu, 1.0);
        check(
            levels(&stereo(&stretches.repeat(2))).range_lu,
            range_lu,
            1.0,
        );
    }
}
