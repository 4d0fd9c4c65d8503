//! Reading tag files: declaration, manifests, bag info, fetch lists. Text in, data and faults out.

use super::digests::Algorithm;
use crate::bag::DECLARATION;
use crate::limits::{INFO_FIELDS_MAX, LINE_BYTES_MAX};
use crate::report::{Code, Faults};

/// Encodings a declaration may name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Encoding {
    Utf8,
    /// Big-endian where no mark says otherwise (RFC 2781 §4.3).
    Utf16,
    /// Little-endian where no mark says otherwise.
    Utf16Le,
    Latin1,
}

/// What `bagit.txt` says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Declaration {
    pub(super) version: (u16, u16),
    pub(super) encoding: Encoding,
}

/// A line of a manifest.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Line {
    /// Lower-case hexadecimal digits.
    pub(super) digest: String,
    /// The path, decoded.
    pub(super) path: String,
}

/// Reads `bagit.txt` (RFC 8493 §2.1.1).
pub(super) fn declaration(bytes: &[u8], faults: &mut Faults) -> Option<Declaration> {
    let mut fail = |detail: &str| faults.error(Code::NotABag, DECLARATION, detail);
    if bytes.starts_with(&[0xef, 0xbb, 0xbf]) {
        faults.error(
            Code::ByteOrderMark,
            DECLARATION,
            "begins with a byte-order mark",
        );
        return None;
    }
    if bytes.len() > 1_024 {
        fail("is too long");
        return None;
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        fail("is not UTF-8");
        return None;
    };
    let lines: Vec<&str> = lines(text).filter(|line| !line.trim().is_empty()).collect();
    let value = |index: usize, label: &str| -> Option<&str> {
        let (name, value) = lines.get(index)?.split_once(':')?;
        name.trim()
            .eq_ignore_ascii_case(label)
            .then(|| value.trim())
    };
    let (Some(version), Some(encoding), 2) = (
        value(0, "BagIt-Version"),
        value(1, "Tag-File-Character-Encoding"),
        lines.len(),
    ) else {
        fail("does not consist of the two lines it should");
        return None;
    };
    let parsed = version
        .split_once('.')
        .and_then(|(major, minor)| Some((major.parse().ok()?, minor.parse().ok()?)));
    let Some(number @ ((0, 93..=97) | (1, 0))) = parsed else {
        let detail = format!("{version:?} is not from 0.93 to 1.0");
        faults.error(Code::BagVersion, DECLARATION, detail);
        return None;
    };
    let encoding = match encoding.to_ascii_uppercase().as_str() {
        "UTF-8" | "UTF8" | "US-ASCII" | "ASCII" => Encoding::Utf8,
        "UTF-16" | "UTF16" | "UTF-16BE" => Encoding::Utf16,
        "UTF-16LE" => Encoding::Utf16Le,
        "ISO-8859-1" | "LATIN1" | "LATIN-1" => Encoding::Latin1,
        _ => {
            let detail = format!("{encoding:?} is an unknown encoding");
            faults.error(Code::Encoding, DECLARATION, detail);
            return None;
        }
    };
    Some(Declaration {
        version: number,
        encoding,
    })
}

/// Decodes a tag file.
pub(super) fn decode(
    path: &str,
    bytes: &[u8],
    encoding: Encoding,
    faults: &mut Faults,
) -> Option<String> {
    let text = match encoding {
        Encoding::Utf8 => {
            let rest = bytes.strip_prefix(&[0xef, 0xbb, 0xbf]);
            if rest.is_some() {
                faults.warn(Code::ByteOrderMark, path, "begins with a byte-order mark");
            }
            std::str::from_utf8(rest.unwrap_or(bytes))
                .ok()
                .map(str::to_owned)
        }
        Encoding::Latin1 => Some(bytes.iter().map(|&byte| char::from(byte)).collect()),
        Encoding::Utf16 => utf16(bytes, false),
        Encoding::Utf16Le => utf16(bytes, true),
    };
    if text.is_none() {
        faults.error(Code::Encoding, path, "breaks the declared encoding");
    }
    text
}

fn utf16(bytes: &[u8], little: bool) -> Option<String> {
    let (little, rest) = match bytes {
        [0xff, 0xfe, rest @ ..] => (true, rest),
        [0xfe, 0xff, rest @ ..] => (false, rest),
        rest => (little, rest),
    };
    let (pairs, []) = rest.as_chunks::<2>() else {
        return None;
    };
    let units = pairs.iter().map(|&pair| {
        if little {
            u16::from_le_bytes(pair)
        } else {
            u16::from_be_bytes(pair)
        }
    });
    char::decode_utf16(units).collect::<Result<_, _>>().ok()
}

