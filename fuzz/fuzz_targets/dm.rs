//! DM messages and trees: what could be read without loss survives every form; inspecting covers
//! every octet, redacting keeps the length and what can be read, and all receivers are asked what they
//! make of it.
#![no_main]

use dmboot::cli::receiver::reports;
use dmboot::dissect::Item;
use dmboot::document::dm::{
    Data, Error, Message, Meta, MgmtTree, Parsed, Root, TndsForm, WbxmlVersion, rules,
};
use dmboot::document::inspect::{Kind, inspect, lines, to_json};
use dmboot::document::receivers::{Receiver, shipped};
use dmboot::document::redact::redact;
use dmboot::finding::Position;
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

fuzz_target!(|input: &[u8]| {
    for parsed in [Message::from_wbxml(input), Message::from_xml(input)] {
        message(parsed);
    }
    for parsed in [MgmtTree::from_wbxml(input), MgmtTree::from_xml(input)] {
        tree(parsed);
    }
    // Others have targets of their own
    if Root::of(input).is_none() {
        return;
    }
    let _ = reports(&RECEIVERS, input);
    let is_xml = Root::of_wbxml(input).is_none();
    let kind = if is_xml { Kind::Xml } else { Kind::Wbxml };
    for reveal in [false, true] {
        let inspection = inspect(input, Some(kind), reveal);
        if !is_xml {
            assert_eq!(covered(&inspection.items, 0), input.len());
        }
        let _ = (
            lines(&inspection, input, reveal),
            to_json(&inspection, input, reveal),
        );
    }
    if let Ok(redacted) = redact(input, kind, &|_| [0; 20]) {
        assert_eq!(redacted.octets.len(), input.len());
        let again = inspect(&redacted.octets, Some(kind), false);
        assert_eq!(again.fault, None);
    }
});

static RECEIVERS: LazyLock<Vec<Receiver>> = LazyLock::new(|| {
    let parse = |(name, text): &(&str, &str)| Receiver::parse(name, text).expect("it is shipped");
    shipped::RECEIVERS.iter().map(parse).collect()
});

/// Where items end that begin at `start` and leave no gap. Of a tree as XML text, tags have no items.
fn covered(items: &[Item], start: usize) -> usize {
    items.iter().fold(start, |at, item| {
        assert_eq!(item.span.start, at, "{item:?}");
        if !item.children.is_empty() && !item.value.starts_with("a tree (xml)") {
            assert_eq!(covered(&item.children, at), item.span.end, "{item:?}");
        }
        item.span.end
    })
}

fn message(parsed: Result<Parsed<Message<'_>>, Error>) {
    let Some(parsed) = readable(parsed) else {
        return;
    };
    let _ = rules::check(&parsed.document, Position::Offset);
    let _ = rules::check_built(&mut parsed.document.clone());
    if parsed.loss().is_some() {
        return;
    }
    let whole = bare(parsed.document.clone());
    for (_, form) in TndsForm::NAMES {
        // XML text has fewer characters
        let Ok(encoded) = parsed.document.to_wbxml(form, WbxmlVersion::V1_2) else {
            assert_eq!(form, TndsForm::Text, "no reader yields NUL");
            continue;
        };
        let again = Message::from_wbxml(&encoded.octets).expect("what is written can be read");
        assert_eq!(again.loss(), None);
        assert_eq!(bare(again.document), whole, "{form:?}");
    }
    if let Ok(xml) = parsed.document.to_xml() {
        let again = Message::from_xml(xml.as_bytes()).expect("what is written can be read");
        assert_eq!(again.loss(), None);
        assert_eq!(bare(again.document), whole);
    }
}

fn tree(parsed: Result<Parsed<MgmtTree<'_>>, Error>) {
    let Some(parsed) = readable(parsed) else {
        return;
    };
    let _ = rules::check_tree(&parsed.document, Position::Offset);
    if parsed.loss().is_some() {
        return;
    }
    let encoded = parsed.document.to_wbxml().expect("no reader yields NUL");
    let again = MgmtTree::from_wbxml(&encoded.octets).expect("what is written can be read");
    assert_eq!(again.document, parsed.document);
    if let Ok(xml) = parsed.document.to_xml() {
        let again = MgmtTree::from_xml(xml.as_bytes()).expect("what is written can be read");
        assert_eq!(again.document, parsed.document);
    }
}


fn readable<D>(parsed: Result<Parsed<D>, Error>) -> Option<Parsed<D>> {
    match parsed {
        Ok(parsed) => Some(parsed),
        Err(error) => {
            assert!(!error.rule().is_empty() && !error.to_string().is_empty());
            None
        }
    }
}

/// Without the Meta of trees, which the writer adds, and with that of octets, which is `bin`.
fn bare(mut message: Message<'_>) -> Message<'_> {
    for item in message.adds.iter_mut().flat_map(|add| &mut add.items) {
        if matches!(item.data, Data::Tree(_)) {
            item.meta = Meta::default();
        }
    }
    message
}
