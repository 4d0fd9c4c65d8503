//! Pixels, peaks and sound for the window: bytes that are no JSON, by path.
//!
//! `slide/{deck}/{revision}/{slide}/{board}.png`, `peaks/{source}/{level}?from=&count=`,
//! `object/{digest}`. Hosts put the route behind their token or protocol and answer with
//! [`Media::answer`], so that ranges behave alike everywhere.

use std::io;

use units::{Digest, FileBytes, Id, ReadAt as _};

use crate::translate::parse;
use crate::wire::{Code, Problem};
use crate::{Host, Studio};

/// Most bytes in one answer. Players ask for ranges and come again; 8 MiB is a minute of WAV.
const ANSWER_BYTES_MAX: u64 = 8 << 20;

/// Most peaks in one tile: more than any screen has pixels.
const TILE_MAX: usize = 16_384;

/// Something to show or play.
pub struct Media {
    content_type: &'static str,
    immutable: bool,
    body: Body,
}

enum Body {
    Bytes(Vec<u8>),
    File(FileBytes),
}

/// An answer in the terms of HTTP (RFC 9110 §14 for ranges).
#[derive(Debug, PartialEq, Eq)]
pub struct Answer {
    /// 200, 206 or 416.
    pub status: u16,
    /// Header names and values.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Media {
    fn len(&self) -> u64 {
        match &self.body {
            Body::Bytes(bytes) => bytes.len() as u64,
            Body::File(file) => file.len(),
        }
    }

    /// Answers a request with this `Range` header, if it had one.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn answer(&self, range: Option<&str>) -> io::Result<Answer> {
        let length = self.len();
        let mut headers = vec![
            ("content-type", self.content_type.to_owned()),
            ("accept-ranges", "bytes".to_owned()),
            ("x-content-type-options", "nosniff".to_owned()),
            (
                "content-security-policy",
                "default-src 'none'; sandbox".to_owned(),
            ),
        ];
        let cache = if self.immutable {
            "private, max-age=86400, immutable"
        } else {
            "no-store"
        };
        headers.push(("cache-control", cache.to_owned()));
        let wanted = match range.map(|text| parse_range(text, length)) {
            Some(None) => {
                headers.push(("content-range", format!("bytes */{length}")));
                return Ok(Answer {
                    status: 416,
                    headers,
                    body: vec![],
                });
            }
            Some(Some(range)) => Some(range),
            // A file too long for one answer comes as its first part; whoever wants more asks.
            None => (length > ANSWER_BYTES_MAX).then_some((0, length)),
        };
        let (start, end) = wanted.unwrap_or((0, length));
        let end = end.min(start + ANSWER_BYTES_MAX);
        let status = if wanted.is_some() {
            let last = end.saturating_sub(1);
            headers.push(("content-range", format!("bytes {start}-{last}/{length}")));
            206
        } else {
            200
        };
        Ok(Answer {
            status,
            headers,
            body: self.read(start, end)?,
        })
    }

    fn read(&self, start: u64, end: u64) -> io::Result<Vec<u8>> {
        match &self.body {
            Body::Bytes(bytes) => Ok(bytes[start as usize..end as usize].to_vec()),
            Body::File(file) => {
                let mut body = vec![0; (end - start) as usize];
                file.read_exact_at(start, &mut body)?;
                Ok(body)
            }
        }
    }
}

/// First byte and one past the last, or `None` where the range cannot be met. Of several ranges the
/// first is taken, which RFC 9110 §14.2 allows.
fn parse_range(text: &str, length: u64) -> Option<(u64, u64)> {
    let first = text.strip_prefix("bytes=")?.split(',').next()?.trim();
    let (start, end) = first.split_once('-')?;
    let (start, end) = match (start.parse::<u64>(), end.parse::<u64>()) {
        (Ok(start), Ok(last)) => (start, last.checked_add(1)?.min(length)),
        (Ok(start), Err(_)) if end.is_empty() => (start, length),
        (Err(_), Ok(suffix)) if start.is_empty() => (length.saturating_sub(suffix), length),
        _ => return None,
    };
    (start < end).then_some((start, end))
}

impl<H: Host> Studio<H> {
    /// What stands at `path` (without a leading slash); `query` is the part behind `?`.
    ///
    /// # Errors
    /// [`Code::NotFound`] and whatever making it reports.
    pub fn media(&self, path: &str, query: &str) -> Result<Media, Problem> {
        crate::inside(self.store(), path)?;
        let parts: Vec<&str> = path.split('/').collect();
        match parts.as_slice() {
            ["slide", deck, _revision, slide, board] => {
                let board = board.strip_suffix(".png").unwrap_or(board);
                self.slide_png(parse(deck)?, parse(slide)?, parse(board)?)
            }
            ["peaks", source, level] => {
                let number = |name: &str| number(query, name);
                let count = number("count")
                    .unwrap_or(TILE_MAX as u64)
                    .min(TILE_MAX as u64);
                let from = number("from").unwrap_or(0);
                self.peaks_tile(parse(source)?, parse(level)?, from as usize, count as usize)
            }
            ["object", digest] => self.object(parse(digest)?),
            _ => Err(Problem::new(
                Code::NotFound,
                format!("no media at {path:?}"),
            )),
        }
    }

