//! Why a code of USERPINMAC does not match.

use super::Explanation;
use super::bodies::Body;
use super::keys::pin_parts;
use super::mistakes::{self, Mistake};
use crate::bytes::Hex;
use crate::security::cp_mac::{Code, Facts, KeyForm, MacKey, Sec, mac_digits};
use crate::security::hashes::HmacSha1;

/// How digits may have been taken from a MAC.
struct DigitRule {
    digits: fn(&[u8], usize) -> Vec<u8>,
    mistake: &'static Mistake,
}

const RULES: [DigitRule; 8] = [
    DigitRule {
        digits: signed,
        mistake: &mistakes::CODE_SIGNED,
    },
    DigitRule {
        digits: hex_digits,
        mistake: &mistakes::CODE_HEX_DIGITS,
    },
    DigitRule {
        digits: hex_text,
        mistake: &mistakes::CODE_HEX_TEXT,
    },
    DigitRule {
        digits: low_nibbles,
        mistake: &mistakes::CODE_LOW_NIBBLE,
    },
    DigitRule {
        digits: high_nibbles,
        mistake: &mistakes::CODE_HIGH_NIBBLE,
    },
    DigitRule {
        digits: pairs,
        mistake: &mistakes::CODE_PAIRS,
    },
    DigitRule {
        digits: last_octets,
        mistake: &mistakes::CODE_LAST_OCTETS,
    },
    DigitRule {
        digits: number,
        mistake: &mistakes::CODE_NUMBER,
    },
];

pub(super) fn search(
    code: &Code,
    facts: &Facts,
    bodies: &[Body<'_>],
    found: &mut Vec<Explanation>,
) {
    let (first, second) = code.halves();
    let count = first.len();
    let mac = |key: &[u8], body: &[u8]| HmacSha1::new(&[key]).mac(body);
    let mut explain = |key: &str, data: &str, mistake: Option<&'static Mistake>| {
        let mut construction = format!("digits of an HMAC-SHA1; key: {key}; data: {data}");
        if let Some(mistake) = mistake {
            construction = format!("{construction}; {}", mistake.what);
        }
        let mistakes = mistake.into_iter().collect();
        found.push(Explanation {
            construction,
            key: key.to_owned(),
            mistakes,
        });
    };
    let own = format!("the first half of the code ({count} octets)");

    for body in bodies {
        if mac_digits(&mac(first, &body.octets), count) == second {
            explain(&own, &body.what, body.mistake);
        }
    }
    let Some(body) = bodies.first() else { return };
    if mac_digits(&mac(second, &body.octets), count) == first {
        let key = format!("the second half of the code ({count} octets)");
        explain(&key, &body.what, Some(&mistakes::CODE_HALVES));
    }
    for rule in &RULES {
        if (rule.digits)(&mac(first, &body.octets), count) == second {
            explain(&own, &body.what, Some(rule.mistake));
        }
    }
    for part in pin_parts(first)
        .iter()
        .filter(|part| part.octets.expose() != first)
    {
        if mac_digits(&mac(part.octets.expose(), &body.octets), count) == second {
            explain(
                &format!("the first half of the code: {}", part.what),
                &body.what,
                part.mistake,
            );
        }
    }
    if let Ok(network) = MacKey::new(Sec::NetwPin, facts, KeyForm::Standard) {
        let key = [network.expose(), first].concat();
        if mac_digits(&mac(&key, &body.octets), count) == second {
            let key = "the network's secret, then the first half of the code";
            explain(key, &body.what, Some(&mistakes::CODE_NETWORK));
        }
    }
}

fn each(values: impl Iterator<Item = u8>, count: usize) -> Vec<u8> {
    values.take(count).map(|value| value % 10 + b'0').collect()
}

fn signed(mac: &[u8], count: usize) -> Vec<u8> {
    each(
        mac.iter().map(|octet| octet.cast_signed().unsigned_abs()),
        count,
    )
}

fn hex_digits(mac: &[u8], count: usize) -> Vec<u8> {
    each(
        mac.iter().flat_map(|octet| [octet >> 4, octet & 0xF]),
        count,
    )
}

fn hex_text(mac: &[u8], count: usize) -> Vec<u8> {
    each(Hex(mac).to_string().bytes(), count)
}

fn low_nibbles(mac: &[u8], count: usize) -> Vec<u8> {
    each(mac.iter().map(|octet| octet & 0xF), count)
}

fn high_nibbles(mac: &[u8], count: usize) -> Vec<u8> {
    each(mac.iter().map(|octet| octet >> 4), count)
}

fn pairs(mac: &[u8], count: usize) -> Vec<u8> {
    let pair = |pair: &[u8]| {
        (pair
            .iter()
            .fold(0, |sum, &octet| sum << 8 | u16::from(octet))
            % 10) as u8
    };
    each(mac.chunks(2).map(pair), count)
}

fn last_octets(mac: &[u8], count: usize) -> Vec<u8> {
    each(
        mac[mac.len().saturating_sub(count)..].iter().copied(),
        count,
    )
}

/// The MAC as one big-endian number modulo 10^count; count is 20 at most.
fn number(mac: &[u8], count: usize) -> Vec<u8> {
    let modulus = 10_u128.pow(count as u32);
    let value = mac.iter().fold(0, |value, &octet| {
        (value << 8 | u128::from(octet)) % modulus
    });
    format!("{value:0count$}").into_bytes()
}
