//! What is read at once. That it says the same as the productions do is tested with the others.

use super::*;
use crate::wire::xml::Limits;

const LIMITS: Limits = Limits {
    depth: 3,
    elements: 4,
    ..Limits::DEFAULT
};

/// A reader behind `<a>`, which is two deep where `text` is one element more.
fn behind_start(text: &str) -> Reader<'_> {
    let policy = Policy {
        public_ids: &[],
        internal_subset: false,
        limits: LIMITS,
    };
    let mut reader = Reader::new(text.as_bytes(), policy).unwrap();
    assert!(matches!(reader.next(), Ok(Some(Event::Start(_)))));
    reader
}

fn start(name: &str, offset: usize) -> Option<Event<'_>> {
    let attributes = Vec::new();
    Some(Event::Start(Element {
        name,
        attributes,
        offset,
    }))
}

fn end(name: &str, offset: usize) -> Option<Event<'_>> {
    Some(Event::End { name, offset })
}

#[test]
fn plain_tags_inside_of_the_root_are_read_at_once() {
    let mut reader = behind_start("<a><b1><c></c></b1></a>");
    for expected in [
        start("b1", 3),
        start("c", 7),
        end("c", 10),
        end("b1", 14),
        end("a", 19),
        // Behind the root the productions judge
        None,
    ] {
        assert_eq!(reader.plain(), expected);
    }
    assert_eq!(
        (reader.next, reader.elements, reader.open.depth),
        (23, 3, 0)
    );
}

#[test]
fn what_is_not_plain_is_left_where_it_is() {
    for rest in [
        "",
        "<",
        "</",
        "<>",
        "</>",
        "<b",
        "<b />",
        "<b/>",
        "<b c='d'>",
        "<1b>",
        "<-b>",
        "<é>",
        "<bé>",
        "<!---->",
        "<?b?>",
        "</b>",
        "</a",
        "</a >",
        "</ab>",
        "text",
        "&amp;",
    ] {
        let text = format!("<a>{rest}");
        let mut reader = behind_start(&text);
        assert_eq!(reader.plain(), None, "{rest}");
        let state = (reader.next, reader.elements, reader.open.depth);
        assert_eq!(state, (3, 1, 1), "{rest}");
    }
}

#[test]
fn plain_tags_up_to_the_limits() {
    // Three deep, of three
    let mut reader = behind_start("<a><b><c><d>");
    assert!(reader.plain().is_some() && reader.plain().is_some());
    assert_eq!(reader.plain(), None);
    assert_eq!(reader.next().unwrap_err().rule(), "xml-too-deep");
    // The fourth element, of four
    let mut reader = behind_start("<a><b></b><b></b><b></b><b></b></a>");
    for _ in 0..6 {
        assert!(reader.plain().is_some());
    }
    assert_eq!(reader.plain(), None);
    assert_eq!(reader.next().unwrap_err().rule(), "xml-too-many-elements");
}

/// The array and what is deeper than it.
#[test]
fn open_elements_come_back_in_reverse() {
    let mut open = Open::default();
    assert_eq!((open.last(), open.pop()), (None, None));
    for round in 0..2 {
        for offset in 0..40 {
            open.push(("a", offset + round));
            assert_eq!(open.last(), Some(("a", offset + round)));
            assert_eq!(open.depth, offset + 1);
        }
        for offset in (0..40).rev() {
            assert_eq!(open.pop(), Some(("a", offset + round)));
        }
        assert_eq!((open.depth, open.deeper.len()), (0, 0));
    }
}

/// Nearly all texts need not be looked at character by character.
#[test]
fn what_may_break_a_text() {
    for octet in 0..0x80_u8 {
        let character = char::from(octet);
        let may = octet < 0x20 && !matches!(octet, b'\t' | b'\n' | b'\r');
        for text in [format!("{character}"), format!("a{character}{character}")] {
            assert_eq!(may_break(&text), may, "{text:?}");
        }
    }
    // U+F000 to U+FFFF begin with EF
    for (text, may) in [
        ("", false),
        ("é€\u{EFFF}\u{10000}", false),
        ("\u{F000}", true),
        ("\u{FFFE}", true),
    ] {
        assert_eq!(may_break(text), may, "{text:?}");
    }
}
