//! Broadcast WAV files, RF64 past 4 GiB.

use std::io::SeekFrom;

use super::{Encoder, Tags, Target, check_block};
use crate::bext::Bext;
use crate::quantize::Quantizer;
use crate::wav::Header;
use crate::{Error, Planar, SampleFormat, Scratch};

/// Frames rounded and packed at a time: small enough for the first-level cache.
const FRAMES_AT_ONCE: usize = 2_048;

/// Writes WAV. The header is written twice: at first for an empty file, at last for the true length.
pub(super) struct WaveEncoder<'a> {
    out: &'a mut dyn Scratch,
    header: Header,
    channels: usize,
    sample_bytes: usize,
    quantizer: Quantizer,
    integers: Vec<Vec<i32>>,
    packed: Vec<u8>,
    data_bytes: u64,
}

impl<'a> WaveEncoder<'a> {
    pub(super) fn new(target: &Target, bits: u32, out: &'a mut dyn Scratch) -> Result<Self, Error> {
        let format = match bits {
            16 => SampleFormat::I16,
            24 => SampleFormat::I24,
            _ => return Err(Error::UnsupportedTarget(format!("WAV with {bits} bits"))),
        };
        let bext = bext(target, bits);
        let header = Header::new(format, target.channels, target.rate_hz, &bext)?;
        out.write_all(&header.bytes(0))?;
        Ok(Self {
            out,
            header,
            channels: target.channels,
            sample_bytes: format.bytes(),
            quantizer: Quantizer::new(bits, target.dither),
            integers: Vec::new(),
            packed: Vec::new(),
            data_bytes: 0,
        })
    }
}

impl Encoder for WaveEncoder<'_> {
    fn write(&mut self, block: &Planar) -> Result<(), Error> {
        check_block(block, self.channels)?;
        self.packed.clear();
        for start in (0..block.frames()).step_by(FRAMES_AT_ONCE) {
            let range = start..block.frames().min(start + FRAMES_AT_ONCE);
            self.quantizer.round(block, range, &mut self.integers);
            pack(&self.integers, self.sample_bytes, &mut self.packed);
        }
        self.out.write_all(&self.packed)?;
        self.data_bytes += self.packed.len() as u64;
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<(), Error> {
        if !self.data_bytes.is_multiple_of(2) {
            self.out.write_all(&[0])?;
        }
        self.out.seek(SeekFrom::Start(0))?;
        self.out.write_all(&self.header.bytes(self.data_bytes))?;
        self.out.seek(SeekFrom::End(0))?;
        self.out.flush()?;
        Ok(())
    }
}

/// Appends integers as interleaved little-endian bytes.
pub(super) fn pack(channels: &[Vec<i32>], sample_bytes: usize, out: &mut Vec<u8>) {
    let start = out.len();
    let frames = channels.first().map_or(0, Vec::len);
    out.resize(start + frames * channels.len() * sample_bytes, 0);
    let out = &mut out[start..];
    match sample_bytes {
        2 => interleave::<2>(channels, out, |value| (value as i16).to_le_bytes()),
        _ => interleave::<3>(channels, out, |value| {
            let [a, b, c, _] = value.to_le_bytes();
            [a, b, c]
        }),
    }
}

fn interleave<const N: usize>(
    channels: &[Vec<i32>],
    out: &mut [u8],
    convert: impl Fn(i32) -> [u8; N],
) {
    let (samples, _) = out.as_chunks_mut::<N>();
    match channels {
        [left, right] => {
            let (pairs, _) = samples.as_chunks_mut::<2>();
            for ((pair, &left), &right) in pairs.iter_mut().zip(left).zip(right) {
                *pair = [convert(left), convert(right)];
            }
        }
        many => {
            for (index, channel) in many.iter().enumerate() {
                let own = samples.iter_mut().skip(index).step_by(many.len());
                for (out, &value) in own.zip(channel) {
                    *out = convert(value);
                }
            }
        }
    }
}

/// What the words of the target are in a `bext` chunk.
fn bext(target: &Target, bits: u32) -> Bext {
    let Tags {
        title,
        artist,
        date,
        ..
    } = target.tags.clone();
    let (day, time) = match date
        .as_deref()
        .map(|date| date.split_once('T').unwrap_or((date, "")))
    {
        Some((day, time)) => (day.to_owned(), time.chars().take(8).collect()),
        None => (String::new(), String::new()),
    };
    let mode = if target.channels == 1 {
        "mono"
    } else {
        "stereo"
    };
    Bext {
        description: title.unwrap_or_default(),
        originator: artist.unwrap_or_else(|| "Loa Studio".into()),
        origination_date: day,
        origination_time: time,
        levels: target.levels.unwrap_or_default(),
        // Tech 3285, Annex: algorithm, rate, width, mode, and free text for the program.
        coding_history: format!(
            "A=PCM,F={},W={bits},M={mode},T=Loa Studio\r\n",
            target.rate_hz
        ),
        ..Bext::default()
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Read, Seek, SeekFrom, Write};
    use std::sync::Arc;

    use super::WaveEncoder;
    use crate::encode::{Encoder, Format, Target};
    use crate::{Planar, Scratch, open};
    use units::ReadAt;

    /// A file that remembers its first bytes and its length only.
    #[derive(Default)]
    struct Beginning {
        head: Vec<u8>,
        at: u64,
        length: u64,
    }

    impl Write for Beginning {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            for (n, &byte) in bytes.iter().enumerate().take(2_000) {
                let at = self.at as usize + n;
                if at < 2_000 {
                    self.head.resize(self.head.len().max(at + 1), 0);
                    self.head[at] = byte;
                }
            }
            self.at += bytes.len() as u64;
            self.length = self.length.max(self.at);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Read for Beginning {
        fn read(&mut self, _buffer: &mut [u8]) -> io::Result<usize> {
            Err(io::ErrorKind::Unsupported.into())
        }
    }

    impl Seek for Beginning {
        fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
            self.at = match to {
                SeekFrom::Start(at) => at,
                SeekFrom::End(by) => self.length.checked_add_signed(by).unwrap(),
                SeekFrom::Current(by) => self.at.checked_add_signed(by).unwrap(),
            };
            Ok(self.at)
        }
    }

    impl ReadAt for Beginning {
        fn len(&self) -> u64 {
            self.length
        }

        fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
            self.head.read_at(offset, buffer)
        }
    }

    impl Scratch for Beginning {
        fn restart(&mut self) -> io::Result<()> {
            *self = Self::default();
            Ok(())
        }

        fn written(&mut self) -> io::Result<Arc<dyn ReadAt>> {
            Err(io::ErrorKind::Unsupported.into())
        }
    }

    #[test]
    fn a_file_that_outgrows_four_gibibytes_becomes_rf64() {
        let mut out = Beginning::default();
        let target = Target::new(Format::Wav { bits: 24 }, 48_000, 2);
        let mut encoder = Box::new(WaveEncoder::new(&target, 24, &mut out).unwrap());
        // As if hours had been written: only the counter and the position move.
        let skipped = 6 * 800_000_000;
        encoder.data_bytes += skipped;
        encoder.out.seek(SeekFrom::Current(skipped as i64)).unwrap();
        encoder.write(&Planar::new(2, 10)).unwrap();
        encoder.finish().unwrap();
        assert_eq!(&out.head[..4], b"RF64");
        let info = open(Arc::new(out)).unwrap().info;
        assert_eq!(info.frames, Some(800_000_010));
        assert_eq!(info.container, "rf64");
    }
}
