//! FLAC (RFC 9639), frame by frame through `flacenc`.
//!
//! The frames are flacenc's; the stream around them is ours, because flacenc's own keeps the whole
//! file in memory and writes the length of the short last block as the minimum block size. RFC 9639
//! §8.2 leaves the last block out of it, and readers that take the stream for one of variable blocks
//! then (symphonia 0.6 among them) find not a single valid frame.

use std::io::SeekFrom;

use flacenc::bitsink::ByteSink;
use flacenc::component::BitRepr;
use flacenc::error::{Verified, Verify};
use flacenc::source::{Context, Fill, FrameBuf};

use super::wave::pack;
use super::{Encoder, Tags, Target, check_block};
use crate::quantize::Quantizer;
use crate::{Error, Planar, Scratch};

/// Frames of a block: the largest common size of the streamable subset (RFC 9639 §7) at 48 kHz.
const BLOCK_FRAMES: usize = 4_096;
/// Rates above this do not fit the 20 bits of the header.
const RATE_HZ_MAX: u32 = 655_350;
/// Numbers of frames that fit the header; longer files say "unknown", which is allowed.
const TOTAL_FRAMES_MAX: u64 = (1 << 36) - 1;
/// Highest rate that flacenc takes.
const FLACENC_RATE_HZ_MAX: u32 = 96_000;
/// A rate with no code in a frame header, so that flacenc's frames say "as in STREAMINFO" (RFC 9639
/// §9.1.2), where the true one stands.
const UNCODED_RATE_HZ: u32 = 65_537;
/// Headers and checksums of a frame and its subframes, generously.
const FRAME_OVERHEAD_BYTES: usize = 64;
const STREAMINFO_BYTES: usize = 34;

/// Writes FLAC.
pub(super) struct FlacEncoder<'a> {
    out: &'a mut dyn Scratch,
    config: Verified<flacenc::config::Encoder>,
    /// For blocks that prediction would only make longer.
    plain: Verified<flacenc::config::Encoder>,
    stream: flacenc::component::StreamInfo,
    context: Context,
    buffer: FrameBuf,
    sink: ByteSink,
    quantizer: Quantizer,
    /// Rounded frames that do not make a block yet.
    pending: Planar,
    pending_frames: usize,
    integers: Vec<Vec<i32>>,
    packed: Vec<u8>,
    shape: Shape,
    frame_bytes: (u32, u32),
    total_frames: u64,
    blocks: usize,
}

#[derive(Clone, Copy)]
struct Shape {
    rate_hz: u32,
    channels: usize,
    bits: u32,
}

impl<'a> FlacEncoder<'a> {
    pub(super) fn new(target: &Target, bits: u32, out: &'a mut dyn Scratch) -> Result<Self, Error> {
        if !matches!(bits, 16 | 24) || target.rate_hz > RATE_HZ_MAX {
            return Err(Error::UnsupportedTarget(format!(
                "FLAC with {bits} bits at {} Hz",
                target.rate_hz
            )));
        }
        let shape = Shape {
            rate_hz: target.rate_hz,
            channels: target.channels,
            bits,
        };
        let refused = |error: &dyn std::fmt::Display| Error::Encoder(error.to_string());
        let coded_rate_hz = if target.rate_hz > FLACENC_RATE_HZ_MAX {
            UNCODED_RATE_HZ
        } else {
            target.rate_hz
        };
        let stream = flacenc::component::StreamInfo::new(
            coded_rate_hz as usize,
            target.channels,
            bits as usize,
        )
        .map_err(|error| refused(&error))?;
        out.write_all(&head(shape, (0, 0), 0, &[0; 16]))?;
        out.write_all(&comments(&target.tags))?;
        Ok(Self {
            out,
            config: config(true)?,
            plain: config(false)?,
            stream,
            context: Context::new(bits as usize, target.channels),
            buffer: FrameBuf::with_size(target.channels, BLOCK_FRAMES)
                .map_err(|error| refused(&error))?,
            sink: ByteSink::new(),
            quantizer: Quantizer::new(bits, target.dither),
            pending: Planar::new(target.channels, BLOCK_FRAMES),
            pending_frames: 0,
            integers: Vec::new(),
            packed: Vec::new(),
            shape,
            frame_bytes: (u32::MAX, 0),
            total_frames: 0,
            blocks: 0,
        })
    }

    /// Encodes the pending frames as one block, a short one only at the end.
    fn flush_block(&mut self) -> Result<(), Error> {
        let refused = |error: &dyn std::fmt::Display| Error::Encoder(error.to_string());
        self.quantizer
            .round(&self.pending, 0..self.pending_frames, &mut self.integers);
        let sample_bytes = self.shape.bits as usize / 8;
        self.packed.clear();
        pack(&self.integers, sample_bytes, &mut self.packed);
        self.context
            .fill_le_bytes(&self.packed, sample_bytes)
            .map_err(|error| refused(&error))?;
        if self.pending_frames < BLOCK_FRAMES {
            self.buffer.resize(self.pending_frames);
        }
        self.buffer
            .fill_le_bytes(&self.packed, sample_bytes)
            .map_err(|error| refused(&error))?;
        let encode = |config| {
            flacenc::encode_fixed_size_frame(config, &self.buffer, self.blocks, &self.stream)
                .map_err(|error| refused(&error))
        };
        let mut frame = encode(&self.config)?;
        if frame.count_bits() > 8 * (self.packed.len() + FRAME_OVERHEAD_BYTES) {
            frame = encode(&self.plain)?;
        }
        self.sink.clear();
        frame
            .write(&mut self.sink)
            .map_err(|error| refused(&error))?;
        let bytes = self.sink.as_slice();
        self.out.write_all(bytes)?;
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        self.frame_bytes = (
            self.frame_bytes.0.min(length),
            self.frame_bytes.1.max(length),
        );
        self.total_frames += self.pending_frames as u64;
        self.blocks += 1;
        self.pending_frames = 0;
        Ok(())
    }
}

