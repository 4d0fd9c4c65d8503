//! Pictures kept in memory within a bound; what was not asked for the longest goes first.

use std::collections::HashMap;
use std::sync::Arc;

use units::Digest;

use super::decode::Pixels;
use super::{PixelImage, Scaled, Wanted};
use crate::scene::Missing;

/// What an entry counts at least, so that a million pictures that cannot be read are bounded too.
const ENTRY_BYTES: usize = 4 * 1024;

pub(super) type Decoded = Result<Arc<Pixels>, Missing>;

/// Pictures as decoded and as scaled, together within one bound.
pub(super) struct Kept {
    entries: HashMap<Key, Entry>,
    bytes: usize,
    bytes_max: usize,
    /// Counts up with every question.
    asked: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    Decoded(Digest),
    Scaled(Wanted),
}

struct Entry {
    picture: Picture,
    bytes: usize,
    /// When it was asked for last.
    asked: u64,
}

enum Picture {
    Decoded(Decoded),
    Scaled(Scaled),
}

impl Kept {
    pub(super) fn within(bytes_max: usize) -> Self {
        Self {
            entries: HashMap::new(),
            bytes: 0,
            bytes_max,
            asked: 0,
        }
    }

    pub(super) fn decoded(&mut self, digest: &Digest) -> Option<Decoded> {
        match self.ask(&Key::Decoded(*digest)) {
            Some(Picture::Decoded(decoded)) => Some(decoded.clone()),
            _ => None,
        }
    }

    pub(super) fn scaled(&mut self, wanted: &Wanted) -> Option<Scaled> {
        match self.ask(&Key::Scaled(*wanted)) {
            Some(Picture::Scaled(scaled)) => Some(scaled.clone()),
            _ => None,
        }
    }

    pub(super) fn keep_decoded(&mut self, digest: Digest, decoded: Decoded) {
        let bytes = decoded.as_ref().map_or(0, |pixels| pixels.samples.len());
        self.keep(Key::Decoded(digest), Picture::Decoded(decoded), bytes);
    }

    pub(super) fn keep_scaled(&mut self, wanted: Wanted, scaled: Scaled) {
        let bytes = scaled
            .as_ref()
            .map_or(0, |image: &Arc<PixelImage>| image.rgba.len());
        self.keep(Key::Scaled(wanted), Picture::Scaled(scaled), bytes);
    }

    pub(super) fn forget(&mut self) {
        *self = Self::within(self.bytes_max);
    }

    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    fn ask(&mut self, key: &Key) -> Option<&Picture> {
        self.asked += 1;
        let entry = self.entries.get_mut(key)?;
        entry.asked = self.asked;
        Some(&entry.picture)
    }

    fn keep(&mut self, key: Key, picture: Picture, bytes: usize) {
        let bytes = bytes.max(ENTRY_BYTES);
        // Two threads may have made the same.
        self.drop_entry(&key);
        // Nothing is worth more than all the rest.
        if bytes > self.bytes_max {
            return;
        }
        while self.bytes + bytes > self.bytes_max {
            let longest = self.entries.iter().min_by_key(|(_, entry)| entry.asked);
            let Some(longest) = longest.map(|(key, _)| *key) else {
                break;
            };
            self.drop_entry(&longest);
        }
        self.bytes += bytes;
        let asked = self.asked;
        self.entries.insert(
            key,
            Entry {
                picture,
                bytes,
                asked,
            },
        );
    }

    fn drop_entry(&mut self, key: &Key) {
        if let Some(entry) = self.entries.remove(key) {
            self.bytes -= entry.bytes;
        }
    }
}
