//! Samples that are no sound: no numbers, or far beyond full scale. One rule for every way in.

#![allow(clippy::unwrap_used)] // helpers of tests are no tests to clippy

use std::io::Cursor;
use std::sync::Arc;

use audio::encode::{Format, Target};
use audio::programme::{Media, Programme};
use audio::{
    Error, Mix, MonoReading, PcmSource, Peaks, Planar, Profile, Seekable, Source, StudioSource,
    convert, measure, normalize, open, studio_signal,
};
use units::{Dbtp, Digest, Id, Lufs, Samples, Watch};

const RATE_HZ: u32 = 48_000;
/// Where the odd sample stands: 1.25 s, in the second block that is read.
const AT: usize = 60_000;

/// A second and a half of a tone with `odd` in it.
fn tone(odd: f64) -> Vec<f64> {
    let step = std::f64::consts::TAU * 997.0 / f64::from(RATE_HZ);
    let mut samples: Vec<f64> = (0..72_000)
        .map(|n| 0.1 * (step * f64::from(n)).sin())
        .collect();
    samples[AT] = odd;
    samples
}

fn chunk(name: &[u8; 4], length: [u8; 4], content: &[u8]) -> Vec<u8> {
    [&name[..], &length, content].concat()
}

fn float_wav(samples: &[f64], bits: u16) -> Vec<u8> {
    let data: Vec<u8> = match bits {
        32 => samples
            .iter()
            .flat_map(|x| (*x as f32).to_le_bytes())
            .collect(),
        _ => samples.iter().flat_map(|x| x.to_le_bytes()).collect(),
    };
    let align = bits / 8;
    let mut fmt = [3u16, 1].map(u16::to_le_bytes).concat();
    fmt.extend(
        [RATE_HZ, RATE_HZ * u32::from(align)]
            .map(u32::to_le_bytes)
            .concat(),
    );
    fmt.extend([align, bits].map(u16::to_le_bytes).concat());
    let length = |bytes: &[u8]| (bytes.len() as u32).to_le_bytes();
    let body = [
        b"WAVE".to_vec(),
        chunk(b"fmt ", length(&fmt), &fmt),
        chunk(b"data", length(&data), &data),
    ]
    .concat();
    chunk(b"RIFF", length(&body), &body)
}

fn float_aiff(samples: &[f64], bits: u16) -> Vec<u8> {
    let data: Vec<u8> = match bits {
        32 => samples
            .iter()
            .flat_map(|x| (*x as f32).to_be_bytes())
            .collect(),
        _ => samples.iter().flat_map(|x| x.to_be_bytes()).collect(),
    };
    let length = |bytes: &[u8]| (bytes.len() as u32).to_be_bytes();
    let rate = [0x40, 0x0e, 0xbb, 0x80, 0, 0, 0, 0, 0, 0]; // 48,000 as an 80-bit float
    let codec: &[u8; 4] = if bits == 32 { b"fl32" } else { b"fl64" };
    let count = length(samples.iter().map(|_| 0).collect::<Vec<u8>>().as_slice());
    let shape = [
        &[0, 1][..],
        &count,
        &bits.to_be_bytes(),
        &rate,
        codec,
        &[0, 0],
    ]
    .concat();
    let body = [
        b"AIFC".to_vec(),
        chunk(b"FVER", 4u32.to_be_bytes(), &0xa280_5140u32.to_be_bytes()),
        chunk(b"COMM", length(&shape), &shape),
        chunk(
            b"SSND",
            length(&[&[0; 8], &data[..]].concat()),
            &[&[0; 8], &data[..]].concat(),
        ),
    ]
    .concat();
    chunk(b"FORM", length(&body), &body)
}

