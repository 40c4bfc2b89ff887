//! The readers of lengths and offsets are right for inputs of up to six octets.
//!
//! For `uintvar`, `make exhaustive` tries every input of four and five octets, each with others
//! behind it: a sixth is not read. It takes minutes, so every run of the tests tries all inputs of
//! up to three octets, and of longer ones every pattern of bits 7 with the other bits at
//! [`BOUNDARIES`] and with every value of each octet beside zeros. It tries every offset of 32 bits
//! into string tables likewise.
//!
//! `mb_u_int32` of WBXML (WAP-192 §5.1) and `uintvar` of WSP (WAP-230 §8.1.2) are one function. The
//! value-length of WSP, which is private, has its own tests beside it, in `src/wire/wsp/value.rs`:
//! `make exhaustive` tries every input of up to six octets.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use dmboot::bytes::{Cursor, EndOfInput, UintvarError, uintvar_len, write_uintvar};
use dmboot::wire::wbxml::{ErrorKind, EventKind, Limits, PublicId, Reader, Value};
use rayon::prelude::*;

/// Octets that an input has at most.
const LONGEST: usize = 6;

/// The standards' words in wide arithmetic: a sum of digits to the base 128, each with its weight.
/// The value and how many octets say it.
fn reference(input: &[u8]) -> Result<(u32, usize), UintvarError> {
    let too_large = UintvarError::TooLarge { at: 0 };
    match input.iter().position(|octet| *octet < 128) {
        Some(last) if last < 5 => {
            let weights = (0..=last).rev().map(|power| 128_u128.pow(power as u32));
            let digits = input.iter().map(|octet| u128::from(octet % 128));
            let sum: u128 = digits
                .zip(weights)
                .map(|(digit, weight)| digit * weight)
                .sum();
            let value = u32::try_from(sum).map_err(|_| too_large)?;
            Ok((value, last + 1))
        }
        Some(_) => Err(too_large),
        None if input.len() >= 5 => Err(too_large),
        None => Err(UintvarError::End(EndOfInput {
            at: input.len(),
            needed: 1,
        })),
    }
}

fn judge(input: &[u8]) {
    let mut cursor = Cursor::new(input);
    let read = cursor.uintvar();
    match reference(input) {
        Ok((value, used)) => {
            assert_eq!((read, cursor.offset()), (Ok(value), used), "{input:02X?}");
            // The shortest form is the one without leading 80
            assert!(uintvar_len(value) <= used, "{input:02X?}");
            if input[0] != 0x80 {
                let mut written = Vec::new();
                write_uintvar(&mut written, value);
                assert_eq!(written, input[..used]);
            }
        }
        // Nothing is consumed
        Err(error) => assert_eq!((read, cursor.offset()), (Err(error), 0), "{input:02X?}"),
    }
}

/// All inputs of a length whose octets have only bit 7, and of them `vary` gets each.
fn for_each_pattern(length: usize, vary: &mut dyn FnMut(&mut [u8])) {
    for pattern in 0..1_u32 << length {
        let mut input: Vec<u8> = (0..length)
            .map(|index| if pattern >> index & 1 == 1 { 0x80 } else { 0 })
            .collect();
        vary(&mut input);
    }
}

#[test]
fn every_octet_at_every_place() {
    let mut tried = 0;
    for length in 0..=LONGEST {
        for_each_pattern(length, &mut |input| {
            judge(input);
            for place in 0..input.len() {
                for data in 0..0x80 {
                    input[place] |= data;
                    judge(input);
                    input[place] &= 0x80;
                    tried += 1;
                }
            }
        });
    }
    // Of each length n, 2ⁿ patterns with n places of 128 values
    assert_eq!(tried, (1..=6).map(|n| (1 << n) * n * 128).sum::<usize>());
}

/// Values of the lower seven bits at which something may change: none, the lowest, those around what
/// 32 bits leave to the first of five octets (0F), a half, all.
const BOUNDARIES: [u8; 8] = [0x00, 0x01, 0x0F, 0x10, 0x3F, 0x40, 0x7E, 0x7F];

#[test]
fn every_input_of_up_to_three_octets() {
    let mut tried = 0;
    let mut take = |input: &[u8]| {
        judge(input);
        tried += 1;
    };
    let octet = |number: u32, place: u32| (number >> (8 * place)) as u8;
    for number in 0..1 << 24 {
        let [a, b, c] = [2, 1, 0].map(|place| octet(number, place));
        if number < 1 << 8 {
            take(&[c]);
        }
        if number < 1 << 16 {
            take(&[b, c]);
        }
        take(&[a, b, c]);
        // Only then is the fourth looked at
        if a & b & c & 0x80 == 0x80 {
            for last in BOUNDARIES {
                take(&[a, b, c, last]);
                take(&[a, b, c, last | 0x80]);
            }
        }
    }
    assert_eq!(tried, (1 << 8) + (1 << 16) + (1 << 24) + (1 << 21) * 16);
}

