//! The broadcast extension chunk `bext`, version 2: what a broadcast WAV file says about itself.
//!
//! Layout after EBU Tech 3285 (2011), §2.3: 602 fixed bytes, little endian, then the coding history.
//! Not here: where in a file the chunk stands (`wav`), nor the measuring (`loudness`).

use units::{Dbtp, Lufs};

/// Bytes before the coding history.
pub(crate) const FIXED_BYTES: usize = 602;
/// Where the five loudness fields begin inside the chunk.
pub(crate) const LOUDNESS_AT: usize = 412;
/// A history longer than this is nobody's history: it is cut.
pub(crate) const HISTORY_BYTES_MAX: usize = 16 * 1024;
/// What a loudness field holds where nothing was measured (Tech 3285 §2.4).
const UNUSED: i16 = 0x7fff;

/// The loudness fields of `bext` version 2. `None` is written as "not measured".
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Levels {
    /// Integrated loudness.
    pub integrated: Option<Lufs>,
    /// Loudness range in LU.
    pub range_lu: Option<f64>,
    /// Maximum true peak.
    pub true_peak: Option<Dbtp>,
    /// Maximum momentary loudness.
    pub momentary_max: Option<Lufs>,
    /// Maximum short-term loudness.
    pub short_term_max: Option<Lufs>,
}

/// What a broadcast WAV file says about its origin. Texts are cut to their field on a character
/// boundary; they are written as UTF-8, of which the standard's ASCII is a part.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Bext {
    /// What is heard; at most 256 bytes.
    pub description: String,
    /// Who made it; at most 32 bytes.
    pub originator: String,
    /// The maker's reference; at most 32 bytes.
    pub originator_reference: String,
    /// `yyyy-mm-dd`, local to the place of recording.
    pub origination_date: String,
    /// `hh:mm:ss`.
    pub origination_time: String,
    /// First sample since midnight, in frames at the file's rate.
    pub time_reference: u64,
    /// Measured levels.
    pub levels: Levels,
    /// Lines such as `A=PCM,F=48000,W=24,M=mono,T=Loa`, each ended by CR LF.
    pub coding_history: String,
}

impl Levels {
    /// The ten bytes of the five fields, each in hundredths (Tech 3285 §2.4).
    #[must_use]
    pub fn to_bytes(&self) -> [u8; 10] {
        let fields = [
            self.integrated.map(Lufs::value),
            self.range_lu,
            self.true_peak.map(Dbtp::value),
            self.momentary_max.map(Lufs::value),
            self.short_term_max.map(Lufs::value),
        ];
        let mut bytes = [0; 10];
        for (slot, field) in bytes.chunks_exact_mut(2).zip(fields) {
            slot.copy_from_slice(&hundredths(field).to_le_bytes());
        }
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Self {
        let field = |index: usize| {
            let raw = i16::from_le_bytes([bytes[2 * index], bytes[2 * index + 1]]);
            (raw != UNUSED).then(|| f64::from(raw) / 100.0)
        };
        Self {
            integrated: field(0).map(Lufs),
            range_lu: field(1),
            true_peak: field(2).map(Dbtp),
            momentary_max: field(3).map(Lufs),
            short_term_max: field(4).map(Lufs),
        }
    }
}

impl Bext {
    /// The chunk's content, without its name and size. Always of even length.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let history = cut(&self.coding_history, HISTORY_BYTES_MAX);
        let mut bytes = vec![0; FIXED_BYTES];
        put_text(&mut bytes[0..256], &self.description);
        put_text(&mut bytes[256..288], &self.originator);
        put_text(&mut bytes[288..320], &self.originator_reference);
        put_text(&mut bytes[320..330], &self.origination_date);
        put_text(&mut bytes[330..338], &self.origination_time);
        bytes[338..346].copy_from_slice(&self.time_reference.to_le_bytes());
        bytes[346..348].copy_from_slice(&2u16.to_le_bytes());
        bytes[LOUDNESS_AT..LOUDNESS_AT + 10].copy_from_slice(&self.levels.to_bytes());
        bytes.extend_from_slice(history.as_bytes());
        if !bytes.len().is_multiple_of(2) {
            bytes.push(0);
        }
        bytes
    }

