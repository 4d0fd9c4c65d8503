//! Headers of the one tar form we write: plain files, ustar, nothing else.
//!
//! Source: POSIX.1-2017, pax, "ustar Interchange Format". Each header follows from path, length and
//! time, so a verifier derives it again and compares: no bit of it is free.

/// Everything in a tar is in blocks of this many bytes.
pub(crate) const BLOCK: usize = 512;

/// The archive ends with two blocks of zeros.
pub(crate) const END_BYTES: u64 = 2 * BLOCK as u64;

/// Octal digits of length and time: eleven and a NUL.
const DIGITS: usize = 11;

const NAME_BYTES: usize = 100;
const PREFIX_BYTES: usize = 155;
const SIZE_AT: usize = 124;
const TIME_AT: usize = 136;
const SUM_AT: usize = 148;
const KIND_AT: usize = 156;
const MAGIC_AT: usize = 257;
const PREFIX_AT: usize = 345;

/// What a header says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Header {
    pub(crate) path: Vec<u8>,
    pub(crate) bytes: u64,
    pub(crate) time_s: u64,
    /// The type flag; `0` is a plain file.
    pub(crate) kind: u8,
}

/// The header of a plain file, or nothing where the path cannot be said in ustar or a number is too
/// large.
pub(crate) fn header(path: &[u8], bytes: u64, time_s: u64) -> Option<[u8; BLOCK]> {
    let (prefix, name) = split(path)?;
    let mut block = [0u8; BLOCK];
    block[..name.len()].copy_from_slice(name);
    block[100..108].copy_from_slice(b"0000644\0");
    block[108..116].copy_from_slice(b"0000000\0");
    block[116..124].copy_from_slice(b"0000000\0");
    octal(&mut block[SIZE_AT..SIZE_AT + DIGITS], bytes)?;
    octal(&mut block[TIME_AT..TIME_AT + DIGITS], time_s)?;
    block[KIND_AT] = b'0';
    block[MAGIC_AT..MAGIC_AT + 8].copy_from_slice(b"ustar\x0000");
    block[PREFIX_AT..PREFIX_AT + prefix.len()].copy_from_slice(prefix);
    let sum = checksum(&block);
    octal(&mut block[SUM_AT..SUM_AT + 6], sum)?;
    block[SUM_AT + 6] = 0;
    block[SUM_AT + 7] = b' ';
    Some(block)
}

/// Reads a header whose checksum holds.
pub(crate) fn parse(block: &[u8; BLOCK]) -> Result<Header, &'static str> {
    if &block[MAGIC_AT..MAGIC_AT + 6] != b"ustar\0" {
        return Err("the header has no ustar mark");
    }
    let sum = number(&block[SUM_AT..SUM_AT + 6]).ok_or("the header has no checksum")?;
    if sum != checksum(block) {
        return Err("the checksum of a header is wrong");
    }
    let name = text(&block[..NAME_BYTES]);
    let prefix = text(&block[PREFIX_AT..PREFIX_AT + PREFIX_BYTES]);
    let path = if prefix.is_empty() {
        name.to_vec()
    } else {
        [prefix, b"/", name].concat()
    };
    Ok(Header {
        path,
        bytes: number(&block[SIZE_AT..SIZE_AT + DIGITS]).ok_or("a length is no octal number")?,
        time_s: number(&block[TIME_AT..TIME_AT + DIGITS]).ok_or("a time is no octal number")?,
        kind: block[KIND_AT],
    })
}

/// What the type flag means, for people.
pub(crate) const fn kind_name(kind: u8) -> &'static str {
    match kind {
        b'0' => "a plain file",
        b'\0' => "a file of the old form",
        b'1' => "a hard link",
        b'2' => "a symbolic link",
        b'3' => "a character device",
        b'4' => "a block device",
        b'5' => "a folder entry",
        b'6' => "a pipe",
        b'7' => "a contiguous file",
        b'x' | b'g' => "an extended header (pax)",
        b'L' | b'K' => "a long name (GNU)",
        b'S' => "a sparse file (GNU)",
        _ => "an entry of an unknown kind",
    }
}

/// Zero bytes that follow `bytes` of content up to the next block.
pub(crate) const fn padding(bytes: u64) -> u64 {
    let over = bytes % BLOCK as u64;
    if over == 0 { 0 } else { BLOCK as u64 - over }
}

/// What an entry with `bytes` of content takes in the tar.
pub(crate) const fn entry_bytes(bytes: u64) -> u64 {
    (BLOCK as u64)
        .saturating_add(bytes)
        .saturating_add(padding(bytes))
}

/// Splits at the last slash that leaves a prefix short enough.
fn split(path: &[u8]) -> Option<(&[u8], &[u8])> {
    if path.len() <= NAME_BYTES {
        return Some((&[], path));
    }
    let end = path.len().min(PREFIX_BYTES + 1);
    let at = path[..end].iter().rposition(|&byte| byte == b'/')?;
    let (prefix, name) = (&path[..at], &path[at + 1..]);
    (name.len() <= NAME_BYTES && !name.is_empty()).then_some((prefix, name))
}

fn octal(field: &mut [u8], mut value: u64) -> Option<()> {
    for digit in field.iter_mut().rev() {
        *digit = b'0' + (value & 7) as u8;
        value >>= 3;
    }
    (value == 0).then_some(())
}

fn number(field: &[u8]) -> Option<u64> {
    field.iter().try_fold(0u64, |value, &digit| {
        (b'0'..=b'7')
            .contains(&digit)
            .then(|| value * 8 + u64::from(digit - b'0'))
    })
}

fn text(field: &[u8]) -> &[u8] {
    let end = field
        .iter()
        .position(|&byte| byte == 0)
        .unwrap_or(field.len());
    &field[..end]
}

/// The sum of all bytes, those of the checksum itself counted as spaces.
fn checksum(block: &[u8; BLOCK]) -> u64 {
    let all: u64 = block.iter().map(|&byte| u64::from(byte)).sum();
    let own: u64 = block[SUM_AT..SUM_AT + 8]
        .iter()
        .map(|&byte| u64::from(byte))
        .sum();
    all - own + 8 * u64::from(b' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_reads_back_as_it_was_written() {
        let long = format!("{}/{}", "a".repeat(100), "b".repeat(100));
        for path in ["a", "x/y.mp3", long.as_str()] {
            let block = header(path.as_bytes(), 1_234, 5).unwrap();
            let read = parse(&block).unwrap();
            assert_eq!(read.path, path.as_bytes());
            assert_eq!((read.bytes, read.time_s, read.kind), (1_234, 5, b'0'));
        }
    }

    #[test]
    fn what_ustar_cannot_say_is_not_written() {
        assert!(header(&[b'a'; 101], 1, 1).is_none());
        assert!(header(b"a", 1 << 33, 1).is_none());
        assert!(header(b"a", 1, 1 << 33).is_none());
        assert!(header(b"a", (1 << 33) - 1, (1 << 33) - 1).is_some());
    }

    #[test]
    fn a_broken_header_is_called_broken() {
        let good = header(b"a", 1, 1).unwrap();
        for at in 0..BLOCK {
            let mut broken = good;
            broken[at] ^= 1;
            let same = parse(&broken)
                .ok()
                .and_then(|read| header(&read.path, read.bytes, read.time_s))
                .is_some_and(|again| again == broken);
            assert!(!same, "byte {at}");
        }
    }
}
