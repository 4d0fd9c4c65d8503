//! Pictures: decoded within limits, scaled once to board pixels, upright, and kept.

mod decode;
mod jpeg;
mod kept;
mod png;
mod scale;
mod turn;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use units::Digest;

use crate::deck::Fit;
use crate::scene::Missing;

use decode::decode;
pub use decode::{PICTURE_BYTES_MAX, PICTURE_MEMORY_MAX, PICTURE_PIXELS_MAX};
use kept::{Decoded, Kept};
use scale::{Crop, scale};

/// Pixels of all pictures of one slide at board size, 128 MB: hostile decks put a board-sized
/// picture into each of 200 elements.
pub(crate) const SLIDE_PICTURE_PIXELS_MAX: u64 = 32_000_000;

/// Bytes of pictures kept for a batch of slides.
const KEPT_BYTES_MAX: usize = 256 * 1024 * 1024;

/// Where picture files come from.
pub trait Images: Send + Sync {
    /// The bytes of the file with this digest, or `None` where it is not there.
    fn get(&self, digest: &Digest) -> Option<Arc<[u8]>>;
}

/// No pictures at all.
impl Images for () {
    fn get(&self, _digest: &Digest) -> Option<Arc<[u8]>> {
        None
    }
}

impl<T: Images + ?Sized> Images for &T {
    fn get(&self, digest: &Digest) -> Option<Arc<[u8]>> {
        (**self).get(digest)
    }
}

impl<T: Images + ?Sized> Images for Arc<T> {
    fn get(&self, digest: &Digest) -> Option<Arc<[u8]>> {
        (**self).get(digest)
    }
}

/// Pictures by digest, in memory.
impl Images for HashMap<Digest, Arc<[u8]>> {
    fn get(&self, digest: &Digest) -> Option<Arc<[u8]>> {
        Self::get(self, digest).cloned()
    }
}

/// Pixels of a picture at board size: RGBA, alpha premultiplied, row by row.
#[derive(Clone, PartialEq, Eq)]
pub struct PixelImage {
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
    /// Whether alpha is 255 throughout.
    pub opaque: bool,
    /// Whether the file held all of it; the rest is grey.
    pub whole: bool,
    /// `width × height × 4` bytes.
    pub rgba: Vec<u8>,
}

impl std::fmt::Debug for PixelImage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PixelImage({}×{})", self.width, self.height)
    }
}

/// Pictures from some [`Images`], with those already decoded or scaled kept within a bound: hold one
/// for a batch of slides, or for as long as decks are open. Threads may share it.
pub struct Pictures<'a> {
    images: Box<dyn Images + 'a>,
    kept: Mutex<Kept>,
}

/// A picture at one size.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Wanted {
    digest: Digest,
    width: u32,
    height: u32,
    fit: Fit,
}

type Scaled = Result<Arc<PixelImage>, Missing>;

impl<'a> Pictures<'a> {
    /// Pictures from `images`, borrowed or owned; nothing is read yet.
    #[must_use]
    pub fn new(images: impl Images + 'a) -> Self {
        Self::keeping(images, KEPT_BYTES_MAX)
    }

    /// As [`Self::new`], but keeps no more than `bytes_max` bytes of pixels. Less costs time and
    /// nothing else.
    #[must_use]
    pub fn keeping(images: impl Images + 'a, bytes_max: usize) -> Self {
        Self {
            images: Box::new(images),
            kept: Mutex::new(Kept::within(bytes_max)),
        }
    }

    /// Lets go of all pictures kept; the next one asked for is read and decoded anew.
    pub fn forget(&self) {
        self.kept().forget();
    }

    /// The picture so that it fills `width` × `height` pixels as `fit` says; no side is longer than
    /// asked for.
    pub(crate) fn at_size(&self, digest: &Digest, width: u32, height: u32, fit: Fit) -> Scaled {
        let wanted = Wanted {
            digest: *digest,
            width,
            height,
            fit,
        };
        if let Some(scaled) = self.kept().scaled(&wanted) {
            return scaled;
        }
        // Not under the lock: two threads may do the same work, but neither waits for the other.
        let scaled = self.make(&wanted);
        // A picture that is not there may arrive later, by download or import.
        if scaled != Err(Missing::NoImage) {
            self.kept().keep_scaled(wanted, scaled.clone());
        }
        scaled
    }

    fn make(&self, wanted: &Wanted) -> Scaled {
        let pixels = self.decoded(&wanted.digest)?;
        let source = pixels.size();
        let target = (wanted.width, wanted.height);
        let (crop, width, height) = match wanted.fit {
            Fit::Stretch => (Crop::whole(source), target.0, target.1),
            Fit::Cover => (Crop::covering(source, target), target.0, target.1),
            Fit::Contain => {
                let (width, height) = contained(source, target);
                (Crop::whole(source), width, height)
            }
        };
        Ok(Arc::new(scale(&pixels, crop, width, height)))
    }

    fn decoded(&self, digest: &Digest) -> Decoded {
        if let Some(decoded) = self.kept().decoded(digest) {
            return decoded;
        }
        let file = self.images.get(digest).ok_or(Missing::NoImage)?;
        let decoded = decode(&file).map(Arc::new);
        self.kept().keep_decoded(*digest, decoded.clone());
        decoded
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The largest size of the source's shape within the target; at least one pixel.
fn contained(source: (u32, u32), target: (u32, u32)) -> (u32, u32) {
    let [sw, sh, tw, th] = [source.0, source.1, target.0, target.1].map(u64::from);
    let (width, height) = if sw * th > tw * sh {
        (tw, (sh * tw + sw / 2) / sw)
    } else {
        ((sw * th + sh / 2) / sh, th)
    };
    (
        u32::try_from(width.clamp(1, tw)).unwrap_or(target.0),
        u32::try_from(height.clamp(1, th)).unwrap_or(target.1),
    )
}

#[cfg(test)]
mod memory_tests;
#[cfg(test)]
mod tests;
