//! Bootstrap provisioning for OMA Device Management.
//!
//! A device with an OMA DM client can be managed only once it holds a DM account: a server's
//! address and id, and credentials for both sides. This crate builds, signs, explains and verifies
//! the messages that bring one, as Client Provisioning documents (`wap-provisioningdoc`) and as OMA
//! DM messages with a serialised tree.
//!
//! # For most cases
//! The program `dmboot` is the short way; its commands are described in the README. From Rust, a
//! [`Profile`](document::profile::Profile) and the values of a device make a document:
//!
//! ```
//! use dmboot::document::cp::Encoding;
//! use dmboot::document::profile::{Profile, Values, shipped};
//!
//! let find = |name: &str| shipped::find(name).map(str::to_owned);
//! let text = find("cp/gprs-data").expect("it is shipped");
//! let profile = Profile::parse("cp/gprs-data", &text, &find)?;
//! let mut values = Values::default();
//! let given = |parameter: &dmboot::document::profile::Parameter| match parameter.name.as_str() {
//!     "apn" => Some("internet.example"),
//!     _ => None,
//! };
//! values.resolve(&profile, &given, None)?;
//! let document = profile.document(&values).to_wbxml(Encoding::Compatible)?;
//! assert_eq!(&document.octets[..4], [0x03, 0x0B, 0x6A, 0x00]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The manual
//! [`manual`] explains what the program and its messages rest on: [profiles](manual::profiles), the
//! [rules](manual::rules) and what to do about each, the [receivers](manual::receivers) that are
//! known, and the [threats](manual::threats) that signing is and is not an answer to.
//!
//! # Layers
//! Dependencies point one way, and `tests/layering.rs` says so:
//!
//! | layer | what it knows |
//! |---|---|
//! | [`bytes`], [`secret`], [`finding`], [`dissect`] | octets, secrets, and how to report on them |
//! | [`wire`] | formats without meaning: XML, WBXML, WSP |
//! | [`document`] | what a document says: the models of Client Provisioning and of DM messages, their rules, profiles, inspection |
//! | [`security`] | keys, MACs, and what they prove |
//! | [`client`] | what a device makes of messages: applying them, and its management tree |
//! | [`factory`] | jobs over many devices, files |
//! | [`vectors`] | test vectors for those who write clients |
//! | [`manual`] | the manual, for people and for `dmboot explain` |
//! | [`cli`] | the command line; it makes no promise as an interface |
//!
//! Everything below `client` is a function of octets, parameters and keys: no I/O, no clock, no
//! terminal.
//!
//! # What to rely on
//! - The MAC is computed and checked over the octets that travel, never over a re-encoding; only
//!   [`security::verify`] makes a [`Verified`](security::verify::Verified).
//! - No input makes it panic, and no length is believed before it is checked against the input.
//! - Secrets are zeroized, compared in constant time, and stay out of errors and `Debug`.
//! - The same job gives the same octets: random values derive from the job's seed
//!   ([`document::profile::random`]).
//! - What a reader accepts although it deviates is a [`Finding`](finding::Finding) with a rule and
//!   a place, never silence.
#![forbid(unsafe_code)]

pub mod bytes;
pub mod cli;
pub mod client;
pub mod dissect;
pub mod document;
pub mod factory;
pub mod finding;
pub mod manual;
pub mod secret;
pub mod security;
pub mod vectors;
pub mod wire;