/// Lines ended by LF, CR or CRLF, with or without an end on the last.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let text = text.strip_suffix('\n').unwrap_or(text);
    text.split('\n')
        .flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r'))
}

/// Reads a manifest of any version. Lines that cannot be read are faults and left out.
pub(super) fn manifest(
    file: &str,
    text: &str,
    algorithm: Algorithm,
    version: (u16, u16),
    faults: &mut Faults,
) -> Vec<Line> {
    let mut out = Vec::new();
    for line in lines(text).filter(|line| !line.trim().is_empty()) {
        if faults.is_full() {
            break;
        }
        match manifest_line(line, algorithm, version) {
            Ok((line, note)) => {
                if let Some(note) = note {
                    faults.warn(Code::ManifestLine, file, note);
                }
                out.push(line);
            }
            Err(detail) => faults.error(Code::ManifestLine, file, detail),
        }
    }
    out
}

fn manifest_line(
    line: &str,
    algorithm: Algorithm,
    version: (u16, u16),
) -> Result<(Line, Option<&'static str>), &'static str> {
    if line.len() > LINE_BYTES_MAX {
        return Err("a line is too long");
    }
    let (digest, path) = line
        .split_once([' ', '\t'])
        .ok_or("a line has no digest and path")?;
    if digest.len() != algorithm.hex_digits() || !digest.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err("a digest has the wrong length or digits");
    }
    let mut path = path.trim_start_matches([' ', '\t']);
    let mut note = None;
    // What md5sum and its kin write before a name.
    if let Some(rest) = path.strip_prefix('*') {
        path = rest;
        note = Some("a path has the * of checksum tools before it");
    }
    if let Some(rest) = path.strip_prefix("./") {
        path = rest;
        note = Some("a path begins with ./");
    }
    Ok((
        Line {
            digest: digest.to_ascii_lowercase(),
            path: percent_decode(path, version),
        },
        note,
    ))
}

/// Only line ends, and since 1.0 the sign itself, are encoded (RFC 8493 §2.1.3).
fn percent_decode(path: &str, version: (u16, u16)) -> String {
    if !path.contains('%') {
        return path.to_owned();
    }
    let path = path
        .replace("%0A", "\n")
        .replace("%0a", "\n")
        .replace("%0D", "\r")
        .replace("%0d", "\r");
    if version >= (1, 0) {
        path.replace("%25", "%")
    } else {
        path
    }
}

/// Reads `bag-info.txt`: labels, values, folded lines (RFC 8493 §2.2.2).
pub(super) fn info(file: &str, text: &str, faults: &mut Faults) -> Vec<(String, String)> {
    let mut out: Vec<(String, String)> = Vec::new();
    for line in lines(text) {
        if faults.is_full() {
            break;
        }
        if out.len() > INFO_FIELDS_MAX {
            let detail = format!("more than {INFO_FIELDS_MAX} fields");
            faults.error(Code::LimitExceeded, file, detail);
            break;
        }
        if line.len() > LINE_BYTES_MAX {
            faults.error(Code::BagInfoLine, file, "a line is too long");
        } else if line.starts_with([' ', '\t']) && !line.trim().is_empty() {
            match out.last_mut() {
                Some((_, value)) => {
                    value.push(' ');
                    value.push_str(line.trim());
                }
                None => faults.error(Code::BagInfoLine, file, "the first line is a continuation"),
            }
        } else if let Some((label, value)) = line.split_once(':') {
            out.push((label.trim().to_owned(), value.trim().to_owned()));
        } else if !line.trim().is_empty() {
            faults.error(Code::BagInfoLine, file, "a line has no label");
        }
    }
    out
}

