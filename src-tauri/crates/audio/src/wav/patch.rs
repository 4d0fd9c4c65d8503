//! Changing headers of files that are already there: levels measured afterwards, and recordings
//! that were cut off.

use std::io::{Read, SeekFrom};

use units::ReadAt;

use super::SIZE_ELSEWHERE;
use super::chunks::{self, Form, chunk_follows};
use super::format;
use crate::bext::{FIXED_BYTES, LOUDNESS_AT, Levels};
use crate::{Error, Scratch};

/// How much of a file is searched for its `bext` chunk; writers of the field put it first.
const HEAD_BYTES: usize = 64 * 1024;

/// Writes measured levels into the `bext` chunk of a WAV file written by this crate.
///
/// # Errors
/// [`Error::Damaged`] where there is no `bext` chunk at the beginning; [`Error::Io`].
pub fn write_loudness(out: &mut dyn Scratch, levels: Levels) -> Result<(), Error> {
    let mut head = Vec::new();
    out.seek(SeekFrom::Start(0))?;
    (&mut *out).take(HEAD_BYTES as u64).read_to_end(&mut head)?;
    let bext = chunks::walk(&head)?
        .and_then(|chunks| chunks.bext)
        .filter(|chunk| chunk.bytes >= FIXED_BYTES as u64)
        .ok_or_else(|| Error::Damaged("no bext chunk to write levels into".into()))?;
    out.seek(SeekFrom::Start(bext.at + LOUDNESS_AT as u64))?;
    out.write_all(&levels.to_bytes())?;
    out.seek(SeekFrom::End(0))?;
    out.flush()?;
    Ok(())
}

/// What makes a cut-off recording whole: bytes to write over its beginning, and the length to which
/// the file is cut (whole frames, even).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Repair {
    /// Written at offset 0 of the file.
    pub head: Vec<u8>,
    /// Length of the repaired file; one byte longer than the damaged one where padding is wanted.
    pub file_bytes: u64,
    /// Frames the repaired file holds.
    pub frames: u64,
}

/// What has to change so that the size fields of a recording tell of all its bytes; `None` where they
/// already do. Only for files of which the samples are the last chunk, as recorders write them.
///
/// # Errors
/// [`Error::Damaged`] where the header itself is incomplete: then nothing was recorded. [`Error::Io`].
pub fn repair(bytes: &dyn ReadAt) -> Result<Option<Repair>, Error> {
    let damaged = |what: &str| Error::Damaged(what.into());
    let chunks = chunks::walk(bytes)?.ok_or_else(|| damaged("not a WAV file"))?;
    let (Some(fmt), Some(data)) = (chunks.fmt, chunks.data) else {
        return Err(damaged("the header of the recording is incomplete"));
    };
    let fmt = super::read::content(bytes, fmt.at, fmt.bytes, 64)?;
    let format = format::parse(&fmt)?.ok_or_else(|| damaged("not plain samples"))?;
    let frame_bytes = format.sample.bytes() as u64 * u64::from(format.channels);
    let declared_end = data.at + data.bytes + (data.bytes & 1);
    if declared_end < bytes.len() && data.bytes > 0 && chunk_follows(bytes, declared_end)? {
        return Ok(None); // finished: other chunks follow the samples
    }
    // The byte that makes an odd number of bytes even is no sample, though it could be one of 8 bits.
    let is_padded = data.bytes & 1 == 1 && declared_end == bytes.len();
    let present = bytes.len() - data.at - u64::from(is_padded);
    let frames = present / frame_bytes;
    let data_bytes = frames * frame_bytes;
    let file_bytes = data.at + data_bytes + (data_bytes & 1);
    let riff_bytes = file_bytes - 8;
    let head_bytes = usize::try_from(data.at)
        .ok()
        .filter(|&at| at <= HEAD_BYTES)
        .ok_or_else(|| damaged("the header of the recording is too long"))?;
    let old = super::read::content(bytes, 0, data.at, head_bytes)?;
    let mut head = old.clone();
    if let Ok(riff_field) = u32::try_from(riff_bytes)
        && riff_field != SIZE_ELSEWHERE
        && chunks.form == Form::Riff
    {
        head[4..8].copy_from_slice(&riff_field.to_le_bytes());
        head[head_bytes - 4..].copy_from_slice(&(data_bytes as u32).to_le_bytes());
    } else {
        let reserve = chunks
            .first
            .filter(|chunk| chunk.bytes >= 28)
            .ok_or_else(|| damaged("more than 4 GiB and no room for 64-bit sizes"))?;
        if chunks.form == Form::Riff {
            head[..4].copy_from_slice(b"RF64");
            head[12..16].copy_from_slice(b"ds64");
        }
        head[4..8].copy_from_slice(&SIZE_ELSEWHERE.to_le_bytes());
        let at = reserve.at as usize; // 20
        head[at..at + 8].copy_from_slice(&riff_bytes.to_le_bytes());
        head[at + 8..at + 16].copy_from_slice(&data_bytes.to_le_bytes());
        head[at + 16..at + 24].copy_from_slice(&frames.to_le_bytes());
        head[head_bytes - 4..].copy_from_slice(&SIZE_ELSEWHERE.to_le_bytes());
    }
    if head == old && file_bytes == bytes.len() {
        return Ok(None);
    }
    Ok(Some(Repair {
        head,
        file_bytes,
        frames,
    }))
}
