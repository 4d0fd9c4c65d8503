//! Mp3 files.
use super::{Encoder, Target};
use crate::{Error, Planar, Scratch};
pub(super) struct Mp3Encoder<'a>(&'a mut dyn Scratch);
impl<'a> Mp3Encoder<'a> {
    pub(super) fn new(
        _target: &Target,
        _how: super::Mp3Rate,
        out: &'a mut dyn Scratch,
    ) -> Result<Self, Error> {
        Ok(Self(out))
    }
}
impl Encoder for Mp3Encoder<'_> {
    fn write(&mut self, _block: &Planar) -> Result<(), Error> {
        self.0.flush()?;
        todo!()
    }
    fn finish(self: Box<Self>) -> Result<(), Error> {
        todo!()
    }
}
pub(super) const RATES_HZ: [u32; 9] = [
    8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000,
];
