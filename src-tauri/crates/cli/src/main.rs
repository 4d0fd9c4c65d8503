//! `loa`: the headless host.
fn main() {}
