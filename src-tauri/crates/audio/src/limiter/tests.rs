use proptest::prelude::{ProptestConfig, prop_assert, proptest};
use units::{Db, Dbtp};

use super::Limited;
use crate::Planar;
use crate::loudness::{Meter, MonoReading};
use crate::signals::{Still, drain};

/// A Kaiser-windowed sinc of `2 * half` taps that passes up to `band` (1 is half the rate), read
/// `shift` samples late.
fn sinc_taps(half: i32, band: f64, shift: f64) -> Vec<f64> {
    let i0 = |x: f64| {
        let mut term = 1.0;
        1.0 + (1..80)
            .map(|k| {
                term *= (x / (2.0 * f64::from(k))).powi(2);
                term
            })
            .sum::<f64>()
    };
    (1 - half..=half)
        .map(|k| {
            let t = f64::from(k) - shift;
            let x = std::f64::consts::PI * band * t;
            let sinc = if x.abs() < 1e-9 { 1.0 } else { x.sin() / x };
            let inside = (1.0 - (t / f64::from(half)).powi(2)).max(0.0);
            band * sinc * i0(8.0 * inside.sqrt()) / i0(8.0)
        })
        .collect()
}

fn filtered(x: &[f32], taps: &[f64]) -> Vec<f32> {
    let edge = vec![0.0f32; taps.len() - 1];
    [&edge, x, &edge]
        .concat()
        .windows(taps.len())
        .map(|window| {
            let sum: f64 = window
                .iter()
                .zip(taps)
                .map(|(x, tap)| f64::from(*x) * tap)
                .sum();
            sum as f32
        })
        .collect()
}

/// The highest value of the sound between its samples, by a filter four times as long as the
/// limiter's own, eightfold.
fn reference_peak(x: &[f32]) -> f64 {
    (0..8)
        .flat_map(|phase| filtered(x, &sinc_taps(64, 1.0, f64::from(phase) / 8.0)))
        .fold(0.0, |high, x| high.max(f64::from(x.abs())))
}

/// What the meter of the studio reads, in dBTP.
fn own_peak(x: &[f32], rate_hz: u32) -> f64 {
    let mut meter = Meter::new(rate_hz, 1, MonoReading::DualMono).unwrap();
    meter.push(&Planar::from_channels(vec![x.to_vec()]));
    meter.finish().true_peak.0
}

/// What the judge reads, in dBTP: its filter is short and has ripples of its own.
fn judged_peak(x: &[f32], rate_hz: u32) -> f64 {
    let mut judge = ebur128::EbuR128::new(1, rate_hz, ebur128::Mode::TRUE_PEAK).unwrap();
    judge.add_frames_f32(x).unwrap();
    20.0 * judge.true_peak(0).unwrap().log10()
}

/// A programme of sines, clicks and noise, from a seed.
fn programme(seed: u64, frames: usize) -> Vec<f32> {
    let mut state = seed | 1;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1u64 << 53) as f64
    };
    let mut x = vec![0.0f64; frames];
    for _ in 0..6 {
        let (from, length) = (
            (next() * frames as f64) as usize,
            1 + (next() * 2_000.0) as usize,
        );
        let (step, level, kind) = (next() * 2.8, next() * 1.5, next());
        let mut smooth = 0.0;
        for (n, x) in x.iter_mut().skip(from).take(length).enumerate() {
            *x += level
                * match kind {
                    k if k < 0.6 => (step * n as f64).sin(),
                    k if k < 0.9 => {
                        smooth += 0.5 * (next() * 2.0 - 1.0 - smooth);
                        smooth
                    }
                    _ => f64::from(u8::from(n % 400 == 0)),
                };
        }
    }
    x.into_iter().map(|x| x as f32).collect()
}

