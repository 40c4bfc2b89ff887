//! The commands, one file each.

mod add;
mod copy;
mod delete;
mod get;
mod replace;

pub(in crate::client) use add::Fitted;
pub(super) use get::document;
pub use get::{Got, Listed, Secrecy};
