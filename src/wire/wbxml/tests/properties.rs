//! What holds for all documents.

use super::super::tables::prov::PROV;
use super::super::tables::{AttributeStart, PageToken};
use super::super::{Event, EventKind, Limits, Name, Reader, Value, Writer, token};
use super::events;
use crate::bytes::write_uintvar;
use proptest::collection::vec;
use proptest::prelude::*;

/// An element as the writer can write it.
#[derive(Debug, Clone)]
struct Tree {
    tag: (PageToken, &'static str),
    attributes: Vec<(PageToken, AttributeStart, Vec<Piece>)>,
    content: Vec<Child>,
}

#[derive(Debug, Clone)]
enum Child {
    Element(Tree),
    Text(Piece),
}

#[derive(Debug, Clone)]
enum Piece {
    Token(PageToken, &'static str),
    Inline(String),
    Table(u32, &'static str),
}

const TABLE: &[u8] = b"first\0second\0";

fn pages<T: Copy, const N: usize>(pages: &[&[Option<T>; N]], first: u8) -> Vec<(PageToken, T)> {
    let entries = pages.iter().zip(0..).flat_map(|(page, number)| {
        let known = page
            .iter()
            .zip(first..=0xFF)
            .filter_map(|(entry, token)| Some((token, (*entry)?)));
        known.map(move |(token, entry)| {
            (
                PageToken {
                    page: number,
                    token,
                },
                entry,
            )
        })
    });
    entries.collect()
}

fn text() -> impl Strategy<Value = Piece> {
    let entries = [(0, "first"), (2, "rst"), (5, ""), (6, "second"), (11, "d")];
    prop_oneof![
        "[^\0]{0,8}".prop_map(Piece::Inline),
        proptest::sample::select(entries.to_vec()).prop_map(|(at, text)| Piece::Table(at, text)),
    ]
}

fn piece() -> impl Strategy<Value = Piece> {
    let known = proptest::sample::select(pages(PROV.attribute_values, 0x80));
    prop_oneof![text(), known.prop_map(|(at, text)| Piece::Token(at, text))]
}

fn tree() -> BoxedStrategy<Tree> {
    let tag = || proptest::sample::select(pages(PROV.tags, 0));
    let attribute = proptest::sample::select(pages(PROV.attribute_starts, 0));
    let attribute = (attribute, vec(piece(), 0..4)).prop_map(|((at, start), v)| (at, start, v));
    let attributes = vec(attribute, 0..4).boxed();
    let leaf = (tag(), attributes.clone()).prop_map(|(tag, attributes)| Tree {
        tag,
        attributes,
        content: Vec::new(),
    });
    leaf.prop_recursive(4, 32, 4, move |inner| {
        let child = prop_oneof![inner.prop_map(Child::Element), text().prop_map(Child::Text)];
        (tag(), attributes.clone(), vec(child, 0..5)).prop_map(|(tag, attributes, content)| Tree {
            tag,
            attributes,
            content,
        })
    })
    .boxed()
}

/// Writes a tree and says which events must come of it.
fn write(tree: &Tree, writer: &mut Writer, expected: &mut Vec<EventKind<'static>>) {
    let (attributes, content) = (!tree.attributes.is_empty(), !tree.content.is_empty());
    writer.tag(tree.tag.0, attributes, content);
    expected.push(EventKind::Tag {
        name: Name::Known(tree.tag.1),
        attributes,
        content,
    });
    for (at, start, pieces) in &tree.attributes {
        writer.attribute(*at);
        expected.push(EventKind::AttributeStart {
            name: Name::Known(start.name),
            prefix: start.prefix,
        });
        for piece in pieces {
            expected.push(EventKind::AttributeValue(write_piece(piece, writer)));
        }
    }
    if attributes {
        writer.end();
        expected.push(EventKind::AttributesEnd);
    }
    for child in &tree.content {
        match child {
            Child::Element(child) => write(child, writer, expected),
            Child::Text(piece) => expected.push(EventKind::Content(write_piece(piece, writer))),
        }
    }
    if content {
        writer.end();
    }
    expected.push(EventKind::End);
}

fn write_piece(piece: &Piece, writer: &mut Writer) -> Value<'static> {
    match piece {
        Piece::Token(at, text) => {
            writer.attribute(*at);
            Value::Token(text)
        }
        Piece::Inline(text) => {
            writer.string(text).unwrap();
            Value::Inline(text.clone().into())
        }
        Piece::Table(offset, text) => {
            writer.table_string(*offset);
            Value::Table {
                offset: *offset,
                text: (*text).into(),
            }
        }
    }
}

/// One event after the other, without a gap, from the header's end.
fn assert_contiguous(events: &[Event<'_>], start: usize, end: usize) -> Result<(), TestCaseError> {
    let mut at = start;
    for event in events {
        prop_assert_eq!(event.span.start, at);
        prop_assert!(event.span.end >= at);
        at = event.span.end;
    }
    prop_assert_eq!(at, end);
    Ok(())
}

/// Octets that are often a document, or nearly one.
fn nearly_a_document() -> impl Strategy<Value = Vec<u8>> {
    let usual = vec![
        0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x43, 0x45, 0x46, 0x83, 0x84,
    ];
    let usual = [usual, vec![0x85, 0x87, 0xC3, 0xC4, 0xC5, 0xC6, 0xC7]].concat();
    let octet = prop_oneof![6 => proptest::sample::select(usual), 1 => any::<u8>()];
    let charset = proptest::sample::select(vec![106u8, 3, 4, 0, 5]);
    (1u8..4, charset, vec(any::<u8>(), 0..6), vec(octet, 0..60)).prop_map(
        |(version, charset, table, body)| {
            let mut octets = vec![version, 0x0B, charset];
            write_uintvar(&mut octets, table.len() as u32);
            [octets, table, body].concat()
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..Default::default() })]

    #[test]
    fn what_is_written_is_read(tree in tree()) {
        let mut writer = Writer::new(0x03, 0x0B, TABLE);
        let start = writer.position();
        let mut expected = Vec::new();
        write(&tree, &mut writer, &mut expected);
        prop_assert!(writer.attribute_page() < 2);
        let octets = writer.finish();
        let (events, findings) = events(&octets).unwrap();
        prop_assert_eq!(findings, []);
        assert_contiguous(&events, start, octets.len())?;
        let switches = |kind: &EventKind<'_>| !matches!(kind, EventKind::SwitchPage { .. });
        let read: Vec<_> = events.into_iter().map(|event| event.kind).filter(switches).collect();
        prop_assert_eq!(read, expected);
    }

    #[test]
    fn every_octet_is_accounted_for(octets in nearly_a_document()) {
        let Ok(mut reader) = Reader::new(&octets, Limits::default()) else {
            return Ok(());
        };
        let start = reader.header().string_table_span.end;
        let mut events = Vec::new();
        let mut depth = 0_i32;
        loop {
            match reader.next() {
                Ok(Some(event)) => {
                    match event.kind {
                        EventKind::Tag { .. } => depth += 1,
                        EventKind::End => depth -= 1,
                        _ => {}
                    }
                    events.push(event);
                }
                Ok(None) => {
                    prop_assert_eq!(depth, 0);
                    assert_contiguous(&events, start, octets.len())?;
                    break;
                }
                Err(error) => {
                    prop_assert!(error.at <= octets.len());
                    let read = events.last().map_or(start, |event| event.span.end);
                    assert_contiguous(&events, start, read)?;
                    prop_assert_eq!(reader.next(), Ok(None));
                    break;
                }
            }
        }
    }

    #[test]
    fn nothing_panics(octets in vec(any::<u8>(), 0..64)) {
        let _ = events(&octets);
    }

    /// A string with NUL is refused before anything is written.
    #[test]
    fn no_string_holds_nul(before in "[^\0]{0,4}", after in "[^\0]{0,4}") {
        let mut writer = Writer::new(0x03, 0x0B, &[]);
        let length = writer.position();
        let text = format!("{before}\0{after}");
        prop_assert!(writer.string(&text).is_err());
        prop_assert_eq!(writer.position(), length);
        writer.string(&before).unwrap();
        let octets = writer.finish();
        prop_assert_eq!(octets[length], token::STR_I);
        prop_assert_eq!(octets.len(), length + before.len() + 2);
    }
}
