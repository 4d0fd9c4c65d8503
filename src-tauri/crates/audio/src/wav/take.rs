//! The mark by which a recording of ours is known: only what bears it is ever mended.

use units::ReadAt;

use super::chunks::{self, Form};
use super::format;
use super::header::{DS64_BYTES, Header};
use super::read::content;
use crate::bext::{Bext, FIXED_BYTES, HISTORY_BYTES_MAX};
use crate::{Error, SampleFormat};

/// Who made a take, as its `bext` chunk says.
pub const TAKE_ORIGINATOR: &str = "Loa Studio";

/// The coding history of a take.
#[must_use]
pub fn take_history(rate_hz: u32, channels: usize) -> String {
    let mode = if channels == 1 { "mono" } else { "stereo" };
    format!("A=PCM,F={rate_hz},W=24,M={mode},T={TAKE_ORIGINATOR}\r\n")
}

/// Whether this is a recording that our recorder began, whole or cut off: the header is byte for byte
/// the one it writes, but for the sizes, and says so. What the studio exports is none: an export has
/// neither a reference nor a time of day.
///
/// # Errors
/// [`Error::Io`].
pub fn is_take(bytes: &dyn ReadAt) -> Result<bool, Error> {
    let Some(chunks) = chunks::walk(bytes)? else {
        return Ok(false);
    };
    let (Some(fmt), Some(bext), Some(data)) = (chunks.fmt, chunks.bext, chunks.data) else {
        return Ok(false);
    };
    let fmt = content(bytes, fmt.at, fmt.bytes, 64)?;
    let bext_bytes_max = FIXED_BYTES + HISTORY_BYTES_MAX;
    let bext = Bext::from_bytes(&content(bytes, bext.at, bext.bytes, bext_bytes_max)?);
    let (Ok(Some(format)), Some(bext)) = (format::parse(&fmt), bext) else {
        return Ok(false);
    };
    let channels = usize::from(format.channels);
    let says_so = bext.originator == TAKE_ORIGINATOR
        && bext.coding_history == take_history(format.rate_hz, channels)
        && (!bext.originator_reference.is_empty() || bext.time_reference > 0);
    let header = Header::new(SampleFormat::I24, channels, format.rate_hz, &bext);
    let (true, Ok(header)) = (says_so && chunks.form != Form::Bw64, header) else {
        return Ok(false);
    };
    if data.at != header.len() as u64 {
        return Ok(false);
    }
    let mut found = content(bytes, 0, data.at, header.len())?;
    let mut ours = header.bytes(0);
    for head in [&mut found, &mut ours] {
        blank_sizes(head);
    }
    Ok(found == ours)
}

/// Makes headers that differ in their sizes alone the same.
fn blank_sizes(head: &mut [u8]) {
    let (sizes, data) = (20..20 + DS64_BYTES, head.len() - 4..head.len());
    for range in [0..8, 12..16, sizes, data] {
        head[range].fill(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bext() -> Bext {
        Bext {
            description: "Bản tin sáng".into(),
            originator: TAKE_ORIGINATOR.into(),
            originator_reference: "01J9ZC3V5M8Q2W4X6Y8Z0A1B2C".into(),
            origination_date: "2026-11-23".into(),
            origination_time: "05:30:07".into(),
            coding_history: take_history(48_000, 1),
            ..Bext::default()
        }
    }

    fn take(bext: &Bext, data_bytes: u64) -> Vec<u8> {
        let header = Header::new(SampleFormat::I24, 1, 48_000, bext).unwrap();
        let mut bytes = header.bytes(data_bytes);
        bytes.extend([0; 3_000]);
        bytes
    }

    #[test]
    fn a_take_is_known_whatever_its_sizes_say() {
        for data_bytes in [0, 3, 3_000, 4_000, 5 << 30] {
            assert!(is_take(&take(&bext(), data_bytes)).unwrap(), "{data_bytes}");
        }
        let earlier = Bext {
            originator_reference: String::new(),
            time_reference: 19_807 * 48_000,
            ..bext()
        };
        assert!(is_take(&take(&earlier, 3)).unwrap());
    }

    #[test]
    fn what_others_made_is_no_take_even_where_one_word_is_all_that_differs() {
        type Change = fn(&mut Bext);
        let changes: [Change; 4] = [
            |bext| bext.originator = "Zoom H4n".into(),
            |bext| bext.originator.push('\u{301}'),
            |bext| bext.originator_reference.clear(),
            |bext| bext.coding_history = take_history(44_100, 1),
        ];
        for change in changes {
            let mut bext = bext();
            change(&mut bext);
            assert!(!is_take(&take(&bext, 3)).unwrap(), "{bext:?}");
        }
        let mut bits = take(&bext(), 3);
        bits[12 + 36 + 8 + 400] ^= 1; // in the part of bext that we leave empty
        assert!(!is_take(&bits).unwrap());
        for bytes in [&b""[..], b"RIFF\0\0\0\0WAVE", b"nothing to hear"] {
            assert!(!is_take(&bytes.to_vec()).unwrap());
        }
    }
}
