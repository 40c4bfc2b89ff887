//! Bootstrap provisioning for OMA Device Management.
#![forbid(unsafe_code)]

pub mod bytes;
pub mod cli;
pub mod dissect;
pub mod document;
pub mod factory;
pub mod finding;
pub mod secret;
pub mod security;
pub mod wire;
