//! Which part of an MP4 sound track is to be heard.
//!
//! AAC encoders put silence before the sound (priming, 1,024 or 2,112 frames) and fill up the last
//! packet. MP4 tells what to leave out in the edit list (ISO/IEC 14496-12, §8.6.6), Apple's encoders
//! also in an `iTunSMPB` comment. Symphonia 0.6 obeys neither. Only the boxes on the way there are
//! read, each with a limit; a file that lies gets no cut rather than an error.

use std::io;

use units::ReadAt;

use super::boxes::{Reader, Span};
use crate::Error;

/// Most entries taken from one table: an edit list has one or two, a time table of a constant rate too.
const ENTRIES_MAX: u32 = 1 << 16;

/// What is heard of a decoded track.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Heard {
    /// Frames to leave out at the start.
    pub skip: u64,
    /// Frames after that, where it is told.
    pub frames: Option<u64>,
    /// Ticks per second in which both are counted; 0 where they are frames.
    pub scale: u32,
}

impl Heard {
    /// The same in frames at `rate_hz`, which nearly always is the scale itself.
    pub(super) fn in_frames(self, rate_hz: u32) -> Self {
        let convert = |ticks: u64| {
            if self.scale == 0 || self.scale == rate_hz {
                return ticks;
            }
            let frames = u128::from(ticks) * u128::from(rate_hz) / u128::from(self.scale);
            u64::try_from(frames).unwrap_or(u64::MAX)
        };
        Self {
            skip: convert(self.skip),
            frames: self.frames.map(convert),
            scale: 0,
        }
    }
}

/// What is heard of track `track_id`; `None` where the file does not say.
pub(super) fn heard(bytes: &dyn ReadAt, track_id: u32) -> Result<Option<Heard>, Error> {
    match Mp4(Reader::new(bytes)).heard(track_id) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        other => Ok(other?),
    }
}

/// The length at which an MP4 file is read whose end was lost: up to where its media would have ended,
/// behind the file's own end. Of any other box a part is of no use, and readers that count on all of it
/// would go through gigabytes that are not there: such a file ends where that box begins. `None` for
/// whole files and for others.
pub(super) fn cut_off(bytes: &dyn ReadAt) -> Result<Option<u64>, Error> {
    let last = match Reader::new(bytes).last(*b"ftyp") {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => None,
        other => other?,
    };
    Ok(last
        .filter(|(_, span)| span.end > bytes.len() && span.at > 0)
        .map(|(name, span)| match &name {
            b"mdat" => span.end,
            _ => span.at,
        }))
}

/// Whether the file comes in fragments, which may tell nothing of its length.
pub(super) fn is_fragmented(bytes: &dyn ReadAt) -> Result<bool, Error> {
    let mut reader = Reader::new(bytes);
    let file = reader.file();
    match reader.path(file, &[*b"moov", *b"mvex"]) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        other => Ok(other?.is_some()),
    }
}

/// An MP4 file under examination.
struct Mp4<'a>(Reader<'a>);

