//! The reader, token by token. The documents are put together by hand after WAP-192 §5 and the PROV
//! tables.

use super::super::tables::PageToken;
use super::super::{
    Charset, ErrorKind, EventKind, Limits, Name, PublicId, Reader, Space, Value, Writer, rules,
};
use super::{events, kinds, start, tag, value};
use hex_literal::hex;
use std::borrow::Cow;

fn inline(text: &'static str) -> Value<'static> {
    Value::Inline(text.into())
}

fn table(offset: u32, text: &'static str) -> Value<'static> {
    let text = text.into();
    Value::Table { offset, text }
}

#[test]
fn header() {
    let octets = hex!("02 00 02 6A 05 41 00 42 43 00 05");
    let reader = Reader::new(&octets, Limits::default()).unwrap();
    let header = reader.header();
    assert_eq!(header.version, 2);
    assert_eq!(header.public_id, PublicId::Text("BC".into()));
    assert_eq!(header.charset, Charset::Utf8);
    let spans = [
        &header.public_id_span,
        &header.charset_span,
        &header.string_table_length_span,
        &header.string_table_span,
    ];
    assert_eq!(spans, [&(1..3), &(3..4), &(4..5), &(5..10)]);
    assert!(reader.vocabulary().is_none());
}

#[test]
fn public_ids_name_the_vocabulary() {
    let named = |octets: &[u8]| {
        let reader = Reader::new(octets, Limits::default()).unwrap();
        reader.vocabulary().map(|vocabulary| vocabulary.name)
    };
    assert_eq!(named(&hex!("03 0B 6A 00 05")), Some("PROV 1.0"));
    let mut textual = hex!("03 00 00 6A 1E").to_vec();
    textual.extend(b"-//WAPFORUM//DTD PROV 1.0//EN\0\x05");
    assert_eq!(named(&textual), Some("PROV 1.0"));
    assert_eq!(named(&hex!("03 0C 6A 00 05")), None);
}

/// Each kind of value in content and in attributes.
#[test]
fn values_in_both_places() {
    let octets = hex!(
        "03 0B 6A 04 41 42 43 00"
        "C5 45 03 31 00 83 01 02 81 00 C3 02 01 00 85 01"
        "03 32 00 83 00 02 41 C3 00 01"
    );
    assert_eq!(
        kinds(&octets),
        [
            tag("wap-provisioningdoc", true, true),
            start("version", ""),
            EventKind::AttributeValue(inline("1")),
            EventKind::AttributeValue(table(1, "BC")),
            EventKind::AttributeValue(Value::Entity('\u{80}')),
            EventKind::AttributeValue(Value::Opaque(&[1, 0])),
            value("IPV4"),
            EventKind::AttributesEnd,
            EventKind::Content(inline("2")),
            EventKind::Content(table(0, "ABC")),
            EventKind::Content(Value::Entity('A')),
            EventKind::Content(Value::Opaque(&[])),
            EventKind::End,
        ]
    );
}

/// Each space has a page of its own, and each page lasts until the next switch, across elements.
#[test]
fn page_registers_are_independent() {
    let octets = hex!(
        "03 0B 6A 00 45"
        "C6 00 01 55 01" // attribute space to 1: APPLICATION
        "87 36 01"       // still 1: APPID
        "00 01 87 07 01" // tag space to 1: parm of page 1, attribute space untouched
        "87 00 00 08 01" // attribute space to 0: NAP-ADDRESS; tag space still 1
        "07"
        "01 00 00 06 01"
    );
    let switch = |space, page| EventKind::SwitchPage { space, page };
    assert_eq!(
        kinds(&octets),
        [
            tag("wap-provisioningdoc", false, true),
            tag("characteristic", true, true),
            switch(Space::Attribute, 1),
            start("type", "APPLICATION"),
            EventKind::AttributesEnd,
            tag("parm", true, false),
            start("name", "APPID"),
            EventKind::AttributesEnd,
            EventKind::End,
            switch(Space::Tag, 1),
            tag("parm", true, false),
            start("name", "NAME"),
            EventKind::AttributesEnd,
            EventKind::End,
            tag("parm", true, false),
            switch(Space::Attribute, 0),
            start("name", "NAP-ADDRESS"),
            EventKind::AttributesEnd,
            EventKind::End,
            tag("parm", false, false),
            EventKind::End,
            EventKind::End,
            switch(Space::Tag, 0),
            tag("characteristic", false, false),
            EventKind::End,
            EventKind::End,
        ]
    );
}

#[test]
fn literals_in_all_four_forms() {
    let octets = hex!(
        "03 0B 6A 04 61 62 63 00"
        "C4 00 04 01 03 31 00 01" // LITERAL_AC with a literal attribute
        "04 01 44 02 01"          // LITERAL, LITERAL_C
        "84 00 05 01"             // LITERAL_A
        "01"
    );
    let literal = |name: &'static str, attributes, content| EventKind::Tag {
        name: Name::Literal(name.into()),
        attributes,
        content,
    };
    assert_eq!(
        kinds(&octets),
        [
            literal("abc", true, true),
            EventKind::AttributeStart {
                name: Name::Literal("bc".into()),
                prefix: "",
            },
            EventKind::AttributeValue(inline("1")),
            EventKind::AttributesEnd,
            literal("bc", false, false),
            EventKind::End,
            literal("c", false, true),
            EventKind::End,
            literal("abc", true, false),
            start("name", ""),
            EventKind::AttributesEnd,
            EventKind::End,
            EventKind::End,
        ]
    );
}

/// `body = *pi element *pi`, and content may hold PIs.
#[test]
fn processing_instructions_everywhere() {
    let octets = hex!("03 0B 6A 00 43 07 01 45 43 07 03 61 00 01 05 01 43 07 85 01 43 07 01");
    let kinds = kinds(&octets);
    let pis = kinds.iter().filter(|kind| **kind == EventKind::Pi).count();
    assert_eq!(pis, 4);
    assert_eq!(kinds[3], tag("wap-provisioningdoc", false, true));
    assert_eq!(kinds.last(), Some(&EventKind::AttributesEnd));
}

#[test]
fn charsets() {
    let text = |charset: u8, octets: &[u8]| {
        let document = [&[3, 0x0B, charset, 0, 0x45, 3], octets, &[0, 1]].concat();
        let (events, findings) = events(&document).map_err(|error| error.kind)?;
        let EventKind::Content(Value::Inline(text)) = &events[1].kind else {
            panic!("{events:?}")
        };
        let borrowed = matches!(text, Cow::Borrowed(_));
        let rules: Vec<_> = findings.iter().map(|finding| finding.rule.id).collect();
        Ok((text.to_string(), borrowed, rules))
    };
    let ok = |text: &str, borrowed| Ok((text.to_owned(), borrowed, Vec::new()));
    assert_eq!(text(106, "ä€".as_bytes()), ok("ä€", true));
    assert_eq!(text(3, b"abc"), ok("abc", true));
    let latin = vec![rules::CHARSET.id];
    assert_eq!(text(4, b"abc"), Ok(("abc".into(), true, latin.clone())));
    let octets = b"\xE4\x80\xFF";
    assert_eq!(text(4, octets), Ok(("ä\u{80}ÿ".into(), false, latin)));
    let unknown = vec![rules::CHARSET_UNKNOWN.id];
    assert_eq!(text(0, "ä".as_bytes()), Ok(("ä".into(), true, unknown)));
    let malformed = |charset| Err(ErrorKind::Text { charset });
    assert_eq!(text(0, b"\xE4"), malformed("UTF-8"));
    assert_eq!(text(3, b"\xE4"), malformed("US-ASCII"));
    assert_eq!(text(17, b"a"), Err(ErrorKind::Charset { found: 17 }));
}

/// Where no token means anything, one finding says so for all of them.
#[test]
fn tokens_of_an_unknown_document_type_are_told_once() {
    for (octets, expected) in [
        (&hex!("03 0C 6A 00 05")[..], "tag 05 on code page 0"),
        (
            &hex!("03 0C 6A 00 45 06 01"),
            "tag 45 on code page 0 and 1 more token",
        ),
        (
            &hex!("03 0C 6A 00 45 06 C7 08 09 01 01 01"),
            "tag 45 on code page 0 and 4 more tokens",
        ),
    ] {
        let (_, findings) = events(octets).unwrap();
        let found: Vec<_> = findings.iter().map(|finding| &*finding.found).collect();
        assert_eq!(found, [expected]);
        assert_eq!(findings[0].rule, &rules::UNKNOWN_TOKEN);
    }
}

#[test]
fn unknown_tokens_are_kept_and_told() {
    let octets = hex!("03 0B 6A 00 45 C6 4D FE 01 10 00 07 08 01 01");
    let (events, findings) = events(&octets).unwrap();
    let unknown = |page, token| Name::Unknown { page, token };
    let kind = |index: usize| &events[index].kind;
    let name = unknown(0, 0x4D);
    assert_eq!(*kind(2), EventKind::AttributeStart { name, prefix: "" });
    let piece = Value::Unknown {
        page: 0,
        token: 0xFE,
    };
    assert_eq!(*kind(3), EventKind::AttributeValue(piece));
    for (index, page, token) in [(5, 0, 0x10), (8, 7, 0x08)] {
        let name = unknown(page, token);
        let (attributes, content) = (false, false);
        assert_eq!(
            *kind(index),
            EventKind::Tag {
                name,
                attributes,
                content
            }
        );
    }
    let found: Vec<_> = findings.iter().map(|finding| &*finding.found).collect();
    assert_eq!(
        found,
        [
            "attribute start 4D on code page 0",
            "attribute value FE on code page 0",
            "tag 10 on code page 0",
            "tag 08 on code page 7",
        ]
    );
    assert_eq!(Name::Unknown { page: 0, token: 5 }.into_text(), None);
}

#[test]
fn assumed_vocabulary() {
    let octets = hex!("03 01 6A 00 05");
    let mut reader = Reader::new(&octets, Limits::default()).unwrap();
    assert!(reader.vocabulary().is_none());
    reader.assume(&super::super::tables::prov::PROV);
    let event = reader.next().unwrap().unwrap();
    assert_eq!(event.kind, tag("wap-provisioningdoc", false, false));
}

/// `prolog element *pi` (WAP-192 §5.2): what else comes after the root is too much.
#[test]
fn after_the_root_only_instructions_come() {
    let document = hex!("03 0B 6A 00 05");
    let read = |tail: &[u8]| {
        let octets = [&document, tail].concat();
        let mut reader = Reader::new(&octets, Limits::default()).unwrap();
        loop {
            match reader.next() {
                Ok(Some(_)) => {}
                Ok(None) => return None,
                Err(error) => return Some((error.kind.rule(), error.at)),
            }
        }
    };
    for tail in [&hex!("43 46 01")[..], &hex!("00 01 43 46 01 43 46 01"), b""] {
        assert_eq!(read(tail), None, "{tail:02X?}");
    }
    for tail in [
        &hex!("00")[..],
        &hex!("00 00"),
        &hex!("00 01 05"),
        b"\n",
        b"\xFF",
    ] {
        assert_eq!(read(tail), Some(("wbxml-after-root", 5)), "{tail:02X?}");
    }
}

/// What fits exactly is read; one more is refused.
#[test]
fn limits() {
    let limits = Limits {
        octets: 26,
        depth: 2,
        elements: 3,
        attributes: 2,
        table_text: 6,
    };
    let read = |octets: &[u8]| {
        let mut reader = Reader::new(octets, limits)?;
        while reader.next()?.is_some() {}
        Ok(())
    };
    let failure = |octets: &[u8]| read(octets).map_err(|error: super::Error| error.kind);
    let good =
        hex!("03 0B 6A 03 61 62 00 45 86 05 83 00 06 83 00 01 86 05 83 00 01 01 43 07 01 01");
    assert_eq!(failure(&good[..25]), Ok(()));
    assert_eq!(
        failure(&hex!("03 0B 6A 00 45 46 07 01 01")),
        Err(ErrorKind::Depth { limit: 2 })
    );
    let elements = Err(ErrorKind::Elements { limit: 3 });
    assert_eq!(failure(&hex!("03 0B 6A 00 45 07 07 07 01")), elements);
    let attributes = Err(ErrorKind::Attributes { limit: 2 });
    assert_eq!(failure(&hex!("03 0B 6A 00 85 05 06 07 01")), attributes);
    let table_text = Err(ErrorKind::TableText { limit: 6 });
    let octets = hex!("03 0B 6A 03 61 62 00 45 83 00 83 00 83 00 83 01 01");
    assert_eq!(failure(&octets), table_text);
    let size = ErrorKind::Size {
        length: 27,
        limit: 26,
    };
    assert_eq!(failure(&[3; 27]), Err(size));
}

/// A document of nothing but faults has no more findings than anybody reads, and the last rule is
/// among them all the same.
#[test]
fn findings_are_bounded() {
    let mut octets = hex!("03 0B 6A 00 45").to_vec();
    octets.extend([0x10; 5000]);
    octets.extend(hex!("C3 80 00 01"));
    let (_, findings) = events(&octets).unwrap();
    assert_eq!(findings.len(), 257);
    assert_eq!(findings[256].rule.id, rules::OVERLONG_INTEGER.id);
}

#[test]
fn nothing_follows_an_error() {
    let octets = hex!("03 0B 6A 00 45 40 41 00 01");
    let mut reader = Reader::new(&octets, Limits::default()).unwrap();
    assert!(reader.next().unwrap().is_some());
    let error = reader.next().unwrap_err();
    assert_eq!((error.kind.rule(), error.at), ("wbxml-extension", 5));
    assert_eq!(reader.next(), Ok(None));
}

/// Where in a string its charset ends.
#[test]
fn malformed_texts_say_where() {
    for (charset, octets, at) in [
        (106, "aé\u{20AC}b".as_bytes(), None),
        (106, b"ab\xC3", Some(2)),
        (106, b"\xC3\xA9\xFFa", Some(2)),
        (3, b"abc\xE4", Some(3)),
        (3, b"\xE4", Some(0)),
        (4, b"ab\xE4", None),
    ] {
        // The same as an inline string, and in the string table behind another
        let inline = [&[3, 0x0B, charset, 0, 0x45, 3], octets, &[0, 1]].concat();
        let length = octets.len() as u8 + 2;
        let table = [
            &[3, 0x0B, charset, length, b'x', 0],
            octets,
            &[0x45, 0x83, 2, 1],
        ]
        .concat();
        for document in [inline, table] {
            let found = events(&document).map(drop);
            let found = found.map_err(|error| (error.kind.rule(), error.at));
            let expected = at.map_or(Ok(()), |at| Err(("wbxml-text", 6 + at)));
            assert_eq!(found, expected, "{document:02X?}");
        }
    }
}

/// The octets that a writer adds are those of pages and of nothing else.
#[test]
fn pages_are_switched_where_they_change() {
    let at = |page, token| PageToken { page, token };
    let mut writer = Writer::new(0x03, 0x0B, b"");
    writer.tag(at(0, 0x05), false, true);
    writer.tag(at(1, 0x06), true, false);
    assert_eq!(writer.attribute_page(), 0);
    writer.attribute(at(1, 0x55));
    assert_eq!(writer.attribute_page(), 1);
    writer.attribute(at(2, 0x55));
    assert_eq!(writer.attribute_page(), 2);
    writer.attribute(at(2, 0x56));
    writer.end();
    writer.tag(at(1, 0x07), false, false);
    writer.tag(at(0, 0x07), true, true);
    assert_eq!(
        writer.finish(),
        hex!("03 0B 6A 00 45 00 01 86 00 01 55 00 02 55 56 01 07 00 00 C7")
    );
}
