//! How a picture lies in its file and how it is shown: phones store the sensor's rows and say how to
//! turn them (Exif 2.3, orientation). Pixels are never turned, which would take room for all of them
//! twice; whoever reads them reads them in the order they are shown in.

use image::metadata::Orientation;

/// Where the shown columns and rows lie in the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Turn {
    /// Shown columns are stored as rows, and rows as columns.
    pub swapped: bool,
    /// Stored columns are shown from the last to the first.
    pub mirrored_x: bool,
    /// Stored rows are.
    pub mirrored_y: bool,
}

impl From<Orientation> for Turn {
    fn from(orientation: Orientation) -> Self {
        let (swapped, mirrored_x, mirrored_y) = match orientation {
            Orientation::NoTransforms => (false, false, false),
            Orientation::FlipHorizontal => (false, true, false),
            Orientation::FlipVertical => (false, false, true),
            Orientation::Rotate180 => (false, true, true),
            Orientation::Rotate90 => (true, false, true),
            Orientation::Rotate270 => (true, true, false),
            Orientation::Rotate90FlipH => (true, false, false),
            Orientation::Rotate270FlipH => (true, true, true),
        };
        Self {
            swapped,
            mirrored_x,
            mirrored_y,
        }
    }
}

impl Turn {
    /// Width and height as shown of what is stored in this size, or the other way round.
    pub(super) fn sides(self, (width, height): (u32, u32)) -> (u32, u32) {
        if self.swapped {
            (height, width)
        } else {
            (width, height)
        }
    }
}
