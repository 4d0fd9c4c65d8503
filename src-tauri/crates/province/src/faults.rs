//! Fault scripts: what shall go wrong, and when. The same script, the same faults.

use serde::Deserialize;

use crate::error::Error;

/// What shall go wrong, in order. Each fault happens once.
///
/// As a file:
/// ```toml
/// [[fault]]
/// kind = "cut"          # close the connection once this many bytes of an upload are stored
/// at_bytes = 100000
///
/// [[fault]]
/// kind = "status"       # answer the 3rd PATCH with 503 and do nothing
/// method = "PATCH"
/// request = 3
/// status = 503
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Script {
    /// The faults.
    pub faults: Vec<Fault>,
}

/// One thing that goes wrong, once.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Fault {
    /// Closes the connection in the middle of a PATCH, once this many bytes of the upload are stored.
    Cut {
        /// Offset in the upload.
        at_bytes: u64,
    },
    /// Stops reading in the middle of a PATCH at this offset, waits, then goes on.
    Stall {
        /// Offset in the upload.
        at_bytes: u64,
        /// How long.
        ms: u64,
    },
    /// Does the work of the k-th request of this method, then closes the connection without a reply.
    DropReply {
        /// `POST`, `PATCH`, `HEAD`, `GET` or `DELETE`.
        method: String,
        /// Counts from 1.
        request: u64,
    },
    /// Answers the k-th request of this method with this status and does nothing.
    Status {
        /// `POST`, `PATCH`, `HEAD`, `GET` or `DELETE`.
        method: String,
        /// Counts from 1.
        request: u64,
        /// Such as 409, 423, 500, 503.
        status: u16,
    },
    /// Signs the next receipt for another digest than the one that arrived.
    WrongDigest,
    /// Forgets an upload once this many bytes are stored: from then on it answers 410.
    Expire {
        /// Offset in the upload.
        at_bytes: u64,
    },
}

impl Script {
    /// Reads a script file.
    ///
    /// # Errors
    /// [`Error::Script`] with the line that is wrong.
    pub fn from_toml(text: &str) -> Result<Self, Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct File {
            #[serde(default)]
            fault: Vec<Fault>,
        }
        let file: File = toml::from_str(text).map_err(|error| Error::Script(error.to_string()))?;
        Ok(Self { faults: file.fault })
    }

    /// Cuts the line once at each of these offsets of an upload.
    #[must_use]
    pub fn cuts(offsets: &[u64]) -> Self {
        let cut = |&at_bytes| Fault::Cut { at_bytes };
        Self {
            faults: offsets.iter().map(cut).collect(),
        }
    }

    /// `count` faults drawn from `seed` for an upload of `bytes`: lines cut, replies dropped, busy
    /// and broken answers, short stalls. None that a good sender cannot outlast.
    #[must_use]
    pub fn seeded(seed: u64, bytes: u64, count: usize) -> Self {
        let mut dice = Dice(seed);
        let faults = (0..count).map(|_| dice.fault(bytes.max(1))).collect();
        Self { faults }
    }
}

/// SplitMix64 (Steele, Lea and Flood 2014): the same seed, the same faults, on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end.max(1)
    }

    fn fault(&mut self, bytes: u64) -> Fault {
        let at_bytes = self.below(bytes);
        let method = ["PATCH", "HEAD", "GET", "POST"][self.below(4) as usize].to_owned();
        let request = 1 + self.below(4);
        match self.below(6) {
            0..=2 => Fault::Cut { at_bytes },
            3 => Fault::Stall {
                at_bytes,
                ms: self.below(50),
            },
            4 => Fault::DropReply { method, request },
            _ => Fault::Status {
                status: [409, 423, 500, 503][self.below(4) as usize],
                method: "PATCH".to_owned(),
                request,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_read_from_its_file_form() {
        let script = Script::from_toml(
            r#"
            [[fault]]
            kind = "cut"
            at_bytes = 1000
            [[fault]]
            kind = "status"
            method = "PATCH"
            request = 3
            status = 503
            [[fault]]
            kind = "wrong-digest"
            "#,
        )
        .unwrap();
        assert_eq!(script.faults.len(), 3);
        assert_eq!(script.faults[0], Fault::Cut { at_bytes: 1000 });
        assert_eq!(Script::from_toml("").unwrap(), Script::default());
        for wrong in [
            "[[fault]]\nkind = 'earthquake'",
            "[[faults]]",
            "[[fault]]\nkind='cut'",
        ] {
            assert!(Script::from_toml(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_same_seed_brings_the_same_faults() {
        assert_eq!(Script::seeded(7, 100, 9), Script::seeded(7, 100, 9));
        assert_ne!(Script::seeded(7, 100, 9), Script::seeded(8, 100, 9));
    }
}
