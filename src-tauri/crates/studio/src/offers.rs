//! Files a person offered: dropped, chosen or uploaded. The window gets a handle, never a path.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::wire::{Code, Offer, OfferKind, Problem};

/// Handles kept at a time; the oldest are forgotten first.
const OFFERS_MAX: usize = 256;

/// All handles.
#[derive(Default)]
pub struct Offers(Mutex<Table>);

#[derive(Default)]
struct Table {
    next: u64,
    files: HashMap<u64, PathBuf>,
}

impl Offers {
    /// Takes a file in.
    ///
    /// # Errors
    /// Where it is not a file that can be read.
    pub fn take(&self, path: &Path) -> Result<Offer, Problem> {
        let bytes = crate::tools::regular(path)?;
        let mut head = [0u8; 512];
        let got = File::open(path)
            .and_then(|mut file| file.read(&mut head))
            .map_err(|error| Problem::on(path, error))?;
        let mut table = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        table.next += 1;
        let number = table.next;
        table.files.insert(number, path.to_owned());
        if let Some(oldest) = number.checked_sub(OFFERS_MAX as u64) {
            table.files.remove(&oldest);
        }
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        Ok(Offer {
            id: number.to_string(),
            name,
            bytes,
            kind: kind(&head[..got]),
        })
    }

    /// The file behind a handle.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn path(&self, id: &str) -> Result<PathBuf, Problem> {
        let table = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let number: Option<u64> = id.parse().ok();
        number
            .and_then(|number| table.files.get(&number).cloned())
            .ok_or_else(|| Problem::new(Code::NotFound, format!("offer {id}")))
    }
}

/// What a file seems to be by its first bytes. Sound is decided for good by the decoder.
fn kind(head: &[u8]) -> OfferKind {
    let starts = |magic: &[u8]| head.starts_with(magic);
    let picture = starts(b"\x89PNG")
        || starts(b"\xff\xd8\xff")
        || starts(b"GIF8")
        || starts(b"BM")
        || (starts(b"RIFF") && head.get(8..12) == Some(b"WEBP"));
    let sound = starts(b"RIFF")
        || starts(b"RF64")
        || starts(b"BW64")
        || starts(b"FORM")
        || starts(b"fLaC")
        || starts(b"OggS")
        || starts(b"ID3")
        || head.get(4..8) == Some(b"ftyp")
        || (head.len() > 1 && head[0] == 0xff && head[1] & 0xe0 == 0xe0);
    match (picture, sound) {
        (true, _) => OfferKind::Picture,
        (false, true) => OfferKind::Sound,
        (false, false) => OfferKind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offer_is_known_by_its_content_not_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ảnh.txt");
        std::fs::write(&path, b"\x89PNG\r\n").unwrap();
        let offers = Offers::default();
        let offer = offers.take(&path).unwrap();
        assert_eq!(offer.kind, OfferKind::Picture);
        assert_eq!(offers.path(&offer.id).unwrap(), path);
        assert_eq!(offers.path("x").unwrap_err().code, Code::NotFound);
        assert_eq!(
            offers.take(folder.path()).unwrap_err().code,
            Code::UnknownFormat
        );
    }
}
