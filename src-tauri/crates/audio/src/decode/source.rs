//! Bytes for symphonia.
