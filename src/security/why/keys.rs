//! The keys a sender may have used.

use super::mistakes::{self, Mistake};
use super::{Number, NumberKind};
use crate::bytes::Hex;
use crate::secret::Secret;
use crate::security::cp_mac::{Facts, NetworkSecret, Scheme, Sec};
use crate::security::imsi::swapped;
use std::fmt;

/// PINs that tools and manuals are shipped with.
const DEFAULT_PINS: [&str; 6] = ["1234", "0000", "12345", "123456", "1111", "12345678"];
/// The most digits of a number that are used: an ICCID has up to 20.
const MAX_NUMBER_DIGITS: usize = 22;

/// One candidate.
pub(super) struct Key {
    pub octets: Secret,
    pub mistakes: Vec<&'static Mistake>,
    what: String,
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} octets)", self.what, self.octets.expose().len())
    }
}

/// A part of a key: the network's or the user's.
pub(super) struct Part {
    pub octets: Secret,
    pub mistake: Option<&'static Mistake>,
    pub what: String,
}

impl Part {
    fn right(octets: Secret, what: &str) -> Self {
        Self {
            octets,
            mistake: None,
            what: what.to_owned(),
        }
    }

    fn wrong(octets: Secret, mistake: &'static Mistake, detail: &str) -> Self {
        let what = match detail {
            "" => mistake.what.to_owned(),
            detail => format!("{}, {detail}", mistake.what),
        };
        Self {
            octets,
            mistake: Some(mistake),
            what,
        }
    }
}

/// All candidates, the standard's key of `sec` first. Equal keys are listed once, under the mistake
/// that comes first; an HMAC fills its key with NULs, so keys that differ in those are equal.
pub(super) fn keys(
    scheme: Scheme,
    sec: Option<Sec>,
    facts: &Facts,
    numbers: &[Number],
) -> Vec<Key> {
    let mut networks = facts
        .network
        .as_ref()
        .map(network_parts)
        .unwrap_or_default();
    networks.extend(numbers.iter().flat_map(number_parts));
    let mut pins = facts
        .pin
        .as_ref()
        .map(|pin| pin_parts(pin.digits()))
        .unwrap_or_default();
    pins.extend(DEFAULT_PINS.map(|pin| Part::wrong(Secret::from(pin), &mistakes::PIN_DEFAULT, "")));
    let (right_network, right_pin) = (right(&networks), right(&pins));

    let mut list = List {
        sec,
        keys: Vec::new(),
    };
    // The standard's keys before all others, so that a right key is never named as a wrong one.
    let mut standards = Sec::ALL;
    standards.sort_by_key(|&standard| Some(standard) != sec);
    for standard in standards {
        match (standard, right_network, right_pin) {
            (Sec::NetwPin, Some(network), _) => list.add(standard, &[network], b"", None),
            (Sec::UserPin, _, Some(pin)) => list.add(standard, &[pin], b"", None),
            (Sec::UserNetwPin, Some(network), Some(pin)) => {
                list.both(scheme, network, pin);
            }
            (Sec::UserPinMac, ..) => {
                if let Some(code) = &facts.code {
                    let (key, rest) = code.halves();
                    let part = |octets: &[u8], what| Part::right(Secret::new(octets.into()), what);
                    list.add(
                        standard,
                        &[&part(key, "the first half of the code")],
                        b"",
                        None,
                    );
                    let whole = Secret::new([key, rest].concat());
                    let whole = Part::wrong(whole, &mistakes::KEY_WHOLE_CODE, "");
                    list.add(standard, &[&whole], b"", None);
                }
            }
            _ => {}
        }
    }
    for network in &networks {
        list.add(Sec::NetwPin, &[network], b"", None);
    }
    for pin in &pins {
        list.add(Sec::UserPin, &[pin], b"", None);
    }
    for network in &networks {
        let Some(pin) = right_pin.or(pins.first()) else {
            break;
        };
        list.both(scheme, network, pin);
        let sec = Sec::UserNetwPin;
        match scheme {
            Scheme::Cp => {
                list.add(sec, &[pin, network], b"", Some(&mistakes::KEY_ORDER));
                list.add(sec, &[pin, network], b":", Some(&mistakes::KEY_PIN_COLON));
                list.add(sec, &[network, pin], b":", Some(&mistakes::KEY_COLON_PIN));
            }
            Scheme::Dm => {
                list.add(
                    sec,
                    &[network, pin],
                    b"",
                    Some(&mistakes::DM_KEY_SECRET_PIN),
                );
                list.add(
                    sec,
                    &[pin, network],
                    b"",
                    Some(&mistakes::DM_KEY_PIN_SECRET),
                );
                list.add(
                    sec,
                    &[network, pin],
                    b":",
                    Some(&mistakes::DM_KEY_SECRET_COLON),
                );
            }
        }
    }
    if let Some(network) = right_network.or(networks.first()) {
        for pin in &pins {
            list.both(scheme, network, pin);
        }
    }
    let empty = Part::wrong(Secret::new(Vec::new()), &mistakes::KEY_EMPTY, "");
    list.add(sec.unwrap_or(Sec::UserPin), &[&empty], b"", None);
    list.keys
}

