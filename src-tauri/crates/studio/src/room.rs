//! Room for what is to be written: looked at before work begins, and told where it does not do.

use std::path::Path;

use files::{Shortage, available_bytes};

use crate::wire::{Code, Problem};

/// Refuses what is known not to fit: at least `needed` bytes at `place`.
///
/// # Errors
/// [`Code::DiskFull`], with what is needed and what is free.
pub fn check(needed: u64, place: &Path) -> Result<(), Problem> {
    match Shortage::of(needed, place) {
        Some(shortage) => {
            let detail = format!("{}: {shortage}", place.display());
            Err(Problem::new(Code::DiskFull, detail))
        }
        None => Ok(()),
    }
}

/// A problem met while `needed` bytes were written at `place`, of which `written` are there; of a full
/// disk it says by how much.
pub fn told(problem: Problem, needed: u64, place: &Path, written: u64) -> Problem {
    if problem.code != Code::DiskFull || needed == 0 {
        return problem;
    }
    let Ok(free) = available_bytes(place) else {
        return problem; // said as well as it can be
    };
    let available = free.saturating_add(written);
    if available >= needed {
        return problem; // a quota, or room made meanwhile: no figure would explain it
    }
    let shortage = Shortage { needed, available };
    Problem::new(problem.code, format!("{}; {shortage}", problem.detail))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_with_what_is_needed_and_what_is_free() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("a.tar");
        check(1, &place).unwrap();
        let refused = check(u64::MAX, &place).unwrap_err();
        assert_eq!(refused.code, Code::DiskFull);
        let has_figures =
            |it: &Problem| it.detail.contains(" TB needed, ") && it.detail.ends_with(" free");
        assert!(has_figures(&refused), "{}", refused.detail);
        let full = || Problem::on(&place, std::io::ErrorKind::StorageFull.into());
        assert!(has_figures(&told(full(), u64::MAX, &place, 10)));
        assert_eq!(told(full(), 1, &place, 0), full());
        let other = Problem::new(Code::Io, "broken");
        assert_eq!(told(other.clone(), u64::MAX, &place, 0), other);
    }
}
