//! What the journeys share: a test host, loaders, a chaos proxy, seeded fault plans.

pub mod chaos;
