//! Bootstrap documents and what they mean; nothing here knows how they travel.

pub mod copied;
#[cfg(test)]
mod copied_tests;
pub mod cp;
pub mod dm;
pub mod inspect;
pub mod kind;
pub mod lint;
pub mod profile;
pub mod received;
pub mod receivers;
pub mod redact;
