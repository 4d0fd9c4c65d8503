//! Wave files.
use super::{Encoder, Target};
use crate::{Error, Planar, Scratch};
pub(super) struct WaveEncoder<'a>(&'a mut dyn Scratch);
impl<'a> WaveEncoder<'a> {
    pub(super) fn new(
        _target: &Target,
        _how: u32,
        out: &'a mut dyn Scratch,
    ) -> Result<Self, Error> {
        Ok(Self(out))
    }
}
impl Encoder for WaveEncoder<'_> {
    fn write(&mut self, _block: &Planar) -> Result<(), Error> {
        self.0.flush()?;
        todo!()
    }
    fn finish(self: Box<Self>) -> Result<(), Error> {
        todo!()
    }
}
