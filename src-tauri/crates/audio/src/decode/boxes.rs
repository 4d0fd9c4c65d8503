//! Boxes of an MP4 file (ISO/IEC 14496-12, §4.2), found without trusting their sizes.

use std::io;

use units::ReadAt;

/// Most boxes looked at: a phone video has a hundred.
const BOXES_MAX: usize = 10_000;

/// The content of a box.
#[derive(Clone, Copy)]
pub(super) struct Span {
    pub at: u64,
    pub end: u64,
}

/// Looks for boxes, not endlessly.
pub(super) struct Reader<'a> {
    bytes: &'a dyn ReadAt,
    budget: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a dyn ReadAt) -> Self {
        Self {
            bytes,
            budget: BOXES_MAX,
        }
    }

    /// The whole file.
    pub(super) fn file(&self) -> Span {
        Span {
            at: 0,
            end: self.bytes.len(),
        }
    }

    /// The box at the end of a path of names.
    pub(super) fn path(&mut self, inside: Span, names: &[[u8; 4]]) -> io::Result<Option<Span>> {
        let mut span = inside;
        for &name in names {
            match self.find(span, name)? {
                Some(found) => span = found,
                None => return Ok(None),
            }
        }
        Ok(Some(span))
    }

    /// The first box of this name directly inside.
    pub(super) fn find(&mut self, inside: Span, name: [u8; 4]) -> io::Result<Option<Span>> {
        let mut at = inside.at;
        while inside.end.saturating_sub(at) >= 8 {
            self.budget = match self.budget.checked_sub(1) {
                Some(budget) => budget,
                None => return Ok(None),
            };
            let (mut head, short) = (8, self.u32(at)?);
            let size = match short {
                0 => inside.end - at,
                1 => {
                    head = 16;
                    self.u64(at + 8)?
                }
                size => size.into(),
            };
            let end = at.saturating_add(size).min(inside.end);
            if size < head || end < at + head {
                return Ok(None);
            }
            let mut found = [0; 4];
            self.bytes.read_exact_at(at + 4, &mut found)?;
            if found == name {
                return Ok(Some(Span { at: at + head, end }));
            }
            at = end;
        }
        Ok(None)
    }

    /// The last box with its header and where it says that it ends, if the first one has this name.
    pub(super) fn last(&mut self, first: [u8; 4]) -> io::Result<Option<([u8; 4], Span)>> {
        let (file, mut at) = (self.file(), 0);
        let mut last = None;
        while file.end.saturating_sub(at) >= 16 {
            self.budget = match self.budget.checked_sub(1) {
                Some(budget) => budget,
                None => return Ok(None),
            };
            let mut name = [0; 4];
            self.bytes.read_exact_at(at + 4, &mut name)?;
            if at == 0 && name != first {
                return Ok(None);
            }
            let size = match self.u32(at)? {
                0 => return Ok(None), // up to the end of the file, wherever that is
                1 => self.u64(at + 8)?,
                size => size.into(),
            };
            let end = match at.checked_add(size) {
                Some(end) if size >= 8 => end,
                _ => return Ok(None),
            };
            last = Some((name, Span { at, end }));
            at = end;
        }
        Ok(last)
    }

    pub(super) fn text(&self, span: Span) -> io::Result<String> {
        const TEXT_BYTES_MAX: u64 = 256; // the comment has 120
        let length = span.end.saturating_sub(span.at).min(TEXT_BYTES_MAX);
        let mut text = vec![0; length as usize];
        self.bytes.read_exact_at(span.at, &mut text)?;
        Ok(String::from_utf8_lossy(&text).into_owned())
    }

    pub(super) fn byte(&self, at: u64) -> io::Result<u8> {
        let mut bytes = [0];
        self.bytes.read_exact_at(at, &mut bytes)?;
        Ok(bytes[0])
    }

    pub(super) fn u32(&self, at: u64) -> io::Result<u32> {
        let mut bytes = [0; 4];
        self.bytes.read_exact_at(at, &mut bytes)?;
        Ok(u32::from_be_bytes(bytes))
    }

    pub(super) fn u64(&self, at: u64) -> io::Result<u64> {
        let mut bytes = [0; 8];
        self.bytes.read_exact_at(at, &mut bytes)?;
        Ok(u64::from_be_bytes(bytes))
    }
}
