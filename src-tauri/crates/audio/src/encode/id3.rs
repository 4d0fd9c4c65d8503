//! ID3v2.4 tags (id3.org, "ID3 tag version 2.4.0 – Main Structure" and "Native Frames"), in UTF-8.

use super::Tags;

/// Words longer than this are cut; players cut them anyway.
const TEXT_BYTES_MAX: usize = 64 * 1024;
/// Text encoding 3: UTF-8.
const UTF_8: u8 = 3;

/// The tag, for the beginning of the file. `length_ms` is written with seven digits at least, so
/// that a tag of the same words with the true length has the same size.
pub(super) fn tag(tags: &Tags, length_ms: u64) -> Vec<u8> {
    let mut frames = Vec::new();
    let texts = [
        (b"TIT2", &tags.title),
        (b"TPE1", &tags.artist),
        (b"TALB", &tags.album),
        (b"TDRC", &tags.date),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            put(&mut frames, name, &[&[UTF_8], cut(text)]);
        }
    }
    if let Some(comment) = &tags.comment {
        // Encoding, language, empty description, text. "und" is ISO 639-2 for "not determined".
        put(
            &mut frames,
            b"COMM",
            &[&[UTF_8], b"und", &[0], cut(comment)],
        );
    }
    put(
        &mut frames,
        b"TLEN",
        &[&[UTF_8], format!("{length_ms:010}").as_bytes()],
    );
    put(&mut frames, b"TSSE", &[&[UTF_8], b"Loa Studio, LAME 3.100"]);
    let mut out = b"ID3\x04\x00\x00".to_vec();
    out.extend_from_slice(&synchsafe(frames.len()));
    out.extend_from_slice(&frames);
    out
}

fn cut(text: &str) -> &[u8] {
    &text.as_bytes()[..text.floor_char_boundary(TEXT_BYTES_MAX)]
}

fn put(out: &mut Vec<u8>, name: &[u8; 4], parts: &[&[u8]]) {
    out.extend_from_slice(name);
    out.extend_from_slice(&synchsafe(parts.iter().map(|part| part.len()).sum()));
    out.extend_from_slice(&[0, 0]);
    for part in parts {
        out.extend_from_slice(part);
    }
}

/// Four times seven bits, so that no tag looks like a frame of sound.
fn synchsafe(size: usize) -> [u8; 4] {
    [21, 14, 7, 0].map(|shift| (size >> shift & 0x7f) as u8)
}

#[cfg(test)]
mod tests {
    use super::{Tags, synchsafe, tag};

    #[test]
    fn sizes_are_written_in_groups_of_seven_bits() {
        assert_eq!(synchsafe(0x3fff), [0, 0, 0x7f, 0x7f]);
        assert_eq!(synchsafe(128), [0, 0, 1, 0]);
    }

    #[test]
    fn the_length_changes_no_size() {
        let tags = Tags {
            title: Some("Tiêm chủng mở rộng".into()),
            ..Tags::default()
        };
        assert_eq!(tag(&tags, 0).len(), tag(&tags, 604_800_000).len());
    }
}
