//! MPEG-1, 2 and 2.5 Layer III through LAME.
//!
//! LAME writes an empty first frame; when all is encoded, it is replaced by the Xing/LAME frame that
//! tells decoders how much delay and padding to cut, so that the sound comes back as long as it was.

use std::io::SeekFrom;
use std::num::NonZeroU32;
use std::ops::RangeInclusive;

use mp3lame_encoder::{
    Bitrate, Builder, DualPcm, FlushGap, Mode, MonoPcm, Quality, VbrMode, max_required_buffer_size,
};

use super::xing::InfoFrame;
use super::{Encoder, Mp3Rate, Tags, Target, check_block, id3};
use crate::{Error, Planar, Scratch};

/// The rates of MPEG Layer III, 2.5 and 2 before 1.
const RATES_HZ: [u32; 9] = [
    8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000,
];
/// Bytes that the last call may want at the most, by LAME's documentation.
const FLUSH_BYTES: usize = 7_200;
/// Highest sample given to LAME, 18 dB over full scale: some files hold more than full scale and MP3 can
/// too, but at numbers beyond all sense LAME ends the whole program.
const SAMPLE_MAX: f32 = 8.0;
/// Frames given to LAME at a time.
const FRAMES_AT_ONCE: usize = 16_384;

/// Writes MP3.
pub(super) struct Mp3Encoder<'a> {
    out: &'a mut dyn Scratch,
    lame: mp3lame_encoder::Encoder,
    channels: usize,
    rate_hz: u32,
    tags: Tags,
    tag_bytes: u64,
    /// Our own first frame, where LAME writes none.
    info: Option<InfoFrame>,
    frames: u64,
    /// What makes up for the level that LAME takes off.
    gain: f32,
    /// The samples as LAME gets them.
    ready: [Vec<f32>; 2],
    buffer: Vec<u8>,
}

impl<'a> Mp3Encoder<'a> {
    pub(super) fn new(
        target: &Target,
        rate: Mp3Rate,
        out: &'a mut dyn Scratch,
    ) -> Result<Self, Error> {
        if !RATES_HZ.contains(&target.rate_hz) {
            return Err(Error::UnsupportedTarget(format!(
                "MP3 at {} Hz",
                target.rate_hz
            )));
        }
        let lame = lame(target, rate)?;
        let tag = id3::tag(&target.tags, 0);
        out.write_all(&tag)?;
        let info = match rate {
            Mp3Rate::Cbr { kbps } => InfoFrame::where_lame_has_none(target, kbps)?,
            Mp3Rate::Vbr { .. } => None,
        };
        if let Some(info) = &info {
            out.write_all(&info.placeholder())?;
        }
        Ok(Self {
            out,
            lame,
            channels: target.channels,
            rate_hz: target.rate_hz,
            tags: target.tags.clone(),
            tag_bytes: tag.len() as u64,
            info,
            frames: 0,
            gain: 1.0 / lame_scale(rate),
            ready: Default::default(),
            buffer: Vec::new(),
        })
    }
}

impl Mp3Encoder<'_> {
    /// Writes what LAME has put into the buffer.
    fn put(&mut self) -> Result<(), Error> {
        if let Some(info) = &mut self.info {
            info.add(&self.buffer);
        }
        self.out.write_all(&self.buffer)?;
        Ok(())
    }
}

/// By what LAME 3.100 multiplies before it encodes at a constant rate, so that decoders that cut off at
/// full scale cut off less (its `presets.c`). Half a decibel is more than the tolerance of a loudness,
/// and how high the decoded peaks go is measured here: so the level is given back.
fn lame_scale(rate: Mp3Rate) -> f32 {
    match rate {
        Mp3Rate::Cbr { kbps: ..=160 } => 0.95,
        Mp3Rate::Cbr { kbps: 192 } => 0.97,
        Mp3Rate::Cbr { kbps: 224 } => 0.98,
        Mp3Rate::Cbr { .. } | Mp3Rate::Vbr { .. } => 1.0,
    }
}

fn lame(target: &Target, rate: Mp3Rate) -> Result<mp3lame_encoder::Encoder, Error> {
    let refused = |error: mp3lame_encoder::BuildError| Error::Encoder(error.to_string());
    let mode = if target.channels == 1 {
        Mode::Mono
    } else {
        Mode::JointStereo
    };
    let mut builder = Builder::new().ok_or_else(|| Error::Encoder("LAME has no memory".into()))?;
    builder
        .set_num_channels(target.channels as u8)
        .map_err(refused)?;
    builder.set_mode(mode).map_err(refused)?;
    builder.set_sample_rate(target.rate_hz).map_err(refused)?;
    // Said once more for the output: LAME would else lower the rate with the bit rate.
    builder
        .set_output_sample_rate(NonZeroU32::new(target.rate_hz))
        .map_err(refused)?;
    // LAME's default: 7 would halve the time, at a quality nobody here has compared by ear.
    builder.set_quality(Quality::Good).map_err(refused)?;
    match rate {
        Mp3Rate::Cbr { kbps } => {
            builder.set_vbr_mode(VbrMode::Off).map_err(refused)?;
            builder
                .set_brate(bitrate(kbps, target.rate_hz)?)
                .map_err(refused)?;
        }
        Mp3Rate::Vbr { quality } => {
            builder.set_vbr_mode(VbrMode::Mtrh).map_err(refused)?;
            builder
                .set_vbr_quality(vbr_quality(quality)?)
                .map_err(refused)?;
        }
    }
    builder.set_to_write_vbr_tag(true).map_err(refused)?;
    builder.build().map_err(refused)
}