fn right(parts: &[Part]) -> Option<&Part> {
    parts.first().filter(|part| part.mistake.is_none())
}

struct List {
    sec: Option<Sec>,
    keys: Vec<Key>,
}

impl List {
    /// The standard's key of both.
    fn both(&mut self, scheme: Scheme, network: &Part, pin: &Part) {
        let sec = Sec::UserNetwPin;
        match scheme {
            Scheme::Cp => self.add(sec, &[network, pin], b"", None),
            Scheme::Dm => self.add(sec, &[pin, network], b":", None),
        }
    }

    fn add(&mut self, sec: Sec, parts: &[&Part], join: &[u8], extra: Option<&'static Mistake>) {
        let octets: Vec<_> = parts.iter().map(|part| part.octets.expose()).collect();
        let octets = Secret::new(octets.join(join));
        if self
            .keys
            .iter()
            .any(|key| equal(key.octets.expose(), octets.expose()))
        {
            return;
        }
        let mut mistakes = Vec::new();
        let other = self
            .sec
            .is_some_and(|claimed| claimed != sec && claimed.carries_mac());
        let mut what: Vec<_> = parts.iter().map(|part| part.what.as_str()).collect();
        if other {
            mistakes.push(&mistakes::SEC_OTHER);
        }
        mistakes.extend(extra);
        mistakes.extend(parts.iter().filter_map(|part| part.mistake));
        if join == b":" {
            what.insert(1, "a colon");
        }
        let what = what.join(", then ");
        let what = if other {
            format!("that of {sec}: {what}")
        } else {
            what
        };
        self.keys.push(Key {
            octets,
            mistakes,
            what,
        });
    }
}

/// Whether two keys give the same HMAC-SHA1.
fn equal(one: &[u8], other: &[u8]) -> bool {
    let significant = |key: &[u8]| match key.len() {
        0..=64 => key
            .iter()
            .rposition(|&octet| octet != 0)
            .map_or(0, |last| last + 1),
        length => length,
    };
    one[..significant(one)] == other[..significant(other)]
}