    fn slide_png(&self, deck: Id, slide: Id, board: usize) -> Result<Media, Problem> {
        let png = self.slide_pixels(deck, slide, board)?;
        Ok(Media {
            content_type: "image/png",
            immutable: true,
            body: Body::Bytes(png),
        })
    }

    fn peaks_tile(
        &self,
        source: Digest,
        level: usize,
        from: usize,
        count: usize,
    ) -> Result<Media, Problem> {
        let peaks = self.sources().peaks(source)?;
        let level = peaks
            .level(level)
            .ok_or_else(|| Problem::new(Code::NotFound, format!("peaks of level {level}")))?;
        let channels = peaks.channels().max(1);
        let tile = level.points.chunks(channels).skip(from).take(count);
        let count = (level.points.len() / channels)
            .saturating_sub(from)
            .min(count);
        let mut bytes = Vec::with_capacity(12 + count * 6);
        for number in [level.frames_per_point as usize, from, count] {
            bytes.extend(u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes());
        }
        for point in tile {
            // One waveform for all channels: the outermost of each.
            bytes.extend(
                point
                    .iter()
                    .map(|it| it.min)
                    .min()
                    .unwrap_or(0)
                    .to_le_bytes(),
            );
            bytes.extend(
                point
                    .iter()
                    .map(|it| it.max)
                    .max()
                    .unwrap_or(0)
                    .to_le_bytes(),
            );
            bytes.extend(
                point
                    .iter()
                    .map(|it| it.rms)
                    .max()
                    .unwrap_or(0)
                    .to_le_bytes(),
            );
        }
        let content_type = "application/octet-stream";
        Ok(Media {
            content_type,
            immutable: true,
            body: Body::Bytes(bytes),
        })
    }

    fn object(&self, digest: Digest) -> Result<Media, Problem> {
        let file = self.objects().open_object(digest)?;
        let mut head = [0u8; 16];
        let got = file
            .read_at(0, &mut head)
            .map_err(|error| Problem::on(&self.objects().path(digest), error))?;
        let content_type = sniff(&head[..got]);
        Ok(Media {
            content_type,
            immutable: true,
            body: Body::File(file),
        })
    }
}

fn number(query: &str, name: &str) -> Option<u64> {
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .find(|(key, _)| *key == name)
        .and_then(|(_, value)| value.parse().ok())
}

/// Types the window may show or play; all else is bytes, so that no stored page ever runs.
fn sniff(head: &[u8]) -> &'static str {
    match head {
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            ..,
        ] => "image/webp",
        [b'R', b'I', b'F', b'F', ..]
        | [b'R', b'F', b'6', b'4', ..]
        | [b'B', b'W', b'6', b'4', ..] => "audio/wav",
        [0x89, b'P', b'N', b'G', ..] => "image/png",
        [0xff, 0xd8, 0xff, ..] => "image/jpeg",
        [b'G', b'I', b'F', b'8', ..] => "image/gif",
        [b'f', b'L', b'a', b'C', ..] => "audio/flac",
        [b'O', b'g', b'g', b'S', ..] => "audio/ogg",
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => "audio/mp4",
        [b'I', b'D', b'3', ..] => "audio/mpeg",
        [0xff, second, ..] if second & 0xe0 == 0xe0 => "audio/mpeg",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn media(bytes: &[u8]) -> Media {
        let body = Body::Bytes(bytes.to_vec());
        Media {
            content_type: "audio/wav",
            immutable: true,
            body,
        }
    }

    #[test]
    fn a_range_gives_that_part_and_says_so() {
        let answer = media(b"0123456789").answer(Some("bytes=2-4")).unwrap();
        assert_eq!((answer.status, answer.body.as_slice()), (206, &b"234"[..]));
        assert!(
            answer
                .headers
                .contains(&("content-range", "bytes 2-4/10".to_owned()))
        );
        assert_eq!(
            media(b"0123456789").answer(Some("bytes=-3")).unwrap().body,
            b"789"
        );
        assert_eq!(
            media(b"0123456789")
                .answer(Some("bytes=8-99"))
                .unwrap()
                .body,
            b"89"
        );
        assert_eq!(media(b"0123456789").answer(None).unwrap().status, 200);
    }

    #[test]
    fn a_range_that_cannot_be_met_is_refused() {
        for range in [
            "bytes=10-",
            "bytes=5-2",
            "lines=1-2",
            "bytes=a-b",
            "bytes=0-18446744073709551615",
        ] {
            let status = media(b"0123456789").answer(Some(range)).unwrap().status;
            assert_eq!(status, 416, "{range}");
        }
    }

    #[test]
    fn a_stored_page_is_never_served_as_a_page() {
        assert_eq!(sniff(b"<!doctype html>"), "application/octet-stream");
        assert_eq!(sniff(b"<svg xmlns"), "application/octet-stream");
    }
}