/// What may come behind.
const BEHIND: [u8; 4] = [0x00, 0x7F, 0x80, 0xFF];

/// The inputs of four and five octets that begin with this one and go on for two more, and how many
/// they are.
fn every_input_after(first: u8) -> u64 {
    let digit = |octet: u8| u64::from(octet % 128);
    let too_large = UintvarError::TooLarge { at: 0 };
    let read = |input: &[u8]| {
        let mut cursor = Cursor::new(input);
        (cursor.uintvar(), cursor.offset())
    };
    let mut tried = 0;
    for second in 0x80..=0xFF {
        for third in 0x80..=0xFF {
            let head = (digit(first) * 128 + digit(second)) * 128 + digit(third);
            for fourth in 0..=0xFF {
                let head = head * 128 + digit(fourth);
                let four = [first, second, third, fourth];
                tried += 1;
                if fourth < 0x80 {
                    assert_eq!(read(&four), (Ok(head as u32), 4), "{four:02X?}");
                    for behind in BEHIND {
                        let input = [first, second, third, fourth, behind, behind];
                        assert_eq!(read(&input), (Ok(head as u32), 4), "{input:02X?}");
                    }
                    continue;
                }
                let end = UintvarError::End(EndOfInput { at: 4, needed: 1 });
                assert_eq!(read(&four), (Err(end), 0), "{four:02X?}");
                for fifth in 0..=0xFF {
                    let value = u32::try_from(head * 128 + digit(fifth));
                    let expected = match value {
                        Ok(value) if fifth < 0x80 => (Ok(value), 5),
                        _ => (Err(too_large), 0),
                    };
                    let behind = BEHIND[usize::from(fifth) % BEHIND.len()];
                    let input = [first, second, third, fourth, fifth, behind];
                    assert_eq!(read(&input[..5]), expected, "{input:02X?}");
                    assert_eq!(read(&input), expected, "{input:02X?}");
                    tried += 1;
                }
            }
        }
    }
    tried
}

/// With [`every_input_of_up_to_three_octets`], no input is left out.
#[test]
#[ignore = "2³⁶ inputs, minutes when optimized: make exhaustive"]
fn every_input_of_four_and_five_octets() {
    let tried: u64 = (0x80..=0xFF_u8)
        .into_par_iter()
        .map(every_input_after)
        .sum();
    assert_eq!(tried, (1 << 21) * 256 + (1 << 28) * 256);
}

#[test]
fn every_pattern_of_five_and_six_octets_at_the_boundaries() {
    let mut tried = 0;
    for length in [5, 6] {
        for_each_pattern(length, &mut |input| {
            for mut choice in 0..BOUNDARIES.len().pow(length as u32) {
                for octet in input.iter_mut() {
                    *octet = *octet & 0x80 | BOUNDARIES[choice % BOUNDARIES.len()];
                    choice /= BOUNDARIES.len();
                }
                judge(input);
                tried += 1;
            }
        });
    }
    assert_eq!(tried, 16_usize.pow(5) + 16_usize.pow(6));
}

/// Where the string at an offset ends, and what it is: the offset is inside the table, and the
/// string goes to the next NUL or the table's end. Of these octets, `C3` and `A9` make one character
/// and are none alone.
fn entry(table: &[u8], offset: usize) -> Option<Result<&[u8], usize>> {
    let rest = &table[offset.min(table.len())..];
    if rest.is_empty() {
        return None;
    }
    let text = rest.split(|octet| *octet == 0).next().unwrap();
    let mut at = 0;
    while let Some(octet) = text.get(at) {
        at += match (octet, text.get(at + 1)) {
            (0xC3, Some(0xA9)) => 2,
            (b'a', _) => 1,
            _ => return Some(Err(at)),
        };
    }
    Some(Ok(text))
}

