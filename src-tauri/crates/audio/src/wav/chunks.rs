//! Walking through the chunks of a RIFF file without trusting their sizes.

use std::io;

use units::ReadAt;

use super::{CHUNKS_MAX, SIZE_ELSEWHERE};
use crate::Error;

/// The kinds of file that share the WAVE layout.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Form {
    Riff,
    Rf64,
    Bw64,
}

/// Where a chunk's content lies. `bytes` is what the file claims, cut to what the file holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Chunk {
    pub name: [u8; 4],
    pub at: u64,
    pub bytes: u64,
    /// The size field itself.
    pub declared: u32,
}

/// The chunks of a file that matter here.
#[derive(Debug)]
pub(super) struct Chunks {
    pub form: Form,
    pub fmt: Option<Chunk>,
    pub bext: Option<Chunk>,
    /// The `JUNK` or `ds64` that stands first, at offset 12, if one does.
    pub first: Option<Chunk>,
    pub data: Option<Chunk>,
}

/// `None` where the bytes are not WAVE at all.
pub(super) fn walk(bytes: &dyn ReadAt) -> Result<Option<Chunks>, Error> {
    let mut head = [0; 12];
    match bytes.read_exact_at(0, &mut head) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error.into()),
    }
    let form = match &head[..4] {
        b"RIFF" => Form::Riff,
        b"RF64" => Form::Rf64,
        b"BW64" => Form::Bw64,
        _ => return Ok(None),
    };
    if &head[8..] != b"WAVE" {
        return Ok(None);
    }
    let mut chunks = Chunks {
        form,
        fmt: None,
        bext: None,
        first: None,
        data: None,
    };
    let mut data_bytes_64 = None;
    let mut at = 12;
    for _ in 0..CHUNKS_MAX {
        let Some(mut chunk) = chunk_at(bytes, at)? else {
            break;
        };
        if at == 12 && matches!(&chunk.name, b"ds64" | b"JUNK" | b"junk") {
            chunks.first = Some(chunk);
        }
        match &chunk.name {
            b"ds64" if form != Form::Riff && chunk.bytes >= 24 => {
                let mut sizes = [0; 8];
                bytes.read_exact_at(chunk.at + 8, &mut sizes)?;
                data_bytes_64 = Some(u64::from_le_bytes(sizes));
            }
            b"fmt " => chunks.fmt = chunks.fmt.or(Some(chunk)),
            b"bext" => chunks.bext = chunks.bext.or(Some(chunk)),
            b"data" if chunks.data.is_none() => {
                chunk.bytes = data_bytes(bytes, &chunk, data_bytes_64)?;
                chunks.data = Some(chunk);
            }
            _ => {}
        }
        if chunks.fmt.is_some() && chunks.bext.is_some() && chunks.data.is_some() {
            break;
        }
        // Chunks begin on even offsets.
        at = match chunk.at.checked_add(chunk.bytes) {
            Some(end) => end + (end & 1),
            None => break,
        };
    }
    Ok(Some(chunks))
}

/// How many bytes of sound there are. Whoever was cut off while writing left 0, all ones or too
/// much in the size field: then the bytes in the file are believed.
fn data_bytes(bytes: &dyn ReadAt, data: &Chunk, from_ds64: Option<u64>) -> Result<u64, Error> {
    let available = bytes.len() - data.at;
    let declared = match (data.declared, from_ds64) {
        (SIZE_ELSEWHERE, Some(size)) => size,
        (SIZE_ELSEWHERE, None) => return Ok(available),
        (size, _) => size.into(),
    };
    if declared > available {
        return Ok(available);
    }
    // An empty data chunk that is meant ends the file or is followed by another chunk.
    let unfinished = declared == 0 && available > 0 && !chunk_follows(bytes, data.at)?;
    Ok(if unfinished { available } else { declared })
}

/// Whether the bytes from `at` look like a chunk that ends inside the file.
pub(super) fn chunk_follows(bytes: &dyn ReadAt, at: u64) -> Result<bool, Error> {
    let Some(chunk) = chunk_at(bytes, at)? else {
        return Ok(false);
    };
    let named = chunk.name.iter().all(|&byte| (0x20..0x7f).contains(&byte));
    Ok(named && u64::from(chunk.declared) == chunk.bytes)
}

fn chunk_at(bytes: &dyn ReadAt, at: u64) -> Result<Option<Chunk>, Error> {
    let length = bytes.len();
    if length < 8 || at > length - 8 {
        return Ok(None);
    }
    let mut head = [0; 8];
    bytes.read_exact_at(at, &mut head)?;
    let [name @ .., a, b, c, d] = head;
    let declared = u32::from_le_bytes([a, b, c, d]);
    let at = at + 8;
    Ok(Some(Chunk {
        name,
        at,
        bytes: u64::from(declared).min(length - at),
        declared,
    }))
}
