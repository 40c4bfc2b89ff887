//! What is read at once is what is read token by token.

use super::*;
use crate::finding::Finding;
use crate::wire::wbxml::PlainAttribute;

/// What a document says, in whatever steps it was read.
#[derive(Debug, PartialEq)]
struct Said {
    pieces: Vec<String>,
    error: Option<String>,
    findings: Vec<Finding>,
}

/// A name and a value.
type Attribute = (String, String);

fn element(name: &str, attributes: &[Attribute], at: usize) -> String {
    format!("{at} {name} {attributes:?}")
}

/// Reads a document; says too how many starts and ends of elements were read at once.
fn said(octets: &[u8], limits: Limits, at_once: bool) -> (Said, usize) {
    let mut reader = Reader::new(octets, limits).unwrap();
    let (mut pieces, mut count) = (Vec::new(), 0);
    let mut open: Option<(String, Vec<Attribute>, usize)> = None;
    let error = loop {
        if at_once && reader.plain_end() {
            count += 1;
            pieces.push("end".into());
            continue;
        }
        if let Some(plain) = reader.plain().filter(|_| at_once) {
            reader.pass(&plain);
            let owned = |a: PlainAttribute<'_>| (a.name.to_owned(), a.value.to_owned());
            let attributes = [plain.first, plain.second].into_iter().flatten();
            let attributes: Vec<_> = attributes.map(owned).collect();
            count += 1;
            pieces.push(element(plain.name, &attributes, plain.at));
            continue;
        }
        let Event { span, kind } = match reader.next() {
            Ok(Some(event)) => event,
            Ok(None) => break None,
            Err(error) => break Some(error.to_string()),
        };
        match kind {
            EventKind::SwitchPage { .. } => {}
            EventKind::Tag {
                name, attributes, ..
            } => {
                let name = name.into_text().unwrap_or_default().into_owned();
                match attributes {
                    true => open = Some((name, Vec::new(), span.start)),
                    false => pieces.push(element(&name, &[], span.start)),
                }
            }
            EventKind::Pi => open = Some(("?".into(), Vec::new(), span.start)),
            EventKind::AttributeStart { name, prefix } => {
                let name = name.into_text().unwrap_or_default().into_owned();
                let (_, attributes, _) = open.as_mut().unwrap();
                attributes.push((name, prefix.to_owned()));
            }
            EventKind::AttributeValue(value) => {
                let value = match value {
                    Value::Token(text) => text.to_owned(),
                    Value::Inline(text) | Value::Table { text, .. } => text.into_owned(),
                    other => format!("{other:?}"),
                };
                let (_, attributes, _) = open.as_mut().unwrap();
                attributes.last_mut().unwrap().1 += &value;
            }
            EventKind::AttributesEnd => {
                let (name, attributes, at) = open.take().unwrap();
                pieces.push(element(&name, &attributes, at));
            }
            EventKind::Content(value) => pieces.push(format!("{value:?}")),
            EventKind::End => pieces.push("end".into()),
        }
    };
    let findings = reader.into_findings();
    let said = Said {
        pieces,
        error,
        findings,
    };
    (said, count)
}

fn same(body: &[u8], limits: Limits) -> usize {
    // Version 1.3, PROV, UTF-8, no string table
    let octets = [&[0x03, 0x0B, 0x6A, 0x00], body].concat();
    let (at_once, count) = said(&octets, limits, true);
    let (by_tokens, _) = said(&octets, limits, false);
    assert_eq!(at_once, by_tokens, "{body:02X?}");
    count
}

