//! The `ebur128` crate as the judge of our meter.

use ebur128::{EbuR128, Mode};
use proptest::prelude::{ProptestConfig, Strategy, prop_assert, proptest};

use super::{Levels, Meter, MonoReading};
use crate::Planar;

/// Noise in bursts of changing level: seed, and level in dB of each half second.
fn programme(seed: u64, levels: &[f64], rate_hz: u32, channels: usize) -> Planar {
    let mut state = seed | 1;
    let mut noise = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    };
    let mut out = Planar::new(channels, levels.len() * rate_hz as usize / 2);
    for channel in out.channels_mut() {
        // A one-pole low-pass brings the noise near to the spectrum of speech and music.
        let mut smooth = 0.0f32;
        for (stretch, level) in channel.chunks_mut(rate_hz as usize / 2).zip(levels) {
            let gain = 10f32.powf(*level as f32 / 20.0);
            for x in stretch {
                smooth += 0.3 * (noise() - smooth);
                *x = gain * smooth;
            }
        }
    }
    out
}

fn ours(block: &Planar, rate_hz: u32, mono: MonoReading) -> Levels {
    let mut meter = Meter::new(rate_hz, block.channel_count(), mono).unwrap();
    meter.push(block);
    meter.finish()
}

fn judge(block: &Planar, rate_hz: u32) -> EbuR128 {
    let mode = Mode::I | Mode::LRA | Mode::TRUE_PEAK | Mode::SAMPLE_PEAK;
    let mut judge = EbuR128::new(block.channel_count() as u32, rate_hz, mode).unwrap();
    let planes: Vec<&[f32]> = block.channels().iter().map(Vec::as_slice).collect();
    judge.add_frames_planar_f32(&planes).unwrap();
    judge
}

fn level() -> impl Strategy<Value = f64> {
    proptest::prop_oneof![-60.0..0.0, proptest::strategy::Just(-120.0)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn integrated_loudness_agrees_with_the_judge_to_a_thousandth(
        seed: u64,
        levels in proptest::collection::vec(level(), 2..40),
        // Rates of which 100 ms is a whole number of frames and 10 ms too: elsewhere the judge
        // rounds its blocks.
        rate_hz in proptest::sample::select(vec![8_000u32, 16_000, 32_000, 44_100, 48_000, 96_000, 192_000]),
        channels in 1usize..=6,
    ) {
        let block = programme(seed, &levels, rate_hz, channels);
        let found = ours(&block, rate_hz, MonoReading::PlainMono);
        let judge = judge(&block, rate_hz);
        let expected = judge.loudness_global().unwrap();
        prop_assert!(
            found.integrated.0 == expected || (found.integrated.0 - expected).abs() < 1e-3,
            "{} instead of {expected}", found.integrated.0
        );
        let sample_peak = (0..channels as u32)
            .map(|c| judge.sample_peak(c).unwrap())
            .fold(0.0, f64::max);
        prop_assert!((found.sample_peak.amplitude() - sample_peak).abs() < 1e-6);
        prop_assert!(found.true_peak >= found.sample_peak);
    }

    #[test]
    fn true_peak_agrees_with_the_shorter_filter_of_the_judge(
        seed: u64,
        levels in proptest::collection::vec(-30.0..0.0, 2..6),
        rate_hz in proptest::sample::select(vec![22_050u32, 44_100, 48_000]),
    ) {
        let block = programme(seed, &levels, rate_hz, 2);
        let found = ours(&block, rate_hz, MonoReading::DualMono).true_peak.0;
        let judge = judge(&block, rate_hz);
        let expected = 20.0 * judge.true_peak(0).unwrap().max(judge.true_peak(1).unwrap()).log10();
        // Noise reaches up to half the rate, where twelve taps and thirty-two differ most.
        prop_assert!((found - expected).abs() < 0.8, "{found} instead of {expected}");
    }

    #[test]
    fn how_the_sound_is_cut_into_blocks_does_not_change_its_levels(
        seed: u64,
        size in 1usize..20_000,
        rate_hz in proptest::sample::select(vec![11_025u32, 44_100, 48_000]),
    ) {
        let block = programme(seed, &[-20.0, -10.0, -30.0], rate_hz, 2);
        let whole = ours(&block, rate_hz, MonoReading::DualMono);
        let mut meter = Meter::new(rate_hz, 2, MonoReading::DualMono).unwrap();
        for from in (0..block.frames()).step_by(size) {
            let to = (from + size).min(block.frames());
            let piece = block.channels().iter().map(|c| c[from..to].to_vec()).collect();
            meter.push(&Planar::from_channels(piece));
        }
        let pieces = meter.finish();
        prop_assert!((whole.integrated.0 - pieces.integrated.0).abs() < 1e-9);
        prop_assert!(whole.true_peak == pieces.true_peak);
    }
}

#[test]
fn range_agrees_with_the_judge_within_what_its_coarser_steps_explain() {
    let levels: Vec<f64> = (0..240)
        .map(|n| -25.0 + 8.0 * (f64::from(n) * 0.05).sin())
        .collect();
    let block = programme(7, &levels, 48_000, 2);
    let found = ours(&block, 48_000, MonoReading::DualMono).range_lu;
    let expected = judge(&block, 48_000).loudness_range().unwrap();
    assert!(
        (found - expected).abs() < 0.1,
        "{found} instead of {expected}"
    );
}

#[test]
fn one_channel_reads_as_two_like_channels_unless_told_otherwise() {
    let mono = programme(3, &[-20.0; 4], 48_000, 1);
    let twice = Planar::from_channels(vec![mono.channel(0).to_vec(); 2]);
    let dual = ours(&mono, 48_000, MonoReading::DualMono);
    let plain = ours(&mono, 48_000, MonoReading::PlainMono);
    let stereo = ours(&twice, 48_000, MonoReading::DualMono);
    assert!((dual.integrated.0 - stereo.integrated.0).abs() < 1e-9);
    assert!((dual.integrated.0 - plain.integrated.0 - 3.0103).abs() < 1e-4);
    assert!(dual.dual_mono && !plain.dual_mono && !stereo.dual_mono);
}

#[test]
fn samples_that_are_no_numbers_do_not_poison_what_follows() {
    let mut block = programme(5, &[-20.0; 4], 48_000, 2);
    let clean = ours(&block, 48_000, MonoReading::DualMono);
    block.channel_mut(0)[100] = f32::NAN;
    block.channel_mut(1)[200] = f32::INFINITY;
    let found = ours(&block, 48_000, MonoReading::DualMono);
    assert!((found.integrated.0 - clean.integrated.0).abs() < 0.01);
    assert!(found.true_peak.0.is_finite());
}

#[test]
fn rates_that_cannot_be_weighted_are_refused() {
    for rate_hz in [4_000, 384_000] {
        assert!(Meter::new(rate_hz, 2, MonoReading::DualMono).is_err());
    }
}