fn network_parts(network: &NetworkSecret) -> Vec<Part> {
    let imsi = match network {
        NetworkSecret::Imsi(imsi) => imsi,
        NetworkSecret::Octets(octets) => {
            let octets = octets.expose();
            let backwards = octets.iter().rev().copied().collect();
            let mut parts = vec![Part::right(
                Secret::new(octets.to_vec()),
                "the network's secret",
            )];
            parts.extend(hex_texts(octets, &mistakes::NETWORK_HEX_TEXT));
            parts.push(Part::wrong(
                Secret::new(backwards),
                &mistakes::NETWORK_REVERSED,
                "",
            ));
            return parts;
        }
    };
    let digits = imsi.digits();
    let odd = digits.len() % 2 == 1;
    let parity = if odd { 9 } else { 1 };
    let semi_octets = imsi.semi_octets();
    let octets = semi_octets.expose();
    let mut parts = vec![Part::right(imsi.semi_octets(), "the IMSI's semi-octets")];
    let mut wrong = |octets: Secret, mistake, detail| {
        parts.push(Part::wrong(octets, mistake, detail));
    };

    wrong(Secret::new(digits.to_vec()), &mistakes::IMSI_ASCII, "");
    wrong(exchanged(octets), &mistakes::IMSI_UNSWAPPED, "");
    wrong(
        swapped(10 - parity, digits, 0xF),
        &mistakes::IMSI_PARITY,
        "",
    );
    if !odd {
        let shorter = &digits[..digits.len() - 1];
        wrong(swapped(1, digits, 0), &mistakes::IMSI_ZERO_FILLER, "");
        wrong(
            swapped(9, shorter, 0xF),
            &mistakes::IMSI_DIGIT_DROPPED,
            "and 9 in front",
        );
        wrong(swapped(1, shorter, 0xF), &mistakes::IMSI_DIGIT_DROPPED, "");
    }
    let mut file = octets.to_vec();
    file.resize(8, 0xFF);
    let length = [octets.len() as u8];
    wrong(
        Secret::new([&length, octets].concat()),
        &mistakes::IMSI_LENGTH_OCTET,
        "",
    );
    wrong(
        Secret::new([&length, &file[..]].concat()),
        &mistakes::IMSI_LENGTH_OCTET,
        "and the unused octets",
    );
    wrong(
        Secret::new([&[8], &file[..]].concat()),
        &mistakes::IMSI_LENGTH_OCTET,
        "always 8",
    );
    wrong(Secret::new(file), &mistakes::IMSI_UNUSED_OCTETS, "");
    let bare = bcd(digits, 0xF);
    wrong(
        exchanged(bare.expose()),
        &mistakes::IMSI_NO_PARITY,
        "nibbles swapped",
    );
    wrong(bare, &mistakes::IMSI_NO_PARITY, "nibbles not swapped");
    wrong(
        bcd(digits, 0),
        &mistakes::IMSI_NO_PARITY,
        "nibbles not swapped, filler 0",
    );
    let zero_first = [b"0", digits].concat();
    wrong(
        bcd(&zero_first, 0xF),
        &mistakes::IMSI_NO_PARITY,
        "nibbles not swapped, 0 in front",
    );
    let number = significant(digits);
    let parity = if number.len() % 2 == 1 { 9 } else { 1 };
    wrong(
        swapped(parity, number, 0xF),
        &mistakes::IMSI_LEADING_ZEROS,
        "",
    );
    parts.extend(hex_texts(octets, &mistakes::IMSI_HEX_TEXT));
    parts
}

fn number_parts(number: &Number) -> Vec<Part> {
    let mistake = match number.kind {
        NumberKind::Msisdn => &mistakes::MSISDN,
        NumberKind::Imei => &mistakes::IMEI,
        NumberKind::Iccid => &mistakes::ICCID,
    };
    let octets = number
        .digits
        .expose()
        .iter()
        .copied()
        .filter(u8::is_ascii_digit);
    let digits = Secret::new(octets.take(MAX_NUMBER_DIGITS).collect());
    let digits = digits.expose();
    if digits.is_empty() {
        return Vec::new();
    }
    let parity = if digits.len() % 2 == 1 { 9 } else { 1 };
    let bare = bcd(digits, 0xF);
    let mut parts = vec![
        Part::wrong(swapped(parity, digits, 0xF), mistake, "coded like an IMSI"),
        Part::wrong(Secret::new(digits.to_vec()), mistake, "as ASCII digits"),
        Part::wrong(
            exchanged(bare.expose()),
            mistake,
            "two digits in an octet, swapped",
        ),
        Part::wrong(bare, mistake, "two digits in an octet"),
    ];
    if number.kind == NumberKind::Msisdn {
        let international = Secret::new([b"+", digits].concat());
        parts.push(Part::wrong(
            international,
            mistake,
            "as ASCII digits with +",
        ));
    }
    parts
}

