//! The numbers of legibility and where they come from. Distances follow the LED study with 60
//! drivers (Texas A&M Transportation Institute, Dallas), times the guidance of the Transportation
//! Research Board; see each constant.

use crate::deck::{Audience, Board};

/// Below this font size in pixels tone marks are not told apart: at 14 px, 62 pairs of the 134
/// accented letters differ by less than four full pixels even in bold (measured, Noto Sans).
pub const FONT_PX_FAIL_BELOW: u16 = 16;
/// From this size on only capitals with two marks come close to each other; the good limit.
pub const FONT_PX_GOOD: u16 = 20;

/// Metres at which a capital of one millimetre is good to read by day. 85th percentile of the LED
/// study: 25 ft per inch of capital height.
pub const DAY_GOOD_M_PER_MM: f64 = 0.30;
/// Metres per millimetre beyond which reading by day takes effort: 30 ft per inch, the trade's
/// recommendation.
pub const DAY_WARN_M_PER_MM: f64 = 0.36;
/// Metres per millimetre beyond which nobody should be asked to read: 50 ft per inch, the trade's
/// maximum, twice what the study found.
pub const FAIL_M_PER_MM: f64 = 0.60;
/// Metres per millimetre at night, undimmed: 13 ft per inch, the lower figure of the study.
pub const NIGHT_GOOD_M_PER_MM: f64 = 0.16;

/// Least contrast of text anywhere (WCAG 2.2, success criterion 1.4.3).
pub const CONTRAST_MIN: f64 = 4.5;
/// Least contrast in the open, where sunlight on the face lifts black (WCAG 2.2, 1.4.6).
pub const CONTRAST_OUTDOOR_GOOD: f64 = 7.0;

/// Least share of the letters' pixels that nothing may cover, in per cent: a frame may cut a corner off
/// a letter, not a mark.
pub const SEEN_PERCENT_MIN: f64 = 95.0;

/// Nobody reads faster than this after looking up, in milliseconds.
pub const DWELL_MIN_MS: u32 = 4_000;
/// Time to find the beginning, in milliseconds.
pub const DWELL_START_MS: u32 = 1_000;
/// Time per syllable, in milliseconds. An estimate: no study of Vietnamese on boards was found; the
/// guidance for English is a second per word.
pub const DWELL_PER_SYLLABLE_MS: u32 = 500;

/// Distance of ink from the edge of the board, in pixels: 2 % of the shorter side, at least one. The
/// cabinet's frame throws a shadow on the outermost pixels.
#[must_use]
pub fn safe_margin_px(board: &Board) -> u32 {
    (board.width_px.min(board.height_px) / 50).max(1)
}

/// How long a slide of so many syllables should stand, in milliseconds; half as long again for those
/// who drive past. An estimate.
#[must_use]
pub fn dwell_needed_ms(syllables: usize, audience: Audience) -> u32 {
    if syllables == 0 {
        return 0;
    }
    let syllables = u32::try_from(syllables).unwrap_or(u32::MAX);
    let reading = DWELL_PER_SYLLABLE_MS
        .saturating_mul(syllables)
        .saturating_add(DWELL_START_MS)
        .max(DWELL_MIN_MS);
    match audience {
        Audience::Pedestrian => reading,
        Audience::Road => reading.saturating_add(reading / 2),
    }
}
