use proptest::prelude::{prop_assert, prop_assert_eq, proptest};
use units::Watch;

use super::{FRAMES_PER_POINT, Peaks, Point};
use crate::signals::{Still, tone};

fn peaks(channels: Vec<Vec<f32>>) -> Peaks {
    Peaks::build(&mut Still::new(48_000, channels), Watch::NONE).unwrap()
}

#[test]
fn a_point_holds_lowest_highest_and_rms_of_its_frames() {
    let mut left = vec![0.25f32; 256];
    left[7] = -0.5;
    left[9] = 1.0;
    let peaks = peaks(vec![left, vec![-0.125; 256]]);
    let points = &peaks.level(0).unwrap().points;
    assert_eq!((points[0].min, points[0].max), (-16_384, 32_767));
    assert_eq!(
        points[1],
        Point {
            min: -4_096,
            max: -4_096,
            rms: 4_096
        }
    );
}

#[test]
fn a_last_point_of_few_frames_counts_only_those() {
    let peaks = peaks(vec![vec![0.5; 257]]);
    let points = &peaks.level(0).unwrap().points;
    assert_eq!(points.len(), 2);
    assert_eq!(points[1].rms, 16_384);
}

#[test]
fn each_level_is_four_times_as_coarse_and_loses_no_extreme() {
    let mut x = tone(48_000, 440.0, 48_000 * 20);
    x[123_456] = 0.9;
    let peaks = peaks(vec![x]);
    assert_eq!(peaks.levels().len(), 3);
    for pair in peaks.levels().windows(2) {
        assert_eq!(pair[1].frames_per_point, pair[0].frames_per_point * 4);
        assert_eq!(pair[1].points.len(), pair[0].points.len().div_ceil(4));
    }
    for level in peaks.levels() {
        let highest = level.points.iter().map(|point| point.max).max();
        assert_eq!(highest, Some((0.9f32 * 32_768.0).round() as i16));
    }
    assert_eq!(peaks.level_for(1.0).frames_per_point, 256);
    assert_eq!(peaks.level_for(1_500.0).frames_per_point, 1_024);
}

#[test]
fn an_audiowaveform_file_has_its_header_and_sixteen_bit_pairs() {
    let peaks = peaks(vec![vec![0.5; 300], vec![-0.5; 300]]);
    let mut dat = Vec::new();
    peaks.write_audiowaveform_dat(0, &mut dat).unwrap();
    let words: Vec<i32> = dat[..24]
        .chunks(4)
        .map(|raw| i32::from_le_bytes(raw.try_into().unwrap()))
        .collect();
    assert_eq!(words, [2, 0, 48_000, 256, 2, 2]);
    assert_eq!(dat.len(), 24 + 2 * 2 * 4);
    assert_eq!(&dat[24..32], &[0, 64, 0, 64, 0, 192, 0, 192]);
    assert!(peaks.write_audiowaveform_dat(9, &mut dat).is_err());
}

#[test]
fn silence_and_nothing_have_waveforms_too() {
    assert_eq!(
        peaks(vec![vec![0.0; 256]]).level(0).unwrap().points,
        [Point::default()]
    );
    let nothing = peaks(vec![vec![]]);
    assert!(nothing.level(0).unwrap().points.is_empty());
    assert_eq!(Peaks::from_bytes(&nothing.to_bytes()).unwrap(), nothing);
}

proptest! {
    #[test]
    fn a_pyramid_survives_being_stored(
        x in proptest::collection::vec(-1.0f32..1.0, 0..3_000),
        channels in 1usize..4,
    ) {
        let peaks = peaks(vec![x.clone(); channels]);
        prop_assert_eq!(&Peaks::from_bytes(&peaks.to_bytes()).unwrap(), &peaks);
        prop_assert_eq!(peaks.frames(), x.len() as u64);
    }

    #[test]
    fn bytes_of_any_kind_are_refused_or_make_a_waveform(
        mut bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200),
        known: bool,
    ) {
        if known && bytes.len() >= 28 {
            bytes[..8].copy_from_slice(b"LOAPEAKS");
            bytes[8..12].copy_from_slice(&1u32.to_le_bytes());
            bytes[21..28].fill(0);
        }
        if let Ok(peaks) = Peaks::from_bytes(&bytes) {
            let points = peaks.frames().div_ceil(u64::from(FRAMES_PER_POINT));
            prop_assert!(peaks.level(0).unwrap().points.len() as u64 == points * peaks.channels() as u64);
        }
    }
}
