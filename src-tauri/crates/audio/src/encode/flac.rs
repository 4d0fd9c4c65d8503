//! Flac files.
use super::{Encoder, Target};
use crate::{Error, Planar, Scratch};
pub(super) struct FlacEncoder<'a>(&'a mut dyn Scratch);
impl<'a> FlacEncoder<'a> {
    pub(super) fn new(
        _target: &Target,
        _how: u32,
        out: &'a mut dyn Scratch,
    ) -> Result<Self, Error> {
        Ok(Self(out))
    }
}
impl Encoder for FlacEncoder<'_> {
    fn write(&mut self, _block: &Planar) -> Result<(), Error> {
        self.0.flush()?;
        todo!()
    }
    fn finish(self: Box<Self>) -> Result<(), Error> {
        todo!()
    }
}