/// The paths of a fetch list; faulty lines are faults (RFC 8493 §2.2.3).
pub(super) fn fetch(
    file: &str,
    text: &str,
    version: (u16, u16),
    faults: &mut Faults,
) -> Vec<String> {
    let mut out = Vec::new();
    for line in lines(text).filter(|line| !line.trim().is_empty()) {
        if faults.is_full() {
            break;
        }
        let mut fields = line.splitn(3, [' ', '\t']);
        let (url, length, path) = (fields.next(), fields.next(), fields.next());
        let is_length = |length: &str| length == "-" || length.parse::<u64>().is_ok();
        match (
            url,
            length,
            path.map(|path| path.trim_start_matches([' ', '\t'])),
        ) {
            (Some(url), Some(length), Some(path))
                if url.contains(':') && is_length(length) && line.len() <= LINE_BYTES_MAX =>
            {
                out.push(percent_decode(path, version));
            }
            _ => faults.error(Code::Fetch, file, "a line is not address, length, path"),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, version: (u16, u16)) -> (Vec<Line>, Faults) {
        let mut faults = Faults::new(10);
        let lines = manifest("m", text, Algorithm::Md5, version, &mut faults);
        (lines, faults)
    }

    #[test]
    fn all_line_ends_and_spacings_in_the_wild_are_read() {
        let digest = "A".repeat(32);
        for text in [
            format!("{digest}  data/a\n{digest} data/b\n"),
            format!("{digest}\tdata/a\r\n{digest} *data/b"),
            format!("{digest}  ./data/a\r{digest}     data/b\r"),
        ] {
            let (lines, faults) = read(&text, (0, 97));
            let paths: Vec<&str> = lines.iter().map(|line| line.path.as_str()).collect();
            assert_eq!(paths, ["data/a", "data/b"], "{text:?}");
            assert_eq!(lines[0].digest, "a".repeat(32));
            assert!(faults.errors.is_empty());
        }
    }

    #[test]
    fn percent_signs_are_decoded_as_the_version_says() {
        assert_eq!(percent_decode("a%250A%0d", (1, 0)), "a%0A\r");
        assert_eq!(percent_decode("a%25%20", (0, 97)), "a%25%20");
    }

    #[test]
    fn lines_that_are_none_are_faults() {
        for text in ["x", "abc  data/a", &format!("{}  data/a", "g".repeat(32))] {
            let (lines, faults) = read(text, (1, 0));
            assert!(lines.is_empty());
            assert_eq!(faults.errors[0].code, Code::ManifestLine);
        }
    }

    #[test]
    fn declarations_of_all_versions_are_read_and_others_refused() {
        let read = |text: &str| declaration(text.as_bytes(), &mut Faults::new(9));
        for version in ["0.93", "0.96", "0.97", "1.0"] {
            let text = format!("BagIt-Version: {version}\r\nTag-File-Character-Encoding: UTF-8");
            assert!(read(&text).is_some(), "{version}");
        }
        for text in [
            "",
            "BagIt-Version: 2.0\nTag-File-Character-Encoding: UTF-8\n",
            "BagIt-Version: 1.0\n",
            "Tag-File-Character-Encoding: UTF-8\nBagIt-Version: 1.0\n",
            "BagIt-Version: 1.0\nTag-File-Character-Encoding: EBCDIC\n",
            "\u{feff}BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
        ] {
            assert!(read(text).is_none(), "{text:?}");
        }
    }

    #[test]
    fn tag_files_in_utf_16_and_latin_1_are_read() {
        let mut faults = Faults::new(9);
        let bytes = [0xff, 0xfe, b'a', 0, 0xe9, 0];
        assert_eq!(
            decode("t", &bytes, Encoding::Utf16, &mut faults).unwrap(),
            "aé"
        );
        assert_eq!(
            decode("t", b"a\xe9", Encoding::Latin1, &mut faults).unwrap(),
            "aé"
        );
        assert_eq!(
            decode("t", b"a\0\xe9\0", Encoding::Utf16Le, &mut faults).unwrap(),
            "aé"
        );
        assert!(decode("t", b"a\xe9", Encoding::Utf8, &mut faults).is_none());
        assert!(decode("t", b"abc", Encoding::Utf16, &mut faults).is_none());
    }

    #[test]
    fn folded_lines_of_bag_info_belong_together() {
        let mut faults = Faults::new(9);
        let fields = info("i", "A: one\r\n  two\r\n\tthree\nB:x\n", &mut faults);
        assert_eq!(fields[0], ("A".into(), "one two three".into()));
        assert_eq!(fields[1], ("B".into(), "x".into()));
        assert!(faults.errors.is_empty());
    }

    #[test]
    fn a_bag_info_of_millions_of_fields_is_refused_before_they_fill_the_memory() {
        let mut faults = Faults::new(9);
        let fields = info("i", &"A:\n".repeat(1_000_000), &mut faults);
        assert!(fields.len() <= INFO_FIELDS_MAX + 1);
        assert_eq!(faults.errors[0].code, Code::LimitExceeded);
    }
}
