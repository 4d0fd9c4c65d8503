//! The bundled fonts, the only ones there are: a deck looks the same on every machine.
//!
//! Hands out shaped text and glyph outlines in font units. Sizes, lines and places are the business
//! of `text`.

mod outline;

use std::borrow::Cow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use parley::fontique::{Blob, Collection, CollectionOptions, FontInfoOverride, SourceCache};
use parley::style::{FontFamily, FontFamilyName, FontWeight, OverflowWrap, StyleProperty};
use parley::{FontContext, Layout, LayoutContext};
use skrifa::prelude::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider as _};

use crate::Error;

pub(crate) use outline::{Outline, Segment};

/// What is used where a deck asks for a family that is not bundled, and for characters the family
/// asked for does not have. Its marks stay within its line height and its ink is the lowest of all
/// bundled families, so most fits on few rows.
pub const DEFAULT_FAMILY: &str = "Noto Sans";

/// Text is shaped once at this size and scaled; unhinted outlines and advances are linear.
pub(crate) const SHAPING_PX: f32 = 1000.0;

struct Bundled {
    family: &'static str,
    weight: u16,
    file: &'static str,
    bytes: &'static [u8],
}

macro_rules! bundled {
    ($family:literal, $weight:literal, $file:literal) => {
        Bundled {
            family: $family,
            weight: $weight,
            file: $file,
            bytes: include_bytes!(concat!("../../../../assets/fonts/", $file)),
        }
    };
}

/// All bundled fonts, families in order of display, weights lightest first.
static BUNDLED: [Bundled; 9] = [
    bundled!("Noto Sans", 400, "NotoSans-Regular.ttf"),
    bundled!("Noto Sans", 600, "NotoSans-SemiBold.ttf"),
    bundled!("Noto Sans", 700, "NotoSans-Bold.ttf"),
    bundled!("Be Vietnam Pro", 400, "BeVietnamPro-Regular.ttf"),
    bundled!("Be Vietnam Pro", 600, "BeVietnamPro-SemiBold.ttf"),
    bundled!("Be Vietnam Pro", 700, "BeVietnamPro-Bold.ttf"),
    bundled!("Barlow Condensed", 400, "BarlowCondensed-Regular.ttf"),
    bundled!("Barlow Condensed", 600, "BarlowCondensed-SemiBold.ttf"),
    bundled!("Barlow Condensed", 700, "BarlowCondensed-Bold.ttf"),
];

/// The bundled fonts, ready to shape and outline text. Shared by reference between threads; threads
/// that render at the same time run fastest with one clone each.
pub struct Fonts {
    faces: Arc<[Face]>,
    /// Scratch space and caches; nothing in it changes what is drawn.
    bench: Mutex<Bench>,
}

struct Face {
    font: FontRef<'static>,
    blob: u64,
    units_per_em: f32,
    /// Height of the capital H in em.
    cap_em: f32,
}

struct Bench {
    fonts: FontContext,
    layouts: LayoutContext<()>,
    /// By face and number of the glyph, as far as they were asked for.
    outlines: Vec<Vec<Option<Arc<Outline>>>>,
}

/// One of the bundled fonts, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FaceId(usize);

impl Clone for Fonts {
    fn clone(&self) -> Self {
        let bench = self.bench();
        Self {
            faces: Arc::clone(&self.faces),
            bench: Mutex::new(Bench {
                fonts: bench.fonts.clone(),
                layouts: LayoutContext::new(),
                outlines: bench.outlines.clone(),
            }),
        }
    }
}

impl std::fmt::Debug for Fonts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Fonts({} faces)", self.faces.len())
    }
}

impl Fonts {
    /// Reads the bundled fonts.
    ///
    /// # Errors
    /// [`Error::Font`] where the program itself is damaged.
    pub fn bundled() -> Result<Self, Error> {
        let mut collection = Collection::new(CollectionOptions {
            shared: false,
            system_fonts: false,
        });
        let mut faces = Vec::with_capacity(BUNDLED.len());
        for font in &BUNDLED {
            let blob = Blob::new(Arc::new(font.bytes));
            faces.push(Face::read(font, blob.id())?);
            // The family and weight are ours, whatever the name table says.
            let name = FontInfoOverride {
                family_name: Some(font.family),
                weight: Some(FontWeight::new(f32::from(font.weight))),
                ..FontInfoOverride::default()
            };
            if collection.register_fonts(blob, Some(name)).is_empty() {
                return Err(Error::Font(font.file));
            }
        }
        Ok(Self {
            faces: faces.into(),
            bench: Mutex::new(Bench {
                fonts: FontContext {
                    collection,
                    source_cache: SourceCache::default(),
                },
                layouts: LayoutContext::new(),
                outlines: vec![Vec::new(); BUNDLED.len()],
            }),
        })
    }

