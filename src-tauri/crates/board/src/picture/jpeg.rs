//! What a JPEG file says about itself (ITU-T T.81, annex B), as far as its decoder does not tell.

/// A marker and what follows it in the file.
struct Segment<'a> {
    marker: u8,
    after: &'a [u8],
}

/// The markers of a file, in order; those in a thumbnail are passed over.
struct Segments<'a>(&'a [u8]);

impl<'a> Iterator for Segments<'a> {
    type Item = Segment<'a>;

    fn next(&mut self) -> Option<Segment<'a>> {
        // Stuffed zeros, fill bytes and restart markers are within the samples.
        let is_marker =
            |pair: &[u8]| pair[0] == 0xff && !matches!(pair[1], 0x00 | 0x01 | 0xd0..=0xd7 | 0xff);
        let at = self.0.windows(2).position(is_marker)?;
        let (marker, after) = (self.0[at + 1], &self.0[at + 2..]);
        self.0 = match (marker, after) {
            (0xd8 | 0xd9, _) => after,
            // Skipped by its length: a thumbnail has an end of its own.
            (_, [high, low, ..]) => {
                let length = usize::from(u16::from_be_bytes([*high, *low]));
                after.get(length..).unwrap_or_default()
            }
            _ => &[],
        };
        Some(Segment { marker, after })
    }
}

/// Whether a file goes on to its end-of-image marker (B.1.1). A file that was cut off on its way from
/// the phone does not; the decoder makes the rest grey and says nothing of it, where the decoders of
/// other formats refuse.
pub(super) fn is_whole(file: &[u8]) -> bool {
    Segments(file).any(|segment| segment.marker == 0xd9)
}

/// Bytes per pixel that decoding takes: three for its colours, or four where grey becomes them. Of a
/// progressive file the decoder keeps the coefficients of all samples until the last scan, 16 bits each,
/// of as many samples as the components have.
pub(super) fn bytes_per_pixel(file: &[u8]) -> f64 {
    let frame = Segments(file).find(|segment| matches!(segment.marker, 0xc0..=0xc2));
    let Some(Segment { marker, after }) = frame else {
        return 4.0; // it will be refused
    };
    // Length, precision, lines, samples per line, number of components; then three bytes for each
    // (B.2.2), the second of them its sampling factors.
    let count = usize::from(after.get(7).copied().unwrap_or(0));
    let components = after.get(8..8 + 3 * count).unwrap_or_default();
    let factors: Vec<(f64, f64)> = components
        .chunks_exact(3)
        .map(|component| ((component[1] >> 4).into(), (component[1] & 15).into()))
        .collect();
    let most = |side: fn(&(f64, f64)) -> f64| factors.iter().map(side).fold(1.0, f64::max);
    let whole = most(|it| it.0) * most(|it| it.1);
    let samples: f64 = factors.iter().map(|(x, y)| x * y / whole).sum();
    let colours = if count == 1 { 4.0 } else { 3.0 };
    colours + if marker == 0xc2 { 2.0 * samples } else { 0.0 }
}
