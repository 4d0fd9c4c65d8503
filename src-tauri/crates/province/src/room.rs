//! Who is let in: so many uploads at once of one sender and of all, so many bytes, and what makes room.
//!
//! Nobody can keep others out by beginning uploads and leaving them: what is idle makes room, the
//! empty first. What is being sent never does.

use std::io;
use std::net::IpAddr;

use crate::intake::Province;

/// Why there is no room.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum NoRoom {
    /// This sender has as many uploads under way as one may have.
    Sender,
    /// All have, together.
    Uploads,
    /// Larger than everything that is kept may be.
    Never,
    /// What is kept, or the disk, is full.
    Bytes,
}

impl Province {
    /// Lets one more upload of `bytes` bytes in, or says why not.
    ///
    /// # Errors
    /// Where what makes room cannot be forgotten.
    pub(crate) fn admit(&self, sender: IpAddr, bytes: u64) -> io::Result<Result<(), NoRoom>> {
        self.sweep()?;
        if bytes > self.config.kept_bytes_max {
            return Ok(Err(NoRoom::Never));
        }
        while self.uploads.open_count(Some(sender)) >= self.config.uploads_per_sender_max {
            if !self.make_room(Some(sender))? {
                return Ok(Err(NoRoom::Sender));
            }
        }
        while self.uploads.open_count(None) >= self.config.uploads_open_max {
            if !self.make_room(None)? {
                return Ok(Err(NoRoom::Uploads));
            }
        }
        match self.has_room_for(bytes)? {
            true => Ok(Ok(())),
            false => Ok(Err(NoRoom::Bytes)),
        }
    }

    /// Whether so many more bytes may be kept, if need be after what is idle made room.
    ///
    /// # Errors
    /// Where it cannot be forgotten.
    pub(crate) fn has_room_for(&self, bytes: u64) -> io::Result<bool> {
        while !self.fits(bytes) {
            if !self.make_room(None)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn fits(&self, bytes: u64) -> bool {
        let kept = self.store.usage().bytes().saturating_add(bytes);
        // A disk that does not say how much is free is taken at its word when it is written to.
        let available = files::available_bytes(self.store.folder()).unwrap_or(u64::MAX);
        kept <= self.config.kept_bytes_max
            && bytes.saturating_add(self.config.free_bytes_min) <= available
    }

    /// Forgets the upload that has to go first. Nothing is idle enough: `false`.
    fn make_room(&self, sender: Option<IpAddr>) -> io::Result<bool> {
        let idle_s = i64::try_from(self.config.upload_idle_s).unwrap_or(i64::MAX);
        let since_s = self.now_s().saturating_sub(idle_s);
        match self.uploads.take_idle(sender, since_s) {
            Some(open) => self.forget(&open).map(|()| true),
            None => Ok(false),
        }
    }
}