    /// The family names a deck may use, in order of display.
    #[must_use]
    pub fn families(&self) -> Vec<&'static str> {
        let mut families: Vec<_> = BUNDLED.iter().map(|font| font.family).collect();
        families.dedup();
        families
    }

    /// The weights of a family, lightest first; empty where it is not bundled.
    #[must_use]
    pub fn weights(&self, family: &str) -> Vec<u16> {
        let of_family = BUNDLED.iter().filter(|font| font.family == family);
        of_family.map(|font| font.weight).collect()
    }

    /// The face of this family and nearest weight (the bolder of two equally near, as it reads
    /// better), and whether the family is bundled; the default family otherwise.
    pub(crate) fn face(&self, family: &str, weight: u16) -> (FaceId, bool) {
        let nearest = |family: &str| {
            BUNDLED
                .iter()
                .enumerate()
                .filter(|(_, font)| font.family == family)
                .min_by_key(|(_, font)| (font.weight.abs_diff(weight), u16::MAX - font.weight))
                .map(|(index, _)| FaceId(index))
        };
        match nearest(family) {
            Some(face) => (face, true),
            None => (nearest(DEFAULT_FAMILY).unwrap_or(FaceId(0)), false),
        }
    }

    /// Height of the capital H in em.
    pub(crate) fn cap_em(&self, face: FaceId) -> f32 {
        self.faces[face.0].cap_em
    }

    /// Whether `character` has a glyph in this face or in the default family.
    pub(crate) fn has(&self, face: FaceId, character: char) -> bool {
        let maps = |face: &Face| face.font.charmap().map(character).is_some();
        maps(&self.faces[face.0]) || maps(&self.faces[0])
    }

    /// Shapes `text` at [`SHAPING_PX`]. Lines are not broken yet.
    pub(crate) fn shape(&self, face: FaceId, text: &str) -> Layout<()> {
        let font = &BUNDLED[face.0];
        let families =
            [font.family, DEFAULT_FAMILY].map(|name| FontFamilyName::Named(Cow::Borrowed(name)));
        let mut bench = self.bench();
        let Bench { fonts, layouts, .. } = &mut *bench;
        let mut builder = layouts.ranged_builder(fonts, text, 1.0, false);
        builder.push_default(StyleProperty::FontSize(SHAPING_PX));
        builder.push_default(StyleProperty::FontFamily(FontFamily::from(&families[..])));
        let weight = FontWeight::new(f32::from(font.weight));
        builder.push_default(StyleProperty::FontWeight(weight));
        // A word is never torn: where it is too wide, the size or the finding has to give way.
        builder.push_default(StyleProperty::OverflowWrap(OverflowWrap::Normal));
        builder.push_default(StyleProperty::Locale("vi".parse().ok()));
        builder.build(text)
    }

    /// Which bundled font a shaped run uses.
    pub(crate) fn face_of(&self, data: &parley::FontData) -> Option<FaceId> {
        let blob = data.data.id();
        self.faces
            .iter()
            .position(|face| face.blob == blob)
            .map(FaceId)
    }

    /// The outline of a glyph; empty for spaces and unknown numbers.
    pub(crate) fn outline(&self, face: FaceId, glyph: u32) -> Arc<Outline> {
        let make = || {
            let face = &self.faces[face.0];
            Arc::new(outline::outline(&face.font, face.units_per_em, glyph))
        };
        let number = glyph as usize;
        if number > usize::from(u16::MAX) {
            return make(); // no font has so many
        }
        let mut bench = self.bench();
        let known = &mut bench.outlines[face.0];
        if known.len() <= number {
            known.resize(number + 1, None);
        }
        Arc::clone(known[number].get_or_insert_with(make))
    }

    /// The scratch space. A panic elsewhere leaves it usable: it is only caches.
    fn bench(&self) -> MutexGuard<'_, Bench> {
        self.bench.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Face {
    fn read(font: &'static Bundled, blob: u64) -> Result<Self, Error> {
        let damaged = || Error::Font(font.file);
        let read = FontRef::new(font.bytes).map_err(|_| damaged())?;
        let metrics = read.metrics(Size::unscaled(), LocationRef::default());
        let mut face = Self {
            font: read,
            blob,
            units_per_em: f32::from(metrics.units_per_em),
            cap_em: 0.0,
        };
        // The ink of H rather than the table's word for it.
        let h = face.font.charmap().map('H').ok_or_else(damaged)?;
        let outline = outline::outline(&face.font, face.units_per_em, h.to_u32());
        face.cap_em = outline.bounds.ok_or_else(damaged)?.top;
        Ok(face)
    }
}

#[cfg(test)]
mod tests {
    use skrifa::MetadataProvider as _;

    use super::Fonts;
    use crate::text::VIETNAMESE_LETTERS;

    #[test]
    fn every_bundled_font_has_all_vietnamese_letters_with_ink() {
        let fonts = Fonts::bundled().unwrap();
        for index in 0..fonts.faces.len() {
            let face = super::FaceId(index);
            for letter in VIETNAMESE_LETTERS.chars() {
                let glyph = fonts.faces[index].font.charmap().map(letter);
                let glyph = glyph.unwrap_or_else(|| panic!("{letter} in {index}"));
                assert_ne!(glyph.to_u32(), 0, "{letter} in {index}");
                let outline = fonts.outline(face, glyph.to_u32());
                assert!(outline.bounds.is_some(), "{letter} in {index}");
            }
        }
    }

    #[test]
    fn the_nearest_weight_is_taken_and_an_unknown_family_becomes_the_default() {
        let fonts = Fonts::bundled().unwrap();
        let (bold, known) = fonts.face("Be Vietnam Pro", 900);
        assert!(known && super::BUNDLED[bold.0].weight == 700);
        let (middle, _) = fonts.face("Be Vietnam Pro", 500);
        assert_eq!(super::BUNDLED[middle.0].weight, 600, "the bolder of two");
        let (other, known) = fonts.face("Comic Sans", 400);
        assert!(!known && super::BUNDLED[other.0].family == super::DEFAULT_FAMILY);
        assert_eq!(fonts.families().len(), 3);
        assert_eq!(fonts.weights("Barlow Condensed"), [400, 600, 700]);
    }

    #[test]
    fn capitals_are_as_high_as_measured_for_the_reference() {
        let fonts = Fonts::bundled().unwrap();
        for (family, cap) in [
            ("Noto Sans", 0.714),
            ("Be Vietnam Pro", 0.740),
            ("Barlow Condensed", 0.700),
        ] {
            let measured = fonts.cap_em(fonts.face(family, 700).0);
            assert!((measured - cap).abs() < 0.015, "{family}: {measured}");
        }
    }
}
