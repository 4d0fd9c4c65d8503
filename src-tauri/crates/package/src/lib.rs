//! Seals and verifies packages
