//! Why a MAC does not match: which mistake of the sender explains it.
//!
//! A receiver only says that the MAC is wrong. With the facts at hand, the mistakes that senders are
//! known to make can be tried one by one: a key made differently, other octets signed, another
//! digest, a MAC written differently. A MAC of 160 bits matches none of them by chance.
//!
//! It is a diagnosis for whoever holds the facts, never a gate: nothing here makes a
//! [`Verified`](super::verify::Verified).

mod bodies;
mod code;
mod digests;
mod keys;
mod mistakes;

pub use mistakes::{MISTAKES, Mistake};

use super::cp_mac::{Facts, Scheme, Sec};
use crate::secret::Secret;
use bodies::Body;
use digests::{Digest, MacText};
use keys::Key;
use std::fmt;

/// The longest body that is searched; of a longer one only the standard's construction is tried.
pub const MAX_BODY_OCTETS: usize = 65_536;
/// The most other numbers that are tried as keys.
pub const MAX_NUMBERS: usize = 8;

/// A message as it arrived, and what it arrived in.
#[derive(Clone, Copy, Default)]
pub struct Received<'a> {
    /// The WBXML octets, exactly those that followed the headers.
    pub body: &'a [u8],
    /// Whose rules it should follow.
    pub scheme: Scheme,
    /// The parameter SEC, if there was one.
    pub sec: Option<Sec>,
    /// The text of the parameter MAC, if there was one; it need not be a MAC's.
    pub mac: Option<&'a [u8]>,
    /// The PDU the body came in.
    pub pdu: Option<Pdu<'a>>,
    /// The document's XML text, if it is known: some senders sign that.
    pub xml: Option<&'a [u8]>,
}

/// A PDU with the body inside.
#[derive(Clone, Copy)]
pub struct Pdu<'a> {
    /// All octets.
    pub octets: &'a [u8],
    /// Where the body begins.
    pub body_at: usize,
}

impl fmt::Debug for Received<'_> {
    // The body may hold passwords.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Received")
            .field("octets", &self.body.len())
            .field("scheme", &self.scheme)
            .field("sec", &self.sec)
            .field("mac", &self.mac.map(String::from_utf8_lossy))
            .field("pdu", &self.pdu)
            .field("xml", &self.xml.map(<[u8]>::len))
            .finish()
    }
}

impl fmt::Debug for Pdu<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pdu")
            .field("octets", &self.octets.len())
            .field("body_at", &self.body_at)
            .finish()
    }
}

/// Another number of the device, which a sender may have taken for the IMSI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number {
    /// What it is.
    pub kind: NumberKind,
    /// Its decimal digits in ASCII; anything else is left out, and all beyond 22 digits.
    pub digits: Secret,
}

/// What a [`Number`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NumberKind {
    /// The telephone number.
    Msisdn,
    /// The number of the device.
    Imei,
    /// The number of the card.
    Iccid,
}

/// One way to make the MAC, or the code, that arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The whole construction in words, without secret digits.
    pub construction: String,
    /// What the key is made of, without secret digits.
    pub key: String,
    /// What is wrong with it; nothing, when it is the standard's construction.
    pub mistakes: Vec<&'static Mistake>,
}

impl Explanation {
    /// What the sender has to change: a sentence for each mistake.
    #[must_use]
    pub fn remedy(&self) -> String {
        self.mistakes
            .iter()
            .map(|mistake| mistake.remedy)
            .collect::<Vec<_>>()
            .join(" ")
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.construction)
    }
}

/// Which constructions give the MAC that arrived, or the code that the user got; the fewest
/// mistakes first. Usually one, none when nothing known explains it.
///
/// When the standard's construction does, it is the only answer and has no mistakes. The work is
/// bounded: some thousand digests of a body of at most [`MAX_BODY_OCTETS`].
///
/// A code has few digits. One of 10 digits matches some construction by chance about once in 1500
/// codes; one of 12, once in 15 000.
#[must_use]
pub fn why(received: &Received<'_>, facts: &Facts, numbers: &[Number]) -> Vec<Explanation> {
    let bodies = bodies::bodies(received);
    let mut found = Vec::new();
    if let Some(text) = received.mac.and_then(MacText::new) {
        let keys = keys::keys(
            received.scheme,
            received.sec,
            facts,
            &numbers[..numbers.len().min(MAX_NUMBERS)],
        );
        search(received, &text, &keys, &bodies, &mut found);
    }
    if let (Some(Sec::UserPinMac), Some(code)) = (received.sec, &facts.code) {
        code::search(code, facts, &bodies, &mut found);
    }
    found.sort_by_key(|explanation| explanation.mistakes.len());
    if found.first().is_some_and(|first| first.mistakes.is_empty()) {
        found.truncate(1);
    }
    found
}

fn search(
    received: &Received<'_>,
    text: &MacText,
    keys: &[Key],
    bodies: &[Body<'_>],
    found: &mut Vec<Explanation>,
) {
    let about_sec = match received.sec {
        Some(Sec::UserPinMac) => Some(&mistakes::MAC_WITH_CODE),
        Some(_) => None,
        None => Some(&mistakes::SEC_MISSING),
    };
    let mut attempt = |digest: Digest, key: Option<&Key>, body: &Body<'_>| {
        let octets = digest.of(key.map_or(&[], |key| key.octets.expose()), &body.octets);
        let Some(written) = text.written(digest, &octets) else {
            return;
        };
        let mut mistakes: Vec<_> = about_sec.into_iter().collect();
        mistakes.extend(key.into_iter().flat_map(|key| &key.mistakes));
        mistakes.extend(digest.mistake());
        mistakes.extend(body.mistake);
        mistakes.extend(&written);
        let key = key.map_or_else(|| "none".to_owned(), Key::to_string);
        let mut construction = format!("{}; key: {key}; data: {}", digest.name(), body.what);
        for mistake in written {
            construction.push_str("; ");
            construction.push_str(mistake.what);
        }
        found.push(Explanation {
            construction,
            key,
            mistakes,
        });
    };
    for body in bodies {
        for key in keys {
            attempt(Digest::HmacSha1, Some(key), body);
        }
        attempt(Digest::Sha1, None, body);
    }
    // The first body is the one that arrived. Without a key these are the digest without key.
    for body in &bodies[..1] {
        for key in keys.iter().filter(|key| !key.octets.expose().is_empty()) {
            for digest in Digest::UNUSUAL {
                attempt(digest, Some(key), body);
            }
        }
    }
}

#[cfg(test)]
mod tests;
