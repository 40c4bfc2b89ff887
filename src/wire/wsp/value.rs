//! The primitive values of WAP-230 §8.4.2.1-3, read and written.

use crate::bytes::ascii::is_printable;
use crate::bytes::{Cursor, UintvarError, write_uintvar};
use crate::finding::{Finding, Position};

use super::error::{EncodeError, Error, ErrorKind};
use super::rules;

/// A cursor that collects what deviates.
pub(super) struct Reader<'a, 'f> {
    pub cursor: Cursor<'a>,
    pub findings: &'f mut Vec<Finding>,
}

/// A value that is an assigned number or a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Code<'a> {
    Number(u32),
    Text(&'a str),
}

/// A value-length: how many octets follow, and whether it was written `1F` + uintvar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ValueLength {
    pub octets: usize,
    pub quoted: bool,
}

impl<'a> Reader<'a, '_> {
    pub fn offset(&self) -> usize {
        self.cursor.offset()
    }

    /// Reads on in the next `count` octets only; this reader moves behind them.
    pub fn sub(&mut self, count: usize, what: &'static str) -> Result<Reader<'a, '_>, Error> {
        let cursor = self
            .cursor
            .sub(count)
            .map_err(|end| ErrorKind::Truncated { what }.at(end.at))?;
        Ok(Reader {
            cursor,
            findings: self.findings,
        })
    }

    pub fn u8(&mut self, what: &'static str) -> Result<u8, Error> {
        self.cursor
            .u8()
            .map_err(|end| ErrorKind::Truncated { what }.at(end.at))
    }

    pub fn uintvar(&mut self, what: &'static str) -> Result<u32, Error> {
        let at = self.offset();
        let padded = self.cursor.peek() == Some(0x80);
        let value = self.cursor.uintvar().map_err(|error| match error {
            UintvarError::End(end) => ErrorKind::Truncated { what }.at(end.at),
            UintvarError::TooLarge { at } => ErrorKind::UintvarTooLarge { what }.at(at),
        })?;
        if padded {
            self.findings.push(Finding {
                rule: &rules::UINTVAR_OVERLONG,
                at: Position::Offset(at),
                found: format!("the uintvar of {what} with a leading 80"),
                expected: "its shortest form".into(),
                remedy: "leave the leading 80 out".into(),
            });
        }
        Ok(value)
    }

    /// Reads a value-length if one is next; `None`, and nothing consumed, when the value is a text
    /// or a short-integer.
    pub fn value_length(&mut self, what: &'static str) -> Result<Option<ValueLength>, Error> {
        let at = self.offset();
        let (declared, quoted) = match self.cursor.peek() {
            None => return Err(ErrorKind::Truncated { what }.at(at)),
            Some(0x20..) => return Ok(None),
            Some(0x1F) => {
                self.u8(what)?;
                (self.uintvar(what)?, true)
            }
            Some(short) => {
                self.u8(what)?;
                (u32::from(short), false)
            }
        };
        match usize::try_from(declared) {
            Ok(octets) if octets <= self.cursor.remaining() => {
                Ok(Some(ValueLength { octets, quoted }))
            }
            _ => Err(ErrorKind::ValueLength {
                what,
                declared,
                left: self.cursor.remaining(),
            }
            .at(at)),
        }
    }

    /// Reads a text-string (or token-text, or extension-media); a leading `"` stays part of it.
    pub fn text(&mut self, what: &'static str) -> Result<&'a str, Error> {
        let start = self.offset();
        let octets = self
            .cursor
            .until_nul()
            .map_err(|_| ErrorKind::TextUnterminated { what }.at(start))?;
        let (octets, at) = match octets.strip_prefix(&[QUOTE]) {
            Some(unquoted) => {
                if unquoted.first().is_none_or(u8::is_ascii) {
                    self.findings.push(Finding {
                        rule: &rules::NEEDLESS_QUOTE,
                        at: Position::Offset(start),
                        found: format!("the quote octet 7F before the text of {what}"),
                        expected: "7F only before an octet of 80 or more".into(),
                        remedy: "leave it out".into(),
                    });
                }
                (unquoted, start + 1)
            }
            None => (octets, start),
        };
        let text = std::str::from_utf8(octets)
            .map_err(|error| ErrorKind::TextEncoding { what }.at(at + error.valid_up_to()))?;
        if is_printable(octets) {
            return Ok(text);
        }
        match text
            .char_indices()
            .find(|&(_, character)| unprintable(character))
        {
            Some((index, character)) => Err(ErrorKind::TextControl {
                found: character.into(),
                what,
            }
            .at(at + index)),
            None => Ok(text),
        }
    }

    /// Reads a long-integer and returns its octets, most significant first.
    pub fn long_integer(&mut self, what: &'static str) -> Result<&'a [u8], Error> {
        let at = self.offset();
        let declared = self.u8(what)?;
        if !(1..=30).contains(&declared) {
            return Err(ErrorKind::IntegerLength {
                found: declared,
                what,
            }
            .at(at));
        }
        let left = self.cursor.remaining();
        let octets = self.cursor.take(declared.into()).map_err(|_| {
            ErrorKind::IntegerBeyondBlock {
                what,
                declared,
                left,
            }
            .at(at)
        })?;
        if octets[0] == 0 || (octets.len() == 1 && octets[0] <= 0x7F) {
            self.findings.push(Finding {
                rule: &rules::INTEGER_OVERLONG,
                at: Position::Offset(at),
                found: format!("{what} as a long-integer with superfluous octets"),
                expected: "the shortest form".into(),
                remedy: "write up to 127 as a short-integer, more without leading 00".into(),
            });
        }
        Ok(octets)
    }

    /// Reads an assigned number (short or long integer) or a text.
    pub fn code(&mut self, what: &'static str) -> Result<Code<'a>, Error> {
        let at = self.offset();
        match self.cursor.peek() {
            Some(short @ 0x80..) => {
                self.u8(what)?;
                Ok(Code::Number((short & 0x7F).into()))
            }
            Some(0x20..) => self.text(what).map(Code::Text),
            _ => number(self.long_integer(what)?)
                .map(Code::Number)
                .ok_or(ErrorKind::CodeTooLarge { what }.at(at)),
        }
    }
}

/// The octet that stands before a text whose first octet is 80 or more.
const QUOTE: u8 = 0x7F;

/// The value of big-endian octets, if it has at most 32 bits.
pub(super) fn number(octets: &[u8]) -> Option<u32> {
    octets.iter().try_fold(0_u32, |value, &octet| {
        value
            .checked_mul(0x100)
            .map(|shifted| shifted | u32::from(octet))
    })
}

/// The shortest big-endian octets of a value; one octet for 0.
pub(super) fn octets_of(value: u32) -> Vec<u8> {
    let octets = value.to_be_bytes();
    octets[(value.leading_zeros() / 8).min(3) as usize..].to_vec()
}

fn unprintable(character: char) -> bool {
    character.is_control() && character != '\t'
}

pub(super) fn write_text(
    out: &mut Vec<u8>,
    text: &str,
    what: &'static str,
) -> Result<(), EncodeError> {
    match text.as_bytes().first() {
        None => return Err(EncodeError::EmptyText(what)),
        Some(b'\t') => return Err(EncodeError::Text(what)),
        Some(0x80..) => out.push(QUOTE),
        Some(_) => {}
    }
    write_rest(out, text, what)
}

/// Writes the characters and the closing NUL, nothing before them.
pub(super) fn write_rest(
    out: &mut Vec<u8>,
    text: &str,
    what: &'static str,
) -> Result<(), EncodeError> {
    if text.chars().any(unprintable) {
        return Err(EncodeError::Text(what));
    }
    out.extend_from_slice(text.as_bytes());
    out.push(0);
    Ok(())
}

/// Token of RFC 2616 §2.2: printable ASCII without separators.
pub(super) fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|octet| octet.is_ascii_graphic() && !b"()<>@,;:\\\"/[]?={}".contains(&octet))
}