/// Elements with no, one and two attributes; values that are a prefix, a token, a string; pages that
/// change before a name and before a value; with content and without.
const PLAIN: [&[u8]; 8] = [
    &[0x45, 0x01],
    &[0xC5, 0x46, 0x01, 0x07, 0x46, 0x01, 0x01],
    &[0xC5, 0x46, 0x01, 0xC6, 0x55, 0x01, 0x01, 0x01],
    &[0x45, 0x87, 0x07, 0x06, 0x03, 0x61, 0x62, 0x00, 0x01, 0x01],
    &[0x45, 0x87, 0x07, 0x06, 0x85, 0x01, 0x01],
    &[
        0x45, 0xC6, 0x00, 0x01, 0x55, 0x01, 0x87, 0x07, 0x06, 0x03, 0x61, 0x00, 0x01, 0x01, 0x01,
    ],
    &[
        0x45, 0x87, 0x05, 0x00, 0x01, 0x86, 0x06, 0x03, 0x00, 0x01, 0x01,
    ],
    &[
        0x45, 0x87, 0x05, 0x03, 0x61, 0x00, 0x00, 0x01, 0x06, 0x03, 0x61, 0x00, 0x01, 0x01,
    ],
];

#[test]
fn what_is_plain_is_read_at_once() {
    let counts = PLAIN.map(|body| same(body, Limits::default()));
    assert_eq!(counts, [2, 6, 4, 4, 4, 6, 4, 4]);
}

/// That all is read token by token would be the same too, but slower: so what is read at once is
/// counted.
#[test]
fn whatever_is_near_is_read_the_same() {
    let mut count = 0;
    for body in PLAIN {
        let mut changed = body.to_vec();
        for at in 0..body.len() {
            for octet in 0..=0xFF {
                changed[at] = octet;
                count += same(&changed, Limits::default());
            }
            changed[at] = body[at];
            count += same(&body[..at], Limits::default());
        }
        for at in 1..body.len() {
            for octet in [0x00, 0x01, 0x02, 0x03, 0x05, 0x83, 0x85, 0xC3] {
                let more = [&body[..at], &[octet], &body[at..]].concat();
                count += same(&more, Limits::default());
            }
        }
    }
    assert!(count >= 57_384, "{count}");
}

#[test]
fn all_short_bodies_are_read_the_same() {
    const OCTETS: [u8; 10] = [0x00, 0x01, 0x03, 0x05, 0x07, 0x46, 0x61, 0x85, 0x87, 0xC6];
    for length in 0..=5_u32 {
        for number in 0..OCTETS.len().pow(length) {
            let octet = |place| OCTETS[number / OCTETS.len().pow(place) % OCTETS.len()];
            let mut body = vec![0x45];
            body.extend((0..length).map(octet));
            same(&body, Limits::default());
        }
    }
}

/// Limits hold either way, and none is reached early.
#[test]
fn limits_are_the_same() {
    let mut count = 0;
    for limit in 0..4 {
        for body in PLAIN {
            let depth = Limits {
                depth: limit,
                ..Limits::default()
            };
            let elements = Limits {
                elements: limit,
                ..Limits::default()
            };
            let attributes = Limits {
                attributes: limit,
                ..Limits::default()
            };
            for limits in [depth, elements, attributes] {
                count += same(body, limits);
            }
        }
    }
    assert!(count >= 232, "{count}");
}

/// Who knows that an element is empty need not ask for its end; of others it stays.
#[test]
fn ends_of_empty_elements_are_passed_over() {
    let octets = [0x03, 0x0B, 0x6A, 0x00, 0x45, 0x06, 0x06, 0x46, 0x01, 0x01];
    let mut reader = Reader::new(&octets, Limits::default()).unwrap();
    let mut pieces = Vec::new();
    loop {
        if let Some(element) = reader.plain() {
            reader.pass(&element);
            pieces.push((element.empty, element.at));
        } else if reader.plain_end() {
            pieces.push((false, 0));
        } else {
            break;
        }
        reader.end_empty();
    }
    let expected = [
        (false, 4),
        (true, 5),
        (true, 6),
        (false, 7),
        (false, 0),
        (false, 0),
    ];
    assert_eq!(pieces, expected);
    assert_eq!(reader.next(), Ok(None));
}
