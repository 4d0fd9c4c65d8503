//! The first frame of an MP3 of constant rate, where LAME writes none.
//!
//! LAME leaves its "Info" frame out where a frame of the stream's bit rate is too short to hold it
//! (48 kbit/s at 24 kHz is). Then nobody could cut the encoder's delay, and each pass through the file
//! would make it longer. As other writers do, this one takes the lowest bit rate with room enough for
//! that one silent frame. Layout: "LAME Tag, revision 1" (gabriel.mp3-tech.org).

use super::Target;
use crate::Error;

/// Delay of LAME's own filters, told in its tag; a decoder adds its 529.
const ENCODER_DELAY_FRAMES: u64 = 576;
/// From "Info" to the end of the tag.
const TAG_BYTES: usize = 120 + 36;
/// kbit/s by index, for MPEG-1 and for 2 and 2.5 (ISO/IEC 11172-3 and 13818-3 §2.4.2.3).
const KBPS: [[u32; 14]; 2] = [
    [
        32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320,
    ],
    [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
];

/// An "Info" frame of fixed length, written first as a placeholder.
pub(super) struct InfoFrame {
    header: [u8; 4],
    /// Bytes of the header and the side information.
    tag_at: usize,
    length: usize,
    samples_per_frame: u64,
    kbps: u32,
    music: Crc16,
    music_bytes: u64,
}

impl InfoFrame {
    /// The frame for a stream of this shape; `None` where LAME has the room to write its own.
    pub(super) fn where_lame_has_none(target: &Target, kbps: u32) -> Result<Option<Self>, Error> {
        let rate_hz = target.rate_hz;
        // Version bits, index of the rate, row of the table, samples of a frame.
        let (version, index, row, samples) = match rate_hz {
            44_100 => (0b11, 0, 0, 1_152),
            48_000 => (0b11, 1, 0, 1_152),
            32_000 => (0b11, 2, 0, 1_152),
            22_050 => (0b10, 0, 1, 576),
            24_000 => (0b10, 1, 1, 576),
            16_000 => (0b10, 2, 1, 576),
            11_025 => (0b00, 0, 1, 576),
            12_000 => (0b00, 1, 1, 576),
            _ => (0b00, 2, 1, 576),
        };
        let mono = target.channels == 1;
        let side_bytes = match (row, mono) {
            (0, false) => 32,
            (0, true) | (1, false) => 17,
            _ => 9,
        };
        let tag_at = 4 + side_bytes;
        let bytes_at = |kbps: u32| (samples as u32 / 8 * kbps * 1_000 / rate_hz) as usize;
        if bytes_at(kbps) >= tag_at + TAG_BYTES {
            return Ok(None);
        }
        let (place, length) = KBPS[row]
            .into_iter()
            .map(bytes_at)
            .enumerate()
            .find(|&(_, bytes)| bytes >= tag_at + TAG_BYTES)
            .ok_or_else(|| Error::Encoder("no MP3 frame has room for its tag".into()))?;
        let header = [
            0xff,
            0xe0 | version << 3 | 0b01 << 1 | 1, // Layer III, no checksum
            (place as u8 + 1) << 4 | index << 2,
            if mono { 0b11 << 6 } else { 0b01 << 6 },
        ];
        Ok(Some(Self {
            header,
            tag_at,
            length,
            samples_per_frame: samples,
            kbps,
            music: Crc16::default(),
            music_bytes: 0,
        }))
    }

    /// Room for it.
    pub(super) fn placeholder(&self) -> Vec<u8> {
        let mut frame = vec![0; self.length];
        frame[..4].copy_from_slice(&self.header);
        frame
    }

    /// Counts what is written after it.
    pub(super) fn add(&mut self, bytes: &[u8]) {
        self.music.add(bytes);
        self.music_bytes += bytes.len() as u64;
    }

    /// The frame for a stream that holds `frames` frames of sound. With a constant rate the number of
    /// MPEG frames follows from the bytes.
    pub(super) fn finished(&self, frames: u64, rate_hz: u32) -> Vec<u8> {
        let bits_per_frame =
            self.samples_per_frame * u64::from(self.kbps) * 1_000 / u64::from(rate_hz);
        // Rounded: padding bytes make some frames a byte longer.
        let mpeg_frames = (self.music_bytes * 8 + bits_per_frame / 2) / bits_per_frame.max(1);
        let all = mpeg_frames * self.samples_per_frame;
        let padding = all.saturating_sub(ENCODER_DELAY_FRAMES + frames).min(0xfff);
        let total_bytes = self.music_bytes + self.length as u64;
        let mut frame = self.placeholder();
        let tag = &mut frame[self.tag_at..self.tag_at + TAG_BYTES];
        tag[..4].copy_from_slice(b"Info");
        tag[4..8].copy_from_slice(&0xfu32.to_be_bytes()); // frames, bytes, table, quality
        tag[8..12].copy_from_slice(&(mpeg_frames as u32).to_be_bytes());
        tag[12..16].copy_from_slice(&(total_bytes as u32).to_be_bytes());
        for (n, entry) in tag[16..116].iter_mut().enumerate() {
            *entry = (n * 256 / 100) as u8; // at a constant rate, position is proportion
        }
        tag[116..120].copy_from_slice(&50u32.to_be_bytes());
        tag[120..129].copy_from_slice(b"LAME3.100");
        tag[129] = 0x01; // tag revision 0, constant rate
        tag[140] = self.kbps.min(255) as u8;
        let trim = (ENCODER_DELAY_FRAMES as u32) << 12 | padding as u32;
        tag[141..144].copy_from_slice(&trim.to_be_bytes()[1..]);
        tag[148..152].copy_from_slice(&(total_bytes as u32).to_be_bytes());
        tag[152..154].copy_from_slice(&self.music.value().to_be_bytes());
        let mut head = Crc16::default();
        head.add(&frame[..self.tag_at + TAG_BYTES - 2]);
        let end = self.tag_at + TAG_BYTES;
        frame[end - 2..end].copy_from_slice(&head.value().to_be_bytes());
        frame
    }
}

/// CRC-16 with the polynomial 0x8005, reflected, from 0: LAME's.
#[derive(Default)]
struct Crc16(u16);

impl Crc16 {
    fn add(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 ^= u16::from(byte);
            for _ in 0..8 {
                self.0 = self.0 >> 1 ^ if self.0 & 1 == 1 { 0xa001 } else { 0 };
            }
        }
    }

    const fn value(&self) -> u16 {
        self.0
    }
}
