//! A cursor that knows its offset, the multi-octet integer that WBXML and WSP share, and hex.

pub mod ascii;
pub mod capture;
#[cfg(test)]
mod capture_tests;
mod dump;
mod edits;
pub mod holed;
mod notation;

pub(crate) use edits::edits;

use std::fmt;

/// Reads octets from a slice and always knows where it is.
///
/// No method panics, whatever the input: a read beyond the end is an [`EndOfInput`].
#[derive(Debug, Clone)]
pub struct Cursor<'a> {
    data: &'a [u8],
    position: usize,
}

/// The input ended before a value did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the input ends at offset {at}, where {needed} more octet(s) were needed")]
pub struct EndOfInput {
    /// Offset of the first octet that is missing.
    pub at: usize,
    /// How many octets were needed from there.
    pub needed: usize,
}

/// Why a multi-octet integer could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UintvarError {
    /// The input ends inside the integer.
    #[error(transparent)]
    End(#[from] EndOfInput),
    /// More than five octets, or a value above 2³²−1.
    #[error("the integer at offset {at} does not fit into 32 bits")]
    TooLarge {
        /// Offset of its first octet.
        at: usize,
    },
}

impl<'a> Cursor<'a> {
    /// Starts at the first octet of `data`.
    #[must_use]
    #[inline]
    pub fn new(data: &'a [u8]) -> Self {
        Self { data, position: 0 }
    }

    /// The offset of the next octet.
    #[must_use]
    #[inline]
    pub fn offset(&self) -> usize {
        self.position
    }

    /// How many octets are left.
    #[must_use]
    #[inline]
    pub fn remaining(&self) -> usize {
        self.data.len() - self.position
    }

    /// True at the end of the input.
    #[must_use]
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.remaining() == 0
    }

    /// The next octet, without moving.
    #[must_use]
    #[inline]
    pub fn peek(&self) -> Option<u8> {
        self.data.get(self.position).copied()
    }

    /// The octets that are left, without moving.
    #[must_use]
    #[inline]
    pub fn rest(&self) -> &'a [u8] {
        self.data.get(self.position..).unwrap_or_default()
    }

    /// Reads one octet.
    ///
    /// # Errors
    /// [`EndOfInput`] at the end.
    #[inline]
    pub fn u8(&mut self) -> Result<u8, EndOfInput> {
        let octet = self.peek().ok_or(EndOfInput {
            at: self.position,
            needed: 1,
        })?;
        self.position += 1;
        Ok(octet)
    }

    /// Passes over `count` octets that were looked at, or all that are left.
    #[inline]
    pub fn skip(&mut self, count: usize) {
        self.position += count.min(self.remaining());
    }

    /// Reads `count` octets.
    ///
    /// # Errors
    /// [`EndOfInput`] when fewer are left; nothing is consumed then.
    #[inline]
    pub fn take(&mut self, count: usize) -> Result<&'a [u8], EndOfInput> {
        let taken = self.rest().get(..count).ok_or(EndOfInput {
            at: self.data.len(),
            needed: count.saturating_sub(self.remaining()),
        })?;
        self.position += count;
        Ok(taken)
    }

    /// A cursor over the next `count` octets that keeps counting offsets from the start of the
    /// input; this one moves behind them.
    ///
    /// # Errors
    /// [`EndOfInput`] when fewer are left; nothing is consumed then.
    pub fn sub(&mut self, count: usize) -> Result<Self, EndOfInput> {
        let position = self.position;
        let taken = self.take(count)?;
        Ok(Self {
            data: &self.data[..position + taken.len()],
            position,
        })
    }

    /// Reads up to the next NUL, consumes the NUL too, and returns the octets before it.
    ///
    /// # Errors
    /// [`EndOfInput`] when no NUL follows; nothing is consumed then.
    #[inline]
    pub fn until_nul(&mut self) -> Result<&'a [u8], EndOfInput> {
        let rest = self.rest();
        let length = rest
            .iter()
            .position(|&octet| octet == 0)
            .ok_or(EndOfInput {
                at: self.data.len(),
                needed: 1,
            })?;
        self.position += length + 1;
        Ok(&rest[..length])
    }

    /// Reads a multi-octet integer: big-endian groups of seven bits, bit 7 set on all but the last.
    ///
    /// WBXML calls it `mb_u_int32` (WAP-192 §5.1), WSP `uintvar` (WAP-230 §8.1.2). At most five
    /// octets; over-long forms (leading `80`) are accepted.
    ///
    /// # Errors
    /// [`UintvarError`]; nothing is consumed then.
    pub fn uintvar(&mut self) -> Result<u32, UintvarError> {
        let start = self.position;
        let mut value: u64 = 0;
        for (index, &octet) in self.rest().iter().take(5).enumerate() {
            value = value << 7 | u64::from(octet & 0x7F);
            if octet & 0x80 == 0 {
                let value =
                    u32::try_from(value).map_err(|_| UintvarError::TooLarge { at: start })?;
                self.position = start + index + 1;
                return Ok(value);
            }
        }
        if self.remaining() >= 5 {
            Err(UintvarError::TooLarge { at: start })
        } else {
            Err(UintvarError::End(EndOfInput {
                at: self.data.len(),
                needed: 1,
            }))
        }
    }
}

