//! Places as data: a code with labels and dates. No unit, level or province name stands in code.

/// A calendar day, proleptic Gregorian, as a person at the place writes it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Day {
    /// Year, such as 2025.
    pub year: i16,
    /// Month, 1 to 12.
    pub month: u8,
    /// Day of month, 1 to 31.
    pub day: u8,
}

/// An administrative unit at some time.
///
/// Names are no keys: the same name has been a province, a ward and a commune. Units were merged and
/// a whole level abolished on 1 July 2025, so a code carries validity and predecessors.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    /// The official code.
    pub code: String,
    /// The name as written, such as "Phường Long An".
    pub label: String,
    /// What the level is called, such as "xã"; free text.
    pub level_label: String,
    /// First day on which the unit exists, if known.
    pub valid_from: Option<Day>,
    /// First day on which it exists no more, if any.
    pub valid_until: Option<Day>,
    /// Codes of the units it was made from.
    pub predecessors: Vec<String>,
}

impl Place {
    /// Whether the unit exists on `day`.
    #[must_use]
    pub fn is_valid_on(&self, day: Day) -> bool {
        self.valid_from.is_none_or(|from| from <= day)
            && self.valid_until.is_none_or(|until| day < until)
    }
}

#[cfg(test)]
mod tests {
    use super::{Day, Place};

    #[test]
    fn a_unit_ends_on_the_day_its_successor_begins() {
        let merger = Day {
            year: 2025,
            month: 7,
            day: 1,
        };
        let old = Place {
            code: "80".into(),
            label: "Old".into(),
            level_label: "tỉnh".into(),
            valid_from: None,
            valid_until: Some(merger),
            predecessors: vec![],
        };
        assert!(old.is_valid_on(Day {
            year: 2025,
            month: 6,
            day: 30
        }));
        assert!(!old.is_valid_on(merger));
    }
}
