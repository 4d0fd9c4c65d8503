//! Colours: sRGB with straight alpha, and how bright they look.

use std::fmt;
use std::str::FromStr;

/// An sRGB colour with straight alpha. Shown and parsed as `#RRGGBB`, with alpha as `#RRGGBBAA`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Colour {
    /// Red, 0 to 255.
    pub r: u8,
    /// Green.
    pub g: u8,
    /// Blue.
    pub b: u8,
    /// Opacity, 255 is opaque.
    pub a: u8,
}

impl Colour {
    /// Opaque black.
    pub const BLACK: Self = Self::rgb(0, 0, 0);
    /// Opaque white.
    pub const WHITE: Self = Self::rgb(255, 255, 255);

    /// An opaque colour.
    #[must_use]
    pub const fn rgb(r: u8, g: u8, b: u8) -> Self {
        Self { r, g, b, a: 255 }
    }

    /// This colour laid over an opaque one; opaque.
    #[must_use]
    pub fn over(self, below: Self) -> Self {
        let mix = |above: u8, below: u8| {
            let (above, below, alpha) = (u32::from(above), u32::from(below), u32::from(self.a));
            ((above * alpha + below * (255 - alpha) + 127) / 255) as u8
        };
        Self::rgb(
            mix(self.r, below.r),
            mix(self.g, below.g),
            mix(self.b, below.b),
        )
    }

    /// Relative luminance, 0 to 1 (WCAG 2.2, "relative luminance": sRGB with the knee at 0.04045).
    /// Alpha plays no part.
    #[must_use]
    pub fn luminance(self) -> f64 {
        let linear = |value: u8| {
            let value = f64::from(value) / 255.0;
            if value <= 0.04045 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * linear(self.r) + 0.7152 * linear(self.g) + 0.0722 * linear(self.b)
    }

    /// Contrast ratio of two opaque colours, 1 to 21 (WCAG 2.2, "contrast ratio").
    #[must_use]
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02X}{:02X}{:02X}", self.r, self.g, self.b)?;
        if self.a != 255 {
            write!(f, "{:02X}", self.a)?;
        }
        Ok(())
    }
}

impl FromStr for Colour {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WRONG: &str = "a colour is written #RRGGBB or #RRGGBBAA";
        let digits = text.strip_prefix('#').ok_or(WRONG)?;
        if !matches!(digits.len(), 6 | 8) || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(WRONG);
        }
        let number = u32::from_str_radix(digits, 16).map_err(|_| WRONG)?;
        let number = if digits.len() == 6 {
            number << 8 | 0xff
        } else {
            number
        };
        let [r, g, b, a] = number.to_be_bytes();
        Ok(Self { r, g, b, a })
    }
}

#[cfg(test)]
mod tests {
    use super::Colour;

    #[test]
    fn black_on_white_is_twenty_one_to_one_and_a_colour_on_itself_one() {
        assert!((Colour::BLACK.contrast(Colour::WHITE) - 21.0).abs() < 1e-9);
        assert!((Colour::WHITE.contrast(Colour::WHITE) - 1.0).abs() < 1e-12);
        // #767676 is the well-known darkest grey that passes 4.5 : 1 on white.
        let grey = Colour::rgb(0x76, 0x76, 0x76).contrast(Colour::WHITE);
        assert!((4.5..4.6).contains(&grey), "{grey}");
    }

    #[test]
    fn colours_survive_text_and_other_texts_are_refused() {
        for text in ["#FFD84D", "#00000080"] {
            assert_eq!(text.parse::<Colour>().unwrap().to_string(), text);
        }
        for text in ["", "#", "#FFF", "FFD84D", "#+FD84D", "#éééa", "#FFD84D8"] {
            assert!(text.parse::<Colour>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_half_transparent_white_over_black_is_grey() {
        let veil = Colour {
            a: 128,
            ..Colour::WHITE
        };
        assert_eq!(veil.over(Colour::BLACK), Colour::rgb(128, 128, 128));
    }
}
