//! HMAC over slices.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

/// An HMAC keyed with any number of octets.
pub(super) fn keyed<M: KeyInit>(key: &[u8]) -> M {
    match M::new_from_slice(key) {
        Ok(mac) => mac,
        Err(_) => unreachable!("an HMAC takes keys of every length (RFC 2104 §2)"),
    }
}

/// HMAC-SHA1 ready for data.
pub(super) fn hmac_sha1(key: &[u8], data: &[u8]) -> Hmac<Sha1> {
    keyed::<Hmac<Sha1>>(key).chain_update(data)
}
