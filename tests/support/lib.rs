//! What the journeys share: a test host, programs to kill, a chaos proxy, seeded dice.

pub mod chaos;
pub mod dice;
pub mod faults;
pub mod host;
pub mod programs;
pub mod servers;