/// The PIN as it should be and the ways to get it wrong.
pub(super) fn pin_parts(digits: &[u8]) -> Vec<Part> {
    let mut parts = vec![Part::right(
        Secret::new(digits.to_vec()),
        "the PIN's ASCII digits",
    )];
    let mut wrong = |octets: Vec<u8>, mistake, detail| {
        parts.push(Part::wrong(Secret::new(octets), mistake, detail));
    };
    for (end, detail) in [(&b"\n"[..], "LF"), (b"\r\n", "CR LF"), (b"\r", "CR")] {
        wrong([digits, end].concat(), &mistakes::PIN_LINE_END, detail);
    }
    wrong([digits, b" "].concat(), &mistakes::PIN_SPACE, "after it");
    wrong([b" ", digits].concat(), &mistakes::PIN_SPACE, "before it");
    wrong(
        [b"\"", digits, b"\""].concat(),
        &mistakes::PIN_QUOTES,
        "double ones",
    );
    wrong(
        [b"'", digits, b"'"].concat(),
        &mistakes::PIN_QUOTES,
        "single ones",
    );
    wrong(
        significant(digits).to_vec(),
        &mistakes::PIN_LEADING_ZEROS,
        "",
    );

    let packed = bcd(digits, 0xF);
    let packed = packed.expose();
    wrong(packed.to_vec(), &mistakes::PIN_BCD, "filler F");
    wrong(
        bcd(digits, 0).expose().to_vec(),
        &mistakes::PIN_BCD,
        "filler 0",
    );
    wrong(
        exchanged(packed).expose().to_vec(),
        &mistakes::PIN_BCD,
        "swapped, filler F",
    );
    for (octets, detail) in [(digits, "to 8 octets"), (packed, "two digits in an octet")] {
        let mut padded = octets.to_vec();
        padded.resize(octets.len().max(8), 0xFF);
        wrong(padded, &mistakes::PIN_PADDED, detail);
    }
    let values = digits.iter().map(|digit| digit & 0xF).collect();
    wrong(values, &mistakes::PIN_DIGIT_VALUES, "");
    if let Some(number) = std::str::from_utf8(digits)
        .ok()
        .and_then(|text| text.parse::<u64>().ok())
    {
        let big = number.to_be_bytes();
        let used = 8 - (number.leading_zeros() / 8) as usize;
        wrong(
            big[8 - used..].to_vec(),
            &mistakes::PIN_NUMBER,
            "as few octets as it needs",
        );
        wrong(
            big[4.min(8 - used)..].to_vec(),
            &mistakes::PIN_NUMBER,
            "32 bits",
        );
        wrong(big.to_vec(), &mistakes::PIN_NUMBER, "64 bits");
        wrong(
            number.to_le_bytes().to_vec(),
            &mistakes::PIN_NUMBER,
            "low octet first",
        );
    }
    let wide = |high_first: bool| {
        let pair = |&digit: &u8| if high_first { [0, digit] } else { [digit, 0] };
        digits.iter().flat_map(pair).collect::<Vec<_>>()
    };
    wrong(wide(true), &mistakes::PIN_UTF16, "big-endian");
    wrong(wide(false), &mistakes::PIN_UTF16, "little-endian");
    wrong(
        Hex(digits).to_string().into_bytes(),
        &mistakes::PIN_HEX_TEXT,
        "",
    );
    parts
}

fn hex_texts(octets: &[u8], mistake: &'static Mistake) -> [Part; 2] {
    let upper = Hex(octets).to_string();
    let lower = Secret::from(upper.to_ascii_lowercase());
    [
        Part::wrong(Secret::from(upper), mistake, "upper case"),
        Part::wrong(lower, mistake, "lower case"),
    ]
}

/// Two digits in an octet, the first one high, and a filler after an odd number.
fn bcd(digits: &[u8], filler: u8) -> Secret {
    let pack = |pair: &[u8]| pair[0] << 4 | pair.get(1).map_or(filler, |digit| digit & 0xF);
    Secret::new(digits.chunks(2).map(pack).collect())
}

/// The nibbles of each octet exchanged.
fn exchanged(octets: &[u8]) -> Secret {
    Secret::new(octets.iter().map(|octet| octet.rotate_left(4)).collect())
}

/// The digits without leading zeros.
fn significant(digits: &[u8]) -> &[u8] {
    let zeros = digits.iter().take_while(|&&digit| digit == b'0').count();
    &digits[zeros..]
}