fn limited(
    rate_hz: u32,
    channels: Vec<Vec<f32>>,
    gain: f64,
    ceiling: f64,
    block: usize,
) -> (Vec<Vec<f32>>, f64) {
    let source = Box::new(Still::new(rate_hz, channels));
    let mut limited = Limited::new(source, Db(gain), Dbtp(ceiling));
    let out = drain(&mut limited, block);
    (out, limited.deepest_db())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn no_true_peak_passes_the_ceiling(
        seed: u64,
        gain in 0.0f64..24.0,
        ceiling in -6.0f64..-0.5,
        rate_hz in proptest::sample::select(vec![8_000u32, 22_050, 48_000, 96_000]),
        block in 1usize..3_000,
    ) {
        // Without the top fifth of the band, where filters of any length differ.
        let x = filtered(&programme(seed, 6_000), &sinc_taps(32, 0.72, 0.0));
        let (out, _) = limited(rate_hz, vec![x.clone()], gain, ceiling, block);
        prop_assert!(out[0].len() == x.len());
        let peak = 20.0 * reference_peak(&out[0]).log10();
        prop_assert!(peak <= ceiling + 0.05, "{peak} dBTP over {ceiling}");
        let judged = judged_peak(&out[0], rate_hz);
        prop_assert!(judged <= ceiling + 0.1, "{judged} dBTP over {ceiling}");
    }

    #[test]
    fn the_meter_of_the_studio_reads_no_peak_over_the_ceiling_whatever_the_sound(
        seed: u64,
        gain in 0.0f64..24.0,
        rate_hz in proptest::sample::select(vec![8_000u32, 22_050, 48_000, 96_000]),
    ) {
        let (out, _) = limited(rate_hz, vec![programme(seed, 20_000)], gain, -1.0, 4_096);
        let peak = own_peak(&out[0], rate_hz);
        prop_assert!(peak <= -0.99, "{peak} dBTP");
    }

    #[test]
    fn how_the_sound_is_cut_into_blocks_changes_no_sample(seed: u64, block in 1usize..5_000) {
        let x = vec![programme(seed, 8_000), programme(!seed, 8_000)];
        let whole = limited(48_000, x.clone(), 12.0, -1.0, 8_000).0;
        prop_assert!(limited(48_000, x, 12.0, -1.0, block).0 == whole);
    }
}

#[test]
fn sound_below_the_ceiling_passes_unchanged() {
    let x: Vec<f32> = programme(9, 6_000).iter().map(|x| x * 0.1).collect();
    let (out, deepest) = limited(48_000, vec![x.clone()], 0.0, -1.0, 700);
    assert_eq!(out[0], x);
    assert_eq!(deepest, 0.0);
}

#[test]
fn all_channels_are_turned_down_together() {
    let loud = vec![1.0f32; 1_000];
    let soft = vec![0.1f32; 1_000];
    let (out, _) = limited(48_000, vec![loud, soft], 0.0, -6.0206, 300);
    assert!((out[0][500] / out[1][500] - 10.0).abs() < 1e-3);
}

#[test]
fn nothing_in_gives_nothing_out() {
    let (out, deepest) = limited(48_000, vec![vec![]], 6.0, -1.0, 100);
    assert!(out[0].is_empty() && deepest == 0.0);
}

#[test]
fn a_known_low_peak_changes_no_sample() {
    let x: Vec<f32> = programme(11, 6_000).iter().map(|x| x * 0.05).collect();
    let source = || Box::new(Still::new(48_000, vec![x.clone()]));
    let peak = Dbtp(own_peak(&x, 48_000));
    let gain = Db(-1.06 - peak.0);
    let mut knowing = Limited::knowing_peak(source(), peak, gain, Dbtp(-1.0));
    let mut searching = Limited::new(source(), gain, Dbtp(-1.0));
    assert_eq!(drain(&mut knowing, 500), drain(&mut searching, 500));
    assert_eq!((knowing.deepest_db(), searching.deepest_db()), (0.0, 0.0));
}
