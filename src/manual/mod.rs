//! The manual: what profiles, rules and receivers are, and what signing a message does and does not
//! prove.
//!
//! - [`profiles`]: how a profile is made, and what each key of it means;
//! - [`rules`]: what is wrong with a document, every rule with its reason; `dmboot explain RULE`
//!   prints the same;
//! - [`receivers`]: what is known of the clients that take the messages;
//! - [`policy`]: what a client accepts, and from whom; every key of a policy file and its default;
//! - [`tree`]: the management tree of a device, and how messages are applied to it;
//! - [`threats`]: who can forge, read or replay a message, and what helps.

#[doc = include_str!("policy.md")]
pub mod policy {}

#[doc = include_str!("profiles.md")]
pub mod profiles {}

#[doc = include_str!("receivers.md")]
pub mod receivers {}

pub mod rules;

#[doc = include_str!("threats.md")]
pub mod threats {}

#[doc = include_str!("tree.md")]
pub mod tree {}
