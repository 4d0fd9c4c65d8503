//! loa: the headless host