impl Encoder for FlacEncoder<'_> {
    fn write(&mut self, block: &Planar) -> Result<(), Error> {
        check_block(block, self.shape.channels)?;
        let mut taken = 0;
        while taken < block.frames() {
            let start = self.pending_frames;
            let now = (BLOCK_FRAMES - start).min(block.frames() - taken);
            for (all, new) in self.pending.channels_mut().iter_mut().zip(block.channels()) {
                all[start..start + now].copy_from_slice(&new[taken..taken + now]);
            }
            self.pending_frames += now;
            taken += now;
            if self.pending_frames == BLOCK_FRAMES {
                self.flush_block()?;
            }
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<(), Error> {
        if self.pending_frames > 0 {
            self.flush_block()?;
        }
        let sizes = if self.blocks == 0 {
            (0, 0)
        } else {
            self.frame_bytes
        };
        let md5 = self.context.md5_digest();
        self.out.seek(SeekFrom::Start(0))?;
        self.out
            .write_all(&head(self.shape, sizes, self.total_frames, &md5))?;
        self.out.seek(SeekFrom::End(0))?;
        self.out.flush()?;
        Ok(())
    }
}

/// How flacenc is to work: with its predictors, or without.
///
/// flacenc 0.5 knows only the shorter of the two Rice codings; where noise at full scale follows
/// silence it made 33 MB out of a block of 24 kB.
fn config(predict: bool) -> Result<Verified<flacenc::config::Encoder>, Error> {
    let mut config = flacenc::config::Encoder::default();
    config.block_size = BLOCK_FRAMES;
    config.subframe_coding.use_fixed = predict;
    config.subframe_coding.use_lpc = predict;
    config
        .into_verified()
        .map_err(|(_, error)| Error::Encoder(error.to_string()))
}

/// `fLaC` and the STREAMINFO block (RFC 9639 §8.2).
fn head(shape: Shape, frame_bytes: (u32, u32), total_frames: u64, md5: &[u8; 16]) -> Vec<u8> {
    let mut out = b"fLaC".to_vec();
    out.extend_from_slice(&[0, 0, 0, STREAMINFO_BYTES as u8]);
    // Smallest and largest block, the last one not counted: all are alike.
    out.extend_from_slice(&(BLOCK_FRAMES as u16).to_be_bytes());
    out.extend_from_slice(&(BLOCK_FRAMES as u16).to_be_bytes());
    for bytes in [frame_bytes.0, frame_bytes.1] {
        let bytes = if bytes < 1 << 24 { bytes } else { 0 }; // 0: unknown
        out.extend_from_slice(&bytes.to_be_bytes()[1..]);
    }
    let total = if total_frames <= TOTAL_FRAMES_MAX {
        total_frames
    } else {
        0
    };
    let packed = u64::from(shape.rate_hz) << 44
        | (shape.channels as u64 - 1) << 41
        | u64::from(shape.bits - 1) << 36
        | total;
    out.extend_from_slice(&packed.to_be_bytes());
    out.extend_from_slice(md5);
    out
}

/// The last metadata block: Vorbis comments (RFC 9639 §8.6).
fn comments(tags: &Tags) -> Vec<u8> {
    /// The block's size has 24 bits; words far below that are cut.
    const TEXT_BYTES_MAX: usize = 64 * 1024;
    let fields = [
        ("TITLE", &tags.title),
        ("ARTIST", &tags.artist),
        ("ALBUM", &tags.album),
        ("DATE", &tags.date),
        ("COMMENT", &tags.comment),
    ];
    let put = |out: &mut Vec<u8>, text: &str| {
        out.extend_from_slice(&(text.len() as u32).to_le_bytes());
        out.extend_from_slice(text.as_bytes());
    };
    let mut body = Vec::new();
    put(&mut body, "Loa Studio");
    let present: Vec<_> = fields
        .into_iter()
        .filter_map(|(name, text)| text.as_ref().map(|text| (name, text)))
        .collect();
    body.extend_from_slice(&(present.len() as u32).to_le_bytes());
    for (name, text) in present {
        let text = &text[..text.floor_char_boundary(TEXT_BYTES_MAX)];
        put(&mut body, &format!("{name}={text}"));
    }
    let mut out = (0x8400_0000 | body.len() as u32).to_be_bytes().to_vec();
    out.extend_from_slice(&body);
    out
}
