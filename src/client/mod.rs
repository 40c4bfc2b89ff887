//! The device's side: what a client makes of the messages that reach it.

pub mod apply;
pub mod tree;
