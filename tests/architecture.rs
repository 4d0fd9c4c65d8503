//! The order of crates and other invariants a machine can check.
