//! Octets that must not be printed, logged, or left in memory.

mod url;

pub use url::{MASK, url_password, url_secrets, without_url_secrets};

use secrecy::{ExposeSecret, SecretBox};
use std::fmt;
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

/// A key, PIN, password or nonce: zeroized on drop, hidden from `Debug`, compared in constant time.
pub struct Secret(SecretBox<[u8]>);

impl Secret {
    /// Takes the octets over.
    #[must_use]
    pub fn new(mut octets: Vec<u8>) -> Self {
        if octets.capacity() == octets.len() {
            return Self(SecretBox::new(octets.into_boxed_slice()));
        }
        // Giving spare capacity back may move the octets and leave a copy behind.
        let exact = octets.as_slice().into();
        octets.zeroize();
        Self(SecretBox::new(exact))
    }

    /// The octets. Keep the borrow short and never format it.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        self.0.expose_secret()
    }

    /// The octets as text, if they are UTF-8.
    #[must_use]
    pub fn expose_text(&self) -> Option<&str> {
        std::str::from_utf8(self.expose()).ok()
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::new(text.into_bytes())
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::new(text.as_bytes().to_vec())
    }
}

impl Clone for Secret {
    fn clone(&self) -> Self {
        Self::new(self.expose().to_vec())
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.expose().ct_eq(other.expose()).into()
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Whether something of this name is likely to be a secret, to the eye of a person.
#[must_use]
pub fn names_secret(name: &str) -> bool {
    // `SECR` takes slips as well: AAUTHSECRT, AAUTHSECRECT
    const PARTS: [&str; 10] = [
        "SECR", "PASS", "PWD", "-PW", "PIN", "KEY", "PSK", "TOKEN", "AUTHDATA", "NONCE",
    ];
    let has = |part: &str| {
        let mut places = name.as_bytes().windows(part.len());
        places.any(|place| place.eq_ignore_ascii_case(part.as_bytes()))
    };
    name.eq_ignore_ascii_case("PW") || PARTS.into_iter().any(has)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nothing() {
        let secret = Secret::from("hunter2");
        assert_eq!(format!("{secret:?}"), "Secret(…)");
        assert_eq!(secret, Secret::new(b"hunter2".to_vec()));
        assert_ne!(secret, Secret::from("hunter3"));
    }
}