impl Mp4<'_> {
    fn heard(&mut self, track_id: u32) -> io::Result<Option<Heard>> {
        let file = self.0.file();
        let Some(movie) = self.0.find(file, *b"moov")? else {
            return Ok(None);
        };
        let movie_scale = match self.0.find(movie, *b"mvhd")? {
            Some(header) => self.scale(header)?,
            None => return Ok(None),
        };
        let mut rest = movie;
        while let Some(track) = self.0.find(rest, *b"trak")? {
            rest.at = track.end;
            if self.track_id(track)? == Some(track_id) {
                return match self.gapless_comment(movie)? {
                    Some(heard) => Ok(Some(heard)),
                    None => self.edits(track, movie_scale),
                };
            }
        }
        Ok(None)
    }

    /// The edit list of a track, in frames at the media's own time scale.
    fn edits(&mut self, track: Span, movie_scale: u32) -> io::Result<Option<Heard>> {
        let (Some(list), Some(media)) = (
            self.0.path(track, &[*b"edts", *b"elst"])?,
            self.0.find(track, *b"mdia")?,
        ) else {
            return Ok(None);
        };
        let media_scale = match self.0.find(media, *b"mdhd")? {
            Some(header) => self.scale(header)?,
            None => return Ok(None),
        };
        let long = self.0.byte(list.at)? == 1;
        let entries = self.0.u32(list.at + 4)?.min(ENTRIES_MAX);
        let mut skip = None;
        let mut told = 0u64;
        for index in 0..u64::from(entries) {
            let at = list.at + 8 + index * if long { 20 } else { 12 };
            let (duration, start) = if long {
                (self.0.u64(at)?, self.0.u64(at + 8)?.cast_signed())
            } else {
                let start = self.0.u32(at + 4)?.cast_signed();
                (self.0.u32(at)?.into(), i64::from(start))
            };
            // An empty edit (−1) only delays the track against the picture.
            if let Ok(start) = u64::try_from(start) {
                skip.get_or_insert(start);
                told = told.saturating_add(duration);
            }
        }
        let Some(skip) = skip else {
            return Ok(None);
        };
        let played = self
            .0
            .path(media, &[*b"minf", *b"stbl", *b"stts"])?
            .map(|table| self.total(table))
            .transpose()?
            .filter(|&total| total > skip)
            .map(|total| total - skip);
        // Movie time is often in milliseconds: where the two agree to one such tick, the track's own
        // table is the exact one. A duration of 0 means "to the end".
        let told = (told > 0 && movie_scale > 0).then(|| {
            let scaled = u128::from(told) * u128::from(media_scale) / u128::from(movie_scale);
            u64::try_from(scaled).unwrap_or(u64::MAX)
        });
        let tick = u64::from(media_scale) / u64::from(movie_scale.max(1)) + 1;
        let frames = match (told, played) {
            (Some(told), Some(played)) if told.abs_diff(played) <= tick => Some(played),
            (Some(told), _) => Some(told),
            (None, played) => played,
        };
        Ok(Some(Heard {
            skip,
            frames,
            scale: media_scale,
        }))
    }

    /// Sum of the durations in a time-to-sample table.
    fn total(&mut self, table: Span) -> io::Result<u64> {
        let entries = u64::from(self.0.u32(table.at + 4)?.min(ENTRIES_MAX));
        let mut sum = 0u64;
        for index in 0..entries {
            let at = table.at + 8 + 8 * index;
            let (count, each) = (self.0.u32(at)?, self.0.u32(at + 4)?);
            sum = sum.saturating_add(u64::from(count) * u64::from(each));
        }
        Ok(sum)
    }

    /// Apple's ` 00000000 00000840 000001CA 00000000003F31F6 …`: delay, padding, frames, in hex.
    fn gapless_comment(&mut self, movie: Span) -> io::Result<Option<Heard>> {
        let Some(meta) = self.0.path(movie, &[*b"udta", *b"meta"])? else {
            return Ok(None);
        };
        let meta = Span {
            at: meta.at + 4,
            end: meta.end,
        };
        let Some(mut items) = self.0.find(meta, *b"ilst")? else {
            return Ok(None);
        };
        while let Some(item) = self.0.find(items, *b"----")? {
            items.at = item.end;
            let Some(name) = self.0.find(item, *b"name")? else {
                continue;
            };
            if self.0.text(Span {
                at: name.at + 4,
                end: name.end,
            })? != "iTunSMPB"
            {
                continue;
            }
            let Some(data) = self.0.find(item, *b"data")? else {
                continue;
            };
            let text = self.0.text(Span {
                at: data.at + 8,
                end: data.end,
            })?;
            let mut fields = text.split_ascii_whitespace().skip(1);
            let mut field = || {
                fields
                    .next()
                    .and_then(|field| u64::from_str_radix(field, 16).ok())
            };
            if let (Some(skip), Some(_padding), Some(frames)) = (field(), field(), field())
                && frames > 0
            {
                return Ok(Some(Heard {
                    skip,
                    frames: Some(frames),
                    scale: 0,
                }));
            }
        }
        Ok(None)
    }

    fn track_id(&mut self, track: Span) -> io::Result<Option<u32>> {
        let Some(header) = self.0.find(track, *b"tkhd")? else {
            return Ok(None);
        };
        let offset = if self.0.byte(header.at)? == 1 { 20 } else { 12 };
        self.0.u32(header.at + offset).map(Some)
    }

    /// The time scale in `mvhd` and `mdhd`, which begin alike.
    fn scale(&mut self, header: Span) -> io::Result<u32> {
        let offset = if self.0.byte(header.at)? == 1 { 20 } else { 12 };
        self.0.u32(header.at + offset)
    }
}

#[cfg(test)]
mod tests {
    use super::{Heard, cut_off, heard};

    fn atom(name: &[u8; 4], content: &[&[u8]]) -> Vec<u8> {
        let content = content.concat();
        let mut out = (content.len() as u32 + 8).to_be_bytes().to_vec();
        out.extend_from_slice(name);
        out.extend_from_slice(&content);
        out
    }

