//! The samples of a take as they lie in its file.

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
    use super::pack_24;

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