/// Appends a multi-octet integer in its shortest form (see [`Cursor::uintvar`]).
pub fn write_uintvar(out: &mut Vec<u8>, value: u32) {
    for shift in [28, 21, 14, 7] {
        if value >> shift != 0 {
            out.push((value >> shift & 0x7F) as u8 | 0x80);
        }
    }
    out.push((value & 0x7F) as u8);
}

/// How many octets [`write_uintvar`] appends for `value`: 1 to 5.
#[must_use]
pub fn uintvar_len(value: u32) -> usize {
    [7, 14, 21, 28]
        .iter()
        .filter(|&&shift| value >> shift != 0)
        .count()
        + 1
}

/// Upper-case hex digits of an octet string, for `{}`.
#[derive(Clone, Copy)]
pub struct Hex<'a>(pub &'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|octet| write!(f, "{octet:02X}"))
    }
}

impl fmt::Debug for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Reads pairs of hex digits, either case, nothing between them. `None` when it is not that.
#[must_use]
pub fn from_hex(text: &[u8]) -> Option<Vec<u8>> {
    let mut octets = Vec::with_capacity(text.len() / 2);
    append_hex(text, &mut octets).then_some(octets)
}

/// The same, of so many octets and no other number.
#[must_use]
pub fn hex_array<const N: usize>(text: &[u8]) -> Option<[u8; N]> {
    let (pairs, []) = text.as_chunks::<2>() else {
        return None;
    };
    let pairs: &[[u8; 2]; N] = pairs.try_into().ok()?;
    let mut octets = [0; N];
    let mut seen = 0;
    for (octet, [high, low]) in octets.iter_mut().zip(pairs) {
        let (high, low) = (hex_digit(*high), hex_digit(*low));
        seen |= high | low;
        *octet = high << 4 | low & 0xF;
    }
    (seen & NO_DIGIT == 0).then_some(octets)
}

/// As [`from_hex`], appended to what is there. False when it is not that, and nothing is appended then.
#[must_use]
pub fn append_hex(text: &[u8], out: &mut Vec<u8>) -> bool {
    let start = out.len();
    let (pairs, rest) = text.as_chunks::<2>();
    out.extend(pairs.iter().map_while(|pair| hex_octet(*pair)));
    let whole = rest.is_empty() && out.len() - start == pairs.len();
    if !whole {
        out.truncate(start);
    }
    whole
}

fn hex_octet([high, low]: [u8; 2]) -> Option<u8> {
    let (high, low) = (hex_digit(high), hex_digit(low));
    ((high | low) & NO_DIGIT == 0).then_some(high << 4 | low & 0xF)
}