    /// `mvhd` and `mdhd`, version 0: the time scale at offset 12.
    fn clock(name: &[u8; 4], scale: u32) -> Vec<u8> {
        atom(name, &[&[0; 12], &scale.to_be_bytes(), &[0; 8]])
    }

    fn edits(list: &[(u32, i32)]) -> Vec<u8> {
        let mut entries = vec![0, 0, 0, 0];
        entries.extend_from_slice(&(list.len() as u32).to_be_bytes());
        for (duration, start) in list {
            entries.extend_from_slice(&duration.to_be_bytes());
            entries.extend_from_slice(&start.to_be_bytes());
            entries.extend_from_slice(&[0, 1, 0, 0]);
        }
        atom(b"edts", &[&atom(b"elst", &[&entries])])
    }

    fn movie(scale: u32, edits: &[u8], media_scale: u32, frames: u32, more: &[u8]) -> Vec<u8> {
        let table = [0, 1, frames, 1].map(u32::to_be_bytes).concat();
        let media = atom(
            b"mdia",
            &[
                &clock(b"mdhd", media_scale),
                &atom(b"minf", &[&atom(b"stbl", &[&atom(b"stts", &[&table])])]),
            ],
        );
        let header = atom(b"tkhd", &[&[0; 12], &7u32.to_be_bytes()]);
        let track = atom(b"trak", &[&header, edits, &media]);
        atom(b"moov", &[&clock(b"mvhd", scale), &track, more])
    }

    #[test]
    fn priming_is_left_out_and_a_length_in_milliseconds_gives_way_to_the_exact_one() {
        // 30,869 frames at 44.1 kHz are 699.98 ms; the movie can only say 700.
        let file = movie(1_000, &edits(&[(700, 1_024)]), 44_100, 31_893, &[]);
        let found = heard(&file, 7).unwrap().unwrap().in_frames(44_100);
        assert_eq!((found.skip, found.frames), (1_024, Some(30_869)));
        assert_eq!(heard(&file, 8).unwrap(), None);
    }

    #[test]
    fn a_cut_made_on_the_phone_is_obeyed_and_a_delay_against_the_picture_is_not() {
        let list = edits(&[(20, -1), (48_000, 96_000)]);
        let file = movie(48_000, &list, 48_000, 480_000, &[]);
        let found = heard(&file, 7).unwrap().unwrap();
        assert_eq!((found.skip, found.frames), (96_000, Some(48_000)));
    }

    #[test]
    fn another_time_scale_is_turned_into_frames() {
        let file = movie(90_000, &edits(&[(90_000, 9_000)]), 90_000, 180_000, &[]);
        let found = heard(&file, 7).unwrap().unwrap().in_frames(48_000);
        assert_eq!((found.skip, found.frames), (4_800, Some(48_000)));
    }

    #[test]
    fn apples_comment_goes_before_the_edit_list() {
        let text = b" 00000000 00000840 000001CA 00000000003F31F6 00000000";
        let item = atom(
            b"----",
            &[
                &atom(b"mean", &[&[0; 4], b"com.apple.iTunes"]),
                &atom(b"name", &[&[0; 4], b"iTunSMPB"]),
                &atom(b"data", &[&[0; 8], text]),
            ],
        );
        let meta = atom(b"meta", &[&[0; 4], &atom(b"ilst", &[&item])]);
        let more = atom(b"udta", &[&meta]);
        let file = movie(1_000, &edits(&[(700, 1_024)]), 44_100, 31_893, &more);
        let wanted = Heard {
            skip: 0x840,
            frames: Some(0x3f_31f6),
            scale: 0,
        };
        assert_eq!(heard(&file, 7).unwrap(), Some(wanted));
    }

    #[test]
    fn only_lost_media_is_made_up_for_by_silence() {
        let with = |name: &[u8; 4]| {
            let mut file = Vec::from(b"\0\0\0\x10ftypisom\0\0\0\0");
            file.extend(u32::MAX.to_be_bytes());
            file.extend(name);
            file.extend([0; 16]);
            cut_off(&file).unwrap()
        };
        assert_eq!(with(b"mdat"), Some(16 + u64::from(u32::MAX)));
        assert_eq!(with(b"moov"), Some(16));
        let mut boastful = Vec::from(u32::MAX.to_be_bytes());
        boastful.extend(b"ftypisom\0\0\0\0");
        assert_eq!(cut_off(&boastful).unwrap(), None);
    }

    #[test]
    fn no_cut_of_the_file_makes_an_error() {
        let file = movie(1_000, &edits(&[(700, 1_024)]), 44_100, 31_893, &[]);
        for end in 0..file.len() {
            assert!(heard(&file[..end].to_vec(), 7).is_ok());
        }
    }
}
