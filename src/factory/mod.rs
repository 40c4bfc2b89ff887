//! Batches: from a list of devices to one document for each.

pub mod list;