fn every_container(odd: f64) -> [(&'static str, Vec<u8>); 4] {
    let samples = tone(odd);
    [
        ("wav 32", float_wav(&samples, 32)),
        ("wav 64", float_wav(&samples, 64)),
        ("aiff 32", float_aiff(&samples, 32)),
        ("aiff 64", float_aiff(&samples, 64)),
    ]
}

fn read(bytes: Vec<u8>) -> Result<f32, Error> {
    let mut signal = open(Arc::new(bytes))?.into_signal();
    let (mut block, mut highest) = (Planar::default(), 0.0f32);
    while signal.read(&mut block, 10_000)? > 0 {
        highest = block.channel(0).iter().fold(highest, |a, b| a.max(b.abs()));
    }
    Ok(highest)
}

#[test]
fn what_is_no_sound_is_refused_with_its_place_from_any_container() {
    for odd in [
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        3e38,
        -1e300,
        1_000.1,
    ] {
        for (container, bytes) in every_container(odd) {
            match read(bytes) {
                Err(Error::OverScale { at_s }) => {
                    assert!((at_s - 1.25).abs() < 1e-4, "{container}: {at_s}");
                }
                other => panic!("{container}, {odd}: {other:?}"),
            }
        }
    }
}

#[test]
fn up_to_60_db_over_full_scale_is_sound_and_measured_as_what_it_is() {
    for (container, bytes) in every_container(-1_000.0) {
        assert_eq!(read(bytes).unwrap(), 1_000.0, "{container}");
    }
    let step = std::f64::consts::TAU * 997.0 / f64::from(RATE_HZ);
    let loud: Vec<f64> = (0..96_000)
        .map(|n| 1_000.0 * (step * f64::from(n)).sin())
        .collect();
    let levels = measure(
        Arc::new(float_wav(&loud, 32)),
        MonoReading::PlainMono,
        Watch::NONE,
    )
    .unwrap();
    // A sine at full scale is −3.01 LUFS in one channel (BS.1770-5).
    assert!(
        (levels.integrated.0 - 57.0).abs() < 0.05,
        "{:?}",
        levels.integrated
    );
    assert!((levels.true_peak.0 - 60.0).abs() < 0.05);
}

#[test]
fn whatever_is_done_with_such_a_file_is_refused_and_never_measured_as_nonsense() {
    let wild = || Arc::new(float_wav(&tone(3e38), 32));
    let refused = |what: &str, error: Option<Error>| {
        assert!(
            matches!(error, Some(Error::OverScale { .. })),
            "{what}: {error:?}"
        );
    };
    refused(
        "measure",
        measure(wild(), MonoReading::PlainMono, Watch::NONE).err(),
    );
    let profile = Profile::custom(Lufs(-16.0), Dbtp(-1.0));
    let target = Target::new(Format::Wav { bits: 24 }, RATE_HZ, 1);
    let out = || Cursor::new(Vec::new());
    refused(
        "normalise",
        normalize(wild(), &profile, &target, &mut out(), Watch::NONE).err(),
    );
    refused(
        "convert",
        convert(wild(), &target, &mut out(), Watch::NONE).err(),
    );
    refused("peaks", Peaks::of(wild(), Watch::NONE).err());
    let mut import = studio_signal(open(wild()).unwrap()).unwrap();
    let mut block = Planar::default();
    let imported = std::iter::repeat_with(|| import.read(&mut block, 4_096)).take(100);
    refused("import", imported.filter_map(Result::err).next());

    let Source::Pcm(pcm) = open(wild()).unwrap().source else {
        panic!("plain samples");
    };
    let source: Arc<dyn StudioSource> = Arc::new(PcmSource::new(pcm).unwrap());
    let media = Media {
        digest: Digest::of(b"wild"),
        name: String::new(),
        length: Samples(72_000),
    };
    let programme = Programme::of_one(Id::new(0, [1; 10]), media);
    let sources = move |_: &Digest| Ok(Arc::clone(&source));
    let mut mix = Mix::new(&programme, &sources).unwrap();
    Seekable::seek(&mut mix, 0).unwrap();
    let mixed = std::iter::repeat_with(|| audio::Signal::read(&mut mix, &mut block, 4_096));
    refused("mix", mixed.take(100).filter_map(Result::err).next());
}
