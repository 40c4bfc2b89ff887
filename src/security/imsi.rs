//! The IMSI, and the octets it has in the file EF_IMSI of a SIM.

use crate::secret::Secret;
use std::fmt;
use zeroize::Zeroizing;

/// The fewest digits taken: the country and network codes and one digit of the subscriber.
pub const MIN_DIGITS: usize = 6;
/// The most digits an IMSI has (ITU-T E.212).
pub const MAX_DIGITS: usize = 15;

/// An International Mobile Subscriber Identity: 6 to 15 decimal digits.
///
/// It is the key of NETWPIN, so it is kept like one: no `Debug` output, zeroized, compared in
/// constant time.
#[derive(Clone, PartialEq, Eq)]
pub struct Imsi(Secret);

/// Why a text is not an IMSI. The digits are not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ImsiError {
    /// Something other than a digit.
    #[error("octet {at} of the IMSI is not a decimal digit; write the digits alone")]
    NotADigit {
        /// Offset of the first octet that is no digit, from 0.
        at: usize,
    },
    /// Fewer than [`MIN_DIGITS`] or more than [`MAX_DIGITS`].
    #[error("the IMSI has {found} digits, expected {MIN_DIGITS} to {MAX_DIGITS}")]
    Length {
        /// How many digits there are.
        found: usize,
    },
}

impl Imsi {
    /// Reads the digits, nothing between or around them.
    ///
    /// # Errors
    /// [`ImsiError`].
    pub fn parse(text: &str) -> Result<Self, ImsiError> {
        Self::check(text)?;
        Ok(Self(Secret::from(text)))
    }

    /// The same, leaving the digits where they are.
    pub(crate) fn check(text: &str) -> Result<&[u8], ImsiError> {
        if let Some(at) = text.bytes().position(|octet| !octet.is_ascii_digit()) {
            return Err(ImsiError::NotADigit { at });
        }
        if !(MIN_DIGITS..=MAX_DIGITS).contains(&text.len()) {
            return Err(ImsiError::Length { found: text.len() });
        }
        Ok(text.as_bytes())
    }

    /// The digits in ASCII.
    #[must_use]
    pub fn digits(&self) -> &[u8] {
        self.0.expose()
    }

    /// The octets of EF_IMSI without the length octet and the unused octets: the key of NETWPIN.
    ///
    /// A nibble 9 for an odd number of digits or 1 for an even one, the digits, and a filler F
    /// after an even number; two nibbles an octet, the first one low. 4 to 8 octets.
    /// Source: GSM 11.11 §10.3.2; WAP-184 §7.1.
    #[must_use]
    pub fn semi_octets(&self) -> Secret {
        swapped(parity(self.digits()), self.digits(), 0xF)
    }
}

/// `first`, the digits, and `filler` when a nibble is left over, packed first nibble low.
pub(super) fn swapped(first: u8, digits: &[u8], filler: u8) -> Secret {
    Secret::new(octets(first, digits, filler).collect())
}

fn octets(first: u8, digits: &[u8], filler: u8) -> impl Iterator<Item = u8> {
    let nibble = move |index: usize| match index {
        0 => first,
        _ => digits.get(index - 1).map_or(filler, |digit| digit & 0xF),
    };
    let count = (digits.len() + 2) / 2;
    (0..count).map(move |octet| nibble(2 * octet + 1) << 4 | nibble(2 * octet))
}

/// The packed digits of an IMSI, where no allocation is wanted.
pub(super) struct Packed {
    octets: Zeroizing<[u8; 8]>,
    count: usize,
}

impl Packed {
    /// As [`swapped`], of at most [`MAX_DIGITS`] digits.
    pub fn new(first: u8, digits: &[u8], filler: u8) -> Self {
        let (mut packed, mut count) = (Zeroizing::new([0; 8]), 0);
        for (place, octet) in packed.iter_mut().zip(octets(first, digits, filler)) {
            *place = octet;
            count += 1;
        }
        let octets = packed;
        Self { octets, count }
    }

    /// As [`Imsi::semi_octets`].
    pub fn semi_octets(digits: &[u8]) -> Self {
        Self::new(parity(digits), digits, 0xF)
    }

    pub fn as_slice(&self) -> &[u8] {
        &self.octets[..self.count]
    }
}

/// The nibble that says whether the number of digits is odd.
fn parity(digits: &[u8]) -> u8 {
    if digits.len() % 2 == 1 { 9 } else { 1 }
}

impl fmt::Debug for Imsi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Imsi(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hex_literal::hex;

    #[test]
    fn semi_octets_vectors() {
        // 1: NowSMS forum, "NETWPIN Calculation". 2, 3: GSM 11.11 §10.3.2 worked by hand, odd and
        // even. 4: the fewest digits.
        for (digits, octets) in [
            ("123456789012345", &hex!("1932547698103254")[..]),
            ("262011234567890", &hex!("2926102143658709")),
            ("21407650123456", &hex!("21417056103254F6")),
            ("001011", &hex!("011010F1")),
        ] {
            assert_eq!(Imsi::parse(digits).unwrap().semi_octets().expose(), octets);
        }
    }

    #[test]
    fn what_is_no_imsi() {
        let parse = |text: &str| Imsi::parse(text).unwrap_err();
        assert_eq!(parse(""), ImsiError::Length { found: 0 });
        assert_eq!(parse("12345"), ImsiError::Length { found: 5 });
        assert_eq!(parse("1234567890123456"), ImsiError::Length { found: 16 });
        assert_eq!(parse("12345678901234 "), ImsiError::NotADigit { at: 14 });
        assert_eq!(parse("1234567٣"), ImsiError::NotADigit { at: 7 });
    }

    #[test]
    fn nothing_shows_the_digits() {
        assert_eq!(
            format!("{:?}", Imsi::parse("123456789012345")),
            "Ok(Imsi(…))"
        );
        let error = Imsi::parse("987654321x").unwrap_err();
        assert!(!format!("{error} {error:?}").contains("87"));
    }
}
