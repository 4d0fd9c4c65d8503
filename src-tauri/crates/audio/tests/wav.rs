//! WAVE in all its forms, read and written, with `hound` as the independent judge.

#![allow(clippy::unwrap_used)] // helpers of tests are no tests to clippy

mod support;

use std::io::Cursor;
use std::sync::Arc;

use audio::bext::{Bext, Levels};
use audio::encode::{Format, Target, encoder};
use audio::wav::{Header, repair, write_loudness};
use audio::{Error, Planar, SampleFormat, Source, StreamInfo, open};
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_assert, prop_oneof, proptest};
use support::{Sparse, drain};
use units::{Dbtp, Lufs, ReadAt};

/// A WAV file by hand: a form, chunks before the samples, the size that `data` claims, samples.
fn wave(form: &[u8; 4], chunks: &[(&[u8; 4], &[u8])], claimed: u32, data: &[u8]) -> Vec<u8> {
    let mut out = form.to_vec();
    out.extend_from_slice(&[0xff; 4]);
    out.extend_from_slice(b"WAVE");
    for (name, content) in chunks {
        out.extend_from_slice(*name);
        out.extend_from_slice(&(content.len() as u32).to_le_bytes());
        out.extend_from_slice(content);
        out.resize(out.len().next_multiple_of(2), 0);
    }
    out.extend_from_slice(b"data");
    out.extend_from_slice(&claimed.to_le_bytes());
    out.extend_from_slice(data);
    out
}

fn fmt(tag: u16, channels: u16, rate_hz: u32, bits: u16) -> Vec<u8> {
    let align = channels * bits.div_ceil(8);
    let mut out = Vec::new();
    out.extend_from_slice(&tag.to_le_bytes());
    out.extend_from_slice(&channels.to_le_bytes());
    out.extend_from_slice(&rate_hz.to_le_bytes());
    out.extend_from_slice(&(rate_hz * u32::from(align)).to_le_bytes());
    out.extend_from_slice(&align.to_le_bytes());
    out.extend_from_slice(&bits.to_le_bytes());
    out
}

fn read(bytes: Vec<u8>) -> (StreamInfo, Vec<Vec<f32>>) {
    let opened = open(Arc::new(bytes)).unwrap();
    assert!(matches!(opened.source, Source::Pcm(_)));
    (opened.info.clone(), drain(&mut *opened.into_signal()))
}

#[test]
fn every_width_is_read_to_the_same_scale() {
    let cases: [(u16, u16, Vec<u8>, [f32; 3]); 6] = [
        (1, 8, vec![0, 128, 192], [-1.0, 0.0, 0.5]),
        (
            1,
            16,
            [i16::MIN, 0, 16_384].map(i16::to_le_bytes).concat(),
            [-1.0, 0.0, 0.5],
        ),
        (
            1,
            24,
            vec![0, 0, 0x80, 0, 0, 0, 0, 0, 0x40],
            [-1.0, 0.0, 0.5],
        ),
        (
            1,
            32,
            [i32::MIN, 0, 1 << 30].map(i32::to_le_bytes).concat(),
            [-1.0, 0.0, 0.5],
        ),
        (
            3,
            32,
            [-1.5f32, 0.0, 0.5].map(f32::to_le_bytes).concat(),
            [-1.5, 0.0, 0.5],
        ),
        (
            3,
            64,
            [-1.5f64, 0.0, 0.5].map(f64::to_le_bytes).concat(),
            [-1.5, 0.0, 0.5],
        ),
    ];
    for (tag, bits, data, wanted) in cases {
        let bytes = wave(
            b"RIFF",
            &[(b"fmt ", &fmt(tag, 1, 48_000, bits))],
            data.len() as u32,
            &data,
        );
        let (info, found) = read(bytes);
        assert_eq!(found, [wanted], "{bits} bits");
        assert_eq!((info.frames, info.bits), (Some(3), Some(bits.into())));
    }
}

#[test]
fn extensible_files_of_hound_are_read_with_their_widths() {
    for bits in [8, 16, 24, 32] {
        for channels in [1, 2, 6] {
            let spec = hound::WavSpec {
                channels,
                sample_rate: 44_100,
                bits_per_sample: bits,
                sample_format: hound::SampleFormat::Int,
            };
            let mut file = Cursor::new(Vec::new());
            let mut writer = hound::WavWriter::new(&mut file, spec).unwrap();
            let value = |n: i64| (n * 7 % (1 << (bits - 1))) as i32;
            for n in 0..300 * i64::from(channels) {
                writer.write_sample(value(n)).unwrap();
            }
            writer.finalize().unwrap();
            let (info, found) = read(file.into_inner());
            assert_eq!((info.channels, info.frames), (channels.into(), Some(300)));
            for (index, channel) in found.iter().enumerate() {
                for (n, &sample) in channel.iter().enumerate() {
                    let wanted = value((n * usize::from(channels) + index) as i64);
                    let wanted = f64::from(wanted) / f64::from(1u32 << (bits - 1));
                    assert_eq!(sample, wanted as f32, "{bits} bits, channel {index}, {n}");
                }
            }
        }
    }
}

