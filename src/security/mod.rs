//! Security: keys, authentication codes, and what a receiver may believe.
//!
//! Everything here is a function of octets: no clock, no terminal, no I/O.
//!
//! | module | what |
//! |---|---|
//! | [`imsi`] | the IMSI, and the octets it has in EF_IMSI |
//! | [`cp_mac`] | SEC methods, keys and MACs of Client Provisioning |
//! | [`notify`] | the digest of Package #0 |
//! | [`policy`] | which [`Verified`](verify::Verified) documents are [`Accepted`](policy::Accepted) |
//! | [`verify()`](verify::verify) | the only maker of a [`Verified`](verify::Verified) document |
//! | [`why()`](why::why) | which mistake of a sender explains a MAC that does not match |

pub mod cp_mac;
mod hashes;
pub mod imsi;
pub mod notify;
pub mod policy;
pub mod verify;
pub mod why;
