//! The file of a take: its name, and its samples as they lie in it.

/// Whether `name` is of the form the studio gives a take: `2026-11-23 05-30-07.123.wav`.
#[must_use]
pub fn is_take_name(name: &str) -> bool {
    let form = b"0000-00-00 00-00-00.000.wav";
    name.len() == form.len()
        && name.bytes().zip(form).all(|(byte, wanted)| match wanted {
            b'0' => byte.is_ascii_digit(),
            other => byte == *other,
        })
}

/// Appends samples as 24-bit integers, little endian, rounded and clipped. 24 bits are below the noise
/// of any microphone: no dither.
pub fn pack_24(samples: &[f32], out: &mut Vec<u8>) {
    out.extend(samples.iter().flat_map(|&sample| {
        // `as` maps NaN to 0 and saturates; the clamp keeps 24 bits.
        let value = (f64::from(sample) * 8_388_608.0).round() as i32;
        let [a, b, c, _] = value.clamp(-8_388_608, 8_388_607).to_le_bytes();
        [a, b, c]
    }));
}

#[cfg(test)]
mod tests {
    use super::{is_take_name, pack_24};

    #[test]
    fn takes_have_names_by_the_moment_they_began() {
        assert!(is_take_name("2026-11-23 05-30-07.123.wav"));
        for other in [
            "",
            "2026-11-23 05-30-07.wav",
            "copy of 2026-11-23 05-30-07.123.wav",
            "2026-11-23 05-30-07.123.WAV",
            "../6-11-23 05-30-07.123.wav",
        ] {
            assert!(!is_take_name(other), "{other}");
        }
    }

    #[test]
    fn samples_are_rounded_and_clipped_never_wrapped() {
        let mut bytes = vec![9];
        pack_24(&[0.0, 1.0, -1.0, 7.0, -7.0, 0.5, f32::NAN], &mut bytes);
        let expected: [[u8; 3]; 7] = [
            [0, 0, 0],
            [0xff, 0xff, 0x7f],
            [0, 0, 0x80],
            [0xff, 0xff, 0x7f],
            [0, 0, 0x80],
            [0, 0, 0x40],
            [0, 0, 0],
        ];
        assert_eq!(bytes[1..], expected.concat());
    }
}