#[test]
fn a_recording_that_was_cut_gives_all_whole_frames() {
    let data = [7, 0, 0, 1, 0, 2, 0]; // three and a half frames
    let chunks: [(&[u8; 4], &[u8]); 2] = [(b"fmt ", &fmt(1, 1, 48_000, 16)), (b"LIST", b"odd")];
    for claimed in [0, u32::MAX, 1_000_000] {
        let (info, found) = read(wave(b"RIFF", &chunks, claimed, &data));
        assert_eq!(info.frames, Some(3), "claimed {claimed}");
        assert_eq!(found[0].len(), 3);
    }
}

#[test]
fn an_empty_data_chunk_before_another_chunk_stays_empty() {
    let bytes = wave(
        b"RIFF",
        &[(b"fmt ", &fmt(1, 1, 48_000, 16))],
        0,
        b"LIST\x04\0\0\0INFO",
    );
    assert_eq!(read(bytes).0.frames, Some(0));
}

#[test]
fn sound_past_four_gibibytes_is_read_through_ds64() {
    let frames: u64 = 2_000_000_000; // 8 GB of stereo 16-bit at 192 kHz: three hours
    for form in [b"RF64", b"BW64"] {
        let mut ds64 = vec![0; 28];
        ds64[8..16].copy_from_slice(&(frames * 4).to_le_bytes());
        let head = wave(
            form,
            &[(b"ds64", &ds64), (b"fmt ", &fmt(1, 2, 192_000, 16))],
            u32::MAX,
            &[],
        );
        let last = head.len() as u64 + (frames - 1) * 4;
        let file = Sparse::new(last + 4)
            .with(0, head)
            .with(last, [16_384i16, -16_384].map(i16::to_le_bytes).concat());
        let opened = open(Arc::new(file)).unwrap();
        assert_eq!(opened.info.frames, Some(frames));
        let Source::Pcm(pcm) = opened.source else {
            panic!("not the bulk path");
        };
        let mut block = Planar::default();
        assert_eq!(pcm.read_planar(frames - 2, &mut block, 100).unwrap(), 2);
        assert_eq!(block.channels(), [[0.0, 0.5], [0.0, -0.5]]);
        assert_eq!(pcm.read_planar(u64::MAX, &mut block, 100).unwrap(), 0);
    }
}

#[test]
fn limits_are_refused_by_name() {
    let refused = |channels, rate_hz| {
        let bytes = wave(b"RIFF", &[(b"fmt ", &fmt(1, channels, rate_hz, 8))], 0, &[]);
        open(Arc::new(bytes)).err().unwrap()
    };
    assert!(matches!(
        refused(33, 48_000),
        Error::Limit {
            what: "channels",
            ..
        }
    ));
    assert!(matches!(refused(1, 800_000), Error::Limit { .. }));
    assert!(matches!(refused(1, 10), Error::Damaged(_)));
    assert!(matches!(refused(0, 48_000), Error::Damaged(_)));
    let endless = Sparse::new(1 << 50).with(
        0,
        wave(b"RIFF", &[(b"fmt ", &fmt(1, 1, 48_000, 8))], u32::MAX, &[]),
    );
    assert!(matches!(
        open(Arc::new(endless)).err(),
        Some(Error::Limit { .. })
    ));
}

fn bext() -> Bext {
    Bext {
        description: "Thông báo".into(),
        ..Bext::default()
    }
}

#[test]
fn a_growing_header_keeps_its_length_and_turns_into_rf64() {
    let header = Header::new(SampleFormat::I24, 1, 48_000, &bext()).unwrap();
    let limit = u64::from(u32::MAX) - header.len() as u64 + 8;
    for (data_bytes, form) in [
        (0, b"RIFF"),
        (299, b"RIFF"),
        (limit - 3, b"RIFF"),
        (limit + 3, b"RF64"),
        (20_000_000_001, b"RF64"),
    ] {
        let head = header.bytes(data_bytes);
        assert_eq!(
            (head.len(), &head[..4]),
            (header.len(), &form[..]),
            "{data_bytes}"
        );
        let file = Sparse::new(head.len() as u64 + data_bytes).with(0, head);
        let info = open(Arc::new(file)).unwrap().info;
        assert_eq!(info.frames, Some(data_bytes / 3));
        assert_eq!(info.bext, Some(bext()));
    }
}

#[test]
fn an_unfinished_take_is_repaired_to_its_last_whole_frame() {
    let header = Header::new(SampleFormat::I24, 1, 48_000, &bext()).unwrap();
    // Written as the recorder does: sizes of a second ago, then more samples, the last one torn.
    for (claimed, there) in [(0, 3_000), (3_000, 3_002), (3_000, 6_001), (3_000, 3_005)] {
        let mut file = header.bytes(claimed);
        file.resize(header.len() + there, 0x11);
        let found = repair(&file).unwrap().unwrap();
        assert_eq!(found.frames, there as u64 / 3);
        file[..found.head.len()].copy_from_slice(&found.head);
        file.resize(found.file_bytes as usize, 0);
        assert_eq!(repair(&file).unwrap(), None, "{claimed} of {there}");
        assert_eq!(file[..header.len()], header.bytes(found.frames * 3));
        let reader = hound::WavReader::new(Cursor::new(file)).unwrap();
        assert_eq!(u64::from(reader.duration()), found.frames);
    }
}