pub(super) fn write_token(
    out: &mut Vec<u8>,
    text: &str,
    what: &'static str,
) -> Result<(), EncodeError> {
    if !is_token(text) {
        return Err(EncodeError::Token(what));
    }
    write_rest(out, text, what)
}

pub(super) fn write_short_integer(
    out: &mut Vec<u8>,
    value: u8,
    what: &'static str,
) -> Result<(), EncodeError> {
    if value > 0x7F {
        return Err(EncodeError::ShortInteger(what));
    }
    out.push(0x80 | value);
    Ok(())
}

pub(super) fn write_long_integer(
    out: &mut Vec<u8>,
    octets: &[u8],
    what: &'static str,
) -> Result<(), EncodeError> {
    match u8::try_from(octets.len()) {
        Ok(length @ 1..=30) => out.push(length),
        _ => return Err(EncodeError::LongInteger(what)),
    }
    out.extend_from_slice(octets);
    Ok(())
}

/// Writes an assigned number in its shortest form: up to 5 octets.
pub(super) fn write_code(out: &mut Vec<u8>, code: u32) {
    match u8::try_from(code) {
        Ok(short @ ..=0x7F) => out.push(0x80 | short),
        _ => {
            let octets = octets_of(code);
            out.push(octets.len() as u8);
            out.extend_from_slice(&octets);
        }
    }
}