/// Set in what is no digit.
const NO_DIGIT: u8 = 0x80;

/// The value of a hex digit, or [`NO_DIGIT`].
#[inline]
fn hex_digit(octet: u8) -> u8 {
    const DIGITS: [u8; 256] = {
        let mut digits = [NO_DIGIT; 256];
        let mut value = 0;
        while value < 16 {
            digits[b"0123456789ABCDEF"[value] as usize] = value as u8;
            digits[b"0123456789abcdef"[value] as usize] = value as u8;
            value += 1;
        }
        digits
    };
    DIGITS[usize::from(octet)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uintvar_vectors() {
        // WAP-192 §5.1 and the SyncML public ids
        for (value, octets) in [
            (0, &[0x00][..]),
            (0x7F, &[0x7F]),
            (0x80, &[0x81, 0x00]),
            (0x1201, &[0xA4, 0x01]),
            (0x0FD1, &[0x9F, 0x51]),
            (u32::MAX, &[0x8F, 0xFF, 0xFF, 0xFF, 0x7F]),
        ] {
            let mut out = Vec::new();
            write_uintvar(&mut out, value);
            assert_eq!(out, octets);
            assert_eq!(uintvar_len(value), octets.len());
            assert_eq!(Cursor::new(octets).uintvar(), Ok(value));
        }
        assert_eq!(Cursor::new(&[0x80, 0x01]).uintvar(), Ok(1));
        let too_large = Err(UintvarError::TooLarge { at: 0 });
        assert_eq!(
            Cursor::new(&[0x90, 0x80, 0x80, 0x80, 0x00]).uintvar(),
            too_large
        );
        assert_eq!(Cursor::new(&[0x80; 6]).uintvar(), too_large);
        let end = Err(UintvarError::End(EndOfInput { at: 2, needed: 1 }));
        assert_eq!(Cursor::new(&[0x80, 0x80]).uintvar(), end);
    }

    #[test]
    fn cursor_never_reads_beyond_the_end() {
        let mut cursor = Cursor::new(b"ab\0c");
        assert_eq!(cursor.until_nul(), Ok(&b"ab"[..]));
        assert_eq!(cursor.until_nul(), Err(EndOfInput { at: 4, needed: 1 }));
        assert_eq!(cursor.take(3), Err(EndOfInput { at: 4, needed: 2 }));
        assert_eq!((cursor.u8(), cursor.is_empty()), (Ok(b'c'), true));
        assert_eq!(cursor.u8(), Err(EndOfInput { at: 4, needed: 1 }));
    }

    #[test]
    fn sub_cursor_keeps_offsets_and_its_end() {
        let mut cursor = Cursor::new(b"abcd");
        cursor.u8().unwrap();
        let mut sub = cursor.sub(2).unwrap();
        assert_eq!(
            (sub.offset(), sub.rest(), cursor.rest()),
            (1, &b"bc"[..], &b"d"[..])
        );
        sub.take(2).unwrap();
        assert_eq!(sub.u8(), Err(EndOfInput { at: 3, needed: 1 }));
        assert_eq!(cursor.sub(2).unwrap_err(), EndOfInput { at: 4, needed: 1 });
        assert_eq!(cursor.offset(), 3);
    }

    #[test]
    fn hex_both_ways() {
        assert_eq!(Hex(&[0x0B, 0xFF]).to_string(), "0BFF");
        assert_eq!(from_hex(b"0bFf"), Some(vec![0x0B, 0xFF]));
        assert_eq!((from_hex(b"0b0"), from_hex(b"0g")), (None, None));
        for octet in 0..=u8::MAX {
            let digit = char::from(octet).to_digit(16).map(|digit| digit as u8);
            let found = (hex_array(&[b'7', octet]), hex_array(&[octet, b'7']));
            let expected = (
                digit.map(|low| [0x70 | low]),
                digit.map(|high| [high << 4 | 7]),
            );
            assert_eq!(found, expected, "{octet:02X}");
        }
    }
}