    /// Reads the chunk's content; `None` where it is too short to be one. Versions 0 and 1 have no
    /// loudness fields.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        if bytes.len() < FIXED_BYTES {
            return None;
        }
        let word = |at: usize| u16::from_le_bytes([bytes[at], bytes[at + 1]]);
        let time_reference = (0..4).fold(0u64, |sum, n| {
            sum | u64::from(word(338 + 2 * n)) << (16 * n)
        });
        let history_end = bytes.len().min(FIXED_BYTES + HISTORY_BYTES_MAX);
        Some(Self {
            description: text(&bytes[0..256]),
            originator: text(&bytes[256..288]),
            originator_reference: text(&bytes[288..320]),
            origination_date: text(&bytes[320..330]),
            origination_time: text(&bytes[330..338]),
            time_reference,
            levels: if word(346) >= 2 {
                Levels::from_bytes(&bytes[LOUDNESS_AT..LOUDNESS_AT + 10])
            } else {
                Levels::default()
            },
            coding_history: text(&bytes[FIXED_BYTES..history_end]),
        })
    }
}

/// A level in hundredths. Silence (minus infinity) becomes the lowest value, never "not measured".
fn hundredths(level: Option<f64>) -> i16 {
    level
        .filter(|value| !value.is_nan())
        .map_or(UNUSED, |value| {
            // In range by the clamp; 0x7fff itself is kept free for "not measured".
            (value * 100.0).round().clamp(-32_768.0, 32_766.0) as i16
        })
}

/// The longest beginning of `text` that fits in `bytes_max` and ends on a character.
fn cut(text: &str, bytes_max: usize) -> &str {
    &text[..text.floor_char_boundary(bytes_max)]
}

fn put_text(field: &mut [u8], text: &str) {
    let text = cut(text, field.len());
    field[..text.len()].copy_from_slice(text.as_bytes());
}

/// Text up to the first zero; what is not UTF-8 is read as Latin-1, as old writers meant it.
fn text(field: &[u8]) -> String {
    let end = field
        .iter()
        .position(|&byte| byte == 0)
        .unwrap_or(field.len());
    std::str::from_utf8(&field[..end]).map_or_else(
        |_| field[..end].iter().map(|&byte| char::from(byte)).collect(),
        str::to_owned,
    )
}

#[cfg(test)]
mod tests {
    use super::{Bext, Levels};
    use units::{Dbtp, Lufs};

    fn sample() -> Bext {
        Bext {
            description: "Bản tin sáng".into(),
            originator: "Loa Studio".into(),
            originator_reference: "VN-001".into(),
            origination_date: "2026-11-23".into(),
            origination_time: "05:30:00".into(),
            time_reference: 0x1_2345_6789,
            levels: Levels {
                integrated: Some(Lufs(-22.98)),
                range_lu: Some(5.5),
                true_peak: Some(Dbtp(-1.04)),
                momentary_max: None,
                short_term_max: Some(Lufs(-18.0)),
            },
            coding_history: "A=PCM,F=48000,W=24,M=mono,T=Loa\r\n".into(),
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let bytes = sample().to_bytes();
        assert_eq!(bytes.len() % 2, 0);
        assert_eq!(Bext::from_bytes(&bytes), Some(sample()));
    }

    #[test]
    fn the_loudness_fields_stand_where_the_standard_puts_them() {
        let bytes = sample().to_bytes();
        assert_eq!(i16::from_le_bytes([bytes[412], bytes[413]]), -2298);
        assert_eq!(i16::from_le_bytes([bytes[414], bytes[415]]), 550);
        assert_eq!(i16::from_le_bytes([bytes[416], bytes[417]]), -104);
        assert_eq!(i16::from_le_bytes([bytes[418], bytes[419]]), 0x7fff);
        assert_eq!(bytes[346..348], [2, 0]);
    }

    #[test]
    fn a_text_too_long_is_cut_on_a_character() {
        let bext = Bext {
            origination_time: "ấấấấ".into(),
            ..Bext::default()
        };
        let back = Bext::from_bytes(&bext.to_bytes()).unwrap();
        assert_eq!(back.origination_time, "ấấ");
    }

    #[test]
    fn the_loudness_of_silence_is_not_the_mark_for_unmeasured() {
        let levels = Levels {
            integrated: Some(Lufs(f64::NEG_INFINITY)),
            ..Levels::default()
        };
        assert_eq!(levels.to_bytes()[..2], i16::MIN.to_le_bytes());
    }

    #[test]
    fn version_one_has_no_loudness() {
        let mut bytes = sample().to_bytes();
        bytes[346] = 1;
        assert_eq!(Bext::from_bytes(&bytes).unwrap().levels, Levels::default());
        assert_eq!(Bext::from_bytes(&bytes[..600]), None);
    }
}
