//! Descriptions: what is shipped, reading, writing, looking up.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
