//! Text: from what a person typed to outlines in place.

/// How many syllables a reader speaks inwardly: each word between spaces is one (Vietnamese writes a
/// space between syllables), each digit is one ("112" is read "một một hai").
#[must_use]
pub fn syllables(text: &str) -> usize {
    let _ = text;
    todo!()
}
