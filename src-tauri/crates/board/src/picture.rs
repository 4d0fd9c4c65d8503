//! Pictures: decoded within limits, turned upright, scaled once to board pixels and kept.

use std::sync::Arc;

use units::Digest;

/// Bytes of one picture file: a phone's largest photo is 25 MB.
pub const PICTURE_BYTES_MAX: usize = 100 * 1024 * 1024;
/// Pixels of one picture: 64 million, the largest phone sensors in common use.
pub const PICTURE_PIXELS_MAX: u64 = 64_000_000;

/// Where picture files come from.
pub trait Images: Sync {
    /// The bytes of the file with this digest, or `None` where it is not there.
    fn get(&self, digest: &Digest) -> Option<Arc<[u8]>>;
}

/// No pictures at all.
impl Images for () {
    fn get(&self, _digest: &Digest) -> Option<Arc<[u8]>> {
        None
    }
}

/// Pictures by digest, in memory.
impl Images for std::collections::HashMap<Digest, Arc<[u8]>> {
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
    /// `width × height × 4` bytes.
    pub rgba: Vec<u8>,
}

impl std::fmt::Debug for PixelImage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PixelImage({}×{})", self.width, self.height)
    }
}

/// Pictures from some [`Images`], with those already scaled kept: hold one for a batch of slides, or
/// for as long as a deck is open.
pub struct Pictures<'a> {
    images: &'a dyn Images,
}

impl<'a> Pictures<'a> {
    /// Pictures from `images`; nothing is read yet.
    #[must_use]
    pub fn new(images: &'a dyn Images) -> Self {
        Self { images }
    }
}
