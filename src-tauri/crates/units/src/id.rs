//! Names that never repeat and sort by the time they were made.

use std::fmt;
use std::str::FromStr;

/// A 128-bit id in the form of a UUID version 7 (RFC 9562 §5.7): 48 bits of Unix milliseconds, then
/// random bits, so that ids sort by the time they were made.
///
/// This crate has neither clock nor dice: the host hands both in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id([u8; 16]);

/// Why a text is not an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an id is a UUID such as 0192f3a4-5b6c-7d8e-9fa0-b1c2d3e4f5a6")]
pub struct IdError;

impl Id {
    /// The id made at `unix_ms` with these random bytes.
    #[must_use]
    pub fn new(unix_ms: u64, random: [u8; 10]) -> Self {
        let mut bytes = [0u8; 16];
        bytes[..6].copy_from_slice(&unix_ms.to_be_bytes()[2..]);
        bytes[6..].copy_from_slice(&random);
        bytes[6] = (bytes[6] & 0x0f) | 0x70;
        bytes[8] = (bytes[8] & 0x3f) | 0x80;
        Self(bytes)
    }

    /// The id with these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The 16 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, byte) in self.0.iter().enumerate() {
            if matches!(index, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Id({self})")
    }
}

impl FromStr for Id {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let groups: Vec<&str> = text.split('-').collect();
        let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
        if lengths != [8, 4, 4, 4, 12] || !text.is_ascii() {
            return Err(IdError);
        }
        let number = u128::from_str_radix(&groups.concat(), 16).map_err(|_| IdError)?;
        if text.contains('+') {
            return Err(IdError);
        }
        Ok(Self(number.to_be_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::Id;

    #[test]
    fn ids_sort_by_time_and_survive_text() {
        let early = Id::new(1_000, [0xff; 10]);
        let late = Id::new(1_001, [0; 10]);
        assert!(early < late);
        assert_eq!(early.to_string().parse::<Id>().unwrap(), early);
        assert_eq!(&early.to_string()[14..15], "7");
    }

    #[test]
    fn a_text_of_another_shape_is_no_id() {
        for text in [
            "",
            "0192f3a4",
            "g192f3a4-5b6c-7d8e-9fa0-b1c2d3e4f5a6",
            "á-b-c-d-e",
        ] {
            assert!(text.parse::<Id>().is_err(), "{text}");
        }
    }
}