/// The lowest rate not below the source's that can carry so many bits, else the highest that can.
pub(super) fn rate_for(rate: Mp3Rate, source_hz: u32) -> u32 {
    let carries = |&rate_hz: &u32| match rate {
        Mp3Rate::Cbr { kbps } => kbps_range(rate_hz).contains(&kbps),
        Mp3Rate::Vbr { .. } => true,
    };
    let mut rates = RATES_HZ.into_iter().filter(carries);
    let highest = rates.clone().next_back().unwrap_or(48_000);
    rates.find(|&rate| rate >= source_hz).unwrap_or(highest)
}

/// Bit rates at a rate of sound (ISO/IEC 11172-3 §2.4.2.3, 13818-3 §2.4.2.3; 2.5 stops at 64).
fn kbps_range(rate_hz: u32) -> RangeInclusive<u32> {
    match rate_hz {
        32_000.. => 32..=320,
        16_000.. => 8..=160,
        _ => 8..=64,
    }
}

fn bitrate(kbps: u32, rate_hz: u32) -> Result<Bitrate, Error> {
    let found = match kbps {
        8 => Bitrate::Kbps8,
        16 => Bitrate::Kbps16,
        24 => Bitrate::Kbps24,
        32 => Bitrate::Kbps32,
        40 => Bitrate::Kbps40,
        48 => Bitrate::Kbps48,
        64 => Bitrate::Kbps64,
        80 => Bitrate::Kbps80,
        96 => Bitrate::Kbps96,
        112 => Bitrate::Kbps112,
        128 => Bitrate::Kbps128,
        160 => Bitrate::Kbps160,
        192 => Bitrate::Kbps192,
        224 => Bitrate::Kbps224,
        256 => Bitrate::Kbps256,
        320 => Bitrate::Kbps320,
        _ => {
            return Err(Error::UnsupportedTarget(format!("MP3 at {kbps} kbit/s")));
        }
    };
    if kbps_range(rate_hz).contains(&kbps) {
        Ok(found)
    } else {
        Err(Error::UnsupportedTarget(format!(
            "MP3 at {kbps} kbit/s and {rate_hz} Hz"
        )))
    }
}

fn vbr_quality(quality: u8) -> Result<Quality, Error> {
    Ok(match quality {
        0 => Quality::Best,
        1 => Quality::SecondBest,
        2 => Quality::NearBest,
        3 => Quality::VeryNice,
        4 => Quality::Nice,
        5 => Quality::Good,
        6 => Quality::Decent,
        7 => Quality::Ok,
        8 => Quality::SecondWorst,
        9 => Quality::Worst,
        _ => {
            return Err(Error::UnsupportedTarget(format!(
                "MP3 of variable quality {quality}"
            )));
        }
    })
}

impl Encoder for Mp3Encoder<'_> {
    fn write(&mut self, block: &Planar) -> Result<(), Error> {
        check_block(block, self.channels)?;
        for start in (0..block.frames()).step_by(FRAMES_AT_ONCE) {
            let range = start..block.frames().min(start + FRAMES_AT_ONCE);
            self.buffer.clear();
            self.buffer.reserve(max_required_buffer_size(range.len()));
            for (ready, channel) in self.ready.iter_mut().zip(block.channels()) {
                ready.clear();
                // Brought to what LAME may see: see `SAMPLE_MAX`.
                let tame = |x: &f32| {
                    let x = if x.is_finite() { *x } else { 0.0 };
                    x.clamp(-SAMPLE_MAX, SAMPLE_MAX) * self.gain
                };
                ready.extend(channel[range.clone()].iter().map(tame));
            }
            let [left, right] = &self.ready;
            let made = if self.channels == 1 {
                self.lame.encode_to_vec(MonoPcm(left), &mut self.buffer)
            } else {
                self.lame
                    .encode_to_vec(DualPcm { left, right }, &mut self.buffer)
            };
            made.map_err(|error| Error::Encoder(error.to_string()))?;
            self.put()?;
            self.frames += range.len() as u64;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<(), Error> {
        self.buffer.clear();
        self.buffer.reserve(FLUSH_BYTES);
        self.lame
            .flush_to_vec::<FlushGap>(&mut self.buffer)
            .map_err(|error| Error::Encoder(error.to_string()))?;
        self.put()?;
        let length_ms = self.frames * 1_000 / u64::from(self.rate_hz);
        self.out.seek(SeekFrom::Start(0))?;
        self.out.write_all(&id3::tag(&self.tags, length_ms))?;
        self.buffer.clear();
        self.buffer.reserve(self.lame.lame_tag_size());
        self.out.seek(SeekFrom::Start(self.tag_bytes))?;
        if let Some(info) = &self.info {
            self.out
                .write_all(&info.finished(self.frames, self.rate_hz))?;
        } else if self.lame.lame_tag_encode_to_vec(&mut self.buffer).is_some() {
            self.out.write_all(&self.buffer)?;
        }
        self.out.seek(SeekFrom::End(0))?;
        self.out.flush()?;
        Ok(())
    }
}
