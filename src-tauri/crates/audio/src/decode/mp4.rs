//! Edit lists of MP4.
