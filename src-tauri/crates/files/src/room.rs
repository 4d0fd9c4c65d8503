//! Room on a medium: how much there is, and saying that it does not do.

use std::fmt;
use std::io;
use std::path::Path;

use crate::folder::parent;

/// Bytes that can still be written to the medium that `path` lies on, or will lie on: folders that
/// are missing count as made. Quotas are not looked at, so that less may fit, never more.
///
/// # Errors
/// What the system reports.
pub fn available_bytes(path: &Path) -> io::Result<u64> {
    let mut there = path;
    loop {
        match fs4::available_space(there) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && there != parent(there) => {
                there = parent(there);
            }
            answered => return answered,
        }
    }
}

/// Bytes that the medium of `path` gives out at once: the size of a block or cluster.
///
/// # Errors
/// What the system reports.
pub fn block_bytes(path: &Path) -> io::Result<u64> {
    fs4::allocation_granularity(path)
}

/// That something does not fit. Shown, it says by how much.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shortage {
    /// What is to be written, in bytes.
    pub needed: u64,
    /// What there is room for, in bytes.
    pub available: u64,
}

impl Shortage {
    /// Whether `needed` bytes are known not to fit where `path` lies. A medium that does not say
    /// how much room it has is taken at its word when it is written to.
    #[must_use]
    pub fn of(needed: u64, path: &Path) -> Option<Self> {
        let available = available_bytes(path).ok()?;
        (needed > available).then_some(Self { needed, available })
    }
}

impl fmt::Display for Shortage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (needed, available) = (Size(self.needed), Size(self.available));
        write!(f, "{needed} needed, {available} free")
    }
}

/// Bytes as people read them, in the decimal units that disks are sold in.
struct Size(u64);

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
        if self.0 < 1_000 {
            return write!(f, "{} B", self.0);
        }
        let mut amount = self.0 as f64 / 1e3;
        let mut units = UNITS.iter().peekable();
        while let Some(unit) = units.next() {
            // 999.95 and more would be shown as a thousand.
            if amount < 999.95 || units.peek().is_none() {
                return write!(f, "{amount:.1} {unit}");
            }
            amount /= 1e3;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_room_of_a_place_that_is_yet_to_be_made_is_that_of_its_medium() {
        let folder = tempfile::tempdir().unwrap();
        assert!(available_bytes(&folder.path().join("not/yet/made.tar")).unwrap() > 0);
        assert!(available_bytes(Path::new("not-yet-made.tar")).unwrap() > 0);
        assert_eq!(Shortage::of(0, folder.path()), None);
        assert!(block_bytes(folder.path()).unwrap().is_power_of_two());
        let short = Shortage::of(u64::MAX, folder.path()).unwrap();
        assert!(short.available < u64::MAX);
    }

    #[test]
    fn a_shortage_says_by_how_much_in_units_people_read() {
        let says = |needed, available| Shortage { needed, available }.to_string();
        assert_eq!(
            says(1_250_000_000, 310_400_000),
            "1.2 GB needed, 310.4 MB free"
        );
        assert_eq!(says(999_999, 12), "1.0 MB needed, 12 B free");
        assert_eq!(
            says(u64::MAX, 999_949),
            "18446744.1 TB needed, 999.9 kB free"
        );
    }
}