#[test]
fn the_byte_that_pads_samples_of_eight_bits_is_not_taken_for_one() {
    let mut file = wave(b"RIFF", &[(b"fmt ", &fmt(1, 1, 8_000, 8))], 7, &[128; 23]);
    let found = repair(&file).unwrap().unwrap();
    assert_eq!(found.frames, 23);
    file[..found.head.len()].copy_from_slice(&found.head);
    file.resize(found.file_bytes as usize, 0);
    assert_eq!(repair(&file).unwrap(), None);
}

#[test]
fn a_take_past_four_gibibytes_is_repaired_into_rf64() {
    let header = Header::new(SampleFormat::I24, 2, 96_000, &bext()).unwrap();
    let data_bytes = 6 * 1_000_000_000;
    for claimed in [0, 6 * 999_900_000] {
        let file = Sparse::new(header.len() as u64 + data_bytes).with(0, header.bytes(claimed));
        let found = repair(&file).unwrap().unwrap();
        assert_eq!(found.head, header.bytes(data_bytes));
        assert_eq!(found.file_bytes, file.len());
    }
}

#[test]
fn a_finished_file_with_chunks_after_its_samples_needs_no_repair() {
    let mut bytes = wave(
        b"RIFF",
        &[(b"fmt ", &fmt(1, 1, 48_000, 16))],
        4,
        &[1, 0, 2, 0],
    );
    bytes.extend_from_slice(b"LIST\x04\0\0\0INFO");
    let riff = bytes.len() as u32 - 8;
    bytes[4..8].copy_from_slice(&riff.to_le_bytes());
    assert_eq!(repair(&bytes).unwrap(), None);
    assert!(repair(&bytes[..30].to_vec()).is_err());
}

#[test]
fn levels_are_patched_into_a_written_file_and_nothing_else_changes() {
    let mut out = Cursor::new(Vec::new());
    let target = Target::new(Format::Wav { bits: 24 }, 48_000, 1);
    let mut writer = encoder(&target, &mut out).unwrap();
    writer.write(&Planar::new(1, 101)).unwrap();
    writer.finish().unwrap();
    let before = out.get_ref().clone();
    let levels = Levels {
        integrated: Some(Lufs(-23.0)),
        true_peak: Some(Dbtp(-1.3)),
        ..Levels::default()
    };
    write_loudness(&mut out, levels).unwrap();
    let after = out.into_inner();
    assert_eq!(before.len(), after.len());
    assert!(before.iter().zip(&after).filter(|(a, b)| a != b).count() <= 4);
    assert_eq!(read(after).0.bext.unwrap().levels, levels);
}

/// A valid file of some form, by hand.
fn some_wave() -> impl Strategy<Value = Vec<u8>> {
    let form = prop_oneof![Just(*b"RIFF"), Just(*b"RF64"), Just(*b"BW64")];
    let shape = (
        1u16..8,
        prop_oneof![Just(8u16), Just(16), Just(24), Just(32)],
    );
    (form, shape, any::<bool>()).prop_map(|(form, (channels, bits), broadcast)| {
        let fmt = fmt(1, channels, 48_000, bits);
        let bext = bext().to_bytes();
        let mut chunks: Vec<(&[u8; 4], &[u8])> = vec![(b"fmt ", &fmt)];
        if broadcast {
            chunks.insert(0, (b"bext", &bext));
        }
        if form != *b"RIFF" {
            chunks.insert(0, (b"ds64", &[0; 28]));
        }
        wave(&form, &chunks, 480, &[0x5a; 480])
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_damage_to_a_wav_file_breaks_the_reader(
        mut bytes in some_wave(),
        hits in proptest::collection::vec((any::<u16>(), any::<u8>()), 0..12),
        kept in any::<u16>(),
    ) {
        for (at, value) in hits {
            // Most of what can go wrong stands in the first hundred bytes.
            let reach = if at % 3 == 0 { bytes.len() } else { bytes.len().min(100) };
            bytes[usize::from(at) % reach] = value;
        }
        bytes.truncate(bytes.len().min(usize::from(kept) % 2_000 + 1));
        let length = bytes.len();
        let bytes: Arc<dyn ReadAt> = Arc::new(bytes);
        if let Ok(Some(found)) = repair(&bytes) {
            prop_assert!(found.file_bytes <= length as u64 + 1);
        }
        if let Ok(opened) = open(bytes) {
            let mut signal = opened.into_signal();
            let mut block = Planar::default();
            let mut frames = 0;
            while let Ok(got @ 1..) = signal.read(&mut block, 500) {
                frames += got;
            }
            prop_assert!(frames <= 64 * length);
        }
    }
}
