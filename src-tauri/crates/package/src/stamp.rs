//! Moments as written in files: RFC 3339, with the offset of the place that wrote them.
//!
//! Not here: a clock. The host hands moments in.

use std::fmt;
use std::str::FromStr;

use crate::error::Error;

/// A moment with its local offset, such as `2026-09-22T05:00:00+07:00`. Whole seconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub struct Stamp {
    unix_s: i64,
    offset_min: i16,
}

/// The seconds of 0001-01-01 and 9999-12-31T23:59:59: what four digits of a year can say.
const UNIX_S_MIN: i64 = -62_135_596_800;
const UNIX_S_MAX: i64 = 253_402_300_799;

impl Stamp {
    /// The moment `unix_s` seconds after 1970 in UTC, shown with `offset_min` minutes east of UTC.
    /// Both are clamped to what RFC 3339 can write.
    #[must_use]
    pub fn from_unix(unix_s: i64, offset_min: i16) -> Self {
        // A day's margin keeps the local year within four digits.
        Self {
            unix_s: unix_s.clamp(UNIX_S_MIN + 86_400, UNIX_S_MAX - 86_400),
            offset_min: offset_min.clamp(-1439, 1439),
        }
    }

    /// Seconds after 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn unix_s(self) -> i64 {
        self.unix_s
    }

    /// The local day as `YYYY-MM-DD`.
    #[must_use]
    pub fn day(self) -> String {
        self.to_string()[..10].to_owned()
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let local = self.unix_s + i64::from(self.offset_min) * 60;
        let (year, month, day) = civil(local.div_euclid(86_400));
        let second = local.rem_euclid(86_400);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}",
            second / 3_600,
            second / 60 % 60,
            second % 60
        )?;
        if self.offset_min == 0 {
            return f.write_str("Z");
        }
        let sign = if self.offset_min < 0 { '-' } else { '+' };
        let offset = self.offset_min.unsigned_abs();
        write!(f, "{sign}{:02}:{:02}", offset / 60, offset % 60)
    }
}

impl FromStr for Stamp {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        parse(text).ok_or_else(|| Error::Stamp(crate::path::shown(text.as_bytes())))
    }
}

fn parse(text: &str) -> Option<Stamp> {
    let bytes = text.as_bytes();
    if !text.is_ascii() || bytes.len() < 20 || bytes.len() > 40 {
        return None;
    }
    for (at, mark) in [(4, b'-'), (7, b'-'), (13, b':'), (16, b':')] {
        if bytes[at] != mark {
            return None;
        }
    }
    if !matches!(bytes[10], b'T' | b't') {
        return None;
    }
    let year = digits(&text[0..4], 1, 9999)?;
    let month = digits(&text[5..7], 1, 12)?;
    let day = digits(&text[8..10], 1, month_days(year, month))?;
    let hour = digits(&text[11..13], 0, 23)?;
    let minute = digits(&text[14..16], 0, 59)?;
    // A leap second is the last second of its minute for our purposes.
    let second = digits(&text[17..19], 0, 60)?.min(59);
    let mut rest = &text[19..];
    if let Some(fraction) = rest.strip_prefix('.') {
        let end = fraction.find(|c: char| !c.is_ascii_digit())?;
        if end == 0 {
            return None;
        }
        rest = &fraction[end..];
    }
    let offset_min = match rest.as_bytes() {
        [b'Z' | b'z'] => 0,
        [sign @ (b'+' | b'-'), _, _, b':', _, _] => {
            let minutes = digits(&rest[1..3], 0, 23)? * 60 + digits(&rest[4..6], 0, 59)?;
            if *sign == b'-' { -minutes } else { minutes }
        }
        _ => return None,
    };
    let local = days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second;
    let unix_s = local - offset_min * 60;
    let stamp = Stamp::from_unix(unix_s, i16::try_from(offset_min).ok()?);
    (stamp.unix_s == unix_s).then_some(stamp)
}

fn digits(text: &str, min: i64, max: i64) -> Option<i64> {
    if !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse()
        .ok()
        .filter(|number| (min..=max).contains(number))
}

fn month_days(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days after 1970-01-01 of a day in the proleptic Gregorian calendar: years begin in March, so
/// that the leap day comes last; 400 years have 146 097 days.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// The inverse of [`days`].
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::Stamp;
    use proptest::prelude::*;

    #[test]
    fn moments_show_as_they_were_written() {
        for text in [
            "2026-09-22T05:00:00+07:00",
            "1970-01-01T00:00:00Z",
            "2000-02-29T23:59:59-03:30",
        ] {
            assert_eq!(text.parse::<Stamp>().unwrap().to_string(), text);
        }
        let stamp: Stamp = "1970-01-01T07:00:01.250+07:00".parse().unwrap();
        assert_eq!(stamp.unix_s(), 1);
        assert_eq!(stamp.day(), "1970-01-01");
    }

    #[test]
    fn texts_of_another_shape_are_no_moments() {
        for text in [
            "",
            "2026-09-22",
            "2026-02-30T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-09-22T24:00:00Z",
            "2026-09-22T05:00:00",
            "2026-09-22 05:00:00Z",
            "2026-09-22T05:00:00.Z",
            "+026-09-22T05:00:00Z",
            "2026-09-22T05:00:00+7:00",
        ] {
            assert!(text.parse::<Stamp>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_moment_survives_text(unix_s in -60_000_000_000i64..250_000_000_000, offset in -1439i16..1440) {
            let stamp = Stamp::from_unix(unix_s, offset);
            prop_assert_eq!(stamp.to_string().parse::<Stamp>().unwrap(), stamp);
        }
    }
}