/// Writes a value-length and the octets it counts; `quoted` forces the form `1F` + uintvar.
pub(super) fn write_counted(
    out: &mut Vec<u8>,
    octets: &[u8],
    quoted: bool,
) -> Result<(), EncodeError> {
    match u8::try_from(octets.len()) {
        Ok(short @ ..=30) if !quoted => out.push(short),
        _ => {
            out.push(0x1F);
            let length = u32::try_from(octets.len()).map_err(|_| EncodeError::HeadersTooLong)?;
            write_uintvar(out, length);
        }
    }
    out.extend_from_slice(octets);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value_length(
        input: &[u8],
        findings: &mut Vec<Finding>,
    ) -> Result<Option<ValueLength>, Error> {
        findings.clear();
        Reader {
            cursor: Cursor::new(input),
            findings,
        }
        .value_length("x")
    }

    /// WAP-230 §8.4.2.2 said again, in wide arithmetic: what the first octets declare and how many
    /// octets say so, or `None` when they do not say it fully. After `1F` come digits to the base
    /// 128, of which all but the last have 128 added.
    fn declared(input: &[u8]) -> Option<(u128, usize)> {
        match *input {
            [short @ 0..=30, ..] => Some((short.into(), 1)),
            [31, ref digits @ ..] => {
                let last = digits.iter().position(|digit| *digit < 128)?;
                let value = digits[..=last]
                    .iter()
                    .fold(0, |value, digit| value * 128 + u128::from(digit % 128));
                Some((value, last + 2))
            }
            _ => None,
        }
    }

    fn check(input: &[u8], findings: &mut Vec<Finding>) {
        let got = value_length(input, findings);
        if input.first().is_some_and(|&octet| octet >= 32) {
            assert_eq!(got, Ok(None), "{input:02X?}");
            return;
        }
        let large = Err(ErrorKind::UintvarTooLarge { what: "x" }.at(1));
        match declared(input) {
            // Five octets after 1F that all announce another
            None if input.len() > 5 => assert_eq!(got, large, "{input:02X?}"),
            None => assert_eq!(got, Err(ErrorKind::Truncated { what: "x" }.at(input.len()))),
            Some((octets, _)) if octets > u32::MAX.into() => assert_eq!(got, large),
            Some((octets, used)) if used as u128 + octets <= input.len() as u128 => {
                let octets = octets as usize;
                assert_eq!(
                    got,
                    Ok(Some(ValueLength {
                        octets,
                        quoted: input[0] == 31
                    }))
                );
                let padded = input[0] == 31 && input[1] == 0x80;
                assert_eq!(!findings.is_empty(), padded, "{input:02X?}");
            }
            Some((octets, used)) => assert_eq!(
                got,
                Err(ErrorKind::ValueLength {
                    what: "x",
                    declared: octets as u32,
                    left: input.len() - used
                }
                .at(0))
            ),
        }
    }

    /// Every input of up to three octets, one by one.
    ///
    /// Of longer ones, up to six octets, only what can matter: the first octet, which is the length,
    /// or `1F`, or begins something else; after `1F` up to five octets, of which bits 7 say how many
    /// count and the others are joined by OR (see tests/length_readers.rs), so that all bits 7 and
    /// every value of each octet beside others of no value stand for all of the 2⁴⁸; after any
    /// other first octet only the number of octets that are left.
    #[test]
    fn value_lengths_of_every_input_up_to_six_octets() {
        let mut findings = Vec::new();
        check(&[], &mut findings);
        for a in 0..=255 {
            check(&[a], &mut findings);
            for b in 0..=255 {
                check(&[a, b], &mut findings);
                for c in 0..=255 {
                    check(&[a, b, c], &mut findings);
                }
            }
            for length in 4..=6 {
                for fill in [0x00, 0x55, 0x80, 0xFF] {
                    let mut input = vec![fill; length];
                    input[0] = a;
                    check(&input, &mut findings);
                }
            }
        }
        for length in 4..=6 {
            for pattern in 0..1_u32 << (length - 1) {
                let octet = |index| if pattern >> index & 1 == 1 { 0x80 } else { 0 };
                let mut input: Vec<u8> = (0..length).map(octet).collect();
                input.rotate_right(1);
                input[0] = 0x1F;
                for place in 1..length {
                    for data in 0..0x80 {
                        input[place] |= data;
                        check(&input, &mut findings);
                        input[place] &= 0x80;
                    }
                }
            }
        }
    }

    /// Tries all inputs whose digits go on with this octet at `at`: each with as many octets behind
    /// it as six leave room for. `read` is what the digits before it say. Returns how many.
    fn every_input_with(
        octet: u8,
        at: usize,
        read: u64,
        input: &mut [u8; 6],
        findings: &mut Vec<Finding>,
    ) -> u64 {
        let mut judge = |input: &[u8], expected, padded| {
            assert_eq!(value_length(input, findings), expected, "{input:02X?}");
            assert_eq!(!findings.is_empty(), padded, "{input:02X?}");
        };
        input[at] = octet;
        let value = read * 128 + u64::from(octet % 128);
        let large = Err(ErrorKind::UintvarTooLarge { what: "x" }.at(1));
        if octet >= 0x80 {
            if at == 5 {
                judge(input, large, false);
                return 1;
            }
            let end = ErrorKind::Truncated { what: "x" }.at(at + 1);
            judge(&input[..=at], Err(end), false);
            let next =
                (0..=0xFF).map(|next| every_input_with(next, at + 1, value, input, findings));
            return 1 + next.sum::<u64>();
        }
        let Ok(declared) = u32::try_from(value) else {
            judge(input, large, false);
            return 1;
        };
        let padded = input[1] == 0x80;
        let mut tried = 0;
        for left in 0..=5 - at {
            // What stands behind is not read
            let behind = [0x00, 0x7F, 0x80, 0xFF];
            for behind in &behind[..if left == 0 { 1 } else { 4 }] {
                input[at + 1..].fill(*behind);
                let expected = match declared as usize {
                    octets if octets <= left => Ok(Some(ValueLength {
                        octets,
                        quoted: true,
                    })),
                    _ => Err(ErrorKind::ValueLength {
                        what: "x",
                        declared,
                        left,
                    }
                    .at(0)),
                };
                judge(&input[..=at + left], expected, padded);
                tried += 1;
            }
        }
        tried
    }

    /// Every input of `1F` and up to five octets: every uintvar, whole and cut off, and behind a whole
    /// one every number of octets, at four values each. With the inputs of another first octet in
    /// [`value_lengths_of_every_input_up_to_six_octets`], of which no other octet is read, that is
    /// every input of up to six.
    #[test]
    #[ignore = "2³⁶ inputs, a quarter of an hour when optimized: make exhaustive"]
    fn every_value_length_up_to_six_octets() {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let share = |thread: usize| {
            let (mut input, mut findings) = ([0x1F, 0, 0, 0, 0, 0], Vec::new());
            let firsts = (0..=0xFF).skip(thread).step_by(threads);
            firsts
                .map(|first| every_input_with(first, 1, 0, &mut input, &mut findings))
                .sum::<u64>()
        };
        let tried: u64 = std::thread::scope(|scope| {
            let all: Vec<_> = (0..threads)
                .map(|thread| scope.spawn(move || share(thread)))
                .collect();
            all.into_iter().map(|one| one.join().unwrap()).sum()
        });
        // Of n digits, 128ⁿ end and 128ⁿ do not
        let digits = |n: u32| 128_u64.pow(n) * (1 + 4 * u64::from(5 - n) + 1);
        assert_eq!(tried, (1..=5).map(digits).sum::<u64>());
        let mut findings = Vec::new();
        check(&[0x1F], &mut findings);
    }

    #[test]
    fn long_value_lengths() {
        // 1F + uintvar, as for every block from 31 octets up
        let mut out = Vec::new();
        write_counted(&mut out, &[0x55; 30], false).unwrap();
        assert_eq!(out[0], 30);
        out.clear();
        write_counted(&mut out, &[0x55; 31], false).unwrap();
        assert_eq!(out[..2], [0x1F, 31]);
        out.clear();
        write_counted(&mut out, &[0x55; 200], false).unwrap();
        assert_eq!(out[..3], [0x1F, 0x81, 0x48]);
        let length = value_length(&out, &mut Vec::new()).unwrap();
        assert_eq!(
            length,
            Some(ValueLength {
                octets: 200,
                quoted: true
            })
        );
    }

    #[test]
    fn codes_both_ways() {
        // WAP-230 §8.4.2.1; 0x9044 and 0x0303 are the codes seen in practice
        for (code, octets) in [
            (0, &[0x80][..]),
            (0x36, &[0xB6]),
            (0x7F, &[0xFF]),
            (0x80, &[0x01, 0x80]),
            (0x9044, &[0x02, 0x90, 0x44]),
            (0x0303, &[0x02, 0x03, 0x03]),
            (u32::MAX, &[0x04, 0xFF, 0xFF, 0xFF, 0xFF]),
        ] {
            let mut out = Vec::new();
            write_code(&mut out, code);
            assert_eq!(out, octets);
            let mut findings = Vec::new();
            let mut reader = Reader {
                cursor: Cursor::new(octets),
                findings: &mut findings,
            };
            assert_eq!(reader.code("x"), Ok(Code::Number(code)));
            assert_eq!((reader.cursor.remaining(), findings.len()), (0, 0));
        }
        assert_eq!(octets_of(0), [0]);
        assert_eq!(
            (number(&[0, 0, 0, 0, 1]), number(&[1, 0, 0, 0, 0])),
            (Some(1), None)
        );
    }

    #[test]
    fn texts_both_ways() {
        for (text, octets) in [
            ("a b", &b"a b\0"[..]),
            ("é", b"\x7F\xC3\xA9\0"),
            ("~", b"~\0"),
        ] {
            let mut out = Vec::new();
            write_text(&mut out, text, "x").unwrap();
            assert_eq!(out, octets);
            let mut findings = Vec::new();
            let mut reader = Reader {
                cursor: Cursor::new(octets),
                findings: &mut findings,
            };
            assert_eq!((reader.text("x"), reader.cursor.remaining()), (Ok(text), 0));
            assert!(findings.is_empty());
        }
        for (text, error) in [
            ("", EncodeError::EmptyText("x")),
            ("\ta", EncodeError::Text("x")),
            ("a\0", EncodeError::Text("x")),
            ("a\u{9B}", EncodeError::Text("x")),
        ] {
            assert_eq!(write_text(&mut Vec::new(), text, "x"), Err(error));
        }
        // Where a fault is counts the quote octet, of whatever begins behind it
        let encoding = ErrorKind::TextEncoding { what: "x" };
        let control = |found| ErrorKind::TextControl { found, what: "x" };
        for (octets, error) in [
            (&b"a\xE9\0"[..], encoding.clone().at(1)),
            (b"\x7F\xE9\0", encoding.clone().at(1)),
            (b"\x7F\xC3\xA9\xE9\0", encoding.at(3)),
            (b"a\x01\0", control(1).at(1)),
            (b"\x7F\xC3\xA9\x02\0", control(2).at(3)),
        ] {
            let mut reader = Reader {
                cursor: Cursor::new(octets),
                findings: &mut Vec::new(),
            };
            assert_eq!(reader.text("x"), Err(error), "{octets:02X?}");
        }
        assert!(is_token("X-Wap") && !is_token("") && !is_token("a b") && !is_token("é"));
    }
}
