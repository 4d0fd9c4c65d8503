//! Text: from what a person typed to outlines in place. Boxes, sizes and line distances go by the
//! ink of letters and marks, never by what the font says about itself: Vietnamese capitals with two
//! marks rise above the ascender of most fonts.

mod fit;
mod place;
mod prepare;

pub(crate) use fit::lay_out;
pub use prepare::syllables;

/// The 134 letters of Vietnamese that bear a mark or are đ: twelve vowels with their five tones,
/// ă â ê ô ơ ư and đ, in both cases.
#[cfg(test)]
pub(crate) const VIETNAMESE_LETTERS: &str = "\
àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ\
ÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬĐÈÉẺẼẸÊỀẾỂỄỆÌÍỈĨỊÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢÙÚỦŨỤƯỪỨỬỮỰỲÝỶỸỴ";

#[cfg(test)]
mod tests;
