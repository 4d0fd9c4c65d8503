//! Fills a frame with a scene. Decides nothing: what stands where is the scene's business.

use crate::{Frame, Scene};

/// The pixels of `scene`. The same scene gives the same pixels on every machine: tiny-skia's
/// rasteriser works in fixed point and claims identical output on all processors.
#[must_use]
pub fn draw(scene: &Scene) -> Frame {
    let _ = scene;
    todo!()
}
