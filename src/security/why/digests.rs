//! The digests a sender may have used, and the ways one may have been written.

use super::mistakes::{self, Mistake};
use crate::bytes::{Hex, from_hex};
use crate::security::hashes::{HmacSha1, keyed};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use md5::Md5;
use sha1::{Digest as _, Sha1};
use sha2::Sha256;
use std::cmp::Ordering;

/// A way to make a MAC of a key and data.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Digest {
    HmacSha1,
    HmacSwapped,
    KeyFirst,
    KeyLast,
    Sha1,
    HmacMd5,
    HmacSha256,
}

impl Digest {
    /// Those with a key that are not the standard's.
    pub(super) const UNUSUAL: [Self; 5] = [
        Self::HmacSwapped,
        Self::KeyFirst,
        Self::KeyLast,
        Self::HmacMd5,
        Self::HmacSha256,
    ];

    pub(super) fn mistake(self) -> Option<&'static Mistake> {
        Some(match self {
            Self::HmacSha1 => return None,
            Self::HmacSwapped => &mistakes::HMAC_SWAPPED,
            Self::KeyFirst => &mistakes::DIGEST_KEY_FIRST,
            Self::KeyLast => &mistakes::DIGEST_KEY_LAST,
            Self::Sha1 => &mistakes::DIGEST_NO_KEY,
            Self::HmacMd5 => &mistakes::HMAC_MD5,
            Self::HmacSha256 => &mistakes::HMAC_SHA256,
        })
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::HmacSwapped => "HMAC-SHA1, key and data exchanged",
            other => other.mistake().map_or("HMAC-SHA1", |mistake| mistake.what),
        }
    }

    pub(super) fn of(self, key: &[u8], data: &[u8]) -> Vec<u8> {
        let sha1 = |parts: [&[u8]; 2]| {
            Sha1::new()
                .chain_update(parts[0])
                .chain_update(parts[1])
                .finalize()
                .to_vec()
        };
        match self {
            Self::HmacSha1 => HmacSha1::new(&[key]).mac(data).to_vec(),
            Self::HmacSwapped => HmacSha1::new(&[data]).mac(key).to_vec(),
            Self::KeyFirst => sha1([key, data]),
            Self::KeyLast => sha1([data, key]),
            Self::Sha1 => sha1([data, &[]]),
            Self::HmacMd5 => keyed::<Hmac<Md5>>(key)
                .chain_update(data)
                .finalize()
                .into_bytes()
                .to_vec(),
            Self::HmacSha256 => keyed::<Hmac<Sha256>>(key)
                .chain_update(data)
                .finalize()
                .into_bytes()
                .to_vec(),
        }
    }
}

/// The fewest digits of a cut MAC that still tell something.
const MIN_CUT_DIGITS: usize = 16;
/// The longest text that can be a MAC: each of 32 octets sign-extended to 8 digits.
const MAX_TEXT: usize = 256;

/// The text of the parameter MAC, and the octets it may stand for.
pub(super) struct MacText {
    /// In upper case, without quotes.
    upper: String,
    /// What is wrong with the text in any case.
    style: Vec<&'static Mistake>,
    /// Octets that a digest may equal, and what is wrong then.
    targets: Vec<(Vec<u8>, Option<&'static Mistake>)>,
}

impl MacText {
    /// `None` when the text is too long to be any digest.
    pub(super) fn new(text: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(text)
            .ok()
            .filter(|text| text.len() <= MAX_TEXT)?;
        let bare = text.trim_matches('"');
        let mut targets = Vec::new();
        if let Some(octets) = from_hex(bare.as_bytes()) {
            let reversed = octets.iter().rev().copied().collect();
            let nibbles = octets.iter().map(|octet| octet.rotate_left(4)).collect();
            targets.push((octets, None));
            targets.push((reversed, Some(&mistakes::MAC_REVERSED)));
            targets.push((nibbles, Some(&mistakes::MAC_NIBBLES)));
        }
        let hex = bare.bytes().all(|octet| octet.is_ascii_hexdigit());
        if !hex && let Ok(octets) = STANDARD.decode(bare) {
            targets.push((octets, Some(&mistakes::MAC_BASE64)));
        }
        let mut style = Vec::new();
        if hex && bare.bytes().any(|octet| octet.is_ascii_lowercase()) {
            style.push(&mistakes::MAC_LOWER_CASE);
        }
        if bare.len() != text.len() {
            style.push(&mistakes::MAC_QUOTES);
        }
        Some(Self {
            upper: bare.to_ascii_uppercase(),
            style,
            targets,
        })
    }

    /// Whether the text stands for this digest, and what is wrong with the writing.
    pub(super) fn written(&self, digest: Digest, octets: &[u8]) -> Option<Vec<&'static Mistake>> {
        let full = self.targets.iter().find(|(target, _)| {
            target == octets
                // Another digest may have been cut or filled to the 20 octets that are usual.
                || digest == Digest::HmacSha256 && target == &octets[..20]
                || digest == Digest::HmacMd5 && target.strip_suffix(&[0; 4]) == Some(octets)
        });
        let form = match full {
            Some((_, form)) => *form,
            None => Some(self.lossy(octets)?),
        };
        Some(form.into_iter().chain(self.style.iter().copied()).collect())
    }

    /// Writings that lose or add digits: they never have as many as the digest asks for.
    fn lossy(&self, octets: &[u8]) -> Option<&'static Mistake> {
        let text = self.upper.as_str();
        if text.len() < MIN_CUT_DIGITS {
            return None;
        }
        match text.len().cmp(&(2 * octets.len())) {
            Ordering::Equal => None,
            Ordering::Less => {
                let whole = Hex(octets).to_string();
                let each: String = octets.iter().map(|octet| format!("{octet:X}")).collect();
                if text == whole.trim_start_matches('0') || text == each {
                    Some(&mistakes::MAC_ZEROS)
                } else {
                    whole.starts_with(text).then_some(&mistakes::MAC_CUT)
                }
            }
            Ordering::Greater => {
                // As the C format %02X and the Java method toHexString show a signed octet.
                let signed = |two: bool| -> String {
                    let number = |octet: &u8| i32::from(octet.cast_signed());
                    let show = |octet| match two {
                        true => format!("{:02X}", number(octet)),
                        false => format!("{:X}", number(octet)),
                    };
                    octets.iter().map(show).collect()
                };
                (text == signed(true) || text == signed(false)).then_some(&mistakes::MAC_SIGNED)
            }
        }
    }
}