/// A reader of the string table sees NUL, other octets, and what UTF-8 makes of them. These four
/// octets have all of it: NUL, a character of one octet, and the two halves of another, together
/// and apart. So all 5461 tables of up to six of them are tried, with every offset into each, the
/// first ones behind it, and the largest of each length of offset.
#[test]
fn string_table_offsets_in_every_table() {
    let alphabet = [0, b'a', 0xC3, 0xA9];
    let mut tables: Vec<Vec<u8>> = vec![Vec::new()];
    let mut start = 0;
    for _ in 0..LONGEST {
        let end = tables.len();
        for index in start..end {
            for octet in alphabet {
                tables.push([&tables[index][..], &[octet]].concat());
            }
        }
        start = end;
    }
    assert_eq!(tables.len(), 5461);
    for table in &tables {
        let far = [0x7F, 0x80, 0x3FFF, 0x1F_FFFF, 0x0FFF_FFFF, u32::MAX];
        for offset in (0..8).chain(far) {
            // WBXML 1.2 of unknown type, UTF-8; an element with one reference to the table
            let mut octets = vec![0x02, 0x01, 0x6A, table.len() as u8];
            octets.extend(table);
            octets.extend([0x45, 0x83]);
            let operand = octets.len();
            write_uintvar(&mut octets, offset);
            octets.push(0x01);
            let mut reader = Reader::new(&octets, Limits::default()).unwrap();
            assert!(matches!(
                reader.next().unwrap().unwrap().kind,
                EventKind::Tag { .. }
            ));
            let read = reader.next();
            match entry(table, offset as usize) {
                Some(Ok(expected)) => match read.unwrap().unwrap().kind {
                    EventKind::Content(Value::Table { offset: own, text }) => {
                        assert_eq!((own, text.as_bytes()), (offset, expected), "{octets:02X?}");
                    }
                    other => panic!("{other:?}"),
                },
                Some(Err(at)) => {
                    let error = read.unwrap_err();
                    assert_eq!(error.kind.rule(), "wbxml-text", "{octets:02X?}");
                    assert_eq!(error.at, 4 + offset as usize + at, "{octets:02X?}");
                }
                None => {
                    let error = read.unwrap_err();
                    let length = table.len();
                    assert_eq!(error.kind, ErrorKind::StringTableOffset { offset, length });
                    assert_eq!(error.at, operand);
                }
            }
        }
    }
}

/// Every offset of 32 bits into a table that NUL ends and into one that its length ends: so each one
/// into a string's start, middle and end, and behind the table. The text of the public id is
/// such a reference, and its reader is that of all others.
#[test]
#[ignore = "2³³ documents, minutes when optimized: make exhaustive"]
fn every_string_table_offset() {
    for table in [&b"a\0aa\xC3\xA9\0\0"[..], b"\0aa\0\xA9aa"] {
        (0..=0xFF_u32).into_par_iter().for_each(|high| {
            let mut octets = Vec::new();
            for offset in high << 24..=high << 24 | 0x00FF_FFFF {
                // WBXML 1.3; the public id is 0 and the offset of its text
                octets.clear();
                octets.extend([0x03, 0x00]);
                write_uintvar(&mut octets, offset);
                octets.extend([0x6A, table.len() as u8]);
                let start = octets.len();
                octets.extend(table);
                let read = Reader::new(&octets, Limits::default());
                // Far behind the table nothing is to be looked up
                let expected = match offset {
                    0..16 => entry(table, offset as usize),
                    _ => None,
                };
                match (read, expected) {
                    (Ok(reader), Some(Ok(text))) => match &reader.header().public_id {
                        PublicId::Text(own) => assert_eq!(own.as_bytes(), text, "{octets:02X?}"),
                        other => panic!("{other:?}: {octets:02X?}"),
                    },
                    (Err(error), Some(Err(at))) => {
                        assert_eq!(error.kind.rule(), "wbxml-text", "{octets:02X?}");
                        assert_eq!(error.at, start + offset as usize + at, "{octets:02X?}");
                    }
                    (Err(error), None) => {
                        let length = table.len();
                        assert_eq!(error.kind, ErrorKind::StringTableOffset { offset, length });
                        assert_eq!(error.at, 2);
                    }
                    (read, expected) => panic!("{read:?}, {expected:?}: {octets:02X?}"),
                }
            }
        });
    }
}

/// What a length counts is taken only when it is there: OPAQUE of every declared length beside
/// every number of octets that are left, and the string table likewise.
#[test]
fn lengths_beside_what_is_left() {
    let far = [0x7F, 0x80, 0x3FFF, 0x1F_FFFF, 0x0FFF_FFFF, u32::MAX];
    for left in 0..=LONGEST {
        for length in (0..8).chain(far) {
            let mut octets = vec![0x02, 0x01, 0x6A, 0x00, 0x45, 0xC3];
            write_uintvar(&mut octets, length);
            octets.extend(vec![0x55; left]);
            let mut reader = Reader::new(&octets, Limits::default()).unwrap();
            reader.next().unwrap();
            match reader.next() {
                Ok(Some(event)) => {
                    let expected = &octets[octets.len() - left..][..length as usize];
                    assert_eq!(event.kind, EventKind::Content(Value::Opaque(expected)));
                }
                other => {
                    assert!(length as usize > left);
                    let error = other.unwrap_err();
                    assert_eq!(error.kind, ErrorKind::OpaqueLength { length, left });
                }
            }
            let mut octets = vec![0x02, 0x01, 0x6A];
            write_uintvar(&mut octets, length);
            octets.extend(vec![0x00; left]);
            match Reader::new(&octets, Limits::default()) {
                Ok(reader) => {
                    let span = reader.header().string_table_span.len();
                    assert_eq!(span, length as usize);
                }
                Err(error) => {
                    assert!(length as usize > left);
                    assert_eq!(error.kind, ErrorKind::StringTableLength { length, left });
                }
            }
        }
    }
}
