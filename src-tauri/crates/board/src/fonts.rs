//! The bundled fonts, the only ones there are: a deck looks the same on every machine.

use crate::Error;

/// What is used where a deck asks for a family that is not bundled.
pub const DEFAULT_FAMILY: &str = "Noto Sans";

/// The bundled fonts, ready to shape and outline text. Cheap to clone; one per thread runs fastest.
pub struct Fonts {}

impl Fonts {
    /// Reads the bundled fonts.
    ///
    /// # Errors
    /// [`Error::Font`] where the program itself is damaged.
    pub fn bundled() -> Result<Self, Error> {
        todo!()
    }

    /// The family names a deck may use, in order of display.
    #[must_use]
    pub fn families(&self) -> Vec<&'static str> {
        todo!()
    }

    /// The weights of a family, lightest first; empty where it is not bundled.
    #[must_use]
    pub fn weights(&self, family: &str) -> Vec<u16> {
        let _ = family;
        todo!()
    }
}
